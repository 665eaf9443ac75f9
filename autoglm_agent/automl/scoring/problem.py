"""What is to be predicted: the kind of problem, its classes and the metric that judges it.

Predictions are the same everywhere in the engine: for classification a float64 array of shape
(rows, classes) with probabilities in the order of `Problem.classes`, for regression a float64
array of shape (rows,).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Self

import numpy as np
import pandas as pd

from autoglm_agent.automl.scoring.metrics import GREATER_IS_BETTER, default_metric, metrics_for
from autoglm_agent.errors import InputError

SupervisedKind = Literal["binary", "multiclass", "regression"]
Label = str | int | float | bool


@dataclass(frozen=True)
class Problem:
    """A supervised problem.

    Attributes:
        kind: `binary`, `multiclass` or `regression`.
        metric: One of the names in `metrics.GREATER_IS_BETTER` that fits the kind.
        classes: The labels, sorted as `numpy.unique` sorts them; empty for regression.
        positive: Index into `classes` of the positive class; binary problems only.
        costs: Relative costs of the mistakes, for example `(("fn", 10.0), ("fp", 1.0))`.
    """

    kind: SupervisedKind
    metric: str
    classes: tuple[Label, ...] = ()
    positive: int | None = None
    costs: tuple[tuple[str, float], ...] = ()

    def __post_init__(self) -> None:
        if self.metric not in metrics_for(self.kind):
            raise InputError(
                f"The metric {self.metric!r} does not fit a {self.kind} problem.",
                f"Choose one of {', '.join(metrics_for(self.kind))}.",
            )

    @classmethod
    def of(
        cls,
        kind: SupervisedKind,
        y: pd.Series | np.ndarray,
        *,
        metric: str | None = None,
        positive: Label | None = None,
        costs: Mapping[str, float] | None = None,
    ) -> Self:
        """Describe the problem that a target column poses.

        Args:
            kind: The kind of problem.
            y: The target, shape (rows,), without missing values.
            metric: Name of the metric; by default `metrics.default_metric` chooses.
            positive: Label of the positive class; by default the second class.
            costs: Relative costs of the mistakes (`fn`, `fp`).

        Raises:
            InputError: If there are fewer than two classes, more than two in a binary problem,
                or the positive class does not occur.
        """
        if kind == "regression":
            return cls(kind, metric or default_metric(kind, np.empty(0)))
        classes = labels_of(y)
        if len(classes) < 2 or (kind == "binary" and len(classes) != 2):
            raise InputError(
                f"A {kind} problem cannot have {len(classes)} class(es) in the target.",
                "Give a target with two classes." if kind == "binary" else "Give more classes.",
            )
        index = _positive_index(classes, positive) if kind == "binary" else None
        codes = cls(kind, "accuracy", classes).encode(y)
        if metric is None:
            metric = default_metric(kind, codes)
        return cls(kind, metric, classes, index, tuple(sorted((costs or {}).items())))

    @property
    def is_classification(self) -> bool:
        """Whether predictions are probabilities of classes."""
        return self.kind != "regression"

    @property
    def width(self) -> int:
        """Number of columns of a prediction; 1 for regression."""
        return len(self.classes) if self.is_classification else 1

    @property
    def positive_index(self) -> int:
        """Index of the positive class; the second one unless told."""
        return 1 if self.positive is None else self.positive

    def encode(self, y: pd.Series | np.ndarray) -> np.ndarray:
        """Turn labels into int64 codes, or a numeric target into float64.

        Raises:
            InputError: If a label is unknown, or a regression target is not a finite number.
        """
        values = pd.Series(np.asarray(y)) if not isinstance(y, pd.Series) else y
        if not self.is_classification:
            return _encode_numbers(values, at_least=0.0 if self.metric == "rmsle" else None)
        codes = pd.Index(self.classes).get_indexer(pd.Index(values))
        unknown = np.flatnonzero(codes < 0)
        if len(unknown):
            row = int(unknown[0])
            raise InputError(
                f"The target has the unknown label {values.iloc[row]!r} in row {row}.",
                f"Known labels: {', '.join(repr(c) for c in self.classes[:20])}.",
            )
        return np.asarray(codes, dtype=np.int64)

    def to_json(self) -> dict[str, Any]:
        """Return the problem as JSON data."""
        return {
            "kind": self.kind,
            "metric": self.metric,
            "classes": list(self.classes),
            "positive": self.positive,
            "costs": dict(self.costs),
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Read back what `to_json` wrote."""
        return cls(
            data["kind"],
            data["metric"],
            tuple(data.get("classes") or ()),
            data.get("positive"),
            tuple(sorted((data.get("costs") or {}).items())),
        )

    @property
    def greater_is_better(self) -> bool:
        """Orientation of the metric."""
        return GREATER_IS_BETTER[self.metric]


def labels_of(y: pd.Series | np.ndarray | Sequence[Label]) -> tuple[Label, ...]:
    """Return the distinct labels as plain Python values, sorted.

    Raises:
        InputError: If a label is missing, or labels of different types cannot be sorted.
    """
    values = pd.Series(np.asarray(y)) if not isinstance(y, pd.Series) else y
    missing = int(values.isna().sum())
    if missing:
        raise InputError(
            f"The target has {missing} missing value(s).", "Leave the rows without a target out."
        )
    try:
        unique = np.unique(values.to_numpy())
    except TypeError as error:
        raise InputError(
            "The target mixes text and numbers.", "Write all labels in the same way."
        ) from error
    return tuple(v.item() if isinstance(v, np.generic) else v for v in unique)


def _positive_index(classes: tuple[Label, ...], positive: Label | None) -> int | None:
    if positive is None:
        return None
    if positive in classes:
        return classes.index(positive)
    texts = [str(c) for c in classes]
    if str(positive) in texts:
        return texts.index(str(positive))
    raise InputError(
        f"The positive class {positive!r} does not occur in the target.",
        f"Classes: {', '.join(repr(c) for c in classes)}.",
    )


def _encode_numbers(values: pd.Series, at_least: float | None = None) -> np.ndarray:
    try:
        numbers = values.to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise InputError(
            f"The target {values.name or ''!s} is not numeric.",
            "Give a numeric target for regression, or ask for a classification.",
        ) from error
    bad = np.flatnonzero(~np.isfinite(numbers))
    if len(bad):
        raise InputError(
            f"The target is missing or infinite in {len(bad)} row(s), first in row {int(bad[0])}.",
            "Leave these rows out.",
        )
    low = np.flatnonzero(numbers < (-np.inf if at_least is None else at_least))
    if len(low):
        raise InputError(
            f"RMSLE needs a target without negative numbers; row {int(low[0])} has "
            f"{numbers[low[0]]:g} ({len(low)} row(s) in all).",
            "Choose rmse or mae.",
        )
    return numbers
