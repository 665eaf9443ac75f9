"""Gradient boosted trees by LightGBM (Ke et al. 2017).

A fit uses one thread and LightGBM's deterministic mode, so that folds can run side by side and
the same seed gives the same bits. It stops early by the loss on the validation rows, and a
callback stops it at the deadline with the best trees so far. Binned data is kept in the fold's
cache: every later configuration of the same fold starts from it.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import lightgbm as lgb
import numpy as np

from autoglm_agent.automl.features.target import HIGH_CARDINALITY, TargetMeans
from autoglm_agent.automl.models.base import Fit, Fold, OutOfTime, Stored
from autoglm_agent.automl.run.clock import Deadline
from autoglm_agent.automl.scoring.problem import Problem

FIXED: dict[str, Any] = {
    "verbosity": -1,
    "num_threads": 1,
    "deterministic": True,
    "force_row_wise": True,
    "feature_pre_filter": False,
    "max_bin": 255,
}
_LOSS = {"binary": "binary_logloss", "multiclass": "multi_logloss"}


@dataclass
class BoosterModel(Stored):
    """A LightGBM booster, kept as LightGBM's own text format.

    Attributes:
        text: The booster, compressed by zlib; uint8.
        kind: Kind of the problem.
        offset: Added to the raw regression prediction after scaling.
        scale: Factor of the raw regression prediction.
        log: Whether the target was log1p-transformed; `smear` then corrects the mean.
        smear: Factor after the back-transformation (Duan 1983).
        means: Target means of high-cardinality columns that are appended to the features.
    """

    text: np.ndarray
    kind: str
    offset: float = 0.0
    scale: float = 1.0
    log: bool = False
    smear: float = 1.0
    means: TargetMeans | None = None

    def predict(self, X: np.ndarray) -> np.ndarray:
        """Return probabilities (rows, classes) or numbers (rows,)."""
        if self.means is not None:
            X = np.hstack([X, self.means.transform(X)])
        raw = np.asarray(self.parsed.predict(X, num_threads=1), dtype=np.float64)
        if self.kind == "binary":
            return np.column_stack([1.0 - raw, raw])
        if self.kind == "multiclass":
            return raw
        values = raw * self.scale + self.offset
        return np.expm1(values) * self.smear if self.log else values

    def parse(self) -> lgb.Booster:
        """Return the booster."""
        return lgb.Booster(model_str=zlib.decompress(self.text.tobytes()).decode())


def fit_lightgbm(
    params: Mapping[str, Any],
    fold: Fold,
    problem: Problem,
    *,
    seed: int,
    deadline: Deadline,
) -> Fit:
    """Fit one booster.

    `params` are LightGBM's own, plus `rounds`, `patience` and the switches `log_target`,
    `native_categories` and `target_means`.
    """
    own = dict(params)
    rounds, patience = int(own.pop("rounds")), int(own.pop("patience", 30))
    switches = {s: bool(own.pop(s, False)) for s in ("log_target", "native_categories")}
    use_means = bool(own.pop("target_means", False))
    draft = BoosterModel(np.empty(0, dtype=np.uint8), problem.kind)
    train, valid = _datasets(fold, problem, draft, switches, use_means, seed)
    settings = {**FIXED, **own, **_objective(problem), "seed": seed}
    stop = _Stop(deadline, patience if valid is not None else None)
    booster = lgb.train(
        settings,
        train,
        num_boost_round=rounds,
        valid_sets=[valid] if valid is not None else [],
        callbacks=[stop],
        keep_training_booster=True,
    )
    if stop.done == 0:
        raise OutOfTime
    best = stop.best_round if valid is not None else stop.done
    text = booster.model_to_string(num_iteration=stop.best_trees).encode()
    draft.text = np.frombuffer(zlib.compress(text, 1), dtype=np.uint8)
    if draft.log and problem.metric not in ("mae", "mape", "rmsle"):
        draft.smear = float(np.mean(fold.y) / max(np.mean(draft.predict(fold.X)), 1e-12))
    info = {"rounds": best, "grown": stop.done, "cut": stop.cut}
    return Fit(draft, info)


class _Stop:
    """Early stopping with patience that grows with the rounds, and the deadline."""

    def __init__(self, deadline: Deadline, patience: int | None) -> None:
        self.deadline, self.patience = deadline, patience
        self.best, self.best_round, self.done, self.cut = float("inf"), 0, 0, False
        self.best_trees: int | None = None
        """Fewer than the rounds where some found no split; None for all that were grown."""

    def __call__(self, env: Any) -> None:
        self.done = env.iteration + 1
        if self.patience is not None:
            loss = env.evaluation_result_list[0][2]
            if loss < self.best:
                self.best, self.best_round = loss, self.done
                self.best_trees = env.model.current_iteration()
            elif self.done - self.best_round > self.patience + 0.3 * self.best_round:
                raise lgb.callback.EarlyStopException(self.best_round - 1, [])
        if self.deadline.over:
            self.cut = True
            raise lgb.callback.EarlyStopException(max(self.best_round, 1) - 1, [])


def _objective(problem: Problem) -> dict[str, Any]:
    if problem.kind == "binary":
        return {"objective": "binary", "metric": _LOSS["binary"]}
    if problem.kind == "multiclass":
        return {"objective": "multiclass", "metric": _LOSS["multiclass"],
                "num_class": problem.width}  # fmt: skip
    if problem.metric == "mae":
        return {"objective": "regression_l1", "metric": "l1"}
    if problem.metric == "mape":
        return {"objective": "mape", "metric": "mape"}
    return {"objective": "regression", "metric": "l2"}


def _datasets(
    fold: Fold,
    problem: Problem,
    draft: BoosterModel,
    switches: dict[str, bool],
    use_means: bool,
    seed: int,
) -> tuple[lgb.Dataset, lgb.Dataset | None]:
    """Return binned training and validation data, from the fold's cache where possible."""
    high = [i for i, k in zip(fold.coded, fold.levels, strict=True) if k > HIGH_CARDINALITY]
    use_means = use_means and bool(high)
    y, y_valid = _scaled_targets(fold, problem, draft, switches["log_target"])
    key = ("lightgbm", switches["log_target"], switches["native_categories"], use_means)
    if key in fold.cache:
        train, valid, draft.means = fold.cache[key]
        return train, valid
    X, X_valid = fold.X, fold.X_valid
    if use_means:
        targets = np.eye(problem.width)[y][:, 1:] if problem.is_classification else y[:, None]
        draft.means = TargetMeans(high, seed=seed)
        X = np.hstack([X, draft.means.fit_transform(fold.X, targets)])
        X_valid = np.hstack([X_valid, draft.means.transform(fold.X_valid)])
    native = [i for i in fold.coded if i not in high or not use_means]
    categories: Any = native if switches["native_categories"] else []
    data = {k: v for k, v in FIXED.items() if k != "deterministic"}
    train = lgb.Dataset(
        X, y, weight=fold.weight, params=data, categorical_feature=categories
    ).construct()
    valid = None
    if len(X_valid):
        valid = lgb.Dataset(
            X_valid, y_valid, reference=train, params=data, categorical_feature=categories
        ).construct()
    fold.cache[key] = (train, valid, draft.means)
    return train, valid


def _scaled_targets(
    fold: Fold, problem: Problem, draft: BoosterModel, log: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Scale a numeric target: LightGBM holds labels as float32."""
    if problem.is_classification:
        return fold.y, fold.y_valid
    y, y_valid = fold.y, fold.y_valid
    draft.log = log
    if log:
        y, y_valid = np.log1p(y), np.log1p(np.maximum(y_valid, 0.0))
    draft.offset = 0.0 if problem.metric == "mape" else float(y.mean())
    draft.scale = float(y.std()) or 1.0
    return (y - draft.offset) / draft.scale, (y_valid - draft.offset) / draft.scale
