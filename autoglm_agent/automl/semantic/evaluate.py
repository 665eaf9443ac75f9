"""What the operators compute; group means, counts and codes are learnt from the rows fitted on.

Nothing here looks at the target. A group's mean is drawn towards the mean of all rows by
`SHRINK` rows, because a mean over few rows says little, and means less on rows it has not seen.
"""

from __future__ import annotations

import re
import warnings
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from autoglm_agent.automl.features.values import as_days, as_numbers, as_text, as_truth
from autoglm_agent.automl.semantic.expressions import Expression

SHRINK = 5.0
MOST_LEVELS = 2000
"""Levels of a group or a cross that are told apart."""
State = dict[str, Any]
"""What one expression has learnt: number of its node to JSON data."""


class Evaluation:
    """Evaluates expressions on one frame; columns are read once.

    Args:
        frame: The raw columns.
        kinds: Column to kind; tells booleans from numbers.
    """

    def __init__(self, frame: pd.DataFrame, kinds: dict[str, str]) -> None:
        self.frame = frame
        self.kinds = kinds
        self._read: dict[tuple[str, str], Any] = {}

    def fit(self, expression: Expression) -> tuple[np.ndarray, State]:
        """Return the values, float64 (rows,), and what was learnt."""
        state: State = {}
        return self._value(expression, state, iter(range(10_000)), learn=True), state

    def apply(self, expression: Expression, state: State) -> np.ndarray:
        """Return the values by what was learnt elsewhere."""
        return self._value(expression, state, iter(range(10_000)), learn=False)

    def _value(self, node: Expression, state: State, numbers: Any, *, learn: bool) -> np.ndarray:
        number = str(next(numbers))
        if node.op == "sql":
            from autoglm_agent.automl.semantic.sql import evaluate_sql

            return evaluate_sql(node.value, self.frame, node.columns(), self.kinds)
        inner = [
            part if isinstance(part, str) else self._value(part, state, numbers, learn=learn)
            for part in node.of
        ]
        if node.op in LEARNING:
            if learn:
                state[number] = LEARNING[node.op][0](self, inner)
            return LEARNING[node.op][1](self, inner, state[number])
        if node.op in _ON_RAW:
            return _ON_RAW[node.op](self, inner, node.value)
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # columns that are missing as a whole
            return _NUMERIC[node.op]([self.number(part) for part in inner])

    def number(self, part: str | np.ndarray) -> np.ndarray:
        """Return a column or an inner value as float64."""
        if isinstance(part, np.ndarray):
            return part
        truth = self.kinds.get(part) == "boolean"
        return np.asarray(self._cached("number", part, as_truth if truth else as_numbers))

    def text(self, part: str) -> list[str]:
        """Return a column as text, empty where missing."""
        found: list[str] = self._cached("text", part, as_text)
        return found

    def days(self, part: str) -> np.ndarray:
        """Return a date column as days since 1970."""
        return np.asarray(self._cached("days", part, as_days))

    def _cached(self, kind: str, name: str, read: Callable[[pd.Series], Any]) -> Any:
        if (kind, name) not in self._read:
            self._read[kind, name] = read(self.frame[name])
        return self._read[kind, name]


def _stack(parts: list[np.ndarray]) -> np.ndarray:
    return np.stack(parts, axis=1)


def _trend(parts: list[np.ndarray]) -> np.ndarray:
    places = np.arange(len(parts)) - (len(parts) - 1) / 2
    return np.asarray(_stack(parts) @ places / (places @ places))


def _ratio(parts: list[np.ndarray]) -> np.ndarray:
    return np.where(parts[1] == 0, np.nan, parts[0] / parts[1])


def _share(parts: list[np.ndarray]) -> np.ndarray:
    return _ratio([parts[0], _stack(parts).sum(axis=1)])


_NUMERIC: dict[str, Callable[[list[np.ndarray]], np.ndarray]] = {
    "sum": lambda p: _stack(p).sum(axis=1),
    "difference": lambda p: p[0] - p[1],
    "product": lambda p: _stack(p).prod(axis=1),
    "ratio": _ratio,
    "share": _share,
    "mean": lambda p: np.nanmean(_stack(p), axis=1),
    "deviation": lambda p: np.nanstd(_stack(p), axis=1),
    "least": lambda p: np.nanmin(_stack(p), axis=1),
    "most": lambda p: np.nanmax(_stack(p), axis=1),
    "trend": _trend,
    "absolute": lambda p: np.abs(p[0]),
    "log": lambda p: np.where(p[0] > -1, np.log1p(np.maximum(p[0], -0.999999)), np.nan),
}


def _date_part(work: Evaluation, of: list[Any], part: str) -> np.ndarray:
    days = work.days(of[0])
    missing = ~np.isfinite(days)
    moment = pd.DatetimeIndex(
        (np.where(missing, 0.0, days) * 86_400).round().astype("int64").astype("datetime64[s]")
    )
    if part == "weekend":
        values = (moment.day_of_week >= 5).astype(float)
    elif part == "hour":
        values = (moment.hour + moment.minute / 60).to_numpy(float)
    else:
        named = {"weekday": "day_of_week"}.get(part, part)
        values = getattr(moment, named).to_numpy(float)
    return np.where(missing, np.nan, values)


def _same(work: Evaluation, of: list[Any], _: str) -> np.ndarray:
    first, second = (np.array(work.text(name), dtype=object) for name in of)
    return np.where((first == "") | (second == ""), np.nan, (first == second).astype(float))


def _count_equal(work: Evaluation, of: list[Any], level: str) -> np.ndarray:
    hits = [[cell == level for cell in work.text(name)] for name in of]
    return np.asarray(np.sum(hits, axis=0), dtype=np.float64)


_FIRST_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def _number_in(text: str) -> float:
    found = _FIRST_NUMBER.search(text)
    return float(found.group()) if found else np.nan


def _of_text(measure: Callable[[str], float]) -> Callable[[Evaluation, list[Any], str], np.ndarray]:
    return lambda work, of, _: np.array([measure(t) if t else np.nan for t in work.text(of[0])])


_ON_RAW: dict[str, Callable[[Evaluation, list[Any], str], np.ndarray]] = {
    "date_part": _date_part,
    "gap_days": lambda work, of, _: work.days(of[0]) - work.days(of[1]),
    "same": _same,
    "count_equal": _count_equal,
    "text_length": _of_text(len),
    "word_count": _of_text(lambda t: len(t.split())),
    "digit_count": _of_text(lambda t: sum(c.isdigit() for c in t)),
    "upper_share": _of_text(lambda t: sum(c.isupper() for c in t) / len(t)),
    "number_in": _of_text(_number_in),
}


def _learn_means(work: Evaluation, of: list[Any]) -> dict[str, Any]:
    numbers = work.number(of[0])
    known = np.isfinite(numbers)
    overall = float(numbers[known].mean()) if known.any() else 0.0
    codes, levels = pd.factorize(np.array(work.text(of[1]), dtype=object))
    counts = np.bincount(codes[known], minlength=len(levels))
    sums = np.bincount(codes[known], numbers[known], minlength=len(levels))
    means = (sums + SHRINK * overall) / (counts + SHRINK)
    top = np.argsort(-counts, kind="stable")[:MOST_LEVELS]
    return {"overall": overall, "means": {str(levels[i]): float(means[i]) for i in top}}


def _group_mean(work: Evaluation, of: list[Any], learnt: dict[str, Any]) -> np.ndarray:
    means, overall = learnt["means"], learnt["overall"]
    return np.array([means.get(level, overall) for level in work.text(of[1])], dtype=np.float64)


def _group_gap(work: Evaluation, of: list[Any], learnt: dict[str, Any]) -> np.ndarray:
    return np.asarray(work.number(of[0]) - _group_mean(work, of, learnt))


def _learn_counts(work: Evaluation, of: list[Any]) -> dict[str, Any]:
    counts = Counter(work.text(of[0]))
    rows = max(1, sum(counts.values()))
    # Shares, not counts: those of a fold and those of all rows must mean the same.
    return {"shares": {k: c / rows for k, c in counts.most_common(MOST_LEVELS)}}


def _group_count(work: Evaluation, of: list[Any], learnt: dict[str, Any]) -> np.ndarray:
    shares = learnt["shares"]
    return np.array([shares.get(level, 0.0) for level in work.text(of[0])], dtype=np.float64)


def _pairs(work: Evaluation, of: list[Any]) -> list[str]:
    first, second = work.text(of[0]), work.text(of[1])
    return [f"{len(a)}:{a}{b}" for a, b in zip(first, second, strict=True)]


def _learn_pairs(work: Evaluation, of: list[Any]) -> dict[str, Any]:
    ranked = sorted(Counter(_pairs(work, of)).items(), key=lambda item: (-item[1], item[0]))
    return {"levels": [level for level, _ in ranked[:MOST_LEVELS]]}


def _cross(work: Evaluation, of: list[Any], learnt: dict[str, Any]) -> np.ndarray:
    codes = {level: float(code) for code, level in enumerate(learnt["levels"])}
    return np.array([codes.get(pair, float(len(codes))) for pair in _pairs(work, of)])


_Learn = Callable[[Evaluation, list[Any]], dict[str, Any]]
_Apply = Callable[[Evaluation, list[Any], dict[str, Any]], np.ndarray]
LEARNING: dict[str, tuple[_Learn, _Apply]] = {
    "group_mean": (_learn_means, _group_mean),
    "group_gap": (_learn_means, _group_gap),
    "group_count": (_learn_counts, _group_count),
    "cross": (_learn_pairs, _cross),
}
"""Operators that learn from the rows: how they learn, and how they apply it."""
