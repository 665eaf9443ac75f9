"""The fits of a search sent to workers: data once, orders one by one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from autoglm_agent.automl.run.clock import Deadline, SentDeadline
from autoglm_agent.automl.run.sharing import Shared
from autoglm_agent.automl.search.fitting import FitError, Fitted, Order, Raised, fit_shared
from autoglm_agent.automl.search.rows import Rows
from autoglm_agent.automl.search.study import Study


def dispatched(
    orders: Sequence[Order], study: Study, deadline: Deadline
) -> Iterator[Fitted | None]:
    """Yield what came of fits in workers, in order; None where there was no time.

    Raises:
        FitError: If a fit raised.
        WorkerLostError: If a worker died.
    """
    for outcome in undecided(orders, study, deadline):
        if isinstance(outcome, Raised):
            raise FitError(outcome.error)
        yield outcome


def undecided(
    orders: Sequence[Order], study: Study, deadline: Deadline
) -> Iterator[Fitted | Raised | None]:
    """As `dispatched`, but a fit that raised is yielded: others may be worth waiting for."""
    workers = study.workers
    assert workers is not None
    until = SentDeadline.of(deadline)
    told = _told(study)
    calls = [
        (fit_shared, (_base(study), _matrix(study, order.view), told, order, until, workers.parent))
        for order in orders
    ]
    yielded = 0
    try:
        for outcome in workers.run(calls, study.until):
            yielded += 1
            yield outcome
    except TimeoutError:
        yield from [None] * (len(orders) - yielded)


def _told(study: Study) -> Rows:
    """Return what a worker must know of the rows beside the arrays."""
    nothing = np.empty(0)
    return Rows(
        study.problem, nothing, nothing, study.exchangeable, None, study.seed, study.coded,
        study.levels,
    )  # fmt: skip


def _base(study: Study) -> Shared:
    if "base" not in study.shared:
        assert study.workers is not None
        arrays = {"y": study.y, "folds": study.folds}
        if study.weight is not None:
            arrays["weight"] = study.weight
        study.shared["base"] = study.workers.share(arrays)
    return study.shared["base"]


def _matrix(study: Study, view: str) -> Shared:
    if view not in study.shared:
        assert study.workers is not None
        study.shared[view] = study.workers.share({"X": study.view(view)})
    return study.shared[view]
