"""What past tables say of a new one: how alike they are, and what to try first.

Before anything is tried, tables are alike if their signatures are. As scores come in, those tables
count more on which the tried configurations rank as they do here (Feurer, Letham & Bakshy 2018
weight by ranking, too), and a table that ranks them the other way round counts no more: old
knowledge that does harm is dropped.
"""

from __future__ import annotations

import numpy as np

from autoglm_agent.automl.samplers.behaviour import Behaviour

SHARPNESS = 1.5
"""How much agreement of ranks counts, for each root of an observation."""
ENOUGH = 4
"""Observations from which on ranks are compared."""


def table_weights(
    behaviour: Behaviour, signature: np.ndarray | None, seen: np.ndarray, values: np.ndarray
) -> np.ndarray:
    """Return the weight of each past table, summing to one.

    Args:
        behaviour: The past.
        signature: Of the new table; None counts all alike at first.
        seen: Indices of the configurations tried here.
        values: Their oriented scores.
    """
    weights = np.ones(len(behaviour.tables))
    if signature is not None and len(behaviour.tables) > 1:
        spread = np.maximum(behaviour.signatures.std(axis=0), 1e-6)
        gaps = (((behaviour.signatures - signature) / spread) ** 2).sum(axis=1)
        weights = np.exp(-gaps / max(float(np.median(gaps)), 1e-9))
    if len(seen) >= ENOUGH:
        agreement = rank_agreement(behaviour.relative[seen], values)
        weights = weights * np.exp(SHARPNESS * np.sqrt(len(seen)) * agreement)
        if (agreement > 0).any():
            weights = np.where(agreement > 0, weights, 0.0)
    total = weights.sum()
    return np.asarray(weights / total if total > 0 else np.full(len(weights), 1 / len(weights)))


def rank_agreement(past: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return Kendall's tau-b of each column with the values; 0 where one of them is constant."""
    order = np.sign(values[:, None] - values[None, :])
    found = np.zeros(past.shape[1])
    for t in range(past.shape[1]):
        other = np.sign(past[:, t][:, None] - past[:, t][None, :])
        scale = np.sqrt((order**2).sum() * (other**2).sum())
        found[t] = (order * other).sum() / scale if scale > 0 else 0.0
    return found


def next_of_portfolio(
    relative: np.ndarray, weights: np.ndarray, seen: np.ndarray, open_: np.ndarray
) -> int:
    """Return the configuration that adds most to what has been tried, on tables like this one.

    Greedy maximisation of the weighted best score, as portfolios are built (Seipp et al. 2015).

    Args:
        relative: Scores on past tables, shape (configurations, tables).
        weights: Of the tables.
        seen: Configurations tried.
        open_: Configurations that may be tried.
    """
    reached = relative[seen].max(axis=0) if len(seen) else np.full(relative.shape[1], -2.0)
    gains = np.maximum(relative[open_] - reached, 0.0) @ weights
    # Where all is reached, the best on average still breaks the tie.
    return int(open_[np.argmax(gains + 1e-6 * (relative[open_] @ weights))])


def behaviour_embedding(relative: np.ndarray, weights: np.ndarray, width: int = 4) -> np.ndarray:
    """Return principal components of how configurations behave, weighted by the tables.

    Args:
        relative: Scores on past tables, shape (configurations, tables).
        weights: Of the tables.
        width: Components.
    """
    centred = (relative - relative.mean(axis=0)) * np.sqrt(weights)
    left, sizes, _ = np.linalg.svd(centred, full_matrices=False)
    return np.asarray(left[:, :width] * sizes[:width])
