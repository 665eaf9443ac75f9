"""A search's threshold moved to what the user wishes of the two mistakes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from autoglm_agent.automl.scoring.metrics import score
from autoglm_agent.automl.scoring.problem import Problem
from autoglm_agent.automl.scoring.wished import Wish, wished_threshold
from autoglm_agent.automl.search.ensemble import predicted
from autoglm_agent.automl.search.result import SearchResult
from autoglm_agent.errors import InputError


def hold(
    result: SearchResult,
    problem: Problem,
    y: np.ndarray,
    *,
    recall: float | None = None,
    precision: float | None = None,
    costs: Mapping[str, float] | None = None,
) -> None:
    """Move the threshold of a search's model; what it does is told among the warnings.

    Args:
        result: The search; its threshold, score and model are changed.
        problem: What is predicted.
        y: Codes of the training rows.
        recall: Least recall, or None.
        precision: Least precision, or None.
        costs: Relative costs of the mistakes, or None.

    Raises:
        InputError: If the problem is not binary, where there is no threshold.
    """
    wish = Wish(recall, precision, costs)
    if not wish:
        return
    if problem.kind != "binary":
        raise InputError(
            f"A {problem.kind} problem has no threshold to move.",
            "Wishes about recall, precision or costs need a target with two classes.",
        )
    rows = predicted(result.ensemble_oof)
    held = wished_threshold(problem, y[rows], result.ensemble_oof[rows], wish)
    result.threshold = held.threshold
    if result.fitted is not None:
        result.fitted.threshold = held.threshold
    result.ensemble_score = score(
        problem.metric, y[rows], result.ensemble_oof[rows], problem, held.threshold
    )
    told = (
        f"The threshold is {held.threshold:.4g}; out of fold it has recall {held.recall:.4g} and "
        f"precision {held.precision:.4g}."
    )
    if not held.reached:
        told += " That is less than was asked for."
    result.warnings.append(told)
