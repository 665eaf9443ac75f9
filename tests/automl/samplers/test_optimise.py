"""One call from a table to a fitted paradigm, by any engine."""

from __future__ import annotations

import numpy as np
import optuna
import pandas as pd
import pytest

from autoglm_agent.automl.samplers.engines import ENGINES
from autoglm_agent.automl.samplers.optimise import optimise
from autoglm_agent.automl.samplers.space import within
from autoglm_agent.errors import InputError

optuna.logging.set_verbosity(optuna.logging.ERROR)


def table(n: int = 120) -> tuple[pd.DataFrame, np.ndarray]:
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"a": rng.normal(size=n), "level": rng.choice(["u", "v"], n)})
    return X, np.where(X["a"] + (X["level"] == "u") > 0.5, "yes", "no")


@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_finds_a_model_that_predicts(engine):
    X, y = table()
    found = optimise(X, y, engine=engine, trials=4)
    assert within(found.point)
    assert len(found.study.trials) == 4
    assert (found.model.predict(X) == y).mean() > 0.75
    assert (found.name is not None) >= (engine in ("grid", "semantic"))


def test_numbers_are_predicted_too():
    X, _ = table()
    found = optimise(X, 3 * X["a"].to_numpy(), trials=4, classification=False)
    assert found.study.best_value > 0.8


def test_a_table_that_nothing_can_learn_is_told():
    X, _ = table(30)
    with pytest.raises((InputError, ValueError)):
        optimise(X, np.array(["only"] * 30), trials=2)
