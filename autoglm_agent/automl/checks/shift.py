"""V19 and V20: held-out rows look like training rows.

Asked after the one reading, by the model that made it: that is the same reading, and nothing of
the holdout was known before.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from autoglm_agent.automl.checks.context import CheckContext, NotApplicableError
from autoglm_agent.automl.checks.registry import Check
from autoglm_agent.automl.checks.skills import twin_model
from autoglm_agent.automl.checks.thresholds import Thresholds
from autoglm_agent.automl.preparation.prepare import Prepared
from autoglm_agent.automl.preparation.vault import Vault
from autoglm_agent.automl.scoring.improvement import select_significant
from autoglm_agent.automl.scoring.metrics import rank_auc
from autoglm_agent.automl.scoring.problem import Problem
from autoglm_agent.chain import Remedy, Status, Verdict

MOST_ROWS = 3_000
PERMUTATIONS = 200
BINS = 10
LEAST_ROWS = 40
LARGEST_EFFECT = 0.1
"""Kolmogorov-Smirnov distance or Cramer's V below which a difference does not matter."""


def held_frame(context: CheckContext) -> pd.DataFrame:
    """Return the features of the held-out rows, which this model has read already.

    Raises:
        NotApplicableError: If this model has not read them.
    """
    kept = context.cache.get("held_frame")
    if isinstance(kept, pd.DataFrame):
        return kept
    prepared, told = context.need_prepared(), context.need_assessment()
    vault = Vault(context.workspace, told["vault"])
    if vault.reading(told["model"]) is None:
        raise NotApplicableError("The held-out rows were not read by this model.")
    frame = vault.open(told["model"])[0][prepared.features]
    context.cache["held_frame"] = frame
    return frame


def check_adversary(context: CheckContext) -> Verdict:
    """V19: no model can tell held-out rows from training rows."""
    prepared = context.need_prepared()
    return tell_apart(
        prepared.X,
        held_frame(context),
        {str(k): str(v) for k, v in prepared.kinds.items()},
        context.thresholds,
        expected=prepared.plan.kind in ("time", "group"),
        seed=context.seed,
    )


def tell_apart(
    first: pd.DataFrame,
    second: pd.DataFrame,
    kinds: dict[str, str],
    limits: Thresholds,
    *,
    expected: bool,
    seed: int,
) -> Verdict:
    """Ask V19 of two tables: can a cheap model tell which one a row comes from?

    Args:
        first: Rows trained on.
        second: Rows judged.
        kinds: Column kinds.
        limits: See `Thresholds`.
        expected: Whether the split itself makes them differ (by time or group), so that a
            difference is told and not refuted.
        seed: Of sample and folds.
    """
    from autoglm_agent.automl.features.encoder import TableEncoder

    if min(len(first), len(second)) < LEAST_ROWS:
        raise NotApplicableError("Too few rows to tell two samples apart.")
    rng = np.random.default_rng([seed, 19])
    both = pd.concat([_some(first, rng), _some(second, rng)], ignore_index=True)
    here = np.r_[np.zeros(min(len(first), MOST_ROWS)), np.ones(min(len(second), MOST_ROWS))]
    y = here.astype(np.int64)
    encoder = TableEncoder(kinds).fit(both)
    matrix = encoder.transform(both)
    fold = rng.permutation(len(y)) % 3
    problem = Problem("binary", "roc_auc", (0, 1), 1)
    told, gains = np.empty(len(y)), np.zeros(matrix.shape[1])
    for number in range(3):
        model = twin_model(problem, len(y), 30, seed, boosted=True)
        model.fit(matrix[fold != number], y[fold != number])
        told[fold == number] = model.predict_proba(matrix[fold == number])[:, 1]
        gains += model.feature_importances_
    auc = rank_auc(y == 1, told)
    chance = [rank_auc(rng.permutation(y) == 1, told) for _ in range(PERMUTATIONS)]
    p = (1 + sum(value >= auc for value in chance)) / (1 + PERMUTATIONS)
    drivers: dict[str, float] = {}
    for source, gain in zip(encoder.sources_, gains, strict=True):
        drivers[source[0]] = drivers.get(source[0], 0.0) + float(gain)
    top = sorted(drivers, key=lambda name: -drivers[name])[:3]
    status: Status = "pass"
    fact = f"Held-out rows cannot be told from training rows (AUC {auc:.2f})."
    if auc >= limits.adversarial_warn and p < 0.01:
        hard = auc >= limits.adversarial_fail and not expected
        status = "fail" if hard else "warn"
        fact = f"Held-out rows can be told from training rows (AUC {auc:.2f}), most by "
        fact += f"{', '.join(map(repr, top))}."
    ask = Remedy(
        kind="ask",
        step="prepare_data",
        reason="A random split cannot do this: were the rows changed after they were divided?",
    )
    return Verdict(
        check="V19",
        status=status,
        fact=fact,
        statistic=round(auc, 4),
        threshold=limits.adversarial_fail,
        n=len(y),
        columns=tuple(top) if status != "pass" else (),
        evidence={"p": round(p, 4), "drivers": top},
        remedies=(ask,) if status == "fail" else (),
        blame="prepare_data" if status == "fail" else None,
    )


def _some(frame: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    if len(frame) <= MOST_ROWS:
        return frame
    return frame.iloc[np.sort(rng.choice(len(frame), MOST_ROWS, replace=False))]


def check_drift(context: CheckContext) -> Verdict:
    """V20: no single column is distributed otherwise among the held-out rows."""
    prepared: Prepared = context.need_prepared()
    expected = prepared.plan.kind in ("time", "group")
    return compare_columns(prepared.X, held_frame(context), context.thresholds, expected=expected)


def compare_columns(
    first: pd.DataFrame, second: pd.DataFrame, limits: Thresholds, *, expected: bool
) -> Verdict:
    """Ask V20 of two tables, column by column.

    A column counts as drifted if the test is significant over all columns (Benjamini & Hochberg)
    and the effect is large enough to matter.
    """
    names = [name for name in first.columns if name in second.columns]
    if min(len(first), len(second)) < LEAST_ROWS or not names:
        raise NotApplicableError("Too few rows to compare two samples.")
    rated = {name: _difference(first[name], second[name]) for name in names}
    kept = select_significant(np.array([p for _, _, p in rated.values()]), limits.drift_q)
    # With few rows the index is large by chance alone: (bins - 1)(1/n + 1/m) is its expectation.
    noise = (BINS - 1) * (1 / len(first) + 1 / len(second))
    drifted = {
        name: psi - noise
        for (name, (psi, effect, _)), significant in zip(rated.items(), kept, strict=True)
        if significant and effect >= LARGEST_EFFECT and psi - noise > limits.psi_warn
    }
    unseen = _unseen(first, second, limits.unseen_levels)
    worst = max(drifted, key=lambda name: drifted[name], default=None)
    hard = [n for n, psi in drifted.items() if psi > limits.psi_fail] if not expected else []
    status: Status = "fail" if hard else "warn" if drifted or unseen else "pass"
    fact = f"None of the {len(names)} columns is distributed otherwise among the rows judged."
    if worst:
        fact = f"{worst!r} is distributed otherwise among the rows judged (stability index "
        fact += f"{drifted[worst]:.2f})."
    elif unseen:
        fact = f"{next(iter(unseen))!r} has levels there that were never trained on."
    ask = Remedy(kind="ask", step="prepare_data", reason="Are both tables of the same source?")
    return Verdict(
        check="V20",
        status=status,
        fact=fact,
        statistic=round(drifted[worst], 4) if worst else 0.0,
        threshold=limits.psi_fail,
        n=len(first) + len(second),
        columns=tuple(hard) or tuple({**drifted, **unseen}),
        evidence={
            "stability_index": {n: round(v, 4) for n, v in drifted.items()},
            "unseen_levels": {n: round(v, 4) for n, v in unseen.items()},
        },
        remedies=(ask,) if hard else (),
        blame="prepare_data" if hard else None,
    )


def _difference(first: pd.Series, second: pd.Series) -> tuple[float, float, float]:
    """Return the stability index, the effect and the p-value of one column."""
    from scipy.stats import chi2_contingency, ks_2samp

    dated = pd.api.types.is_datetime64_any_dtype(first)
    numeric = pd.api.types.is_numeric_dtype(first) and not pd.api.types.is_bool_dtype(first)
    if numeric or dated:
        a, b = (_plain(column) for column in (first, second))
        if len(a) < 10 or len(b) < 10:
            return 0.0, 0.0, 1.0
        edges = np.unique(np.quantile(a, np.linspace(0, 1, BINS + 1)[1:-1]))
        shares = [np.bincount(np.searchsorted(edges, v), minlength=len(edges) + 1) for v in (a, b)]
        test = ks_2samp(a, b, method="asymp")
        return _index(*shares), float(test.statistic), float(test.pvalue)
    levels = first.astype("str").value_counts().index[:30]
    counts = [
        np.r_[c.value_counts().reindex(levels).fillna(0), (~c.isin(levels)).sum()]
        for c in (first.astype("str"), second.astype("str"))
    ]
    table = np.array(counts)
    table = table[:, table.sum(axis=0) > 0]
    if table.shape[1] < 2:
        return 0.0, 0.0, 1.0
    statistic, p, _, _ = chi2_contingency(table)
    return _index(*counts), float(np.sqrt(statistic / table.sum())), float(p)


def _plain(column: pd.Series) -> np.ndarray:
    if pd.api.types.is_datetime64_any_dtype(column):
        from autoglm_agent.automl.preparation.grouping import moments

        return moments(column.dropna()).astype(np.float64)
    values = column.to_numpy(dtype=np.float64, na_value=np.nan)
    return np.asarray(values[np.isfinite(values)])


def _index(first: np.ndarray, second: np.ndarray) -> float:
    """Return the population stability index (Siddiqi 2006) of two counts, smoothed by half."""
    a = (first + 0.5) / (first + 0.5).sum()
    b = (second + 0.5) / (second + 0.5).sum()
    return float(((b - a) * np.log(b / a)).sum())


def _unseen(first: pd.DataFrame, second: pd.DataFrame, least: float) -> dict[str, Any]:
    """Return the share of rows with a level never trained on, for categories of few levels."""
    found = {}
    for name in first.columns:
        column = first[name]
        if name not in second or pd.api.types.is_numeric_dtype(column):
            continue
        if pd.api.types.is_datetime64_any_dtype(column) or column.nunique() > len(first) / 20:
            continue
        other = second[name].dropna()
        share = float((~other.isin(column.unique())).mean()) if len(other) else 0.0
        if share > least:
            found[name] = share
    return found


CHECKS = (
    Check("V19", "Held-out rows told apart", "assessment", check_adversary, 0.8, worth=2),
    Check("V20", "Drift of single columns", "assessment", check_drift, 0.3, worth=2),
)
