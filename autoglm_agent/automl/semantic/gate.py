"""The gate: no feature enters that has not passed a corrected test on rows it was not chosen on.

Rows are halved. On the first half ideas are screened; on the second half each one that goes on is
tested, most telling first, against the columns accepted so far. A test is a repeated
cross-validation whose differences are judged by the corrected resampled t-test (Nadeau & Bengio
2003) and by how often the idea wins; the levels come from alpha-investing (Foster & Stine 2008,
https://doi.org/10.1111/j.1467-9868.2007.00643.x), which pays for each test from a wealth that
only discoveries replenish. What an expression learns is learnt on the training part of each fold.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from autoglm_agent.automl.features.encoder import TableEncoder
from autoglm_agent.automl.features.kinds import feature_kinds
from autoglm_agent.automl.run.clock import Deadline
from autoglm_agent.automl.scoring.improvement import Improvement, compare
from autoglm_agent.automl.scoring.problem import Problem
from autoglm_agent.automl.semantic.dealing import Dealing
from autoglm_agent.automl.semantic.encoder import SemanticEncoder
from autoglm_agent.automl.semantic.ideas import Idea, Refusal
from autoglm_agent.automl.semantic.screening import screen
from autoglm_agent.automl.semantic.twin import Twin

WEALTH = 0.05
"""What the tests may spend at first, and what a discovery brings."""
WINS = 0.75
"""Share of the folds that an idea must win."""
LEAST_GAIN = 0.002
"""Part of the first loss that an idea must save: what is certain may still not matter."""
MOST_TESTS = 10
MOST_ROWS = 3000
LEAST_ROWS = 40


@dataclass(frozen=True)
class Decision:
    """What became of an idea.

    Attributes:
        name: The idea.
        source: `rules` or `model`.
        features: Its expressions as text.
        status: `accepted`, `rejected` by the test, `unpromising` by the screening, `untested`
            (there was no time or no room), or `refused` (not of the language).
        screening_p: p-value of the screening, if it was screened.
        p: p-value of the test, if it was tested.
        level: The level that it had to reach.
        gain: Mean reduction of the loss.
        wins: Share of the folds in which it was better.
        reason: One sentence, where there is more to say.
    """

    name: str
    source: str
    features: tuple[str, ...]
    status: str
    screening_p: float | None = None
    p: float | None = None
    level: float | None = None
    gain: float | None = None
    wins: float | None = None
    reason: str = ""


@dataclass(frozen=True)
class Selection:
    """The outcome of the gate.

    Attributes:
        expressions: The accepted ones as JSON data, fit for `SemanticEncoder`.
        decisions: What became of each idea; accepted ones first.
        loss: What the test measured.
        before: Mean loss of the test without new columns, or None if nothing was tested.
        after: The same with the accepted columns.
        rows: Rows that were used.
        seconds: Time it took.
    """

    expressions: tuple[dict[str, Any], ...] = ()
    decisions: tuple[Decision, ...] = ()
    loss: str = ""
    before: float | None = None
    after: float | None = None
    rows: int = 0
    seconds: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON data."""
        return {**asdict(self), "decisions": [asdict(d) for d in self.decisions]}


@dataclass
class _Gate:
    """The state of one passage."""

    X: pd.DataFrame
    kinds: dict[str, str]
    base: np.ndarray
    twin: Twin
    dealing: Dealing
    accepted: list[Idea] = field(default_factory=list)
    losses: np.ndarray = field(default_factory=lambda: np.empty(0))
    before: float | None = None
    wealth: float = WEALTH
    since: int = 0

    def judge(self, ideas: Sequence[Idea], against: np.ndarray | None) -> np.ndarray:
        """Return the loss on each fold; stop after a first dealing that is no better."""
        found: list[float] = []
        expressions = [e.to_json() for idea in ideas for e in idea.expressions]
        for number, (train, valid) in enumerate(self.dealing.folds):
            if number == self.dealing.first and against is not None:
                gained = against[:number] - np.array(found)
                if gained.mean() <= 0:
                    break  # to go on could only cost time: it would not be accepted
            X, X_valid = self.base[train], self.base[valid]
            if expressions:
                encoder = SemanticEncoder(expressions, self.kinds)
                X = np.hstack([X, encoder.fit_transform(self.X.iloc[train])])
                X_valid = np.hstack([X_valid, encoder.transform(self.X.iloc[valid])])
            predicted = self.twin.predict(X, train, X_valid)
            found.append(self.twin.loss(predicted, valid))
        return np.array(found)

    def level(self) -> float:
        """Return the level of the next test: a part of the wealth, less after each failure."""
        return self.wealth / (2.0 + self.since)

    def test(self, idea: Idea) -> tuple[Improvement, float]:
        """Test an idea on top of the accepted ones; accept it if it passes."""
        level = self.level()
        losses = self.judge([*self.accepted, idea], self.losses)
        before = self.losses[: len(losses)]
        found = compare(-losses, -before, self.dealing.test_share)
        whole = len(losses) == len(self.losses)
        least = LEAST_GAIN * (self.before or 0.0)
        if whole and found.better(level, WINS) and found.gain >= least:
            self.accepted.append(idea)
            self.losses = losses
            self.wealth += WEALTH
            self.since = 0
        else:
            self.wealth -= level / (1.0 - level)
            self.since += 1
        return found, level


def select_features(
    X: pd.DataFrame,
    y: np.ndarray,
    problem: Problem,
    ideas: Sequence[Idea],
    *,
    refused: Sequence[Refusal] = (),
    folds: np.ndarray | None = None,
    kinds: Mapping[str, str] | None = None,
    seed: int = 0,
    deadline: Deadline | None = None,
    screening: bool = True,
) -> Selection:
    """Decide which ideas become columns.

    Args:
        X: Raw columns of the training rows.
        y: Codes or numbers, as `Problem.encode` gives them.
        problem: What is predicted.
        ideas: What is proposed, by rules or by a model.
        refused: Proposals that could not be read; told with the decisions.
        folds: Fold of each row where rows may not be dealt at will (groups, or blocks in time
            with -1 for the first); None where they may.
        kinds: Column to kind as a profile tells them; inferred where absent.
        seed: Of the dealing and the models.
        deadline: When to stop testing; accepted ideas stay accepted.
        screening: Whether ideas are screened; without, all go on to the test, in order.

    Returns:
        The accepted expressions, and a decision for each idea.
    """
    clock = deadline or Deadline()
    told = [Decision(r.proposal, "model", (), "refused", reason=r.reason) for r in refused]
    began = Deadline()
    chosen = _some_rows(len(y), seed, folds)
    X, y = X.iloc[chosen].reset_index(drop=True), y[chosen]
    dealing = Dealing.of(y, problem, None if folds is None else folds[chosen], seed)
    found: dict[str, str] = {**feature_kinds(X, dict(kinds) if kinds else None)}
    if not ideas or len(y) < LEAST_ROWS or len(dealing.folds) < 2:
        reason = "There are too few rows to test it."
        told += [_decision(idea, "untested", reason=reason) for idea in ideas]
        return Selection(decisions=tuple(told), rows=len(y), seconds=began.elapsed)
    base = TableEncoder(dict(kinds) if kinds else None).fit(X).transform(X)
    gate = _Gate(X, found, base, Twin(problem, y, seed), dealing)
    p, kept = np.ones(len(ideas)), np.arange(len(ideas))
    if screening:
        p, kept = _screened(gate, ideas, clock)
    most = MOST_TESTS if screening else len(ideas)
    decisions = _tested(gate, ideas, p, kept, clock, most)
    return _selection(gate, [*decisions, *told], len(y), began.elapsed)


def _some_rows(count: int, seed: int, folds: np.ndarray | None) -> np.ndarray:
    if count <= MOST_ROWS:
        return np.arange(count)
    if folds is not None and (folds == -1).any():
        return np.arange(count - MOST_ROWS, count)  # blocks in time stay whole and recent
    return np.sort(np.random.default_rng([seed, 21]).permutation(count)[:MOST_ROWS])


def _screened(gate: _Gate, ideas: Sequence[Idea], clock: Deadline) -> tuple[np.ndarray, np.ndarray]:
    """Screen on the first half, against the residuals of the twin cross-validated there."""
    rows = gate.dealing.screening
    parts = np.random.default_rng([gate.twin.seed, 22]).permutation(len(rows)) % 3
    residuals: np.ndarray | None = None
    for part in range(3):
        train, valid = rows[parts != part], rows[parts == part]
        predicted = gate.twin.predict(gate.base[train], train, gate.base[valid])
        rest = gate.twin.residuals(predicted, valid)
        if residuals is None:
            residuals = np.zeros((len(rows), rest.shape[1]))
        residuals[parts == part] = rest
    assert residuals is not None
    X = gate.X.iloc[rows].reset_index(drop=True)
    return screen(ideas, X, residuals, gate.kinds, clock.share(0.4))


def _tested(
    gate: _Gate, ideas: Sequence[Idea], p: np.ndarray, kept: np.ndarray, clock: Deadline,
    most: int,
) -> list[Decision]:  # fmt: skip
    """Test what goes on, until wealth, time or room are used up."""
    room = max(4, int(np.ceil(2 * np.sqrt(gate.X.shape[1]))))
    decided: dict[int, Decision] = {}
    if len(kept):
        gate.losses = gate.judge([], None)
        gate.before = float(gate.losses.mean())
    tests = 0
    for i in kept:
        idea = ideas[i]
        used = sum(len(a.expressions) for a in gate.accepted)
        why = ""
        if used + len(idea.expressions) > room:
            why = f"At most {room} new columns are taken."
        elif tests >= most:
            why = f"At most {most} ideas are tested."
        elif clock.over:
            why = "The time was up."
        if why:
            decided[i] = _decision(idea, "untested", screening_p=float(p[i]), reason=why)
            continue
        tests += 1
        found, level = gate.test(idea)
        passed = idea in gate.accepted
        decided[i] = _decision(
            idea, "accepted" if passed else "rejected", screening_p=float(p[i]), p=found.p,
            level=level, gain=found.gain, wins=found.wins,
        )  # fmt: skip
    rest = [i for i in range(len(ideas)) if i not in decided]
    decisions = [decided[i] for i in kept]
    return decisions + [_decision(ideas[i], "unpromising", screening_p=float(p[i])) for i in rest]


def _selection(gate: _Gate, decisions: list[Decision], rows: int, seconds: float) -> Selection:
    order = {"accepted": 0, "rejected": 1, "untested": 2, "refused": 3, "unpromising": 4}
    ranked = sorted(decisions, key=lambda d: order[d.status])
    return Selection(
        expressions=tuple(e.to_json() for idea in gate.accepted for e in idea.expressions),
        decisions=tuple(ranked),
        loss=gate.twin.loss_name,
        before=gate.before,
        after=float(gate.losses.mean()) if len(gate.losses) else None,
        rows=rows,
        seconds=round(seconds, 3),
    )


def _decision(idea: Idea, status: str, **more: Any) -> Decision:
    plain = Decision(idea.name, idea.source, tuple(map(str, idea.expressions)), status)
    return replace(plain, **more)
