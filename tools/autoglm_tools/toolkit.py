"""How a function of the engine becomes a LangChain tool."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from langchain_core.tools import BaseTool, BaseToolkit, StructuredTool, ToolException
from pydantic import BaseModel, PrivateAttr, ValidationError

from autoglm_agent.chain import Verdict, refutations
from autoglm_agent.errors import AutoGLMError, TargetError

Result = tuple[str, dict[str, Any]]
"""Short text for the model, and JSON data for programs."""


class AutoMLToolkit(BaseToolkit):
    """The AutoML tools of one run as a LangChain toolkit.

    Args:
        workspace: The run folder (one run, one folder); made if absent.
        time_budget: Seconds for the whole run, counted from the first `get_tools`.
        trials: Train exactly this many candidates, whatever the clock says.
        seed: Seed of every split, model and bootstrap.
        roots: Folders from which data may be read; default: the current folder.

    Examples:
        >>> agent = create_agent(model, tools=AutoMLToolkit(workspace="runs/one").get_tools())
    """

    workspace: str
    time_budget: float | None = 60.0
    trials: int | None = None
    seed: int = 0
    roots: tuple[str, ...] | None = None
    _tools: list[BaseTool] | None = PrivateAttr(default=None)

    def get_tools(self) -> list[BaseTool]:
        """Return the tools, the same ones at every call: they share the run's clock."""
        from autoglm_tools.catalogue import automl_tools  # the catalogue is made of our tools

        if self._tools is None:
            self._tools = automl_tools(
                self.workspace,
                time_budget=self.time_budget,
                trials=self.trials,
                seed=self.seed,
                roots=self.roots,
            )
        return self._tools


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
