"""What an operation does to feature maps, measured with weights drawn at random.

Nothing is trained and no vector is written by hand: an operation is shown coloured noise, and how
it answers is its description. Two operations are alike if their answers are (centred kernel
alignment; Kornblith et al. 2019) and if they have the same properties: how far they look, by the
gradient of one output; how much they mix channels; what they do to fine detail; whether they are
linear; whether they answer to a mirrored or turned map by the mirrored or turned answer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import nn

from autoglm_agent.images.architectures.operations import operation
from autoglm_agent.images.architectures.space import OPERATIONS

WIDTH, SIDE, MAPS = 16, 16, 96
DRAWS = 6
"""Draws of the weights of each operation."""
PROPERTIES = ("reach", "mixing", "detail", "linear", "mirror", "turn", "rank")


def probe(seed: int = 0) -> dict[str, Any]:
    """Measure all operations.

    Args:
        seed: Of weights and feature maps.

    Returns:
        `properties`: operation to one figure for each of `PROPERTIES`; `alike`: centred kernel
        alignment of each operation with each, in the order of `OPERATIONS`, with different weights
        even on the diagonal.
    """
    torch.manual_seed(seed)
    maps = coloured_noise(np.random.default_rng(seed))
    drawn = [[answering(name) for _ in range(DRAWS)] for name in OPERATIONS]
    figures = {
        name: np.mean([properties(answer, maps) for answer in answers], axis=0).round(4).tolist()
        for name, answers in zip(OPERATIONS, drawn, strict=True)
    }
    told = [[answer(maps).flatten(1) for answer in answers] for answers in drawn]
    alike = np.zeros((len(OPERATIONS),) * 2)
    for i, first in enumerate(told):
        for j, second in enumerate(told):
            pairs = [(a, b) for k, a in enumerate(first) for m, b in enumerate(second) if k < m]
            alike[i, j] = np.mean([alignment(a, b) for a, b in pairs])
    alike = (alike + alike.T) / 2
    return {"properties": figures, "alike": alike.round(4).tolist()}


def coloured_noise(rng: np.random.Generator) -> torch.Tensor:
    """Return feature maps with detail at all scales, float32 (MAPS, WIDTH, SIDE, SIDE)."""
    rows, columns = np.meshgrid(np.fft.fftfreq(SIDE), np.fft.fftfreq(SIDE), indexing="ij")
    frequency = np.maximum(np.hypot(rows, columns), 1 / SIDE)
    power = rng.uniform(0, 1.5, (MAPS, WIDTH, 1, 1))
    field = np.fft.fft2(rng.normal(size=(MAPS, WIDTH, SIDE, SIDE))) / frequency**power
    maps = np.fft.ifft2(field).real
    maps = maps / maps.std(axis=(2, 3), keepdims=True)
    return torch.from_numpy(maps.astype(np.float32))


Answer = Callable[[torch.Tensor], torch.Tensor]


def answering(name: str) -> Answer:
    """Return an operation with new weights, its answers brought to mean 0 and deviation 1."""
    module = operation(name, WIDTH)
    # The final rectification is the same for all that have one, and hides what came before it.
    if isinstance(module, nn.Sequential):
        module = module[:-1]
    module.train()

    def answer(maps: torch.Tensor) -> torch.Tensor:
        told = module(maps)
        told = told - told.mean(dim=(0, 2, 3), keepdim=True)
        scaled: torch.Tensor = told / told.std(dim=(0, 2, 3), keepdim=True).clamp_min(1e-6)
        return scaled

    return answer


def properties(answer: Answer, maps: torch.Tensor) -> list[float]:
    """Return the figures of `PROPERTIES`."""
    reach, mixing = seen_by_one(answer, maps)
    with torch.no_grad():
        told = answer(maps)
        half = len(maps) // 2
        first, second = maps[:half], maps[half : 2 * half]
        mean = answer((first + second) / 2)
        linear = correlation(mean, (told[:half] + told[half : 2 * half]) / 2)
        mirror = correlation(answer(maps.flip(3)), told.flip(3))
        turn = correlation(answer(maps.rot90(1, (2, 3))), told.rot90(1, (2, 3)))
        return [reach, mixing, fine_detail(answer), linear, mirror, turn, effective_rank(told)]


def seen_by_one(answer: Answer, maps: torch.Tensor) -> tuple[float, float]:
    """Return how far the middle output looks, and the share of that in other channels.

    Both are of the squared gradient: its root mean square distance in pixels, its share.
    """
    inputs = maps.clone().requires_grad_(True)
    middle = SIDE // 2
    answer(inputs)[:, 0, middle, middle].sum().backward()
    assert inputs.grad is not None
    energy = inputs.grad.square().mean(dim=0)
    where = torch.arange(SIDE) - middle
    distance = where[:, None].square() + where[None, :].square()
    near = distance <= 18  # what lies farther comes through the mean of the batch
    energy = energy * near
    total = float(energy.sum())
    reach = float((energy.sum(dim=0) * distance).sum()) / total
    return reach**0.5, 1.0 - float(energy[0].sum()) / total


def fine_detail(answer: Answer) -> float:
    """Return the share of the answer to white noise that lies in the upper half of frequencies."""
    noise = torch.randn(MAPS, WIDTH, SIDE, SIDE, generator=torch.Generator().manual_seed(0))
    spectrum = torch.fft.fft2(answer(noise)).abs().square().mean(dim=(0, 1))
    frequency = torch.fft.fftfreq(SIDE).abs()
    upper = torch.maximum(frequency[:, None], frequency[None, :]) > 0.25
    return float(spectrum[upper].sum() / spectrum.sum())


def effective_rank(told: torch.Tensor) -> float:
    """Return how many directions the channels use, as a share (participation ratio)."""
    flat = told.transpose(0, 1).flatten(1)
    sizes = torch.linalg.eigvalsh(torch.cov(flat)).clamp_min(0)
    return float(sizes.sum() ** 2 / sizes.square().sum() / len(sizes))


def correlation(first: torch.Tensor, second: torch.Tensor) -> float:
    """Return the correlation of all values."""
    return float(torch.corrcoef(torch.stack([first.flatten(), second.flatten()]))[0, 1])


def alignment(first: torch.Tensor, second: torch.Tensor) -> float:
    """Return the linear centred kernel alignment of answers to the same inputs, at most 1.

    The unbiased estimate (Nguyen, Raghu and Kornblith 2021): with fewer inputs than features, the
    plain one calls everything alike.
    """
    one, two = (unbiased(told.detach().double()) for told in (first, second))
    return float((one * two).sum() / (one.norm() * two.norm()))


def unbiased(told: torch.Tensor) -> torch.Tensor:
    """Return the matrix of inner products, centred without its diagonal."""
    gram = told @ told.T
    gram.fill_diagonal_(0.0)
    n = len(gram)
    means = gram.sum(dim=1) / (n - 2)
    gram = gram - means[:, None] - means[None, :] + means.sum() / (n - 1)
    gram.fill_diagonal_(0.0)
    return gram
