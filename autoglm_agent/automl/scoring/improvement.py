"""Whether one candidate is better than another, beyond the luck of the folds.

The corrected resampled t-test (Nadeau & Bengio 2003, https://doi.org/10.1023/A:1024068626366):
folds share their training rows, so the variance of the mean difference is not s2/J but
(1/J + n_test/n_train) s2. With the probability of outperforming beside it (Bouthillier et al.
2021, https://arxiv.org/abs/2103.03098): a difference may be significant and yet not matter.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Improvement:
    """The difference of two candidates, positive if the first is better.

    Attributes:
        gain: Mean difference over the folds, in oriented units.
        t: Corrected t statistic.
        p: One-sided p-value.
        wins: Share of folds in which the first is better.
        folds: Number of folds.
    """

    gain: float
    t: float
    p: float
    wins: float
    folds: int

    def better(self, level: float, wins: float) -> bool:
        """Whether the first may be called better."""
        return self.p <= level and self.wins >= wins


def compare(first: np.ndarray, second: np.ndarray, test_share: float) -> Improvement:
    """Compare the scores of two candidates on the same folds.

    Args:
        first: Oriented scores, one a fold.
        second: Likewise.
        test_share: Rows of a fold's validation part over those of its training part.

    Returns:
        The corrected test; with fewer than two folds nothing is significant.
    """
    from scipy.stats import t as student

    difference = np.asarray(first, dtype=np.float64) - np.asarray(second, dtype=np.float64)
    difference = difference[np.isfinite(difference)]
    count = len(difference)
    if count < 2:
        return Improvement(float(difference.mean()) if count else 0.0, 0.0, 1.0, 0.0, count)
    gain, spread = float(difference.mean()), float(difference.var(ddof=1))
    error = np.sqrt((1.0 / count + test_share) * spread)
    wins = float(((difference > 0) + 0.5 * (difference == 0)).mean())
    if error == 0:
        return Improvement(gain, np.inf if gain > 0 else 0.0, 0.0 if gain > 0 else 1.0, wins, count)
    t = gain / float(error)
    return Improvement(gain, t, float(student.sf(t, count - 1)), wins, count)


def select_significant(p: np.ndarray, q: float) -> np.ndarray:
    """Return which hypotheses are rejected at a false discovery rate (Benjamini & Hochberg 1995).

    Args:
        p: p-values.
        q: Tolerated share of false discoveries.
    """
    p = np.asarray(p, dtype=np.float64)
    order = np.argsort(p, kind="stable")
    passed = p[order] <= q * np.arange(1, len(p) + 1) / max(1, len(p))
    kept = np.zeros(len(p), dtype=bool)
    if passed.any():
        kept[order[: int(np.flatnonzero(passed)[-1]) + 1]] = True
    return kept
