"""V17 and V18: a random split is honest only if neither time nor a group binds the rows.

The same cheap model is scored twice on the same rows: once trained on rows drawn at random from
all others, once on as many rows from the past (V17) or from other groups (V18). What the honest
way loses, as a share of what the model gains over knowing nothing, is what the random split
flatters by (Kapoor & Narayanan 2023, https://doi.org/10.1016/j.patter.2023.100804).

Time is judged by the quadratic loss, which sees a level that wanders off. Groups are judged by how
far predictions go along with the truth (their covariance): where a group has a handful of rows,
what is learned of it is noisy, and a squared error punishes the noise more than it rewards what
was learned.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from autoglm_agent.automl.checks.context import CheckContext, NotApplicableError
from autoglm_agent.automl.checks.registry import Check
from autoglm_agent.automl.checks.twin import Twin, twin_of
from autoglm_agent.automl.preparation.grouping import allot_groups, moments
from autoglm_agent.automl.preparation.prepare import Prepared
from autoglm_agent.chain import Remedy, Status, Verdict

LEAST_ROWS = 200
"""Rows below which five windows say nothing."""
STRETCHES = 3
"""Parts of a window whose losses are compared one by one: were time of no matter, rows would be
exchangeable and each part a test of its own."""
DRAWS = 3
"""Divisions into groups that are averaged."""
MOST_GROUP_COLUMNS = 2

_GROUP_NAME = re.compile(
    r"(^|[_\W])(id|ids|patient|subject|user|customer|client|person|participant|household|family|"
    r"session|device|machine|sensor|student|account|player|team|group|batch|speaker|donor)"
    r"([_\W]|$)"
)
_TIME_NAME = re.compile(
    r"(^|[_\W])(time|timestamp|date|day|week|month|year|period|quarter)([_\W]|$)"
)
_BIRTH = re.compile(r"birth|(^|[_\W])dob([_\W]|$)|founded|built|opened|start|since|joined|hired")


@dataclass(frozen=True)
class Flattery:
    """How much better the random split looks.

    Attributes:
        gap: Mean loss that the honest way adds, as a share of the model's own gain.
        low: One-sided 95 % lower bound of it.
        rows: Rows compared.
    """

    gap: float
    low: float
    rows: int


def check_time(context: CheckContext) -> Verdict:
    """V17: a random split must not let the model see the future."""
    prepared, limits = context.need_target(), context.thresholds
    if prepared.plan.kind == "time":
        fact = f"The rows are divided by time ({prepared.plan.column!r})."
        return Verdict(check="V17", status="pass", fact=fact)
    if prepared.plan.kind == "group":
        raise NotApplicableError("The rows are divided by group.")
    column = _time_column(prepared)
    if column is None or len(prepared.y) < LEAST_ROWS:
        raise NotApplicableError("No column tells when a row was made, or the rows are few.")
    twin = twin_of(context)
    times = _times(prepared.X[column].iloc[twin.picked])
    found = forward_flattery(twin, times, limits.windows)
    status: Status = "pass"
    fact = f"Training on the past of {column!r} alone does as well as training on random rows"
    fact += f" (loss of {found.gap:+.1%} of the gain)."
    if found.low > 0 and found.gap > limits.split_matters:
        status = "fail" if found.gap > limits.split_refuted else "warn"
        fact = f"Trained on the past of {column!r} alone, the same model loses {found.gap:.0%} of "
        fact += f"its gain (surely more than {max(found.low, 0):.0%}): a random split flatters."
    split = Remedy(
        kind="split_by_time",
        step="prepare_data",
        args={"split": f"time:{column}"},
        reason="A model is used on rows that come later.",
    )
    return _told("V17", status, fact, found, limits.split_refuted, column, split)


def check_groups(context: CheckContext) -> Verdict:
    """V18: rows of one group must not lie on both sides of the split."""
    prepared, limits = context.need_target(), context.thresholds
    if prepared.plan.kind in ("group", "time"):
        fact = f"The rows are divided by {prepared.plan.kind} ({prepared.plan.column!r})."
        return Verdict(check="V18", status="pass", fact=fact)
    names = group_columns(prepared)[:MOST_GROUP_COLUMNS]
    if not names:
        raise NotApplicableError("No column looks like the id of a group of rows.")
    twin = replace(twin_of(context), boosted=True)
    rated = [(name, group_flattery(twin, prepared, name)) for name in names]
    name, found = max(rated, key=lambda pair: pair[1].low)
    status: Status = "pass"
    fact = f"Rows of one {name!r} may lie in several folds without harm "
    fact += f"(loss of {found.gap:+.1%} of the gain on new ones)."
    if found.low > 0 and found.gap > limits.split_matters:
        status = "fail" if found.gap > limits.split_refuted else "warn"
        fact = f"On values of {name!r} that it has not seen the same model loses {found.gap:.0%} "
        fact += f"of its gain (surely more than {max(found.low, 0):.0%}): a random split flatters."
    split = Remedy(
        kind="split_by_group",
        step="prepare_data",
        args={"split": f"group:{name}"},
        reason="A model is used on new groups.",
    )
    return _told("V18", status, fact, found, limits.split_refuted, name, split)


def forward_flattery(twin: Twin, times: np.ndarray, windows: int) -> Flattery:
    """Compare training on the past with training on random rows, window by window."""
    rank = np.argsort(np.argsort(times, kind="stable"), kind="stable")
    edges = np.unique(times)[
        np.unique(np.linspace(0, len(np.unique(times)) - 1, windows + 2).astype(int)[1:-1])
    ]
    block = np.searchsorted(edges, times, side="right")
    if block.max() < 2:
        block = rank * (windows + 1) // len(rank)
    rng = np.random.default_rng([twin.seed, 17])
    ahead, mixed, rows = [], [], 0
    for number in range(1, int(block.max()) + 1):
        asked, past = np.flatnonzero(block == number), np.flatnonzero(block < number)
        if len(asked) < 20 or len(past) < 30:
            continue
        y, others = twin.y[asked], np.flatnonzero(block != number)
        forward = twin.losses(y, twin.predict(twin.matrix, twin.y, past, asked))
        shuffled = _mixed(twin, twin.matrix, asked, others, len(past), rng)
        shuffled = twin.losses(y, shuffled)
        for part in np.array_split(np.argsort(rank[asked]), STRETCHES):
            ahead.append(float(forward[part].mean()))
            mixed.append(float(shuffled[part].mean()))
        rows += len(asked)
    return _flattery(np.array(ahead), np.array(mixed), twin.prior_loss(twin.y), rows)


def group_flattery(twin: Twin, prepared: Prepared, name: str) -> Flattery:
    """Compare random folds with folds of whole groups; the group's own column is left out."""
    groups = pd.factorize(prepared.X[name].iloc[twin.picked], use_na_sentinel=False)[0]
    matrix, n = twin.without({name}), len(twin.y)
    if not matrix.shape[1]:
        return Flattery(0.0, 0.0, 0)
    rng = np.random.default_rng([twin.seed, 18])
    strata = twin.y if twin.problem.is_classification else np.zeros(n, dtype=np.int64)
    count = 5
    truth = twin.truth(twin.y)
    truth = truth - truth.mean(axis=0)
    own, gain = np.zeros(n), np.zeros(n)
    for _ in range(DRAWS):
        fold = allot_groups(groups, strata.astype(np.int64), np.full(count, 1 / count), rng)
        for number in range(count):
            asked, others = np.flatnonzero(fold == number), np.flatnonzero(fold != number)
            if not len(asked) or not len(others):
                continue
            apart = twin.predict(matrix, twin.y, others, asked)
            mixed = _mixed(twin, matrix, asked, others, len(others), rng)
            own[asked] += ((mixed - apart) * truth[asked]).sum(axis=1) / DRAWS
            gain[asked] += (mixed * truth[asked]).sum(axis=1) / DRAWS
    size = np.bincount(groups)
    by_group = np.bincount(groups, own)[size > 0]
    # Groups are the independent units: the ratio of sums, with its delta-method error.
    mean = float(by_group.sum() / n)
    spread = by_group - mean * size[size > 0]
    error = float(np.sqrt((spread**2).sum()) / n)
    base = float(gain.mean())
    if base <= 0:
        return Flattery(0.0, 0.0, n)
    return Flattery(mean / base, (mean - 1.645 * error) / base, n)


def _mixed(
    twin: Twin,
    matrix: np.ndarray,
    asked: np.ndarray,
    others: np.ndarray,
    size: int,
    rng: np.random.Generator,
) -> np.ndarray:
    """Return the predictions as a random split would give them.

    Half of the asked rows at a time may be learned from with the others, so that every row is
    judged and its kin may be known.
    """
    half = rng.permutation(len(asked)) % 2 == 0
    told = np.empty((len(asked), twin.truth(twin.y[:1]).shape[1]))
    for part in (half, ~half):
        pool = np.concatenate([others, asked[~part]])
        train = np.sort(rng.permutation(pool)[:size])
        told[part] = twin.predict(matrix, twin.y, train, asked[part])
    return told


def group_columns(prepared: Prepared) -> list[str]:
    """Return the columns that look like ids of groups, the most rows a group first."""
    found = []
    for name in prepared.features:
        column = prepared.X[name]
        if not _GROUP_NAME.search(_words(name)) or pd.api.types.is_float_dtype(column):
            continue
        count = int(column.nunique())
        if count >= 20 and len(column) / count >= 1.5:
            found.append((len(column) / count, name))
    return [name for _, name in sorted(found, reverse=True)]


def _words(name: str) -> str:
    """Split `patientId` into words, lower."""
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()


def _time_column(prepared: Prepared) -> str | None:
    """Return the column that most probably tells when a row was made."""
    dates = [n for n in prepared.features if pd.api.types.is_datetime64_any_dtype(prepared.X[n])]
    dates = [n for n in dates if not _BIRTH.search(n.lower())]
    named = [n for n in dates if _TIME_NAME.search(_words(n))]
    if dates:
        return (named or dates)[0]
    for name in prepared.features:
        column = prepared.X[name]
        counted = pd.api.types.is_numeric_dtype(column) and column.notna().all()
        many = int(column.nunique()) >= max(30, len(column) // 20)
        if counted and many and re.search(r"timestamp|(^|_)time(_|$)|period|(^|_)t$", _words(name)):
            return name
    return None


def _times(column: pd.Series) -> np.ndarray:
    if pd.api.types.is_datetime64_any_dtype(column):
        return moments(column)
    return column.to_numpy(dtype=np.float64, na_value=np.nan)


def _flattery(ahead: np.ndarray, mixed: np.ndarray, prior: float, rows: int) -> Flattery:
    """Compare the windows' losses as ratios: windows differ in difficulty, not in the ratio."""
    from scipy.stats import t

    gain = prior - float(mixed.mean()) if len(mixed) else 0.0
    if len(ahead) < 3 or gain <= 0 or not (mixed > 0).all() or not (ahead > 0).all():
        return Flattery(0.0, 0.0, rows)
    ratio = np.log(ahead / mixed)
    error = float(ratio.std(ddof=1) / np.sqrt(len(ratio)))
    low = float(ratio.mean()) - float(t.ppf(0.95, len(ratio) - 1)) * error
    gap = float((ahead - mixed).mean()) / gain
    return Flattery(gap, min(gap, float(np.expm1(low)) * float(mixed.mean()) / gain), rows)


def _told(
    check: str,
    status: Status,
    fact: str,
    found: Flattery,
    threshold: float,
    column: str,
    split: Remedy,
) -> Verdict:
    evidence: dict[str, Any] = {"gap": round(found.gap, 4), "low": round(found.low, 4)}
    question = f"Will the model be used on new values of {column!r}?"
    ask = Remedy(kind="ask", step="prepare_data", reason=question)
    return Verdict(
        check=check,
        status=status,
        fact=fact,
        statistic=round(found.gap, 4),
        threshold=threshold,
        n=found.rows,
        columns=(column,) if status != "pass" else (),
        evidence=evidence,
        remedies=(split, ask) if status == "fail" else (),
        blame="prepare_data" if status == "fail" else None,
    )


CHECKS = (
    Check("V17", "Time across the split", "data", check_time, 1.5, worth=2, forecasts=False),
    Check("V18", "Groups across the split", "data", check_groups, 1.5, worth=2, forecasts=False),
)
