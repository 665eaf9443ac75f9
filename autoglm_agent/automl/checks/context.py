"""What a check may look at.

A check reads; it changes nothing but `cache`, where measurements that several checks need
(the skill of each column alone) are kept for the length of one context.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from autoglm_agent.automl.checks.thresholds import Thresholds
from autoglm_agent.automl.run.clock import Deadline
from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.chain import Task

if TYPE_CHECKING:
    from autoglm_agent.automl.data.profile import Profile
    from autoglm_agent.automl.preparation.prepare import Prepared


class NotApplicableError(Exception):
    """Raised by a check that has nothing to say here; the message becomes the verdict's fact."""


@dataclass
class CheckContext:
    """The artefacts of one run, as far as it has come.

    Attributes:
        workspace: The run folder; the integrity checks read its files, not our memory.
        task: What was asked.
        table_profile: Profile of the whole table.
        prepared: Training rows; None if none were prepared.
        search: The content of `search.json`; None before the search.
        assessment: The content of `assessments/<model>.json`; None before the assessment.
        thresholds: See `Thresholds`.
        deadline: Optional checks are left out when it is over.
        budget: `limit_s`, `elapsed_s`, `memory_limit_mb`, `peak_memory_mb`; any may be absent.
        seed: Of everything random inside a check.
        cache: Shared measurements.
    """

    workspace: Workspace
    task: Task
    table_profile: Profile | None = None
    prepared: Prepared | None = None
    search: dict[str, Any] | None = None
    assessment: dict[str, Any] | None = None
    thresholds: Thresholds = field(default_factory=Thresholds)
    deadline: Deadline = field(default_factory=Deadline)
    budget: dict[str, float | None] = field(default_factory=dict)
    seed: int = 0
    cache: dict[str, Any] = field(default_factory=dict)

    def need_prepared(self) -> Prepared:
        """Return the training rows.

        Raises:
            NotApplicableError: If none were prepared.
        """
        if self.prepared is None:
            raise NotApplicableError("No training rows were prepared.")
        return self.prepared

    def need_target(self) -> Prepared:
        """Return the training rows of a task that has a target.

        Raises:
            NotApplicableError: If none were prepared, or the task has no target.
        """
        if self.task.target is None:
            raise NotApplicableError("The task has no target, so there is nothing to check here.")
        return self.need_prepared()

    def need_search(self) -> dict[str, Any]:
        """Return the content of `search.json`.

        Raises:
            NotApplicableError: If no search was done.
        """
        if self.search is None:
            raise NotApplicableError("No models were searched.")
        return self.search

    def need_assessment(self) -> dict[str, Any]:
        """Return the assessment.

        Raises:
            NotApplicableError: If no model was assessed.
        """
        if self.assessment is None:
            raise NotApplicableError("No model was assessed on held-out rows.")
        return self.assessment
