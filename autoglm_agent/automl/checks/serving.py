"""V07, V33, V38, V42: the saved model itself, as it will be used.

It is read back from its file and asked: the same rows one by one, with their columns in another
order, with cells missing and levels never seen (V07); its own training rows (V33); rows with noise,
holes and slips (V38); how long it takes (V42).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from autoglm_agent.automl.checks.context import CheckContext, NotApplicableError
from autoglm_agent.automl.checks.judged import judged
from autoglm_agent.automl.checks.registry import Check
from autoglm_agent.automl.checks.skills import auc_skill
from autoglm_agent.automl.scoring import metrics
from autoglm_agent.automl.scoring.problem import Problem
from autoglm_agent.chain import Remedy, Status, Verdict

Predict = Callable[[pd.DataFrame], np.ndarray]
"""From raw columns to probabilities (rows, classes) or numbers (rows,)."""

MOST_ROWS = 500
SINGLE_ROWS = 20
UNSEEN = "a level never seen"


def saved_model(context: CheckContext) -> Predict:
    """Return the prediction of the model in the run's folder; loaded once per context."""
    kept = context.cache.get("model")
    if callable(kept):
        return kept  # type: ignore[no-any-return]
    from autoglm_agent.automl.models.fitted import FittedModel

    search = context.need_search()
    if not context.workspace.has("models", search["model"], "manifest.json"):
        raise NotApplicableError("No model was saved.")
    predict: Predict = FittedModel.load(context.workspace, search["model"]).predict
    context.cache["model"] = predict
    return predict


def check_parity(context: CheckContext) -> Verdict:
    """V07: the model answers alike however the rows are handed to it."""
    prepared, limits = context.need_target(), context.thresholds
    return ask_alike(saved_model(context), prepared.X.head(limits.parity_rows), limits.parity)


def ask_alike(predict: Predict, X: pd.DataFrame, limit: float) -> Verdict:
    """Ask V07 of a model.

    Args:
        predict: The model.
        X: Rows that it can predict.
        limit: Greatest difference of a prediction that rounding explains.
    """
    whole = np.asarray(predict(X))
    scale = max(1.0, float(np.abs(whole).max()))
    gaps, broken = {}, {}
    ways: dict[str, Callable[[], np.ndarray]] = {
        "columns in another order": lambda: predict(X[list(X.columns)[::-1]]),
        "rows in another order": lambda: predict(X.iloc[::-1])[::-1],
        "row by row": lambda: np.concatenate(
            [predict(X.iloc[i : i + 1]) for i in range(min(SINGLE_ROWS, len(X)))]
        ),
    }
    for name, way in ways.items():
        try:
            told = np.asarray(way())
        except Exception as error:  # noqa: BLE001  # whatever it raises, it cannot be served so
            broken[name] = f"{type(error).__name__}: {error}"[:200]
            continue
        gaps[name] = float(np.abs(told - whole[: len(told)]).max()) / scale
    for name, frame in (("missing cells", _holed(X)), ("unseen levels", _unseen(X))):
        try:
            ok = bool(np.isfinite(np.asarray(predict(frame))).all())
        except Exception as error:  # noqa: BLE001  # as above
            broken[name] = f"{type(error).__name__}: {error}"[:200]
            continue
        if not ok:
            broken[name] = "the prediction is not finite"
    worst = max(gaps.values(), default=0.0)
    status: Status = "pass"
    fact = f"{len(X)} rows are predicted alike row by row and in any order, with holes and new "
    fact += "levels too."
    if broken:
        # Where no cell was ever missing, a hole is a risk to know of, not a fault.
        told_only = set(broken) == {"missing cells"} and not X.isna().to_numpy().any()
        status = "warn" if told_only else "fail"
        fact = f"The model cannot be served with {next(iter(broken))}: "
        fact += f"{next(iter(broken.values()))}."
    elif worst > limit:
        name = max(gaps, key=lambda key: gaps[key])
        status, fact = "fail", f"With {name} the predictions differ by {worst:.2g}."
    retrain = Remedy(kind="retrain", step="train_models", reason="Fit the model again.")
    return Verdict(
        check="V07",
        status=status,
        fact=fact,
        statistic=float(f"{worst:.3g}"),
        threshold=limit,
        n=len(X),
        evidence={"gaps": gaps, "broken": broken},
        remedies=(retrain,) if status == "fail" else (),
        blame="train_models" if status == "fail" else None,
    )


def check_fit_gap(context: CheckContext) -> Verdict:
    """V33: the model is not much better on the rows that it has learned from."""
    found, limits = judged(context), context.thresholds
    rows = _draw(len(found.y), context.seed)
    known = found.X.iloc[rows]
    inside = _skill(found.y[rows], saved_model(context)(known), found.problem)
    outside = _skill(found.y[rows], found.prediction[rows], found.problem)
    gap = (inside - outside) / inside if inside > 0 else 0.0
    fact = f"On its training rows the model has a skill of {inside:.2f}, on unseen ones "
    fact += f"{outside:.2f}."
    wide = gap > limits.fit_gap_warn
    if wide:
        fact += " Most of what it knows it knows by heart."
    return Verdict(
        check="V33",
        status="warn" if wide else "pass",
        fact=fact,
        statistic=round(gap, 4),
        threshold=limits.fit_gap_warn,
        n=len(rows),
        evidence={"training": round(inside, 4), "unseen": round(outside, 4)},
    )


def check_robustness(context: CheckContext) -> Verdict:
    """V38: small slips in the cells do not throw the model off."""
    found = judged(context)
    rows = _draw(len(found.y), context.seed)
    return shake(
        saved_model(context),
        found.X.iloc[rows],
        found.y[rows],
        found.problem,
        least=context.thresholds.robust_warn,
        seed=context.seed,
    )


def shake(
    predict: Predict, X: pd.DataFrame, y: np.ndarray, problem: Problem, *, least: float, seed: int
) -> Verdict:
    """Ask V38 of a model: its skill on perturbed rows as a share of that on clean ones.

    Args:
        predict: The model.
        X: Rows.
        y: Their codes or numbers.
        problem: What is predicted.
        least: Share of the skill that must be left.
        seed: Of the perturbations.
    """
    rng = np.random.default_rng([seed, 38])
    clean = _skill(y, predict(X), problem)
    if clean < 0.05:
        raise NotApplicableError("The model has no skill to lose.")
    kept: dict[str, float] = {}
    for name, frame in {
        "noise of a tenth of the quartiles": _noisy(X, rng),
        "one category in twenty swapped": _swapped(X, rng),
        "one cell in ten missing": _holed(X, 0.1, rng),
    }.items():
        kept[name] = _skill(y, predict(frame), problem) / clean
    worst = min(kept, key=lambda name: kept[name])
    weak = kept[worst] < least
    fact = f"With {worst} {max(kept[worst], 0):.0%} of the skill is left."
    if weak:
        fact += " Check the cells before they are predicted."
    return Verdict(
        check="V38",
        status="warn" if weak else "pass",
        fact=fact,
        statistic=round(kept[worst], 4),
        threshold=least,
        n=len(y),
        evidence={name: round(value, 4) for name, value in kept.items()},
    )


def check_resources(context: CheckContext) -> Verdict:
    """V42: a row is predicted within the time that the task allows."""
    prepared, limit = context.need_target(), context.task.max_latency_ms
    predict = saved_model(context)
    row, times = prepared.X.head(1), []
    predict(row)
    for _ in range(20):
        began = time.perf_counter()
        predict(row)
        times.append(1000 * (time.perf_counter() - began))
    p95, median = (float(np.quantile(times, q)) for q in (0.95, 0.5))
    manifest = context.workspace.read_json(
        "models", context.need_search()["model"], "manifest.json"
    )
    size = float(manifest.get("bytes") or 0) / 1e6
    # The median rules: the slowest of twenty tells more of the machine than of the model.
    slow = limit is not None and median > limit
    fact = f"A row takes {median:.1f} ms (95 % within {p95:.1f} ms); the model has {size:.1f} MB."
    if slow:
        fact += f" {limit:g} ms were asked for."
    simpler = Remedy(
        kind="simplify", step="train_models", args={"simplify": True},
        reason="A simpler model answers faster.",
    )  # fmt: skip
    evidence: dict[str, Any] = {"p95_ms": round(p95, 3), "megabytes": round(size, 3)}
    return Verdict(
        check="V42",
        status="fail" if slow else "pass",
        fact=fact,
        statistic=round(median, 3),
        threshold=limit,
        n=len(times),
        evidence=evidence,
        remedies=(simpler,) if slow else (),
        blame="train_models" if slow else None,
    )


def _draw(n: int, seed: int) -> np.ndarray:
    if n <= MOST_ROWS:
        return np.arange(n)
    return np.sort(np.random.default_rng([seed, 33]).choice(n, MOST_ROWS, replace=False))


def _skill(y: np.ndarray, prediction: np.ndarray, problem: Problem) -> float:
    if problem.is_classification:
        return max(0.0, auc_skill(y, prediction, problem))
    return max(0.0, metrics.score("r2", y, prediction, problem))


def _noisy(X: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    frame = X.copy()
    for name in X.columns:
        if pd.api.types.is_float_dtype(X[name]):
            values = X[name].to_numpy(dtype=np.float64, na_value=np.nan)
            if not np.isfinite(values).any():
                continue
            low, high = np.nanquantile(values, [0.25, 0.75])
            frame[name] = values + rng.normal(0, 0.1 * float(high - low), len(values))
    return frame


def _swapped(X: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    frame = X.copy()
    for name in X.columns:
        if not pd.api.types.is_numeric_dtype(X[name]) and not _dated(X[name]):
            mine = rng.random(len(X)) < 0.05
            other = X[name].iloc[rng.integers(0, len(X), len(X))].set_axis(X.index)
            frame[name] = X[name].where(~mine, other)
    return frame


def _holed(
    X: pd.DataFrame, share: float = 0.3, rng: np.random.Generator | None = None
) -> pd.DataFrame:
    rng = rng or np.random.default_rng(0)
    return X.mask(rng.random(X.shape) < share)


def _unseen(X: pd.DataFrame) -> pd.DataFrame:
    frame = X.copy()
    for name in X.columns:
        if not pd.api.types.is_numeric_dtype(X[name]) and not _dated(X[name]):
            frame[name] = UNSEEN
    return frame


def _dated(column: pd.Series) -> bool:
    return bool(pd.api.types.is_datetime64_any_dtype(column))


CHECKS = (
    Check("V07", "Served as it was trained", "assessment", check_parity, 0.5, worth=2),
    Check("V38", "Slips in the cells", "assessment", check_robustness, 0.6, worth=3),
    Check("V33", "Known by heart", "assessment", check_fit_gap, 0.3, worth=3),
    Check("V42", "Time and size of the model", "assessment", check_resources, 0.2, worth=2),
)
