"""The ledger: every number that the harness measured, with where it comes from.

A number in a report or an answer must be one of these. Entries are appended, never changed;
a later entry of the same name supersedes an earlier one, and both stay readable.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from autoglm_agent.automl.run.workspace import Workspace


@dataclass(frozen=True)
class Entry:
    """One measured number.

    Attributes:
        name: Dotted name, for example `holdout.roc_auc`.
        value: The figure; never NaN.
        unit: `score`, `seconds`, `rows`, `columns`, `share`, `bytes` and the like.
        source: What measured it, for example an artifact id or a check id.
        low: Lower end of the 95 % interval, if there is one.
        high: Upper end of the 95 % interval, if there is one.
        n: Number of rows the figure rests on.
    """

    name: str
    value: float
    unit: str = ""
    source: str = ""
    low: float | None = None
    high: float | None = None
    n: int | None = None


class Ledger:
    """The ledger of one run, kept in `ledger.jsonl` of its workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def record(self, name: str, value: float, **rest: Any) -> Entry:
        """Write a measured number down and return its entry.

        Raises:
            ValueError: If the number is not finite; absent figures are not written.
        """
        if not math.isfinite(value):
            raise ValueError(f"{name} is {value}; the ledger holds finite numbers only.")
        entry = Entry(name, float(value), **rest)
        self._workspace.append(entry.__dict__, "ledger.jsonl")
        return entry

    def entries(self) -> list[Entry]:
        """Return every entry, oldest first."""
        return [Entry(**line) for line in self._workspace.lines("ledger.jsonl")]

    def latest(self) -> dict[str, Entry]:
        """Return the newest entry of each name."""
        return {entry.name: entry for entry in self.entries()}
