"""Which rows are held out, and which fold validates which row."""

from __future__ import annotations

import base64
import zlib

import numpy as np

HELD_OUT = -2
UNUSED = -3


def deal_rows(y: np.ndarray, usable: np.ndarray, share: float, folds: int, seed: int) -> np.ndarray:
    """Deal the rows at random, every class (or tenth of a number) in proportion.

    Args:
        y: Class codes or numbers; what unusable rows hold does not matter.
        usable: Which rows have a target.
        share: Share of the rows to hold out.
        folds: Number of folds of the others.
        seed: Of the random choice.

    Returns:
        Fold of each row from 0; `HELD_OUT` and `UNUSED` for the others.
    """
    dealt = np.full(len(y), UNUSED, dtype=np.int8)
    rows = np.flatnonzero(usable)
    held = _held_out(_strata(y[rows]), share, np.random.default_rng([seed, 1]))
    dealt[rows[held]] = HELD_OUT
    train = rows[~held]
    order = _ordered(_strata(y[train]), np.random.default_rng([seed, 2]))
    dealt[train[order]] = np.arange(len(order)) % folds
    return dealt


def deal_again(y: np.ndarray, folds: int, seed: int, number: int) -> np.ndarray:
    """Deal the training rows into folds anew, for the repetition of that number."""
    rng = np.random.default_rng([seed, number])
    strata = y
    if y.dtype.kind == "f":
        strata = np.argsort(np.argsort(y, kind="stable")) * 10 // len(y)
    shuffled = rng.permutation(len(y))
    order = shuffled[np.argsort(strata[shuffled], kind="stable")]
    dealt = np.empty(len(y), dtype=np.int64)
    dealt[order] = np.arange(len(y)) % folds
    return dealt


def written_rows(lines: tuple[str, ...]) -> np.ndarray:
    """Read the folds of the rows, which were dealt by groups or time, from packed text."""
    packed = base64.b85decode("".join(lines))
    return np.frombuffer(zlib.decompress(packed), dtype=np.int8)


def _held_out(strata: np.ndarray, share: float, rng: np.random.Generator) -> np.ndarray:
    sizes = np.bincount(strata)
    rare = sizes[strata] < 3 if sizes.size > 1 else np.zeros(len(strata), dtype=bool)
    held = np.zeros(len(strata), dtype=bool)
    order = _ordered(strata, rng)
    order = order[~rare[order]]
    ticks = np.floor((np.arange(len(order) + 1) + rng.random()) * share)
    held[order[np.diff(ticks) > 0]] = True
    if sizes.size > 1:
        # The ticks may miss a small class; one of its rows is held out all the same.
        missed = (sizes >= 3) & (np.bincount(strata, weights=held, minlength=sizes.size) == 0)
        for stratum in np.flatnonzero(missed):
            held[order[strata[order] == stratum][0]] = True
    return held


def _strata(y: np.ndarray) -> np.ndarray:
    if y.dtype.kind in "iub":
        return np.asarray(np.unique(y, return_inverse=True)[1])
    edges = np.unique(np.quantile(y, np.linspace(0, 1, min(10, max(1, len(y) // 10)) + 1)[1:-1]))
    return np.asarray(np.unique(np.searchsorted(edges, y), return_inverse=True)[1])


def _ordered(strata: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return np.asarray(np.lexsort((rng.random(len(strata)), strata)))
