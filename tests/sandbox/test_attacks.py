"""A hostile program reaches nothing; without the sandbox, the same program reaches it all."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from attacks import ATTACKS, HOST_MAY_STOP, PRELUDE
from plain_process import run_plainly

from autoglm_agent.sandbox import Job, Limits
from autoglm_agent.sandbox.local import LocalSandbox

MARKER = "canary-of-the-sandbox"
LIMITS = Limits(wall_s=15, cpu_s=5)


@pytest.fixture
def world(
    tmp_path: Path, victim: subprocess.Popen[bytes], socket_enabled: None
) -> Iterator[dict[str, Any]]:
    """What there is to attack."""
    folder = tmp_path / "world"
    folder.mkdir()
    secret = folder / "secret"
    secret.write_text(MARKER)
    secret.chmod(0o600)
    abstract = f"autoglm-{secrets.token_hex(8)}"
    with contextlib.ExitStack() as stack:
        tcp, unix, hidden = socket.socket(), *(socket.socket(socket.AF_UNIX) for _ in "ab")
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        datagram = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        inherited = stack.enter_context(secret.open())
        os.set_inheritable(inherited.fileno(), True)
        for listener in (tcp, unix, hidden, udp, datagram):
            stack.enter_context(listener)
        tcp.bind(("127.0.0.1", 0))
        udp.bind(("127.0.0.1", 0))
        unix.bind(str(folder / "s"))
        hidden.bind(f"\0{abstract}")
        datagram.bind(str(folder / "d"))
        for listener in (tcp, unix, hidden):
            listener.listen()
        yield {
            "marker": MARKER,
            "folder": str(folder),
            "secret": str(secret),
            "victim": victim.pid,
            "tcp": tcp.getsockname()[1],
            "udp": udp.getsockname()[1],
            "unix": str(folder / "s"),
            "datagram": str(folder / "d"),
            "abstract": abstract,
        }


def traces(world: dict[str, Any], victim: subprocess.Popen[bytes]) -> dict[str, Any]:
    """What an attack would have changed."""
    secret = Path(world["secret"])
    return {
        "files": sorted(os.listdir(world["folder"])),
        "text": secret.exists() and secret.read_text(),
        "mode": secret.exists() and oct(secret.stat().st_mode),
        "time": secret.exists() and secret.stat().st_mtime_ns,
        "alive": victim.poll() is None,
        "priority": os.getpriority(os.PRIO_PROCESS, victim.pid),
    }


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_sandbox_stops_a_program_that(
    attack: str, sandbox: LocalSandbox, world: dict[str, Any], victim: subprocess.Popen[bytes]
) -> None:
    before = traces(world, victim)
    inputs = {"world.json": json.dumps(world).encode()}
    outcome = sandbox.run(Job(PRELUDE + ATTACKS[attack], inputs, LIMITS))
    if "daemon" in attack:
        time.sleep(0.5)
    assert outcome.status != "unavailable", outcome.reason
    assert outcome.result is not True
    assert "CAME THROUGH" not in outcome.stdout
    assert MARKER not in outcome.stdout + outcome.stderr
    assert traces(world, victim) == before


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_else_stops_a_program_that(
    attack: str, tmp_path: Path, world: dict[str, Any]
) -> None:
    inputs = {"world.json": json.dumps(world).encode()}
    result, printed = run_plainly(
        PRELUDE + ATTACKS[attack], tmp_path / "plain", inputs, close_fds=False
    )
    if "daemon" in attack:
        time.sleep(0.5)
        assert Path(world["folder"], "daemon").exists()
    if attack == "mounts a file system" and result:
        subprocess.run(["umount", world["folder"]], check=True)
    came_through = result is True or "CAME THROUGH" in printed
    if not came_through and attack in HOST_MAY_STOP:
        pytest.skip("this host stops the attack by itself")
    assert came_through
