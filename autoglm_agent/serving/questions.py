"""Questions without a table: what a server keeps of them, and how their answers are told."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from autoglm_agent.automl.run.workspace import Workspace
from autoglm_graphs.settings import new_run_id

FOLDER = "questions"
"""Folder of questions within that of all runs."""


def make_question(home: Path, words: str) -> str:
    """Make the folder of a question, which any worker can then answer, and return its id."""
    run = new_run_id(words)
    created = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    workspace = Workspace(home / FOLDER / run)
    workspace.write_json({"id": run, "question": words, "created": created}, "run.json")
    return run


def question_of(workspace: Workspace) -> str | None:
    """Return what is asked in a folder of `make_question`; None of an AutoML run."""
    stored = workspace.read_record("run.json", keys=("id",))
    return str(stored["question"]) if "question" in stored else None


def answer_text(told: dict[str, Any]) -> str:
    """Return the steps with their checks, then the answer with its status."""
    lines = []
    for number, step in enumerate(told.get("steps") or (), 1):
        claim = step.get("claim") or f"{step.get('tool')} {step.get('args')}"
        checked = ", ".join(step.get("checks") or ()) or "not checked"
        lines.append(f"{number}. {claim} [{checked}]")
    if told.get("answer") is None:
        lines.append("No answer was found that stands.")
    else:
        lines.append(f"Answer ({told['status']}): {told['answer']}")
    if told.get("reason"):
        lines.append(str(told["reason"]))
    return "\n".join(lines)
