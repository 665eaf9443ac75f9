"""In which order candidates are tried within a time, and what each may cost.

A quick model comes first on large tables, then plain LightGBM, by which later ones are priced,
then what is cheap and different (forests by out-of-bag). CatBoost's and LightGBM's configurations
race on two folds at a high rate; the winners go on at the lowest rate that their share of the time
pays for, which the race has priced. Linear model and network follow, and until the time is up the
members of the ensemble so far on freshly dealt folds, and neighbours of the best.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from autoglm_agent.automl.run.clock import Deadline
from autoglm_agent.automl.scoring.metrics import GREATER_IS_BETTER, oriented
from autoglm_agent.automl.search import portfolio
from autoglm_agent.automl.search.ensemble import select
from autoglm_agent.automl.search.study import Study
from autoglm_agent.automl.search.train import Spec
from autoglm_agent.automl.search.trials import Trial

Offer = tuple[Spec, float]
"""A candidate and the seconds it may take."""

RATES = ((0.015, 0.06), (0.03, 0.15), (0.05, 0.3), (0.08, 0.5))
"""Learning rates, each with the share of the time left that it may cost."""
RACE_FOLDS = 2
RACE_RATE = 0.1
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
    """

    study: Study
    deadline: Deadline
    trials: dict[str, Trial] = field(default_factory=dict)

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


def timed(board: Board, *, interpretable: bool, simplify: bool) -> Iterator[Offer]:
    """Yield candidates with what they may cost, until nothing more fits into the time."""
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
    yield from _race(board, cats)
    yield from _race(board, boosted)
    best = _ranking(board, boosted)
    cats_best = _ranking(board, cats)
    yield from _winner(board, cats, cats_best[:1], best)
    yield from _winner(board, boosted, best[:1], best)
    if portfolio.affordable(study, "network"):
        yield portfolio.network(study), 0.25 * board.left
    if portfolio.affordable(study, "linear"):
        yield portfolio.linear(log=portfolio.skewed(study)), 0.1 * board.left
    yield portfolio.smooth_forest(study), 0.1 * board.left
    if _little_noise(board):
        yield portfolio.whole_forest(study), 0.2 * board.left
    yield from _winner(board, boosted, best[1:2], best)
    yield from _winner(board, cats, cats_best[1:2], best)
    yield from _winner(board, boosted, best[2:3], best)
    yield from _until_the_end(board)


def _race(board: Board, configurations: dict[str, dict[str, Any]]) -> Iterator[Offer]:
    """Offer the configurations on two folds, as long as the race stays cheap."""
    if len(board.study.fold_numbers) <= RACE_FOLDS:
        return
    began, allowed = board.left, 0.2 * board.left
    for name, params in configurations.items():
        family = "catboost" if name.startswith("catboost") else "lightgbm"
        spec = Spec(f"race_{name}", family, params, folds=tuple(board.raced))
        expected = board.price(spec) if family == "lightgbm" else 0.0
        if name == "catboost_deep":  # four times the leaves, without the categories' statistics
            expected = 2.0 * _seconds(board, "race_catboost", np.inf)
        if began - board.left + expected < allowed:
            yield spec, 0.12 * began


def _seconds(board: Board, name: str, otherwise: float) -> float:
    trial = board.trials.get(name)
    return trial.candidate.seconds if trial is not None else otherwise


def _ranking(board: Board, configurations: dict[str, Any]) -> list[str]:
    """Order the configurations by the race; those without a result keep their place behind."""
    order = list(configurations)
    return sorted(order, key=lambda n: (-board.merit(f"race_{n}"), order.index(n)))


def _winner(
    board: Board, configurations: dict[str, Any], names: Sequence[str], rivals: Sequence[str]
) -> Iterator[Offer]:
    """Offer a configuration at the lowest rate that its share of the time pays for."""
    for name in names:
        merit, best = board.merit(f"race_{name}"), board.merit(f"race_{rivals[0]}")
        if np.isfinite(merit) and board.loss(merit) > BEHIND * board.loss(best):
            continue
        specs = [portfolio.slow(configurations[name], name, rate) for rate, _ in RATES]
        prices = [board.price(spec) for spec in specs]
        chosen = next(
            (i for i, (_, part) in enumerate(RATES) if prices[i] <= part * board.left), None
        )
        if chosen is None and prices[-1] <= 0.9 * board.left:
            chosen = len(RATES) - 1
        if chosen is not None:
            yield specs[chosen], min(0.95 * board.left, 2.0 * prices[chosen] + 0.1 * board.left)


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
    done = {
        name: trial for name, trial in board.trials.items()
        if trial.candidate.status == "done" and trial.candidate.family != "baseline"
        and not trial.candidate.params.get("split")
    }  # fmt: skip
    if not done:
        return
    rows = np.linspace(0, len(board.study.y) - 1, JUDGED_ROWS).astype(np.int64)
    rows = np.unique(rows)
    oofs = {name: trial.oof[rows] for name, trial in done.items()}
    weights = select(oofs, board.study.y[rows], board.study.problem)
    members = sorted(weights, key=lambda name: -weights[name])
    for name in members if turn <= MOST_REPEATS else ():
        trial = done[name]
        if trial.candidate.family != "linear" and len(trial.models) > 1:
            yield portfolio.again(_spec_of(trial), turn), trial.candidate.seconds
    metric = board.study.problem.metric
    for family in ("lightgbm", "catboost"):
        own = [t for t in done.values() if t.candidate.family == family]
        if own:
            best = max(own, key=lambda t: oriented(metric, t.candidate.score))
            for number in (2 * turn - 1, 2 * turn):
                spec = portfolio.variant(_spec_of(best), number, board.study.seed)
                yield spec, best.candidate.seconds


def _spec_of(trial: Trial) -> Spec:
    told = trial.candidate
    own = {k: v for k, v in told.params.items() if k not in ("split", "fitted")}
    return Spec(told.name, told.family, own, trial.view)
