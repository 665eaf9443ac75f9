"""The vault: sealed, private, read once; a crash loses rows but never a record."""

from __future__ import annotations

import os
import stat
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from autoglm_agent.automl.preparation.grouping import hash_rows
from autoglm_agent.automl.preparation.vault import Vault
from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.errors import InputError, StoreError, VaultError


@pytest.fixture
def workspace(tmp_path):
    return Workspace(tmp_path / "run")


@pytest.fixture
def frame():
    return pd.DataFrame(
        {
            "x": [1.5, None, 3.0],
            "Straße 🏠": ["a", None, "c"],
            "when": pd.to_datetime(["2024-01-01", None, "2024-03-01"]),
            "ok": pd.array([True, None, False], dtype="boolean"),
            "n": pd.array([1, None, 3], dtype="Int64"),
        }
    )


def sealed(workspace, frame, vault_id="v1"):
    return Vault.seal(workspace, vault_id, frame, np.array([0, 1, 1]), np.array([7, 3, 9]))


def test_rows_come_back_as_they_went_in(workspace, frame):
    got, y, rows = sealed(workspace, frame).open("m1")
    pd.testing.assert_frame_equal(got, frame)
    assert y.tolist() == [0, 1, 1]
    assert rows.tolist() == [7, 3, 9]


def test_files_are_readable_by_their_owner_only(workspace, frame):
    sealed(workspace, frame)
    folder = workspace.path / "vault" / "v1"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(folder.parent.stat().st_mode) == 0o700
    for name in ("rows.parquet", "labels.npz"):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600


def test_a_second_model_is_refused_in_the_same_run(workspace, frame):
    vault = sealed(workspace, frame)
    vault.open("m1")
    with pytest.raises(VaultError, match="already read, for the model m1"):
        vault.open("m2")
    assert [r["model"] for r in Vault.readings(workspace)] == ["m1"]


def test_another_vault_of_the_run_is_no_way_around(workspace, frame):
    sealed(workspace, frame).open("m1")
    other = sealed(workspace, frame, "v2")
    with pytest.raises(VaultError):
        other.open("m1")


def test_the_same_model_reads_the_same_vault_again_as_one_reading(workspace, frame):
    vault = sealed(workspace, frame)
    first, second = vault.open("m1"), vault.open("m1")
    pd.testing.assert_frame_equal(first[0], second[0])
    assert len(Vault.readings(workspace)) == 1
    assert vault.reading("m1") == 1


def test_consent_is_recorded_with_the_reading(workspace, frame):
    vault = sealed(workspace, frame)
    vault.open("m1", consent=True)
    vault.open("m2", consent=True)
    readings = Vault.readings(workspace)
    # The first reading needed none.
    assert [(r["reading"], r["consent"]) for r in readings] == [(1, False), (2, True)]


@pytest.mark.parametrize("action", ["kill", "raise"])
def test_the_record_is_on_disk_before_the_rows_are_out(tmp_path, workspace, frame, action):
    sealed(workspace, frame)
    code = (
        "import sys\nfrom autoglm_agent.automl.preparation.vault import Vault\n"
        "from autoglm_agent.automl.run.workspace import Workspace\n"
        "Vault(Workspace(sys.argv[1]), 'v1').open('m1'); print('rows')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(workspace.path)],
        env={**os.environ, "AUTOGLM_FAULT": f"vault.opened:1:{action}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "rows" not in done.stdout
    vault = Vault(workspace, "v1")
    with pytest.raises(VaultError):
        vault.open("m2")
    assert len(vault.open("m1")[0]) == 3


def test_a_torn_record_is_no_reading(workspace, frame):
    vault = sealed(workspace, frame)
    with open(workspace.file("vault", "readings.jsonl"), "w") as stream:
        stream.write('{"vault": "v1", "mod')
    assert Vault.readings(workspace) == []
    vault.open("m2")
    assert [r["model"] for r in Vault.readings(workspace)] == ["m2"]


def test_sealing_again_is_harmless_and_other_rows_are_refused(workspace, frame):
    sealed(workspace, frame)
    before = (workspace.path / "vault" / "v1" / "rows.parquet").stat().st_mtime_ns
    sealed(workspace, frame)
    assert (workspace.path / "vault" / "v1" / "rows.parquet").stat().st_mtime_ns == before
    with pytest.raises(VaultError, match="other rows"):
        Vault.seal(workspace, "v1", frame, np.array([0, 1, 1]), np.array([1, 2, 4]))
    with pytest.raises(VaultError, match="other rows"):
        Vault.seal(workspace, "v1", frame, np.array([1, 1, 1]), np.array([7, 3, 9]))


def test_a_changed_file_is_noticed_and_costs_no_reading(workspace, frame):
    vault = sealed(workspace, frame)
    path = workspace.path / "vault" / "v1" / "labels.npz"
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(StoreError, match=r"labels\.npz was changed"):
        vault.open("m1")
    assert Vault.readings(workspace) == []


def test_only_hashes_leave_before_the_reading(workspace, frame):
    vault = sealed(workspace, frame)
    columns = ["n", "x"]
    assert np.array_equal(vault.row_hashes(columns), hash_rows(frame[columns]))
    assert Vault.readings(workspace) == []
    assert vault.row_numbers().tolist() == [7, 3, 9]
    assert Vault.readings(workspace) == []
    with pytest.raises(InputError, match="no column 'target'"):
        vault.row_hashes(["target"])
