"""Vectors of texts: by a transformers encoder, or by hashed words and letters without one."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

REMEMBERED = 20_000
"""Texts whose vectors are kept."""


@dataclass(frozen=True)
class Embedded:
    """Vectors of unit length.

    Attributes:
        vectors: float32, shape (texts, width).
        method: `model`, or `hashing`, which compares words and letters, not meaning.
    """

    vectors: np.ndarray
    method: Literal["model", "hashing"]


class TextEmbedder:
    """Embed texts: mean over the tokens of the last layer, scaled to unit length.

    Args:
        model: Folder or hub name of an encoder; None hashes words and letters.
        batch_size: Texts of a pass.
        max_tokens: Tokens of a text that are read at most.
        device: A torch device; None takes a graphics card where there is one.

    Raises:
        MissingExtraError: If a model is named and transformers or torch is not installed.
        InputError: If there is no such model.
    """

    def __init__(
        self,
        model: str | None = None,
        *,
        batch_size: int = 32,
        max_tokens: int = 256,
        device: str | None = None,
    ) -> None:
        self._batch_size = max(1, batch_size)
        self._seen: OrderedDict[str, np.ndarray] = OrderedDict()
        self._backbone = None
        if model:
            from autoglm_agent.adapters.loading import require_torch

            require_torch("An encoder of texts")
            from autoglm_agent.adapters.backbones import TextBackbone

            self._backbone = TextBackbone.load(model, device=device, max_tokens=max_tokens)

    def embed(self, texts: Sequence[str]) -> Embedded:
        """Return a vector for each text."""
        told = {t: self._seen[t] for t in dict.fromkeys(texts) if t in self._seen}
        new = [text for text in dict.fromkeys(texts) if text not in told]
        if new:
            told |= zip(new, self._vectors(new), strict=True)
        for text in new:
            self._seen[text] = told[text]
        while len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        method: Literal["model", "hashing"] = "model" if self._backbone else "hashing"
        if not texts:
            return Embedded(np.empty((0, 0), dtype=np.float32), method)
        return Embedded(np.stack([told[text] for text in texts]), method)

    def _vectors(self, texts: list[str]) -> np.ndarray:
        if self._backbone is None:
            from autoglm_agent.memory.embedding import HashingEmbeddings

            vectors = np.array(HashingEmbeddings().embed_documents(texts), dtype=np.float32)
        else:
            from autoglm_agent.adapters.backbones import extract

            vectors = extract(self._backbone, texts, self._batch_size)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / np.maximum(lengths, 1e-12))
