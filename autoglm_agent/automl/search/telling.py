"""What a search tells of its candidates while it works."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autoglm_agent.automl.run.clock import Deadline
from autoglm_agent.automl.run.events import Listener
from autoglm_agent.automl.scoring.metrics import GREATER_IS_BETTER
from autoglm_agent.automl.search.train import Spec
from autoglm_agent.automl.search.trials import Candidate, Trial

PORTFOLIO = Spec.proposer


@dataclass(frozen=True)
class Telling:
    """Tells a listener what becomes of candidates.

    Attributes:
        metric: The metric of the scores.
        deadline: Of the search.
        listener: Who is told.
    """

    metric: str
    deadline: Deadline
    listener: Listener

    def started(self, spec: Spec) -> None:
        """Tell that a candidate is being trained."""
        by = "" if spec.proposer == PORTFOLIO else f", proposed by {spec.proposer}"
        self._tell("trial.started", spec, f"Training {spec.name}{by}.")

    def done(self, spec: Spec, candidate: Candidate, trials: Sequence[Trial]) -> None:
        """Tell what came of a candidate; `trials` are all so far."""
        value = candidate.score if np.isfinite(candidate.score) else None
        if candidate.status == "failed":
            text = f"{spec.name} failed: {candidate.error}"
        elif value is None:
            text = f"{spec.name} did not finish in time."
        else:
            text = f"{spec.name}: {self.metric} {value:.5g} ({candidate.seconds:.1f} s)."
        self._tell(
            "trial.done", spec, text, id=candidate.id, score=value, status=candidate.status,
            seconds=round(candidate.seconds, 3), best=self._best(trials),
        )  # fmt: skip

    def _best(self, trials: Sequence[Trial]) -> float | None:
        scores = [
            t.candidate.score for t in trials
            if t.candidate.status == "done" and np.isfinite(t.candidate.score)
        ]  # fmt: skip
        if not scores:
            return None
        return max(scores) if GREATER_IS_BETTER[self.metric] else min(scores)

    def _tell(self, event: str, spec: Spec, text: str, **rest: Any) -> None:
        left = self.deadline.left
        told = {"event": event, "name": spec.name, "family": spec.family, "text": text, **rest}
        if spec.proposer != PORTFOLIO:
            told["proposer"] = spec.proposer
        told["left_s"] = round(left, 1) if np.isfinite(left) else None
        self.listener(told)
