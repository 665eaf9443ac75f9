"""Groups and unusual rows: known answers are found, messy tables work, models come back."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import make_blobs
from sklearn.ensemble import IsolationForest
from sklearn.metrics import adjusted_rand_score

from autoglm_agent.automl.data import profile as profiling
from autoglm_agent.automl.data.table import Table
from autoglm_agent.automl.preparation.prepare import prepare
from autoglm_agent.automl.preparation.vault import Vault
from autoglm_agent.automl.run.clock import Deadline
from autoglm_agent.automl.run.ledger import Ledger
from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.automl.unsupervised.anomalies import fit_anomalies
from autoglm_agent.automl.unsupervised.clustering import ALWAYS_TRIED, fit_clusters
from autoglm_agent.automl.unsupervised.matrix import MatrixView
from autoglm_agent.automl.unsupervised.tasks import cluster, find_anomalies, load_unsupervised
from autoglm_agent.chain import Task
from autoglm_agent.errors import InputError, StoreError


@pytest.fixture
def workspace(tmp_path):
    return Workspace(tmp_path / "run")


def prepared_for(workspace, frame, kind):
    table = Table(frame, "t.csv", "0123456789abcdef")
    return prepare(workspace, table, profiling.profile_table(table), Task(kind=kind))


def blobs(groups: int = 4, n: int = 400) -> tuple[pd.DataFrame, np.ndarray]:
    points, labels = make_blobs(
        n, 3, centers=groups, cluster_std=0.6, random_state=3, center_box=(-8, 8)
    )
    frame = pd.DataFrame(points, columns=["height", "weight", "age"])
    frame["shop"] = np.array(["north", "south", "east", "west"])[labels % 4]
    return frame, labels


def messy(n: int = 300) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    start = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 100_000, n), unit="min")
    frame = pd.DataFrame(
        {
            "start": start,
            "end": start + pd.to_timedelta(rng.integers(5, 60, n), unit="min"),
            "city": rng.choice(["Bern", "Köln", "Łódź"], n),
            "member": rng.choice([True, False], n),
            "paid": rng.lognormal(3, 1, n),
            "note": [f"free text number {i} with words {i * 7 % 13}" for i in range(n)],
            "count": pd.array(rng.integers(0, 5, n), dtype="Int64"),
        }
    )
    frame.loc[rng.choice(n, 40, replace=False), ["paid", "city", "count"]] = None
    frame.loc[5, "end"] = pd.NaT
    return frame


def test_blobs_are_found_with_their_number(workspace):
    frame, truth = blobs()
    result = cluster(workspace, prepared_for(workspace, frame, "clustering"), "c1")
    rows = pd.read_parquet(workspace.path / result["predictions"])
    assert result["k"] == 4
    assert rows["row"].tolist() == list(range(400))
    assert adjusted_rand_score(truth, rows["cluster"]) > 0.95
    assert result["held_out"]["agreement"] > 0.95
    assert result["stability"] > 0.95
    assert result["silhouette"] > result["chance_silhouette"] + 0.2
    assert sum(c["rows"] for c in result["clusters"]) == 400
    shops = {d["level"] for c in result["clusters"] for d in c["differences"] if "level" in d}
    assert shops
    json.dumps(result, allow_nan=False)


def test_no_groups_look_no_better_than_chance(workspace):
    frame = pd.DataFrame(np.random.default_rng(0).normal(size=(300, 5)), columns=list("abcde"))
    result = cluster(workspace, prepared_for(workspace, frame, "clustering"), "c1")
    assert result["silhouette"] < result["chance_silhouette"] + 0.05
    assert "weak" in result["text"]


def test_the_vault_is_read_once_and_the_result_is_kept(workspace):
    frame, _ = blobs()
    prepared = prepared_for(workspace, frame, "clustering")
    first = cluster(workspace, prepared, "c1", deadline=Deadline(0.0))
    assert cluster(workspace, prepared, "c1") == first
    assert [r["model"] for r in Vault.readings(workspace)] == ["c1"]
    second = cluster(workspace, prepared, "c2", deadline=Deadline(0.0))
    assert second["held_out"] is None
    assert "already read" in second["notes"][0]
    assert len(pd.read_parquet(workspace.path / second["predictions"])) == len(prepared.X)


@pytest.mark.parametrize(("kind", "work"), [("clustering", cluster), ("anomaly", find_anomalies)])
def test_messy_tables_work_twice_alike_and_the_model_comes_back(tmp_path, kind, work):
    results = []
    for name in ("one", "two"):
        workspace = Workspace(tmp_path / name)
        prepared = prepared_for(workspace, messy(), kind)
        result = work(workspace, prepared, "m1")
        json.dumps(result, allow_nan=False)
        rows = pd.read_parquet(workspace.path / result["predictions"])
        model = load_unsupervised(workspace, "m1")
        again = model.predict(prepared.X)
        saved = rows.set_index("row").loc[prepared.rows]
        column = "cluster" if kind == "clustering" else "score"
        assert np.allclose(saved[column].to_numpy(), again)
        assert "note" in result["left_out"]
        results.append({k: v for k, v in result.items() if k != "seconds"})
        assert Ledger(workspace).latest()
    assert results[0] == results[1]


def test_planted_rows_come_first_with_their_reasons(workspace):
    frame = messy(500)
    frame.loc[17, "paid"] = 1e7
    frame.loc[42, "end"] = frame.loc[42, "start"] + pd.Timedelta(days=30)
    frame.loc[99, ["paid", "city", "count"]] = [0.0001, "Nowhere", 400]
    prepared = prepared_for(workspace, frame, "anomaly")
    result = find_anomalies(workspace, prepared, "a1")
    top = {row["row"]: row for row in result["rows"][:6]}
    assert {17, 42, 99} <= set(top)
    reasons = {row: [r["column"] for r in told["reasons"]] for row, told in top.items()}
    assert "paid" in reasons[17]
    assert "end − start" in reasons[42]
    assert "count" in reasons[99]
    assert all(row["unusual"] for row in result["rows"][:3])
    assert 3 <= result["unusual"] < 50
    assert result["agreement"] > 0


def test_our_isolation_scores_are_those_of_scikit_learn():
    frame = messy(200).drop(columns=["note"])
    model, _ = fit_anomalies(frame, {}, seed=4)
    matrix = model.view.transform(frame)
    reference = IsolationForest(n_estimators=200, max_samples=200, random_state=4).fit(matrix)
    assert model.raw(frame)[:, 0] == pytest.approx(-reference.score_samples(matrix), abs=1e-9)


def test_new_rows_with_new_values_are_scored():
    frame = messy()
    model, _ = fit_anomalies(frame, {"note": "text"}, seed=0)
    new = frame.head(2).assign(city="Atlantis", paid=[None, -5.0], count=None)
    scores = model.predict(new)
    assert np.isfinite(scores).all()
    assert (scores > model.predict(frame.head(2))).any()
    with pytest.raises(InputError, match="'city'"):
        model.predict(new.drop(columns=["city"]))


def test_time_stops_the_search_for_groups_but_not_the_first_few_candidates():
    frame, _ = blobs(n=200)
    told = []
    _, figures = fit_clusters(frame, {}, seed=0, deadline=Deadline(0.0), told=told.append)
    assert figures["stopped"] == "time"
    assert len(told) == len(figures["tried"]) == ALWAYS_TRIED


def test_a_changed_model_file_is_refused(workspace):
    frame, _ = blobs(n=100)
    prepared = prepared_for(workspace, frame, "clustering")
    cluster(workspace, prepared, "c1", deadline=Deadline(0.0))
    path = workspace.path / "models" / "c1" / "model.npz"
    path.write_bytes(path.read_bytes()[:-3] + b"abc")
    with pytest.raises(StoreError, match="was changed"):
        load_unsupervised(workspace, "c1")


def test_columns_weigh_the_same_whatever_their_kind_and_unit():
    frame = messy()
    view = MatrixView.fit(frame, {"note": "text"})
    assert MatrixView.from_json(json.loads(json.dumps(view.to_json()))) == view
    for measure in view.measures:
        block = measure.scaled(frame, None)
        assert block.var(axis=0).sum() == pytest.approx(1.0, abs=0.2)


def test_a_table_of_texts_only_is_refused():
    frame = pd.DataFrame({"note": [f"some long text {i}" for i in range(50)]})
    with pytest.raises(InputError, match="No column can be compared"):
        MatrixView.fit(frame, {"note": "text"})
