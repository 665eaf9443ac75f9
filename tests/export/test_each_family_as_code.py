"""Each family that can be written as code predicts the same, when it is the whole model."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from autoglm_agent.automl.export import export_code
from autoglm_agent.automl.export.check import check_code
from autoglm_agent.automl.export.members import CODED
from autoglm_agent.automl.features.linear import LinearView
from autoglm_agent.automl.models import catboost
from autoglm_agent.automl.models.fitted import FittedModel, Member
from autoglm_agent.automl.preparation.prepare import load_prepared
from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.automl.search.fitting import FAMILIES
from autoglm_agent.automl.search.workspace_trials import WorkspaceTrials
from autoglm_agent.errors import InputError
from autoglm_graphs.runs import start_run
from autoglm_graphs.settings import Settings

EVERY = 8
"""Candidates of a search by number until each family has had its turn."""
QUICK = ("linear", "network", "baseline")


def flowers(folder: Path) -> Path:
    """160 rows with gaps and a category, two classes."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(160, 3)).round(3)
    colour = rng.choice(["red", "blue", "white"], 160)
    raw = X[:, 0] - X[:, 1] + (colour == "red") + rng.normal(0, 0.7, 160)
    frame = pd.DataFrame(X, columns=["long", "wide", "high"]).assign(colour=colour)
    frame["sold"] = np.where(raw > 0, "yes", "no")
    frame.loc[::11, "wide"] = np.nan
    frame.to_csv(folder / "flowers.csv", index=False)
    return folder / "flowers.csv"


def a_run(folder: Path, words: str, trials: int) -> Workspace:
    settings = Settings(data=str(flowers(folder)), instruction=words, trials=trials)
    return Workspace(start_run(settings, runs=folder / "runs", memory=False)["paths"]["run"])


@pytest.fixture(scope="module")
def searched(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return a_run(tmp_path_factory.mktemp("every"), "Predict sold", EVERY)


@pytest.fixture(scope="module")
def readable(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return a_run(tmp_path_factory.mktemp("readable"), "Predict sold, explainable model", 2)


def alone(run: Workspace, family: str, folder: Path) -> Workspace:
    """Copy a run whose model is one candidate of that family."""
    shutil.copytree(run.path, folder / "run")
    copy = Workspace(folder / "run")
    result = copy.read_record("result.json")
    old = result["model"]["id"]
    model, search = FittedModel.load(copy, old), copy.read_json("searches", old, "search.json")
    store = WorkspaceTrials(copy)
    found = [store.load(path.name) for path in sorted(copy.file("trials").iterdir())]
    trial = next(t for t in found if t is not None and t.candidate.family == family)
    assert model.encoder is not None
    rows = model.encoder.transform(load_prepared(copy, search["prepared"]).X)
    linear = model.linear or LinearView(tuple(model.encoder.coded_)).fit(rows)
    member = Member(trial.candidate.id, 1.0, trial.view, list(trial.models))
    single = FittedModel(
        model.problem, model.features, [member], model.encoder, linear, model.threshold
    )
    single.save(copy, "alone")
    copy.write_json(search, "searches", "alone", "search.json")
    copy.write_json({**result, "model": {**result["model"], "id": "alone"}}, "result.json")
    return copy


@pytest.mark.parametrize(
    "family",
    [pytest.param(f, marks=() if f in QUICK else pytest.mark.slow) for f in sorted(CODED)],
)
def test_a_family_alone_gives_the_same_labels_and_probabilities(
    family: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    if family == "catboost" and not catboost.installed():
        pytest.skip("catboost is an extra")
    run = request.getfixturevalue("readable" if family == "tree" else "searched")
    copy = alone(run, family, tmp_path)
    assert check_code(copy, export_code(copy), timeout=300) < 1e-9


def test_what_is_not_claimed_is_refused_by_name() -> None:
    from autoglm_agent.automl.export.wished import check_export

    assert set(FAMILIES) - set(CODED) == {"searched_network"}
    check_export("code")
    with pytest.raises(InputError, match="searched_network"):
        check_export("code", families=["searched_network"])
    with pytest.raises(InputError, match="semantic"):
        check_export("code", features=True)
    with pytest.raises(InputError, match="onnx, code, skops"):
        check_export("litert")
    check_export("skops", families=["searched_network"], features=True)


def test_what_onnx_cannot_hold_is_told_by_column_before_training() -> None:
    pytest.importorskip("onnx")
    pytest.importorskip("onnxruntime")
    from autoglm_agent.automl.export.wished import check_export, families_left_out

    check_export("onnx")
    with pytest.raises(InputError, match="searched_network"):
        check_export("onnx", families=["searched_network"])
    numbers = pd.DataFrame({"a": np.arange(50.0), "b": np.arange(50.0) ** 2})
    assert families_left_out("onnx", numbers, None) == []
    categories = numbers.assign(colour=["red", "blue"] * 25)
    assert families_left_out("onnx", categories, None) == ["catboost"]
    # A script that trains a student would have to train its teachers first.
    assert families_left_out("code", categories, None) == ["student"]
    said = [f"long text number {i} about {i * 7} things and more" for i in range(50)]
    with pytest.raises(InputError, match="'said'"):
        families_left_out("onnx", numbers.assign(said=said), {"said": "text"})
