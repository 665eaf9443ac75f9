"""Whatever a service does to its client, a run ends inside its budget and tells the truth.

A real client (`langchain_openai`) speaks HTTP with a server on the loopback that misbehaves.
"""

from __future__ import annotations

import json
import time
from typing import Any

import httpx
import pytest
from faulty_server import Behaviour, Body, Cut, Endless, FaultyServer, Hold, Reply, Status, call
from langchain_openai import ChatOpenAI

from autoglm_agent.chain import Budget, Chain, Step, Verdict
from autoglm_graphs import calling
from autoglm_graphs.reasoning import create_verified_agent

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

ASK = {"messages": [("user", "What is 2 + 2 + 3?")]}


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calling, "FIRST_DELAY", 0.01)


class NotEight:
    """Passes everything but eight."""

    check = "not eight"

    def __call__(self, step: Step, chain: Chain) -> list[Verdict]:
        status = "fail" if step.claim == "8" else "pass"
        return [Verdict(check=self.check, status=status, fact="Not eight.")]


def proposing(claim: str, *, final: bool = False) -> Reply:
    arguments = json.dumps({"thought": "t", "claim": claim, "final": final})
    return Reply(calls=[call("propose_step", arguments)])


def run(script: list[Behaviour], **budget: Any) -> tuple[dict[str, Any], FaultyServer]:
    caps = {"model_calls": 8, "steps": None, "remedies": None, **budget}
    # No pooled connections: one that the server has closed is a fault that no one scripted.
    alone = httpx.Limits(max_keepalive_connections=0)
    with FaultyServer(script) as server, httpx.Client(verify=False, limits=alone) as client:
        model = ChatOpenAI(
            base_url=server.base_url,
            api_key="sk-canary",
            model="m",
            max_retries=0,
            timeout=4,
            http_client=client,
        )
        agent = create_verified_agent(model, verifiers=[NotEight()], budget=Budget(**caps))
        return agent.invoke(ASK), server


def name_of(fault: Behaviour) -> str:
    """A name that is the same in every process: not all behaviours have a `repr` of their own."""
    text = repr(fault)
    return type(fault).__name__ if " at 0x" in text else text[:60]


PASSING = [
    Status(429, {"Retry-After": "0"}),
    Status(500),
    Status(503),
    Cut(),
    Body(b"<html>bad gateway</html>"),
    Body(b'{"id": "x", "choi'),
    Reply(""),
    Reply("   "),
    Reply("Well, let me think about it."),
    Reply('Claim: "2 +'),
    Reply(calls=[call("propose_step", '{"claim": ')]),
    Reply(calls=[call("shell", '{"cmd": "ls"}')]),
    Reply(calls=[call("propose_step", '{"claim": "5"}')], finish="length"),
    Reply(calls=[call("propose_step", '{"claim": "8"}')]),
]


@pytest.mark.parametrize("fault", PASSING, ids=name_of)
def test_after_one_fault_the_run_goes_on_to_its_verified_answer(fault: Behaviour) -> None:
    found, server = run([proposing("4"), fault, proposing("7", final=True)])
    assert (found["status"], found["answer"]) == ("verified", "7")
    assert found["chain"]["steps"][0]["claim"] == "4"
    assert len(server.requests) == 3 <= found["usage"]["model_calls"] <= 8


LASTING = [
    Status(429, {"Retry-After": "0"}),
    Status(429, {"Retry-After": "86400"}),
    Status(500),
    Status(401),
    Status(404),
    Cut(),
    Body(b"<html>bad gateway</html>"),
    Reply(""),
    Reply("I will not.", finish="content_filter"),
    Reply(calls=[call("shell", "{}")]),
]


@pytest.mark.parametrize("fault", LASTING, ids=name_of)
def test_a_lasting_fault_ends_the_run_with_its_reason_and_keeps_what_is_verified(
    fault: Behaviour,
) -> None:
    found, server = run([proposing("4"), *[fault] * 20])
    assert found["status"] == "abstained"
    assert [s["claim"] for s in found["chain"]["steps"]] == ["4"]
    assert found["structured_response"]["reason"]
    assert len(server.requests) <= found["usage"]["model_calls"] <= 8
    assert "sk-canary" not in json.dumps(found, default=str)
    assert "<html>" not in json.dumps(found, default=str)


@pytest.mark.parametrize("fault", [Hold(), Endless()], ids=name_of)
def test_a_service_that_never_ends_does_not_hold_the_run_beyond_its_seconds(
    fault: Behaviour,
) -> None:
    started = time.monotonic()
    found, _ = run([proposing("4"), *[fault] * 20], seconds=3.0)
    assert time.monotonic() - started < 10
    assert found["status"] == "abstained"
    assert len(found["chain"]["steps"]) == 1


def test_fifty_calls_at_once_are_read_as_a_few_alternatives() -> None:
    calls = [call("propose_step", json.dumps({"claim": str(n)}), f"c{n}") for n in range(50)]
    found, _ = run([Reply(calls=calls), *[proposing("7", final=True)] * 3])
    assert found["status"] == "verified"
    assert sum(map(len, found.get("candidates", []))) <= 8
