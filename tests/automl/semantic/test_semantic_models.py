"""Semantic features in a model: the same at training, in the file, at use, and in a run."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from autoglm_agent import AutoMLRegressor, automl_tools
from autoglm_agent.automl.models.fitted import FittedModel
from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.automl.scoring.problem import Problem
from autoglm_agent.automl.search.engine import run_search
from autoglm_agent.automl.search.study import Study
from autoglm_agent.errors import InputError

EXPRESSIONS = (
    {"op": "product", "of": ["width_m", "height_m"]},
    {"op": "group_gap", "of": ["width_m", "kind"]},
    {"op": "cross", "of": ["kind", "colour"]},
    {"op": "sql", "of": ["width_m", "kind"], "value": "CASE WHEN kind = 'a' THEN width_m END"},
)


def panes(n: int = 240, seed: int = 0) -> tuple[pd.DataFrame, np.ndarray]:
    rng = np.random.default_rng(seed)
    X = pd.DataFrame({"width_m": rng.uniform(1, 9, n), "height_m": rng.uniform(1, 9, n)})
    X["kind"] = rng.choice(["a", "b", "c"], n)
    X["colour"] = rng.choice(["red", "blue"], n)
    return X, (X["width_m"] * X["height_m"] + rng.normal(size=n)).to_numpy()


def test_a_saved_model_predicts_new_rows_as_before_and_alone_as_together(tmp_path):
    X, y = panes()
    result = run_search(
        X, y, Problem("regression", "rmse"), np.arange(240) % 4, oob_allowed=True, trials=2,
        n_jobs=1, expressions=EXPRESSIONS,
    )  # fmt: skip
    model = result.model
    assert model.encoder.names_[-4:] == [
        "product('width_m', 'height_m')", "group_gap('width_m', 'kind')",
        "cross('kind', 'colour')", "sql(CASE WHEN kind = 'a' THEN width_m END)",
    ]  # fmt: skip
    assert model.encoder.coded_[-1] == len(model.encoder.names_) - 2
    workspace = Workspace(tmp_path)
    model.save(workspace, "m")
    loaded = FittedModel.load(workspace, "m")
    new, _ = panes(50, seed=9)
    expected = model.predict(new)
    assert np.array_equal(loaded.predict(new), expected)
    alone = [float(loaded.predict(new.iloc[[i]])[0]) for i in range(5)]
    assert np.allclose(alone, expected[:5], rtol=0, atol=1e-12)


def test_the_columns_of_the_matrix_are_those_of_the_raw_columns_named_as_sources():
    X, y = panes()
    study = Study.of(
        X, y, Problem("regression", "rmse"), np.arange(240) % 4, exchangeable=True, kinds=None,
        weight=None, seed=0, threads=1, interpretable=False, expressions=EXPRESSIONS,
    )  # fmt: skip
    assert study.tree.shape[1] == len(study.encoder.names_) == len(study.encoder.sources_)
    assert study.encoder.sources_[-4] == ["width_m", "height_m"]
    area = study.encoder.names_.index("product('width_m', 'height_m')")
    assert np.allclose(study.tree[:, area], X["width_m"] * X["height_m"], rtol=1e-6)
    assert study.encoder.levels_[-1] == 6


def test_the_estimator_makes_and_keeps_them_when_asked():
    rng = np.random.default_rng(1)
    X = pd.DataFrame(rng.normal(size=(300, 2)), columns=["first", "second"])
    y = (X["first"] * X["second"]).to_numpy()
    plain = AutoMLRegressor(None, trials=1, n_jobs=1).fit(X, y)
    model = AutoMLRegressor(None, trials=1, n_jobs=1, semantic_features=True).fit(X, y)
    assert plain.features_.expressions == ()
    assert {"op": "product", "of": ["first", "second"]} in model.features_.expressions
    assert model.cv_score_ < 0.8 * plain.cv_score_
    assert model.predict(X).shape == (300,)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, object]]:
    folder = tmp_path_factory.mktemp("semantic")
    X, y = panes(300)
    X.assign(price=y).to_csv(folder / "panes.csv", index=False)
    tools = {t.name: t for t in automl_tools(
        folder / "run", trials=2, roots=[folder], features=True)}  # fmt: skip

    def call(name: str, **args: object) -> dict[str, object]:
        return tools[name].invoke({"name": name, "args": args, "id": "1", "type": "tool_call"})

    profile = call("profile_data", data=str(folder / "panes.csv"))
    task = call("plan_task", data_id=profile.artifact["data_id"], instruction="predict price")
    prepared = call("prepare_data", task_id=task.artifact["task_id"])
    return folder / "run", {"call": call, "prepared_id": prepared.artifact["prepared_id"]}


def test_the_tool_tells_accepted_and_refused_proposals_and_the_search_reads_them(run):
    folder, parts = run
    call, prepared_id = parts["call"], parts["prepared_id"]
    area = {"op": "product", "of": ["width_m", "height_m"]}
    made = call("make_features", prepared_id=prepared_id, rules=False,
                proposals=[area, {"op": "exec", "of": ["price"]}])  # fmt: skip
    assert made.artifact["expressions"] == [area]
    assert "accepted: product" in made.content
    assert "refused:" in made.content
    trained = call("train_models", prepared_id=prepared_id,
                   features_id=made.artifact["features_id"])  # fmt: skip
    manifest = json.loads(
        (folder / "models" / trained.artifact["model_id"] / "manifest.json").read_text()
    )
    model = FittedModel.load(Workspace(folder), manifest["model"])
    assert model.encoder.names_[-1] == "product('width_m', 'height_m')"
    without = call("train_models", prepared_id=prepared_id)
    assert without.artifact["model_id"] != trained.artifact["model_id"]
    assert trained.artifact["ensemble_score"] < without.artifact["ensemble_score"]


def test_features_of_other_data_are_refused(run):
    _, parts = run
    answer = parts["call"]("train_models", prepared_id=parts["prepared_id"], features_id="nothing")
    assert "Call make_features first" in answer.content


def test_a_script_of_such_a_model_is_refused_with_the_remedy(run, monkeypatch):
    from autoglm_agent.automl.export import script

    folder, parts = run
    made = parts["call"]("make_features", prepared_id=parts["prepared_id"], rules=False,
                         proposals=[EXPRESSIONS[0]])  # fmt: skip
    trained = parts["call"]("train_models", prepared_id=parts["prepared_id"],
                            features_id=made.artifact["features_id"])  # fmt: skip
    workspace = Workspace(folder)
    workspace.write_json({"model": {"id": trained.artifact["model_id"]}}, "result.json")
    with pytest.raises(InputError, match="semantic features"):
        script.export_code(workspace)
