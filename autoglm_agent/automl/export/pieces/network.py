"""A small neural network: two hidden layers, AdamW (Loshchilov and Hutter 2019)."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
from scipy.special import logsumexp

from autoglm_agent.automl.export.pieces.fits import Fit, Predictor, Problem
from autoglm_agent.automl.models.pieces import pieces_of, widened


def fit_network(
    params: Mapping[str, Any], fit: Fit, X: np.ndarray, y: np.ndarray, problem: Problem
) -> Predictor:
    """Train for `fit.length` epochs of the schedule over `rounds` epochs."""
    rng = np.random.default_rng(fit.seed)
    wide, edges = pieces_of(X, int(params.get("pieces", 0)))
    matrix = widened(X, wide, edges)
    layers = _start([matrix.shape[1], *params["hidden"], problem.width], rng)
    regression = problem.kind == "regression"
    offset, scale = (float(y.mean()), float(y.std()) or 1.0) if regression else (0.0, 1.0)
    if regression:
        truth = ((y - offset) / scale).astype(np.float32)[:, None]
    else:
        truth = np.eye(problem.width, dtype=np.float32)[y]
    first = [np.zeros_like(layer) for layer in layers]
    second = [np.zeros_like(layer) for layer in layers]
    count = 0
    for epoch in range(1, fit.length + 1):
        rate = params["rate"] * 0.5 * (1.0 + np.cos(np.pi * (epoch - 1) / params["rounds"]))
        order = rng.permutation(len(matrix))
        for begin in range(0, len(matrix), params["batch"]):
            rows = order[begin : begin + params["batch"]]
            gradient = _gradient(layers, matrix[rows], truth[rows], problem, rng, params["dropout"])
            count += 1
            correct = np.sqrt(1 - 0.999**count) / (1 - 0.9**count)
            for layer, g, m, v in zip(layers, gradient, first, second, strict=True):
                m += 0.1 * (g - m)
                v += 0.001 * (g * g - v)
                layer -= rate * (correct * m / (np.sqrt(v) + 1e-8))
                if layer.ndim == 2:
                    layer -= rate * params["decay"] * layer
    spread = float(y.max() - y.min()) if regression else 0.0

    def predict(X: np.ndarray) -> np.ndarray:
        raw = _forward(layers, widened(X, wide, edges))[-1].astype(np.float64)
        if regression:
            values = raw[:, 0] * scale + offset
            low, high = float(y.min()) - 0.1 * spread, float(y.max()) + 0.1 * spread
            return np.asarray(np.clip(values, low, high))
        return np.asarray(np.exp(raw - logsumexp(raw, axis=1, keepdims=True)))

    return predict


def _start(sizes: list[int], rng: np.random.Generator) -> list[np.ndarray]:
    layers: list[np.ndarray] = []
    for inputs, outputs in pairwise(sizes):
        spread = np.sqrt(2.0 / max(1, inputs))
        layers.append(rng.normal(0.0, spread, (inputs, outputs)).astype(np.float32))
        layers.append(np.zeros(outputs, dtype=np.float32))
    layers[-2] *= 0.1
    return layers


def _forward(layers: list[np.ndarray], X: np.ndarray) -> list[np.ndarray]:
    """Return the input, the hidden values and the output."""
    values = [X]
    last = len(layers) // 2 - 1
    for i in range(last + 1):
        raw = values[-1] @ layers[2 * i] + layers[2 * i + 1]
        values.append(np.maximum(raw, 0.0) if i < last else raw)
    return values


def _gradient(
    layers: list[np.ndarray], X: np.ndarray, truth: np.ndarray, problem: Problem,
    rng: np.random.Generator, dropout: float,
) -> list[np.ndarray]:  # fmt: skip
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
    weight = (np.ones(len(X))[:, None] / len(X)).astype(np.float32)
    out = values[-1]
    if problem.kind != "regression":
        out = np.exp(out - out.max(axis=1, keepdims=True))
        out /= out.sum(axis=1, keepdims=True)
    gap = (np.sign(out - truth) if problem.metric == "mae" else out - truth) * weight
    gradient: list[np.ndarray] = []
    for i in range(last, -1, -1):
        gradient = [values[i].T @ gap, gap.sum(axis=0), *gradient]
        if i:
            gap = (gap @ layers[2 * i].T) * masks[i - 1] * (values[i] > 0)
    return gradient
