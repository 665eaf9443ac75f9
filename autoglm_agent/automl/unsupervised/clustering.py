"""Groups in a table: how many, which, how sure, and what sets each one apart.

k-means, Gaussian mixtures and Ward's clustering are tried with several numbers of groups. The
winner has the largest product of silhouette (Rousseeuw 1987) and stability: the adjusted Rand
index (Hubert and Arabie 1985) between its groups and those found on resamples (Ben-Hur et al.
2002). The same on rows shuffled within columns tells how much structure chance alone shows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.cluster import AgglomerativeClustering, KMeans
from sklearn.metrics import adjusted_rand_score, silhouette_score
from sklearn.mixture import GaussianMixture

from autoglm_agent.automl.run.clock import Deadline
from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.automl.unsupervised.matrix import MatrixView, Measure
from autoglm_agent.automl.unsupervised.plain_model import load_plain, save_plain
from autoglm_agent.errors import StoreError

MOST_ROWS = 10_000
"""Rows that groups are looked for in; the others are assigned."""

MOST_GROUPS = 10
ALWAYS_TRIED = 5
"""Candidates that no lack of time leaves out: of one number of groups nothing could be said."""
SILHOUETTE_ROWS = 2_000
WARD_ROWS = 2_000
RESAMPLES = 4
LEAST_SHARE = 0.01
"""Smallest group, as a share of the rows, that counts in full."""

NEARLY = 0.05
"""Share of the best score within which another answer counts as equally good."""

MOST_AXES = 15
"""Principal axes kept; fewer if they carry nine tenths of the variance."""

Json = dict[str, Any]


@dataclass(frozen=True)
class ClusterModel:
    """Assigns rows to groups.

    A group is a Gaussian with one variance per axis; k-means and Ward's groups have variance
    one and equal weights, which makes it the nearest centre.

    Attributes:
        view: From a table to a matrix.
        origin: Mean of the matrix, shape (columns,).
        axes: Principal axes, shape (columns, axes).
        centers: Shape (groups, axes).
        variances: Shape (groups, axes).
        weights: Shape (groups,).
    """

    view: MatrixView
    origin: np.ndarray
    axes: np.ndarray
    centers: np.ndarray
    variances: np.ndarray
    weights: np.ndarray

    def project(self, frame: pd.DataFrame) -> np.ndarray:
        """Return the rows on the principal axes."""
        return np.asarray((self.view.transform(frame) - self.origin) @ self.axes)

    def predict(self, frame: pd.DataFrame) -> np.ndarray:
        """Return the group of each row, int64, the largest group of the training rows being 0."""
        return nearest(self.project(frame), self.centers, self.variances, self.weights)

    def save(self, workspace: Workspace, model_id: str) -> None:
        """Write the model as plain numbers."""
        parts = {k: v for k, v in self.__dict__.items() if k != "view"}
        save_plain(workspace, model_id, "clusters", self.view.to_json(), **parts)

    @classmethod
    def load(cls, workspace: Workspace, model_id: str) -> ClusterModel:
        """Read a saved model.

        Raises:
            StoreError: If there is none, or it was changed.
        """
        kind, view, arrays = load_plain(workspace, model_id)
        if kind != "clusters":
            raise StoreError(f"The model {model_id} holds {kind}, not clusters.")
        return cls(MatrixView.from_json(view), **arrays)


@dataclass(frozen=True)
class Grouping:
    """One way to group the sample."""

    method: str
    centers: np.ndarray
    variances: np.ndarray
    weights: np.ndarray

    def labels(self, points: np.ndarray) -> np.ndarray:
        """Return the group of each point."""
        return nearest(points, self.centers, self.variances, self.weights)


def nearest(
    points: np.ndarray, centers: np.ndarray, variances: np.ndarray, weights: np.ndarray
) -> np.ndarray:
    """Return the most probable group of each point."""
    scores = np.empty((len(points), len(centers)))
    for j, (center, variance, weight) in enumerate(zip(centers, variances, weights, strict=True)):
        distance = ((points - center) ** 2 / variance).sum(axis=1)
        scores[:, j] = np.log(weight) - 0.5 * (distance + np.log(variance).sum())
    return np.asarray(scores.argmax(axis=1))


def fit_clusters(
    frame: pd.DataFrame,
    kinds: dict[str, Any],
    *,
    seed: int,
    deadline: Deadline,
    told: Callable[[Json], None],
    groups: int | None = None,
) -> tuple[ClusterModel, Json]:
    """Find groups in training rows.

    Args:
        frame: Training rows, raw columns.
        kinds: Column kinds.
        seed: Of sampling and starts.
        deadline: Candidates not tried when it is over are left out; the first few are always tried.
        told: Called with each candidate tried.
        groups: How many groups are wanted; None lets the data tell.

    Returns:
        The model and the figures of the choice as JSON data.
    """
    rng = np.random.default_rng(seed)
    sample = frame.iloc[np.sort(rng.permutation(len(frame))[:MOST_ROWS])]
    view = MatrixView.fit(sample, kinds, clip=4.0)
    matrix = view.transform(sample)
    origin = matrix.mean(axis=0)
    axes = _principal_axes(matrix - origin)
    points = (matrix - origin) @ axes
    tried: list[tuple[float, Grouping, Json]] = []
    stopped = "finished"
    for method, k in _candidates(len(points), groups):
        if len(tried) >= ALWAYS_TRIED and deadline.over:
            stopped = "time"
            break
        grouping = _group(points, method, k, seed)
        figures = _rate(points, grouping, method, k, seed)
        tried.append((figures["score"], grouping, figures))
        told(figures)
    most = max(score for score, _, _ in tried)
    # Of answers that hold about as well, the one with more groups says more.
    equal = [t for t in tried if t[0] >= most - NEARLY * abs(most)]
    _, best, figures = max(equal, key=lambda t: (t[2]["k"], t[0]))
    null = points_of_chance(view, sample, origin, axes, rng)
    chance = _silhouette(null, _group(null, "k-means", figures["k"], seed).labels(null), seed)
    sizes = np.bincount(best.labels(points), minlength=len(best.centers))
    order = np.argsort(-sizes, kind="stable")
    model = ClusterModel(
        view, origin, axes, best.centers[order], best.variances[order], best.weights[order]
    )
    chosen = {
        **figures,
        "chance_silhouette": chance,
        "tried": [f for _, _, f in tried],
        "stopped": stopped,
        "left_out": dict(view.left_out),
    }
    return model, chosen


def points_of_chance(
    view: MatrixView,
    frame: pd.DataFrame,
    origin: np.ndarray,
    axes: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    """Return the rows with each column shuffled on its own: the same columns, no groups."""
    shuffled = pd.DataFrame(
        {name: frame[name].to_numpy()[rng.permutation(len(frame))] for name in frame.columns}
    ).astype(frame.dtypes.to_dict())
    return np.asarray((view.transform(shuffled) - origin) @ axes)


def agreement(model: ClusterModel, frame: pd.DataFrame, seed: int) -> Json:
    """Return how well groups of new rows, found anew, agree with the model's.

    In the manner of prediction strength (Tibshirani and Walther 2005), as an adjusted Rand index.
    """
    points = model.project(frame)
    labels = model.predict(frame)
    k = len(model.centers)
    if len(points) <= 2 * k:
        return {"n": len(points), "silhouette": None, "agreement": None}
    again = _group(points, "k-means", k, seed).labels(points)
    silhouette = _silhouette(points, labels, seed)
    return {
        "n": len(points),
        "silhouette": silhouette,
        "agreement": float(adjusted_rand_score(labels, again)),
    }


def describe_clusters(model: ClusterModel, frame: pd.DataFrame, labels: np.ndarray) -> list[Json]:
    """Return size and telling columns of each group, the most telling first."""
    described = []
    for group in range(len(model.centers)):
        inside = labels == group
        rows = int(inside.sum())
        found: list[Json] = []
        if rows:
            found = [d for m in model.view.measures if (d := _difference(m, frame, inside))]
        found.sort(key=lambda d: -abs(d["difference"]))
        telling = _without_echoes([d for d in found if abs(d["difference"]) >= 0.2])[:6]
        label = "; ".join(d["text"] for d in telling[:3]) or "near the average in every column"
        described.append(
            {
                "cluster": group,
                "rows": rows,
                "share": rows / max(1, len(labels)),
                "label": label,
                "differences": telling,
            }
        )
    return described


def _without_echoes(found: list[Json]) -> list[Json]:
    """Leave out levels that have the very shares of an earlier one: they tell the same."""
    kept: dict[tuple[float, float], Json] = {}
    for told in found:
        kept.setdefault((round(told["inside"], 6), round(told["overall"], 6)), told)
    return list(kept.values())


def _difference(measure: Measure, frame: pd.DataFrame, inside: np.ndarray) -> Json | None:
    """How a group differs from all rows in one column, in standard deviations of all rows."""
    if measure.kind == "category":
        named = measure.names(frame)
        best: Json | None = None
        heaviest: tuple[float, float] | None = None
        for level in measure.levels:
            told = named == level
            whole, part = float(told.mean()), float(told[inside].mean())
            spread = float(np.sqrt(max(whole * (1 - whole), 1e-12)))
            gap = (part - whole) / spread if 0 < whole < 1 else 0.0
            # Of two levels that tell the same, the one that the group has is named.
            weight = (round(abs(gap), 9), gap)
            if heaviest is None or weight > heaviest:
                heaviest = weight
                text = f"{measure.name} is {level} in {part:.0%} (all: {whole:.0%})"
                best = {"level": level, "inside": part, "overall": whole, "difference": gap}
                best |= {"column": measure.name, "kind": "category", "text": text}
        return best
    values = measure.numbers(frame)
    known = np.isfinite(values)
    if not (known & inside).any() or np.std(values[known]) == 0:
        return None
    whole, part = float(values[known].mean()), float(values[known & inside].mean())
    gap = (part - whole) / float(values[known].std())
    word = "high" if gap > 0 else "low"
    shown = [_shown(measure, v) for v in (part, whole)]
    text = f"{measure.name} {word}: {shown[0]} on average (all: {shown[1]})"
    return {
        "column": measure.name,
        "kind": measure.kind,
        "inside": part,
        "overall": whole,
        "difference": gap,
        "text": text,
    }


def _shown(measure: Measure, value: float) -> str:
    if measure.kind == "date":
        return str(pd.Timestamp(value, unit="D").date())
    return f"{value:.4g}" + (" days" if measure.kind == "days" else "")


def _candidates(n: int, groups: int | None = None) -> list[tuple[str, int]]:
    if groups is not None:
        return [(method, groups) for method in ("k-means", "Gaussian mixture", "Ward")]
    most = int(max(2, min(MOST_GROUPS, n // 10)))
    counts = range(2, most + 1)
    return [
        *(("k-means", k) for k in counts),
        *(("Gaussian mixture", k) for k in counts if k <= 6),
        *(("Ward", k) for k in counts if k <= 6),
    ]


def _group(points: np.ndarray, method: str, k: int, seed: int, starts: int = 4) -> Grouping:
    k = min(k, len(np.unique(points, axis=0)))
    if method == "Gaussian mixture":
        fitted = GaussianMixture(
            k, covariance_type="diag", reg_covar=1e-3, tol=1e-2, max_iter=300, random_state=seed
        ).fit(points)
        return Grouping(method, fitted.means_, fitted.covariances_, fitted.weights_)
    if method == "Ward":
        part = points[np.random.default_rng(seed).permutation(len(points))[:WARD_ROWS]]
        labels = AgglomerativeClustering(k).fit_predict(part)
        centers = np.stack([part[labels == j].mean(axis=0) for j in range(k)])
    else:
        centers = KMeans(k, n_init=starts, random_state=seed).fit(points).cluster_centers_
    return Grouping(method, centers, np.ones_like(centers), np.full(k, 1.0 / k))


def _rate(points: np.ndarray, grouping: Grouping, method: str, k: int, seed: int) -> Json:
    labels = grouping.labels(points)
    rng = np.random.default_rng([seed, k])
    indices = []
    for turn in range(RESAMPLES):
        part = rng.permutation(len(points))[: max(k + 1, int(0.8 * len(points)))]
        again = _group(points[part], method, k, seed + turn + 1, starts=1)
        indices.append(adjusted_rand_score(labels, again.labels(points)))
    silhouette, stability = _silhouette(points, labels, seed), float(np.mean(indices))
    smallest = float(np.bincount(labels, minlength=k).min()) / len(labels)
    # A handful of far rows is a matter for the search for unusual rows, not a group.
    score = silhouette * max(stability, 0.0) * min(1.0, smallest / LEAST_SHARE)
    return {
        "method": method,
        "k": len(grouping.centers),
        "silhouette": silhouette,
        "stability": stability,
        "smallest": smallest,
        "score": score if silhouette > 0 else silhouette,
    }


def _silhouette(points: np.ndarray, labels: np.ndarray, seed: int) -> float:
    """Mean silhouette on a sample; -1 where there is one group only."""
    part = np.random.default_rng(seed).permutation(len(points))[:SILHOUETTE_ROWS]
    groups = len(np.unique(labels[part]))
    if not 2 <= groups < len(part):
        return -1.0
    return float(silhouette_score(points[part], labels[part]))


def _principal_axes(centred: np.ndarray) -> np.ndarray:
    values, vectors = np.linalg.eigh(centred.T @ centred / len(centred))
    values, vectors = np.maximum(values[::-1], 0.0), vectors[:, ::-1]
    if len(values) <= 3:
        return vectors
    carried = np.cumsum(values) / max(values.sum(), 1e-300)
    count = int(np.searchsorted(carried, 0.9)) + 1
    kept = vectors[:, : min(count, MOST_AXES)]
    # The sign of an axis is arbitrary; fix it so that results do not depend on the solver.
    signs = np.sign(kept[np.abs(kept).argmax(axis=0), np.arange(kept.shape[1])])
    return np.asarray(kept * signs)
