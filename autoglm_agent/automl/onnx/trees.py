"""Trees of LightGBM, CatBoost and of forests as ONNX's one operation for ensembles.

All of them become the same table of nodes. Rows go left where the feature is at most the
threshold; thresholds are rounded down to float32, which keeps every answer because the matrix is
float32. A set of categories is a question of its own kind: whether a code belongs to it is looked
up beforehand and appended to the matrix as a column of zeros and ones.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from autoglm_agent.automl.models.catboost import CatBoostModel
from autoglm_agent.automl.models.forest import ForestModel
from autoglm_agent.automl.onnx.graph import DOUBLE, ML, Graph
from autoglm_agent.automl.onnx.views import coded_row

LEAF, LEFT = "LEAF", "BRANCH_LEQ"


@dataclass
class Nodes:
    """Trees as flat lists.

    Attributes:
        outputs: Numbers that a row gets.
    """

    outputs: int
    tree: list[int] = field(default_factory=list)
    node: list[int] = field(default_factory=list)
    feature: list[int] = field(default_factory=list)
    threshold: list[float] = field(default_factory=list)
    left: list[int] = field(default_factory=list)
    right: list[int] = field(default_factory=list)
    gap_left: list[int] = field(default_factory=list)
    mode: list[str] = field(default_factory=list)
    leaves: list[tuple[int, int, int, float]] = field(default_factory=list)
    """Tree, node, output and value."""

    def split(
        self, tree: int, node: int, feature: int, threshold: float, ways: tuple[int, int], gap: bool
    ) -> None:
        """Add a question; `ways` are the nodes to its left and right, `gap` sends NaN left."""
        self._add(tree, node, LEFT, feature, threshold, ways, gap)

    def leaf(self, tree: int, node: int, values: Mapping[int, float]) -> None:
        """Add a leaf with its value for each output that it adds to."""
        self._add(tree, node, LEAF, 0, 0.0, (0, 0), False)
        self.leaves += [(tree, node, output, value) for output, value in values.items()]

    def _add(
        self, tree: int, node: int, mode: str, feature: int, threshold: float,
        ways: tuple[int, int], gap: bool,
    ) -> None:  # fmt: skip
        self.tree.append(tree)
        self.node.append(node)
        self.mode.append(mode)
        self.feature.append(feature)
        self.threshold.append(threshold)
        self.left.append(ways[0])
        self.right.append(ways[1])
        self.gap_left.append(int(gap))

    def written(self, graph: Graph, matrix: str) -> str:
        """Write the sum over all trees; return its float32 matrix, shape (n, outputs)."""
        trees, nodes, outputs, values = zip(*self.leaves, strict=True)
        return graph.op(
            "TreeEnsembleRegressor", matrix, domain=ML, n_targets=self.outputs,
            aggregate_function="SUM", post_transform="NONE",
            nodes_treeids=self.tree, nodes_nodeids=self.node, nodes_featureids=self.feature,
            nodes_values=self.threshold, nodes_modes=self.mode, nodes_truenodeids=self.left,
            nodes_falsenodeids=self.right, nodes_missing_value_tracks_true=self.gap_left,
            target_treeids=list(trees), target_nodeids=list(nodes), target_ids=list(outputs),
            target_weights=list(values),
        )  # fmt: skip


def round_down(threshold: float) -> float:
    """Return the greatest float32 that is not above the threshold."""
    threshold = min(threshold, float(np.finfo(np.float32).max))
    single = np.float32(threshold)
    return float(np.nextafter(single, np.float32(-np.inf)) if float(single) > threshold else single)


def forest(graph: Graph, matrix: str, model: ForestModel) -> str:
    """Write a forest; return the sum of its trees, shape (n, width)."""
    found, start, leaf = Nodes(model.width), 0, 0
    for tree, size in enumerate(model.sizes.tolist()):
        for node in range(size):
            at = start + node
            if model.feature[at] < 0:
                values = {k: float(v) for k, v in enumerate(model.values[leaf]) if v}
                found.leaf(tree, node, values or {0: 0.0})
                leaf += 1
                continue
            found.split(
                tree, node, int(model.feature[at]), float(model.threshold[at]),
                (node + 1, int(model.right[at])), bool(model.gap_left[at]),
            )  # fmt: skip
        start += size
    return found.written(graph, matrix)


class Sets:
    """Sets of categories that splits ask for, each a column that is appended to the matrix."""

    def __init__(self, width: int) -> None:
        self._first = width
        self._asked: dict[tuple[int, tuple[int, ...]], int] = {}

    def column(self, feature: int, codes: tuple[int, ...]) -> int:
        """Return the column that is 0 where the feature's code is in the set, 1 elsewhere."""
        return self._first + self._asked.setdefault((feature, codes), len(self._asked))

    def beside(self, graph: Graph, matrix: str) -> str:
        """Return the matrix with the columns appended, in the order in which they were asked."""
        by_feature: dict[int, list[tuple[tuple[int, ...], int]]] = {}
        for (feature, codes), place in self._asked.items():
            by_feature.setdefault(feature, []).append((codes, place))
        blocks, order = [matrix], []
        for feature, asked in by_feature.items():
            last = max(code for codes, _ in asked for code in codes) + 2
            table = np.ones((last + 1, len(asked)), dtype=np.float32)
            for i, (codes, place) in enumerate(asked):
                table[np.array(codes, dtype=np.int64) + 1, i] = 0.0
                order.append(place)
            row = coded_row(graph, matrix, feature, last)
            blocks.append(graph.op("Gather", graph.constant(table), row, axis=0))
        if len(blocks) == 1:
            return matrix
        sets = graph.beside(blocks[1:])
        # Grouped by feature so far; the splits count them as they came.
        sets = graph.op("Gather", sets, graph.whole(np.argsort(order)), axis=1)
        return graph.beside([matrix, sets])


def booster(graph: Graph, matrix: str, width: int, dump: Mapping[str, Any]) -> str:
    """Write LightGBM's trees from `Booster.dump_model`; return the raw scores."""
    outputs = int(dump["num_tree_per_iteration"])
    found, sets = Nodes(outputs), Sets(width)
    for tree, told in enumerate(dump["tree_info"]):
        _grow(found, sets, tree, tree % outputs, told["tree_structure"])
    return found.written(graph, sets.beside(graph, matrix))


def _grow(found: Nodes, sets: Sets, tree: int, output: int, root: Mapping[str, Any]) -> None:
    waiting: list[tuple[int, Mapping[str, Any]]] = [(0, root)]
    free = 1
    while waiting:
        node, told = waiting.pop()
        if "split_feature" not in told:
            found.leaf(tree, node, {output: float(told["leaf_value"])})
            continue
        ways = (free, free + 1)
        free += 2
        waiting += [(ways[0], told["left_child"]), (ways[1], told["right_child"])]
        feature = int(told["split_feature"])
        if told["decision_type"] == "==":
            codes = tuple(sorted(int(code) for code in str(told["threshold"]).split("||")))
            found.split(tree, node, sets.column(feature, codes), 0.5, ways, False)
            continue
        threshold = float(told["threshold"])
        # Where training had no gaps, LightGBM reads one as zero.
        gap = told["default_left"] if told["missing_type"] == "NaN" else threshold >= 0.0
        found.split(tree, node, feature, round_down(threshold), ways, bool(gap))


def catboost(graph: Graph, matrix: str, model: CatBoostModel) -> str:
    """Write CatBoost's oblivious trees, scale and bias; return the raw scores."""
    told = _catboost_json(model)
    scale, bias = told["scale_and_bias"]
    features = told["features_info"]["float_features"]
    column = {f["feature_index"]: int(f["flat_feature_index"]) for f in features}
    as_least = {f["feature_index"]: f["nan_value_treatment"] != "AsTrue" for f in features}
    first = told["oblivious_trees"][0]
    outputs = len(first["leaf_values"]) >> len(first["splits"])
    found = Nodes(outputs)
    for tree, grown in enumerate(told["oblivious_trees"]):
        splits, values = grown["splits"], grown["leaf_values"]
        depth = len(splits)
        for level in range(depth):
            split = splits[depth - 1 - level]  # the first split is the lowest bit of the leaf
            index = int(split["float_feature_index"])
            for node in range(2**level - 1, 2 ** (level + 1) - 1):
                found.split(
                    tree, node, column[index], round_down(float(split["border"])),
                    (2 * node + 1, 2 * node + 2), as_least[index],
                )  # fmt: skip
        for leaf in range(2**depth):
            own = values[leaf * outputs : (leaf + 1) * outputs]
            found.leaf(tree, 2**depth - 1 + leaf, dict(enumerate(map(float, own))))
    raw = graph.cast(found.written(graph, matrix), DOUBLE)
    scaled = graph.op("Mul", raw, graph.double(float(scale)))
    return graph.op("Add", scaled, graph.double(np.atleast_1d(bias)[None, :]))


def _catboost_json(model: CatBoostModel) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.json"
        model.parsed.save_model(str(path), format="json")
        told: dict[str, Any] = json.loads(path.read_text())
    return told
