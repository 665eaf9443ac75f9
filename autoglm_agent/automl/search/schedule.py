"""In which order candidates are tried within a time, and what each may cost.

A quick model comes first on large tables, then plain LightGBM, by which later ones are priced,
then what is cheap and different (forests by out-of-bag). LightGBM's and CatBoost's configurations
race on two folds at a high rate; the winners go on at the lowest rate that their share of the time
pays for, which the race has priced, and what the ensemble so far has no use for gets little; where
time ended a race, its winner gets most of what is left instead. Linear
model and network follow, and until the time is up the members of the ensemble so far on freshly
dealt folds, and neighbours of the best.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from autoglm_agent.automl.run.clock import Deadline
from autoglm_agent.automl.scoring.metrics import GREATER_IS_BETTER, oriented
from autoglm_agent.automl.search import portfolio
from autoglm_agent.automl.search.ensemble import predicted, select
from autoglm_agent.automl.search.study import Study
from autoglm_agent.automl.search.train import Spec
from autoglm_agent.automl.search.trials import Trial

Offer = tuple[Spec, float]
"""A candidate and the seconds it may take."""

RATES = ((0.015, 0.06), (0.03, 0.18), (0.05, 0.3), (0.08, 0.4), (0.1, 0.5))
"""Learning rates, each with the share of the time left that it may cost."""
RACE_FOLDS = 2
RACE_RATE = 0.1
IDLE = 0.15
"""Part of its share for a winner that the ensemble so far has no use for."""
LEAST_WEIGHT = 0.05
HALF, WHOLE = 0.45, 0.95
"""Parts of the time left that a winner may use: with one of another kind to come, and without."""
UNPRICED = 0.85
"""Part of its share that a winner may use whose race was cut."""
BEHIND = 1.2
"""A winner whose loss is beyond this many times the best one's is not worth going on with."""
LARGE = 60_000
"""Cells of the matrix from which on a quick model comes first."""
MOST_TURNS = 40
MOST_REPEATS = 2
"""Times that a candidate is repeated on freshly dealt folds."""
JUDGED_ROWS = 3_000
"""Rows on which the members of the ensemble so far are found."""


@dataclass
class Board:
    """What the schedule may look at while it decides.

    Attributes:
        study: The data.
        deadline: When training must have ended.
        trials: Trials so far, by name of the spec.
        to_predict: Rows that are to be predicted within the time.
    """

    study: Study
    deadline: Deadline
    trials: dict[str, Trial] = field(default_factory=dict)
    to_predict: int = 0

    @property
    def left(self) -> float:
        """Seconds left for training."""
        return self.deadline.left

    @property
    def raced(self) -> list[int]:
        """Folds of the races."""
        return self.study.fold_numbers[:RACE_FOLDS]

    def merit(self, name: str) -> float:
        """Mean oriented score of a trial on the folds of the races; minus infinity without one."""
        trial, folds = self.trials.get(name), self.raced
        if trial is None:
            return -np.inf
        fitted = folds if name.startswith("race") else self.study.fold_numbers
        scores = dict(zip(fitted, trial.candidate.fold_scores, strict=False))
        metric = self.study.problem.metric
        values = [oriented(metric, scores[f]) for f in folds if f in scores]
        return float(np.mean(values)) if len(values) == len(folds) else -np.inf

    def price(self, spec: Spec) -> float:
        """Seconds that a boosted candidate will take on all folds; infinity if nothing tells.

        From its own race, or from plain LightGBM's time by the number of leaves.
        """
        race = self.trials.get(f"race_{spec.name.removeprefix('lightgbm_')}")
        known = race or self.trials.get("lightgbm") or self.trials.get("lightgbm_quick")
        if known is None or (spec.family == "catboost" and race is None):
            return np.inf
        told = known.candidate.params
        seconds = known.candidate.seconds / max(1, len(told["fitted"]))
        if race is None:
            leaves = float(spec.params.get("num_leaves", 31)) / float(told["num_leaves"])
            seconds *= leaves**0.7 * (1.3 if spec.params.get("extra_trees") else 1.0)
        folds = len(spec.folds) if spec.folds else len(self.study.fold_numbers)
        faster = float(told["learning_rate"]) / float(spec.params["learning_rate"])
        return float(seconds * folds * faster**0.9)

    def loss(self, merit: float) -> float:
        """Turn a merit into a loss that ratios can be taken of."""
        bounded = GREATER_IS_BETTER[self.study.problem.metric]
        return 1.0 - merit if bounded else -merit


def timed(
    board: Board, *, interpretable: bool, simplify: bool,
    rest: Callable[[Board], Iterator[Offer]] | None = None,
) -> Iterator[Offer]:  # fmt: skip
    """Yield candidates with what they may cost, until nothing more fits into the time.

    Args:
        board: What has been done so far.
        interpretable: Only models that a person can read.
        simplify: Only models with little capacity.
        rest: What is offered once the portfolio is through; by default members on other folds,
            and neighbours of the best.
    """
    study = board.study
    if interpretable or simplify:
        for spec in portfolio.readable(study) if interpretable else portfolio.simple(study):
            yield spec, 0.4 * board.left
        return
    if study.tree.size > LARGE:
        yield portfolio.quick(study), 0.2 * board.left
    yield portfolio.plain(study), 0.3 * board.left
    for spec in portfolio.forests(study):
        yield spec, 0.1 * board.left
    boosted, cats = portfolio.configurations(study), portfolio.catboosts(study)
    yield from _race(board, boosted, 0.15)
    best = _ranking(board, boosted)
    yield from _race(board, cats, 0.12)
    cats_best = _ranking(board, cats)
    yield from _winner(board, boosted, best[:1], best, most=HALF if cats else WHOLE)
    yield from _winner(board, cats, cats_best[:1], best)
    if portfolio.affordable(study, "linear"):
        yield portfolio.linear(log=portfolio.skewed(study)), 0.1 * board.left
    if portfolio.affordable(study, "network"):
        yield from _tried(board, portfolio.network(study))
    yield portfolio.smooth_forest(study), 0.1 * board.left
    if _little_noise(board):
        yield from _tried(board, portfolio.whole_forest(study))
    yield from _winner(board, boosted, best[1:2], best)
    yield from _winner(board, cats, cats_best[1:2], best)
    yield from _winner(board, boosted, best[2:3], best)
    yield from (rest or _until_the_end)(board)


def _tried(board: Board, spec: Spec) -> Iterator[Offer]:
    """Offer two folds of a candidate, and the others if they help and there is time for them."""
    name = f"race_{spec.name}"
    count = len(board.study.fold_numbers)
    if count > RACE_FOLDS and not board.study.refit:
        yield replace(spec, name=name, folds=tuple(board.raced)), 0.15 * board.left
        race = board.trials.get(name)
        if race is None or _cut(board, name):
            return
        rest = race.candidate.seconds / RACE_FOLDS * (count - RACE_FOLDS)
        if 1.2 * rest > board.left or not _helps(board, name):
            return
    yield spec, 0.95 * board.left


def _race(board: Board, configurations: dict[str, dict[str, Any]], part: float) -> Iterator[Offer]:
    """Offer the configurations on two folds, as long as the race stays cheap."""
    if len(board.study.fold_numbers) <= RACE_FOLDS:
        return
    end = board.left * (1.0 - part)
    for number, (name, params) in enumerate(configurations.items()):
        family = "catboost" if name.startswith("catboost") else "lightgbm"
        spec = Spec(f"race_{name}", family, params, folds=tuple(board.raced))
        limit = board.left - end
        expected = board.price(spec)
        if family == "catboost":  # nothing tells of the first, and the first of the others
            expected = _seconds(board, "race_catboost", 0.0)
            expected *= 2.0 if name == "catboost_deep" else 1.0
            if not number and len(configurations) > 1:
                limit *= 0.5
            elif number == 1 and _cut(board, "race_catboost"):
                expected = 0.0  # neither gets to its end: how far do they come in the same time?
        if expected < limit:
            yield spec, limit


def _cut(board: Board, name: str) -> bool:
    """Whether the time ended the fits of a trial before they had converged."""
    trial = board.trials.get(name)
    return trial is not None and any(i.get("cut") for i in trial.candidate.params["fitted"])


def _seconds(board: Board, name: str, otherwise: float) -> float:
    trial = board.trials.get(name)
    return trial.candidate.seconds if trial is not None else otherwise


def _ranking(board: Board, configurations: dict[str, Any]) -> list[str]:
    """Order the configurations by the race; those without a result keep their place behind."""
    order = list(configurations)
    return sorted(order, key=lambda n: (-board.merit(f"race_{n}"), order.index(n)))


def _winner(
    board: Board, configurations: dict[str, Any], names: Sequence[str], rivals: Sequence[str],
    *, most: float = WHOLE,
) -> Iterator[Offer]:  # fmt: skip
    """Offer a configuration at the lowest rate that its share of the time pays for."""
    for name in names:
        merit, best = board.merit(f"race_{name}"), board.merit(f"race_{rivals[0]}")
        cut = _cut(board, f"race_{name}")
        if np.isfinite(merit) and board.loss(merit) > BEHIND * board.loss(best) and not cut:
            continue
        specs = [portfolio.slow(configurations[name], name, rate) for rate, _ in RATES]
        prices = [board.price(spec) for spec in specs]
        helps = _helps(board, f"race_{name}")
        if cut:  # its price is not known, only that it is high
            if helps:
                yield specs[-1], UNPRICED * board.left
            continue
        allowed = board.left if helps else IDLE * board.left
        chosen = next((i for i, (_, part) in enumerate(RATES) if prices[i] <= part * allowed), None)
        if chosen is None and prices[-1] <= 0.9 * allowed:
            chosen = len(RATES) - 1
        if chosen is not None:
            yield specs[chosen], min(most * board.left, 2.0 * prices[chosen] + 0.1 * board.left)


def _helps(board: Board, name: str) -> bool:
    """Whether the ensemble so far would give a racer some weight on the folds of the race."""
    racer, done = board.trials.get(name), _finished(board)
    if racer is None or not done:
        return True  # nothing speaks against it
    rows = np.flatnonzero(predicted(racer.oof))
    rows = rows[np.unique(np.linspace(0, len(rows) - 1, JUDGED_ROWS).astype(np.int64))]
    oofs = {name: racer.oof[rows], **{n: t.oof[rows] for n, t in done.items()}}
    return select(oofs, board.study.y[rows], board.study.problem).get(name, 0.0) >= LEAST_WEIGHT


def _finished(board: Board) -> dict[str, Trial]:
    """Return the finished candidates, without their repetitions."""
    return {
        name: trial for name, trial in board.trials.items()
        if trial.candidate.status == "done" and trial.candidate.family != "baseline"
        and not trial.candidate.params.get("split")
    }  # fmt: skip


def _little_noise(board: Board) -> bool:
    """Whether trees that part single rows are better than trees that do not."""
    fine, smooth = (board.trials.get(n) for n in ("extra_trees", "extra_trees_smooth"))
    if fine is None or smooth is None:
        return False
    metric = board.study.problem.metric
    return oriented(metric, fine.candidate.score) > oriented(metric, smooth.candidate.score)


def _until_the_end(board: Board) -> Iterator[Offer]:
    """Offer what uses the rest of the time: members on other folds, and neighbours of the best.

    Nothing is offered that does not fit whole into what is left.
    """
    for turn in range(1, MOST_TURNS + 1):
        offered = False
        for spec, seconds in _of_turn(board, turn):
            if 1.15 * seconds < board.left:
                offered = True
                yield spec, board.left
        if not offered:
            return


def _of_turn(board: Board, turn: int) -> Iterator[tuple[Spec, float]]:
    """Yield what a turn holds, each with the seconds that its like has taken."""
    done = _finished(board)
    if not done:
        return
    known = np.flatnonzero(board.study.folds >= 0)
    rows = known[np.unique(np.linspace(0, len(known) - 1, JUDGED_ROWS).astype(np.int64))]
    oofs = {name: trial.oof[rows] for name, trial in done.items()}
    weights = select(oofs, board.study.y[rows], board.study.problem)
    members = sorted(weights, key=lambda name: -weights[name])
    for name in members if turn <= MOST_REPEATS else ():
        trial = done[name]
        if trial.candidate.family != "linear" and len(trial.models) > 1:
            yield portfolio.again(_spec_of(trial), turn), _whole_price(board, trial)
    metric = board.study.problem.metric
    weighted = {done[name].candidate.family for name in members}
    for family in portfolio.VARIED:
        own = [t for t in done.values() if t.candidate.family == family]
        if own and (family in weighted or turn == 1):
            best = max(own, key=lambda t: oriented(metric, t.candidate.score))
            for number in (2 * turn - 1, 2 * turn):
                spec = portfolio.variant(_spec_of(best), number, board.study.seed)
                yield spec, _whole_price(board, best)


def _whole_price(board: Board, trial: Trial) -> float:
    """Return the seconds that another trial of the kind takes, with what it is to predict."""
    return trial.candidate.seconds + board.to_predict * trial.row_seconds


def _spec_of(trial: Trial) -> Spec:
    told = trial.candidate
    own = {k: v for k, v in told.params.items() if k not in ("split", "fitted")}
    return Spec(told.name, told.family, own, trial.view)
