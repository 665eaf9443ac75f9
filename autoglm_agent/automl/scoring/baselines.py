"""The simplest answers, which a model has to beat to be worth anything.

Constants (class shares, mean, median, always yes) and the best rule on one column: a table of
smoothed means per value or quantile bin (Holte 1993, "Very simple classification rules perform
well on most commonly used datasets", https://doi.org/10.1023/A:1022631118932). All are fitted on
training rows alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from autoglm_agent.automl.features.level_means import level_sums
from autoglm_agent.automl.preparation.grouping import moments
from autoglm_agent.automl.scoring.metrics import oriented, score
from autoglm_agent.automl.scoring.problem import Problem

BINS = 8
"""Quantile bins of a number."""

LEVELS = 30
"""Most frequent values of a category that get a mean of their own."""

PRIOR_ROWS = 10.0
"""Weight of the overall mean in each bin, in rows."""


@dataclass(frozen=True)
class Rule:
    """How one column is cut into bins: by edges if a number or date, by levels otherwise."""

    column: str
    edges: np.ndarray | None
    levels: Mapping[str, int]

    @classmethod
    def of(cls, column: pd.Series) -> Rule:
        """Cut a training column."""
        numbers = _numbers(column)
        if numbers is None:
            frequent = column.dropna().astype("str").value_counts().index[:LEVELS]
            return cls(str(column.name), None, {str(v): i for i, v in enumerate(frequent)})
        known = numbers[np.isfinite(numbers)]
        inner = np.linspace(0, 1, BINS + 1)[1:-1]
        edges = np.unique(np.quantile(known, inner)) if len(known) else np.empty(0)
        return cls(str(column.name), edges, {})

    def bins(self, column: pd.Series) -> np.ndarray:
        """Return the bin of each row; bin 0 is missing, the last one of levels is `other`."""
        if self.edges is None:
            other = len(self.levels) + 1
            named = column.astype("str").map(self.levels) + 1
            filled = named.astype("float64").fillna(other).to_numpy()
            return np.where(column.isna(), 0, filled).astype(np.int64)
        numbers = _numbers(column)
        if numbers is None:
            return np.zeros(len(column), dtype=np.int64)
        cut = np.searchsorted(self.edges, numbers, side="right") + 1
        return np.where(np.isfinite(numbers), cut, 0)

    @property
    def size(self) -> int:
        """Number of bins."""
        return 2 + (len(self.levels) if self.edges is None else len(self.edges))


@dataclass(frozen=True)
class SimpleForecast:
    """The simple forecast of each row, which a forecast has to beat.

    Attributes:
        name: For example `same season`.
        column: The column of the laid out rows that holds it.
        differs: Whether the target is told as the difference from it.
    """

    name: str
    column: str
    differs: bool

    @property
    def told(self) -> str:
        """The name for people."""
        return f"the simple forecast ({self.name})"

    def of(self, frame: pd.DataFrame) -> np.ndarray:
        """Return its values, shape (rows,)."""
        return frame[self.column].to_numpy(dtype=np.float64)

    def baseline(self) -> Baseline:
        """Return what it comes to where the target is predicted: nought of a difference."""
        return Baseline(self.told, np.zeros(1), column=None if self.differs else self.column)


@dataclass(frozen=True)
class Baseline:
    """A simple prediction.

    Attributes:
        name: For people.
        table: One prediction per bin; a single row for a constant.
        rule: How rows find their bin; None for a constant.
        column: The column whose value is the prediction, in place of the table.
    """

    name: str
    table: np.ndarray
    rule: Rule | None = None
    column: str | None = None

    def predict(self, frame: pd.DataFrame) -> np.ndarray:
        """Return probabilities (rows, classes) or numbers (rows,)."""
        if self.column is not None:
            return frame[self.column].to_numpy(dtype=np.float64)
        if self.rule is None:
            return np.asarray(np.repeat(self.table, len(frame), axis=0))
        return np.asarray(self.table[self.rule.bins(frame[self.rule.column])])


def fit_baselines(
    X: pd.DataFrame, y: np.ndarray, problem: Problem, simple: SimpleForecast | None = None
) -> list[Baseline]:
    """Fit every baseline that makes sense for the problem's metric.

    Args:
        X: Training features.
        y: Their encoded targets.
        problem: Kind, classes and metric.
        simple: The simple forecast of each row, which stands in place of the mean and the
            median then.
    """
    rule = _best_rule(X, _indicators(y, problem))
    if not problem.is_classification:
        constants = [
            Baseline("the mean", np.array([y.mean()])),
            Baseline("the median", np.array([np.median(y)])),
        ]
        if simple is not None:
            constants = [simple.baseline()]
        return [*constants, *([Baseline(rule[0], rule[1][:, 0], rule[2])] if rule else [])]
    shares = np.bincount(y, minlength=problem.width) / len(y)
    constants = [Baseline("the class shares", shares[None, :])]
    if problem.kind == "binary" and problem.metric in ("f1", "precision"):
        # Saying yes to everything is what these two metrics are easily fooled by.
        always = np.eye(2)[[problem.positive_index]]
        constants.append(Baseline(f"always {problem.classes[problem.positive_index]}", always))
    return [*constants, *([Baseline(*rule)] if rule else [])]


def best_baseline(
    baselines: list[Baseline], frame: pd.DataFrame, y: np.ndarray, problem: Problem
) -> tuple[Baseline, np.ndarray, float]:
    """Return the baseline that does best on these rows, its prediction and its score."""
    rated = []
    for baseline in baselines:
        prediction = baseline.predict(frame)
        rated.append((baseline, prediction, score(problem.metric, y, prediction, problem)))
    defined = [r for r in rated if np.isfinite(r[2])] or rated
    return max(defined, key=lambda r: oriented(problem.metric, r[2]))


def _indicators(y: np.ndarray, problem: Problem) -> np.ndarray:
    if problem.is_classification:
        return np.asarray(np.eye(problem.width)[y])
    return np.asarray(y, dtype=np.float64)[:, None]


def _best_rule(X: pd.DataFrame, target: np.ndarray) -> tuple[str, np.ndarray, Rule] | None:
    """The column whose bin means have the least squared error, each row left out of its own."""
    best: tuple[float, str, np.ndarray, Rule] | None = None
    prior = target.mean(axis=0)
    for name in X.columns:
        rule = Rule.of(X[name])
        bins = rule.bins(X[name])
        counts, sums = level_sums(bins, target, rule.size)
        without = (sums[bins] - target + PRIOR_ROWS * prior) / (counts[bins] - 1 + PRIOR_ROWS)
        error = float(((target - without) ** 2).sum())
        if best is None or error < best[0]:
            table = (sums + PRIOR_ROWS * prior) / (counts + PRIOR_ROWS)
            best = (error, f"a rule on {name!r} alone", table, rule)
    return best[1:] if best else None


def _numbers(column: pd.Series) -> np.ndarray | None:
    if pd.api.types.is_datetime64_any_dtype(column):
        return np.where(column.isna(), np.nan, moments(column).astype(np.float64))
    if pd.api.types.is_bool_dtype(column) or not pd.api.types.is_numeric_dtype(column):
        return None
    return np.asarray(column.to_numpy(dtype=np.float64, na_value=np.nan))
