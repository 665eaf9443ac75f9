"""Zero-shot classification: which of these labels fits a text, without examples.

With a model of inference each label becomes a hypothesis ("This example is sport."), and the label
whose hypothesis the text entails most is chosen (Yin et al. 2019, https://arxiv.org/abs/1909.00161);
the numbers are those of transformers' own pipeline. Without a model the text is compared with the
labels and their descriptions word by word and letter by letter (TF-IDF). That knows nothing of
meaning: where text and descriptions share no words it has no answer, and it says so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

import numpy as np

from autoglm_agent.errors import InputError
from autoglm_agent.text.inference import InferenceModel

TEMPLATE = "This example is {}."
SHARPNESS = 8.0
"""Cosines are multiplied by this before they become shares; by it a difference of 0.1 is 2 to 1."""


@dataclass(frozen=True)
class Choice:
    """What a text was classified as.

    Attributes:
        label: The label; None if the tool abstains.
        score: Of the best label, from 0 to 1.
        scores: Of every label, best first; they sum to one unless several may hold at once.
        labels: Of several that may hold at once, those from the threshold up.
        method: `inference` or `tfidf`; the latter is the weaker.
    """

    label: str | None
    score: float
    scores: dict[str, float]
    labels: tuple[str, ...] = ()
    method: Literal["inference", "tfidf"] = "inference"


class ZeroShot(Protocol):
    """What classifies without examples."""

    def classify(
        self,
        texts: Sequence[str],
        labels: Sequence[str],
        *,
        several: bool = False,
        threshold: float = 0.0,
        margin: float = 0.0,
    ) -> list[Choice]:
        """Return a choice for each text; see `InferenceZeroShot.classify`."""
        ...


def zero_shot(
    model: str | None = None, *, descriptions: Mapping[str, str] | None = None
) -> ZeroShot:
    """Return a classifier: by a model's inference if one is named, else by shared words.

    Args:
        model: Folder or hub name of a model of inference.
        descriptions: What labels mean, in words that texts use; needed most without a model.
    """
    if model:
        return InferenceZeroShot(InferenceModel(model))
    return WordOverlap(descriptions or {})


@dataclass
class InferenceZeroShot:
    """Classify by entailment.

    Attributes:
        model: Judges pairs.
        template: Makes a hypothesis of a label; holds one `{}`.
    """

    model: InferenceModel
    template: str = TEMPLATE

    def classify(
        self,
        texts: Sequence[str],
        labels: Sequence[str],
        *,
        several: bool = False,
        threshold: float = 0.0,
        margin: float = 0.0,
    ) -> list[Choice]:
        """Return a choice for each text.

        Args:
            texts: What is classified.
            labels: The classes, in words.
            several: Whether several may hold at once; each is then judged alone.
            threshold: Score below which the tool abstains.
            margin: Lead over the second label below which it abstains; not used with `several`.

        Raises:
            InputError: If there is no label, or the template holds no `{}`.
        """
        labels = _checked(labels)
        if self.template.count("{}") != 1:
            raise InputError(f"The template {self.template!r} needs one {{}}.", "Add it.")
        if not texts:
            return []
        hypotheses = [self.template.replace("{}", label) for label in labels]
        logits = self.model.logits([(text, h) for text in texts for h in hypotheses])
        logits = logits.reshape(len(texts), len(labels), -1)
        yes = logits[:, :, self.model.entailment]
        if several or len(labels) == 1:
            pair = np.stack([logits[:, :, self.model.contradiction], yes], axis=-1)
            scores = _softmax(pair, axis=-1)[:, :, 1]
        else:
            scores = _softmax(yes, axis=1)
        alone = several or len(labels) == 1
        return [_choice(row, labels, alone, threshold, margin, "inference") for row in scores]


@dataclass
class WordOverlap:
    """Classify by the words and letters that a text shares with the labels' descriptions.

    Attributes:
        descriptions: Of labels; the label itself always counts as part of its own.
    """

    descriptions: Mapping[str, str] = field(default_factory=dict)

    def classify(
        self,
        texts: Sequence[str],
        labels: Sequence[str],
        *,
        several: bool = False,
        threshold: float = 0.0,
        margin: float = 0.0,
    ) -> list[Choice]:
        """Return a choice for each text; none where nothing is shared."""
        from scipy.sparse import hstack
        from sklearn.feature_extraction.text import TfidfVectorizer

        labels = _checked(labels)
        if not texts:
            return []
        known = [f"{label} {self.descriptions.get(label, '')}" for label in labels]
        ways = [
            TfidfVectorizer(analyzer=_words, sublinear_tf=True),
            TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True),
        ]
        try:
            theirs = hstack([way.fit_transform(known) for way in ways]).tocsr()
        except ValueError as error:
            raise InputError("The labels hold no words.", "Describe them.") from error
        cosines = (hstack([way.transform(texts) for way in ways]) @ theirs.T).toarray() / 2
        shares = cosines if several else _softmax(SHARPNESS * cosines, axis=1)
        return [
            _choice(row, labels, several, threshold, margin, "tfidf", shared=bool(same.any()))
            for row, same in zip(shares, cosines, strict=True)
        ]


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def _checked(labels: Sequence[str]) -> list[str]:
    clean = list(dict.fromkeys(label.strip() for label in labels if label.strip()))
    if not clean:
        raise InputError("No labels are given.", "Name the classes in words.")
    return clean


def _choice(
    scores: np.ndarray,
    labels: Sequence[str],
    several: bool,
    threshold: float,
    margin: float,
    method: Literal["inference", "tfidf"],
    shared: bool = True,
) -> Choice:
    order = np.argsort(-scores, kind="stable")
    ranked = {labels[i]: float(scores[i]) for i in order}
    best = float(scores[order[0]])
    lead = best - float(scores[order[1]]) if len(order) > 1 and not several else 1.0
    sure = shared and best >= threshold and lead >= margin
    held = tuple(name for name, score in ranked.items() if shared and score >= max(threshold, 1e-9))
    return Choice(labels[order[0]] if sure else None, best, ranked, held if several else (), method)


def _softmax(values: np.ndarray, axis: int) -> np.ndarray:
    shifted = np.exp(values - values.max(axis=axis, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=axis, keepdims=True))
