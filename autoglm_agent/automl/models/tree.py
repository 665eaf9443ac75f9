"""One small decision tree (Breiman et al. 1984), for people who want to read the model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from autoglm_agent.automl.models.base import Fit, Fold, class_shares
from autoglm_agent.automl.models.forest import Growth
from autoglm_agent.automl.run.clock import Deadline
from autoglm_agent.automl.scoring.problem import Problem


def fit_tree(
    params: Mapping[str, Any],
    fold: Fold,
    problem: Problem,
    *,
    seed: int,
    deadline: Deadline,  # noqa: ARG001  (one small tree is the smallest step there is)
) -> Fit:
    """Fit one tree; `params` are scikit-learn's."""
    prior = None
    if problem.is_classification:
        prior = class_shares(fold, problem)
        tree = DecisionTreeClassifier(random_state=seed, **params)
    else:
        tree = DecisionTreeRegressor(random_state=seed, **params)
    tree.fit(fold.X, fold.y, sample_weight=fold.weight)
    growth = Growth(fold.X.shape[1], problem, prior)
    growth.add(tree.tree_, getattr(tree, "classes_", None))
    return Fit(growth.model(), {"leaves": int(tree.get_n_leaves())})
