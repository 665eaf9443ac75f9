"""A Gaussian process in NumPy, and the improvement that it expects (Jones et al. 1998).

The kernel is a mixture of Matern 5/2 kernels on several embeddings of the same points; mixture,
length scale and noise are those of the largest marginal likelihood on a small grid, which is
robust with the few observations that a search has.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

MOST_OBSERVED = 200
"""A search looks at the latest so many of its trials: the price grows with their cube."""
SCALES = (0.3, 0.6, 1.2, 2.4)
NOISES = (1e-3, 1e-2, 1e-1)


def matern(first: np.ndarray, second: np.ndarray, scale: float) -> np.ndarray:
    """Return the Matern 5/2 kernel between rows; distances in units of the mean distance."""
    squared = (first**2).sum(1)[:, None] + (second**2).sum(1)[None, :] - 2 * first @ second.T
    distance = np.sqrt(5.0 * np.maximum(squared, 0.0)) / scale
    return np.asarray((1.0 + distance + distance**2 / 3.0) * np.exp(-distance))


def scaled(points: np.ndarray) -> np.ndarray:
    """Scale an embedding so that two points are 1 apart on average."""
    centred = points - points.mean(axis=0)
    spread = np.sqrt(2.0 * (centred**2).sum(axis=1).mean())
    return np.asarray(centred / max(spread, 1e-12))


@dataclass(frozen=True)
class Posterior:
    """What is believed of each point.

    Attributes:
        mean: Expected value.
        deviation: How unsure that is.
        mixture: Share of the first embedding in the kernel.
        scale: Length scale.
    """

    mean: np.ndarray
    deviation: np.ndarray
    mixture: float
    scale: float


def posterior(
    embeddings: Sequence[np.ndarray],
    seen: np.ndarray,
    values: np.ndarray,
    prior: np.ndarray,
    mixtures: Sequence[float] = (1.0,),
) -> Posterior:
    """Return what is believed of all points after some have been seen.

    Args:
        embeddings: One or two embeddings of all points, each scaled.
        seen: Indices of the points observed.
        values: What was observed there.
        prior: Expected value of each point before.
        mixtures: Shares of the first embedding to choose from.
    """
    rest = values - prior[seen]
    level = float(rest.mean()) * len(rest) / (len(rest) + 2.0)
    rest = rest - level
    spread = max(float(rest.std()), 1e-3)
    near = [points[seen] for points in embeddings]
    own = np.arange(len(seen))
    best: tuple[float, np.ndarray, float, float] | None = None
    for mixture, scale, noise in product(mixtures, SCALES, NOISES):
        inner = _kernel(near, mixture, scale, own) + noise * np.eye(len(seen))
        try:
            lower = np.linalg.cholesky(inner)
        except np.linalg.LinAlgError:
            continue
        half = np.linalg.solve(lower, rest / spread)
        likelihood = -0.5 * float(half @ half) - float(np.log(np.diag(lower)).sum())
        if best is None or likelihood > best[0]:
            best = likelihood, lower, mixture, scale
    assert best is not None  # with the largest noise the matrix is well conditioned
    _, lower, mixture, scale = best
    across = np.linalg.solve(lower, _kernel(embeddings, mixture, scale, seen).T)
    mean = prior + level + spread * (across.T @ np.linalg.solve(lower, rest / spread))
    variance = np.maximum(1.0 - (across**2).sum(axis=0), 1e-9)
    return Posterior(mean, spread * np.sqrt(variance), mixture, scale)


def _kernel(
    embeddings: Sequence[np.ndarray], mixture: float, scale: float, seen: np.ndarray
) -> np.ndarray:
    shares = (mixture, 1.0 - mixture)
    parts = [
        share * matern(points, points[seen], scale)
        for share, points in zip(shares, embeddings, strict=False)
        if share > 0
    ]
    return np.asarray(np.sum(parts, axis=0))


def expected_improvement(belief: Posterior, best: float) -> np.ndarray:
    """Return by how much each point is expected to surpass the best value seen."""
    from scipy.stats import norm

    gap = belief.mean - best
    z = gap / belief.deviation
    return np.asarray(gap * norm.cdf(z) + belief.deviation * norm.pdf(z))
