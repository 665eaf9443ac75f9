"""The candidates: which configurations of which families are worth a try on a table.

`fixed` puts them into an order that does not depend on time; `schedule` chooses among them by
price.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from autoglm_agent.automl.features.linear import skewness
from autoglm_agent.automl.features.target import HIGH_CARDINALITY
from autoglm_agent.automl.models import catboost as catboosting
from autoglm_agent.automl.search.study import Study
from autoglm_agent.automl.search.train import Spec

VARIED = ("lightgbm", "catboost", "network", "extra_trees")
"""Families whose best candidate's neighbours are tried while there is time."""
WIDEST_LINEAR = 4e8
"""Rows x linear columns x classes beyond which linear models are left out."""
NARROW = 12
"""Columns up to which CatBoost sees all of them, finely cut, in every tree."""
WIDEST_PIECES = 400
"""Columns that a network's piecewise encoding adds at most, about."""


def quick(study: Study) -> Spec:
    """Return a valid model within a second or two on tables of tens of thousands of rows."""
    params = _lightgbm(study, 0.3, feature_fraction=0.9)
    return Spec("lightgbm_quick", "lightgbm", {**params, "rounds": 30, "patience": 10})


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


def whole_forest(study: Study) -> Spec:
    """Return extremely randomised trees that see every row, for targets with little noise.

    Without a bootstrap there is nothing out of the bag, so it is grown fold by fold.
    """
    params = {**forests(study)[0].params, "trees": 60, "oob_factor": 1, "bootstrap": False}
    return Spec("extra_trees_whole", "extra_trees", params)


def linear(*, log: bool = False) -> Spec:
    """Return the regularised linear model."""
    strengths = [0.1, 0.01, 0.001, 0.0001]
    return Spec("linear", "linear", {"strengths": strengths, "log": log}, view="linear")


def network(study: Study) -> Spec:
    """Return the small neural network, its numeric columns read piece by piece."""
    batch = int(np.clip(2 ** round(np.log2(max(2, len(study.y) / 50))), 32, 512))
    numbers = study.tree.shape[1] - len(study.encoder.coded_)
    params = {
        "hidden": [128, 64], "rounds": 40, "patience": 10, "rate": 1.5e-3, "batch": batch,
        "decay": 5e-2, "dropout": 0.2,
        "pieces": int(np.clip(WIDEST_PIECES // max(1, numbers), 4, 32)),
    }  # fmt: skip
    return Spec("network", "network", params, view="linear")


def catboosts(study: Study) -> dict[str, dict[str, Any]]:
    """Return CatBoost's configurations for the race; none if it is not installed."""
    if not catboosting.installed():
        return {}
    coded = bool(study.encoder.coded_)
    if not coded:
        return {"catboost": _catboost(study, 6), "catboost_deep": _catboost(study, 8, rsm=0.6)}
    codes = {"native_categories": False, "mean_rows": 50}
    found = {"catboost": _catboost(study, 6, mean_rows=200)}
    narrow = study.tree.shape[1] <= NARROW
    few = max(study.encoder.levels_) <= 0.8 * len(study.y) / 200  # read alike by both, then
    if not (narrow and few):
        part = 1.0 if narrow else 0.5
        found["catboost_codes"] = _catboost(study, 6, rsm=part, **codes)
    return {**found, "catboost_deep": _catboost(study, 8, rsm=0.6, **codes)}


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
    if skewed(study) and study.problem.metric != "rmsle":
        found["log"] = {**sampled, "log_target": True}
    return found


def skewed(study: Study) -> bool:
    """Whether a logarithm of the target is worth a race: non-negative with a long tail."""
    if study.problem.is_classification or study.y.min() < 0:
        return False
    if study.problem.metric == "rmsle":  # which is the squared error of the logarithm
        return True
    return skewness(study.y) > 1.0


def slow(params: dict[str, Any], name: str, rate: float) -> Spec:
    """Return a configuration at a low rate; CatBoost's are named so from the start."""
    faster = 0.1 / rate
    changed = {
        **params, "learning_rate": rate, "rounds": int(1000 * faster),
        "patience": int(30 * faster**0.7),
    }  # fmt: skip
    if name.startswith("catboost"):
        return Spec(name, "catboost", changed)
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
    boosted = catboosts(study)
    if boosted:
        yield slow(boosted.pop("catboost"), "catboost", 0.06)
    yield slow(found.pop("random"), "random", 0.05)
    if affordable(study, "network"):
        yield network(study)
    yield smooth_forest(study)
    yield from [slow(params, name, 0.05) for name, params in (found | boosted).items()]
    yield whole_forest(study)
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


def variant(spec: Spec, number: int, seed: int) -> Spec:
    """Return a random neighbour of a candidate of one of the families in `VARIED`."""
    rng = np.random.default_rng([seed, number, 77])
    params = dict(spec.params)
    if spec.family == "network":
        width = int(2 ** rng.integers(6, 9))
        params["hidden"] = [width, max(32, width // 2)] if rng.random() < 0.7 else [width]
        params["dropout"] = round(float(rng.uniform(0.05, 0.4)), 2)
        params["rate"] = round(float(10 ** rng.uniform(-3.2, -2.5)), 5)
        params["pieces"] = int(max(4, round(params["pieces"] * 2 ** rng.uniform(-1, 0.6))))
        return Spec(f"network_variant{number}", "network", params, view="linear")
    if spec.family == "extra_trees":
        params["max_features"] = round(float(rng.uniform(0.2, 1.0)), 2)
        params["min_samples_leaf"] = int(max(1, params["min_samples_leaf"] + rng.integers(-1, 2)))
        return Spec(f"extra_trees_variant{number}", "extra_trees", params)
    if spec.family == "catboost":
        params["depth"] = int(rng.integers(4, 8))
        params["rsm"] = round(float(rng.uniform(0.3, 1.0)), 2)
        params["l2_leaf_reg"] = round(float(10 ** rng.uniform(0, 1.3)), 2)
        params["random_strength"] = round(float(rng.uniform(0.2, 3.0)), 2)
        return Spec(f"catboost_variant{number}", "catboost", params)
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
        "min_data_in_leaf": int(np.clip(rows // 60, 3, 20)), **_logged(study), **own,
    }  # fmt: skip


def _logged(study: Study) -> dict[str, Any]:
    return {"log_target": True} if study.problem.metric == "rmsle" else {}


def _catboost(study: Study, depth: int, **own: Any) -> dict[str, Any]:
    """Few borders on wide tables: there they cost much and say little."""
    columns = study.tree.shape[1]
    return {
        "learning_rate": 0.1, "depth": depth, "rounds": 1000, "patience": 30,
        "border_count": 254 if columns <= NARROW else 64, **own,
    }  # fmt: skip
