"""The modelling paradigm library: some 300 named points of the space.

Each is a way of working that practitioners would recognise by its name: a family with its usual
settings, the same with other capacity, and the same on another view of the table. A search over a
fixed library can carry knowledge from table to table, because the very same configurations were
tried there; a search over a continuous space has to guess at similarity first.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from autoglm_agent.automl.samplers.space import Params, Value

_USUAL: Params = {
    "scaler": "standard", "encoder": "onehot", "features": "none", "balanced": False,
}  # fmt: skip
_TREES: Params = {**_USUAL, "scaler": "none", "encoder": "ordinal"}

GRIDS: dict[str, dict[str, tuple[Value, ...]]] = {
    "linear": {"C": (0.003, 0.01, 0.1, 1.0, 10.0, 100.0)},
    "svm": {"C": (0.3, 3.0, 30.0, 100.0), "gamma": (0.1, 0.4, 1.0, 3.0)},
    "neighbours": {"k": (1, 3, 5, 9, 15, 31, 50), "weights": ("uniform", "distance")},
    "bayes": {"smoothing": (1e-9, 1e-2, 0.3)},
    "discriminant": {"shrinkage": (0.0, 0.1, 0.5), "quadratic": (False, True)},
    "tree": {"depth": (1, 2, 4, 7, 12), "leaf": (1, 5, 20)},
    "forest": {"max_features": (0.1, 0.3, 0.6, 1.0), "leaf": (1, 3, 10)},
    "extra_trees": {"max_features": (0.1, 0.3, 0.6, 1.0), "leaf": (1, 3, 10)},
    "boosting": {
        "rate": (0.05, 0.2),
        "leaves": (4, 12, 31),
        "leaf": (2, 10),
        "sampling": (0.5, 0.9),
    },
    "network": {"width": (8, 32, 96), "decay": (1e-4, 1e-2, 1.0)},
}
"""Values of the settings, on the usual view of the table."""
VIEWS: dict[str, tuple[Params, ...]] = {
    "linear": (
        {"scaler": "quantile"}, {"scaler": "robust"}, {"encoder": "ordinal"},
        {"features": "products"}, {"features": "select"}, {"features": "pca"},
        {"features": "products", "balanced": True}, {"scaler": "quantile", "balanced": True},
    ),
    "svm": (
        {"scaler": "quantile"}, {"features": "pca"}, {"features": "select"},
        {"features": "products"}, {"encoder": "ordinal"},
    ),
    "neighbours": (
        {"scaler": "quantile"}, {"scaler": "none"}, {"features": "pca"}, {"features": "select"},
    ),
    "bayes": ({"scaler": "quantile"}, {"features": "pca"}, {"features": "select"},
              {"features": "products"}, {"encoder": "ordinal"}),
    "discriminant": ({"scaler": "quantile"}, {"features": "pca"}, {"features": "select"},
                     {"features": "products"}),
    "tree": ({"features": "products"}, {"encoder": "onehot"}),
    "forest": ({"features": "products"}, {"encoder": "onehot"},
               {"features": "pca", "scaler": "standard"}),
    "extra_trees": ({"features": "products"}, {"encoder": "onehot"}, {"features": "select"}),
    "boosting": ({"features": "products"}, {"encoder": "onehot"}),
    "network": ({"scaler": "quantile"}, {"features": "products"}, {"features": "pca"}),
}  # fmt: skip
"""Other views on which some settings of a family are in the library, too."""
BALANCING = ("linear", "svm", "tree", "forest", "extra_trees", "boosting")
"""Families that can weight the classes."""
_PICKED = {
    "linear": ((1.0,), (0.1,)), "svm": ((3.0, 0.4), (3.0, 1.0), (30.0, 0.1)),
    "neighbours": ((9, "uniform"), (15, "distance")), "bayes": ((1e-9,),),
    "discriminant": ((0.1, False), (0.1, True)), "tree": ((4, 5), (7, 1)),
    "forest": ((0.3, 1), (0.6, 3)), "extra_trees": ((0.3, 1), (1.0, 3)),
    "boosting": ((0.05, 12, 2, 0.5), (0.2, 4, 10, 0.9)), "network": ((32, 1e-2), (96, 1.0)),
}  # fmt: skip
"""Settings that are repeated on the other views."""
_TREE_FAMILIES = ("tree", "forest", "extra_trees", "boosting")

TAGS: dict[str, frozenset[str]] = {
    "linear": frozenset({"linear", "readable", "smooth", "fast"}),
    "svm": frozenset({"kernel", "distance", "smooth"}),
    "neighbours": frozenset({"distance", "local", "fast"}),
    "bayes": frozenset({"generative", "fast", "readable"}),
    "discriminant": frozenset({"generative", "smooth", "fast"}),
    "tree": frozenset({"tree", "readable", "fast", "scale-free"}),
    "forest": frozenset({"tree", "bagging", "ensemble", "scale-free"}),
    "extra_trees": frozenset({"tree", "bagging", "ensemble", "scale-free", "random"}),
    "boosting": frozenset({"tree", "boosting", "ensemble", "scale-free"}),
    "network": frozenset({"smooth", "network"}),
}
"""What kind of model a family is; a search can be held to a tag."""


def usual_view(family: str) -> Params:
    """Return how a table is usually put before a family, without class weights."""
    return dict(_TREES if family in _TREE_FAMILIES else _USUAL)


@dataclass(frozen=True)
class Configuration:
    """A named point.

    Attributes:
        name: For people, unique in its library.
        params: The point, as `space.suggest` would give it.
        tags: What kind of model it is.
    """

    name: str
    params: Mapping[str, Value]
    tags: frozenset[str]


@functools.cache
def library() -> tuple[Configuration, ...]:
    """Return the library, always in the same order."""
    found: dict[str, Configuration] = {}
    for family in GRIDS:
        for point in _of_family(family):
            name = _name(family, point)
            tags = TAGS[family] | ({"balanced"} if point["balanced"] else set())
            found.setdefault(name, Configuration(name, point, tags))
    return tuple(found.values())


def grid_points() -> list[Params]:
    """Return the grid of every family on its usual view, without class weights."""
    return [
        dict(c.params) for c in library()
        if not c.params["balanced"] and "," not in c.name
    ]  # fmt: skip


def _of_family(family: str) -> Iterator[Params]:
    usual = usual_view(family)
    names = [f"{family}.{setting}" for setting in GRIDS[family]]
    grid = list(product(*GRIDS[family].values()))
    for balanced in (False, True) if family in BALANCING else (False,):
        for values in grid:
            yield {"family": family, **usual, "balanced": balanced,
                   **dict(zip(names, values, strict=True))}  # fmt: skip
    for view in VIEWS[family]:
        for values in _PICKED[family]:
            yield {"family": family, **usual, **view, **dict(zip(names, values, strict=True))}


def _name(family: str, point: Params) -> str:
    """Return such as `svm C=3 gamma=0.4, quantile, pca`."""
    usual = usual_view(family)
    own = [f"{k.split('.')[1]}={_short(v)}" for k, v in point.items() if "." in k]
    changed = [str(point[k]) for k in ("scaler", "encoder", "features") if point[k] != usual[k]]
    changed += ["balanced"] if point["balanced"] else []
    return ", ".join([" ".join([family, *own]), *changed])


def _short(value: Value) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
