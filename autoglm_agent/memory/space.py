"""What a collection of the index holds: one family of one kind, as seen by one embedder.

A collection for each family, because a filtered query of Chroma is linear in the collection.
"""

from __future__ import annotations

import hashlib
from typing import NamedTuple


class Space(NamedTuple):
    """Vectors that can be compared with one another."""

    family: str
    embedder: str
    dimension: int
    kind: str = "chain"

    def name(self, store: str) -> str:
        """Return a name that Chroma allows, whatever the family is called.

        Args:
            store: Name of the memory, because a server may hold the indexes of many.
        """
        words = "\0".join([store, *map(str, self)])
        return "c-" + hashlib.sha256(words.encode()).hexdigest()[:32]

    def metadata(self, store: str) -> dict[str, str | int]:
        """Return what the collection says of itself, checked whenever it is opened."""
        return {**self._asdict(), "store": store}
