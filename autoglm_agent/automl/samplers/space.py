"""The space of modelling paradigms: a family, how the table is put before it, and its settings.

A point is a plain dict of parameters; which of them exist depends on the family, as in a
define-by-run Optuna study. `suggest` asks a trial for one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import optuna

Value = str | int | float | bool
Params = dict[str, Value]


@dataclass(frozen=True)
class Choice:
    """A parameter with named values."""

    values: tuple[Value, ...]


@dataclass(frozen=True)
class Range:
    """A numeric parameter.

    Attributes:
        low: Smallest value.
        high: Largest value.
        log: Whether its logarithm is what matters.
        whole: Whether it is an integer.
    """

    low: float
    high: float
    log: bool = False
    whole: bool = False


SHARED: dict[str, Choice] = {
    "scaler": Choice(("none", "standard", "robust", "quantile")),
    "encoder": Choice(("onehot", "ordinal")),
    "features": Choice(("none", "select", "pca", "products")),
    "balanced": Choice((False, True)),
}
"""How the table is put before the model, whatever the family."""

_FOREST = {
    "max_features": Range(0.1, 1.0),
    "leaf": Range(1, 20, log=True, whole=True),
}
SETTINGS: dict[str, dict[str, Choice | Range]] = {
    "linear": {"C": Range(0.001, 100.0, log=True)},
    "svm": {"C": Range(0.01, 100.0, log=True), "gamma": Range(0.01, 10.0, log=True)},
    "neighbours": {
        "k": Range(1, 50, log=True, whole=True),
        "weights": Choice(("uniform", "distance")),
    },
    "bayes": {"smoothing": Range(1e-9, 1.0, log=True)},
    "discriminant": {"shrinkage": Range(0.0, 1.0), "quadratic": Choice((False, True))},
    "tree": {"depth": Range(1, 16, whole=True), "leaf": Range(1, 40, log=True, whole=True)},
    "forest": dict(_FOREST),
    "extra_trees": dict(_FOREST),
    "boosting": {
        "rate": Range(0.01, 0.5, log=True),
        "leaves": Range(2, 64, log=True, whole=True),
        "leaf": Range(1, 40, log=True, whole=True),
        "sampling": Range(0.3, 1.0),
    },
    "network": {
        "width": Range(4, 128, log=True, whole=True),
        "decay": Range(1e-5, 10.0, log=True),
    },
}
"""Settings of each family; in a point they are called `family.setting`."""


def distributions(family: str | None = None) -> dict[str, Choice | Range]:
    """Return every parameter of the space, or those of one family's points."""
    found: dict[str, Choice | Range] = {"family": Choice(tuple(SETTINGS)), **SHARED}
    for name, settings in SETTINGS.items():
        if family in (None, name):
            found |= {f"{name}.{setting}": place for setting, place in settings.items()}
    return found


def suggest(trial: optuna.Trial, balanced: bool = True) -> Params:
    """Ask an Optuna trial for a point of the space.

    Args:
        trial: The running trial.
        balanced: Whether class weights are searched; without, they are off (regression).

    Returns:
        The point, fit for `pipeline.build`.
    """
    family = str(trial.suggest_categorical("family", list(SETTINGS)))
    point: Params = {"family": family}
    for name, place in distributions(family).items():
        if name == "family":
            continue
        if name == "balanced" and not balanced:
            point[name] = False
        else:
            point[name] = ask(trial, name, place)
    return point


def ask(trial: optuna.Trial, name: str, place: Choice | Range) -> Value:
    """Ask an Optuna trial for one parameter."""
    if isinstance(place, Choice):
        return _plain(trial.suggest_categorical(name, list(place.values)))
    value: Value
    if place.whole:
        value = trial.suggest_int(name, int(place.low), int(place.high), log=place.log)
    else:
        value = trial.suggest_float(name, place.low, place.high, log=place.log)
    return value


def _plain(value: object) -> Value:
    assert isinstance(value, str | int | float)
    return value


def within(point: Mapping[str, Value]) -> bool:
    """Whether a point lies in the space and lacks nothing."""
    places = distributions(str(point.get("family")))
    if set(point) != set(places):
        return False
    return all(_admits(place, point[name]) for name, place in places.items())


def _admits(place: Choice | Range, value: Any) -> bool:
    if isinstance(place, Choice):
        return value in place.values
    return isinstance(value, int | float) and place.low <= value <= place.high
