"""Column names: trimmed, in Unicode's composed form, without control characters, unique."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from autoglm_agent.errors import InputError


def clean_text(text: str) -> str:
    """Return text in NFC without control and format characters, inner blanks single, trimmed."""
    composed = unicodedata.normalize("NFC", text)
    kept = (" " if _invisible(c) else c for c in composed)
    return " ".join("".join(kept).split())


def _invisible(character: str) -> bool:
    # Joiners inside emoji and some scripts carry meaning.
    return unicodedata.category(character)[0] in "CZ" and character not in "\u200c\u200d"


def clean_names(raw: Sequence[Any], path: str) -> tuple[list[str], list[str]]:
    """Clean column names.

    Args:
        raw: The names as read; None or blank means no name.
        path: Of the file, for messages.

    Returns:
        The names, and a sentence for each kind of repair.

    Raises:
        InputError: If two columns have the same name; names them and their positions.
    """
    texts = ["" if name is None else str(name) for name in raw]
    names = [text if text.isascii() and text.isalnum() else clean_text(text) for text in texts]
    changed = [(old, new) for old, new in zip(texts, names, strict=True) if new and old != new]
    taken = {name for name in names if name}
    empty: list[str] = []
    for position, name in enumerate(names, 1):
        if not name:
            fresh = f"column_{position}"
            while fresh in taken:
                fresh += "_"
            names[position - 1] = fresh
            taken.add(fresh)
            empty.append(fresh)
    _refuse_duplicates(names, path)
    repairs = []
    if looks_like_data(names):
        repairs.append("The first line was taken as the header, though it looks like data.")
    if changed:
        shown = ", ".join(f"{old!r} to {new!r}" for old, new in changed[:5])
        more = f" and {len(changed) - 5} more" if len(changed) > 5 else ""
        repairs.append(f"Column names were trimmed or normalised: {shown}{more}.")
    if empty:
        more = f" and {len(empty) - 5} more" if len(empty) > 5 else ""
        repairs.append(f"Columns without a name were called {', '.join(empty[:5])}{more}.")
    return names, repairs


def looks_like_data(names: Sequence[str]) -> bool:
    """Whether a third of the names are numbers other than years, as in a file without header."""
    numbers = [name for name in names if re.fullmatch(r"[+-]?\d*[.,]?\d+", name)]
    years = [name for name in numbers if re.fullmatch(r"(?:1[5-9]|2[01])\d\d", name)]
    return len(numbers) > len(years) and 3 * len(numbers) >= len(names)


def _refuse_duplicates(names: list[str], path: str) -> None:
    if len(set(names)) == len(names):
        return
    positions: dict[str, list[int]] = {}
    for position, name in enumerate(names, 1):
        positions.setdefault(name, []).append(position)
    twice = [
        f"{name!r} (columns {', '.join(map(str, where))})"
        for name, where in positions.items()
        if len(where) > 1
    ]
    more = f" and {len(twice) - 5} more" if len(twice) > 5 else ""
    raise InputError(
        f"{path} has several columns of the same name: {', '.join(twice[:5])}{more}.",
        "Add a header line: the first line looks like data."
        if looks_like_data(names)
        else "Rename them in the file so that every name is unique.",
    )
