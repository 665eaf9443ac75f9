"""How the servers are started, and what is refused before they listen."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from autoglm_agent.cli import serving
from autoglm_agent.errors import InputError, MissingExtraError
from autoglm_graphs import serve

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "::", "example.org"])
def test_others_are_not_let_in_without_a_token(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(serving.TOKEN, raising=False)
    with pytest.raises(InputError, match="no token is set"):
        serving.tokens_for(host)
    monkeypatch.setenv(serving.TOKEN, " , ")
    with pytest.raises(InputError):
        serving.tokens_for(host)
    monkeypatch.setenv(serving.TOKEN, "alpha, beta")
    assert serving.tokens_for(host) == ["alpha", "beta"]


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.5.5.5"])
def test_this_machine_needs_no_token(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(serving.TOKEN, raising=False)
    assert serving.tokens_for(host) == []


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(sys.modules):
        if name.startswith(("mcp", "autoglm_agent.serving.mcp")):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "mcp", None)
    with pytest.raises(MissingExtraError, match=r"autoglm-agent\[mcp\]"):
        serving.mcp(http=False, host="127.0.0.1", port=1, runs=str(tmp_path), roots=(), model=None)


def test_a_folder_to_read_from_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert serving.existing_folders([str(tmp_path)]) == [str(tmp_path)]
    gone = str(tmp_path / "gone")
    with pytest.raises(InputError, match="no folder"):
        serving.mcp(
            http=False, host="127.0.0.1", port=1, runs=str(tmp_path), roots=[gone], model=None
        )


def test_every_graph_that_is_served_is_there_and_described() -> None:
    told = json.loads((ROOT / "langgraph.json").read_text(encoding="utf-8"))["graphs"]
    assert set(told) == {"automl", "reason", "team"}
    for graph in told.values():
        place, _, name = graph["path"].partition(":")
        assert (ROOT / place).resolve() == Path(serve.__file__).resolve()
        assert hasattr(serve, name)
        assert graph["description"]
    assert set(serve.team.get_input_jsonschema()["properties"]) == {"messages"}
