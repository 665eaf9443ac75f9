"""The space of architectures: one operation at each of three places.

Between the places the resolution is halved and the width doubled, so that an operation costs about
the same at each. Depth is part of the space, because `identity` leaves a place empty; width is not:
it belongs to the size of the images and of the machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

from autoglm_agent.errors import InputError

OPERATIONS = (
    "conv3", "conv5", "sep5", "dilated3", "pointwise", "max3", "avg3", "identity",
)  # fmt: skip
"""3x3, 5x5, depthwise-separable 5x5, 3x3 with holes, 1x1 through a bottleneck of half the width,
3x3 pools of stride one, nothing."""
PLACES = 3


@dataclass(frozen=True, order=True)
class Architecture:
    """An operation at each place.

    Attributes:
        operations: Names of `OPERATIONS`, from the image to the answer.
    """

    operations: tuple[str, ...]

    def __post_init__(self) -> None:
        odd = [name for name in self.operations if name not in OPERATIONS]
        if odd or len(self.operations) != PLACES:
            raise InputError(
                f"{'-'.join(self.operations)[:80]!r} is no architecture.",
                f"Name {PLACES} of {', '.join(OPERATIONS)}, with hyphens between them.",
            )

    @property
    def name(self) -> str:
        """The operations with hyphens between them, as `parse` reads them."""
        return "-".join(self.operations)

    @property
    def codes(self) -> tuple[int, ...]:
        """The place of each operation in `OPERATIONS`."""
        return tuple(OPERATIONS.index(name) for name in self.operations)

    @classmethod
    def parse(cls, name: str) -> Architecture:
        """Read a name such as `conv3-sep5-identity`.

        Raises:
            InputError: If it is none.
        """
        return cls(tuple(name.split("-")))


def architectures() -> tuple[Architecture, ...]:
    """Return all of them, the last place changing fastest."""
    return tuple(Architecture(chosen) for chosen in product(OPERATIONS, repeat=PLACES))
