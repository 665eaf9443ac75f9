"""Search engines in a search: what they propose after the portfolio."""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd
import pytest

from autoglm_agent.automl.run.clock import Deadline
from autoglm_agent.automl.scoring.problem import Problem
from autoglm_agent.automl.search import portfolio
from autoglm_agent.automl.search.engine import MemoryTrials, run_search
from autoglm_agent.automl.search.engines import SEARCHES, check_search
from autoglm_agent.automl.search.proposals import proposed
from autoglm_agent.automl.search.schedule import Board
from autoglm_agent.automl.search.study import Study
from autoglm_agent.automl.search.train import train
from autoglm_agent.errors import InputError, MissingExtraError

ENGINES = [name for name in SEARCHES if name != "auto"]
BINARY = Problem("binary", "roc_auc", ("no", "yes"), 1)
CHEAP = ("catboost", "extra_trees", "random_forest")


def _table(n: int = 120) -> tuple[pd.DataFrame, np.ndarray]:
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(n, 4)), columns=list("abcd"))
    return X, (X["a"] + rng.normal(0, 0.5, n) > 0).to_numpy().astype(np.int64)


def _board(seconds: float | None = None) -> Board:
    X, y = _table()
    study = Study.of(
        X, y, BINARY, np.arange(len(y)) % 3, exchangeable=True, kinds=None, weight=None, seed=0,
        threads=1, interpretable=False,
    )  # fmt: skip
    return Board(study, Deadline(seconds))


@pytest.mark.parametrize("engine", ENGINES)
def test_an_engine_proposes_models_that_the_search_can_train(engine):
    board = _board()
    board.trials["lightgbm"] = train(portfolio.plain(board.study), board.study, Deadline())
    offers = proposed(board, engine, _table()[0])
    specs = [next(offers)[0] for _ in range(8)]
    assert {spec.proposer for spec in specs} == {engine}
    assert len({spec.name for spec in specs}) == 8
    assert len({(s.family, str(s.params)) for s in specs}) > 5
    one = next(s for s in specs if s.family in ("lightgbm", "linear", "network"))
    trial = train(one, board.study, Deadline())
    assert trial.candidate.status == "done"
    assert trial.candidate.proposer == engine


def test_proposals_begin_after_the_portfolio_and_are_told():
    X, y = _table()
    events = []
    found = run_search(
        X, y, BINARY, np.arange(len(y)) % 3, oob_allowed=True, trials=17, seed=1, n_jobs=1,
        without=CHEAP, search="tpe", listener=events.append,
    )  # fmt: skip
    own = [c for c in found.candidates if c.proposer == "tpe"]
    assert own
    assert found.candidates[-len(own) :] == own
    assert "variant" not in str([c.name for c in found.candidates])
    started = [e for e in events if e["event"] == "trial.started" and e.get("proposer") == "tpe"]
    assert "proposed by tpe" in started[0]["text"]


@pytest.mark.parametrize("engine", ["tpe", "semantic"])
def test_a_number_of_trials_gives_the_same_proposals(engine):
    X, y = _table()
    given = {"oob_allowed": True, "trials": 16, "n_jobs": 1, "without": CHEAP, "search": engine}
    store = MemoryTrials()
    first = run_search(X, y, BINARY, np.arange(len(y)) % 3, store=store, **given)
    again = run_search(X, y, BINARY, np.arange(len(y)) % 3, store=store, **given)
    assert again.trained == 0
    assert [c.id for c in first.candidates] == [c.id for c in again.candidates]


def test_what_does_not_fit_into_the_time_is_not_begun():
    board = _board(5.0)
    plain = train(portfolio.plain(board.study), board.study, Deadline())
    board.trials["lightgbm"] = plain
    object.__setattr__(plain.candidate, "seconds", 1e5)  # as if everything were slow
    board.trials["extra_trees"] = board.trials["network"] = board.trials["linear"] = plain
    names = [spec.family for spec, _ in proposed(board, "grid", _table()[0])]
    assert "lightgbm" not in names


def test_an_unknown_engine_and_a_missing_extra_say_what_to_do(monkeypatch):
    with pytest.raises(InputError, match="semantic"):
        check_search("genetic")
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(MissingExtraError, match=r"autoglm-agent\[search\]"):
        check_search("tpe")
    assert check_search("auto") == "auto"
