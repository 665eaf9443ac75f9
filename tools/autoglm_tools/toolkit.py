"""How a function of the engine becomes a LangChain tool."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from langchain_core.tools import StructuredTool, ToolException
from pydantic import BaseModel, ValidationError

from autoglm_agent.chain import Verdict, refutations
from autoglm_agent.errors import AutoGLMError, TargetError

Result = tuple[str, dict[str, Any]]
"""Short text for the model, and JSON data for programs."""


def as_tool(
    name: str, description: str, schema: type[BaseModel], work: Callable[..., Result]
) -> StructuredTool:
    """Wrap `work` as a tool whose failures are messages that a model can act on."""

    def run(**arguments: Any) -> Result:
        try:
            return work(**arguments)
        except AutoGLMError as error:
            raise ToolException(error_text(error)) from error

    return StructuredTool(
        name=name,
        description=description,
        args_schema=schema,
        func=run,
        response_format="content_and_artifact",
        handle_tool_error=True,
        handle_validation_error=_malformed,
    )


def _malformed(error: Any) -> str:
    """Return what is wrong with the arguments of a call, in the form of `error_text`."""
    if not isinstance(error, ValidationError):
        return f"InputError: {error}"
    wrong = [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
    return f"InputError: The arguments cannot be used: {'; '.join(wrong)}.\nremedy: Correct them."


def error_text(error: AutoGLMError) -> str:
    """Return `ErrorName: problem`, then lines with the remedy and a target's candidates."""
    text = f"{type(error).__name__}: {error.problem}"
    if error.remedy:
        text += f"\nremedy: {error.remedy}"
    if isinstance(error, TargetError) and error.candidates:
        text += f"\ncandidates: {json.dumps(list(error.candidates), ensure_ascii=False)}"
    return text


def told(text: str, ids: dict[str, Any], verdicts: Iterable[Verdict] = ()) -> str:
    """Return the tool's text with its `ids` line, its findings and its `remedies` line."""
    lines = [text.rstrip(), f"ids: {json.dumps(ids, ensure_ascii=False)}"]
    failing = refutations(verdicts)
    lines += [f"{v.check} failed: {v.fact}" for v in failing]
    remedies = [{"check": v.check, **v.remedies[0].to_json()} for v in failing if v.remedies]
    if remedies:
        lines.append(f"remedies: {json.dumps(remedies, ensure_ascii=False)}")
    return "\n".join(lines)
