"""The columns whose names are nearest to a phrase that names none."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from autoglm_agent.planner.meaning.encoder import as_words, likeness
from autoglm_agent.planner.schema import Column, Schema

_NUMBERED = re.compile(r" (?:id|nr|no|nbr|cd|code|number|name)$")
_NUMBER_OF = re.compile(r"(?:\s*(?:id|number|code|no\.?)|的?(?:编号|号码|编码|代码|id|号))\Z", re.I)
_LIKE, _LEAD = 0.5, 0.1
"""Least cosine of what is taken, and least lead over the second."""
_LIKE_ID, _LEAD_ID = 0.35, 0.05
"""The same among the columns that number things: few, and none is lost to a model."""
_LIKE_ANY, _LEAD_ANY = 0.65, 0.2
"""The same where any column may be meant, or none."""
_LONGEST, _LONGEST_ZH = 6, 10
"""How many words, or Chinese characters, the name of a column takes at most."""


def nearest_column(phrase: str, columns: Sequence[Column]) -> Column | None:
    """Return the one column whose name means what a phrase does, or None.

    Args:
        phrase: A noun in any of the encoder's languages.
        columns: The columns that come into question; what numbers them is left out of their names.
    """
    names = [_NUMBERED.sub("", as_words(column.name)) for column in columns]
    return _nearest(phrase, columns, names, _LIKE, _LEAD)


def numbers(name: str) -> bool:
    """Tell whether a column's name is a thing with a word for its number or name: `EmployeeNo`."""
    return bool(_NUMBERED.search(as_words(name)))


def asks_number(phrase: str) -> bool:
    """Tell whether a phrase is for the number of a thing: 护士编号, "the booking number"."""
    return bool(_NUMBER_OF.search(phrase.strip()))


def meant_column(phrase: str, columns: Sequence[Column]) -> Column | None:
    """Return the column that a phrase clearly means though no word of it is known, or None.

    Args:
        phrase: What is said to be a column, but no number: 姓氏 for `Surname`.
        columns: The columns that come into question.
    """
    long = _LONGEST if phrase.isascii() else _LONGEST_ZH
    if (
        not phrase.strip()
        or asks_number(phrase)
        or len(phrase.split() if phrase.isascii() else phrase) > long
    ):
        return None
    return _nearest(phrase, columns, [as_words(c.name) for c in columns], _LIKE_ANY, _LEAD_ANY)


def _nearest(
    phrase: str, columns: Sequence[Column], names: Sequence[str], least: float, lead: float
) -> Column | None:
    """Return the column whose name is nearest, if it is near and no other is nearly as near."""
    if not columns:
        return None
    alike = likeness([phrase], names)[0]
    order = np.argsort(-alike, kind="stable")
    before = alike[order[0]] - alike[order[1]] if len(order) > 1 else 1.0
    return columns[int(order[0])] if alike[order[0]] >= least and before >= lead else None


def numbered_column(phrase: str, schema: Schema) -> Column | None:
    """Return the column that numbers a thing, for "贷款编号" or "the booking number", or None.

    Args:
        phrase: A noun and a word for its number.
        schema: The table's columns; only those that identify rows or things come into question.
    """
    thing = _NUMBER_OF.sub("", phrase.strip())
    numbered = [column for column in schema.columns if column.identifies]
    if thing in ("", phrase):
        return None
    names = [_NUMBERED.sub("", as_words(column.name)) for column in numbered]
    return _nearest(thing, numbered, names, _LIKE_ID, _LEAD_ID)


def near_in_meaning(phrase: str, schema: Schema, count: int) -> list[str]:
    """Return the names nearest to a phrase in meaning, and of all the one spelt most like it.

    Args:
        phrase: A few words in any of the encoder's languages.
        schema: The table's columns.
        count: How many names at most.
    """
    names = [column.name for column in schema.columns]
    if not names:
        return []
    alike = likeness([phrase], [as_words(name) for name in names])[0]
    by_meaning = [names[int(i)] for i in np.argsort(-alike, kind="stable")]
    first = [*by_meaning[: count - 1], *schema.near(phrase, 1), *by_meaning]
    return list(dict.fromkeys(first))[:count]
