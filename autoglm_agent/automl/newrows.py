"""Rows that a finished model is to predict: read as in training, and what of them it cannot use.

How a column writes its numbers is decided from all of its cells, as a profile decides it; what
training said of it counts where the cells leave it open.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from autoglm_agent.automl.data.columns import blank_cells
from autoglm_agent.automl.data.profile import ColumnProfile, Profile, typed_frame
from autoglm_agent.automl.data.table import Table
from autoglm_agent.automl.data.textnumbers import NumberFormat, is_open, written_decimal
from autoglm_agent.automl.features.values import as_days, as_numbers, as_text, as_truth

Tell = Callable[[str], None]
"""Hears one sentence for a person."""

SHOWN = 40
"""Characters of a cell or a name that are shown."""


def unheard(sentence: str) -> None:
    """Hear a sentence and keep nothing of it."""


def read_new_rows(
    table: Table,
    profile: Profile,
    kinds: Mapping[str, str],
    levels: Mapping[str, Collection[str]],
    *,
    tell: Tell = unheard,
) -> pd.DataFrame:
    """Return new rows as `typed_frame` does, and tell which cells the model cannot use.

    Args:
        table: The new rows; columns that the model does not read are not looked at.
        profile: Of the table that the model was trained on.
        kinds: How the model reads each of its columns: `number`, `boolean`, `date`, `category`.
        levels: The values of each category that it knows; a column that is absent is not asked.
        tell: Hears one sentence for each column with cells that are not used as they are, and for
            each whose commas may mean two things.
    """
    known = {column.name: column for column in profile.columns}
    written: dict[str, ColumnProfile] = {}
    for name in map(str, table.frame.columns):
        if kinds.get(name) == "number" and name in known and _is_text(table.frame[name]):
            decimal = _decimal(name, table.frame[name], known[name], tell)
            written[name] = replace(known[name], format=decimal.code())
    told = tuple(written.get(column.name, column) for column in profile.columns)
    frame = typed_frame(table, replace(profile, columns=told))
    for name, kind in kinds.items():
        if name in frame:
            _tell_unusable(name, kind, table.frame[name], frame[name], levels.get(name), tell)
    return frame


def _is_text(column: pd.Series) -> bool:
    return isinstance(column.dtype, pd.StringDtype)


def _decimal(name: str, column: pd.Series, told: ColumnProfile, tell: Tell) -> NumberFormat:
    """Return how the new cells are written; training's way where they leave it open."""
    texts = [str(text) for text in column.dropna().unique()]
    before = told.format if told.format and told.format.startswith("number") else None
    trained = NumberFormat.from_code(before) if before else NumberFormat()
    decimal = written_decimal(texts, suffix=trained.suffix)
    example = next(filter(is_open, texts), None)
    if example is not None and not decimal and not before:
        tell(
            f"{_short(name)}: {_short(example)} may be a thousand or a decimal; all commas of the "
            "column were read as thousands. Write decimal points if they are none."
        )
    return replace(trained, decimal=decimal or trained.decimal)


def _tell_unusable(
    name: str,
    kind: str,
    raw: pd.Series,
    read: pd.Series,
    levels: Collection[str] | None,
    tell: Tell,
) -> None:
    filled = raw.notna().to_numpy()
    if _is_text(raw):
        filled = filled & ~blank_cells(raw)
    if kind == "category":
        if levels is None:
            return
        lost = filled & ~np.isin(np.array(as_text(read), dtype=object), list(levels))
        what, treated = "hold a value that training did not", "as an unseen level"
    else:
        values = _READ[kind](read) if kind in _READ else np.zeros(len(read))
        lost = filled & np.isnan(values)
        what, treated = f"cannot be read as {_NOUNS.get(kind, kind)}", "as missing"
    count = int(lost.sum())
    if not count:
        return
    first = int(np.flatnonzero(lost)[0])
    cells = "1 cell" if count == 1 else f"{count} cells"
    what = what.replace("hold", "holds") if count == 1 else what
    tell(
        f"{_short(name)}: {cells} of {len(raw)} {what}, first {_short(str(raw.iloc[first]))} in "
        f"row {first + 1}; treated {treated}."
    )


_READ: Mapping[str, Callable[[pd.Series], np.ndarray]] = {
    "number": as_numbers,
    "boolean": as_truth,
    "date": as_days,
}
_NOUNS = {"number": "a finite number", "boolean": "yes or no", "date": "a date"}


def _short(text: str) -> str:
    """Return a cell or a name quoted, escaped and short."""
    return repr(text if len(text) <= SHOWN else text[: SHOWN - 1] + "…")
