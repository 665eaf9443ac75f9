"""The live tree of a chain of reasoning: accepted steps, refutations, jumps back, calls left."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Any, Self

SHOWN_REFUTED = 3
"""Refuted tries that are shown under the step being sought."""
WIDTH = 100
"""Characters of a step that are shown."""


class ReasoningTree:
    """Follow a run's events on a terminal; silent unless `live`.

    Args:
        calls: Model calls that the run may make.
        live: Whether to draw.
    """

    def __init__(self, calls: int, *, live: bool) -> None:
        self._calls = calls
        self._made = 0
        self._start = time.monotonic()
        self._steps: list[tuple[str, str]] = []
        self._refuted: list[tuple[str, str]] = []
        self._jumps = 0
        self._live: Any = None
        if live:
            from rich.console import Console
            from rich.live import Live

            self._live = Live(
                get_renderable=self.draw,
                console=Console(stderr=True),
                refresh_per_second=4,
                transient=True,
            )

    def __enter__(self) -> Self:
        if self._live:
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._live:
            self._live.stop()

    def on_event(self, event: dict[str, Any]) -> None:
        """Take one event of the run."""
        name = event["event"]
        if name == "step.proposed":
            self._made += 1
        elif name == "step.accepted":
            checks = ", ".join(v["check"] for v in event["verdicts"] if v["status"] == "pass")
            self._steps.append((event["text"] or event["tool"] or "", checks))
            self._refuted = []
        elif name == "step.refuted":
            facts = [v["fact"] for v in event["verdicts"] if v["status"] == "fail"]
            self._refuted.append((event["text"] or event["tool"] or "", " ".join(facts)))
        elif name == "backtrack" and event["cut_to"] < event["cut_from"]:
            self._steps = self._steps[: event["cut_to"]]
            self._jumps += 1

    def draw(self) -> Any:
        """Return the tree as it stands."""
        from rich.markup import escape
        from rich.tree import Tree

        elapsed = time.monotonic() - self._start
        told = f"{self._made} of {self._calls} calls, {elapsed:.0f} s"
        jumps = f", [yellow]↩ {self._jumps}[/]" if self._jumps else ""
        tree = Tree(f"[bold]reasoning[/]  [dim]{told}[/]{jumps}")
        for number, (text, checks) in enumerate(self._steps, 1):
            tree.add(f"[green]✓[/] {number}. {escape(text[:WIDTH])} [dim]{escape(checks)}[/]")
        branch = tree.add(f"[cyan]…[/] step {len(self._steps) + 1}")
        for text, fact in self._refuted[-SHOWN_REFUTED:]:
            branch.add(f"[red]✗[/] {escape(text[:WIDTH])} [dim]{escape(fact[:WIDTH])}[/]")
        return tree
