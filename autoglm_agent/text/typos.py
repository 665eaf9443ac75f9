"""Slips of the fingers, to see how much of a classifier's accuracy they leave.

A letter is dropped, doubled, swapped with the next, or replaced by a neighbour on the keyboard; the
first letter of a word is spared, as people mostly spare it. The score is accuracy on mistyped texts
divided by accuracy on clean ones.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
RATE = 0.1
"""Share of the words that are mistyped."""


def mistype(text: str, rng: np.random.Generator, rate: float = RATE) -> str:
    """Return the text with slips in some of its words of four letters or more.

    Args:
        text: Any text.
        rng: Draws them.
        rate: Chance of a word to be mistyped.
    """
    words = text.split(" ")
    return " ".join(_slip(w, rng) if len(w) >= 4 and rng.random() < rate else w for w in words)


def _slip(word: str, rng: np.random.Generator) -> str:
    at = int(rng.integers(1, len(word) - 1))
    way = int(rng.integers(0, 4))
    if way == 0:
        return word[:at] + word[at + 1 :]
    if way == 1:
        return word[:at] + word[at] + word[at:]
    if way == 2:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return word[:at] + _neighbour(word[at], rng) + word[at + 1 :]


def _neighbour(letter: str, rng: np.random.Generator) -> str:
    for row in ROWS:
        place = row.find(letter.lower())
        if place >= 0:
            beside = [row[i] for i in (place - 1, place + 1) if 0 <= i < len(row)]
            chosen = beside[int(rng.integers(0, len(beside)))]
            return chosen.upper() if letter.isupper() else chosen
    return letter


@dataclass(frozen=True)
class Robustness:
    """How much of the accuracy a disturbance leaves.

    Attributes:
        clean: Accuracy on the inputs as they are.
        noisy: Accuracy on the disturbed inputs.
        n: Inputs.
    """

    clean: float
    noisy: float
    n: int

    @property
    def score(self) -> float:
        """Noisy by clean accuracy; NaN if none is right when clean."""
        return self.noisy / self.clean if self.clean > 0 else float("nan")


def robustness_to_typos(
    classify: Callable[[Sequence[str]], Sequence[Any]],
    texts: Sequence[str],
    labels: Sequence[Any],
    *,
    rate: float = RATE,
    seed: int = 0,
) -> Robustness:
    """Measure how a classifier bears typos.

    Args:
        classify: From texts to labels; an abstention counts as wrong.
        texts: That it was not trained on.
        labels: Their truth.
        rate: Chance of a word to be mistyped.
        seed: Of the slips.
    """
    rng = np.random.default_rng([seed, 38])
    clean = np.mean([a == b for a, b in zip(classify(texts), labels, strict=True)])
    mistyped = [mistype(text, rng, rate) for text in texts]
    noisy = np.mean([a == b for a, b in zip(classify(mistyped), labels, strict=True)])
    return Robustness(float(clean), float(noisy), len(texts))
