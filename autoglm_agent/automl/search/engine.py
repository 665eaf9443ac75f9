"""The search: train candidates until the time or the number of trials is used, then combine.

Every finished candidate is saved before the next one starts. A candidate that raises is one
failed trial and never the end. With a number of trials and no time limit no decision depends on
the clock, and the same seed gives the same bits.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from autoglm_agent.automl.models.base import OutOfTime, Stored
from autoglm_agent.automl.run.backends import Backend
from autoglm_agent.automl.run.clock import Deadline
from autoglm_agent.automl.run.events import Listener, silent
from autoglm_agent.automl.run.memory import give_back_freed
from autoglm_agent.automl.run.processors import processors
from autoglm_agent.automl.run.workers import WorkerLostError, Workers, chosen_workers
from autoglm_agent.automl.scoring.problem import Problem
from autoglm_agent.automl.search import portfolio, schedule
from autoglm_agent.automl.search.blend import conclude
from autoglm_agent.automl.search.distil import FAMILY
from autoglm_agent.automl.search.engines import Search, check_search
from autoglm_agent.automl.search.experimental import check_experimental, with_experimental
from autoglm_agent.automl.search.fitting import FitError, ready
from autoglm_agent.automl.search.proposals import proposed
from autoglm_agent.automl.search.recalled import ahead, believed
from autoglm_agent.automl.search.reserve import Reserve
from autoglm_agent.automl.search.result import SearchResult, load_search
from autoglm_agent.automl.search.study import Study
from autoglm_agent.automl.search.telling import Telling
from autoglm_agent.automl.search.train import Spec, candidate_id, train, trial_key
from autoglm_agent.automl.search.trials import Candidate, MemoryTrials, Trial, Trials
from autoglm_agent.automl.search.waves import (
    Wanted,
    full,
    joins,
    raised_or,
    trained_together,
)
from autoglm_agent.automl.search.workspace_trials import WorkspaceTrials
from autoglm_agent.faults import faultpoint

__all__ = [
    "Candidate", "MemoryTrials", "SearchResult", "Trial", "Trials", "WorkspaceTrials",
    "load_search", "run_search",
]  # fmt: skip

LEAST_SECONDS = 0.15
"""With less than this left no candidate is started."""


def run_search(
    X: pd.DataFrame,
    y: np.ndarray,
    problem: Problem,
    folds: np.ndarray,
    *,
    oob_allowed: bool,
    kinds: Mapping[str, str] | None = None,
    deadline: Deadline | None = None,
    trials: int | None = None,
    seed: int = 0,
    store: Trials | None = None,
    listener: Listener = silent,
    interpretable: bool = False,
    max_latency_ms: float | None = None,
    discard: Collection[str] = (),
    simplify: bool = False,
    sample_weight: np.ndarray | None = None,
    n_jobs: int | None = None,
    first: Sequence[Mapping[str, Any]] = (),
    without: Collection[str] = (),
    expressions: Sequence[Mapping[str, Any]] = (),
    backend: Backend | None = None,
    to_predict: int = 0,
    search: Search = "auto",
    experimental: Collection[str] = (),
) -> SearchResult:
    """Search for the best ensemble within the time.

    Args:
        X: Raw columns of the training rows, as `typed_frame` gives them.
        y: Codes or numbers, as `Problem.encode` gives them.
        problem: What is predicted and by which metric it is judged.
        folds: Fold of each row; -1 marks rows that are never validated, and then the folds are
            blocks in time, each trained on the earlier ones only.
        oob_allowed: Whether rows are exchangeable (no groups, no time), so that out-of-bag
            predictions are honest.
        kinds: Kinds of the columns; inferred where absent.
        deadline: When the result must be there.
        trials: Number of candidates; no decision then depends on time, except that the
            deadline, if there is one, still ends the search.
        seed: Seed of everything random.
        store: Where finished trials are kept; in memory by default.
        listener: Told of each candidate (`trial.started`, `trial.done`).
        interpretable: Only models that a person can read, and a single one in the end.
        max_latency_ms: Longest median time of predicting a single row.
        discard: Ids of candidates that must not be used.
        simplify: Only models with little capacity.
        sample_weight: Weights of the rows in training, shape (rows,).
        n_jobs: Fits that run side by side; the processors this process may use by default.
        first: Configurations to try first, each with `family` and `params` as plain data, for
            example winners on similar tables; what this search could not choose itself is
            passed over, and so are all if only some models are wanted.
        without: Families that are not trained.
        expressions: Semantic features that every candidate reads besides, as
            `semantic.gate.Selection.expressions` holds them.
        backend: Who does the fits: `threads` of this process, worker processes of this machine
            (`loky`) or of a cluster (`ray`); None for what `joblib.parallel_config` says around
            the caller, and threads where it says nothing.
        to_predict: Rows that the caller will want predicted before the deadline, too.
        search: Who proposes candidates after the portfolio: `auto` (the ensemble's members on
            other folds, and neighbours of the best), `grid`, `random`, `tpe`, `gp`, `semantic`.
        experimental: Families of `experimental.EXPERIMENTAL` that are tried besides.

    Returns:
        The candidates, their out-of-fold predictions, and the model.

    Raises:
        InputError: If an experimental family is unknown.
        MissingExtraError: If what it needs is not installed.
    """
    check_experimental(experimental)
    deadline = deadline or Deadline()
    check_search(search)
    work = _Search(
        Telling(problem.metric, deadline, listener), deadline, trials, store or MemoryTrials(),
        frozenset(discard),
        () if interpretable or simplify else tuple(believed(first)), frozenset(without),
        rest=None if search == "auto" else lambda board: proposed(board, search, X),
        experimental=() if interpretable or simplify else tuple(experimental),
    )  # fmt: skip
    hurried = deadline.left < LEAST_SECONDS
    with _workers(None if hurried else backend, n_jobs, hurried) as workers:
        if hurried:
            study = _study_of_baseline(y, problem, folds, seed)
        else:
            study = Study.of(
                X, y, problem, folds, exchangeable=oob_allowed, kinds=kinds, weight=sample_weight,
                seed=seed, threads=n_jobs or processors(), interpretable=interpretable,
                expressions=expressions, workers=workers,
            )  # fmt: skip
        distil = not (interpretable or simplify or FAMILY in without)
        reserve = Reserve(study, deadline, to_predict, distil and max_latency_ms is not None)
        work.attempt(Spec("baseline", "baseline"), replace(study, workers=None), Deadline())
        if study.encoder.features_ and study.tree.shape[1]:
            work.run(study, reserve, interpretable, simplify)
        else:
            work.stopped = "nothing fits"
    return conclude(
        study, X, work.trials, work.failed, deadline=reserve.before_predicting,
        stopped=work.stopped,
        trained=work.trained, single=interpretable, max_latency_ms=max_latency_ms,
        steps=8 if simplify else None, distil=distil,
    )  # fmt: skip


@contextmanager
def _workers(backend: Backend | None, jobs: int | None, none: bool) -> Iterator[Workers | None]:
    """Yield the workers, started while the table is being encoded; none stays behind."""
    workers = None if none else chosen_workers(backend, jobs)
    if workers is None:
        yield None
        return
    try:
        workers.warm(ready)
        yield workers
    finally:
        workers.close()


def _study_of_baseline(y: np.ndarray, problem: Problem, folds: np.ndarray, seed: int) -> Study:
    """Return a study without features, when there is no time to encode the table."""
    empty = pd.DataFrame(index=range(len(y)))
    return Study.of(
        empty, y, problem, folds, exchangeable=False, kinds=None, weight=None, seed=seed,
        threads=1, interpretable=False,
    )  # fmt: skip


@dataclass
class _Search:
    """The state of one search."""

    telling: Telling
    deadline: Deadline
    limit: int | None
    store: Trials
    discard: frozenset[str]
    first: tuple[Spec, ...] = ()
    without: frozenset[str] = frozenset()
    rest: Callable[[schedule.Board], Iterator[schedule.Offer]] | None = None
    experimental: tuple[str, ...] = ()
    trials: list[Trial] = field(default_factory=list)
    failed: list[Candidate] = field(default_factory=list)
    trained: int = 0
    stopped: str = "finished"

    def run(
        self, study: Study, reserve: Reserve, interpretable: bool, simplify: bool
    ) -> None:  # fmt: skip
        """Work through the portfolio."""
        board = schedule.Board(study, reserve.training, to_predict=reserve.to_predict)
        study.until = board.deadline
        if study.workers is not None:
            study.workers.ready(board.deadline)
        offers = ahead(board, self.first, self._offers(board, interpretable, simplify))
        wave: list[Wanted] = []
        offers = with_experimental(board, self.experimental, offers)
        for count, (spec, share) in enumerate(offers):
            if self.limit is not None and count >= self.limit:
                self.stopped = "trials"
                break
            if board.left < LEAST_SECONDS:
                self.stopped = "time"
                break
            wave.append((spec, board.deadline.within(share)))
            if not joins(spec, study):
                *others, alone = wave
                self._train_wave(others, study, board)
                wave[:] = [alone]
            elif self._waits_for_nothing(spec) and not full(wave, study):
                continue
            self._train_wave(wave, study, board)
            reserve.foresee(self.trials)
            study.until = board.deadline = reserve.training
        self._train_wave(wave, study, board)
        if self.deadline.cancelled:
            self.stopped = "cancelled"

    def _waits_for_nothing(self, spec: Spec) -> bool:
        """Whether what is offered after a candidate does not depend on what comes of it."""
        fixed = self.limit is not None or spec.split > 0 or "_variant" in spec.name
        return fixed and spec.proposer == "portfolio"

    def _train_wave(self, wave: list[Wanted], study: Study, board: schedule.Board) -> None:
        """Train candidates that wait, and empty the list."""
        new = [(spec, limit) for spec, limit in wave if self._is_new(spec, study)]
        made: Iterator[Trial | Exception] | None = None
        if len(new) > 1:
            made = trained_together(new, study)
        for spec, limit in wave:
            trial = self.attempt(spec, study, limit, made)
            if trial is not None:
                board.trials[spec.name] = trial
        wave.clear()

    def _is_new(self, spec: Spec, study: Study) -> bool:
        unwanted = candidate_id(spec, study) in self.discard or spec.family in self.without
        return not unwanted and self.store.load(trial_key(spec, study)) is None

    def attempt(
        self, spec: Spec, study: Study, limit: Deadline,
        made: Iterator[Trial | Exception] | None = None,
    ) -> Trial | None:  # fmt: skip
        """Load or train one candidate; None if it is discarded or failed.

        Args:
            spec: The candidate.
            study: The data.
            limit: When it must have ended.
            made: Trials of candidates that are trained together, this one's the next; None if
                it is trained alone.
        """
        name = candidate_id(spec, study)
        unwanted = name in self.discard or spec.family in self.without
        if unwanted and spec.family != "baseline":
            return None  # without the baseline there would be nothing to fall back on
        trial = self.store.load(trial_key(spec, study))
        if trial is None:
            self.telling.started(spec)
            trial = self._train(spec, study, limit, name, made)
            if trial is None:
                return None
            self.trained += spec.family != "baseline"
        self.trials.append(trial)
        self.telling.done(spec, trial.candidate, self.trials)
        give_back_freed()
        return trial

    def _train(
        self, spec: Spec, study: Study, limit: Deadline, name: str,
        made: Iterator[Trial | Exception] | None,
    ) -> Trial | None:  # fmt: skip
        began = Deadline(None)
        try:
            trial = train(spec, study, limit) if made is None else raised_or(next(made))
        except OutOfTime:
            self._fail(spec, name, "stopped", "out of time", began.elapsed)
            return None
        except Exception as error:  # whatever a library raises is one failed trial
            if spec.family == "baseline":
                raise  # no library is involved: the data or our code is wrong
            told = str(error)
            if not isinstance(error, FitError | WorkerLostError):  # these say it in words
                told = f"{type(error).__name__}: {error}"
            self._fail(spec, name, "failed", told, began.elapsed)
            return None
        for model in trial.models:
            if isinstance(model, Stored):
                model.forget()
        faultpoint("trial.done")
        kept = self.store.save(trial)
        faultpoint("trial.saved")
        return kept

    def _offers(
        self, board: schedule.Board, interpretable: bool, simplify: bool
    ) -> Iterator[schedule.Offer]:
        if self.limit is None and self.deadline.seconds is not None:
            yield from schedule.timed(
                board, interpretable=interpretable, simplify=simplify, rest=self.rest
            )
            return
        share = float("inf") if self.deadline.seconds is None else None
        for spec in portfolio.fixed(board.study, interpretable=interpretable, simplify=simplify):
            if "variant" in spec.name and (self.limit is None or self.rest is not None):
                break
            yield spec, board.left if share is None else share
        if self.limit is not None and self.rest is not None and not (interpretable or simplify):
            yield from self.rest(board)

    def _fail(self, spec: Spec, name: str, status: Any, error: str, seconds: float) -> None:
        candidate = Candidate(
            name, spec.name, spec.family, spec.params, float("nan"), 0.0, [], seconds, status,
            error[:500], proposer=spec.proposer,
        )  # fmt: skip
        self.failed.append(candidate)
        self.telling.done(spec, candidate, self.trials)
