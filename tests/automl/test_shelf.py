"""Models that a search need not hold are out of memory, and come back as they were."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from autoglm_agent.automl.models.base import Fold, Stored
from autoglm_agent.automl.models.forest import ForestModel, fit_forest
from autoglm_agent.automl.models.pack import models_of
from autoglm_agent.automl.run.clock import Deadline
from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.automl.scoring.problem import Problem
from autoglm_agent.automl.search.engine import MemoryTrials, WorkspaceTrials, run_search
from autoglm_agent.automl.search.shelf import Shelf, Shelved
from autoglm_agent.errors import StoreError


def forest(rows: int, trees: int = 20) -> tuple[ForestModel, np.ndarray]:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(rows, 4)).astype(np.float32)
    fold = Fold(X, X[:, 0] + rng.normal(size=rows), X[:0], np.empty(0))
    made = fit_forest(
        {"kind": "extra_trees", "trees": trees}, fold, Problem("regression", "rmse"), seed=0,
        deadline=Deadline(),
    )  # fmt: skip
    assert isinstance(made.model, ForestModel)
    return made.model, X


def test_large_models_come_back_from_the_shelf_as_they_were() -> None:
    shelf, (first, X), (second, _) = Shelf(), forest(3000), forest(3000, 30)
    kept = [shelf.put((model,)) for model in (first, second)]
    for model, shelved in zip((first, second), kept, strict=True):
        assert isinstance(shelved, Shelved)
        assert len(shelved) == len(list(shelved)) == 1
        assert shelved[0] is not model
        assert np.array_equal(shelved[0].predict(X), model.predict(X))


def test_small_models_stay_and_so_do_all_where_there_is_no_space(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    small, large = (forest(40)[0],), (forest(3000)[0],)
    assert Shelf().put(small) is small

    def full(**_: Any) -> Any:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    assert Shelf().put(large) is large


def table(rows: int = 400) -> tuple[pd.DataFrame, np.ndarray]:
    rng = np.random.default_rng(1)
    X = pd.DataFrame(rng.normal(size=(rows, 5)), columns=list("abcde"))
    return X, X["a"].to_numpy() + rng.normal(size=rows)


def searched(store: MemoryTrials | WorkspaceTrials) -> Any:
    X, y = table()
    folds = np.arange(len(y)) % 3
    return X, run_search(
        X, y, Problem("regression", "rmse"), folds, oob_allowed=True, trials=6, store=store
    )


def test_a_search_finds_the_same_whether_its_models_are_shelved_or_not(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    X, held = searched(MemoryTrials())
    for kept in (MemoryTrials(), WorkspaceTrials(Workspace(tmp_path))):
        monkeypatch.setattr("autoglm_agent.automl.search.shelf.LEAST_BYTES", 0)
        _, found = searched(kept)
        assert found.weights == held.weights
        assert np.array_equal(found.model.predict(X), held.model.predict(X))


def test_only_the_models_of_the_ensemble_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    monkeypatch.setattr("autoglm_agent.automl.search.shelf.LEAST_BYTES", 0)
    monkeypatch.setattr(
        "autoglm_agent.automl.search.shelf.models_of",
        lambda told: read.append(1) or models_of(told),
    )
    _, found = searched(MemoryTrials())
    assert 0 < len(read) == len(found.weights) < len(found.candidates)


def test_no_library_keeps_its_own_copy_of_a_candidate_that_is_done() -> None:
    store = MemoryTrials()
    searched(store)
    boosted = [m for t in store.kept.values() for m in t.models if isinstance(m, Stored)]
    assert boosted
    weighted = [m for m in boosted if "_parsed" in vars(m)]
    assert not weighted


def test_models_that_left_the_run_folder_are_told(tmp_path: Path) -> None:
    store = WorkspaceTrials(Workspace(tmp_path))
    searched(store)
    key = next((tmp_path / "trials").iterdir()).name
    trial = store.load(key)
    assert trial is not None
    assert isinstance(store.save(replace(trial, models=tuple(trial.models))).models, Shelved)
    (tmp_path / "trials" / key / "trial.npz").unlink()
    with pytest.raises(StoreError, match="gone from the run's folder"):
        list(trial.models)


PURGED = """
import os
from autoglm_agent.automl.models.catboost import library
assert "MIMALLOC_PURGE_DELAY" not in os.environ
library()
assert "MIMALLOC_PURGE_DELAY" not in os.environ
import numpy as np
from catboost import CatBoost
rng = np.random.default_rng(0)
X = rng.normal(size=(3000, 10)); y = X[:, 0] + rng.normal(size=3000)
held = lambda: int(open("/proc/self/statm").read().split()[1]) * 4096 / 2**20
def fit(depth):
    CatBoost({"iterations": 60, "depth": depth, "thread_count": 1, "logging_level": "Silent",
              "allow_writing_files": False}).fit(X, y)
fit(6); before = held()
fit(10); print(held() - before)
"""


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs Linux")
def test_deep_trees_of_catboost_give_their_memory_back() -> None:
    pytest.importorskip("catboost")
    grown = {}
    for delay in (None, "100000"):
        kept = {k: v for k, v in os.environ.items() if k != "MIMALLOC_PURGE_DELAY"}
        script = PURGED
        if delay is not None:
            kept["MIMALLOC_PURGE_DELAY"] = delay  # the user's own wish stays
            script = script.replace('assert "MIMALLOC_PURGE_DELAY" not in os.environ', "")
        done = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, env=kept, timeout=120
        )
        assert done.returncode == 0, done.stderr
        grown[delay] = float(done.stdout)
    assert grown[None] < 0.5 * grown["100000"]
