"""Image models of numpy and scikit-learn alone: gradients with a linear, or a kernel, classifier.

Both are fitted by scikit-learn and kept as arrays, so that a saved model holds no code.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from autoglm_agent.automl.raw.inputs import Values
from autoglm_agent.automl.run.arrays import array_json, from_npz, json_array, to_npz
from autoglm_agent.automl.run.clock import Deadline
from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.images.features import gradients, pixels, shifted

Kind = Literal["linear", "kernel"]

LANDMARKS = 1200
"""Rows whose likeness to a new one the kernel classifier looks at."""
MOST_ROWS = 12_000
"""Rows, shifted copies included, that a linear classifier is fitted on."""
FILE = "plain.npz"


@dataclass(frozen=True)
class PlainImageModel:
    """A classifier of images.

    Attributes:
        kind: `linear` on standardised features, or `kernel`: the same on Nystroem's features of a
            Gaussian kernel (Williams and Seeger 2001).
        mean: Of each feature.
        scale: Its standard deviation.
        weights: Shape (classes, inputs of the linear classifier).
        bias: Shape (classes,).
        landmarks: Shape (landmarks, features); empty if linear.
        whitening: Shape (landmarks, landmarks); empty if linear.
        gamma: Of the kernel.
    """

    kind: Kind
    mean: np.ndarray
    scale: np.ndarray
    weights: np.ndarray
    bias: np.ndarray
    landmarks: np.ndarray
    whitening: np.ndarray
    gamma: float

    def predict(self, values: Values) -> np.ndarray:
        """Return probabilities, float64 (rows, classes)."""
        told = []
        for start in range(0, len(values), 2000):
            rows = (described(np.asarray(values[start : start + 2000])) - self.mean) / self.scale
            if self.kind == "kernel":
                rows = _gaussian(rows, self.landmarks, self.gamma) @ self.whitening
            told.append(rows.astype(np.float64) @ self.weights.T + self.bias)
        logits = np.concatenate(told)
        shares = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.asarray(shares / shares.sum(axis=1, keepdims=True))

    def save(self, workspace: Workspace, model_id: str) -> None:
        """Write it under `models/<model_id>/`."""
        arrays = {
            name: getattr(self, name)
            for name in ("mean", "scale", "weights", "bias", "landmarks", "whitening")
        }
        about = json_array({"kind": self.kind, "gamma": self.gamma})
        workspace.write_bytes(to_npz({**arrays, "about": about}), "models", model_id, FILE)

    @classmethod
    def load(cls, workspace: Workspace, model_id: str) -> PlainImageModel:
        """Read back what `save` wrote."""
        arrays = from_npz(workspace.read_bytes("models", model_id, FILE))
        about = array_json(arrays.pop("about"))
        return cls(kind=about["kind"], gamma=float(about["gamma"]), **arrays)


def described(images: np.ndarray) -> np.ndarray:
    """Return the features of images: pixels of small ones, and gradients."""
    parts = [0.5 * gradients(images)]
    if images.shape[1] * images.shape[2] <= 1024:
        parts.append(pixels(images))
    return np.concatenate(parts, axis=1)


def fit_plain(
    kind: Kind,
    values: Values,
    codes: np.ndarray,
    classes: int,
    *,
    seed: int,
    deadline: Deadline,  # noqa: ARG001 - bounded by the sample
) -> PlainImageModel:
    """Fit on images and copies of them that are moved by a pixel.

    Args:
        kind: `linear` or `kernel`.
        values: uint8 (n, height, width, channels).
        codes: Classes, 0 to classes - 1.
        classes: How many.
        seed: Of the landmarks and the sample.
        deadline: Not needed: samples bound the work.
    """
    from sklearn.linear_model import LogisticRegression

    plain = described(np.asarray(values))
    images, codes = _with_shifts(np.asarray(values), codes, seed)
    rows = described(images)
    mean, scale = np.zeros(rows.shape[1], np.float32), np.ones(rows.shape[1], np.float32)
    landmarks, whitening, gamma = np.empty((0, 0)), np.empty((0, 0)), 0.0
    if kind == "kernel":
        rng = np.random.default_rng([seed, 3])
        landmarks = plain[rng.permutation(len(plain))[:LANDMARKS]]
        gamma = _gamma(landmarks)
        whitening = _whitening(_gaussian(landmarks, landmarks, gamma))
        rows = _gaussian(rows, landmarks, gamma) @ whitening
    else:
        mean, scale = rows.mean(axis=0), rows.std(axis=0) + 0.05
        rows = (rows - mean) / scale
    strength = 10.0 if kind == "kernel" else 0.1
    fitted = LogisticRegression(C=strength, max_iter=300).fit(rows, codes)
    weights, bias = np.full((classes, rows.shape[1]), 0.0), np.full(classes, -1e3)
    if len(fitted.classes_) == 2:  # scikit-learn keeps one row for two classes
        weights[fitted.classes_] = np.concatenate([-fitted.coef_, fitted.coef_]) / 2
        bias[fitted.classes_] = np.concatenate([-fitted.intercept_, fitted.intercept_]) / 2
    else:
        weights[fitted.classes_], bias[fitted.classes_] = fitted.coef_, fitted.intercept_
    return PlainImageModel(kind, mean, scale, weights, bias, landmarks, whitening, gamma)


def _with_shifts(images: np.ndarray, codes: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Add copies that are moved by a pixel, as far as the sample's size allows."""
    moves = [(0, 0), (1, 0), (-1, 0), (0, 1), (0, -1)]
    moves = moves[: max(1, min(len(moves), MOST_ROWS // max(1, len(images))))]
    every = np.concatenate([shifted(images, *move) for move in moves])
    labels = np.tile(codes, len(moves))
    if len(every) <= MOST_ROWS:
        return every, labels
    kept = np.random.default_rng([seed, 4]).permutation(len(every))[:MOST_ROWS]
    return every[kept], labels[kept]


def _gaussian(rows: np.ndarray, landmarks: np.ndarray, gamma: float) -> np.ndarray:
    squares = (rows**2).sum(axis=1)[:, None] + (landmarks**2).sum(axis=1) - 2 * rows @ landmarks.T
    return np.asarray(np.exp(-gamma * np.maximum(squares, 0)))


def _gamma(rows: np.ndarray) -> float:
    """Return a width of the kernel at which two rows are alike by 1/e on average."""
    few = rows[:500].astype(np.float64)
    centred = few - few.mean(axis=0)
    return float(1.0 / max(2 * (centred**2).sum(axis=1).mean(), 1e-12))


def _whitening(kernel: np.ndarray) -> np.ndarray:
    """Return the inverse square root of the landmarks' kernel."""
    values, vectors = np.linalg.eigh(kernel.astype(np.float64))
    return np.asarray((vectors / np.sqrt(np.maximum(values, 1e-6))).astype(np.float32))
