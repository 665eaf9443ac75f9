"""The gate: what helps enters, what cannot help does not, and both are told."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from autoglm_agent.automl.features.kinds import feature_kinds
from autoglm_agent.automl.run.clock import Deadline
from autoglm_agent.automl.scoring.problem import Problem
from autoglm_agent.automl.semantic.dealing import Dealing
from autoglm_agent.automl.semantic.expressions import Expression
from autoglm_agent.automl.semantic.gate import WEALTH, select_features
from autoglm_agent.automl.semantic.ideas import Idea, Refusal
from autoglm_agent.automl.semantic.rules import propose_by_rules
from autoglm_agent.automl.semantic.screening import residual_p

BINARY = Problem("binary", "roc_auc", (0, 1), 1)
REGRESSION = Problem("regression", "rmse")


def moments(n: int, seed: int = 0) -> tuple[pd.DataFrame, np.ndarray]:
    rng = np.random.default_rng(seed)
    names = ["left-weight", "left-distance", "right-weight", "right-distance"]
    X = pd.DataFrame(rng.integers(1, 9, size=(n, 4)).astype(float), columns=names)
    return X, (X.iloc[:, 0] * X.iloc[:, 1] > X.iloc[:, 2] * X.iloc[:, 3]).to_numpy().astype(int)


def noise_ideas(names: list[str]) -> list[Idea]:
    pairs = [Expression(op, pair) for pair in combinations(names, 2)
             for op in ("product", "difference", "ratio")]  # fmt: skip
    return [Idea(str(e), (e,)) for e in pairs]


def test_the_rules_find_the_moments_of_a_scale_from_their_names():
    X, y = moments(150)
    ideas = propose_by_rules(X, feature_kinds(X))
    selection = select_features(X, y, BINARY, ideas)
    accepted = [d for d in selection.decisions if d.status == "accepted"]
    assert accepted[0].name == "difference of the sides' products"
    assert accepted[0].p < accepted[0].level <= WEALTH
    assert selection.after < 0.3 * selection.before
    assert len(selection.decisions) == len(ideas)


def test_what_no_rule_knows_enters_as_a_proposal_of_a_model():
    rng = np.random.default_rng(3)
    X = pd.DataFrame(rng.normal(size=(400, 3)), columns=["a1", "a2", "a3"])
    y = np.sign(X["a1"] * X["a2"] * X["a3"]).to_numpy() + 0.1 * rng.normal(size=400)
    idea = Idea("all three", (Expression("product", ("a1", "a2", "a3")),), "model")
    selection = select_features(X, y, REGRESSION, [idea])
    assert [d.status for d in selection.decisions] == ["accepted"]
    assert selection.expressions == ({"op": "product", "of": ["a1", "a2", "a3"]},)


@pytest.mark.parametrize("screened", [True, False])
def test_useless_features_are_not_accepted(screened):
    accepted = tested = 0
    for seed in range(2):
        rng = np.random.default_rng(seed)
        X = pd.DataFrame(rng.normal(size=(160, 7)), columns=[f"n{i}" for i in range(7)])
        y = (X["n0"] + rng.normal(size=160) > 0).to_numpy().astype(int)
        ideas = noise_ideas([f"n{i}" for i in range(3, 7)])
        selection = select_features(X, y, BINARY, ideas, seed=seed, screening=screened)
        statuses = [d.status for d in selection.decisions]
        accepted += statuses.count("accepted")
        tested += statuses.count("accepted") + statuses.count("rejected")
    assert accepted <= 0.05 * 2 * 18
    assert tested >= 20 or screened


def test_rows_that_screen_are_never_rows_that_test():
    _, y = moments(203)
    dealing = Dealing.of(y, BINARY, None, 0)
    tested = np.unique(np.concatenate([valid for _, valid in dealing.folds]))
    assert not set(tested) & set(dealing.screening)
    assert all(not set(train) & set(valid) for train, valid in dealing.folds)


def test_blocks_in_time_are_tested_by_earlier_rows_only():
    folds = np.repeat([-1, 0, 1, 2, 3], 40)
    dealing = Dealing.of(np.tile([0, 1], 100), BINARY, folds, 0)
    assert all(train.max() < valid.min() for train, valid in dealing.folds)
    assert dealing.screening.max() < dealing.folds[0][1].min()


def test_groups_stay_together():
    folds = np.arange(200) % 5
    dealing = Dealing.of(np.tile([0, 1], 100), BINARY, folds, 0)
    for train, valid in dealing.folds:
        assert len(set(folds[valid])) == 1
        assert not set(folds[train]) & set(folds[valid])


def test_the_decision_is_the_same_each_time():
    X, y = moments(120)
    ideas = propose_by_rules(X, feature_kinds(X))
    first, second = (select_features(X, y, BINARY, ideas, seed=4) for _ in range(2))
    assert first.decisions == second.decisions


def test_no_time_and_few_rows_are_told_and_nothing_enters():
    X, y = moments(120)
    ideas = propose_by_rules(X, feature_kinds(X))
    late = select_features(X, y, BINARY, ideas, deadline=Deadline(0.0))
    few = select_features(X[:20], y[:20], BINARY, ideas)
    assert not late.expressions
    assert not few.expressions
    assert {d.status for d in few.decisions} == {"untested"}


def test_refused_proposals_are_told_with_their_reason():
    X, y = moments(60)
    refused = [Refusal("import os", "no object")]
    selection = select_features(X, y, BINARY, [], refused=refused)
    assert [(d.status, d.reason) for d in selection.decisions] == [("refused", "no object")]


def test_residuals_that_differ_between_bins_have_a_small_p_value():
    rng = np.random.default_rng(0)
    values = rng.normal(size=300)
    noise = rng.normal(size=(300, 2))
    assert residual_p(values, noise) > 0.01
    assert residual_p(values, noise + np.abs(values)[:, None]) < 1e-6
    assert residual_p(np.ones(300), noise) == 1.0
    missing = np.where(noise[:, 0] > 1, np.nan, 0.0)
    assert residual_p(missing, noise) < 1e-6  # that a value is missing tells something, too
