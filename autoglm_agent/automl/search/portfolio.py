"""In which order which models are tried, and what each may cost.

Plain LightGBM comes first: it is the first valid model and the unit that later ones are priced
in. Then what is cheap and different (forests by out-of-bag), then a race of LightGBM's
configurations on two folds, the winners at a low rate, linear model and network, and until the
time is up the best ones again on freshly dealt folds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from autoglm_agent.automl.features.linear import skewness
from autoglm_agent.automl.features.target import HIGH_CARDINALITY
from autoglm_agent.automl.run.clock import Deadline
from autoglm_agent.automl.scoring.metrics import oriented
from autoglm_agent.automl.search.study import Study
from autoglm_agent.automl.search.train import Spec
from autoglm_agent.automl.search.trials import Trial

Offer = tuple[Spec, float]
"""A candidate and the seconds it may take."""

RATES = (0.02, 0.03, 0.05, 0.08)
RACE_FOLDS = 2
MOST_REPEATS = 5
"""Times that the best candidates are repeated on freshly dealt folds."""
WIDEST_LINEAR = 4e8
"""Rows x linear columns x classes beyond which linear models are left out."""


@dataclass
class Board:
    """What the portfolio may look at while it decides.

    Attributes:
        study: The data.
        deadline: When training must have ended.
        trials: Trials so far, by name of the spec.
    """

    study: Study
    deadline: Deadline
    trials: dict[str, Trial] = field(default_factory=dict)

    @property
    def left(self) -> float:
        """Seconds left for training."""
        return self.deadline.left

    def merit(self, name: str, folds: list[int]) -> float:
        """Mean oriented score of a trial on some folds; minus infinity if there is none."""
        trial = self.trials.get(name)
        if trial is None:
            return -np.inf
        numbers = self.study.fold_numbers
        fitted = folds if trial.candidate.name.startswith("race") else numbers
        scores = dict(zip(fitted, trial.candidate.fold_scores, strict=False))
        metric = self.study.problem.metric
        values = [oriented(metric, scores[f]) for f in folds if f in scores]
        return float(np.mean(values)) if len(values) == len(folds) else -np.inf

    def price(self, spec: Spec) -> float:
        """Seconds a LightGBM candidate will take, from the plain one's time."""
        plain = self.trials.get("lightgbm")
        if plain is None:
            return 0.0
        grown = sum(info["grown"] for info in plain.candidate.params["fitted"])
        folds = max(1, len(plain.candidate.params["fitted"]))
        share = (len(spec.folds) if spec.folds else len(self.study.fold_numbers)) / folds
        faster = 0.1 / float(spec.params["learning_rate"])
        size = (float(spec.params["num_leaves"]) / 31.0) ** 0.7
        extra = 1.3 if spec.params.get("extra_trees") else 1.0
        if grown == 0:
            return 0.0
        return float(plain.candidate.seconds * share * faster * size * extra)


def plain(study: Study) -> Spec:
    """Return the first candidate."""
    return Spec("lightgbm", "lightgbm", _lightgbm(study, 0.1, feature_fraction=0.9))


def forests(study: Study) -> list[Spec]:
    """Return extremely randomised trees and a random forest."""
    features = "sqrt" if study.problem.is_classification else 0.5
    leaf = 1 if len(study.y) < 50_000 else 3
    shared = {"trees": 100, "oob_factor": 3, "min_samples_leaf": leaf, "max_features": features}
    return [
        Spec("extra_trees", "extra_trees", dict(shared)),
        Spec("random_forest", "random_forest", dict(shared)),
    ]


def smooth_forest(study: Study) -> Spec:
    """Return a forest with larger leaves, for noisy targets."""
    params = {**forests(study)[0].params, "min_samples_leaf": 5, "max_features": 0.5}
    return Spec("extra_trees_smooth", "extra_trees", params)


def linear(*, log: bool = False) -> Spec:
    """Return the regularised linear model."""
    strengths = [0.1, 0.01, 0.001, 0.0001]
    return Spec("linear", "linear", {"strengths": strengths, "log": log}, view="linear")


def network(study: Study) -> Spec:
    """Return the small neural network."""
    batch = int(np.clip(2 ** round(np.log2(max(2, len(study.y) / 50))), 32, 512))
    params = {
        "hidden": [128, 64], "rounds": 60, "patience": 12, "rate": 2e-3, "batch": batch,
        "decay": 1e-2, "dropout": 0.15,
    }  # fmt: skip
    return Spec("network", "network", params, view="linear")


def configurations(study: Study) -> dict[str, dict[str, Any]]:
    """Return LightGBM's configurations for the race, each at the rate of the plain one."""
    found = {
        "sampled": _lightgbm(study, 0.1, feature_fraction=0.6, bagging_fraction=0.8,
                             bagging_freq=1, lambda_l2=1.0),
        "deep": _lightgbm(study, 0.1, num_leaves=127, feature_fraction=0.6, lambda_l2=3.0,
                          bagging_fraction=0.8, bagging_freq=1),
        "small": _lightgbm(study, 0.1, num_leaves=7, feature_fraction=0.6, lambda_l2=3.0,
                           bagging_fraction=0.8, bagging_freq=1),
        "random": _lightgbm(study, 0.1, num_leaves=63, feature_fraction=0.9, extra_trees=True,
                            lambda_l2=0.5),
    }  # fmt: skip
    sampled = found["sampled"]
    if any(k > 2 for k in study.encoder.levels_):
        found["native"] = {**sampled, "native_categories": True, "cat_smooth": 20.0}
    if any(k > HIGH_CARDINALITY for k in study.encoder.levels_):
        found["means"] = {**sampled, "target_means": True}
    if skewed(study):
        found["log"] = {**sampled, "log_target": True}
    return found


def skewed(study: Study) -> bool:
    """Whether a logarithm of the target is worth a race: non-negative with a long tail."""
    if study.problem.is_classification or study.y.min() < 0:
        return False
    return skewness(study.y) > 1.0


def slow(params: dict[str, Any], name: str, rate: float) -> Spec:
    """Return a configuration at a low rate."""
    faster = 0.1 / rate
    changed = {
        **params, "learning_rate": rate, "rounds": int(1000 * faster),
        "patience": int(30 * faster**0.7),
    }  # fmt: skip
    return Spec(f"lightgbm_{name}", "lightgbm", changed)


def fixed(study: Study, *, interpretable: bool, simplify: bool) -> Iterator[Spec]:
    """Yield candidates in an order that does not depend on time, without end where it can."""
    if interpretable or simplify:
        yield from readable(study) if interpretable else simple(study)
        return
    yield plain(study)
    yield from forests(study)
    found = configurations(study)
    yield slow(found.pop("sampled"), "sampled", 0.04)
    if affordable(study, "linear"):
        yield linear(log=skewed(study))
    yield slow(found.pop("random"), "random", 0.05)
    if affordable(study, "network"):
        yield network(study)
    yield smooth_forest(study)
    yield from [slow(params, name, 0.05) for name, params in found.items()]
    best = slow(configurations(study)["sampled"], "sampled", 0.04)
    for number in range(1, 1000):
        yield variant(best, number, study.seed)


def again(spec: Spec, split: int) -> Spec:
    """Return the same candidate on freshly dealt folds and with other random numbers."""
    return replace(spec, name=f"{spec.name}_{split + 1}", split=split)


def readable(study: Study) -> list[Spec]:
    """Return models that a person can read."""
    leaf = max(5, len(study.y) // 200)
    trees = [
        Spec(f"tree_{depth}", "tree", {"max_depth": depth, "min_samples_leaf": leaf})
        for depth in (3, 4, 5)
    ]
    return [linear(), *trees]


def simple(study: Study) -> list[Spec]:
    """Return models with little capacity, after a sign of overfitting."""
    leaf = max(10, len(study.y) // 100)
    small = _lightgbm(study, 0.05, num_leaves=5, min_data_in_leaf=leaf, feature_fraction=0.5,
                      bagging_fraction=0.7, bagging_freq=1, lambda_l2=10.0)  # fmt: skip
    forest = {**forests(study)[0].params, "min_samples_leaf": max(5, leaf // 4)}
    return [
        Spec("lightgbm_simple", "lightgbm", small),
        linear(),
        Spec("extra_trees_simple", "extra_trees", forest),
    ]


def affordable(study: Study, family: str) -> bool:
    """Whether a family on the linear view is not out of all proportion to the table."""
    encoder = study.encoder
    width = len(encoder.names_) + sum(min(k, 40) for k in encoder.levels_)
    size = float(len(study.y)) * max(1, width) * study.problem.width
    return size < (WIDEST_LINEAR if family == "linear" else WIDEST_LINEAR / 4)


def timed(board: Board, *, interpretable: bool, simplify: bool) -> Iterator[Offer]:
    """Yield candidates with what they may cost, until nothing more fits into the time."""
    study = board.study
    if interpretable or simplify:
        for spec in readable(study) if interpretable else simple(study):
            yield spec, 0.4 * board.left
        return
    yield plain(study), 0.4 * board.left
    for spec in forests(study):
        yield spec, 0.15 * board.left
    ranked = configurations(study)
    race = [
        Spec(f"race_{name}", "lightgbm", params, folds=tuple(study.fold_numbers[:RACE_FOLDS]))
        for name, params in ranked.items()
    ]
    racing = sum(board.price(spec) for spec in race) < 0.25 * board.left
    if racing and len(study.fold_numbers) > RACE_FOLDS:
        for spec in race:
            yield spec, 0.1 * board.left
    names = _ranking(board, ranked)
    yield from _slowly(board, ranked[names[0]], names[0], 0.4)
    if affordable(study, "linear"):
        yield linear(log=skewed(study)), 0.15 * board.left
    if affordable(study, "network"):
        yield network(study), 0.25 * board.left
    yield smooth_forest(study), 0.1 * board.left
    for name in names[1:3]:
        yield from _slowly(board, ranked[name], name, 0.5)
    yield from _repeats(board)


def _ranking(board: Board, ranked: dict[str, Any]) -> list[str]:
    """Order the configurations by the race; those without a result keep their place behind."""
    folds = board.study.fold_numbers[:RACE_FOLDS]
    order = list(ranked)
    return sorted(order, key=lambda n: (-board.merit(f"race_{n}", folds), order.index(n)))


def _slowly(board: Board, params: dict[str, Any], name: str, part: float) -> Iterator[Offer]:
    """Offer a configuration at the lowest rate that its share of the time pays for."""
    specs = [slow(params, name, rate) for rate in RATES]
    for spec in specs:
        if board.price(spec) <= part * board.left:
            yield spec, 1.5 * part * board.left
            return
    if board.price(specs[-1]) <= 0.9 * board.left:
        yield specs[-1], 0.95 * board.left


def _repeats(board: Board) -> Iterator[Offer]:
    """Offer what uses the rest of the time: the best again on other folds, and new variants.

    Both are offered only while a whole candidate still fits.
    """
    metric = board.study.problem.metric
    known = [
        t for t in board.trials.values()
        if t.candidate.status == "done" and t.candidate.family == "lightgbm"
        and not t.candidate.name.startswith("race")
    ]  # fmt: skip
    known.sort(key=lambda t: -oriented(metric, t.candidate.score))
    for turn in range(1, MOST_REPEATS + 1):
        for trial in known[:3]:
            if trial.candidate.seconds * 1.1 < board.left:
                yield again(_spec_of(trial), turn), board.left
        if known:
            for number in (2 * turn - 1, 2 * turn):
                spec = variant(_spec_of(known[0]), number, board.study.seed)
                if 1.2 * known[0].candidate.seconds < board.left:
                    yield spec, board.left


def _spec_of(trial: Trial) -> Spec:
    told = trial.candidate
    own = {k: v for k, v in told.params.items() if k not in ("split", "fitted")}
    return Spec(told.name, told.family, own, trial.view)


def variant(spec: Spec, number: int, seed: int) -> Spec:
    """Return a random neighbour of a LightGBM candidate."""
    rng = np.random.default_rng([seed, number, 77])
    params = dict(spec.params)
    params["num_leaves"] = int(np.clip(params["num_leaves"] * 2 ** rng.uniform(-1.2, 1.2), 4, 255))
    params["min_data_in_leaf"] = max(2, int(params["min_data_in_leaf"] * 2 ** rng.uniform(-2, 1.5)))
    params["feature_fraction"] = round(float(rng.uniform(0.3, 1.0)), 2)
    params["bagging_fraction"] = round(float(rng.uniform(0.5, 1.0)), 2)
    params["bagging_freq"] = 1
    params["lambda_l2"] = round(float(10 ** rng.uniform(-2, 1.3)), 3)
    return Spec(f"lightgbm_variant{number}", "lightgbm", params)


def _lightgbm(study: Study, rate: float, **own: Any) -> dict[str, Any]:
    rows = len(study.y)
    return {
        "learning_rate": rate, "num_leaves": 31, "rounds": int(100 / rate), "patience": 30,
        "min_data_in_leaf": int(np.clip(rows // 60, 3, 20)), **own,
    }  # fmt: skip
