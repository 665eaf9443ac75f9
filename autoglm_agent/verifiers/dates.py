"""Dates written in prose, in forms that cannot be confused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_MONTH = "|".join(rf"{name}|{name[:3]}\.?" for name in _MONTHS) + r"|sept\.?"
_FORMS = re.compile(
    rf"""(?<![\w-])(?:
    (?P<y1>\d{{4}})-(?P<m1>\d{{1,2}})-(?P<d1>\d{{1,2}})(?![\w-])
    |(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\s{{1,3}}(?:of\s)?(?P<m2>{_MONTH}),?\s{{1,3}}(?P<y2>\d{{4}})\b
    |(?P<m3>{_MONTH})\s{{1,3}}(?P<d3>\d{{1,2}})(?:st|nd|rd|th)?,?\s{{1,3}}(?P<y3>\d{{4}})\b
    |(?P<y4>\d{{4}})年(?P<m4>\d{{1,2}})月(?P<d4>\d{{1,2}})日
    )""",
    re.VERBOSE | re.IGNORECASE,
)


def read_dates(text: str) -> Iterator[tuple[str, date | None]]:
    """Yield each date of a text: its words, and the day; None for a day that does not exist.

    Args:
        text: Prose.
    """
    for match in _FORMS.finditer(text):
        parts = {key[0]: value for key, value in match.groupdict().items() if value}
        try:
            day = date(int(parts["y"]), _month(parts["m"]), int(parts["d"]))
        except ValueError:
            yield match.group(), None
        else:
            yield match.group(), day


def _month(word: str) -> int:
    if word.isdigit():
        return int(word)
    return next(i for i, name in enumerate(_MONTHS, 1) if name.startswith(word[:3].lower()))
