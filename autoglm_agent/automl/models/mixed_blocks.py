"""Blocks of a network whose operations are mixed while the best of them is searched for.

Differentiable architecture search (DARTS; Liu, Simonyan and Yang 2019,
https://arxiv.org/abs/1806.09055): where one of several operations could stand, their sum stands,
each weighted by a softmax over numbers that are learned by gradient on validation rows, in turns
with the weights on training rows (first order). In the end the heaviest operation stays.

The choices of a block share one matrix: widths are masks over its outputs (Wan et al. 2020,
https://arxiv.org/abs/2004.05565), so a mixed block costs little more than a plain one.

Experimental. Needs torch (extra `transformers`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

CHOICES: dict[str, tuple[Any, ...]] = {
    "connection": ("plain", "residual", "none"),
    "norm": ("none", "layer"),
    "activation": ("relu", "silu", "tanh"),
    "width": (0.25, 0.5, 1.0),
    "dropout": (0.0, 0.2, 0.4),
}
"""What a block can be: how it is joined to the one before (`none`: it is left out), what its input
is normalised by, its activation, the share of its outputs that are used, and dropout."""

ACTIVATIONS = {"relu": functional.relu, "silu": functional.silu, "tanh": torch.tanh}
Share = Any
"""A learned share, as a tensor without dimensions, or a settled one: 0.0 or 1.0."""
Block = dict[str, Any]
"""One value of each of the choices."""


class MixedNetwork(nn.Module):
    """A stack of mixed blocks and a linear output.

    Args:
        inputs: Columns.
        width: Outputs of the widest block.
        blocks: Number of blocks; the first can neither be left out nor be residual.
        outputs: Numbers a row.
        generator: Draws weights and dropout.
        fixed: What each block is, instead of a mixture.
    """

    def __init__(
        self, inputs: int, width: int, blocks: int, outputs: int, generator: torch.Generator,
        fixed: Sequence[Block] = (),
    ) -> None:  # fmt: skip
        super().__init__()
        self.generator, self.fixed = generator, list(fixed)
        sizes = [inputs] + [width] * blocks
        linear = [_linear(i, width, generator) for i in sizes[:-1]]
        self.linear = nn.ModuleList([*linear, _linear(width, outputs, generator, 0.1)])
        self.alphas = nn.ParameterDict(
            {
                f"{name}{i}": nn.Parameter(torch.zeros(len(choices)))
                for i in range(0 if fixed else blocks)
                for name, choices in CHOICES.items()
                if i or name not in ("connection", "norm")
            }
        )
        masks = [(torch.arange(width) < max(1, round(width * s))).float() for s in CHOICES["width"]]
        self.register_buffer("masks", torch.stack(masks))

    @property
    def matrices(self) -> list[nn.Parameter]:
        """What is learned on training rows."""
        return list(self.linear.parameters())

    def shares(self, name: str, block: int) -> list[Share]:
        """Return how much of each choice is in the mixture; 1 and 0 where it is settled."""
        choices, key = CHOICES[name], f"{name}{block}"
        if self.fixed:
            return [float(choice == self.fixed[block][name]) for choice in choices]
        if key not in self.alphas:  # the first block is plain and reads standardised columns
            return [float(i == 0) for i in range(len(choices))]
        return list(self.alphas[key].softmax(0).unbind())

    def mask(self, block: int) -> torch.Tensor:
        """Return how much of each output of a block is used, shape (width,)."""
        return _mixed(self.shares("width", block), list(self.masks))

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        """Return numbers, shape (rows, outputs)."""
        for i, linear in enumerate(self.linear[:-1]):
            plain, residual, none = self.shares("connection", i)
            inner = self._block(rows, linear, i)
            # A plain block is one that nothing goes past.
            past, through = residual + none, plain + residual
            rows = inner if _settled(past, 0.0) else past * rows + through * inner
        told: torch.Tensor = self.linear[-1](rows)
        return told

    def _block(self, rows: torch.Tensor, linear: nn.Module, i: int) -> torch.Tensor:
        raw, normed = self.shares("norm", i)
        if not _settled(normed, 0.0):
            rows = _mixed([raw, normed], [rows, functional.layer_norm(rows, rows.shape[1:])])
        summed = linear(rows)
        told = self._activated(summed, i) * self.mask(i)
        return told * self._dropout(told.shape, i) if self.training else told

    def _activated(self, summed: torch.Tensor, i: int) -> torch.Tensor:
        shares = self.shares("activation", i)
        wanted = [k for k, share in enumerate(shares) if not _settled(share, 0.0)]
        ways = [ACTIVATIONS[CHOICES["activation"][k]] for k in wanted]
        return _mixed([shares[k] for k in wanted], [way(summed) for way in ways])

    def _dropout(self, shape: torch.Size, i: int) -> torch.Tensor | float:
        shares = self.shares("dropout", i)
        if _settled(shares[0], 1.0):
            return 1.0
        kept = torch.rand(shape, generator=self.generator)
        return _mixed(shares, [(kept >= p) / (1.0 - p) for p in CHOICES["dropout"]])

    def chosen(self) -> list[Block]:
        """Return the heaviest choice of everything, block by block; those left out are missing."""
        found = []
        with torch.no_grad():
            for i in range(len(self.linear) - 1):
                shares = {name: self.shares(name, i) for name in CHOICES}
                heaviest = {name: int(np.argmax(list(map(float, s)))) for name, s in shares.items()}
                block = {name: CHOICES[name][k] for name, k in heaviest.items()}
                if block["connection"] != "none":
                    found.append(block)
        return found


def _settled(share: Share, value: float) -> bool:
    return isinstance(share, float) and share == value


def _mixed(shares: Sequence[Share], parts: Sequence[torch.Tensor]) -> torch.Tensor:
    """Return the weighted sum of the parts; those of no weight cost nothing."""
    told = [
        part if _settled(share, 1.0) else share * part
        for share, part in zip(shares, parts, strict=True)
        if not _settled(share, 0.0)
    ]
    total = told[0]
    for part in told[1:]:
        total = total + part
    return total


def _linear(
    inputs: int, outputs: int, generator: torch.Generator, factor: float = 1.0
) -> nn.Linear:
    """Return a linear layer with weights after He et al. 2015."""
    layer = nn.Linear(inputs, outputs)
    spread = factor * (2.0 / max(1, inputs)) ** 0.5
    with torch.no_grad():
        layer.weight.copy_(torch.randn(outputs, inputs, generator=generator) * spread)
        layer.bias.zero_()
    return layer
