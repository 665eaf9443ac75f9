"""A small neural network in NumPy: two hidden layers, Adam, early stopping.

It learns smooth functions of many weak columns, which trees do not, and so often deserves some
weight in an ensemble. One thread of BLAS and a few seconds are enough for tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from scipy.special import logsumexp

from autoglm_agent.automl.models.base import Fit, Fold, OutOfTime
from autoglm_agent.automl.models.pieces import pieces_of, widened
from autoglm_agent.automl.run.clock import Deadline
from autoglm_agent.automl.scoring.problem import Problem

Layers = list[np.ndarray]


@dataclass
class NetworkModel:
    """Weights and biases, layer by layer.

    Attributes:
        layers: Weight, bias, weight, bias, ...; float32.
        kind: Kind of the problem.
        offset: Mean of a numeric target.
        scale: Deviation of a numeric target.
        low: Least prediction allowed, for regression.
        high: Greatest prediction allowed, for regression.
        wide: Columns that are also read piece by piece, if any are.
        edges: Ends of the pieces of each of them, shape (wide columns, pieces + 1); float32.
    """

    layers: Layers
    kind: str
    offset: float = 0.0
    scale: float = 1.0
    low: float = -np.inf
    high: float = np.inf
    wide: np.ndarray | None = None
    edges: np.ndarray | None = None

    def predict(self, X: np.ndarray) -> np.ndarray:
        """Return probabilities (rows, classes) or numbers (rows,)."""
        raw = _forward(self.layers, widened(X, self.wide, self.edges))[-1].astype(np.float64)
        if self.kind == "regression":
            values = raw[:, 0] * self.scale + self.offset
            return np.asarray(np.clip(values, self.low, self.high))
        return np.asarray(np.exp(raw - logsumexp(raw, axis=1, keepdims=True)))


def fit_network(
    params: Mapping[str, Any],
    fold: Fold,
    problem: Problem,
    *,
    seed: int,
    deadline: Deadline,
) -> Fit:
    """Fit a network.

    `params` are `hidden`, `rounds` (epochs), `patience`, `rate`, `batch`, `decay`, `dropout` and
    `pieces`, into which numeric columns are cut.

    Raises:
        OutOfTime: If not even one epoch could be run.
    """
    rng = np.random.default_rng(seed)
    wide, edges = pieces_of(fold.X, int(params.get("pieces", 0)))
    X, X_valid = widened(fold.X, wide, edges), widened(fold.X_valid, wide, edges)
    model = _start(params, fold, problem, rng, X.shape[1])
    model.wide, model.edges = wide, edges
    truth, truth_valid = (_truth(model, y, problem) for y in (fold.y, fold.y_valid))
    weight = np.ones(len(X)) if fold.weight is None else fold.weight / fold.weight.mean()
    adam = _Adam(model.layers, float(params["rate"]), float(params["decay"]))
    epochs = int(params["rounds"])
    best, best_epoch, kept, done = np.inf, 0, model.layers, 0
    for epoch in range(1, epochs + 1):
        if deadline.over:
            break
        adam.factor = 0.5 * (1.0 + np.cos(np.pi * (epoch - 1) / epochs))
        order = rng.permutation(len(X))
        for start in range(0, len(X), int(params["batch"])):
            rows = order[start : start + int(params["batch"])]
            gradient = _gradient(
                model.layers, X[rows], truth[rows], weight[rows], problem, rng,
                float(params["dropout"]),
            )  # fmt: skip
            adam.step(gradient)
        done = epoch
        if not len(X_valid):
            kept = model.layers
            continue
        loss = _loss(_forward(model.layers, X_valid)[-1], truth_valid, problem)
        if loss < best:
            best, best_epoch, kept = loss, epoch, [layer.copy() for layer in model.layers]
        elif epoch - best_epoch > int(params["patience"]):
            break
    if not done or (len(X_valid) and not np.isfinite(best)):
        raise OutOfTime
    model.layers = kept
    return Fit(model, {"rounds": best_epoch or done, "grown": done, "cut": deadline.over})


def _start(
    params: Mapping[str, Any], fold: Fold, problem: Problem, rng: np.random.Generator, width: int
) -> NetworkModel:
    sizes = [width, *params["hidden"], problem.width]
    layers: Layers = []
    for inputs, outputs in pairwise(sizes):
        spread = np.sqrt(2.0 / max(1, inputs))
        layers.append(rng.normal(0.0, spread, (inputs, outputs)).astype(np.float32))
        layers.append(np.zeros(outputs, dtype=np.float32))
    layers[-2] *= 0.1
    if problem.is_classification:
        return NetworkModel(layers, problem.kind)
    spread = float(fold.y.max() - fold.y.min())
    return NetworkModel(
        layers, problem.kind, float(fold.y.mean()), float(fold.y.std()) or 1.0,
        float(fold.y.min()) - 0.1 * spread, float(fold.y.max()) + 0.1 * spread,
    )  # fmt: skip


def _truth(model: NetworkModel, y: np.ndarray, problem: Problem) -> np.ndarray:
    if problem.is_classification:
        return np.asarray(np.eye(problem.width, dtype=np.float32)[y])
    scaled: np.ndarray = (y - model.offset) / model.scale
    return scaled.astype(np.float32)[:, None]


def _forward(layers: Layers, X: np.ndarray) -> Layers:
    """Return the input, the hidden values and the output."""
    values = [X]
    last = len(layers) // 2 - 1
    for i in range(last + 1):
        raw = values[-1] @ layers[2 * i] + layers[2 * i + 1]
        values.append(np.maximum(raw, 0.0) if i < last else raw)
    return values


def _gradient(
    layers: Layers, X: np.ndarray, truth: np.ndarray, weight: np.ndarray, problem: Problem,
    rng: np.random.Generator, dropout: float,
) -> Layers:  # fmt: skip
    values, masks = [X], []
    last = len(layers) // 2 - 1
    for i in range(last + 1):
        raw = values[-1] @ layers[2 * i] + layers[2 * i + 1]
        if i < last:
            raw = np.maximum(raw, 0.0)
            keep = rng.random(raw.shape, dtype=np.float32) >= dropout
            masks.append(keep.astype(np.float32) / np.float32(1.0 - dropout))
            raw = raw * masks[-1]
        values.append(raw)
    out = values[-1]
    if problem.is_classification:
        out = np.exp(out - out.max(axis=1, keepdims=True))
        out /= out.sum(axis=1, keepdims=True)
    gap = (out - truth) * (weight[:, None] / len(X)).astype(np.float32)
    if problem.metric == "mae":
        gap = np.sign(out - truth) * (weight[:, None] / len(X)).astype(np.float32)
    gradient: Layers = []
    for i in range(last, -1, -1):
        gradient = [values[i].T @ gap, gap.sum(axis=0), *gradient]
        if i:
            gap = (gap @ layers[2 * i].T) * masks[i - 1] * (values[i] > 0)
    return gradient


def _loss(raw: np.ndarray, truth: np.ndarray, problem: Problem) -> float:
    if problem.is_classification:
        logs = raw - logsumexp(raw, axis=1, keepdims=True)
        return -float((logs * truth).sum(axis=1).mean())
    gap = raw - truth
    return float(np.abs(gap).mean() if problem.metric == "mae" else (gap**2).mean())


class _Adam:
    """AdamW (Loshchilov and Hutter 2019)."""

    def __init__(self, layers: Layers, rate: float, decay: float) -> None:
        self.layers, self.rate, self.decay, self.factor, self.count = layers, rate, decay, 1.0, 0
        self.first = [np.zeros_like(layer) for layer in layers]
        self.second = [np.zeros_like(layer) for layer in layers]

    def step(self, gradient: Layers) -> None:
        self.count += 1
        rate = self.rate * self.factor
        correct = np.sqrt(1 - 0.999**self.count) / (1 - 0.9**self.count)
        for layer, g, m, v in zip(self.layers, gradient, self.first, self.second, strict=True):
            m += 0.1 * (g - m)
            v += 0.001 * (g * g - v)
            layer -= rate * (correct * m / (np.sqrt(v) + 1e-8))
            if layer.ndim == 2:
                layer -= rate * self.decay * layer
