"""From which confidence an answer is worth giving: a threshold chosen on rows with the truth.

The lowest confidence from which on enough answers are right, by the lower end of a 95 % Wilson
interval (Wilson 1927), so that a few lucky rows do not promise too much (selective
classification: El-Yaniv and Wiener 2010, https://jmlr.org/papers/v11/el-yaniv10a.html).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

Z = 1.959964


@dataclass(frozen=True)
class Abstention:
    """When to answer.

    Attributes:
        threshold: Least confidence; above 1 where no confidence is good enough.
        coverage: Share of the rows that are answered.
        accuracy: Of the answered rows; NaN if there are none.
        low: Lower end of its 95 % interval; NaN if there are none.
    """

    threshold: float
    coverage: float
    accuracy: float
    low: float


def choose_threshold(
    confidences: Sequence[float] | np.ndarray, right: Sequence[bool] | np.ndarray, wanted: float
) -> Abstention:
    """Choose the least confidence from which on answers are right as often as wanted.

    Args:
        confidences: Of the answers, on rows that the classifier was not trained on.
        right: Whether they were right.
        wanted: Share of right answers, from 0 to 1.
    """
    order = np.argsort(-np.asarray(confidences, dtype=np.float64), kind="stable")
    sorted_confidences = np.asarray(confidences, dtype=np.float64)[order]
    hits = np.cumsum(np.asarray(right, dtype=np.float64)[order])
    counts = np.arange(1, len(order) + 1)
    lows = _wilson_low(hits, counts)
    # Rows of one confidence are answered together or not at all.
    last = np.append(sorted_confidences[1:] != sorted_confidences[:-1], True)
    good = np.flatnonzero(last & (lows >= wanted))
    if not len(order) or not len(good):
        return Abstention(float(np.nextafter(1.0, 2.0)), 0.0, float("nan"), float("nan"))
    at = int(good[-1])
    return Abstention(
        float(sorted_confidences[at]),
        float(counts[at] / len(order)),
        float(hits[at] / counts[at]),
        float(lows[at]),
    )


def _wilson_low(hits: np.ndarray, counts: np.ndarray) -> np.ndarray:
    share = hits / counts
    middle = share + Z**2 / (2 * counts)
    spread = Z * np.sqrt(share * (1 - share) / counts + Z**2 / (4 * counts**2))
    return np.asarray((middle - spread) / (1 + Z**2 / counts))
