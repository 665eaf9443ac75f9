"""Decimal commas: `3,14` and `1.234,5` in files that separate cells by something else.

One file has one convention, so the columns are judged together: a cell such as `3,1` or `0,125`
proves the comma, after which `1.234` in another column is a thousand, not one and a quarter.
"""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

_COMMA = r"^[+-]?(?:\d+|\d{1,3}(?:\.\d{3})+)(?:,\d+)?$"
_PROOF = r",(?:\d{1,2}|\d{4,})$|^[+-]?0,|\.\d{3},"
_LOSSY = r"^[+-]?0\d|^[+-]?\d{19}"


def convert_decimal_commas(
    names: Sequence[str],
    texts: Sequence[pa.Array],
    columns: list[pa.Array],
    told: dict[str, list[str]],
) -> list[pa.Array]:
    """Turn columns with decimal commas into float64, if the file proves that it writes so.

    Args:
        names: Column names.
        texts: The columns as they were written.
        columns: Typed columns; text where a cell was no plain number.
        told: Repairs, added to.
    """
    written = {
        i: pc.if_else(pc.is_valid(column), texts[i], pa.scalar(None, texts[i].type))
        for i, column in enumerate(columns)
        if pa.types.is_string(column.type) or pa.types.is_floating(column.type)
    }
    commas = [i for i, text in written.items() if _is_candidate(text, ",")]
    if not any(_any(written[i], _PROOF) for i in commas):
        return columns
    points = [i for i in written if pa.types.is_floating(columns[i].type)]
    thousands = [i for i, text in written.items() if i not in commas and _is_candidate(text, ".")]
    # A plain `3.14` elsewhere contradicts: then only the cells with commas are read anew.
    chosen = sorted(commas + thousands) if set(points) <= set(thousands) else commas
    out = list(columns)
    for i in chosen:
        plain = pc.replace_substring(pc.replace_substring(written[i], ".", ""), ",", ".")
        out[i] = pc.cast(plain, pa.float64())
    repair = "Decimal commas were read as decimal points in"
    told.setdefault(repair, []).extend(names[i] for i in chosen)
    return out


def _is_candidate(text: pa.Array, mark: str) -> bool:
    filled = text.drop_null()
    if not len(filled) or not _all(filled.slice(0, 200), _COMMA):
        return False
    return (
        _all(filled, _COMMA)
        and bool(pc.any(pc.match_substring(filled, mark)).as_py())
        and not _any(filled, _LOSSY)
    )


def _any(column: pa.Array, pattern: str) -> bool:
    return bool(pc.any(pc.match_substring_regex(column, pattern)).as_py())


def _all(column: pa.Array, pattern: str) -> bool:
    return bool(pc.all(pc.match_substring_regex(column, pattern)).as_py())
