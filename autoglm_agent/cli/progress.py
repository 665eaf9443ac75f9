"""The live tree of a run: steps, checks, jumps back, candidates, time left."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

SHOWN_TRIALS = 8
Ask = Callable[[dict[str, Any]], Any]
"""Given a question, returns the person's answer."""


class Progress:
    """Follow a run's events on a terminal; silent unless `live`.

    Args:
        time_budget: Seconds of the run, for the time left.
        live: Whether to draw.
    """

    def __init__(self, time_budget: float | None, *, live: bool) -> None:
        self.run = ""
        self.interrupted: int | None = None  # number of the signal that ended it
        self._budget = time_budget
        self._start = time.monotonic()
        self._done: list[tuple[str, str]] = []
        self._trials: list[dict[str, Any]] = []
        self._doing = "starting"
        self._draws = live
        self._live: Any = None

    def __enter__(self) -> Self:
        self._begin()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Stop drawing; the tree is wiped, so that only the result stays."""
        if self._live:
            self._live.stop()
            self._live = None

    def asking(self, ask: Ask) -> Ask:
        """Return `ask` on a still screen; waiting for the answer does not use up the time."""

        def asked(question: dict[str, Any]) -> Any:
            self.stop()
            began = time.monotonic()
            answer = ask(question)
            self._start += time.monotonic() - began
            self._begin()
            return answer

        return asked

    def on_event(self, event: dict[str, Any]) -> None:
        """Take one event of the run; an interruption that was lost ends it here."""
        if self.interrupted is not None:
            raise KeyboardInterrupt
        name = event["event"]
        if name in ("run.started", "run.resumed"):
            self.run = event.get("run", "")
        elif name == "tool.started":
            self._doing = event["tool"]
        elif name == "trial.started":
            self._doing = f"training {event.get('name', '')}"
        elif name == "trial.done":
            self._trials.append(event)
        elif name == "step.accepted":
            seconds = event.get("seconds", 0.0)
            self._done.append(("[green]✓[/]", f"{event['tool'] or 'answer'} ({seconds:.1f} s)"))
            self._doing = "verifying"
        elif name == "step.refuted":
            failed = ", ".join(
                v["check"] for v in event.get("verdicts", []) if v["status"] == "fail"
            )
            self._done.append(("[red]✗[/]", f"{event['tool'] or 'answer'} refuted by {failed}"))
        elif name == "backtrack":
            self._done.append(("[yellow]↩[/]", f"back to {event['blame']}"))

    def _begin(self) -> None:
        if not self._draws:
            return
        from rich.console import Console
        from rich.live import Live

        self._live = Live(
            get_renderable=self._draw,
            console=Console(stderr=True),
            refresh_per_second=4,
            transient=True,
        )
        self._live.start()

    def _draw(self) -> Any:
        from rich.markup import escape
        from rich.tree import Tree

        tree = Tree(f"[bold]{escape(self.run or 'autoglm')}[/]  {self._clock()}")
        for mark, text in self._done:
            tree.add(f"{mark} {escape(text)}")
        branch = tree.add(f"[cyan]…[/] {escape(self._doing)}")
        if self._trials:
            for trial in self._trials[-SHOWN_TRIALS:]:
                score = trial.get("score")
                shown = f"{score:.4f}" if isinstance(score, float) else "failed"
                branch.add(escape(f"{trial.get('name', '')}: {shown}"))
            best = self._trials[-1].get("best")
            if isinstance(best, float):
                branch.add(f"[bold]best {best:.4f}[/]")
        return tree

    def _clock(self) -> str:
        elapsed = time.monotonic() - self._start
        if self._budget is None:
            return f"[dim]{elapsed:.0f} s[/]"
        return f"[dim]{elapsed:.0f} s, {max(0.0, self._budget - elapsed):.0f} s left[/]"
