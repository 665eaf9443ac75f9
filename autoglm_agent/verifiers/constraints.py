"""Constraints on the words of a step: exact text, pattern, choice, number, unit, date.

Each takes the claim as it is, or what `part` finds in it; each refutes soundly what it can read
and says `unknown` where the text holds nothing of the kind.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from autoglm_agent.chain import Chain, Step, Verdict
from autoglm_agent.errors import InputError
from autoglm_agent.verifiers.dates import read_dates
from autoglm_agent.verifiers.evaluation import evaluate, written
from autoglm_agent.verifiers.expressions import ExpressionError, parse
from autoglm_agent.verifiers.telling import quoted

MAX_READ = 100_000
"""Characters of a claim that are read."""


class Constraint:
    """Base of the constraints: which steps are judged, and how a finding is told.

    Args:
        final: Whether only final steps are judged.
        part: From the claim to the text that is judged, for example the words after "Answer:";
            None from it means that the step is not judged.
        check: Stable id; the default is the class's.
    """

    check = "constraint"
    title = "The constraint holds"
    cost = 5e-6

    def __init__(
        self,
        *,
        final: bool = True,
        part: Callable[[str], str | None] | None = None,
        check: str | None = None,
    ) -> None:
        self.check = check or type(self).check
        self.scope = "answer" if final else "step"
        self._final = final
        self._part = part

    def __call__(self, step: Step, chain: Chain) -> list[Verdict]:  # noqa: ARG002 - protocol
        """Judge the claim of a step; a tool call without one is not judged."""
        if (self._final and not step.final) or (step.tool and not step.claim):
            return []
        if len(step.claim) > MAX_READ:
            return [self._verdict("unknown", f"The claim has more than {MAX_READ:,} characters.")]
        text = self._part(step.claim) if self._part else step.claim
        if text is None:
            return []
        return [self._verdict(*self.judge(text))]

    def judge(self, text: str) -> tuple[str, str]:
        """Return the status, and the fact where it is not a pass."""
        raise NotImplementedError

    def _verdict(self, status: str, fact: str) -> Verdict:
        return Verdict.model_validate(
            {
                "check": self.check,
                "title": self.title,
                "status": status,
                "fact": fact,
                "field": "claim" if status == "fail" else None,
            }
        )


class ExactMatch(Constraint):
    """Refute a claim that is not the text wanted; a match proves it.

    Args:
        wanted: The text.
        strict: Whether case, spaces and a closing full stop count.
        **options: See `Constraint`.
    """

    check = "exact"
    title = "The answer is the one wanted"

    def __init__(self, wanted: str, *, strict: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self._wanted = wanted
        self._strict = strict

    def judge(self, text: str) -> tuple[str, str]:
        """Compare, spaces and case aside unless strict."""
        same = text == self._wanted if self._strict else _plain(text) == _plain(self._wanted)
        return ("pass", "") if same else ("fail", f"{quoted(text)} is not the answer wanted.")

    def _verdict(self, status: str, fact: str) -> Verdict:
        found = super()._verdict(status, fact)
        return found.model_copy(update={"sound_pass": status == "pass"})


class Matches(Constraint):
    """Refute a claim that does not match a regular expression as a whole.

    Args:
        pattern: A Python pattern, from the developer and never from a model: a pattern can be
            made that runs for ever.
        told: What the form is, in words, for the fact.
        **options: See `Constraint`.
    """

    check = "regex"
    title = "The form is as asked"

    def __init__(self, pattern: str, *, told: str = "", **options: Any) -> None:
        super().__init__(**options)
        try:
            self._pattern = re.compile(pattern)
        except re.error as error:
            raise InputError(f"{pattern!r} is no pattern: {error}.", "Correct it.") from None
        self._told = told or f"of the form {pattern}"

    def judge(self, text: str) -> tuple[str, str]:
        """Match the whole text, spaces around it aside."""
        if self._pattern.fullmatch(text.strip()):
            return "pass", ""
        return "fail", f"{quoted(text)} is not {self._told}."


class Lines(Constraint):
    """Refute a claim with a line that no rule of a small grammar allows.

    Args:
        rules: Name of each kind of line to its pattern, from the developer; a line must match
            one as a whole. Empty lines do not count.
        **options: See `Constraint`.
    """

    check = "grammar"
    title = "Each line has an allowed form"

    def __init__(self, rules: Mapping[str, str], **options: Any) -> None:
        super().__init__(**options)
        if not rules:
            raise InputError("The grammar has no rules.", "Give at least one.")
        try:
            self._rules = {name: re.compile(pattern) for name, pattern in rules.items()}
        except re.error as error:
            raise InputError(f"A rule is no pattern: {error}.", "Correct it.") from None

    def judge(self, text: str) -> tuple[str, str]:
        """Match each line against the rules."""
        for number, line in enumerate(text.splitlines(), 1):
            words = line.strip()
            if words and not any(rule.fullmatch(words) for rule in self._rules.values()):
                listed = ", ".join(self._rules)
                return "fail", f"Line {number}, {quoted(words)}, is none of: {listed}."
        return "pass", ""


class Choice(Constraint):
    """Refute a claim that is none of the choices.

    Args:
        choices: The allowed answers; case, spaces and a closing full stop do not count.
        **options: See `Constraint`.
    """

    check = "choice"
    title = "The answer is one of the choices"

    def __init__(self, choices: Sequence[str], **options: Any) -> None:
        super().__init__(**options)
        if not choices:
            raise InputError("There are no choices.", "Give at least one.")
        self._choices = tuple(choices)

    def judge(self, text: str) -> tuple[str, str]:
        """Look the text up among the choices."""
        if _plain(text) in map(_plain, self._choices):
            return "pass", ""
        listed = ", ".join(self._choices[:10])
        return "fail", f"{quoted(text)} is none of the choices: {listed}."


class NumberRange(Constraint):
    """Refute a claim whose number is outside a range, or of the wrong kind.

    Args:
        low: Smallest allowed number; None for no bound.
        high: Largest.
        whole: Whether it must be a whole number.
        **options: See `Constraint`.
    """

    check = "range"
    title = "The number is in its range"

    def __init__(
        self,
        low: float | None = None,
        high: float | None = None,
        *,
        whole: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self._low = None if low is None else Fraction(low)
        self._high = None if high is None else Fraction(high)
        self._whole = whole

    def judge(self, text: str) -> tuple[str, str]:
        """Read the text as a number, or take the only number in it."""
        value = _only_number(text)
        if value is None:
            return "unknown", f"{quoted(text)} holds not exactly one number."
        told = written(value)
        if self._low is not None and value < self._low:
            return "fail", f"{told} is below {written(self._low)}."
        if self._high is not None and value > self._high:
            return "fail", f"{told} is above {written(self._high)}."
        if self._whole and value.denominator != 1:
            return "fail", f"{told} is not a whole number."
        return "pass", ""


class Dates(Constraint):
    """Refute a claim with a date that does not exist, is out of bounds, or out of order.

    Dates are read in the forms `2024-02-30`, `30 February 2024` and `February 30, 2024`; forms
    whose day and month can be confused are left alone.

    Args:
        first: Earliest allowed date.
        last: Latest.
        ordered: Whether the dates must not go back in time.
        **options: See `Constraint`.
    """

    check = "dates"
    constraint = "Dates must exist and be in order."
    title = "The dates are real"

    def __init__(
        self,
        first: date | None = None,
        last: date | None = None,
        *,
        ordered: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self._first = first
        self._last = last
        self._ordered = ordered

    def judge(self, text: str) -> tuple[str, str]:
        """Judge each date of the text, then their order."""
        earlier: date | None = None
        for words, day in read_dates(text):
            if day is None:
                return "fail", f'"{words}" is no day of the calendar.'
            if self._first and day < self._first:
                return "fail", f"{day} is before {self._first}."
            if self._last and day > self._last:
                return "fail", f"{day} is after {self._last}."
            if self._ordered and earlier and day < earlier:
                return "fail", f"{day} comes after {earlier} in the text and before it in time."
            earlier = day
        return ("pass", "") if earlier else ("unknown", "The claim has no date.")


def _only_number(text: str) -> Fraction | None:
    """Return the value of a text that is an expression, or of the only number in it."""
    try:
        return evaluate(parse(text))
    except ExpressionError:
        numbers = re.findall(r"(?<![\w.])-?\d[\d,]*(?:\.\d+)?(?![\w]|\.\d)", text)
        if len(numbers) != 1:
            return None
    try:
        return evaluate(parse(numbers[0]))
    except ExpressionError:
        return None


def _plain(text: str) -> str:
    return " ".join(text.split()).rstrip(".").casefold()
