"""V30: the model beats the simplest answers, surely and not just on average.

Constants (class shares, mean, median) know nothing, so a model that cannot be told from them is
no model: refuted. A rule on one column knows something; where it does as well as the model the
table may simply hold no more, so that is told. Both by a one-sided paired bootstrap.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autoglm_agent.automl.checks.context import CheckContext
from autoglm_agent.automl.checks.registry import Check
from autoglm_agent.automl.checks.stored import stored_holdout, stored_oof
from autoglm_agent.automl.preparation.split import fold_pairs
from autoglm_agent.automl.scoring import metrics
from autoglm_agent.automl.scoring.baselines import Baseline, best_baseline, fit_baselines
from autoglm_agent.automl.scoring.clusters import clusters_of
from autoglm_agent.automl.scoring.problem import Problem
from autoglm_agent.automl.search.ensemble import predicted
from autoglm_agent.chain import Remedy, Verdict

MOST_ROWS = 8_000
"""Rows that the bootstrap draws from; more make the interval narrower than it need be."""


def check_search_gain(context: CheckContext) -> Verdict:
    """V30 on out-of-fold predictions of the ensemble."""
    prepared, search = context.need_target(), context.need_search()
    problem = prepared.problem
    prediction = stored_oof(context)["ensemble"]
    rows = np.flatnonzero(predicted(prediction) & (prepared.folds >= 0))
    constant = best_constant(context, prepared.y[rows])
    simple = one_rule(context)
    kept = thinned(rows, context.seed)
    rivals = {
        constant.name: constant.predict(prepared.X.iloc[kept]),
        **{name: values[kept] for name, values in simple.items()},
    }
    cut = float(search.get("threshold") or 0.5)
    return judge_gain(
        context, problem, prepared.y[kept], prediction[kept], rivals, cut, "unseen folds",
        clusters_of(prepared, prepared.X.iloc[kept]),
    )  # fmt: skip


def check_holdout_gain(context: CheckContext) -> Verdict:
    """V30 on the held-out rows, for forecasts over the simple forecast of each.

    The gain over the one-column rule is the assessment's own.
    """
    prepared, told = context.need_target(), context.need_assessment()
    held = stored_holdout(context)
    kept = thinned(np.arange(len(held.y)), context.seed)
    if prepared.simple is not None and held.simple is not None:
        rivals = {prepared.simple.told: held.simple[kept]}
    else:
        constant = best_constant(context, held.y)
        same = prepared.X.iloc[np.zeros(len(kept), dtype=int)]
        rivals = {constant.name: constant.predict(same)}
    verdict = judge_gain(
        context,
        prepared.problem,
        held.y[kept],
        held.prediction[kept],
        rivals,
        float(told.get("threshold") or 0.5),
        "held-out rows",
        None if held.cluster is None else held.cluster[kept],
        surely=(told.get("simple") or {}).get("surely"),
    )
    gain, name = told["gain"], told["baseline"]["name"]
    if verdict.status == "pass" and gain["low"] <= 0:
        fact = f"On held-out rows {name} does about as well (gain {gain['value']:.4g}, "
        fact += f"95 % interval from {gain['low']:.4g} to {gain['high']:.4g})."
        return verdict.model_copy(update={"status": "warn", "fact": fact})
    return verdict


def judge_gain(
    context: CheckContext,
    problem: Problem,
    y: np.ndarray,
    prediction: np.ndarray,
    rivals: dict[str, np.ndarray],
    cut: float,
    where: str,
    clusters: np.ndarray | None = None,
    surely: bool | None = None,
) -> Verdict:
    """Compare with each rival; the first is the constant, which must be beaten.

    Where the assessment said already whether it surely is, that stands unless these rows show no
    gain at all: what is forecast follows from it, and two draws may differ at the border.
    """
    limits, metric = context.thresholds, problem.metric
    gains: dict[str, dict[str, float]] = {}
    for name, rival in rivals.items():
        value, low, _ = metrics.gain_interval(
            metric,
            y,
            prediction,
            rival,
            problem,
            seed=context.seed,
            repeats=limits.bootstraps,
            level=2 * limits.confidence - 1,  # both ends of this interval are one-sided ones
            threshold=cut,
            clusters=clusters,
        )
        gains[name] = {"gain": round(value, 6), "low": round(low, 6)}
    constant = next(iter(rivals))
    gain, low = gains[constant]["gain"], gains[constant]["low"]
    base = metrics.score(metric, y, rivals[constant], problem)
    evidence: dict[str, Any] = {"metric": metric, "gains": gains, "baseline": base}
    told: dict[str, Any] = {
        "check": "V30",
        "statistic": low,
        "threshold": 0.0,
        "n": len(y),
        "evidence": evidence,
    }
    if not (low > 0 if surely is None else surely and gain > 0):
        fact = f"On {where} the model is not surely better than {constant}: "
        fact += f"gain {gain:.4g} in {metric}, lower 95 % bound {low:.4g}."
        stop = Remedy(kind="stop", step="train_models", reason="No useful model was found.")
        return Verdict(**told, status="fail", fact=fact, remedies=(stop,), blame="train_models")
    fact = f"On {where} the model beats {constant} by {gain:.4g} in {metric} "
    fact += f"(lower 95 % bound {low:.4g})."
    close = [name for name, g in gains.items() if name != constant and not g["low"] > 0]
    share = _share_of_gap(metric, gain, base)
    if close:
        fact += f" But {close[0]} does about as well."
    elif share is not None and share < limits.gain_warn:
        fact += f" That is {share:.1%} of what could be gained: little."
    else:
        return Verdict(**told, status="pass", fact=fact)
    return Verdict(**told, status="warn", fact=fact)


def _share_of_gap(metric: str, gain: float, base: float) -> float | None:
    """Return the gain as a share of the way from the baseline to a perfect score."""
    perfect = 1.0 if metrics.GREATER_IS_BETTER[metric] else 0.0
    way = abs(perfect - base)
    return gain / way if way > 0 else None


def best_constant(context: CheckContext, y: np.ndarray) -> Baseline:
    """Return the constant that does best on these rows, fitted on all training rows.

    Of a forecast it is the simple forecast.
    """
    prepared = context.need_target()
    if prepared.simple is not None:
        return prepared.simple.baseline()
    no_columns = prepared.X.iloc[:, :0]
    constants = fit_baselines(no_columns, prepared.y, prepared.problem)
    rows = prepared.X.iloc[np.zeros(len(y), dtype=int)]
    return best_baseline(constants, rows, y, prepared.problem)[0]


def one_rule(context: CheckContext) -> dict[str, np.ndarray]:
    """Return the out-of-fold prediction of the best rule on one column, by name."""
    prepared = context.need_target()
    problem = prepared.problem
    shape = (len(prepared.y), problem.width) if problem.is_classification else (len(prepared.y),)
    prediction, columns = np.full(shape, np.nan), []
    for train, valid in fold_pairs(prepared.plan, prepared.folds):
        fitted = fit_baselines(prepared.X.iloc[train], prepared.y[train], problem)
        rules = [baseline for baseline in fitted if baseline.rule is not None]
        if not rules or rules[0].rule is None:
            return {}
        columns.append(rules[0].rule.column)
        prediction[valid] = rules[0].predict(prepared.X.iloc[valid])
    return {f"a rule on {max(set(columns), key=columns.count)!r} alone": prediction}


def thinned(rows: np.ndarray, seed: int) -> np.ndarray:
    """Return at most `MOST_ROWS` of the rows, in order."""
    if len(rows) <= MOST_ROWS:
        return rows
    return np.sort(np.random.default_rng([seed, 30]).choice(rows, MOST_ROWS, replace=False))


CHECKS = (
    Check("V30", "Better than the simplest answers", "search", check_search_gain, 1.0),
    Check(
        "V30", "Better than the simplest answers", "assessment", check_holdout_gain, 0.5,
        optional=False,
    ),
)  # fmt: skip
