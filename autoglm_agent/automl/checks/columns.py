"""Each column as a small block of numbers, so that a tree can be grown on one column alone.

Numbers, integers and booleans stay as they are (missing stays NaN, which trees of scikit-learn
and LightGBM can split on). Categories become the mean of the target per level, computed within
the training rows of a fold and crosswise there (Micci-Barreca 2001; scikit-learn's
`TargetEncoder`), so that a level that occurs once cannot betray its own row. Dates become day,
month, weekday and hour. Texts become the presence of frequent words.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from autoglm_agent.automl.features.level_means import smoothed_means
from autoglm_agent.automl.preparation.prepare import Prepared
from autoglm_agent.automl.preparation.split import fold_pairs
from autoglm_agent.automl.scoring.problem import Problem

Block = tuple[np.ndarray, np.ndarray]
"""Numbers of the training rows and of the validation rows, float64 (rows, width)."""

FOLDS = 3
"""Folds that are enough for a diagnosis."""
SMOOTHING = 2.0
"""Rows of prior that a level's mean is drawn towards the overall mean by."""
MOST_CLASSES = 30
"""Classes that a category is encoded for."""
MOST_WORDS = 300
"""Words of a text column that are looked at."""

# Words of letters and digits; Chinese has no spaces, so there each pair of characters is a word.
_WORD = re.compile(r"[一-鿿]|[^\W_一-鿿]+")


@dataclass
class Sample:
    """The rows that the diagnosis uses.

    Attributes:
        X: Features, at most `rows` of them.
        y: Encoded target.
        targets: What means are taken of: one-hot classes, or the number itself, (rows, width).
        pairs: Training and validation indices of each fold.
        valid: All validation indices, fold by fold.
        kinds: Column kinds.
        problem: What is predicted.
        seed: Of the inner folds.
    """

    X: pd.DataFrame
    y: np.ndarray
    targets: np.ndarray
    pairs: list[tuple[np.ndarray, np.ndarray]]
    valid: np.ndarray
    kinds: dict[str, str]
    problem: Problem
    seed: int

    @property
    def n(self) -> int:
        """Number of validated rows."""
        return len(self.valid)


def take_sample(prepared: Prepared, rows: int, seed: int) -> Sample:
    """Draw at most `rows` training rows, keeping their folds."""
    picked = np.arange(len(prepared.X))
    if len(picked) > rows:
        picked = np.sort(np.random.default_rng([seed, 10]).choice(picked, rows, replace=False))
    X = prepared.X.iloc[picked].reset_index(drop=True)
    y = prepared.y[picked]
    pairs = fold_pairs(prepared.plan, prepared.folds[picked])
    # Under a time split the last windows have the most rows to learn from.
    pairs = [pair for pair in pairs if len(pair[0]) and len(pair[1])][-FOLDS:]
    targets = (
        np.eye(prepared.problem.width)[y] if prepared.problem.is_classification else y[:, None]
    )
    return Sample(
        X=X,
        y=y,
        targets=targets[:, :MOST_CLASSES].astype(np.float64),
        pairs=pairs,
        valid=np.concatenate([v for _, v in pairs]) if pairs else np.empty(0, dtype=np.int64),
        kinds={str(k): str(v) for k, v in prepared.kinds.items()},
        problem=prepared.problem,
        seed=seed,
    )


def encode(sample: Sample, name: str) -> list[Block]:
    """Return the block of one column for each fold."""
    column = sample.X[name]
    kind = sample.kinds.get(name, "")
    if kind == "text":
        numbers = words(column)
    elif pd.api.types.is_datetime64_any_dtype(column):
        numbers = _dates(column)
    elif pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column):
        numbers = column.to_numpy(dtype=np.float64, na_value=np.nan)[:, None]
        # Trees compare in float32, where larger numbers would be infinite.
        numbers = np.where(np.isfinite(numbers), np.clip(numbers, -1e38, 1e38), np.nan)
    else:
        return [_level_means(sample, levels(column), train, valid) for train, valid in sample.pairs]
    return [(numbers[train], numbers[valid]) for train, valid in sample.pairs]


def levels(column: pd.Series) -> np.ndarray:
    """Return the values as integers from 0; missing is a level of its own."""
    return np.asarray(pd.factorize(column, use_na_sentinel=False)[0], dtype=np.int64)


def _level_means(sample: Sample, codes: np.ndarray, train: np.ndarray, valid: np.ndarray) -> Block:
    targets = sample.targets
    if sample.problem.kind == "binary":
        targets = targets[:, 1:2]
    inner = np.random.default_rng([sample.seed, 11]).integers(0, 3, len(train))
    encoded = np.empty((len(train), targets.shape[1]))
    for part in range(3):
        own = inner == part
        table = _means(codes[train[~own]], targets[train[~own]], int(codes.max()) + 1)
        encoded[own] = table[codes[train[own]]]
    table = _means(codes[train], targets[train], int(codes.max()) + 1)
    return encoded, table[codes[valid]]


def _means(codes: np.ndarray, targets: np.ndarray, count: int) -> np.ndarray:
    """Smoothed mean of each target per level, (count, width)."""
    prior = targets.mean(axis=0) if len(targets) else np.zeros(targets.shape[1])
    return smoothed_means(codes, targets, count, prior, SMOOTHING)


def _dates(column: pd.Series) -> np.ndarray:
    moment = column.dt
    parts = [
        (column - pd.Timestamp(0, tz=moment.tz)) / pd.Timedelta(days=1),
        moment.month,
        moment.day_of_week,
        moment.hour,
    ]
    return np.stack([np.asarray(part, dtype=np.float64) for part in parts], axis=1)


def words(column: pd.Series) -> np.ndarray:
    """Return which of the most frequent words each text has, float64 (rows, words)."""
    found = [_words_of(str(text)) if pd.notna(text) else set() for text in column]
    counts = Counter(word for text in found for word in text)
    frequent = {
        word: at
        for at, (word, seen) in enumerate(counts.most_common(MOST_WORDS))
        if 1 < seen < len(found)
    }
    width = max(frequent.values(), default=-1) + 2
    present = np.zeros((len(found), width))
    present[:, -1] = column.isna()
    for row, text in enumerate(found):
        for word in text:
            if word in frequent:
                present[row, frequent[word]] = 1.0
    return present


def _words_of(text: str) -> set[str]:
    parts = _WORD.findall(text[:2000].lower())
    pairs = (a + b for a, b in pairwise(parts) if len(a) == len(b) == 1)
    return {*parts, *pairs}
