"""How many seconds to keep for what follows on the training, by what has been measured so far.

What follows is the choice of the ensemble, its honest score, and, if they are to be had within
the same time, the predictions of rows to come. Each has a price that the training itself tells:
a merit's from a short selection, a prediction's from the validation rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from autoglm_agent.automl.models.fitted import MANY_ROWS
from autoglm_agent.automl.run.clock import Deadline
from autoglm_agent.automl.run.processors import processors
from autoglm_agent.automl.search import ensemble, honesty
from autoglm_agent.automl.search.study import Study
from autoglm_agent.automl.search.trials import Trial

JUDGED_ROWS = 1_500
"""Rows on which the members of the ensemble to be are foreseen."""
STEPS = 12
"""Steps of that selection: so few that it never ends early, which tells the price of a step."""
AGAIN = 0.05
"""Part of the time after which it is foreseen anew."""
SHARED = 0.65
"""Part of that price where the models predict side by side on two processors or more."""
MARGIN = 1.6
"""By how much more the predictions may take than measured; nothing ends them early."""
TAKEN = 0.6
"""Part of all steps and resamples that are usually done: both end when the time is up."""
LEAST, LEAST_SHARE = 0.15, 0.045
"""Seconds, and part of the whole time, that are kept anyway."""
MOST = 0.35
"""Part of the whole time that is kept at most."""
DISTILLING = 0.1
"""Part of the whole time that is kept for a student of the ensemble."""
HONEST = 2.0
"""Seconds that the honest score may take."""


@dataclass
class Reserve:
    """Foresees what is needed after the training.

    Attributes:
        study: The data.
        deadline: Of the whole search.
        to_predict: Rows that are to be predicted within the time.
        distil: Whether a student of the ensemble may follow.
    """

    study: Study
    deadline: Deadline
    to_predict: int = 0
    distil: bool = False
    _selecting: float = 0.0
    _predicting: float = 0.0
    _elapsed: float = field(default=-np.inf)

    def __post_init__(self) -> None:
        # Until something has been measured: a merit takes a microsecond for ten rows, and an
        # ensemble predicts a row in a third of a millisecond.
        rows = min(len(self.study.y), ensemble.MOST_ROWS)
        self._selecting = 0.1 + rows * 4e-5
        self._predicting = self.to_predict * (self.study.encoding + 3e-4)

    @property
    def training(self) -> Deadline:
        """When training must have ended."""
        return self._earlier(self.seconds)

    @property
    def before_predicting(self) -> Deadline:
        """When the model must be there."""
        return self._earlier(self.predicting)

    def _earlier(self, by: float) -> Deadline:
        whole = self.deadline.seconds
        return self.deadline if whole is None else replace(self.deadline, seconds=whole - by)

    @property
    def predicting(self) -> float:
        """Seconds that the rows to come will take."""
        return self._within(MARGIN * self._predicting)

    @property
    def seconds(self) -> float:
        """Seconds that are needed after the training."""
        share = LEAST_SHARE + (DISTILLING if self.distil else 0.0)
        least = LEAST + share * (self.deadline.seconds or 0.0)
        return self._within(least + self._selecting + MARGIN * self._predicting)

    def _within(self, seconds: float) -> float:
        whole = self.deadline.seconds
        return seconds if whole is None else min(seconds, MOST * whole)

    def foresee(self, trials: Sequence[Trial]) -> None:
        """Learn from the trials so far, if it is some time since the last time."""
        whole = self.deadline.seconds
        if whole is None or self.deadline.elapsed - self._elapsed < AGAIN * whole:
            return
        done = [
            t for t in trials
            if t.candidate.status == "done" and t.candidate.family != "baseline"
        ]  # fmt: skip
        first = [t for t in done if not t.candidate.params.get("split")]
        if not first:
            return
        known = np.flatnonzero(self.study.folds >= 0)
        rows = known[np.unique(np.linspace(0, len(known) - 1, JUDGED_ROWS).astype(np.int64))]
        oofs = {t.candidate.id: t.oof[rows] for t in first}
        timer = Deadline()
        weights = ensemble.select(oofs, self.study.y[rows], self.study.problem, steps=STEPS)
        merit = timer.elapsed / (STEPS * len(oofs) * len(rows))  # seconds for a row
        self._selecting = self._price_of_choosing(merit, len(first))
        members = [_likeness(t) for t in first if t.candidate.id in weights]
        each = sum(t.row_seconds for t in done if _likeness(t) in members)
        # Prices are those of one thread; of many rows the models predict side by side.
        each *= SHARED if self.to_predict >= MANY_ROWS and processors() > 1 else 1.0
        self._predicting = self.to_predict * (self.study.encoding + each)
        self._elapsed = self.deadline.elapsed

    def _price_of_choosing(self, merit: float, count: int) -> float:
        """Return what selection and honest score cost; `merit` is for a row and a candidate."""
        rows = len(self.study.y)
        bagged = ensemble.BAGS * min(rows, ensemble.BAG_ROWS) * min(count, ensemble.LEADING + 3)
        halves = 2 * honesty.HALVES * min(rows, honesty.MOST_ROWS) / 2 * count
        steps = ensemble.STEPS * (min(rows, ensemble.MOST_ROWS) * count + bagged + halves)
        resampled = honesty.REPEATS * min(rows, honesty.MOST_ROWS) * count
        return TAKEN * (merit * steps + min(HONEST, merit * resampled))


def _likeness(trial: Trial) -> str:
    """Return what a candidate has in common with its repetitions on other folds."""
    told = trial.candidate
    own = {k: v for k, v in told.params.items() if k not in ("split", "fitted")}
    return f"{told.family} {sorted(own.items(), key=lambda item: item[0])}"
