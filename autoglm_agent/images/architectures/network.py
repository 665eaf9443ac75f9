"""An architecture as a network: a stem, the operations with halvings between them, a mean, a head.

What is not searched for is as plain as it can be (3x3 stem; halving by a mean and a 1x1
convolution), so that the operations decide what the network can see.
"""

from __future__ import annotations

import torch
from torch import nn

from autoglm_agent.errors import InputError
from autoglm_agent.images.architectures.operations import convolution, operation
from autoglm_agent.images.architectures.space import Architecture

LEAST_WIDTH = 16
"""Half of it passes the bottleneck of `pointwise`; torch 2.13 corrupts memory in the backward pass
of convolutions of four channels on some processors."""


class CellNetwork(nn.Module):
    """The network of an architecture.

    Args:
        architecture: Its operations.
        classes: Outputs.
        channels: Of the images.
        width: Channels at the first place; each further place has twice as many.
        copies: Independent networks side by side; each sees its own images.

    Raises:
        InputError: If it is too narrow.
    """

    def __init__(
        self,
        architecture: Architecture,
        classes: int,
        channels: int = 3,
        width: int = LEAST_WIDTH,
        copies: int = 1,
    ) -> None:
        super().__init__()
        if width < LEAST_WIDTH:
            raise InputError(f"A width of {width} is too narrow.", f"Use {LEAST_WIDTH} or more.")
        self.copies = copies
        layers = [_unit(channels, width, 3, copies)]
        for i, name in enumerate(architecture.operations):
            if i:
                layers += [nn.AvgPool2d(2), _unit(width, 2 * width, 1, copies)]
                width *= 2
            layers.append(operation(name, width, copies))
        self.layers = nn.Sequential(*layers)
        self.head = nn.Conv1d(width * copies, classes * copies, 1, groups=copies)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return logits.

        Args:
            x: Shape (n, copies * channels, height, width), the channels of a copy together.

        Returns:
            Shape (n, classes), or (n, copies, classes) of several copies.
        """
        pooled = self.layers(x).mean(dim=(2, 3))
        told: torch.Tensor = self.head(pooled[:, :, None])[:, :, 0]
        return told.view(len(x), self.copies, -1) if self.copies > 1 else told


def _unit(inputs: int, outputs: int, size: int, copies: int) -> nn.Module:
    return nn.Sequential(
        convolution(inputs, outputs, size, copies=copies), nn.BatchNorm2d(outputs * copies),
        nn.ReLU(),
    )  # fmt: skip
