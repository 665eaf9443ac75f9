"""A profile as a compact text for a model's prompt.

Names and cells are foreign data: they stand in JSON quotes, without control characters, cut to
length, so that none of them can pass for a line of the prompt.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from autoglm_agent.automl.data.readers.names import clean_text

if TYPE_CHECKING:
    from autoglm_agent.automl.data.columns import ColumnProfile
    from autoglm_agent.automl.data.profile import Profile

_NAME = 80
_LEVEL = 24
_LEVELS = 6
_NOTE = 100
_REPAIRS = 6


def describe(profile: Profile, limit: int = 60) -> str:
    """Return the profile as text, one line per column.

    Args:
        profile: The profile.
        limit: Most columns listed; the rest are counted.
    """
    lines = [
        f"table {quote(profile.name)}: {profile.rows} rows x {len(profile.columns)} columns, "
        f"{profile.duplicate_rows} duplicate rows",
        "column | kind | missing | distinct | values | notes",
    ]
    lines += [_line(column) for column in profile.columns[:limit]]
    if len(profile.columns) > limit:
        rest = profile.columns[limit:]
        counts: dict[str, int] = {}
        for column in rest:
            counts[column.kind] = counts.get(column.kind, 0) + 1
        kinds = ", ".join(f"{n} {kind}" for kind, n in sorted(counts.items()))
        lines.append(f"… and {len(rest)} more columns ({kinds})")
    lines += [f"read with repair: {quote(text, 200)}" for text in profile.repairs[:_REPAIRS]]
    return "\n".join(lines)


def quote(text: str, length: int = _NAME) -> str:
    """Return foreign text as a JSON string on one line, cut to `length` characters."""
    clean = clean_text(text[: 4 * length])
    if len(clean) > length:
        clean = clean[: length - 1] + "…"
    return json.dumps(clean, ensure_ascii=False)


def _line(column: ColumnProfile) -> str:
    notes = "; ".join(quote(note, _NOTE) for note in column.notes[:3])
    unit = f" ({quote(column.unit, 12)})" if column.unit else ""
    fields = (
        quote(column.name),
        column.kind + unit,
        str(column.missing),
        str(column.distinct),
        _values(column),
        notes,
    )
    return " | ".join(fields)


def _values(column: ColumnProfile) -> str:
    if column.levels:
        shown = ", ".join(f"{quote(level, _LEVEL)} {n}" for level, n in column.levels[:_LEVELS])
        more = column.distinct - min(len(column.levels), _LEVELS)
        return shown + (f", … {more} more" if more > 0 else "")
    if column.first is not None:
        return f"{column.first} to {column.last}"
    if column.minimum is not None:
        return (
            f"{_short(column.minimum)} to {_short(column.maximum)}, "
            f"mean {_short(column.mean)}, median {_short(column.median)}"
        )
    return f"{column.mean_length:.0f} characters" if column.mean_length is not None else ""


def _short(value: float | None) -> str:
    return "?" if value is None else f"{value:.6g}"
