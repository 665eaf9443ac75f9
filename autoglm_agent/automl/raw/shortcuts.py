"""What gives a label away without being what was asked for: a word, or the rim of an image.

A model of texts whose label stands in the text ("category: sport"), or of images with a watermark
at the edge of one class, is right on its own data and nowhere else (shortcut learning; Geirhos et
al. 2020, https://doi.org/10.1038/s42256-020-00257-z). Both are looked for on training rows alone.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from autoglm_agent.automl.raw.inputs import RawInputs, Values
from autoglm_agent.chain import Status, Verdict

GIVEN_AWAY = 0.95
"""Least F1 of single words, one for each class but one, from which labels are given away."""
NEARLY = 0.8
RIM_SHARE = 0.95
"""Share of the model's skill that the rim alone must reach to be called a shortcut."""
RIM_SKILL = 0.5
"""Least skill of the rim that matters."""
FEW_SIDES = 16
"""Images with a shorter side have no rim apart from what they show."""
MOST_ROWS = 4000


@dataclass(frozen=True)
class Learned:
    """What the check of images compares with.

    Attributes:
        train: Training rows but those of the first fold.
        held: Rows of the first fold.
        accuracy: Of the model that has not seen them.
    """

    train: np.ndarray
    held: np.ndarray
    accuracy: float


def check_shortcuts(
    inputs: RawInputs, values: Values, y: np.ndarray, classes: Sequence[object], learned: Learned
) -> Verdict:
    """V10: no single word tells the label, and no model needs but the rim of an image."""
    if inputs.kind == "text":
        return _check_words([str(v) for v in values], y, classes)
    return _check_rim(np.asarray(values), y, learned)


def _check_words(texts: Sequence[str], y: np.ndarray, classes: Sequence[object]) -> Verdict:
    marks = best_words(texts, y, len(classes))
    # All classes but one need a word of their own: the last is told by having none.
    needed = sorted(marks, key=lambda mark: -mark[1])[: max(1, len(classes) - 1)]
    weakest = min(f1 for _, f1 in needed)
    told = ", ".join(
        f"{word!r} for {str(classes[c])[:30]!r}"
        for c, (word, f1) in enumerate(marks) if f1 >= NEARLY
    )  # fmt: skip
    status: Status = "fail" if weakest >= GIVEN_AWAY else "warn" if weakest >= NEARLY else "pass"
    fact = f"No single words tell the classes (the best reach an F1 of {weakest:.2f})."
    if status != "pass":
        fact = f"Single words tell the classes (F1 of {weakest:.2f} at least): {told}."
    if status == "fail":
        fact += " Does the label stand in the text? Take it out, if it is not known in use."
    return Verdict(
        check="V10", status=status, fact=fact, statistic=round(weakest, 4), threshold=GIVEN_AWAY,
        n=len(texts), evidence={"words": [word for word, _ in marks]},
        blame="prepare_data" if status == "fail" else None,
    )  # fmt: skip


def best_words(texts: Sequence[str], y: np.ndarray, classes: int) -> list[tuple[str, float]]:
    """Return for each class the word whose presence tells it best, and its F1."""
    counts: dict[str, Counter[int]] = defaultdict(Counter)
    for text, code in zip(texts, y.tolist(), strict=True):
        for word in set(re.findall(r"\w+", text.casefold())):
            counts[word][code] += 1
    sizes = np.bincount(y, minlength=classes)
    best = [("", 0.0)] * classes
    for word, seen in sorted(counts.items()):
        whole = sum(seen.values())
        for code, hits in seen.items():
            f1 = 2 * hits / (whole + int(sizes[code]))
            if f1 > best[code][1]:
                best[code] = (word, f1)
    return best


def _check_rim(images: np.ndarray, y: np.ndarray, learned: Learned) -> Verdict:
    if min(images.shape[1:3]) < FEW_SIDES:
        fact = "The images are too small to part a rim from what they show."
        return Verdict(check="V10", status="na", fact=fact)
    accuracy = _fitted(rim(images), y, learned)
    chance = float(np.bincount(y[learned.train]).max() / len(learned.train))
    skill = max(0.0, (accuracy - chance) / max(1e-9, 1 - chance))
    whole = max(0.0, (learned.accuracy - chance) / max(1e-9, 1 - chance))
    found = skill >= RIM_SKILL and skill >= RIM_SHARE * whole
    fact = f"The outermost pixels alone give an accuracy of {accuracy:.2f}, the model "
    fact += f"{learned.accuracy:.2f}."
    if found:
        fact += " Look for frames, watermarks or backgrounds that differ between the classes."
    return Verdict(
        check="V10", status="warn" if found else "pass", fact=fact, statistic=round(skill, 4),
        threshold=round(RIM_SHARE * whole, 4), n=len(learned.held),
    )  # fmt: skip


def rim(images: np.ndarray) -> np.ndarray:
    """Return the outermost pixels, one in sixteen of the side thick, averaged a little."""
    height, width = images.shape[1:3]
    thick = max(1, min(height, width) // 16)
    parts: list[Callable[[], np.ndarray]] = [
        lambda: images[:, :thick].mean(axis=1), lambda: images[:, -thick:].mean(axis=1),
        lambda: images[:, :, :thick].mean(axis=2), lambda: images[:, :, -thick:].mean(axis=2),
    ]  # fmt: skip
    told = [part().reshape(len(images), -1) for part in parts]
    return np.concatenate(told, axis=1).astype(np.float32) / 255.0


def _fitted(features: np.ndarray, y: np.ndarray, learned: Learned) -> float:
    """Return the accuracy of a linear classifier on the first fold's rows."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    rows = learned.train[:: max(1, len(learned.train) // MOST_ROWS)]
    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=200))
    model.fit(features[rows], y[rows])
    return float((model.predict(features[learned.held]) == y[learned.held]).mean())
