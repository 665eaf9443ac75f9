"""The threshold that a user's wish asks for: a least recall or precision, or costs of mistakes.

It is chosen on out-of-fold predictions, so nothing is trained for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from autoglm_agent.automl.scoring.problem import Problem
from autoglm_agent.automl.scoring.threshold import decision_threshold


@dataclass(frozen=True)
class Wish:
    """What a threshold must do.

    Attributes:
        recall: Least share of the positives that are called yes.
        precision: Least share of those called yes that are positive.
        costs: Relative costs of the mistakes, `fn` and `fp`.
    """

    recall: float | None = None
    precision: float | None = None
    costs: Mapping[str, float] | None = None

    def __bool__(self) -> bool:
        return bool(self.recall or self.precision or self.costs)


@dataclass(frozen=True)
class Held:
    """A threshold and what it does on the rows it was chosen on.

    Attributes:
        threshold: Least probability of the positive class that counts as yes.
        recall: On these rows.
        precision: On these rows; 0 if nothing is called yes.
        reached: Whether every wish holds on these rows.
    """

    threshold: float
    recall: float
    precision: float
    reached: bool


def wished_threshold(problem: Problem, y: np.ndarray, prediction: np.ndarray, wish: Wish) -> Held:
    """Choose the threshold.

    A least recall takes the highest threshold that reaches it, which keeps precision as high as
    can be; a least precision takes the lowest one. With both, recall rules and `reached` tells
    whether precision holds. Costs take the cheapest threshold (Elkan 2001).

    Args:
        problem: A binary one.
        y: Codes of the predicted rows.
        prediction: Out-of-fold probabilities (rows, classes), no NaN.
        wish: What is wanted.
    """
    value = prediction[:, problem.positive_index]
    yes = y == problem.positive_index
    order = np.argsort(-value, kind="stable")
    ordered, hits = value[order], np.cumsum(yes[order])
    ends = np.flatnonzero(np.r_[ordered[1:] != ordered[:-1], True])
    recall, precision = hits[ends] / max(1, int(yes.sum())), hits[ends] / (ends + 1)
    if wish.recall is not None:
        at = int(np.argmax(recall >= wish.recall))
    elif wish.precision is not None:
        good = np.flatnonzero(precision >= wish.precision)
        at = int(good[-1]) if len(good) else int(np.argmax(precision))
    else:
        costly = replace(problem, costs=tuple(sorted((wish.costs or {}).items())))
        cut = decision_threshold(costly, y, prediction)
        at = max(0, int(np.searchsorted(-ordered[ends], -cut, side="right")) - 1)
        return Held(cut, float(recall[at]), float(precision[at]), True)
    after = ordered[ends[at] + 1] if at + 1 < len(ends) else 0.0
    cut = float(np.clip((ordered[ends[at]] + after) / 2.0, 1e-6, 1.0 - 1e-6))
    reached = recall[at] >= (wish.recall or 0.0) and precision[at] >= (wish.precision or 0.0)
    return Held(cut, float(recall[at]), float(precision[at]), bool(reached))
