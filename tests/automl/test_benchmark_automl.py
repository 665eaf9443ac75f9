"""The benchmark of AutoML systems: its tables, its scores and its summary."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks.automl import __main__ as program
from benchmarks.automl.measure import FIELDS, Wanted, measured
from benchmarks.automl.report import beaten, losses, summary
from benchmarks.automl.tables import DEVELOPED_ON, TABLES, load, score, split

NOWHERE = Path("nowhere")


@pytest.mark.parametrize("name", [n for n, t in TABLES.items() if t.source != "folder"])
def test_a_table_of_its_own_is_whole_and_the_same_each_time(name):
    table = TABLES[name]
    first, second = load(table, NOWHERE), load(table, NOWHERE)
    pd.testing.assert_frame_equal(first, second)
    assert first[table.target].notna().all()
    train, test = split(table, NOWHERE, 3)
    assert len(test) == pytest.approx(0.3 * len(first), abs=1)
    assert len(train) + len(test) == len(first)
    assert not split(table, NOWHERE, 4)[1].equals(test)


def test_public_tables_are_read_from_their_folder(shared_data):
    for table in (TABLES[name] for name in DEVELOPED_ON):
        if table.source == "folder":
            frame = load(table, shared_data)
            assert table.target in frame
            assert not set(table.drop) & set(frame)


def test_scores_are_the_metrics_of_the_held_out_rows():
    y = pd.Series(["a", "b", "b", "a"])
    assert score("roc_auc", y, np.array([0.1, 0.9, 0.8, 0.2])) == 1.0
    shares = np.array([[0.5, 0.5]] * 4)
    assert score("log_loss", y, shares) == pytest.approx(np.log(2))
    assert score("rmse", pd.Series([1.0, 3.0]), np.array([2.0, 2.0])) == 1.0


def rows() -> pd.DataFrame:
    told = []
    for seed in (0, 1):
        for name, auc, rmse in (("ours", 0.9, 1.0), ("one", 0.8, 1.0), ("two", 0.85, 2.0)):
            shared = {"name": name, "seed": seed, "status": "ok", "seconds": 50, "cpu_s": 51,
                      "peak_mb": 300, "first_model_s": 2}  # fmt: skip
            told.append({"table": "t", "metric": "roc_auc", "score": auc, **shared})
            told.append({"table": "u", "metric": "rmse", "score": rmse, **shared})
    told[-1] |= {"status": "failed", "score": ""}
    return pd.DataFrame(told)


def test_only_what_every_system_has_finished_is_ranked():
    table = summary(rows())
    assert table["runs"].tolist() == [3, 3, 3]
    assert table.index[0] == "ours"
    assert table.loc["ours", "mean rank"] == pytest.approx((1 + 1.5 + 1) / 3)
    assert table.loc["ours", "above best, %"] == 0.0


def test_a_tie_counts_as_a_half():
    assert beaten(losses(rows()), "ours", ["one"]) == 0.75


def test_what_is_in_the_results_is_not_run_again(tmp_path, monkeypatch, capsys):
    ran = []

    def count(wanted, **rest):
        ran.append(wanted.system)
        told = dict(zip(("label", "system", "table", "budget", "clock", "seed"), wanted.key,
                        strict=True))  # fmt: skip
        return {**told, "time": "2000-01-01T00:00:00", "status": "ok", "peak_mb": 1}

    monkeypatch.setattr(program, "measured", count)
    for _ in range(2):
        monkeypatch.setattr(
            sys, "argv",
            ["automl", "run", "--systems", "ours,lightgbm", "--tables", "diabetes",
             "--cache", str(tmp_path)],
        )  # fmt: skip
        program.main()
    assert ran == ["ours", "lightgbm"]
    assert (tmp_path / "results.csv").read_text().splitlines()[0] == ",".join(FIELDS)


@pytest.mark.slow
def test_ours_is_measured_in_a_process_of_its_own(tmp_path):
    wanted = Wanted("ours", "diabetes", 4, 0, "cpu")
    row = measured(wanted, data=tmp_path, cache=tmp_path)
    assert row["status"] == "ok", row["notes"]
    assert 40 < row["score"] < 70
    assert 0 < row["first_model_s"] < 3
    assert json.loads(row["notes"])["fit_s"] <= 4.0
    assert row["peak_mb"] > 50
