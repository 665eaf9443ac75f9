"""What each column is: its semantic kind, its numbers, and what a person should know of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from autoglm_agent.automl.data.columns import (
    ColumnKind,
    ColumnProfile,
    blank_cells,
    profile_column,
    within_bounds,
)
from autoglm_agent.automl.data.describe import describe
from autoglm_agent.automl.data.table import Table
from autoglm_agent.automl.data.textdates import parse_dates
from autoglm_agent.automl.data.textnumbers import NumberFormat
from autoglm_agent.automl.run.workspace import Workspace

__all__ = [
    "ColumnKind",
    "ColumnProfile",
    "Profile",
    "describe",
    "profile_table",
    "stored_profile",
    "typed_frame",
]


@dataclass(frozen=True)
class Profile:
    """The profile of a table.

    Attributes:
        name: The table's name.
        digest: The table's digest.
        rows: Number of rows.
        columns: One profile per column, in file order.
        duplicate_rows: Rows that repeat an earlier one in every column.
        repairs: Repairs made while reading.
    """

    name: str
    digest: str
    rows: int
    columns: tuple[ColumnProfile, ...]
    duplicate_rows: int = 0
    repairs: tuple[str, ...] = ()

    @cached_property
    def _by_name(self) -> dict[str, ColumnProfile]:
        return {column.name: column for column in self.columns}

    def column(self, name: str) -> ColumnProfile:
        """Return the column of that name.

        Raises:
            KeyError: If there is none.
        """
        return self._by_name[name]

    def names(self) -> tuple[str, ...]:
        """Return the column names in file order."""
        return tuple(column.name for column in self.columns)

    def to_json(self) -> dict[str, Any]:
        """Return the profile as JSON data."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Profile:
        """Build a profile from what `to_json` gave."""
        columns = tuple(
            ColumnProfile(
                **{
                    **column,
                    "levels": tuple((str(v), int(n)) for v, n in column["levels"]),
                    "notes": tuple(column["notes"]),
                }
            )
            for column in data["columns"]
        )
        return cls(**{**data, "columns": columns, "repairs": tuple(data["repairs"])})


def stored_profile(workspace: Workspace, data_id: str) -> Profile:
    """Return the profile of a run's table, or of what was laid out of it.

    Args:
        workspace: The run's folder.
        data_id: Digest of the table.

    Raises:
        StoreError: If it is missing or damaged.
    """
    own = ("data", f"{data_id}.profile.json")
    parts = own if workspace.has(*own) else ("profile.json",)
    return Profile.from_json(workspace.read_record(*parts, keys=("columns",)))


def profile_table(table: Table) -> Profile:
    """Profile a table: what each column is, in numbers and in words.

    Args:
        table: The table; 30,000 x 20 cells take about a third of a second.
    """
    columns = tuple(profile_column(str(name), table.frame[name]) for name in table.frame.columns)
    return Profile(
        name=table.name,
        digest=table.digest,
        rows=len(table.frame),
        columns=columns,
        duplicate_rows=int(table.frame.duplicated().sum()),
        repairs=table.repairs,
    )


def typed_frame(table: Table, profile: Profile) -> pd.DataFrame:
    """Return the frame with numbers and dates parsed as the profile says.

    Numbers written as text become float64 and dates datetime64, with a missing value where a
    single cell does not parse; nullable integers become float64 where that is exact; cells of
    blanks become missing. Booleans are `bool` or `boolean`; yes/no words keep their words, so
    that predictions say "Yes". Every cell is converted by itself: nothing is fitted.

    Args:
        table: The table, or another one with (some of) the same columns.
        profile: The profile that tells how cells are written.

    Returns:
        A frame with the table's columns and index.
    """
    known = {column.name: column for column in profile.columns}
    data = {}
    for name in table.frame.columns:
        column = table.frame[name]
        told = known.get(str(name))
        data[name] = _typed(column, told) if told is not None else column
    return pd.DataFrame(data, index=table.frame.index, copy=False)


def without_infinities(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with infinite numbers missing, as every encoder of the models takes them.

    A quotient with a denominator of zero has no place on an axis, in a range or in JSON either.
    """
    floats = [n for n in frame.columns if pd.api.types.is_float_dtype(frame[n])]
    lost = {n: np.isinf(frame[n].to_numpy(dtype=np.float64, na_value=np.nan)) for n in floats}
    return frame.assign(**{n: frame[n].mask(bad) for n, bad in lost.items() if bad.any()})


def _typed(column: pd.Series, told: ColumnProfile) -> pd.Series:
    if isinstance(column.dtype, pd.StringDtype):
        if told.kind == "date" and told.format:
            return _by_distinct(column, lambda texts: parse_dates(texts, str(told.format)))
        if told.format and told.format.startswith("number"):
            parse = NumberFormat.from_code(told.format).parse
            return _by_distinct(column, lambda texts: texts.map(parse).astype("float64"))
        blank = blank_cells(column)
        return column.mask(blank) if blank.any() else column
    if told.kind == "date" and told.format and pd.api.types.is_numeric_dtype(column):
        return parse_dates(column, told.format)
    if column.dtype == np.float64:
        values = column.to_numpy()
        within = within_bounds(values)
        return column if within is values else pd.Series(within, column.index, name=column.name)
    if isinstance(column.dtype, pd.Int64Dtype):
        exact = column.abs().max()
        if pd.isna(exact) or exact < 2**53:
            return column.astype("float64")
    return column


def _by_distinct(column: pd.Series, parse: Callable[[pd.Series], pd.Series]) -> pd.Series:
    """Parse each different text once."""
    codes, distinct = pd.factorize(column)
    parsed = parse(pd.Series(distinct, dtype="str")).to_numpy()
    absent = np.array([np.nan if parsed.dtype.kind == "f" else "NaT"], dtype=parsed.dtype)
    return pd.Series(np.concatenate([parsed, absent])[codes], index=column.index)
