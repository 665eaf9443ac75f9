"""Failed checks that the user accepts, each with the words that said so.

A check stays what it is: what was accepted is stamped wherever the verdict is told, and a result
that rests on it is never called verified.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.chain import Verdict

FILE = "acknowledged.jsonl"
STAMP = "Accepted by the user against the check"


def acknowledge(
    workspace: Workspace, check: str, *, words: str, columns: Sequence[str] = ()
) -> None:
    """Write down that the user accepts a failed check.

    Args:
        workspace: The run's folder.
        check: Its id.
        words: What the user said.
        columns: The columns it is accepted for; none means whatever they are.
    """
    record = {"time": round(time.time(), 3), "check": check, "columns": list(columns)}
    workspace.append({**record, "words": words}, FILE)


def stamped(workspace: Workspace, verdicts: Sequence[Verdict]) -> list[Verdict]:
    """Return the verdicts; failures that the user accepts are warnings with a stamp."""
    accepted = list(workspace.lines(FILE))
    if not accepted:
        return list(verdicts)
    return [_stamped(verdict, accepted) for verdict in verdicts]


def is_stamped(verdict: Verdict) -> bool:
    """Whether the user accepted this verdict against the check."""
    return bool(verdict.evidence.get("acknowledged"))


def _stamped(verdict: Verdict, accepted: list[dict[str, object]]) -> Verdict:
    if verdict.status != "fail":
        return verdict
    for record in accepted:
        columns = record["columns"]
        assert isinstance(columns, list)
        if record["check"] == verdict.check and (
            not columns or set(verdict.columns) <= set(columns)
        ):
            return verdict.model_copy(
                update={
                    "status": "warn",
                    "fact": f"{STAMP} (\u201c{record['words']}\u201d): {verdict.fact}",
                    "evidence": {**verdict.evidence, "acknowledged": record["words"]},
                }
            )
    return verdict
