"""Whatever the verifiers say, the machine ends inside its budget with a true status."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autoglm_agent.chain import Budget
from autoglm_agent.policy import Backjump
from autoglm_graphs.reasoning import create_verified_agent
from tests.reasoning.dice_world import DiceModel, DiceVerifier
from tests.reasoning.simple_policy import PlainPolicy

WEIGHTS = st.tuples(*[st.integers(0, 4)] * 7).filter(lambda w: sum(w) > 0)
POLICIES = {"plain": PlainPolicy, "backjump": Backjump}


@pytest.mark.parametrize("policy", sorted(POLICIES))
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    seed=st.integers(0, 10**6),
    rubbish=st.sampled_from([0.0, 0.2, 1.0]),
    first=WEIGHTS,
    second=WEIGHTS,
    calls=st.integers(1, 25),
    steps=st.one_of(st.none(), st.integers(1, 25)),
)
def test_the_machine_ends_inside_its_budget_and_tells_the_truth(
    policy: str,
    seed: int,
    rubbish: float,
    first: tuple[int, ...],
    second: tuple[int, ...],
    calls: int,
    steps: int | None,
) -> None:
    model = DiceModel(seed=seed, rubbish=rubbish)
    program = DiceVerifier("program", seed, first)
    judge = DiceVerifier("judge", seed, second, calls=1)
    agent = create_verified_agent(
        model,
        verifiers=[program, judge],
        budget=Budget(model_calls=calls, steps=steps, remedies=None),
        policy=POLICIES[policy](),
    )
    events: list[dict[str, Any]] = []
    for part in agent.stream({"messages": [("user", "?")]}, stream_mode=["custom", "values"]):
        if part[0] == "custom":
            events.append(part[1])
        else:
            found = part[1]
    usage = found["usage"]
    # A crash of a verifier hides what it would have cost: the calls that were made are counted.
    assert model.calls + sum(judged(events)) <= calls
    assert model.calls <= usage["model_calls"] <= calls
    assert steps is None or usage["steps"] <= steps
    assert found["status"] in ("verified", "unverified", "abstained")
    if found["status"] == "verified":
        for step in found["chain"]["steps"]:
            statuses = [v["status"] for v in step["verdicts"]]
            assert "pass" in statuses
            assert not any(v["status"] == "fail" and v["sound"] for v in step["verdicts"])
    else:
        assert found["structured_response"]["reason"]
    assert not asked_again(events, program)


def judged(events: list[dict[str, Any]]) -> list[int]:
    told = [v for e in events if e["event"].startswith("step.") for v in e.get("verdicts", ())]
    return [1 for v in told if v["check"] == "judge" and not v["fact"].startswith("The verifier")]


def asked_again(events: list[dict[str, Any]], program: DiceVerifier) -> list[Any]:
    """Return what the program refuted soundly at a point and was asked about there again."""
    again, seen = [], set()
    for prefix, key in program.asked:
        if (prefix, key) in seen:
            again.append((prefix, key))
        if _said(program, prefix, key) == "sound":
            seen.add((prefix, key))
    return again


def _said(program: DiceVerifier, prefix: str, key: str) -> str:
    import random

    dice = random.Random(f"{program._seed} {program.check} {prefix} {key}")
    names = ["pass", "sound", "soft", "blame", "unknown", "na", "crash"]
    return dice.choices(names, program._weights)[0]
