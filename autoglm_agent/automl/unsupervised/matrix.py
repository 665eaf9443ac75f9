"""A messy table as a matrix in which distances mean something.

Every column weighs the same: a number is scaled to variance one (after a logarithm if it is
very skewed), the indicators of a category together have variance one. Dates count as numbers,
and the time between two dates is a column of its own. Free text is left out. All parameters
are plain numbers, so the view is saved as JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from autoglm_agent.automl.features.linear import skewness
from autoglm_agent.automl.features.values import as_days, as_numbers
from autoglm_agent.errors import InputError

LEVELS = 12
"""Most frequent values of a category that get an indicator; the others share one."""

MISSING = "(missing)"
OTHER = "(other)"

SKEWED = 2.0
"""Skewness from which a non-negative number is measured by its logarithm."""


@dataclass(frozen=True)
class Measure:
    """One quantity of a row: a number, a moment, the days between two moments, or a category.

    Attributes:
        name: The column, or a name made of two for a difference.
        of: The columns it is read from.
        kind: `number`, `date`, `days` or `category`.
        log: Whether log(1 + x) is taken before scaling.
        middle: Mean after that; missing numbers count as this.
        spread: Standard deviation after that.
        levels: Level to its share, most frequent first, for a category.
    """

    name: str
    of: tuple[str, ...]
    kind: str
    log: bool = False
    middle: float = 0.0
    spread: float = 1.0
    levels: Mapping[str, float] = field(default_factory=dict)

    def numbers(self, frame: pd.DataFrame) -> np.ndarray:
        """Return the raw values as floats, NaN where missing; dates in days since 1970."""
        columns = [frame[name] for name in self.of]
        if self.kind == "number":
            return as_numbers(columns[0])
        days = [as_days(column) for column in columns]
        return days[0] if self.kind == "date" else days[1] - days[0]

    def levelled(self, values: np.ndarray) -> np.ndarray:
        """Return raw numbers after the logarithm, if the measure takes one."""
        return np.asarray(np.log1p(np.maximum(values, 0.0)) if self.log else values)

    def names(self, frame: pd.DataFrame) -> np.ndarray:
        """Return the level of each row as text, missing and rare values under names of their own.

        An unseen value counts as rare.
        """
        column = frame[self.of[0]]
        texts = column.astype("str")
        known = texts.where(texts.isin(list(self.levels)), OTHER)
        return known.where(column.notna(), MISSING).to_numpy(dtype=object)

    def scaled(self, frame: pd.DataFrame, clip: float | None) -> np.ndarray:
        """Return the columns of the matrix, shape (rows, 1) or (rows, levels)."""
        if self.kind == "category":
            named = self.names(frame)
            shares = np.array(list(self.levels.values()))
            told = np.stack([named == level for level in self.levels], axis=1)
            return np.asarray((told - shares) / self.spread)
        values = self.levelled(self.numbers(frame))
        scaled = np.nan_to_num((values - self.middle) / self.spread)
        return np.asarray(scaled if clip is None else np.clip(scaled, -clip, clip))[:, None]


@dataclass(frozen=True)
class MatrixView:
    """How a table becomes a matrix.

    Attributes:
        measures: What is measured, in the order of the matrix.
        left_out: Column to the reason why it is not in the matrix.
        clip: Largest absolute scaled value; None for no limit.
    """

    measures: tuple[Measure, ...]
    left_out: Mapping[str, str]
    clip: float | None = None

    @classmethod
    def fit(
        cls, frame: pd.DataFrame, kinds: Mapping[str, str], *, clip: float | None = None
    ) -> MatrixView:
        """Learn scales and levels from the training rows.

        Raises:
            InputError: If no column is left.
        """
        measures: list[Measure] = []
        left_out: dict[str, str] = {}
        for name in map(str, frame.columns):
            made = _measure(frame, name, kinds.get(name, ""))
            if isinstance(made, Measure):
                measures.append(made)
            else:
                left_out[name] = made
        dates = [m.name for m in measures if m.kind == "date"]
        for first, second in combinations(dates[:4], 2):
            days = Measure(f"{second} − {first}", (first, second), "days")
            made = _number(days, frame)
            if isinstance(made, Measure):
                measures.append(made)
        if not measures:
            why = "; ".join(f"{name!r}: {reason}" for name, reason in left_out.items())
            raise InputError(f"No column can be compared ({why}).", "Add numbers or categories.")
        return cls(tuple(measures), left_out, clip)

    def transform(self, frame: pd.DataFrame) -> np.ndarray:
        """Return the matrix, shape (rows, columns).

        Raises:
            InputError: If columns are missing; names them.
        """
        absent = {c for m in self.measures for c in m.of} - set(map(str, frame.columns))
        if absent:
            listed = ", ".join(sorted(map(repr, absent)))
            raise InputError(f"The table lacks the columns {listed}.", "Give the same columns.")
        return np.hstack([m.scaled(frame, self.clip) for m in self.measures])

    def to_json(self) -> dict[str, Any]:
        """Return the view as JSON data."""
        return {
            "measures": [{**m.__dict__, "of": list(m.of), "levels": dict(m.levels)}
                         for m in self.measures],
            "left_out": dict(self.left_out),
            "clip": self.clip,
        }  # fmt: skip

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> MatrixView:
        """Read back what `to_json` wrote."""
        measures = tuple(Measure(**{**m, "of": tuple(m["of"])}) for m in data["measures"])
        return cls(measures, data["left_out"], data["clip"])


def _measure(frame: pd.DataFrame, name: str, kind: str) -> Measure | str:
    """What is measured of a column, or why nothing is."""
    column = frame[name]
    if pd.api.types.is_datetime64_any_dtype(column):
        return _number(Measure(name, (name,), "date"), frame)
    number = pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)
    if number and kind not in ("category", "boolean"):
        return _number(Measure(name, (name,), "number"), frame)
    counts = column.astype("str")[column.notna()].value_counts()
    if kind == "text" or len(counts) > max(50, 0.2 * len(column)):
        return "free text or too many different values to compare"
    frequent = [str(level) for level in counts.index[:LEVELS]]
    measure = Measure(name, (name,), "category", levels=dict.fromkeys(frequent, 0.0))
    shares = pd.Series(measure.names(frame)).value_counts(normalize=True)
    spread = float(np.sqrt(1.0 - float((shares**2).sum())))
    if spread < 1e-9:
        return "one value only"
    levels = {str(level): float(share) for level, share in shares.items()}
    return Measure(name, (name,), "category", spread=spread, levels=levels)


def _number(measure: Measure, frame: pd.DataFrame) -> Measure | str:
    values = measure.numbers(frame)
    known = values[np.isfinite(values)]
    if len(known) < 2 or known.min() == known.max():
        return "one value only"
    log = measure.kind != "date" and bool(known.min() >= 0) and skewness(known) > SKEWED
    if log:
        known = np.log1p(known)
    return Measure(
        measure.name, measure.of, measure.kind, log, float(known.mean()), float(known.std()) or 1.0
    )
