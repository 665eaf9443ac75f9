"""What the tools of one run share: the folder, the clock and the limits."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autoglm_agent.automl.run.backends import Backend
from autoglm_agent.automl.run.clock import Deadline
from autoglm_agent.automl.run.events import Listener, silent
from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.automl.search.engines import Search
from autoglm_agent.errors import InputError

if TYPE_CHECKING:
    from autoglm_agent.automl.preparation.prepare import Prepared

CHECKS_SHARE, CHECKS_MOST = 0.08, 12.0
"""Share of the time left, and seconds at most, that training leaves to the optional checks, which
take what there is."""
EXPLAINING_SHARE, EXPLAINING_MOST = 0.05, 5.0
"""Likewise of the whole time for the explanation; optional checks do not touch it."""
WRITING = 1.0
"""Seconds that the explanation leaves to the report, if there are any."""
LEAST_SHARE = 0.3
"""Share of the time left that training may take whatever follows."""
LEAST_SECONDS = 1.5
"""Seconds that training may take even where none are left: a run that spent them on a slow start
has one quick model to show, not none."""


@dataclass
class Session:
    """One run's circumstances.

    Attributes:
        workspace: The run folder.
        deadline: The run's wall clock.
        spent: Seconds of the budget that were gone before the clock began: starting up, or
            processes that worked on the run before.
        trials: Train exactly this many candidates and let no decision depend on time; None
            lets the clock decide.
        seed: Seed of every split, model and bootstrap.
        roots: Folders from which data may be read.
        named: Further files that may be read because the user named them.
        listener: Receives progress events.
        checks: Whether the tools run the checks themselves; the graph's own verify node does
            it for them otherwise.
        task_overrides: Slots that are fixed from outside (command-line flags).
        backend: Who does the fits: `threads`, `loky` or `ray`; None for threads, unless
            `joblib.parallel_config` says otherwise.
        search: Who proposes candidates after the portfolio.
        recipe: Name, file or folder of recipes, or `none`; None lets the words choose.
        first: Gives the configurations that a search on prepared data tries first; not asked
            when the number of trials is fixed, because the result must not depend on it then.
        families: Experimental families that every search tries besides.
        export: Form in which the model must be exportable (`export.wished.FORMATS`).
    """

    workspace: Workspace
    deadline: Deadline = field(default_factory=Deadline)
    spent: float = 0.0
    trials: int | None = None
    seed: int = 0
    roots: tuple[Path, ...] = field(default_factory=lambda: (Path.cwd(),))
    named: Callable[[str], bool] = lambda _: False
    listener: Listener = silent
    checks: bool = True
    task_overrides: dict[str, object] = field(default_factory=dict)
    backend: Backend | None = None
    search: Search = "auto"
    recipe: str | None = None
    first: Callable[[Prepared], Sequence[Mapping[str, Any]]] = lambda _: ()
    families: tuple[str, ...] = ()
    export: str | None = None

    @property
    def time_used(self) -> dict[str, float | None]:
        """The whole budget and what is used of it, in seconds, as V08 is told."""
        limit, spent = self.deadline.seconds, self.spent
        whole = None if limit is None else limit + spent
        return {"limit_s": whole, "elapsed_s": self.deadline.elapsed + spent}

    def readable(self, source: str) -> Path:
        """Return the path of a data file that this run may read.

        Raises:
            InputError: If the file lies outside the allowed folders and the user did not
                name it: a model must not be talked into reading other files.
        """
        path = Path(os.path.expanduser(source))
        try:
            resolved = path.resolve()
        except (OSError, ValueError, RuntimeError) as error:  # too long, a NUL, a loop of links
            raise InputError(f"{source[:80]!r} is no path: {error}.", "Check the path.") from error
        if self.named(source) or any(resolved.is_relative_to(r.resolve()) for r in self.roots):
            return path
        raise InputError(
            f"{source!r} is outside the folders that this run may read.",
            "Name the file in your message or allow its folder with roots=[...].",
        )

    def training_seconds(
        self, asked: float | None, wanted: float | None, after: float = 0.0
    ) -> float | None:
        """Return the seconds a training may take: what was asked, within what is left.

        Args:
            asked: The tool call's own limit, if any.
            wanted: The time budget of the task, counted from the start of the run, if any.
            after: Seconds that must be left for what follows on the training.
        """
        left = self.deadline.left
        if wanted is not None:
            left = min(left, max(0.0, wanted - self.deadline.elapsed))
        limits = [asked] if asked is not None else []
        if left != float("inf"):
            kept = after + min(CHECKS_MOST, CHECKS_SHARE * left) + self.kept_for_explanation
            limits.append(max(LEAST_SHARE * left, left - kept, LEAST_SECONDS))
        return min(limits) if limits else None

    @property
    def kept_for_explanation(self) -> float:
        """Seconds that nothing before the explanation may use."""
        return min(EXPLAINING_MOST, EXPLAINING_SHARE * (self.deadline.seconds or 0.0))

    def time_for_explanation(self) -> Deadline | None:
        """Return what the report leaves of the time, five seconds at most; None without a limit."""
        if self.trials or self.deadline.seconds is None:
            return None
        left = self.deadline.left
        return Deadline(min(EXPLAINING_MOST, max(0.4 * left, left - WRITING)))
