"""The graphs as servers see them: their names, and an event loop that never waits for a disk."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest

from autoglm_agent import create_automl_agent, create_team, create_verified_agent
from autoglm_agent.errors import InputError
from autoglm_agent.testing import script_of
from autoglm_agent.verifiers import Arithmetic
from autoglm_graphs import serve
from autoglm_graphs.automl import RunContext


def test_graphs_have_the_names_that_they_are_given() -> None:
    assert create_automl_agent().name == "autoglm"
    assert create_automl_agent(name="modeller").name == "modeller"
    assert (serve.automl.name, serve.team.name) == ("automl", "team")
    assert create_team().name == "team"


def test_every_graph_can_tell_a_server_its_schemas() -> None:
    reason = create_verified_agent(script_of(["x"]), verifiers=[Arithmetic()])
    for graph in (reason, serve.automl, serve.team):
        assert set(graph.get_input_jsonschema()["properties"]) == {"messages"}
        assert "messages" in graph.get_output_jsonschema()["properties"]
        assert graph.get_config_jsonschema()
    assert "budget" in str(reason.get_context_jsonschema())


async def test_an_async_run_does_its_reading_and_writing_off_the_event_loop(
    tmp_path: Path,
) -> None:
    table = tmp_path / "t.csv"
    table.write_text("a,b\n1,2\n3,4\n", encoding="utf-8")
    loop, told = threading.get_ident(), dict[str, set[bool]]()

    def hear(event: dict[str, Any]) -> None:
        told.setdefault(event["event"], set()).add(threading.get_ident() == loop)

    agent = create_automl_agent(runs=tmp_path / "runs", memory=False, listener=hear)
    words = f"Predict the weather. Data: {table}"
    found = await agent.ainvoke({"messages": [("user", words)]})
    assert found["structured_response"]["status"] == "failed"
    assert {"step.proposed", "tool.started", "tool.done", "step.refuted"} <= set(told)
    assert [event for event, on_loop in told.items() if True in on_loop] == []


def test_a_context_names_user_and_limits_of_one_run(tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text("a,b\n1,2\n3,4\n", encoding="utf-8")
    home = tmp_path / "runs"
    agent = create_automl_agent(runs=home, time_budget=60)
    request = {"messages": [("user", f"Predict the weather. Data: {table}")]}
    folders = {}
    for user in ("ada", "bob", None):
        context = RunContext(user=user, time_budget=5.0)
        told = agent.invoke(request, context=context)["structured_response"]
        folders[user] = Path(told["paths"]["run"])
        asked = json.loads((folders[user] / "run.json").read_text(encoding="utf-8"))
        assert asked["time_budget"] == 5.0
    homes = {user: folder.parent for user, folder in folders.items()}
    assert homes[None] == home
    assert len(set(homes.values())) == 3
    assert all((folder / "memory").is_dir() for folder in homes.values())
    assert "ada" not in str(homes["ada"].relative_to(home))  # a name may be hostile
    with pytest.raises(InputError, match="time_budget"):
        agent.invoke(request, context=RunContext(time_budget=-1.0))
