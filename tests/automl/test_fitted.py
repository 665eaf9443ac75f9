"""The model in use: raw columns in, and its files."""

from __future__ import annotations

import hashlib
import io
import json
import pickle
import zipfile

import numpy as np
import pandas as pd
import pytest

from autoglm_agent.automl.models import catboost, fitted
from autoglm_agent.automl.models.fitted import FittedModel
from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.automl.scoring.problem import Problem
from autoglm_agent.automl.search.engine import MemoryTrials, run_search
from autoglm_agent.automl.search.latency import model_of
from autoglm_agent.automl.search.study import Study
from autoglm_agent.errors import InputError, StoreError


def _frame(n: int = 240) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    day = pd.Timestamp("2022-03-01") + pd.to_timedelta(rng.integers(0, 300, n), unit="D")
    return pd.DataFrame(
        {
            "x": rng.normal(size=n),
            "level": [f"k{i}" for i in rng.integers(0, 230, n)],
            "day": day,
            "text": rng.choice(["a quiet room near the sea", "loud place by a busy road"], n),
            "on": rng.random(n) < 0.4,
        }
    )


@pytest.fixture(scope="module")
def every_family() -> FittedModel:
    """All candidates, so that every class that may be in a file is in this one."""
    frame = _frame()
    y = (frame["x"] + frame["on"] > 0.3).to_numpy().astype(np.int64)
    problem = Problem("binary", "roc_auc", ("no", "yes"), 1)
    folds = (np.arange(len(frame)) % 3).astype(np.int8)
    store = MemoryTrials()
    run_search(
        frame, y, problem, folds, oob_allowed=True, trials=11, n_jobs=2, store=store,
        kinds={"text": "text"},
    )  # fmt: skip
    study = Study.of(
        frame, y, problem, folds, exchangeable=True, kinds={"text": "text"}, weight=None, seed=0,
        threads=1, interpretable=False,
    )  # fmt: skip
    trials = list(store.kept.values())
    share = 1.0 / len(trials)
    return model_of(study, trials, {t.candidate.id: share for t in trials}, 0.4)


@pytest.fixture(scope="module")
def model(every_family: FittedModel) -> FittedModel:
    return every_family


def test_a_saved_model_predicts_the_same_bits(every_family, tmp_path):
    workspace = Workspace(tmp_path)
    every_family.save(workspace, "m1")
    kinds = {type(m).__name__ for member in every_family.members for m in member.models}
    extra = {"CatBoostModel"} if catboost.installed() else set()
    assert kinds - extra == {
        "ConstantModel", "BoosterModel", "ForestModel", "LinearModel", "NetworkModel",
    }  # fmt: skip
    assert extra <= kinds
    back = FittedModel.load(workspace, "m1")
    frame = _frame()
    assert np.array_equal(back.predict(frame), every_family.predict(frame))
    assert back.threshold == 0.4
    assert back.problem == every_family.problem


def test_order_and_further_columns_do_not_matter(model):
    frame = _frame()
    other = frame[frame.columns[::-1]].assign(more="x")
    assert np.array_equal(model.predict(other), model.predict(frame))


def test_a_missing_column_is_named(model):
    with pytest.raises(InputError, match="'day'"):
        model.predict(_frame().drop(columns="day"))


def test_raw_text_columns_and_unseen_values_are_read(model):
    frame = _frame().head(5)
    raw = frame.assign(x=frame["x"].map(repr), day=frame["day"].dt.strftime("%Y-%m-%d"))
    np.testing.assert_allclose(model.predict(raw), model.predict(frame), atol=1e-6)
    odd = frame.assign(level="never seen", text=None, x=np.nan, day=pd.NaT, on=None)
    assert np.isfinite(model.predict(odd)).all()


def test_labels_follow_the_threshold(every_family):
    prediction = np.array([[0.65, 0.35], [0.55, 0.45]])
    assert every_family.decide(prediction).tolist() == ["no", "yes"]


def test_a_single_row_takes_far_less_than_fifty_milliseconds(every_family):
    assert every_family.latency_ms(_frame()) < 50


def test_a_changed_file_is_refused(model, tmp_path):
    workspace = Workspace(tmp_path)
    model.save(workspace, "m")
    path = workspace.file("models", "m", "model.skops")
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))
    with pytest.raises(StoreError, match=r"model\.skops was changed"):
        FittedModel.load(workspace, "m")


class _Evil:
    def __reduce__(self):
        import os

        return os.system, ("touch /tmp/autoglm-evil",)


def _with_digest(workspace: Workspace, data: bytes) -> None:
    """Write foreign bytes with a manifest that matches them, as an attacker could."""
    workspace.write_bytes(data, "models", "m", "model.skops")
    manifest = {"format": fitted.FORMAT, "files": {"model.skops": hashlib.sha256(data).hexdigest()}}
    workspace.write_json(manifest, "models", "m", "manifest.json")


def test_a_pickle_in_disguise_is_refused(tmp_path):
    workspace = Workspace(tmp_path)
    _with_digest(workspace, pickle.dumps(_Evil()))
    with pytest.raises(StoreError, match="not a model file"):
        FittedModel.load(workspace, "m")


def test_a_model_file_with_a_foreign_function_is_refused(model, tmp_path):
    import skops.io

    workspace = Workspace(tmp_path)
    data = skops.io.dumps({"members": [print], "hook": np.testing.assert_equal})
    _with_digest(workspace, data)
    with pytest.raises(StoreError, match="refused"):
        FittedModel.load(workspace, "m")
    assert skops.io.loads(data, trusted=skops.io.get_untrusted_types(data=data))  # the twin


def test_the_schema_of_a_model_names_only_trusted_classes(every_family):
    import skops.io

    data = skops.io.dumps(every_family._state())
    assert set(skops.io.get_untrusted_types(data=data)) <= set(fitted.TRUSTED)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert not [n for n in archive.namelist() if n.endswith((".pkl", ".pickle"))]
        assert json.loads(archive.read("schema.json"))
