"""Embeddings that need no download: words and character n-grams, hashed into a fixed space.

Feature hashing with signs (Weinberger et al., 2009, "Feature Hashing for Large Scale Multitask
Learning") makes a vector of fixed length without a vocabulary; the signs let collisions cancel.
Words carry the topic, character n-grams carry what inflection, compound names and typing errors
leave intact. Chinese has no spaces: its "words" are single characters and pairs, its n-grams
pairs and triples. Lexical, not semantic: two tasks are near when they share words. Where meaning
must count, pass any other LangChain `Embeddings` to the memory.
"""

from __future__ import annotations

import hashlib
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator

import numpy as np
from langchain_core.embeddings import Embeddings

MAX_CHARACTERS = 20_000
"""Characters of a text that are read at most."""

_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_PIECE = re.compile(rf"[{_CJK}]+|[^\W_{_CJK}]+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_WORDS, _GRAMS = "w", "g"
_SHARES = {_WORDS: 0.6, _GRAMS: 0.4}
"""How much of the squared length each half of the vector has."""

_ENGLISH = """a an and are as at be by can could do each for from give how i in into is it its me my
of on or our please should so than that the their them then there these this to use using want was
we what when which who will with would you your
build column csv data dataset file model models predict prediction table task train"""
_CHINESE = """的 了 和 与 在 是 我 你 请 用 把 对 这 个 一 中 为 根 据 哪 些 会 要 想 帮
预 测 预测 模型 数据"""
_FUNCTION_WORDS = frozenset([*_ENGLISH.split(), *_CHINESE.split()])
_FUNCTION_WEIGHT = 0.15
"""For words that nearly every task has; stands in for the inverse document frequency, which needs
a corpus."""


class HashingEmbeddings(Embeddings):
    """Deterministic, offline text embeddings of unit length.

    Args:
        dimension: Length of the vectors, default 384.

    Raises:
        ValueError: If `dimension` is below 8.

    Examples:
        >>> near, far, query = HashingEmbeddings().embed_documents(
        ...     ["Predict churn of customers", "Forecast rainfall", "Which customer will churn?"]
        ... )
        >>> sum(a * b for a, b in zip(near, query)) > sum(a * b for a, b in zip(far, query))
        True
    """

    def __init__(self, dimension: int = 384) -> None:
        if dimension < 8:
            raise ValueError(f"dimension is {dimension}; at least 8 is needed.")
        self.dimension = dimension

    @property
    def name(self) -> str:
        """Name and version of the method; it changes whenever a vector would."""
        return f"hashing-1-{self.dimension}"

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Return one vector of unit length per text."""
        return [self.embed_query(text) for text in texts]

    def embed_query(self, text: str) -> list[float]:
        """Return the vector of a text; a text without words has a vector of its own."""
        vector = np.zeros(self.dimension)
        for half, counts in _features(text).items():
            part = self._hashed(half, counts)
            length = float(np.linalg.norm(part))
            if length > 0:
                vector += part * (math.sqrt(_SHARES[half]) / length)
        length = float(np.linalg.norm(vector))
        if length == 0:
            vector[0], length = 1.0, 1.0
        return [float(x) for x in vector / length]

    def _hashed(self, half: str, counts: Counter[str]) -> np.ndarray:
        part = np.zeros(self.dimension)
        for feature, count in counts.items():
            # hash() differs from process to process; blake2b does not.
            code = hashlib.blake2b(f"{half}:{feature}".encode(), digest_size=8).digest()
            number = int.from_bytes(code, "little")
            weight = 1.0 + math.log(count)
            if feature in _FUNCTION_WORDS:
                weight *= _FUNCTION_WEIGHT
            part[(number >> 1) % self.dimension] += weight if number & 1 else -weight
        return part


def _features(text: str) -> dict[str, Counter[str]]:
    """Return how often each word and each n-gram occurs."""
    words: Counter[str] = Counter()
    grams: Counter[str] = Counter()
    for piece in _pieces(text):
        if re.match(f"[{_CJK}]", piece):
            words.update(piece)
            words.update(_ngrams(piece, 2))
            grams.update(_ngrams(piece, 2))
            grams.update(_ngrams(piece, 3))
        else:
            words[piece] += 1
            if piece not in _FUNCTION_WORDS:
                for size in (3, 4, 5):
                    grams.update(_ngrams(f"<{piece}>", size))
    return {_WORDS: words, _GRAMS: grams}


def _pieces(text: str) -> Iterator[str]:
    """Yield words and runs of Chinese characters; `is_canceled` and `IsCanceled` are two."""
    # Lone surrogates cannot be hashed as UTF-8.
    clean = text[:MAX_CHARACTERS].encode("utf-8", "replace").decode()
    normal = _CAMEL.sub(" ", unicodedata.normalize("NFKC", clean))
    for match in _PIECE.finditer(normal):
        yield match.group().casefold()


def _ngrams(text: str, size: int) -> Iterator[str]:
    return (text[i : i + size] for i in range(len(text) - size + 1))
