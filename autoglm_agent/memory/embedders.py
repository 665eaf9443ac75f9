"""Which embedder is meant, by which name its vectors are kept, and in which form."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from autoglm_agent.errors import InputError

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings

VARIABLE = "AUTOGLM_EMBEDDER"


def embedder(embeddings: Embeddings | str | None) -> Embeddings:
    """Return the embedder that is meant; see `ChainMemory`.

    Raises:
        InputError: If a name is none of ours.
        MissingExtraError: If transformers is not installed.
    """
    embeddings = embeddings or os.environ.get(VARIABLE) or None
    if embeddings is None:
        from autoglm_agent.memory.embedding import HashingEmbeddings

        return HashingEmbeddings()
    if not isinstance(embeddings, str):
        return embeddings
    prefix, _, folder = embeddings.partition(":")
    if prefix != "transformers" or not folder:
        raise InputError(
            f"There is no embedder {embeddings!r}.",
            "Pass LangChain Embeddings, or transformers:<folder of a model>.",
        )
    from autoglm_agent.memory.transformer import TransformerEmbeddings

    return TransformerEmbeddings(folder)


def embedder_name(embeddings: Embeddings) -> str:
    """Return the name under which the vectors of an embedder are kept.

    Its own `name`, else its class and the model it says it uses.
    """
    name = getattr(embeddings, "name", None)
    if isinstance(name, str) and name:
        return name
    model = getattr(embeddings, "model", None) or getattr(embeddings, "model_name", None)
    kind = type(embeddings)
    return f"{kind.__module__}.{kind.__qualname__}" + (f":{model}" if model else "")


def units(vectors: Sequence[Sequence[float]]) -> list[np.ndarray]:
    """Return vectors scaled to unit length.

    Raises:
        ValueError: If one is empty or not finite, or they differ in length.
    """
    scaled = [_unit(vector) for vector in vectors]
    if len({len(values) for values in scaled}) > 1:
        raise ValueError("the vectors differ in length")
    return scaled


def _unit(vector: Sequence[float]) -> np.ndarray:
    values = np.asarray(vector, dtype=np.float32)
    if values.ndim != 1 or not values.size or not np.isfinite(values).all():
        raise ValueError("a vector is empty or not finite")
    length = float(np.linalg.norm(values))
    return values / length if length > 0 else values
