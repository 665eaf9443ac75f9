"""Unusual rows: which, how sure, and what is unusual about them.

Three detectors that fail in different ways look at each row: an isolation forest (Liu et al.
2008), the distance to the nearest rows of a reference sample (Ramaswamy et al. 2000), and the
product of the tail probabilities of its columns (in the manner of ECOD, Li et al. 2022). Each
score is put on the scale of robust standard deviations, and a row's score is the mean of the
three. The tail probabilities also say which columns make it unusual.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.ensemble import IsolationForest
from sklearn.neighbors import NearestNeighbors

from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.automl.unsupervised.matrix import MatrixView, Measure
from autoglm_agent.automl.unsupervised.plain_model import load_plain, save_plain
from autoglm_agent.errors import StoreError

MOST_ROWS = 10_000
REFERENCE_ROWS = 2_000
NEIGHBOURS = 10
TREES = 200
QUANTILES = 1_001
FAR = 3.5
"""Robust standard deviations beyond which a detector calls a row unusual (Iglewicz and Hoaglin
1993); a detector that is alone with its opinion needs `ALONE` times as many."""

ALONE = 3.0

DETECTORS = ("isolation forest", "nearest rows", "column tails")

Json = dict[str, Any]


@dataclass(frozen=True)
class AnomalyModel:
    """Scores rows by how unusual they are.

    Attributes:
        view: From a table to a matrix.
        reference: Sample of training rows in the matrix, shape (sample, columns).
        forest: Nodes of all isolation trees, shape (nodes, 4): feature (-1 for a leaf),
            threshold, left child (the right one follows in `right`), path length of a leaf.
        right: Right child of each node.
        roots: First node of each tree.
        grid: Quantiles of each measure that is a number, shape (numbers, QUANTILES).
        known: Share of present values of each of them.
        middle: Median of each detector's training scores, shape (3,).
        spread: Their robust standard deviation, shape (3,).
    """

    view: MatrixView
    reference: np.ndarray
    forest: np.ndarray
    right: np.ndarray
    roots: np.ndarray
    grid: np.ndarray
    known: np.ndarray
    middle: np.ndarray
    spread: np.ndarray

    def predict(self, frame: pd.DataFrame) -> np.ndarray:
        """Return the score of each row, in robust standard deviations; 0 is the usual row."""
        return np.asarray(self.standardised(frame).mean(axis=1))

    def standardised(self, frame: pd.DataFrame) -> np.ndarray:
        """Return the three detectors' opinions, shape (rows, 3), in robust standard deviations."""
        return np.asarray((self.raw(frame) - self.middle) / self.spread)

    def raw(self, frame: pd.DataFrame) -> np.ndarray:
        """Return the scores of the three detectors, shape (rows, 3); higher is more unusual."""
        matrix = self.view.transform(frame)
        return np.column_stack(
            [
                self._isolation(matrix),
                _distances(self.reference, matrix),
                -np.log(self.tails(frame)).sum(axis=1),
            ]
        )

    def tails(self, frame: pd.DataFrame) -> np.ndarray:
        """Return the probability of a value at least as extreme, shape (rows, measures).

        For a number twice the smaller tail, exponential beyond the first and last percentile;
        for a category the share of its level; a missing value counts as a level.
        """
        columns, row = [], 0
        for measure in self.view.measures:
            if measure.kind == "category":
                shares = pd.Series(measure.names(frame)).map(dict(measure.levels))
                told = shares.fillna(0.0).to_numpy(dtype=np.float64)
                columns.append(np.maximum(told, 1.0 / (QUANTILES + 1)))
                continue
            values = measure.numbers(frame)
            grid, known = self.grid[row], self.known[row]
            tail = np.maximum(_tail(grid, values), 1.0 / (QUANTILES + 1))
            tail = np.minimum(tail, _exponential_tail(measure, grid, values))
            absent = max(1.0 - known, 1.0 / (QUANTILES + 1))
            columns.append(np.where(np.isfinite(values), tail * known, absent))
            row += 1
        return np.column_stack(columns)

    def _isolation(self, matrix: np.ndarray) -> np.ndarray:
        """Isolation score (equation 2 of the paper) from the flattened trees."""
        matrix = matrix.astype(np.float32)  # as scikit-learn compares
        total = np.zeros(len(matrix))
        every = np.arange(len(matrix))
        feature = self.forest[:, 0].astype(np.int64)
        left = self.forest[:, 2].astype(np.int64)
        for root in self.roots:
            node = np.full(len(matrix), root)
            while (inner := feature[node] >= 0).any():
                at = node[inner]
                low = matrix[every[inner], feature[at]] <= self.forest[at, 1]
                node[inner] = np.where(low, left[at], self.right[at])
            total += self.forest[node, 3]
        sample = min(256, len(self.reference))
        return np.asarray(2.0 ** (-total / (len(self.roots) * _mean_path(np.array([sample]))[0])))

    def save(self, workspace: Workspace, model_id: str) -> None:
        """Write the model as plain numbers."""
        parts = {k: v for k, v in self.__dict__.items() if k != "view"}
        save_plain(workspace, model_id, "anomalies", self.view.to_json(), **parts)

    @classmethod
    def load(cls, workspace: Workspace, model_id: str) -> AnomalyModel:
        """Read a saved model.

        Raises:
            StoreError: If there is none, or it was changed.
        """
        kind, view, arrays = load_plain(workspace, model_id)
        if kind != "anomalies":
            raise StoreError(f"The model {model_id} holds {kind}, not anomalies.")
        return cls(MatrixView.from_json(view), **arrays)


def fit_anomalies(
    frame: pd.DataFrame, kinds: dict[str, Any], *, seed: int
) -> tuple[AnomalyModel, Json]:
    """Learn what is usual from training rows.

    Returns:
        The model and the figures as JSON data: how the detectors agree and what share of rows
        two of them call unusual.
    """
    rng = np.random.default_rng(seed)
    sample = frame.iloc[np.sort(rng.permutation(len(frame))[:MOST_ROWS])]
    view = MatrixView.fit(sample, kinds)
    matrix = view.transform(sample)
    numbers = [m for m in view.measures if m.kind != "category"]
    values = [m.numbers(sample) for m in numbers]
    levels = np.linspace(0.0, 1.0, QUANTILES)
    grids = [np.quantile(v[np.isfinite(v)], levels) for v in values]
    forest, right, roots = _flatten(
        IsolationForest(
            n_estimators=TREES, max_samples=min(256, len(matrix)), random_state=seed
        ).fit(matrix)
    )
    model = AnomalyModel(
        view=view,
        reference=matrix[np.sort(rng.permutation(len(matrix))[:REFERENCE_ROWS])],
        forest=forest,
        right=right,
        roots=roots,
        grid=np.array(grids).reshape(len(grids), QUANTILES),
        known=np.array([np.isfinite(v).mean() for v in values]),
        middle=np.zeros(3),
        spread=np.ones(3),
    )
    raw = model.raw(sample)
    middle = np.median(raw, axis=0)
    spread = np.maximum(1.4826 * np.median(np.abs(raw - middle), axis=0), 1e-6)
    model = AnomalyModel(**{**model.__dict__, "middle": middle, "spread": spread})
    scores = (raw - middle) / spread
    agree = pd.DataFrame(scores).corr(method="spearman").to_numpy()[np.triu_indices(3, 1)]
    top = max(1, len(scores) // 100)
    tops = [set(np.argsort(-scores[:, j], kind="stable")[:top]) for j in range(3)]
    figures = {
        "detectors": list(DETECTORS),
        "agreement": float(np.nan_to_num(agree).mean()),
        "top_overlap": len(tops[0] & tops[1] | tops[0] & tops[2] | tops[1] & tops[2]) / top,
        "expected_share": float(unusual(scores).mean()),
        "left_out": dict(view.left_out),
    }
    return model, figures


def unusual(scores: np.ndarray) -> np.ndarray:
    """Return which rows two detectors call unusual, or one very much so.

    Args:
        scores: From `AnomalyModel.standardised`.
    """
    return np.asarray(((scores > FAR).sum(axis=1) >= 2) | (scores.max(axis=1) > ALONE * FAR))


def explain_rows(model: AnomalyModel, frame: pd.DataFrame, most: int = 4) -> list[list[Json]]:
    """Return for each row the columns that make it unusual, the least probable first."""
    tails = model.tails(frame)
    reasons: list[list[Json]] = []
    for i in range(len(frame)):
        row = frame.iloc[[i]]
        order = sorted(
            range(tails.shape[1]),
            key=lambda j: (tails[i, j], -_far(model.view.measures[j], row)),
        )
        least = [j for j in order[:most] if tails[i, j] <= 0.05] or order[:1]
        reasons.append([_reason(model.view.measures[j], row, float(tails[i, j])) for j in least])
    return reasons


def _far(measure: Measure, row: pd.DataFrame) -> float:
    return 0.0 if measure.kind == "category" else abs(float(measure.scaled(row, None)[0, 0]))


def _reason(measure: Measure, row: pd.DataFrame, tail: float) -> Json:
    share = "less than 0.1 %" if tail <= 0.001 else f"{tail:.1%}".replace("%", " %")
    if measure.kind == "category":
        value: Any = str(measure.names(row)[0])
        if value == "(other)":
            value = str(row[measure.of[0]].iloc[0])
        text = f"{measure.name} is {value} ({share} of rows)"
    else:
        number = float(measure.numbers(row)[0])
        if not np.isfinite(number):
            value, text = None, f"{measure.name} is missing ({share} of rows)"
        else:
            value = number
            shown = f"{number:.4g}" + (" days" if measure.kind == "days" else "")
            if measure.kind == "date":
                value = str(row[measure.of[0]].iloc[0])
                shown = value
            side = "high" if float(measure.scaled(row, None)[0, 0]) > 0 else "low"
            text = f"{measure.name} is {side}: {shown} ({share} of rows are as extreme)"
    return {"column": measure.name, "value": value, "tail": tail, "text": text}


def _tail(grid: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Twice the smaller share of training values at or beyond each value."""
    below = np.searchsorted(grid, values, side="right") / len(grid)
    above = 1.0 - np.searchsorted(grid, values, side="left") / len(grid)
    return np.asarray(np.minimum(1.0, 2.0 * np.minimum(below, above)))


def _exponential_tail(measure: Measure, grid: np.ndarray, values: np.ndarray) -> np.ndarray:
    """The same beyond the first and last percentile, as if the tails fell exponentially.

    An empirical share cannot tell far from very far. With an exponential tail the distance from
    the median to the 99th percentile is a factor of 50 in probability.
    """
    first, middle, last = measure.levelled(np.quantile(grid, [0.01, 0.5, 0.99]))
    levelled = measure.levelled(values)
    found = np.ones(len(values))
    for beyond, width in (
        (levelled - last, last - middle),
        (first - levelled, middle - first),
    ):
        if width > 0:
            steps = np.nan_to_num(np.maximum(beyond, 0.0) / width)
            found = np.where(beyond > 0, np.minimum(found, 0.02 * 50.0**-steps), found)
    return np.asarray(np.maximum(found, 1e-12))


def _distances(reference: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Mean distance to the nearest reference rows, a row's own copy left out.

    Reference rows find themselves at distance zero; taking one neighbour more and leaving out
    the nearest would favour new rows, so zero distances to a single copy are skipped for all.
    """
    count = min(NEIGHBOURS + 1, len(reference))
    found = NearestNeighbors(n_neighbors=count).fit(reference).kneighbors(matrix)[0]
    own = found[:, 0] <= 1e-12
    inner = np.where(own[:, None], found[:, 1:], found[:, :-1]) if count > 1 else found
    return np.asarray(inner.mean(axis=1))


def _mean_path(n: np.ndarray) -> np.ndarray:
    """Mean path length of an unsuccessful search in a binary tree of n rows (equation 1)."""
    n = np.asarray(n, dtype=np.float64)
    harmonic = np.log(np.maximum(n - 1, 1)) + np.euler_gamma
    long = 2 * harmonic - 2 * (n - 1) / np.maximum(n, 1)
    return np.where(n <= 1, 0.0, np.where(n == 2, 1.0, long))


def _flatten(fitted: IsolationForest) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Trees as arrays of nodes, so that they are saved and scored without scikit-learn."""
    nodes, rights, roots, start = [], [], [], 0
    trees = zip(fitted.estimators_, fitted.estimators_features_, strict=True)
    for estimator, chosen in trees:
        tree = estimator.tree_
        leaf = tree.children_left < 0
        depth = np.zeros(tree.node_count)
        for node in np.flatnonzero(~leaf):  # parents come before their children
            depth[tree.children_left[node]] = depth[tree.children_right[node]] = depth[node] + 1
        feature = np.where(leaf, -1, chosen[np.maximum(tree.feature, 0)])
        path = np.where(leaf, depth + _mean_path(tree.n_node_samples), 0.0)
        nodes.append(np.column_stack([feature, tree.threshold, tree.children_left + start, path]))
        rights.append(tree.children_right + start)
        roots.append(start)
        start += tree.node_count
    return np.concatenate(nodes), np.concatenate(rights), np.array(roots)
