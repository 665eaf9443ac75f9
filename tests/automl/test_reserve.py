"""The seconds kept for what follows on the training."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from autoglm_agent.automl.run.clock import Deadline
from autoglm_agent.automl.scoring.problem import Problem
from autoglm_agent.automl.search import portfolio
from autoglm_agent.automl.search.reserve import LEAST, MARGIN, MOST, SHARED, Reserve
from autoglm_agent.automl.search.study import Study
from autoglm_agent.automl.search.train import train


def _study(n: int = 1500) -> Study:
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(n, 5)), columns=list("abcde"))
    y = (X["a"] + rng.normal(0, 0.5, n)).to_numpy()
    return Study.of(
        X, y, Problem.of("regression", y), np.arange(n) % 3, exchangeable=True, kinds=None,
        weight=None, seed=0, threads=1, interpretable=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "width", "part"), [(700, 2, 1.0), (5_000, 2, SHARED), (5_000, 1, 1.0)]
)
def test_predictions_are_kept_time_for_at_the_price_that_was_measured(
    rows, width, part, monkeypatch
):
    monkeypatch.setattr("autoglm_agent.automl.search.reserve.processors", lambda: width)
    study = _study(300)
    plain, forest = portfolio.plain(study), portfolio.forests(study)[0]
    trials = [train(plain, study, Deadline()), train(portfolio.again(plain, 1), study, Deadline())]
    reserve = Reserve(study, Deadline(1e6), to_predict=rows)
    reserve.foresee(trials)  # both are one member of the ensemble to be
    each = study.encoding + part * sum(t.row_seconds for t in trials)
    assert reserve.predicting == pytest.approx(MARGIN * rows * each)
    assert train(forest, study, Deadline()).row_seconds > 0
    assert min(t.row_seconds for t in trials) > 0


def test_the_reserve_grows_with_the_rows_to_come_and_is_bounded(monkeypatch):
    # Measured anew each time, the choice would now and then cost more for fewer rows.
    monkeypatch.setattr(Reserve, "_price_of_choosing", lambda *_: 0.1)
    study = _study(300)
    trials = [train(portfolio.plain(study), study, Deadline())]
    kept = []
    for rows in (0, 1000, 100_000_000):
        reserve = Reserve(study, Deadline(10.0), to_predict=rows)
        reserve.foresee(trials)
        kept.append(reserve.seconds)
    assert LEAST < kept[0] < kept[1] < kept[2] == 10.0 * MOST
    assert Reserve(study, Deadline(), to_predict=5).training.left == float("inf")


def test_training_ends_before_the_model_must_be_there():
    study = _study(300)
    reserve = Reserve(study, Deadline(10.0), to_predict=1000)
    assert reserve.training.left < reserve.before_predicting.left < 10.0
