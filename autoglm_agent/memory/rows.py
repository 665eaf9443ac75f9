"""What looks like rows of a table is left out of what is remembered.

A chain tells what was done, not what was done it to: a memory outlives the data, is exported and
is shown to models. Figures, names of columns and of levels stay; records, matrices and lines of
delimited text go, and a note says how many there were.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from autoglm_agent.chain import Chain, Outcome, Step, Verdict

LEAST_LINES = 3
"""Lines of delimited text, or records of like shape, that count as rows."""
MOST_VALUES = 256
"""Longest flat list: names, importances and curves are shorter, columns of data longer."""
MOST_TEXT = 4_000
"""Characters of a tool's text that are kept."""

_CELLS = re.compile(r"\t|,|;|\||\s{2,}")


def without_rows(chain: Chain) -> Chain:
    """Return the chain without what looks like rows of a table."""
    return chain.model_copy(update={"steps": tuple(_step(step) for step in chain.steps)})


def _step(step: Step) -> Step:
    changed: dict[str, Any] = {
        "args": bare(step.args),
        "verdicts": tuple(_verdict(v) for v in step.verdicts),
    }
    if step.outcome is not None:
        changed["outcome"] = _outcome(step.outcome)
    if step.check is not None:
        changed["check"] = bare(step.check)
    return step.model_copy(update=changed)


def _verdict(verdict: Verdict) -> Verdict:
    return verdict.model_copy(update={"evidence": bare(verdict.evidence)})


def _outcome(outcome: Outcome) -> Outcome:
    text = _without_lines(outcome.text)
    if len(text) > MOST_TEXT:
        text = f"{text[:MOST_TEXT]} … [{len(text) - MOST_TEXT} characters left out]"
    return outcome.model_copy(update={"text": text, "artifact": bare(outcome.artifact)})


def bare(value: Any) -> Any:
    """Return JSON data in which records, matrices and long columns are replaced by a note."""
    if isinstance(value, str):
        return _without_lines(value)
    if isinstance(value, Mapping):
        return {key: bare(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        if _are_rows(value):
            return {"left_out": f"{len(value)} rows"}
        return [bare(item) for item in value]
    return value


def _are_rows(items: Sequence[Any]) -> bool:
    if len(items) > MOST_VALUES and all(_scalar(item) for item in items):
        return True
    if len(items) < LEAST_LINES:
        return False
    if all(isinstance(item, list | tuple) and len(item) > 1 for item in items):
        widths = {len(item) for item in items}
        return len(widths) == 1 and all(_scalar(cell) for item in items for cell in item)
    if all(isinstance(item, Mapping) and len(item) > 1 for item in items):
        names = {tuple(item) for item in items}
        return len(names) == 1 and all(_scalar(cell) for item in items for cell in item.values())
    return False


def _scalar(value: Any) -> bool:
    return value is None or isinstance(value, str | int | float | bool)


def _without_lines(text: str) -> str:
    """Replace runs of lines that have the same number of delimited cells, three or more each."""
    if text.count("\n") < LEAST_LINES - 1:
        return text
    kept: list[str] = []
    for cells, run in groupby(text.split("\n"), key=lambda line: len(_CELLS.split(line.strip()))):
        lines = list(run)
        if cells > 2 and len(lines) >= LEAST_LINES:
            kept.append(f"[{len(lines)} lines of data left out]")
        else:
            kept += lines
    return "\n".join(kept)
