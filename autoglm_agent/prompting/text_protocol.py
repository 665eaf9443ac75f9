"""Reading a step from a model's text: JSON with or without prose around it, or labelled lines."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from autoglm_agent.chain import Step
from autoglm_agent.prompting.proposal import distinct, malformed, step_of_proposal

TEXT_CONTRACT = """Write the next step only, in these lines and nothing else:
Thought: <why>
Claim: <one claim that can be verified>
Check: <how it can be checked, as JSON; optional>{tool}
When the question can be answered, write instead of the claim:
Answer: <the answer>{more}"""

_LABEL = re.compile(
    r"^\s*(?:[*_#>-]+\s*)?"
    r"(thought|claim|check|answer|final answer|tool|思考|结论|断言|检查|答案|工具)"
    r"\s*(?:[*_]+)?\s*[:：]\s*(?:[*_]+\s*)?",
    re.IGNORECASE,
)
_NAMES = {
    "思考": "thought",
    "结论": "claim",
    "断言": "claim",
    "检查": "check",
    "答案": "answer",
    "final answer": "answer",
    "工具": "tool",
}
_RULE = re.compile(r"^\s*(?:-{3,}|\*{3,}|={3,})\s*$", re.MULTILINE)
_DECODER = json.JSONDecoder()
_OPENING = re.compile(r"[{\[]")
_HIDDEN = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL)
"""Reasoning models think aloud before they answer; that part is no proposal."""
MOST_STARTS = 50
"""Places at which JSON is looked for: a text of a million braces must cost little."""


def read_text(text: str, tools: frozenset[str]) -> list[Step]:
    """Return the steps that a text proposes, at least one.

    Args:
        text: A model's reply.
        tools: Names of the tools that may be called.
    """
    told = _HIDDEN.sub("", text[:200_000]).strip()
    if not told:
        return [malformed("The reply was empty.")]
    found = [step_of_proposal(data, tools=tools) for data in _json_steps(told)]
    if not found:
        blocks = [_labelled(block, tools) for block in _RULE.split(told)]
        found = [step for step in blocks if step is not None]
    if not found:
        fact = "No step was found in the reply: write `Claim: ...` or `Answer: ...`."
        return [malformed(fact, thought=told)]
    return distinct(found)


def _json_steps(text: str) -> Iterator[dict[str, Any]]:
    """Give every JSON object that looks like a proposal, lists and wrappers opened."""
    position, starts = 0, 0
    while starts < MOST_STARTS:
        match = _OPENING.search(text, position)
        if match is None:
            return
        starts += 1
        try:
            value, position = _DECODER.raw_decode(text, match.start())
        except (ValueError, RecursionError):
            position = match.start() + 1
            continue
        yield from _proposals(value)


def _proposals(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, list):
        for item in value:
            yield from _proposals(item)
    elif isinstance(value, dict):
        told = {str(k).lower(): v for k, v in value.items()}
        for wrapper in ("steps", "candidates", "step"):
            if isinstance(told.get(wrapper), list | dict):
                yield from _proposals(told[wrapper])
                return
        if "answer" in told and "claim" not in told:
            yield {**told, "claim": _as_text(told["answer"]), "final": True}
        elif {"claim", "tool"} & told.keys():
            yield told if "claim" not in told else {**told, "claim": _as_text(told["claim"])}


def _as_text(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, int | float) else value


def _labelled(block: str, tools: frozenset[str]) -> Step | None:
    parts: dict[str, list[str]] = {}
    current: list[str] | None = None
    for line in block.splitlines():
        match = _LABEL.match(line)
        if match:
            name = match.group(1).lower()
            current = parts.setdefault(_NAMES.get(name, name), [])
            line = line[match.end() :]
        if current is not None:
            current.append(line)
    told: dict[str, Any] = {name: "\n".join(lines).strip() for name, lines in parts.items()}
    if not {"claim", "answer", "tool"} & told.keys():
        return None
    if "answer" in told:
        told |= {"claim": told.pop("answer"), "final": True}
    if told.get("check") is not None:
        told["check"] = _check(told["check"])
    if "tool" in told:
        name, _, arguments = told["tool"].partition(" ")
        told |= {"tool": name.strip("`"), "args": _json(arguments) or {}}
    return step_of_proposal(told, tools=tools)


def _check(text: str) -> dict[str, Any] | None:
    """A check that is no JSON is taken for an equation, the commonest kind."""
    data = _json(text)
    if isinstance(data, dict):
        return data
    return {"kind": "arithmetic", "expression": text[:1000]} if text else None


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
