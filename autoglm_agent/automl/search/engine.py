"""The search: train candidates until the time or the number of trials is used, then combine.

Every finished candidate is saved before the next one starts. A candidate that raises is one
failed trial and never the end. With a number of trials and no time limit no decision depends on
the clock, and the same seed gives the same bits.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from autoglm_agent.automl.models.base import OutOfTime
from autoglm_agent.automl.run.clock import Deadline
from autoglm_agent.automl.run.events import Listener, silent
from autoglm_agent.automl.run.processors import processors
from autoglm_agent.automl.scoring.metrics import GREATER_IS_BETTER
from autoglm_agent.automl.scoring.problem import Problem
from autoglm_agent.automl.search import portfolio, schedule
from autoglm_agent.automl.search.blend import conclude
from autoglm_agent.automl.search.experimental import check_experimental, with_experimental
from autoglm_agent.automl.search.recalled import ahead, believed
from autoglm_agent.automl.search.result import SearchResult, load_search
from autoglm_agent.automl.search.study import Study
from autoglm_agent.automl.search.train import Spec, candidate_id, train, trial_key
from autoglm_agent.automl.search.trials import Candidate, MemoryTrials, Trial, Trials
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
        experimental: Families of `experimental.EXPERIMENTAL` that are tried besides.

    Returns:
        The candidates, their out-of-fold predictions, and the model.

    Raises:
        InputError: If an experimental family is unknown.
        MissingExtraError: If what it needs is not installed.
    """
    check_experimental(experimental)
    deadline = deadline or Deadline()
    work = _Search(
        problem, deadline, trials, store or MemoryTrials(), listener, frozenset(discard),
        () if interpretable or simplify else tuple(believed(first)), frozenset(without),
        () if interpretable or simplify else tuple(experimental),
    )  # fmt: skip
    if deadline.seconds is not None and deadline.left < LEAST_SECONDS:
        study = _study_of_baseline(y, problem, folds, seed)
    else:
        study = Study.of(
            X, y, problem, folds, exchangeable=oob_allowed, kinds=kinds, weight=sample_weight,
            seed=seed, threads=n_jobs or processors(), interpretable=interpretable,
            expressions=expressions,
        )  # fmt: skip
    work.attempt(Spec("baseline", "baseline"), study, Deadline())
    if study.encoder is not None and study.tree.shape[1]:
        work.run(study, interpretable, simplify)
    else:
        work.stopped = "nothing fits"
    return conclude(
        study, X, work.trials, work.failed, deadline=deadline, stopped=work.stopped,
        trained=work.trained, single=interpretable, max_latency_ms=max_latency_ms,
        steps=8 if simplify else None,
    )  # fmt: skip


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

    problem: Problem
    deadline: Deadline
    limit: int | None
    store: Trials
    listener: Listener
    discard: frozenset[str]
    first: tuple[Spec, ...] = ()
    without: frozenset[str] = frozenset()
    experimental: tuple[str, ...] = ()
    trials: list[Trial] = field(default_factory=list)
    failed: list[Candidate] = field(default_factory=list)
    trained: int = 0
    stopped: str = "finished"

    def run(self, study: Study, interpretable: bool, simplify: bool) -> None:
        """Work through the portfolio."""
        keep = self._reserve(len(study.y))
        seconds = self.deadline.seconds
        training = Deadline(
            None if seconds is None else max(0.0, seconds - keep), self.deadline.start
        )
        board = schedule.Board(study, training)
        offers = ahead(board, self.first, self._offers(board, interpretable, simplify))
        offers = with_experimental(board, self.experimental, offers)
        for count, (spec, share) in enumerate(offers):
            if self.limit is not None and count >= self.limit:
                self.stopped = "trials"
                return
            if training.left < LEAST_SECONDS:
                self.stopped = "time"
                return
            limit = Deadline() if share == float("inf") else Deadline(min(share, training.left))
            trial = self.attempt(spec, study, limit)
            if trial is not None:
                board.trials[spec.name] = trial

    def attempt(self, spec: Spec, study: Study, limit: Deadline) -> Trial | None:
        """Load or train one candidate; None if it is discarded or failed."""
        name = candidate_id(spec, study)
        unwanted = name in self.discard or spec.family in self.without
        if unwanted and spec.family != "baseline":
            return None  # without the baseline there would be nothing to fall back on
        trial = self.store.load(trial_key(spec, study))
        if trial is None:
            self._tell("trial.started", spec, f"Training {spec.name}.")
            trial = self._train(spec, study, limit, name)
            if trial is None:
                return None
            self.trained += spec.family != "baseline"
        self.trials.append(trial)
        self._tell_done(spec, trial.candidate)
        return trial

    def _train(self, spec: Spec, study: Study, limit: Deadline, name: str) -> Trial | None:
        began = Deadline(None)
        try:
            trial = train(spec, study, limit)
        except OutOfTime:
            self._fail(spec, name, "stopped", "out of time", began.elapsed)
            return None
        except Exception as error:  # whatever a library raises is one failed trial
            if spec.family == "baseline":
                raise  # no library is involved: the data or our code is wrong
            self._fail(spec, name, "failed", f"{type(error).__name__}: {error}", began.elapsed)
            return None
        faultpoint("trial.done")
        self.store.save(trial)
        faultpoint("trial.saved")
        return trial

    def _offers(
        self, board: schedule.Board, interpretable: bool, simplify: bool
    ) -> Iterator[schedule.Offer]:
        if self.limit is None and self.deadline.seconds is not None:
            yield from schedule.timed(board, interpretable=interpretable, simplify=simplify)
            return
        share = float("inf") if self.deadline.seconds is None else None
        for spec in portfolio.fixed(board.study, interpretable=interpretable, simplify=simplify):
            if self.limit is None and "variant" in spec.name:
                return
            yield spec, board.left if share is None else share

    def _reserve(self, rows: int) -> float:
        """Seconds kept for choosing the ensemble, building the model and predicting with it."""
        if self.deadline.seconds is None:
            return 0.0
        selecting = 0.1 + min(rows, 10_000) * 8e-5
        predicting = 0.06 + 0.04 * min(1.0, rows / 20_000)
        return min(0.15 * self.deadline.left, selecting + predicting * self.deadline.seconds)

    def _fail(self, spec: Spec, name: str, status: Any, error: str, seconds: float) -> None:
        candidate = Candidate(
            name, spec.name, spec.family, spec.params, float("nan"), 0.0, [], seconds, status,
            error[:500],
        )  # fmt: skip
        self.failed.append(candidate)
        self._tell_done(spec, candidate)

    def _best(self) -> float | None:
        metric = self.problem.metric
        scores = [
            t.candidate.score for t in self.trials
            if t.candidate.status == "done" and np.isfinite(t.candidate.score)
        ]  # fmt: skip
        if not scores:
            return None
        return max(scores) if GREATER_IS_BETTER[metric] else min(scores)

    def _tell_done(self, spec: Spec, candidate: Candidate) -> None:
        value = candidate.score if np.isfinite(candidate.score) else None
        if candidate.status == "failed":
            text = f"{spec.name} failed: {candidate.error}"
        elif value is None:
            text = f"{spec.name} did not finish in time."
        else:
            text = f"{spec.name}: {self.problem.metric} {value:.5g} ({candidate.seconds:.1f} s)."
        self._tell(
            "trial.done", spec, text, id=candidate.id, score=value, status=candidate.status,
            seconds=round(candidate.seconds, 3), best=self._best(),
        )  # fmt: skip

    def _tell(self, event: str, spec: Spec, text: str, **rest: Any) -> None:
        left = self.deadline.left
        told = {"event": event, "name": spec.name, "family": spec.family, "text": text, **rest}
        told["left_s"] = round(left, 1) if np.isfinite(left) else None
        self.listener(told)
