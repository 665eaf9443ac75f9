"""What acts at a site, and the adapter as a whole: one block a site, and a head.

Both kinds begin as the identity, so that a fresh adapter leaves the backbone as it was.
"""

from __future__ import annotations

import math
from typing import Any, Literal

import torch
from pydantic import Field
from torch import nn

from autoglm_agent.adapters.sites import Site
from autoglm_agent.chain import Datum

Label = str | int | float | bool


class AdapterSpec(Datum):
    """What an adapter is, apart from its weights.

    Attributes:
        name: The task.
        kind: `bottleneck` or `lora`.
        size: The bottleneck is 1/size of the width (8 or 16 are usual); the rank, if `lora`.
        alpha: LoRA's scale is alpha / size.
        sites: Where it acts.
        features: Width of the backbone's vector, which the head reads.
        labels: Classes, in the order of the head's outputs.
        backbone: Fingerprint of the backbone that it was trained on.
        figures: What was measured when it was trained.
    """

    name: str
    kind: Literal["bottleneck", "lora"] = "bottleneck"
    size: int = Field(16, ge=1, le=4096)
    alpha: float = 16.0
    sites: tuple[Site, ...]
    features: int = Field(ge=1, le=1_000_000)
    labels: tuple[Label, ...]
    backbone: str
    figures: dict[str, float] = Field(default_factory=dict)


class Bottleneck(nn.Module):
    """Down-projection, GELU, up-projection, added to what it follows (Houlsby et al. 2019).

    Args:
        site: Where it acts.
        reduction: The bottleneck has 1/reduction of the width.
    """

    def __init__(self, site: Site, reduction: int) -> None:
        super().__init__()
        inner = max(1, site.outputs // reduction)
        self.planes = site.kind == "planes"
        self.down = nn.Linear(site.outputs, inner)
        self.up = nn.Linear(inner, site.outputs)
        nn.init.zeros_(self.up.weight)
        nn.init.zeros_(self.up.bias)

    def forward(self, _: torch.Tensor, output: torch.Tensor) -> torch.Tensor:
        """Return the output of the site, corrected."""
        if not self.planes:
            return output + self.up(nn.functional.gelu(self.down(output)))
        # A 1x1 convolution is a linear layer over the channels.
        inner = nn.functional.gelu(self.down(output.movedim(1, -1)))
        return output + self.up(inner).movedim(-1, 1)


class LowRank(nn.Module):
    """A low-rank update of a linear layer (Hu et al. 2021); acts beside it, not within.

    Args:
        site: A linear layer.
        rank: Of the update.
        alpha: The update is scaled by alpha / rank.
    """

    def __init__(self, site: Site, rank: int, alpha: float) -> None:
        super().__init__()
        self.down = nn.Linear(site.inputs, rank, bias=False)
        self.up = nn.Linear(rank, site.outputs, bias=False)
        self.scale = alpha / rank
        nn.init.kaiming_uniform_(self.down.weight, a=math.sqrt(5))
        nn.init.zeros_(self.up.weight)

    def forward(self, inputs: torch.Tensor, output: torch.Tensor) -> torch.Tensor:
        """Return the output of the layer with the update added."""
        return output + self.scale * self.up(self.down(inputs))


class Adapter(nn.Module):
    """One task's blocks and its linear head.

    Args:
        spec: What it is.
    """

    def __init__(self, spec: AdapterSpec) -> None:
        super().__init__()
        self.spec = spec
        self.blocks = nn.ModuleDict({_key(s.path): _block(s, spec) for s in spec.sites})
        # At a hook a plain dictionary is faster than ModuleDict's checks.
        self._by_path = {site.path: self.blocks[_key(site.path)] for site in spec.sites}
        self.head = nn.Linear(spec.features, len(spec.labels))

    def block(self, path: str) -> Any | None:
        """Return what acts at a place, or None."""
        return self._by_path.get(path)

    @property
    def parameters_added(self) -> int:
        """Number of parameters, those of the head included."""
        return sum(p.numel() for p in self.parameters())


def _key(path: str) -> str:
    return path.replace(".", "/")  # ModuleDict refuses dots


def _block(site: Site, spec: AdapterSpec) -> nn.Module:
    if spec.kind == "lora":
        return LowRank(site, spec.size, spec.alpha)
    return Bottleneck(site, spec.size)
