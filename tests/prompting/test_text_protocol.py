"""What models write is read tolerantly, and what cannot be read says why."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoglm_agent.prompting.text_protocol import read_text

TOOLS = frozenset({"look"})


@pytest.mark.parametrize(
    "text",
    [
        "Thought: add\nClaim: 2 + 2 = 4",
        "**Thought:** add\n**Claim:** 2 + 2 = 4",
        "Sure!\n\nTHOUGHT: add\nclaim: 2 + 2 = 4\n",
        '{"thought": "add", "claim": "2 + 2 = 4"}',
        'Here it is:\n```json\n{"thought": "add", "claim": "2 + 2 = 4"}\n```\nHope it helps.',
        '{"steps": [{"thought": "add", "claim": "2 + 2 = 4"}]}',
        "<think>hm, Claim: 5</think>Thought: add\nClaim: 2 + 2 = 4",
        "思考：add\n断言：2 + 2 = 4",
    ],
)
def test_a_claim_is_found_however_it_is_dressed(text: str) -> None:
    (step,) = read_text(text, TOOLS)
    assert (step.thought, step.claim, step.final) == ("add", "2 + 2 = 4", False)
    assert not step.verdicts


@pytest.mark.parametrize(
    "text",
    ["Answer: 4", "Final answer: 4", '{"answer": 4}', '{"claim": "4", "final": true}', "答案：4"],
)
def test_an_answer_is_a_final_step(text: str) -> None:
    (step,) = read_text(text, TOOLS)
    assert (step.claim, step.final) == ("4", True)


def test_alternatives_are_read_in_order_and_once() -> None:
    steps = read_text("Claim: a\n---\nClaim: b\n---\nClaim: a", TOOLS)
    assert [s.claim for s in steps] == ["a", "b"]


def test_a_check_may_be_json_or_an_equation() -> None:
    (one,) = read_text('Claim: x\nCheck: {"kind": "sql", "query": "select 1"}', TOOLS)
    (two,) = read_text("Claim: x\nCheck: 2*2 == 4", TOOLS)
    assert one.check == {"kind": "sql", "query": "select 1"}
    assert two.check == {"kind": "arithmetic", "expression": "2*2 == 4"}


def test_a_tool_is_called_by_name_with_json() -> None:
    (step,) = read_text('Thought: t\nTool: look {"word": "x"}', TOOLS)
    assert (step.tool, step.args) == ("look", {"word": "x"})


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("", "empty"),
        ("   \n", "empty"),
        ("I think it is four.", "Claim:"),
        ("Tool: shell {}", "no tool 'shell'"),
        ('{"claim": ["a"]}', "claim: Input should be a valid string"),
        ("Claim:", "no claim"),
    ],
)
def test_what_cannot_be_read_is_refuted_with_the_reason(text: str, fact: str) -> None:
    (step,) = read_text(text, TOOLS)
    assert step.refuted
    assert fact in step.verdicts[0].fact


@given(st.text(max_size=300))
def test_any_text_is_read_to_at_least_one_step_that_survives_json(text: str) -> None:
    steps = read_text(text, TOOLS)
    assert steps
    for step in steps:
        json.dumps(step.to_json(), ensure_ascii=False).encode()


@pytest.mark.parametrize(
    "text", ["{" * 100_000, "[" * 100_000, "Claim: " * 30_000, "---\n" * 50_000]
)
def test_hostile_texts_cost_little(text: str) -> None:
    import time

    started = time.process_time()
    assert len(read_text(text, TOOLS)) <= 8
    assert time.process_time() - started < 5
