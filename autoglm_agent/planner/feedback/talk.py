"""What is being read: the words, what they are read against, and what was understood so far."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from autoglm_agent.chain import Task
from autoglm_agent.errors import InputError
from autoglm_agent.planner.feedback.edits import Edit, EditKind
from autoglm_agent.planner.feedback.said import in_chinese
from autoglm_agent.planner.mentions import Mention
from autoglm_agent.planner.schema import Schema
from autoglm_agent.planner.text import Text


@dataclass
class Talk:
    """What is read, and against what.

    Attributes:
        text: The words.
        schema: The columns.
        mentions: Columns that are named.
        target: The present target.
        latency_ms: Median time of one prediction now, if it is known.
        seconds: Time that the training had.
        task: What is asked now, if it is known.
        edits: What was understood so far.
        was: The target before the words, which may ask for another.
        doubts: Where something is asked for that cannot be told, and what to say of it.
    """

    text: Text
    schema: Schema
    mentions: list[Mention]
    target: str | None
    latency_ms: float | None
    seconds: float | None
    task: Task | None = None
    edits: list[Edit] = field(default_factory=list)
    was: str | None = None
    doubts: list[tuple[int, int, InputError]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.was = self.target

    @property
    def forecasts(self) -> bool:
        """Whether the result is a forecast."""
        return self.task is not None and self.task.kind == "forecasting"

    @property
    def time(self) -> str | None:
        """The column of the time of a forecast, which is never what is forecast."""
        return self.task.time_column if self.task and self.forecasts else None

    def matches(self, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
        """Yield where a pattern occurs in words that are not understood yet."""
        for match in pattern.finditer(self.text.low):
            if not self.text.is_used(match.start()):
                yield match

    def complain(self) -> None:
        """Raise the first doubt about words that nothing else was understood of."""
        for start, end, doubt in self.doubts:
            if not any(s < end and e > start for s, e in self.text.used):
                raise doubt

    def clauses(self) -> Iterator[tuple[int, int]]:
        """Yield where the clauses of the words begin and end."""
        begin, last = 0, len(self.text.low)
        while begin < last:
            end = self.text.clause(begin)[1]
            yield begin, end
            begin = max(end, begin) + 1

    def first(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Return the first of `matches`, or None."""
        return next(self.matches(pattern), None)

    def add(
        self, kind: EditKind, said: str, start: int, end: int, *, assumed: str = "", **args: Any
    ) -> None:
        """Add an edit and mark its words as understood."""
        if self.text.chinese:
            said, assumed = in_chinese(said), in_chinese(assumed)
        words = self.text.span(*self.text.clause(start)) or self.text.span(start, end)
        self.edits.append(Edit(kind=kind, args=args, words=words, said=said, assumed=assumed))
        self.text.use(start, end)

    def named(self, start: int = 0, end: int | None = None) -> list[Mention]:
        """Return the columns named in a range of words that are not understood yet."""
        stop = len(self.text.norm) if end is None else end
        return [
            m for m in self.mentions
            if start <= m.start < stop and not self.text.is_used(m.start)
        ]  # fmt: skip
