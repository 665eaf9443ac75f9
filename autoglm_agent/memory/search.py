"""Search by similarity: candidates from the index, scores from the truth.

Every score is computed here from the vectors of the truth, so a search gives the same answer
with the index, without it, and while the index lags behind.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from autoglm_agent.errors import StoreError
from autoglm_agent.memory.embedders import embedder_name, units
from autoglm_agent.memory.index import ChromaIndex, IndexOff
from autoglm_agent.memory.space import Space
from autoglm_agent.memory.truth import Hit, Shelf, Truth
from autoglm_agent.memory.vectors import Vectors

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings

    from autoglm_agent.memory.connect import Server

log = logging.getLogger(__name__)


class EmbedderOff(Exception):
    """The embedder cannot serve now."""


class Search:
    """Similarity over the records of a truth.

    Args:
        truth: The table.
        embeddings: What texts are compared by.
        server: A Chroma server instead of files of our own.

    Raises:
        StoreError: If the memory was embedded by another embedder.
    """

    def __init__(self, truth: Truth, embeddings: Embeddings, server: Server | None = None) -> None:
        self.truth = truth
        self.vectors = Vectors(truth)
        self.index = ChromaIndex(self.vectors, server)
        self.embeddings = embeddings
        self.embedder = embedder_name(embeddings)
        self._dimension = 0
        self.shelf("", "")

    def shelf(self, kind: str, family: str) -> Shelf:
        """Return how a family stands.

        Raises:
            StoreError: If another process has embedded the memory anew.
        """
        shelf = self.truth.shelf(kind, family)
        self._agree(shelf.embedder, shelf.dimension)
        return shelf

    def space(self, kind: str, family: str) -> Space | None:
        """Return the space of a shelf; None while nothing has been embedded yet."""
        if not self._dimension:
            self.shelf(kind, family)
        return Space(family, self.embedder, self._dimension, kind) if self._dimension else None

    def embed(self, texts: Sequence[str], *, query: bool = False) -> list[np.ndarray]:
        """Return vectors of unit length.

        Raises:
            EmbedderOff: If the embedder fails.
            StoreError: If its vectors are of another length than those of the memory.
        """
        try:
            if query:
                vectors = [self.embeddings.embed_query(text) for text in texts]
            else:
                vectors = self.embeddings.embed_documents(list(texts))
            embedded = units(vectors)
        except Exception as error:
            # Embedders are other people's code and often a network: the run goes on without.
            raise EmbedderOff(f"the embedder {self.embedder} failed: {error!r:.300}") from error
        if len(embedded) != len(texts):
            raise EmbedderOff(f"the embedder {self.embedder} gave vectors that do not match")
        if embedded:
            self._measure(len(embedded[0]))
        return embedded

    def embed_missing(self, space: Space) -> None:
        """Embed the records that have no vector yet."""
        missing = self.vectors.unembedded(space)
        if missing:
            vectors = self.embed([text for _, text in missing])
            keys = [key for key, _ in missing]
            self.vectors.save(list(zip(keys, vectors, strict=True)))

    def nearest(self, space: Space, shelf: Shelf, query: np.ndarray, n: int) -> list[Hit] | None:
        """Return about the `n` nearest records, unordered; None if all have to be looked at."""
        try:
            found = self.index.nearest(space, query, n, shelf)
        except IndexOff as reason:
            log.info("Recalled without the index: %s.", reason)
            return None
        return self.vectors.hits(space, found.ids, found.change)

    def _measure(self, dimension: int) -> None:
        if not self._dimension:
            self.truth.claim(self.embedder, dimension)
            self.shelf("", "")
        if dimension != self._dimension:
            raise self._other(f"{self.embedder} with {self._dimension} numbers a vector", dimension)

    def _agree(self, embedder: str, dimension: int) -> None:
        if embedder and embedder != self.embedder:
            raise self._other(embedder)
        self._dimension = dimension

    def _other(self, known: str, dimension: int | None = None) -> StoreError:
        now = self.embedder + (f" with {dimension}" if dimension else "")
        return StoreError(
            f"The memory {self.truth.folder} was embedded by {known}, not by {now}: "
            "their vectors cannot be compared.",
            "Open it with the former embedder, or embed it anew: `autoglm memory migrate`, or "
            "ChainMemory.migrate(path, embeddings).",
        )
