"""A compact ResNet for small images: a 3x3 stem without pooling, four stages (He et al. 2016).

With two blocks a stage and width 64 it is ResNet-18 as used on CIFAR-10 (11.2 million parameters);
narrower ones learn small sets within seconds on a processor.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn

from autoglm_agent.errors import InputError

LEAST_WIDTH = 8


class BasicBlock(nn.Module):
    """Two 3x3 convolutions with a residual.

    Args:
        inputs: Channels that come in.
        outputs: Channels that go out.
        stride: Of the first convolution.
    """

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.norm1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(outputs)
        self.shortcut: nn.Module = nn.Identity()
        if stride != 1 or inputs != outputs:
            self.shortcut = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)
            )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the block's output."""
        inner = torch.relu(self.norm1(self.conv1(x)))
        return torch.relu(self.norm2(self.conv2(inner)) + self.shortcut(x))


class ResNet(nn.Module):
    """A residual network for small images.

    Args:
        classes: Outputs; 0 gives the pooled vector.
        channels: Of the images.
        width: Channels of the first stage; each further stage has twice as many.
        blocks: Of each stage.

    Raises:
        InputError: If the width is below eight: torch 2.13 corrupts memory in the backward pass of
            3x3 convolutions of four channels on some processors.
    """

    def __init__(
        self, classes: int, channels: int = 3, width: int = 64, blocks: Sequence[int] = (2, 2, 2, 2)
    ) -> None:
        super().__init__()
        if width < LEAST_WIDTH:
            raise InputError(f"A width of {width} is too narrow.", f"Use {LEAST_WIDTH} or more.")
        self.stem = nn.Sequential(
            nn.Conv2d(channels, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU()
        )
        stages, inputs = [], width
        for i, count in enumerate(blocks):
            outputs = width * 2**i
            for j in range(count):
                stride = 2 if i > 0 and j == 0 else 1
                stages.append(BasicBlock(inputs, outputs, stride))
                inputs = outputs
        self.stages = nn.Sequential(*stages)
        self.width = inputs
        self.head: nn.Module = nn.Linear(inputs, classes) if classes else nn.Identity()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return logits, shape (n, classes)."""
        told: torch.Tensor = self.head(self.stages(self.stem(x)).mean(dim=(2, 3)))
        return told
