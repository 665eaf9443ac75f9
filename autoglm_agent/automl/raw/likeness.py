"""Inputs that are almost equal: they stay on one side of the split, as equal ones do.

Images are compared by their correlation after they were averaged down to sixteen by sixteen shades
of grey, so that another size, compression, brightness or contrast makes no other image. Texts are
compared by their words alone, and longer ones by the triples of neighbouring words that they share
(Jaccard, looked for by MinHash; Broder 1997, https://doi.org/10.1109/SEQUEN.1997.666900).
"""

from __future__ import annotations

import re
import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from autoglm_agent.automl.raw.inputs import RawInputs, Values

SIDE = 16
ALIKE_IMAGES = 0.99
"""Correlation from which two images are one."""
ALIKE_TEXTS = 0.8
"""Share of common triples from which two texts are one."""
LEAST_WORDS = 8
"""Words below which texts must agree in all of them."""
MOST_COMPARED = 10_000
"""Images beyond which only neighbours in an order of their shades are compared."""
WINDOW = 50
BANDS, ROWS = 16, 4
"""Of MinHash: of texts with 0.8 in common 99.98 % meet in a band, with 0.3 one in eight."""
NATURAL = 0.2
"""Share of the inputs in groups of likes from which likeness lies in the nature of the data."""


def alike(inputs: RawInputs, digests: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the name of each input's group, and notes for people.

    Args:
        inputs: Texts or images.
        digests: Of their contents; equal ones are in one group.
    """
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    firsts: dict[str, int] = {}
    equal = [firsts.setdefault(digest, i) for i, digest in enumerate(digests)]
    find = _text_pairs if inputs.kind == "text" else _image_pairs
    single = sorted(firsts.values())
    pairs = [(single[a], single[b]) for a, b in find(_take(inputs.values, single))]
    n = len(digests)
    links = np.array([*pairs, *enumerate(equal)]).reshape(-1, 2)
    graph = coo_matrix((np.ones(len(links)), (links[:, 0], links[:, 1])), shape=(n, n))
    groups = connected_components(graph, directed=False)[1]
    touched = len({i for pair in pairs for i in pair})
    if touched > NATURAL * len(single):
        note = f"{touched} of {n} {inputs.kind}s are almost equal to others; too many to keep each "
        return list(digests), [note + "such group on one side of the split."]
    first = {int(g): digests[i] for i, g in reversed(list(enumerate(groups)))}
    notes = []
    if touched:
        notes.append(
            f"{touched} {inputs.kind}s are almost equal to others and stay on one side of the "
            f"split with them, first number {min(i for p in pairs for i in p) + 1}."
        )
    return [first[int(g)] for g in groups], notes


def _take(values: Values, rows: list[int]) -> Values:
    return values[rows] if isinstance(values, np.ndarray) else [values[i] for i in rows]


def _image_pairs(values: Values) -> Iterator[tuple[int, int]]:
    """Yield pairs of images that are almost equal."""
    images = np.asarray(values)
    flat = _shades(images)
    centred = flat - flat.mean(axis=1, keepdims=True)
    length = np.linalg.norm(centred, axis=1)
    plain = length < 1e-3 * 255 * np.sqrt(flat.shape[1])  # one shade everywhere tells nothing
    unit = (centred / np.maximum(length, 1e-9)[:, None]).astype(np.float32)
    unit[plain] = 0.0
    if len(unit) > MOST_COMPARED:
        order = np.lexsort(np.round(unit[:, :: max(1, unit.shape[1] // 8)].T, 1))
        for step in range(1, WINDOW):
            near = (unit[order[:-step]] * unit[order[step:]]).sum(axis=1) >= ALIKE_IMAGES
            yield from zip(order[:-step][near].tolist(), order[step:][near].tolist(), strict=True)
        return
    for start in range(0, len(unit), 1000):
        likeness = unit[start : start + 1000] @ unit[start:].T
        for i, j in np.argwhere(likeness >= ALIKE_IMAGES):
            if i < j:
                yield start + int(i), start + int(j)


def _shades(images: np.ndarray) -> np.ndarray:
    """Return shades of grey averaged over sixteen by sixteen cells, shape (n, cells)."""
    height, width = images.shape[1:3]
    rows = np.linspace(0, height, min(SIDE, height) + 1).astype(int)[:-1]
    columns = np.linspace(0, width, min(SIDE, width) + 1).astype(int)[:-1]
    counts = np.outer(np.diff([*rows, height]), np.diff([*columns, width]))
    told = []
    for start in range(0, len(images), 2000):
        grey = images[start : start + 2000].mean(axis=3, dtype=np.float32)
        summed = np.add.reduceat(np.add.reduceat(grey, rows, axis=1), columns, axis=2)
        told.append((summed / counts).reshape(len(grey), -1))
    return np.concatenate(told)


def _text_pairs(values: Values) -> Iterator[tuple[int, int]]:
    """Yield pairs of texts that are almost equal."""
    words = [re.findall(r"\w+", str(value).casefold()) for value in values]
    same: dict[tuple[str, ...], int] = {}
    for i, told in enumerate(words):
        if told and same.setdefault(tuple(told), i) != i:
            yield same[tuple(told)], i
    triples = {i: _triples(told) for i, told in enumerate(words) if len(told) >= LEAST_WORDS}
    buckets: dict[tuple[int, bytes], list[int]] = defaultdict(list)
    for i, hashes in triples.items():
        for band, key in enumerate(_bands(hashes)):
            buckets[band, key].append(i)
    seen: set[tuple[int, int]] = set()
    for members in buckets.values():
        for pair in pairwise(members):  # neighbours are enough: groups are closed anyhow
            if pair not in seen:
                seen.add(pair)
                one, two = (triples[i] for i in pair)
                common = len(np.intersect1d(one, two, assume_unique=True))
                if common >= ALIKE_TEXTS * (len(one) + len(two) - common):
                    yield pair


def _triples(words: list[str]) -> np.ndarray:
    joined = (" ".join(words[i : i + 3]) for i in range(len(words) - 2))
    return np.unique(
        np.array([zlib.crc32(t.encode("utf-8", "replace")) for t in joined], np.uint64)
    )


def _bands(hashes: np.ndarray) -> list[bytes]:
    """Return the least of the hashes under several permutations, in bands."""
    rng = np.random.default_rng(16)
    prime = np.uint64(4_294_967_311)
    factors = rng.integers(1, int(prime), BANDS * ROWS, dtype=np.uint64)
    shifts = rng.integers(0, int(prime), BANDS * ROWS, dtype=np.uint64)
    least = ((hashes[:, None] * factors + shifts) % prime).min(axis=0)
    return [least[i : i + ROWS].tobytes() for i in range(0, BANDS * ROWS, ROWS)]
