"""What a list of chat messages says: the instruction, the data, and what the tools gave back.

The embedded planner knows nothing but its messages. This file reads them into plain values;
nothing in them is ever run, and what stands in a fence is taken for data.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

from autoglm_agent.planner.characters import is_chinese
from autoglm_agent.planner.paths import find_path, path_spans

QUESTION_MARKS = ("Which column", "哪一列")
"""How a question about the target begins; an answer to it continues the task."""

_NOGOODS = re.compile(r"<nogoods>(.*?)</nogoods>", re.DOTALL)
_QUERY = re.compile(r"^\s*Query:\s*(\S.*)$", re.MULTILINE | re.IGNORECASE)
_LABEL = re.compile(r"\b(?:Data|File|Query|Target)\s*[:：]", re.IGNORECASE)
_DATA_LINE = re.compile(
    r"^\s*(?:Data|File|Query|数据|文件)\s*[:：].*$", re.MULTILINE | re.IGNORECASE
)


@dataclass(frozen=True)
class Call:
    """One tool call with its result."""

    name: str
    args: dict[str, Any]
    text: str
    ok: bool
    ids: dict[str, Any]
    remedies: tuple[dict[str, Any], ...]

    @property
    def refuted(self) -> bool:
        """Whether the result came with remedies, that is, with failed checks."""
        return bool(self.remedies)


@dataclass
class Talk:
    """The last task of a conversation and what has been done for it."""

    instruction: str = ""
    data: str | None = None
    query: str | None = None
    calls: list[Call] = field(default_factory=list)
    nogoods: list[dict[str, Any]] = field(default_factory=list)

    @property
    def chinese(self) -> bool:
        """Whether to answer in Chinese."""
        words = self.instruction
        for start, end in sorted(path_spans(words), reverse=True):
            words = words[:start] + words[end:]
        return is_chinese(_LABEL.sub("", words))

    def last(self, name: str) -> Call | None:
        """Return the last call of a tool, or None."""
        return next((c for c in reversed(self.calls) if c.name == name), None)


def read_talk(messages: Sequence[BaseMessage]) -> Talk:
    """Read a conversation.

    Args:
        messages: In time order; the last task counts, its calls are those after it.

    Returns:
        The task with its calls and all refuted steps that the prompt tells of.
    """
    talk = Talk()
    asked = False
    for position, message in enumerate(messages):
        if isinstance(message, HumanMessage):
            words, nogoods = _human(str(message.text))
            talk.nogoods += nogoods
            if words:
                _new_task(talk, words, continued=asked)
                asked = False
        elif isinstance(message, AIMessage):
            talk.calls += _calls(message, messages[position + 1 :])
            asked = not message.tool_calls and any(m in str(message.text) for m in QUESTION_MARKS)
    return talk


def _human(text: str) -> tuple[str, list[dict[str, Any]]]:
    """Split a human message into the user's words and the refuted steps fenced in it."""
    nogoods: list[dict[str, Any]] = []
    for match in _NOGOODS.finditer(text):
        found = _json(match.group(1))
        nogoods += [n for n in found if isinstance(n, dict)] if isinstance(found, list) else []
    if nogoods or _NOGOODS.search(text):
        words = _NOGOODS.sub("", text)
        return ("" if words.lstrip().startswith("#") else words.strip()), nogoods
    return text.strip(), nogoods


def _new_task(talk: Talk, words: str, *, continued: bool) -> None:
    block = _task_block(words)
    data = block.get("data") or find_path(words)
    query = block.get("query") or (m.group(1).strip() if (m := _QUERY.search(words)) else None)
    instruction = str(block.get("instruction") or _DATA_LINE.sub("", words).strip())
    if continued and talk.instruction:
        instruction = f"{talk.instruction}\nTarget: {instruction}"
    talk.instruction = instruction
    talk.data = str(data) if data else talk.data
    talk.query = str(query) if query else (talk.query if data is None else None)
    talk.calls, talk.nogoods = [], []


def _task_block(words: str) -> dict[str, Any]:
    """Return the JSON object of a message that gives `data` and `instruction`, else {}."""
    start, end = words.find("{"), words.rfind("}")
    found = _json(words[start : end + 1]) if 0 <= start < end else None
    keys = ("data", "path", "file", "instruction", "query")
    if not isinstance(found, dict) or not any(isinstance(found.get(k), str) for k in keys):
        return {}
    data = next((found[k] for k in ("data", "path", "file") if isinstance(found.get(k), str)), None)
    return {**found, "data": data}


def _calls(message: AIMessage, following: Sequence[BaseMessage]) -> list[Call]:
    results: dict[str, ToolMessage] = {}
    for result in following:
        if isinstance(result, ToolMessage):
            results.setdefault(result.tool_call_id, result)
    calls = []
    for call in message.tool_calls:
        answer = results.get(call["id"] or "")
        if answer is not None:
            text = str(answer.text)
            ids = _line(text, "ids")
            remedies = _line(text, "remedies")
            calls.append(
                Call(
                    name=call["name"],
                    args=dict(call["args"]),
                    text=text,
                    ok=answer.status != "error",
                    ids=ids if isinstance(ids, dict) else {},
                    remedies=tuple(r for r in remedies if isinstance(r, dict))
                    if isinstance(remedies, list)
                    else (),
                )
            )
    return calls


def _line(text: str, key: str) -> Any:
    """Return the JSON of the last line `key: ...`, or None."""
    for line in reversed(text.splitlines()):
        if line.startswith(f"{key}:"):
            return _json(line.split(":", 1)[1])
    return None


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None
