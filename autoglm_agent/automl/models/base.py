"""What a fit is given and what it gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from autoglm_agent.automl.run.clock import Deadline
from autoglm_agent.automl.scoring.problem import Problem


class OutOfTime(Exception):
    """The deadline came before there was any model."""


class FittedPart(Protocol):
    """A fitted model of one fold."""

    def predict(self, X: np.ndarray) -> np.ndarray:
        """Return probabilities (rows, classes) or numbers (rows,), float64."""
        ...


class Stored:
    """A fitted model that is kept as bytes, and parsed by its library for its first prediction."""

    def parse(self) -> Any:
        """Return the library's own model, read from the bytes."""
        raise NotImplementedError

    @property
    def parsed(self) -> Any:
        """The library's own model; read once."""
        model = self.__dict__.get("_parsed")
        if model is None:
            model = self.__dict__["_parsed"] = self.parse()
        return model

    def forget(self) -> None:
        """Let go of the library's own model, which takes several times the memory."""
        self.__dict__.pop("_parsed", None)

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_parsed"}


@dataclass
class Fold:
    """Rows to train on and rows to validate on, as one family's features.

    Attributes:
        X: Features to train on, shape (rows, columns).
        y: Codes or numbers.
        X_valid: Features of the validation rows; empty when the model is fitted on all rows.
        y_valid: Their target.
        weight: Weights of the training rows, or None.
        coded: Indices of the columns that hold category codes.
        levels: Number of levels of each of them.
        cache: What a family may keep between fits of the same fold, such as binned data.
    """

    X: np.ndarray
    y: np.ndarray
    X_valid: np.ndarray
    y_valid: np.ndarray
    weight: np.ndarray | None = None
    coded: tuple[int, ...] = ()
    levels: tuple[int, ...] = ()
    cache: dict[Any, Any] = field(default_factory=dict)


def class_shares(fold: Fold, problem: Problem) -> np.ndarray:
    """Return the weighted share of each class in the training rows, shape (classes,)."""
    counts = np.bincount(fold.y, fold.weight, minlength=problem.width)
    return np.asarray(counts / counts.sum())


@dataclass(frozen=True)
class Fit:
    """The outcome of one fit.

    Attributes:
        model: The fitted model.
        info: JSON data: rounds, trees and the like.
    """

    model: FittedPart
    info: dict[str, Any]


class Family(Protocol):
    """Fits one model on one fold; never runs past the deadline by more than its smallest step."""

    def __call__(
        self,
        params: Mapping[str, Any],
        fold: Fold,
        problem: Problem,
        *,
        seed: int,
        deadline: Deadline,
    ) -> Fit:
        """Fit.

        Raises:
            OutOfTime: If the deadline came before there was a usable model.
        """
        ...
