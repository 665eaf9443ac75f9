"""A network whose architecture is searched for by gradient, fold by fold (experimental).

On a part of a fold's training rows the weights of a mixture are learned, on the other part what is
mixed (`mixed_blocks`, DARTS); then the heaviest operations are trained anew on all training rows of
the fold. Validation rows end the training early and are not seen by the search, so out-of-fold
scores stay honest. The search needs torch (extra `transformers`); the fitted model is NumPy.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import logsumexp

from autoglm_agent.automl.models.base import Fit, Fold, OutOfTime
from autoglm_agent.automl.models.pieces import pieces_of, widened
from autoglm_agent.automl.run.clock import Deadline
from autoglm_agent.automl.scoring.problem import Problem
from autoglm_agent.errors import MissingExtraError

if TYPE_CHECKING:
    import torch

    from autoglm_agent.automl.models.mixed_blocks import Block, MixedNetwork

SEARCH_SHARE = 0.4
"""Part of the time that the search may take; the rest is for training what it found."""

LEAST_BATCH = 128
"""Rows of a step of the search at least: a mixture costs much a step and little a row."""


@dataclass
class SearchedNetworkModel:
    """Weights and what each block is.

    Attributes:
        layers: Weight, bias, weight, bias, ...; the last two give the output; float32.
        blocks: Of each block its `connection`, `norm`, `activation`, `width` and `dropout`.
        kind: Kind of the problem.
        offset: Mean of a numeric target.
        scale: Deviation of a numeric target.
        low: Least prediction allowed, for regression.
        high: Greatest prediction allowed, for regression.
        wide: Columns that are also read piece by piece, if any are.
        edges: Ends of the pieces of each of them, shape (wide columns, pieces + 1); float32.
    """

    layers: list[np.ndarray]
    blocks: list[Block] = field(default_factory=list)
    kind: str = "regression"
    offset: float = 0.0
    scale: float = 1.0
    low: float = -np.inf
    high: float = np.inf
    wide: np.ndarray | None = None
    edges: np.ndarray | None = None

    def predict(self, X: np.ndarray) -> np.ndarray:
        """Return probabilities (rows, classes) or numbers (rows,)."""
        values = widened(X, self.wide, self.edges)
        for i, block in enumerate(self.blocks):
            inner = _normed(values) if block["norm"] == "layer" else values
            inner = _activated(inner @ self.layers[2 * i] + self.layers[2 * i + 1], block)
            values = values + inner if block["connection"] == "residual" else inner
        raw = (values @ self.layers[-2] + self.layers[-1]).astype(np.float64)
        if self.kind == "regression":
            return np.asarray(np.clip(raw[:, 0] * self.scale + self.offset, self.low, self.high))
        return np.asarray(np.exp(raw - logsumexp(raw, axis=1, keepdims=True)))


def installed() -> bool:
    """Whether torch is there."""
    return importlib.util.find_spec("torch") is not None


def require() -> None:
    """Check that the search can be run.

    Raises:
        MissingExtraError: If torch is not installed.
    """
    if not installed():
        raise MissingExtraError(
            "The family searched_network needs torch, which is not installed.",
            "Install it: pip install 'autoglm-agent[transformers]', or leave the family out.",
        )


def fit_searched_network(
    params: Mapping[str, Any],
    fold: Fold,
    problem: Problem,
    *,
    seed: int,
    deadline: Deadline,
) -> Fit:
    """Search an architecture on the training rows and train it.

    `params` are `width`, `blocks`, `search_rounds` (epochs of the search), `mixing_rate` (of what
    is mixed), and as for the plain network `rounds`, `patience`, `rate`, `batch`, `decay` and
    `pieces`.

    Raises:
        OutOfTime: If not even one epoch could be run.
        MissingExtraError: If torch is not installed.
    """
    require()
    import torch

    rng, generator = np.random.default_rng(seed), torch.Generator().manual_seed(seed)
    wide, edges = pieces_of(fold.X, int(params.get("pieces", 0)))
    data = _Rows.of(fold, problem, widened(fold.X, wide, edges))
    before = torch.get_num_threads()
    torch.set_num_threads(1)  # folds run side by side
    try:
        blocks, searched = _search(params, data, problem, rng, generator, deadline)
        network = _network(params, data, problem, generator, blocks)
        held = widened(fold.X_valid, wide, edges), data.scaled(fold.y_valid, problem)
        rounds, done = _train(params, network, data, held, problem, rng, deadline)
    finally:
        torch.set_num_threads(before)
    layers = []
    for i, linear in enumerate(network.linear):
        weight, bias = linear.weight.detach().numpy().T, linear.bias.detach().numpy()
        if i < len(blocks):  # outputs beyond the width are nothing, whatever the activation
            mask = network.mask(i).numpy()
            weight, bias = weight * mask, bias * mask
        layers += [np.ascontiguousarray(weight, dtype=np.float32), bias.astype(np.float32)]
    model = SearchedNetworkModel(layers, blocks, problem.kind, data.offset, data.scale, *data.ends)
    model.wide, model.edges = wide, edges
    info = {"rounds": rounds, "grown": done, "blocks": blocks, "searched": searched}
    return Fit(model, {**info, "cut": deadline.over})


@dataclass
class _Rows:
    """Training rows as tensors, and how the target is scaled."""

    X: torch.Tensor
    y: torch.Tensor
    weight: torch.Tensor
    offset: float = 0.0
    scale: float = 1.0
    ends: tuple[float, float] = (-np.inf, np.inf)

    @classmethod
    def of(cls, fold: Fold, problem: Problem, X: np.ndarray) -> _Rows:
        import torch

        weight = np.ones(len(X)) if fold.weight is None else fold.weight / fold.weight.mean()
        told = cls(torch.from_numpy(X), torch.empty(0), torch.from_numpy(weight).float())
        if not problem.is_classification:
            spread = float(fold.y.max() - fold.y.min())
            told.offset, told.scale = float(fold.y.mean()), float(fold.y.std()) or 1.0
            told.ends = float(fold.y.min()) - 0.1 * spread, float(fold.y.max()) + 0.1 * spread
        told.y = told.scaled(fold.y, problem)
        return told

    def scaled(self, y: np.ndarray, problem: Problem) -> torch.Tensor:
        import torch

        if problem.is_classification:
            return torch.from_numpy(np.asarray(y, dtype=np.int64))
        return torch.from_numpy(((y - self.offset) / self.scale).astype(np.float32))


def _network(
    params: Mapping[str, Any], data: _Rows, problem: Problem, generator: Any,
    fixed: list[Block] | None = None,
) -> MixedNetwork:  # fmt: skip
    from autoglm_agent.automl.models.mixed_blocks import MixedNetwork

    count = len(fixed) if fixed else int(params["blocks"])
    return MixedNetwork(
        data.X.shape[1], int(params["width"]), count, problem.width, generator, fixed or ()
    )


def _search(
    params: Mapping[str, Any], data: _Rows, problem: Problem, rng: np.random.Generator,
    generator: Any, deadline: Deadline,
) -> tuple[list[Block], int]:  # fmt: skip
    """Return the blocks that the search chose, and the epochs that it ran."""
    import torch

    network = _network(params, data, problem, generator)
    rows = rng.permutation(len(data.X))
    learn, judge = rows[: len(rows) // 2], rows[len(rows) // 2 :]
    batch = max(LEAST_BATCH, int(params["batch"]))
    matrices = torch.optim.AdamW(
        network.matrices, lr=2.0 * float(params["rate"]), weight_decay=float(params["decay"]),
        fused=True,
    )  # fmt: skip
    mixing = torch.optim.Adam(
        list(network.alphas.parameters()), lr=float(params["mixing_rate"]), betas=(0.5, 0.999),
        weight_decay=1e-3, fused=True,
    )  # fmt: skip
    own, done = deadline.share(SEARCH_SHARE), 0
    while done < int(params["search_rounds"]) and not own.over:
        judges = _batches(rng.permutation(judge), batch)
        for part in _batches(rng.permutation(learn), batch):
            told = next(judges, None)
            if told is not None:  # the mixture goes first, as in DARTS
                _step(network, mixing, data, told, problem)
            _step(network, matrices, data, part, problem)
        done += 1
    return network.chosen(), done


def _step(
    network: MixedNetwork, optimizer: Any, data: _Rows, rows: np.ndarray, problem: Problem
) -> None:
    for parameter in network.parameters():
        parameter.grad = None
    loss = _losses(network(data.X[rows]), data.y[rows], problem) * data.weight[rows]
    loss.mean().backward()
    optimizer.step()


def _train(
    params: Mapping[str, Any], network: MixedNetwork, data: _Rows,
    held: tuple[np.ndarray, torch.Tensor], problem: Problem, rng: np.random.Generator,
    deadline: Deadline,
) -> tuple[int, int]:  # fmt: skip
    """Train what was found; returns the best epoch, whose weights are kept, and the last."""
    import torch

    rate, epochs = float(params["rate"]), int(params["rounds"])
    optimizer = torch.optim.AdamW(
        network.matrices, lr=rate, weight_decay=float(params["decay"]), fused=True
    )
    X_valid, y_valid = torch.from_numpy(held[0]), held[1]
    best, best_epoch, done = np.inf, 0, 0
    kept = [p.detach().clone() for p in network.matrices]
    for epoch in range(1, epochs + 1):
        if deadline.over:
            break
        for group in optimizer.param_groups:
            group["lr"] = rate * 0.5 * (1.0 + np.cos(np.pi * (epoch - 1) / epochs))
        network.train()
        for part in _batches(rng.permutation(len(data.X)), int(params["batch"])):
            _step(network, optimizer, data, part, problem)
        done = epoch
        loss = np.nan
        if len(X_valid):
            network.eval()
            with torch.no_grad():
                loss = float(_losses(network(X_valid), y_valid, problem).mean())
        if not len(X_valid) or loss < best:
            best, best_epoch = loss, epoch
            kept = [p.detach().clone() for p in network.matrices]
        elif epoch - best_epoch > int(params["patience"]):
            break
    if not done or (len(X_valid) and not np.isfinite(best)):
        raise OutOfTime
    with torch.no_grad():
        for parameter, value in zip(network.matrices, kept, strict=True):
            parameter.copy_(value)
    return best_epoch, done


def _losses(told: torch.Tensor, truth: torch.Tensor, problem: Problem) -> torch.Tensor:
    from torch.nn import functional

    if problem.is_classification:
        losses: torch.Tensor = functional.cross_entropy(told, truth, reduction="none")
        return losses
    gap = told[:, 0] - truth
    return gap.abs() if problem.metric == "mae" else gap**2


def _batches(rows: np.ndarray, size: int) -> Iterator[np.ndarray]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def _normed(values: np.ndarray) -> np.ndarray:
    """Layer normalisation without weights, as torch computes it."""
    centred = values - values.mean(axis=1, keepdims=True)
    return np.asarray(centred / np.sqrt((centred**2).mean(axis=1, keepdims=True) + 1e-5))


def _activated(values: np.ndarray, block: Block) -> np.ndarray:
    if block["activation"] == "relu":
        return np.asarray(np.maximum(values, 0.0))
    if block["activation"] == "tanh":
        return np.asarray(np.tanh(values))
    return np.asarray(values / (1.0 + np.exp(-np.clip(values, -60.0, None))))
