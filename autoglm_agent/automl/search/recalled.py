"""Configurations that won elsewhere are tried first, but they do not get in the way.

They arrive as plain data from above. Only families and parameters that this search could have
chosen itself are believed, within its bounds: a parameter such as a path of LightGBM's must not
come in from outside. The first one is trained before everything else; a further one only if the
former was better than what the search found by itself meanwhile.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from autoglm_agent.automl.scoring.metrics import oriented
from autoglm_agent.automl.search.schedule import Board, Offer
from autoglm_agent.automl.search.train import Spec

MOST = 2
"""Configurations from outside that are tried at most."""
SHARE = 0.15
"""Part of the time left that each of them may take."""

_Range = tuple[float, float]
_BOUNDS: dict[str, dict[str, _Range]] = {
    "lightgbm": {
        "learning_rate": (0.005, 0.5), "num_leaves": (2, 255), "rounds": (1, 20_000),
        "patience": (1, 1000), "min_data_in_leaf": (1, 10_000), "feature_fraction": (0.05, 1),
        "bagging_fraction": (0.05, 1), "bagging_freq": (0, 10), "lambda_l2": (0, 1000),
        "extra_trees": (0, 1), "native_categories": (0, 1), "cat_smooth": (0, 1000),
        "target_means": (0, 1), "log_target": (0, 1),
    },
    "extra_trees": {
        "trees": (1, 500), "oob_factor": (1, 10), "min_samples_leaf": (1, 1000),
        "max_features": (0.01, 1), "bootstrap": (0, 1),
    },
    "linear": {"strengths": (1e-6, 1000), "log": (0, 1)},
    "network": {
        "hidden": (1, 1024), "rounds": (1, 500), "patience": (1, 200), "rate": (1e-5, 0.1),
        "batch": (8, 4096), "decay": (0, 1), "dropout": (0, 0.9), "pieces": (0, 64),
    },
    "catboost": {
        "learning_rate": (0.005, 0.5), "depth": (1, 10), "rounds": (1, 20_000),
        "patience": (1, 1000), "border_count": (2, 254), "rsm": (0.05, 1),
        "l2_leaf_reg": (0, 1000), "random_strength": (0, 100), "native_categories": (0, 1),
        "mean_rows": (0, 100_000),
    },
}  # fmt: skip
_BOUNDS["random_forest"] = _BOUNDS["extra_trees"]
_NEEDED = {
    "lightgbm": {"learning_rate", "num_leaves", "rounds", "patience", "min_data_in_leaf"},
    "extra_trees": {"trees", "oob_factor", "min_samples_leaf", "max_features"},
    "random_forest": {"trees", "oob_factor", "min_samples_leaf", "max_features"},
    "linear": {"strengths", "log"},
    "catboost": {"learning_rate", "depth", "rounds", "patience", "border_count"},
    "network": {"hidden", "rounds", "patience", "rate", "batch", "decay", "dropout"},
}


def believed(configurations: Sequence[Mapping[str, Any]]) -> list[Spec]:
    """Return the configurations that can be tried here; the others are passed over.

    Args:
        configurations: Each with `family` and `params`, the most promising first.
    """
    specs: list[Spec] = []
    for told in configurations:
        family, params = told.get("family"), told.get("params")
        if isinstance(family, str) and isinstance(params, Mapping) and _allowed(family, params):
            view = "linear" if family in ("linear", "network") else "tree"
            name = f"recalled_{family}_{len(specs) + 1}"
            specs.append(Spec(name, family, dict(params), view))
    return specs[:MOST]


def ahead(board: Board, specs: Sequence[Spec], offers: Iterable[Offer]) -> Iterator[Offer]:
    """Yield what was recalled ahead of what the search offers, and nothing twice.

    Args:
        board: What the portfolio looks at; trials of recalled twins are entered there.
        specs: From `believed`.
        offers: Of the portfolio.
    """
    left = list(specs)
    if left:
        yield left.pop(0), SHARE * board.left
    for offer, share in offers:
        twin = next((s for s in specs if _same(s, offer) and s.name in board.trials), None)
        if twin is not None:
            board.trials[offer.name] = board.trials[twin.name]
            continue
        yield offer, share
        if left and _leads(board):
            yield left.pop(0), SHARE * board.left
        else:
            left = []


def _leads(board: Board) -> bool:
    """Whether something recalled is better than all that the search found by itself."""
    metric = board.study.problem.metric
    scores: dict[bool, float] = {}
    for name, trial in board.trials.items():
        value = oriented(metric, trial.candidate.score)
        if trial.candidate.status == "done" and math.isfinite(value):
            recalled = name.startswith("recalled_")
            scores[recalled] = max(value, scores.get(recalled, -math.inf))
    return scores.get(True, -math.inf) > scores.get(False, -math.inf)


def _same(one: Spec, other: Spec) -> bool:
    return (one.family, one.params, one.view, one.split, one.folds) == (
        other.family, other.params, other.view, other.split, other.folds
    )  # fmt: skip


def _allowed(family: str, params: Mapping[str, Any]) -> bool:
    bounds = _BOUNDS.get(family)
    if bounds is None or not _NEEDED[family] <= set(params) <= set(bounds):
        return False
    return all(_within(name, value, bounds[name]) for name, value in params.items())


def _within(name: str, value: Any, bounds: _Range) -> bool:
    if isinstance(value, str):
        return name == "max_features" and value == "sqrt"
    if isinstance(value, list):
        wanted = name in ("hidden", "strengths") and 0 < len(value) <= 8
        return wanted and all(not isinstance(v, list) and _within("", v, bounds) for v in value)
    if not isinstance(value, int | float) or name in ("hidden", "strengths"):
        return False
    return math.isfinite(value) and bounds[0] <= value <= bounds[1]
