"""The operations as torch modules; with `copies`, several independent networks side by side.

Copies are groups of channels that never mix: one convolution with as many groups trains as many
networks at once, which small ones need to keep a machine busy. The weights of one copy are drawn as
those of a network alone would be, and no gradient crosses from one to another.
"""

from __future__ import annotations

from torch import nn

from autoglm_agent.errors import InputError


def convolution(
    inputs: int, outputs: int, size: int, *, copies: int = 1, dilation: int = 1, depth: bool = False
) -> nn.Conv2d:
    """Return a convolution that keeps height and width.

    Args:
        inputs: Channels that come in, of one copy.
        outputs: Channels that go out, of one copy.
        size: Side of the kernel, odd.
        copies: Networks side by side.
        dilation: Distance between two taps.
        depth: Whether each channel has a kernel of its own.
    """
    return nn.Conv2d(
        inputs * copies, outputs * copies, size, padding=dilation * (size // 2), dilation=dilation,
        groups=inputs * copies if depth else copies, bias=False,
    )  # fmt: skip


def operation(name: str, width: int, copies: int = 1) -> nn.Module:
    """Return an operation on feature maps that keeps their shape.

    Args:
        name: One of `space.OPERATIONS`.
        width: Channels of one copy.
        copies: Networks side by side.

    Raises:
        InputError: If there is no such operation.
    """
    if name == "identity":
        return nn.Identity()
    if name == "max3":
        return nn.MaxPool2d(3, 1, 1)
    if name == "avg3":
        return nn.AvgPool2d(3, 1, 1, count_include_pad=False)
    if name == "pointwise":
        layers = [convolution(width, width // 2, 1, copies=copies),
                  nn.BatchNorm2d(width // 2 * copies), nn.ReLU(),
                  convolution(width // 2, width, 1, copies=copies)]  # fmt: skip
    elif name == "sep5":
        layers = [convolution(width, width, 5, copies=copies, depth=True),
                  convolution(width, width, 1, copies=copies)]  # fmt: skip
    elif name in ("conv3", "conv5"):
        layers = [convolution(width, width, int(name[-1]), copies=copies)]
    elif name == "dilated3":
        layers = [convolution(width, width, 3, copies=copies, dilation=2)]
    else:
        raise InputError(f"There is no operation {name[:40]!r}.", "See space.OPERATIONS.")
    return nn.Sequential(*layers, nn.BatchNorm2d(width * copies), nn.ReLU())
