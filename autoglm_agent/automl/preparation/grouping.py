"""Rows that belong together: equal feature rows, linked groups, and dealing groups to folds."""

from __future__ import annotations

import numpy as np
import pandas as pd

_MISSING = np.uint64(0x9E3779B97F4A7C15)
_PRIME = np.uint64(0x100000001B3)


def hash_rows(frame: pd.DataFrame) -> np.ndarray:
    """Return one uint64 per row; rows with equal features have equal hashes.

    Floats are compared to 10 significant digits, integers and moments exactly, everything else
    as text; missing equals missing, and the order of the columns does not matter.
    """
    total = np.full(len(frame), 0xCBF29CE484222325, dtype=np.uint64)
    with np.errstate(over="ignore"):
        for name in sorted(frame.columns, key=str):
            total = (total ^ _hash_column(frame[name])) * _PRIME
            total ^= total >> np.uint64(29)
    return total


def round_significant(values: np.ndarray, digits: int = 10) -> np.ndarray:
    """Round floats to a number of significant decimal digits; not-finite values stay."""
    usable = np.isfinite(values) & (values != 0)
    exponent = np.floor(np.log10(np.abs(values, where=usable, out=np.ones_like(values))))
    # Powers beyond 1e300 overflow; such numbers are compared exactly.
    usable &= np.abs(exponent) < 290
    scale = np.power(10.0, np.where(usable, digits - 1 - exponent, 0.0))
    return np.where(usable, np.round(values * scale) / scale, values) + 0.0


def moments(column: pd.Series) -> np.ndarray:
    """Return a date column as int64 microseconds since 1970 (UTC); the lowest int64 if missing."""
    plain = column.dt.tz_convert("UTC").dt.tz_localize(None) if column.dt.tz else column
    return plain.to_numpy().astype("datetime64[us]").astype(np.int64)


def _hash_column(column: pd.Series) -> np.ndarray:
    missing = column.isna().to_numpy()
    if pd.api.types.is_datetime64_any_dtype(column):
        # Microseconds, whatever the unit: the same moment hashes alike after a round trip.
        values: np.ndarray = moments(column)
    elif pd.api.types.is_integer_dtype(column):
        values = column.fillna(0).to_numpy(dtype=np.int64)
    elif pd.api.types.is_numeric_dtype(column):
        values = round_significant(column.to_numpy(dtype=np.float64, na_value=np.nan))
    else:
        values = column.astype("str").fillna("").to_numpy(dtype=object)
    hashed = pd.util.hash_array(values, categorize=values.dtype == object)
    return np.where(missing, _MISSING, hashed)


NEAR = 0.1
"""A neighbour is near when it is this much closer than the fifth one."""
_NEIGHBOURS = 5
_LEAST_NUMBERS = 3
"""Measures below which nearness happens by chance."""


def near_pairs(frame: pd.DataFrame, most: int | None = None, seed: int = 0) -> np.ndarray:
    """Return pairs of rows that are almost equal: copies with a little noise.

    A row's nearest neighbour is a near copy if it is ten times closer than the fifth one, differs
    a little in two measures at least, and agrees in every category. In three and more
    dimensions chance does so for one row in two hundred at most, whatever the density. Without
    three continuous measures there are no pairs.

    Args:
        frame: Features.
        most: Rows, drawn at random, whose neighbours are looked for among all; None for all.
        seed: Of the draw.

    Returns:
        Row positions, shape (pairs, 2).
    """
    measures = _measures(frame)
    none = np.empty((0, 2), dtype=np.int64)
    if measures.shape[1] < _LEAST_NUMBERS or len(frame) <= 2 * _NEIGHBOURS:
        return none
    from sklearn.neighbors import NearestNeighbors

    asked = np.arange(len(frame))
    if most is not None and len(asked) > most:
        asked = np.sort(np.random.default_rng([seed, 16]).choice(asked, most, replace=False))
    search = NearestNeighbors(n_neighbors=_NEIGHBOURS + 1, algorithm="auto").fit(measures)
    distance, neighbour = search.kneighbors(measures[asked])
    other = distance[:, 1:].copy()
    other[other == 0] = np.inf  # equal rows are told by their hash
    first = other.argmin(axis=1)
    near = np.minimum(other.min(axis=1), 1e300) < NEAR * distance[:, -1]
    pairs = np.column_stack([asked, neighbour[np.arange(len(asked)), first + 1]])[near]
    differs = (np.abs(measures[pairs[:, 0]] - measures[pairs[:, 1]]) > 0).sum(axis=1) >= 2
    labels = frame[[n for n in frame.columns if not pd.api.types.is_numeric_dtype(frame[n])]]
    if labels.shape[1]:
        hashed = hash_rows(labels)
        differs &= hashed[pairs[:, 0]] == hashed[pairs[:, 1]]
    return np.asarray(pairs[differs])


def near_groups(frame: pd.DataFrame) -> np.ndarray:
    """Return group numbers such that equal and almost equal rows share one."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    equal = np.asarray(pd.factorize(hash_rows(frame))[0])
    pairs = near_pairs(frame)
    n = len(frame)
    links = coo_matrix((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(n, n))
    near = connected_components(links, directed=False)[1]
    return connected_groups(equal, np.asarray(near))


def _measures(frame: pd.DataFrame) -> np.ndarray:
    """Return the continuous columns in units of their spread, missing at the median."""
    columns = []
    for name in frame.columns:
        column = frame[name]
        if not pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column):
            continue
        values = column.to_numpy(dtype=np.float64, na_value=np.nan)
        known = values[np.isfinite(values)]
        if len(known) < len(values) / 2 or len(np.unique(known)) < max(20, len(values) // 20):
            continue
        low, middle, high = np.quantile(known, [0.1, 0.5, 0.9])
        if high > low:
            filled = np.where(np.isfinite(values), values, middle)
            columns.append(np.clip((filled - middle) / (high - low), -50, 50))
    return np.column_stack(columns) if columns else np.empty((len(frame), 0))


def connected_groups(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return group numbers such that rows sharing either number share the result."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    size = int(first.max()) + 1
    nodes = size + int(second.max()) + 1
    links = coo_matrix((np.ones(len(first)), (first, second + size)), shape=(nodes, nodes))
    return np.asarray(connected_components(links, directed=False)[1][first])


def allot_groups(
    groups: np.ndarray, strata: np.ndarray, weights: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Deal whole groups to parts so that every stratum is spread by `weights`.

    Greedy, large groups first (in random order among those of similar size): a group goes
    where it raises the sum of squared counts, divided by stratum and weight, the least.
    Groups of one row fill what is left, stratum by stratum. No part stays empty if there are
    as many groups as parts. With two parts the first is the holdout: every stratum keeps a row
    in the second, which gets two groups or more if there are three, to validate each other.

    Args:
        groups: Group of each row, integers.
        strata: Stratum of each row, integers from 0.
        weights: Share of each part; sums to 1.
        rng: Breaks ties and orders the groups.

    Returns:
        Part of each row.
    """
    names, inverse, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    jitter = rng.permutation(len(names))
    content = np.zeros((len(names), int(strata.max()) + 1))
    np.add.at(content, (inverse, strata), 1.0)
    relative = content / content.sum(axis=0)
    counts = np.zeros((len(weights), content.shape[1]))
    part = np.full(len(names), -1)
    order = np.lexsort((jitter, -np.floor(np.log2(sizes))))
    for group in order[sizes[order] > 1]:
        cost = (2 * counts + content[group]) @ relative[group] / weights
        chosen = int(np.argmin(cost))
        part[group] = chosen
        counts[chosen] += content[group]
    single = order[sizes[order] == 1]
    kind = content[single].argmax(axis=1)
    for stratum in np.unique(kind):
        members = single[kind == stratum]
        part[members] = _fill(counts[:, stratum], weights, len(members), rng)
    _mend(part, content, sizes, weights)
    return part[inverse]


def _fill(
    have: np.ndarray, weights: np.ndarray, count: int, rng: np.random.Generator
) -> np.ndarray:
    """Parts for `count` single rows so that `have` plus them is proportional to `weights`."""
    wanted = np.maximum(weights * (have.sum() + count) - have, 0.0)
    wanted *= count / wanted.sum()
    whole = np.floor(wanted).astype(np.int64)
    rest = np.argsort(-(wanted - whole) - rng.random(len(weights)) * 1e-6)
    whole[rest[: count - int(whole.sum())]] += 1
    return rng.permutation(np.repeat(np.arange(len(weights)), whole))


def _mend(part: np.ndarray, content: np.ndarray, sizes: np.ndarray, weights: np.ndarray) -> None:
    """Leave no part empty and, of two parts, no stratum out of the second."""
    if len(weights) == 2:
        for stratum in range(content.shape[1]):
            holders = content[:, stratum] > 0
            if not np.any(holders & (part == 1)):
                candidates = np.flatnonzero(holders)
                part[candidates[np.argmin(sizes[candidates])]] = 1
    for empty in range(len(weights)):
        if not np.any(part == empty) and len(part) >= len(weights):
            parts = np.bincount(part, minlength=len(weights))
            rich = np.flatnonzero(part == int(np.argmax(parts)))
            part[rich[np.argmin(sizes[rich])]] = empty
    if len(weights) == 2 and len(part) >= 3 and np.sum(part == 1) == 1:
        held = np.flatnonzero(part == 0)
        part[held[np.argmin(sizes[held])]] = 1
