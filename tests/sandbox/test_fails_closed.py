"""Where no sandbox works, no code runs; and whether one works is found out by attacking it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from plain_process import run_plainly

from autoglm_agent.errors import SandboxUnavailable
from autoglm_agent.sandbox import (
    MINIMUM,
    BubblewrapSandbox,
    Job,
    LandlockSandbox,
    Limits,
    bubblewrap,
    select,
)
from autoglm_agent.sandbox.interpreter import INSIDE
from autoglm_agent.sandbox.local import Launch, LocalSandbox

CANARY = (INSIDE / "canary.py").read_text()


class OpenDoor(LocalSandbox):
    """The runner without any sandbox around it."""

    name = "open door"

    def launch(self, folder: str, job: Job) -> Launch:
        from autoglm_agent.sandbox.interpreter import find_interpreter

        return Launch(find_interpreter().argv)


def without(*flags: str):
    """Return bubblewrap with some of its flags left out."""

    class Weakened(BubblewrapSandbox):
        def launch(self, folder: str, job: Job) -> Launch:
            launch = super().launch(folder, job)
            argv = [word for word in launch.argv if word not in flags]
            if "--seccomp" in flags:
                argv.remove(str(launch.passed[0]))
            return Launch(argv, launch.passed)

    return Weakened()


@pytest.fixture
def working_bubblewrap() -> BubblewrapSandbox:
    found = BubblewrapSandbox().probe()
    if not found.usable:
        pytest.skip(f"bubblewrap: {found.reason}")
    return BubblewrapSandbox()


def test_the_canary_breaks_every_guard_where_there_is_no_sandbox(tmp_path: Path) -> None:
    decoy = tmp_path / "decoy"
    decoy.write_text("x")
    orders = {
        "decoy": str(decoy),
        "beside": str(tmp_path / "beside"),
        "harness": os.getpid(),
        "environment": [],
    }
    inputs = {"orders.json": json.dumps(orders).encode()}
    broken, _ = run_plainly(CANARY, tmp_path / "plain", inputs)
    assert set(broken) == MINIMUM - {"wall"}


def test_a_runner_without_a_sandbox_is_found_out_and_runs_nothing(tmp_path: Path) -> None:
    found = OpenDoor().probe()
    assert not found.usable
    assert found.isolation.isdisjoint({"fs", "net", "proc"})
    witness = tmp_path / "witness"
    outcome = OpenDoor().run(Job(f"open({str(witness)!r}, 'x')"))
    assert outcome.status == "unavailable"
    assert not witness.exists()


@pytest.mark.parametrize(
    ("flags", "guard"),
    [(("--seccomp",), "net"), (("--clearenv",), None), (("--remount-ro", "/job"), "fs")],
    ids=["no filter", "inherited environment", "writable folder"],
)
def test_a_weakened_bubblewrap_is_found_out(
    flags: tuple[str, ...], guard: str | None, working_bubblewrap: BubblewrapSandbox
) -> None:
    if guard is None:
        # Our own environment never reaches `bwrap`, so the flag is a belt; the braces hold.
        assert without(*flags).probe().usable
        return
    found = without(*flags).probe()
    assert guard not in found.isolation
    assert not found.usable


def test_selection_takes_the_first_that_holds_what_is_required() -> None:
    working = [s for s in (BubblewrapSandbox(), LandlockSandbox()) if s.probe().usable]
    if not working:
        pytest.skip("no sandbox works here")
    assert select().name == working[0].name
    assert select(sandboxes=[OpenDoor(), *working]).name == working[0].name
    scratch = [s for s in working if "scratch" in s.probe().isolation]
    if scratch:
        assert select({"scratch"}).name == scratch[0].name


def test_without_any_sandbox_the_error_names_each_reason_and_the_remedy(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SandboxUnavailable) as caught:
        select(sandboxes=[BubblewrapSandbox(), OpenDoor()])
    assert "bwrap is not on PATH" in caught.value.problem
    assert (
        "open door (env: a program reads the environment of the harness; fs:"
        in caught.value.problem
    )
    assert "apt install bubblewrap" in caught.value.remedy
    assert BubblewrapSandbox().run(Job("result = 1")).status == "unavailable"


def test_a_bubblewrap_that_cannot_do_its_work_is_no_sandbox(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fake = tmp_path / "bwrap"
    fake.write_text("#!/bin/sh\necho 'bwrap: Unknown option --disable-userns' >&2\nexit 1\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    found = BubblewrapSandbox().probe()
    assert not found.usable
    assert "Unknown option --disable-userns" in found.reason


def test_a_bubblewrap_that_only_runs_the_command_is_no_sandbox(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fake = tmp_path / "bwrap"
    fake.write_text('#!/bin/sh\nwhile [ "$1" != -- ]; do shift; done\nshift\nexec "$@"\n')
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    found = BubblewrapSandbox().probe()
    assert not found.usable
    assert found.isolation.isdisjoint({"fs", "net", "proc"})


NESTED = """
import json, os, sys
from autoglm_agent.sandbox import BubblewrapSandbox, Job
with open("/proc/sys/user/max_user_namespaces", "w") as file:
    file.write("0")
outcome = BubblewrapSandbox().run(Job("result = 1"))
print(json.dumps([outcome.status, outcome.reason]))
"""


def test_without_user_namespaces_bubblewrap_does_not_carry_on(
    working_bubblewrap: BubblewrapSandbox,
) -> None:
    command = [shutil.which("unshare") or "unshare", "-Urm", sys.executable, "-c", NESTED]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        timeout=60,
    )
    if not done.stdout:
        pytest.skip(f"no nested user namespace to test in: {done.stderr.strip()[-200:]}")
    status, reason = json.loads(done.stdout)
    assert status == "unavailable"
    assert "namespace" in reason


def test_without_its_explicit_flag_bubblewrap_would_carry_on_there(
    working_bubblewrap: BubblewrapSandbox,
) -> None:
    script = (
        "echo 0 > /proc/sys/user/max_user_namespaces && "
        "bwrap --unshare-all --ro-bind / / -- /bin/echo CARRIED ON"
    )
    done = subprocess.run(
        ["unshare", "-Urm", "sh", "-c", script], capture_output=True, text=True, timeout=60
    )
    if "CARRIED ON" not in done.stdout:
        pytest.skip(f"this bwrap refuses by itself: {done.stderr.strip()[-200:]}")


def test_a_program_that_never_begins_is_the_hosts_fault(
    working_bubblewrap: BubblewrapSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("autoglm_agent.sandbox.execution.START_S", 0.2)
    monkeypatch.setattr(bubblewrap, "NAMESPACES", [*bubblewrap.NAMESPACES, "--block-fd", "0"])
    reading, writing = os.pipe()
    try:
        monkeypatch.setattr("autoglm_agent.sandbox.local.sealed", lambda _: os.dup(reading))
        outcome = working_bubblewrap.run(Job("result = 1", limits=Limits(wall_s=5)))
    finally:
        os.close(reading)
        os.close(writing)
    assert outcome.status == "unavailable"
    assert "nothing began" in outcome.reason
