"""What follows on the training costs: told by doing a little of it, before the training.

The holdout's scores are resampled, the baselines fitted on all training rows, and the model, its
explanation and the report written whatever the table. What the predictions of the holdout cost
is not told here: the search knows the price of a row.
"""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np

from autoglm_agent.automl.checks.quality import MOST_ROWS
from autoglm_agent.automl.checks.thresholds import Thresholds
from autoglm_agent.automl.preparation.prepare import Prepared
from autoglm_agent.automl.run.clock import Deadline
from autoglm_agent.automl.scoring import bootstrap
from autoglm_agent.automl.scoring.assess import REPEATS
from autoglm_agent.automl.scoring.baselines import fit_baselines
from autoglm_agent.automl.scoring.metrics import metrics_for

MARGIN = 1.3
TRIED = 50
"""Resamples that are tried."""
PART = 4
"""One column in so many is tried to fit the baselines on."""
PAGE = {str(i): {"name": f"column {i}", "values": [i * 0.37, i]} for i in range(400)}
"""Something to write that takes a few milliseconds."""
PAGES = 750
"""Writing model, explanation and report takes as long as so many of these, about."""


def seconds_afterwards(prepared: Prepared) -> float:
    """Return the seconds that scores, needed checks, explanation and report will take here."""
    writing = PAGES * min(_seconds(lambda: json.dumps(PAGE, indent=1)) for _ in range(5))
    return MARGIN * (writing + _resampling(prepared) + _baselines(prepared))


def _resampling(prepared: Prepared) -> float:
    """Price the intervals of every metric, and of the gain over a constant (V30)."""
    problem, held = prepared.problem, prepared.holdout_rows
    every, main = [*metrics_for(problem.kind), problem.metric], [problem.metric] * 2
    rows = min(held, MOST_ROWS)
    price = _draw(prepared, every, held) * bootstrap.affordable(REPEATS, held)
    return price + _draw(prepared, main, rows) * bootstrap.affordable(Thresholds().bootstraps, rows)


def _draw(prepared: Prepared, metrics: list[str], rows: int) -> float:
    """Return the seconds of one resample of so many rows."""
    problem = prepared.problem
    if not rows or not len(prepared.y):
        return 0.0
    y = prepared.y[np.linspace(0, len(prepared.y) - 1, rows).astype(int)]  # may be sorted by class
    told = np.random.default_rng(0).random((rows, problem.width))
    told = told / told.sum(axis=1, keepdims=True) if problem.is_classification else told[:, 0]
    statistics = [bootstrap.statistic(metric, y, told, problem) for metric in metrics]
    groups = bootstrap.strata(y, problem)

    def draw(repeats: int) -> None:
        bootstrap.resample(statistics, groups, seed=0, repeats=repeats)

    draw(1)  # what is imported late is imported now
    return _seconds(lambda: draw(TRIED)) / TRIED


def _baselines(prepared: Prepared) -> float:
    """Price the best rule on one column: of the holdout's rows and within each fold (V30)."""
    part, y = prepared.X.iloc[:, ::PART], prepared.y
    folds = len(np.unique(prepared.folds[prepared.folds >= 0]))
    times = (1 + folds) * prepared.X.shape[1] / max(1, part.shape[1])
    return times * _seconds(lambda: fit_baselines(part, y, prepared.problem))


def _seconds(work: Callable[[], object]) -> float:
    timer = Deadline()
    work()
    return timer.elapsed
