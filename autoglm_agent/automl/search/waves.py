"""Several candidates at a time, where there are more workers than a candidate has folds.

Only for candidates that do not wait for each other's results. What they come to is told in the
order in which they were asked for, so that it is the same however many workers there are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from autoglm_agent.automl.run.clock import Deadline
from autoglm_agent.automl.run.workers import WorkerLostError
from autoglm_agent.automl.search.dispatch import undecided
from autoglm_agent.automl.search.fitting import FitError, Fitted, Order, Raised
from autoglm_agent.automl.search.study import Study
from autoglm_agent.automl.search.train import Spec, gathered, orders_of, out_of_bag, train
from autoglm_agent.automl.search.trials import Trial

FITS_AHEAD = 4
"""Fits under way and waiting, for each worker."""

Wanted = tuple[Spec, Deadline]


def joins(spec: Spec, study: Study) -> bool:
    """Whether a candidate can be trained along with others."""
    return study.workers is not None and not study.refit and not out_of_bag(spec, study)


def full(wave: Sequence[Wanted], study: Study) -> bool:
    """Whether the workers have enough to do."""
    assert study.workers is not None
    fits = sum(len(spec.folds or study.fold_numbers) for spec, _ in wave)
    return fits >= FITS_AHEAD * study.workers.width


def trained_together(wave: Sequence[Wanted], study: Study) -> Iterator[Trial | Exception]:
    """Train candidates side by side; yield each one's trial, or what went wrong with it.

    If a worker dies, those that are not done are trained again one by one, so that the one that
    kills workers is told from the others.
    """
    orders = [
        orders_of(spec, study, limit, others=_others(wave, spec, study)) for spec, limit in wave
    ]
    latest = max((limit for _, limit in wave), key=lambda limit: limit.left)
    outcomes = undecided([order for own in orders for order in own], study, latest)
    done = 0
    try:
        for (spec, limit), own in zip(wave, orders, strict=True):
            trial = _trial(spec, study, own, list(islice(outcomes, len(own))), limit)
            done += 1
            yield trial
    except WorkerLostError:
        for spec, limit in wave[done:]:
            try:
                yield train(spec, study, limit)
            except Exception as error:  # noqa: BLE001  (one candidate's fault, told as such)
                yield error


def raised_or(found: Trial | Exception) -> Trial:
    """Return a trial, or raise what went wrong with it."""
    if isinstance(found, Exception):
        raise found
    return found


def _others(wave: Sequence[Wanted], spec: Spec, study: Study) -> int:
    return sum(len(s.folds or study.fold_numbers) for s, _ in wave if s is not spec)


def _trial(
    spec: Spec, study: Study, orders: list[Order], outcomes: list[Fitted | Raised | None],
    limit: Deadline,
) -> Trial | Exception:  # fmt: skip
    assert study.workers is not None
    fitted: list[Fitted | None] = []
    for outcome in outcomes:
        if isinstance(outcome, Raised):
            return FitError(outcome.error)
        fitted.append(outcome)
    seconds = sum(f.seconds for f in fitted if f) / min(study.workers.width, len(orders))
    try:
        return gathered(spec, study, orders, fitted, limit, seconds=seconds)
    except Exception as error:  # noqa: BLE001  (one candidate's fault, told as such)
        return error
