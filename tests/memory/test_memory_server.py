"""A team's own Chroma server as the index: served, failing, and coming back."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from autoglm_agent.errors import InputError
from autoglm_agent.memory import index as index_module
from autoglm_agent.memory.connect import Server
from autoglm_agent.memory.store import ChainMemory


@pytest.fixture
def server(tmp_path: Path, socket_enabled: None) -> Iterator[str]:
    """A server on this machine's loopback, for the test's own data."""
    command = shutil.which("chroma") or str(Path(sys.executable).with_name("chroma"))
    if not Path(command).exists():
        pytest.skip("the command `chroma` is not installed")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [command, "run", "--path", str(tmp_path / "served"), "--host", "127.0.0.1",
         "--port", str(port)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        for _ in range(300):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


@pytest.mark.slow
def test_a_server_holds_the_index(server: str, folder: Path, tmp_path: Path, make_chain) -> None:
    with ChainMemory(folder, server=server) as memory:
        for number in range(5):
            memory.remember(f"task number {number}", make_chain(number), family="a", summary={})
        assert memory.recall("task number 3", family="a", k=1)[0].text == "task number 3"
        memory.settle()
        space = memory.search.space("chain", "a")
        query = memory.search.embed(["task number 3"])[0]
        assert len(memory.search.index.nearest(space, query, 9).ids) == 5
    assert not (folder / "index").exists()
    with ChainMemory(tmp_path / "another", server=server) as other:
        other.remember("task number 9", make_chain(9), family="a", summary={})
        assert [m.text for m in other.recall("task number 3", family="a", k=9)] == ["task number 9"]


def test_a_server_that_is_not_there_costs_the_index_only(
    folder: Path, make_chain, socket_enabled: None, caplog, monkeypatch
) -> None:
    monkeypatch.setattr(index_module, "LINGER_S", 0.0)
    with ChainMemory(folder, server="http://127.0.0.1:9") as memory:
        assert memory.remember("churn", make_chain(), family="a", summary={})
        assert [m.text for m in memory.recall("churn", family="a")] == ["churn"]
        assert "asked again later" in caplog.text


@pytest.mark.parametrize("url", ["localhost:8000", "ftp://x", "http://", "file:///etc"])
def test_an_address_that_is_none_is_told(folder: Path, url: str) -> None:
    with pytest.raises(InputError, match="no address of a Chroma server"):
        ChainMemory(folder, server=url)


def test_headers_are_not_shown() -> None:
    assert "secret" not in repr(Server("http://x", {"Authorization": "secret"}))
