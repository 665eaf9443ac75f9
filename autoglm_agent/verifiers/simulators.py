"""State simulators: replay the chain in a small world and see whether the new step can happen.

This is the extension point for a task of your own: say where the world starts and what a step
does to it, and every step is checked exactly, with the place of the fault. A simulator finds
most of the mistakes that no reading of the prose alone can find, at the step that makes them.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, is_dataclass
from typing import Any, Generic, TypeVar

from autoglm_agent.chain import Chain, Step, Verdict
from autoglm_agent.verifiers.telling import told

State = TypeVar("State")


class Refuted(Exception):
    """Raised by a simulator's `apply` for a step that cannot happen in its state.

    Args:
        fact: One sentence that says what is wrong, fit to be fed back to a model.
        field: Part of the step at fault.
        span: Characters of that part, from and to.
        conflicts: Indices of earlier steps with which the step is in conflict.
        evidence: Figures or names, as JSON data.
    """

    def __init__(
        self,
        fact: str,
        *,
        field: str | None = None,
        span: tuple[int, int] | None = None,
        conflicts: tuple[int, ...] = (),
        evidence: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(fact)
        self.fact = fact
        self.field = field
        self.span = span
        self.conflicts = conflicts
        self.evidence = evidence or {}


class StateSimulator(Generic[State]):
    """Judge a step by what it does to a state.

    Args:
        start: From the chain's question to the first state; None where the question is not of
            this kind, and then nothing is judged.
        apply: From a state and a step to the next state. Returns None for a step that says
            nothing about the state, and raises `Refuted` for an impossible one. It must leave
            the given state as it is.
        goal: For final steps, from the state reached and the step to the reason why it is no
            answer, or None where it is one.
        name: Canonical name of a state: equal names mean that the same can follow. The default
            is compact JSON of dataclasses and plain data.
        check: Stable id of the verdicts.
        title: What is verified, for people.
        sound: Whether a refutation is final.
        sound_pass: Whether a pass proves the step.

    Examples:
        >>> def apply(left, step):
        ...     taken = int(step.claim)
        ...     if not 1 <= taken <= min(3, left):
        ...         raise Refuted(f"{taken} cannot be taken from {left}.")
        ...     return left - taken
        >>> nim = StateSimulator(lambda question: 5, apply, check="nim")
        >>> [v.status for v in nim(Step(claim="4"), Chain())]
        ['fail']
        >>> nim(Step(claim="2"), Chain().grown(Step(claim="1")))[0].state
        '2'
    """

    cost = 1e-3

    def __init__(
        self,
        start: Callable[[str], State | None],
        apply: Callable[[State, Step], State | None],
        *,
        goal: Callable[[State, Step], str | None] | None = None,
        name: Callable[[State], str] | None = None,
        check: str = "simulator",
        title: str = "The step can happen",
        sound: bool = True,
        sound_pass: bool = False,
    ) -> None:
        self.check = check
        self._start = start
        self._apply = apply
        self._goal = goal
        self._name = name or canonical
        self._title = title
        self._sound = sound
        self._sound_pass = sound_pass

    def __call__(self, step: Step, chain: Chain) -> list[Verdict]:
        """Replay the chain and judge the step as the next one."""
        state = self._start(chain.question)
        if state is None:
            return []
        for index, earlier in enumerate(chain.steps):
            try:
                after = self._apply(state, earlier)
            except Refuted as found:
                return [self._resting_on(index, found)]
            state = state if after is None else after
        return self._judge(state, step)

    def _judge(self, state: State, step: Step) -> list[Verdict]:
        try:
            after = self._apply(state, step)
        except Refuted as found:
            return [self._verdict("fail", found.fact, found)]
        reached = state if after is None else after
        if step.final and self._goal is not None:
            missing = self._goal(reached, step)
            if missing:
                return [self._verdict("fail", missing, Refuted(missing, field="claim"))]
        elif after is None:
            return []
        return [
            self._verdict("pass", "").model_copy(
                update={"sound_pass": self._sound_pass, "state": self._name(reached)}
            )
        ]

    def _resting_on(self, index: int, found: Refuted) -> Verdict:
        """Refute a step because an accepted one before it is impossible."""
        fact = f"It rests on step {index + 1}, which is wrong: {found.fact}"
        conflicts = tuple(sorted({index, *found.conflicts}))
        return self._verdict("fail", fact, Refuted(fact, conflicts=conflicts))

    def _verdict(self, status: str, fact: str, found: Refuted | None = None) -> Verdict:
        return Verdict.model_validate(
            {
                "check": self.check,
                "title": self._title,
                "status": status,
                "sound": self._sound,
                "fact": told(fact, 400),
                "field": found.field if found else None,
                "span": found.span if found else None,
                "conflicts": found.conflicts if found else (),
                "evidence": found.evidence if found else {},
            }
        )


def canonical(state: Any) -> str:
    """Return a state's name: compact JSON with sorted keys, or a text as it is."""
    if isinstance(state, str):
        return state
    plain = asdict(state) if is_dataclass(state) and not isinstance(state, type) else state
    return json.dumps(plain, sort_keys=True, separators=(",", ":"), default=str)
