"""Random forests and extremely randomised trees (Breiman 2001; Geurts et al. 2006).

Grown in small chunks until the deadline, the wanted number of trees or the memory cap. Where
rows are exchangeable, out-of-bag predictions validate the forest at the price of a single fit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.tree._tree import NODE_DTYPE, Tree

from autoglm_agent.automl.models.base import Fit, Fold, OutOfTime, class_shares
from autoglm_agent.automl.run.clock import Deadline
from autoglm_agent.automl.scoring.problem import Problem

CHUNK = 10
FIRST = 2
"""Trees of the first chunk where time is limited."""
MOST_BYTES = 60_000_000
"""Size of a forest at most; a node takes 13 bytes, and half of them are leaves with values."""
POWERS = (1.0, 0.8, 0.9, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.8)
SHARPENED_ROWS = 5_000
FEW_ROWS = 64
"""Up to so many rows are predicted with trees that are kept between calls."""
PRIOR_ROWS = 0.02
"""Share of the class frequencies mixed into the votes, so that no probability is zero."""

_CLASSES = {
    ("extra_trees", True): ExtraTreesClassifier,
    ("extra_trees", False): ExtraTreesRegressor,
    ("random_forest", True): RandomForestClassifier,
    ("random_forest", False): RandomForestRegressor,
}


@dataclass
class ForestModel:
    """Trees as flat arrays: five numbers a node, the values at the leaves only.

    Attributes:
        columns: Number of features.
        width: Number of classes; 1 for regression.
        prior: Class shares of the training rows, mixed into the votes; None for regression.
        sizes: Nodes of each tree.
        feature: Feature of each node, -2 at a leaf; trees one after the other.
        threshold: Rows go left where the feature is at most this.
        right: Index of the right child within its tree; the left child is the next node.
        gap_left: Whether a missing value goes left.
        values: Predictions of the leaves in order, shape (leaves, width).
        depth: Depth of the deepest tree.
        power: Exponent of the probabilities, found out of the bag: votes are too timid.
    """

    columns: int
    width: int
    prior: np.ndarray | None
    sizes: np.ndarray
    feature: np.ndarray
    threshold: np.ndarray
    right: np.ndarray
    gap_left: np.ndarray
    values: np.ndarray
    depth: int
    power: float = 1.0

    def predict(self, X: np.ndarray) -> np.ndarray:
        """Return the mean of the trees."""
        X = np.ascontiguousarray(X, dtype=np.float32)
        total = np.zeros((len(X), self.width))
        for tree in self._trees(keep=len(X) <= FEW_ROWS):
            total += tree.predict(X).reshape(len(X), self.width)
        return finish(total / len(self.sizes), self.prior, self.power)

    def _trees(self, keep: bool) -> Iterable[Tree]:
        """Return scikit-learn's trees; kept for later calls only if these are worth the memory."""
        trees: list[Tree] | None = self.__dict__.get("_rebuilt")
        if trees is None and keep:
            trees = self.__dict__["_rebuilt"] = list(self._rebuild())
        return self._rebuild() if trees is None else trees

    def _rebuild(self) -> Iterator[Tree]:
        start = first_leaf = 0
        for size in self.sizes.tolist():
            part = slice(start, start + size)
            leaf = self.feature[part] < 0
            leaves = int(leaf.sum())
            values = np.zeros((size, 1, self.width))
            values[leaf, 0, :] = self.values[first_leaf : first_leaf + leaves]
            nodes = np.zeros(size, dtype=NODE_DTYPE)
            nodes["left_child"] = np.where(leaf, -1, np.arange(size) + 1)
            nodes["right_child"] = np.where(leaf, -1, self.right[part])
            nodes["feature"] = self.feature[part]
            nodes["threshold"] = self.threshold[part]
            nodes["missing_go_to_left"] = self.gap_left[part]
            nodes["n_node_samples"] = nodes["weighted_n_node_samples"] = 1
            tree = Tree(self.columns, np.array([self.width], dtype=np.intp), 1)
            tree.__setstate__(
                {"max_depth": self.depth, "node_count": size, "nodes": nodes, "values": values}
            )
            yield tree
            start, first_leaf = start + size, first_leaf + leaves

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_rebuilt"}


def finish(mean: np.ndarray, prior: np.ndarray | None, power: float = 1.0) -> np.ndarray:
    """Turn the mean of the leaves into a prediction."""
    if prior is None:
        return np.asarray(mean[:, 0])
    shares = (1.0 - PRIOR_ROWS) * mean + PRIOR_ROWS * prior
    if power == 1.0:
        return np.asarray(shares)
    raised = shares**power
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def sharpness(mean: np.ndarray, prior: np.ndarray, y: np.ndarray) -> float:
    """Return the exponent with the least logarithmic loss (temperature scaling, Guo et al. 2017).

    Args:
        mean: Mean votes of trees that did not see the row, shape (rows, classes).
        prior: Shares of the classes.
        y: Codes of the classes.
    """
    rows = np.unique(np.linspace(0, len(y) - 1, SHARPENED_ROWS).astype(np.int64))

    def loss(power: float) -> float:
        shares = finish(mean[rows], prior, power)[np.arange(len(rows)), y[rows]]
        return -float(np.log(np.maximum(shares, 1e-12)).mean())

    return min(POWERS, key=loss)


@dataclass
class Growth:
    """A forest in the making, kept flat from the start to save memory."""

    columns: int
    problem: Problem
    prior: np.ndarray | None
    parts: list[dict[str, np.ndarray]] = field(default_factory=list)
    nodes: int = 0
    depth: int = 0

    def add(self, tree: Tree, classes: np.ndarray | None) -> np.ndarray:
        """Keep a tree; return its values with one column per class of the problem."""
        values = tree.value[:, 0, :]
        if classes is not None and len(classes) != self.problem.width:
            wide = np.zeros((len(values), self.problem.width))
            wide[:, classes.astype(np.int64)] = values
            values = wide
        leaf = tree.children_left < 0
        self.parts.append(
            {
                "feature": tree.feature.astype(np.int32),
                "threshold": _round_down(tree.threshold),
                "right": np.where(leaf, 0, tree.children_right).astype(np.int32),
                "gap_left": tree.missing_go_to_left.astype(np.uint8),
                "values": values[leaf].astype(np.float32),
            }
        )
        self.nodes += tree.node_count
        self.depth = max(self.depth, tree.max_depth)
        return np.asarray(values.astype(np.float32), dtype=np.float64)

    def model(self) -> ForestModel:
        """Return the forest; it cannot grow after that."""
        sizes = np.array([len(p["feature"]) for p in self.parts])
        names = list(self.parts[0])
        # One by one, and the parts are let go of: large forests are not held twice.
        joined: dict[str, Any] = {k: np.concatenate([p.pop(k) for p in self.parts]) for k in names}
        return ForestModel(
            columns=self.columns, width=self.problem.width, prior=self.prior, sizes=sizes,
            depth=self.depth, **joined,
        )  # fmt: skip


def fit_forest(
    params: Mapping[str, Any],
    fold: Fold,
    problem: Problem,
    *,
    seed: int,
    deadline: Deadline,
) -> Fit:
    """Fit a forest on one fold; `params`: `kind`, `trees` and scikit-learn's own."""
    model, _, info = grow(params, fold, problem, seed=seed, deadline=deadline, threads=1)
    return Fit(model, info)


def grow(
    params: Mapping[str, Any],
    fold: Fold,
    problem: Problem,
    *,
    seed: int,
    deadline: Deadline,
    threads: int,
    out_of_bag: bool = False,
) -> tuple[ForestModel, np.ndarray | None, dict[str, Any]]:
    """Grow a forest in chunks.

    Returns:
        The model, the out-of-bag predictions (None unless asked for) and JSON information.

    Raises:
        OutOfTime: If not even one chunk could be grown.
    """
    own = dict(params)
    kind, wanted = own.pop("kind"), int(own.pop("trees"))
    own.setdefault("bootstrap", True)
    prior = None
    if problem.is_classification:
        prior = class_shares(fold, problem)
    growth = Growth(fold.X.shape[1], problem, prior)
    # One stream of seeds for all chunks: the same trees, however many the clock puts into a chunk.
    stream = np.random.RandomState(seed)
    total = np.zeros((len(fold.X), problem.width)) if out_of_bag else None
    count = np.zeros(len(fold.X), dtype=np.int64)
    tree_seconds = 0.0
    most_nodes = MOST_BYTES // (13 + 2 * problem.width)
    while len(growth.parts) < wanted and growth.nodes < most_nodes:
        began = deadline.left
        size = min(CHUNK, wanted - len(growth.parts))
        if np.isfinite(began):
            # The first trees tell what a tree takes: ten of many rows may be too long already.
            fitting = began / (1.3 * tree_seconds) if growth.parts else FIRST
            size = int(min(size, fitting))
        if deadline.over or size < 1:
            break
        forest = _CLASSES[kind, problem.is_classification](
            size, n_jobs=threads, random_state=stream, **own
        )
        with np.errstate(over="ignore", invalid="ignore"):  # a sum that looks for gaps may overflow
            forest.fit(fold.X, fold.y, sample_weight=fold.weight)
        _take(forest, growth, fold.X, total, count)
        if np.isfinite(began):
            tree_seconds = max(tree_seconds, (began - deadline.left) / size)
    if not growth.parts:
        raise OutOfTime
    info: dict[str, Any] = {"trees": len(growth.parts), "nodes": growth.nodes}
    info["cut"] = len(growth.parts) < wanted
    if total is None:
        return growth.model(), None, info
    # A row that was in every bag gets what is known without it: the baseline.
    usual = prior if prior is not None else np.array([np.mean(fold.y)])
    mean = np.where(count[:, None] > 0, total / np.maximum(count, 1)[:, None], usual)
    model = growth.model()
    if prior is not None:
        model.power = info["power"] = sharpness(mean, prior, fold.y)
    return model, finish(mean, prior, model.power), info


def _take(
    forest: Any, growth: Growth, X: np.ndarray, total: np.ndarray | None, count: np.ndarray
) -> None:
    """Move the trees of a chunk into the growth and add their out-of-bag predictions."""
    classes = getattr(forest, "classes_", None)
    samples = forest.estimators_samples_ if total is not None else [None] * len(forest)
    for estimator, rows in zip(forest.estimators_, samples, strict=True):
        values = growth.add(estimator.tree_, classes)
        if total is None:
            continue
        outside = np.ones(len(X), dtype=bool)
        outside[rows] = False
        leaves = estimator.tree_.apply(np.ascontiguousarray(X[outside]))
        total[outside] += values[leaves]
        count[outside] += 1


def _round_down(threshold: np.ndarray) -> np.ndarray:
    """Round to float32 so that `x <= threshold` keeps its answer for every float32 x."""
    rounded = threshold.astype(np.float32)
    above = rounded.astype(np.float64) > threshold
    return np.where(above, np.nextafter(rounded, np.float32(-np.inf)), rounded)
