"""Files that are asked for are written whole, or what was there before stays."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from autoglm_agent.errors import InputError
from autoglm_agent.outfile import write_out


@pytest.mark.parametrize("earlier", [None, b"earlier"])
def test_a_full_disk_leaves_what_was_there(
    earlier: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "model.py"
    if earlier:
        path.write_bytes(earlier)
    write = Path.write_bytes

    def half(self: Path, data: bytes) -> int:
        write(self, data[:2])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self))

    monkeypatch.setattr(Path, "write_bytes", half)
    with pytest.raises(InputError, match="No space left"):
        write_out(path, b"later")
    assert [p.read_bytes() for p in tmp_path.iterdir()] == ([earlier] if earlier else [])


def test_links_modes_and_devices_are_kept(tmp_path: Path) -> None:
    place, link = tmp_path / "a.csv", tmp_path / "b.csv"
    place.write_bytes(b"1")
    place.chmod(0o640)
    link.symlink_to(place)
    write_out(link, b"2")
    assert link.is_symlink()
    assert place.read_bytes() == b"2"
    assert stat.S_IMODE(place.stat().st_mode) == 0o640
    write_out("/dev/null", b"3")
    assert Path("/dev/null").is_char_device()


@pytest.mark.parametrize("where", ["", "no/such/folder.csv", "a.csv/b.csv"])
def test_a_place_that_cannot_be_written_is_refused(where: str, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"1")
    with pytest.raises(InputError, match="Cannot write"):
        write_out(tmp_path / where, b"2")
    assert [p.name for p in tmp_path.iterdir()] == ["a.csv"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@pytest.mark.parametrize("options", [[], ["--json"]])
def test_output_that_finds_no_space_is_told_as_that(options: list[str], tmp_path: Path) -> None:
    command: Any = [sys.executable, "-m", "autoglm_agent", "runs", "--runs", str(tmp_path)]
    with open("/dev/full", "wb") as full:
        run = subprocess.run([*command, *options], stdout=full, stderr=subprocess.PIPE, text=True)
    assert run.returncode == 1
    assert "Cannot write the output: No space left on device." in run.stderr
    assert "Free some space" in run.stderr
    assert "Traceback" not in run.stderr
