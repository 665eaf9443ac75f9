"""`autoglm ask`: a question, a model, what to verify with; an answer with its checks."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.chain import Budget
from autoglm_agent.cli.console import Exit, on_terminal, print_json
from autoglm_agent.cli.reasoning_tree import ReasoningTree
from autoglm_agent.cli.running import existing
from autoglm_agent.errors import InputError

if TYPE_CHECKING:
    from langchain_core.messages import AnyMessage

    from autoglm_agent.automl.run.events import Listener
    from autoglm_agent.verifiers import Verifier

MAX_SOURCE = 200_000
"""Characters of a source that are read."""


def ask(
    question: str,
    *,
    model: str | None,
    sources: Sequence[str],
    tables: Sequence[str],
    tests: str | None,
    schema: str | None,
    judge: str | None,
    calls: int,
    seconds: float | None,
    memory: str | None,
    show_prompts: bool,
    as_json: bool,
    keep: str | None = None,
) -> None:
    """Answer a question in verified steps; see `autoglm ask --help`."""
    if not model:
        raise InputError(
            "No model was named.",
            "Name one: --model openai:NAME, anthropic:NAME, ollama:NAME or hf:PATH "
            "(or set AUTOGLM_ASK_MODEL).",
        )
    if not question.strip():
        raise InputError("The question is empty.", "Ask something.")
    texts = {Path(path).name: read_source(path) for path in sources}
    verifiers = verifiers_for(texts, tables, tests, schema, judge)
    from autoglm_graphs.reasoning import create_verified_agent

    tree = ReasoningTree(calls, live=on_terminal() and not as_json and not show_prompts)
    agent = create_verified_agent(
        model,
        verifiers=verifiers,
        sources=texts,
        memory=memory,
        budget=Budget(model_calls=calls, steps=None, seconds=seconds, remedies=None),
        listener=_kept(keep, tree.on_event),
        on_prompt=_print_prompt if show_prompts else None,
    )
    with tree:
        found = agent.invoke({"messages": [("user", question)]})
    told = found["structured_response"]
    if keep:
        Workspace(keep).write_json({"question": question, **told}, "result.json")
    if as_json:
        print_json({"question": question, **told})
    else:
        print_answer(told)
    raise Exit(0 if told["status"] == "verified" else 1)


def _kept(folder: str | None, listener: Listener) -> Listener:
    """Return a listener that also keeps the events in a folder, if one is named."""
    if folder is None:
        return listener
    workspace = Workspace(folder)

    def listen(event: dict[str, Any]) -> None:
        workspace.log(event)
        listener(event)

    return listen


def read_source(path: str) -> str:
    """Return a source's text.

    Raises:
        InputError: If there is no such file, or it is no text.
    """
    try:
        text = Path(existing(path)).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path} is no UTF-8 text (byte {error.start}).", "Save it as text."
        ) from None
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.", "Check the path.") from None
    if len(text) > MAX_SOURCE:
        raise InputError(
            f"{path} has {len(text)} characters; {MAX_SOURCE} are read at most.",
            "Give a part of it.",
        )
    return text


def verifiers_for(
    sources: dict[str, str],
    tables: Sequence[str],
    tests: str | None,
    schema: str | None,
    judge: str | None,
) -> list[Verifier]:
    """Return the verifiers that what is given allows; arithmetic is always checked."""
    from autoglm_agent import verifiers as library

    found: list[Verifier] = [library.Arithmetic(), library.Algebra()]
    if sources:
        found.append(library.Quotes(sources))
    if tables:
        from autoglm_agent.automl.data.table import read_table

        frames = {Path(path).stem: read_table(existing(path)).frame for path in tables}
        found.append(library.Tables(frames))
    if schema:
        found.append(library.Schema(_json_file(schema)))
    if tests:
        found.append(library.CodeTests(read_source(tests)))
    if judge:
        from autoglm_graphs.models import chat_model

        found.append(library.Judge(chat_model(judge)))
    return found


def print_answer(told: dict[str, Any]) -> None:
    """Print the steps with their checks, then the answer and what it cost."""
    for number, step in enumerate(told["steps"], 1):
        text = step.get("claim") or f"{step.get('tool')} {step.get('args')}"
        checked = f"  [{', '.join(step['checks'])}]" if step["checks"] else "  [not checked]"
        print(f"{number}. {text}{checked}")
    if told["answer"] is not None:
        print(f"\nAnswer ({told['status']}): {told['answer']}")
    else:
        print("\nNo answer was found that stands.")
    if told["reason"]:
        print(f"Why: {told['reason']}")
    usage = told["usage"]
    spent = (
        f"{usage['model_calls']} model calls, {usage['tokens']} tokens, {usage['seconds']:.1f} s"
    )
    print(f"{told['refuted']} refuted, {told['jumps']} jumps back; {spent}.")


def _print_prompt(messages: Sequence[AnyMessage]) -> None:
    for message in messages:
        print(f"--- {message.type}\n{message.text}", file=sys.stderr)
    print("===", file=sys.stderr)


def _json_file(path: str) -> dict[str, Any]:
    import json

    try:
        data = json.loads(read_source(path))
    except ValueError as error:
        raise InputError(f"{path} is no JSON: {error}.", "Give a JSON Schema.") from None
    if not isinstance(data, dict):
        raise InputError(f"{path} holds no object.", "Give a JSON Schema.")
    return data
