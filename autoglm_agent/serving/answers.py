"""What a person is told: how a run ended, what it asks, how to begin. No path of this machine."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from autoglm_agent.errors import AutoGLMError
from autoglm_agent.planner.characters import is_chinese
from autoglm_agent.serving.database import ASKED
from autoglm_agent.serving.questions import answer_text

HELP = (
    "Upload a table (CSV, Parquet, Excel, JSON lines) and say in one sentence what you want, for "
    "example: Predict churn; do not use the customer's id."
)
HELP_ZH = (
    "请上传一张表（CSV、Parquet、Excel 或 JSON lines），并用一句话说明想要什么，"
    "例如：预测用户流失，不要使用客户编号。"
)
CANCELLED = "The run was cancelled. What it had done is kept."
_FOLDERS_HEX = r"/uploads/[0-9a-f]{32}"


def help_for(words: str) -> str:
    """Return how to begin, in the language in which somebody spoke."""
    return HELP_ZH if is_chinese(words) else HELP


def answer_of(run: str, told: Mapping[str, Any], events: Iterable[Mapping[str, Any]]) -> str:
    """Return the words of a run that has ended or asks.

    Args:
        run: Its id.
        told: What its worker told.
        events: Its events; the last one that concludes has the words.
    """
    if "steps" in told:
        return answer_text(dict(told))
    if told["status"] == ASKED:
        question = told["question"]
        names = "" if question["consent"] else ", ".join(map(str, question["candidates"]))
        lines = [told["message"], f"Candidates: {names}" if names else ""]
        return "\n".join([*filter(None, lines), f"Run: /v1/runs/{run}"])
    ends = [e["text"] for e in events if e.get("event") == "run.concluded" and e.get("text")]
    text = str(ends[-1] if ends else told.get("message") or told["status"])
    # Its own last line names a file of this machine.
    lines = [line for line in text.splitlines() if f"/{run}/" not in line]
    label = "报告：" if is_chinese("\n".join(lines)) else "Report: "
    return "\n".join([*lines, f"{label}/v1/runs/{run}/report"])


def failure_of(error: AutoGLMError) -> str:
    """Return the words of a run that could not be done."""
    candidates = ", ".join(getattr(error, "candidates", ()))
    lines = [error.problem, f"Candidates: {candidates}" if candidates else "", error.remedy]
    return "\n".join(filter(None, lines))


def without_places(text: str, home: Path, folders: Sequence[Path]) -> str:
    """Take the folders of this machine off the names of files.

    Args:
        text: Words, or events as JSON.
        home: Folder of all runs, with the uploads in it.
        folders: Folders that tables are read from.
    """
    text = re.sub(rf"{re.escape(str(home))}(?:{_FOLDERS_HEX})?/?", "", text)
    for folder in folders:
        text = text.replace(f"{folder}/", "")
    return text
