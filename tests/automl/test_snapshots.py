"""Snapshots: a table kept in the run folder, and read back as it was."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from autoglm_agent.automl.data.table import Table, load_snapshot, read_table, save_snapshot
from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.errors import InputError, StoreError


@pytest.fixture
def people(tmp_path):
    path = tmp_path / "people.csv"
    path.write_text("name,age\n" + "".join(f"n{i},{i}\n" for i in range(50)))
    return path


def test_a_snapshot_returns_the_same_table(tmp_path):
    days = pd.Series(pd.to_datetime(["2020-01-01", None, "1600-01-01"]))
    frame = pd.DataFrame(
        {
            "f": [0.1, np.nan, np.inf],
            "i": [1, 2, 2**62],
            "g": pd.array([1, None, 2**60 + 1], dtype="Int64"),
            "b": [True, False, True],
            "n": pd.array([True, None, False], dtype="boolean"),
            "s": pd.Series(["é", None, "\n"], dtype="str"),
            "d": days.astype("datetime64[us]"),
            "e": [np.nan] * 3,
        }
    )
    table = Table(frame, "x.csv", "0123456789abcdef", ("one.", "two."))
    workspace = Workspace(tmp_path)
    assert save_snapshot(table, workspace) == table.digest
    loaded = load_snapshot(workspace, table.digest)
    pd.testing.assert_frame_equal(loaded.frame, frame)
    assert (loaded.name, loaded.digest, loaded.repairs) == ("x.csv", table.digest, table.repairs)


def test_saving_a_snapshot_again_changes_nothing(tmp_path, people):
    workspace, table = Workspace(tmp_path / "run"), read_table(people)
    data_id = save_snapshot(table, workspace)
    before = workspace.file("data", f"{data_id}.parquet").stat().st_mtime_ns
    assert save_snapshot(table, workspace) == data_id
    assert workspace.file("data", f"{data_id}.parquet").stat().st_mtime_ns == before


def test_a_changed_or_missing_snapshot_is_refused(tmp_path, people):
    workspace = Workspace(tmp_path / "run")
    data_id = save_snapshot(read_table(people), workspace)
    path = workspace.file("data", f"{data_id}.parquet")
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(StoreError, match="changed"):
        load_snapshot(workspace, data_id)
    with pytest.raises(StoreError, match="missing"):
        load_snapshot(workspace, "0" * 16)


@pytest.mark.parametrize("data_id", ["../x", "", "ABC", "0" * 15 + "\n", "0" * 17])
def test_a_snapshot_id_is_a_digest(tmp_path, data_id):
    with pytest.raises(InputError):
        load_snapshot(Workspace(tmp_path), data_id)


def test_the_same_bytes_have_the_same_digest(tmp_path):
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("a\n1\n")
    assert read_table(tmp_path / "a.csv").digest == read_table(tmp_path / "b.csv").digest
    (tmp_path / "b.csv").write_text("a\n2\n")
    assert read_table(tmp_path / "a.csv").digest != read_table(tmp_path / "b.csv").digest
