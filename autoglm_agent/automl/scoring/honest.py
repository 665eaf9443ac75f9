"""The honest score of a search: what the winner is worth once the choosing is paid for.

The best of K cross-validated scores is optimistic, because it was chosen for being the highest.
BBC-CV (Tsamardinos, Greasidou & Borboudakis 2018, https://doi.org/10.1007/s10994-018-5714-4)
repeats the choosing: rows of the matrix of out-of-fold predictions are drawn with replacement, the
winner on the drawn rows is chosen, and scored on the rows that were not drawn. The mean of these
scores pays for the choice; their percentiles are an interval. Nothing is trained again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from autoglm_agent.automl.run.clock import Deadline
from autoglm_agent.automl.scoring import bootstrap
from autoglm_agent.automl.scoring.metrics import GREATER_IS_BETTER, oriented, score
from autoglm_agent.automl.scoring.problem import Problem

REPEATS = 1_000
LEAST_REPEATS = 100
MOST_ROWS = 4_000
"""Rows of the loss matrix; more make the interval narrower than the choice can be known."""
CHUNK = 50


@dataclass(frozen=True)
class HonestScore:
    """A cross-validated score, corrected for having been chosen.

    Attributes:
        metric: In whose orientation the figures are.
        value: The corrected score.
        low: Lower end of its 95 % interval.
        high: Upper end.
        naive: The winner's score as it stood.
        optimism: By how much the naive score flatters, positive is flattering.
        se: Standard error of a single candidate's score, by the same bootstrap.
        candidates: How many were chosen from.
        effective: How many independent ones that amounts to (eigenvalues of the correlation of
            their losses; Nyholt 2004).
        repeats: Resamples.
        n: Rows.
    """

    metric: str
    value: float
    low: float
    high: float
    naive: float
    optimism: float
    se: float
    candidates: int
    effective: float
    repeats: int
    n: int

    def to_json(self) -> dict[str, Any]:
        """Return the figures as JSON data."""
        told = asdict(self)
        return {k: round(v, 8) if isinstance(v, float) else v for k, v in told.items()}


def honest_score(
    oofs: Mapping[str, np.ndarray],
    y: np.ndarray,
    problem: Problem,
    *,
    chosen: str | None = None,
    thresholds: Mapping[str, float] | None = None,
    seed: int = 0,
    repeats: int = REPEATS,
    deadline: Deadline | None = None,
) -> HonestScore:
    """Correct the best cross-validated score for the choice among candidates.

    Args:
        oofs: Candidate to out-of-fold predictions of the same rows, no NaN.
        y: Codes or numbers of these rows.
        problem: What is predicted, and the metric of the choice.
        chosen: The candidate that was kept in the end; the best one by default.
        thresholds: Decision thresholds by candidate, 0.5 by default.
        seed: Of the resamples.
        repeats: Resamples.
        deadline: When to end with the resamples made so far, one hundred at least.

    Returns:
        The corrected score. With one candidate there is no optimism.

    Raises:
        ValueError: If there is no candidate.
    """
    names = list(oofs)
    if not names:
        raise ValueError("There is no candidate to choose from.")
    cuts = [float((thresholds or {}).get(name, 0.5)) for name in names]
    metric, sign = problem.metric, 1.0 if GREATER_IS_BETTER[problem.metric] else -1.0
    whole = np.array(
        [
            oriented(metric, score(metric, y, oofs[n], problem, c))
            for n, c in zip(names, cuts, strict=True)
        ]
    )
    best = names.index(chosen) if chosen in names else int(np.nanargmax(whole))
    rows = _thinned(len(y), seed)
    statistics = [
        bootstrap.statistic(metric, y[rows], oofs[n][rows], problem, c)
        for n, c in zip(names, cuts, strict=True)
    ]
    outside, single = _resampled(
        statistics, bootstrap.strata(y[rows], problem), sign, best, seed, repeats,
        deadline or Deadline(),
    )  # fmt: skip
    # A thinned matrix is more optimistic than the whole one: the correction shrinks with sqrt(n).
    shrink = float(np.sqrt(len(rows) / len(y)))
    centre = float(np.nanmean(single))
    value = float(whole[best]) - (centre - float(np.nanmean(outside))) * shrink
    low, high = _interval(outside, single, value, shrink)
    return HonestScore(
        metric=metric,
        value=sign * value,
        low=sign * (low if sign > 0 else high),
        high=sign * (high if sign > 0 else low),
        naive=sign * float(whole[best]),
        optimism=float(whole[best]) - value,
        se=float(np.nanstd(single, ddof=1)) * shrink,
        candidates=len(names),
        effective=effective_number([oofs[n][rows] for n in names], y[rows], problem),
        repeats=len(outside),
        n=len(y),
    )


def _thinned(n: int, seed: int) -> np.ndarray:
    if n <= MOST_ROWS:
        return np.arange(n)
    return np.sort(np.random.default_rng([seed, 5]).choice(n, MOST_ROWS, replace=False))


def _resampled(
    statistics: list[bootstrap.Statistic],
    groups: list[np.ndarray],
    sign: float,
    best: int,
    seed: int,
    repeats: int,
    deadline: Deadline,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the winners' scores on rows not drawn, and the kept candidate's on drawn ones."""
    n = sum(len(group) for group in groups)
    rng = np.random.default_rng([seed, 6])
    outside: list[np.ndarray] = []
    single: list[np.ndarray] = []
    done = 0
    while done < repeats:
        if deadline.over and done >= LEAST_REPEATS:
            break
        count = min(CHUNK, repeats - done)
        drawn = np.zeros((count, n))
        for group in groups:
            drawn[:, group] = bootstrap.drawn(rng, count, len(group))
        with np.errstate(divide="ignore", invalid="ignore"):
            inside = sign * np.stack([f(drawn) for f in statistics])
            ranked = np.where(np.isfinite(inside), inside, -np.inf).argmax(axis=0)
            rest = (drawn == 0).astype(np.float64)
            scores = np.empty(count)
            for name in np.unique(ranked):
                mine = ranked == name
                scores[mine] = sign * statistics[name](rest[mine])
        outside.append(scores)
        single.append(inside[best])
        done += count
    return np.concatenate(outside), np.concatenate(single)


def _interval(
    outside: np.ndarray, single: np.ndarray, value: float, shrink: float
) -> tuple[float, float]:
    """Return the percentile interval of the winners' scores, at the scale of all rows.

    Rows not drawn are 37 % of all, so their scores spread by a factor of about 1.65 more than a
    score on all rows does. What is left of the spread once that sampling is taken out is the
    spread of the choice itself, and is kept whole.
    """
    kept = outside[np.isfinite(outside)]
    if not len(kept):
        return value, value
    sampling = float(np.nanvar(single, ddof=1))
    part = float(np.exp(-1.0))
    choice = max(0.0, float(kept.var(ddof=1)) - sampling / part)
    wanted = np.sqrt(sampling + choice)
    factor = float(wanted / max(kept.std(ddof=1), 1e-300)) * shrink
    low, high = np.quantile(kept - kept.mean(), [0.025, 0.975]) * factor
    return value + float(low), value + float(high)


def effective_number(oofs: list[np.ndarray], y: np.ndarray, problem: Problem) -> float:
    """Return the number of independent candidates that correlated ones amount to.

    1 + (K - 1)(1 - var(eigenvalues) / K) of the correlation matrix of their row losses (Nyholt
    2004, https://doi.org/10.1086/383251).
    """
    if len(oofs) < 2:
        return float(len(oofs))
    truth = np.eye(problem.width)[y] if problem.is_classification else np.asarray(y, dtype=float)
    losses = np.stack([((p - truth) ** 2).reshape(len(y), -1).sum(axis=1) for p in oofs])
    losses = losses[losses.std(axis=1) > 1e-12]
    count = len(losses)
    if count < 2:
        return float(max(1, count))
    correlation = np.corrcoef(losses)
    # The variance of the eigenvalues follows from the entries; no decomposition is needed.
    spread = (float((correlation**2).sum()) - count) / (count - 1)
    return float(1 + (count - 1) * (1 - min(1.0, spread / count)))


def quick_correction(naive: float, se: float, effective: float) -> float:
    """Return the score less the expected maximum of that many errors, in oriented units.

    The cheap fallback where no predictions are stored: `naive - se * sqrt(2 ln K)`.
    """
    return naive - se * float(np.sqrt(2.0 * np.log(max(1.0, effective))))
