"""Programs, tried on tests in a sandbox.

Given tests refute for certain: what fails them is wrong. What the sandbox denies (files,
network, processes, packages that are not installed, the clock of a busy host) is no mistake of
the program, so that a failure for that reason only votes. Tests that a model wrote vote at best:
as a gate they would refuse most right programs. Where no sandbox works, nothing runs and nothing
is refuted: the verdict is `unknown`, and what it tells is ours to mend.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from autoglm_agent.chain import Chain, Step, Verdict
from autoglm_agent.errors import InputError, SandboxUnavailable
from autoglm_agent.sandbox import Job, Limits, Outcome, Sandbox, select
from autoglm_agent.verifiers.code_program import MAX_PROGRAM, Program, find_program
from autoglm_agent.verifiers.code_suspicion import can_deceive

TEST_LIMITS = Limits(wall_s=60.0, cpu_s=10)
"""Processor time is what counts; the wall clock is there for programs that wait."""
OURS = {"OSError", "ModuleNotFoundError", "MemoryError"}
"""Errors that say more of where a program runs than of the program."""
SOUND_ENDS = {"cpu_limit", "output_limit"}
"""Endings without a report that break a limit which was part of the question."""
MOST = 400
"""Characters of a fact."""


class CodeTests:
    r"""Refute a program that fails the given tests.

    The program is the step's check of kind `code` (`{"kind": "code", "code": "..."}`), else the
    fenced block, or the whole, of a final step's claim. A final step without one is refuted.

    Args:
        tests: Python that uses the program's names: `assert` statements, or functions `test_*`
            without parameters. The module is also there as `solution`.
        sandbox: Where to run; the first of this machine that works by default.
        limits: Caps of the run, part of what is asked of the program.
        tests_are_complete: Whether passing the tests is all that is asked; a pass then proves
            the step, unless the program could have deceived them.

    Raises:
        InputError: If the tests are not Python.

    Examples:
        >>> tests = CodeTests("assert add(2, 3) == 5")
        >>> step = Step(claim="def add(a, b):\n    return a * b", final=True)
        >>> tests(step, Chain())[0].fact  # doctest: +SKIP
        'The test `assert add(2, 3) == 5` does not hold: left 6, right 5.'
    """

    check = "code"
    constraint = (
        "The answer is Python code in a fenced block; it must pass the tests that are given."
    )
    scope = "answer"
    cost = 0.2

    def __init__(
        self,
        tests: str,
        *,
        sandbox: Sandbox | None = None,
        limits: Limits = TEST_LIMITS,
        tests_are_complete: bool = False,
    ) -> None:
        if reason := _unreadable(tests):
            raise InputError(f"The tests are not Python: {reason}.", "Mend the tests.")
        self._tests = tests
        self._sandbox = sandbox
        self._limits = limits
        self._complete = tests_are_complete

    def __call__(self, step: Step, chain: Chain) -> list[Verdict]:  # noqa: ARG002 - protocol
        """Return the verdict of the tests, or nothing if the step has no program to offer."""
        program = find_program(step)
        if program is None:
            return [self._verdict("fail", NO_PROGRAM, field="claim")] if step.final else []
        if len(program.code) > MAX_PROGRAM:
            return [self._verdict("fail", TOO_LONG, field=program.field)]
        outcome = try_program(program.code, [self._tests], self._sandbox, self._limits)
        seconds = outcome.wall_s
        if outcome.status == "unavailable":
            return [self._verdict("unknown", _our_fault(outcome), seconds=seconds)]
        failure = first_failure(outcome)
        if failure is None:
            return [self._passed(program, outcome)]
        return [
            self._verdict(
                "fail",
                describe_failure(failure, outcome),
                sound=is_sound(failure, outcome),
                field=program.field,
                span=program.line_span(failure.get("line")),
                seconds=seconds,
                evidence={"status": outcome.status, "error": _line(failure.get("kind"), 80)},
            )
        ]

    def _passed(self, program: Program, outcome: Outcome) -> Verdict:
        asserted = outcome.result.get("asserted", 0)
        doubt = can_deceive(program.code) or ("" if asserted else "nothing was asserted")
        return self._verdict(
            "pass",
            f"The program passes the given tests ({asserted} assertions).",
            sound_pass=self._complete and not doubt,
            field=program.field,
            n=asserted,
            seconds=outcome.wall_s,
            evidence={"doubt": doubt} if doubt else {},
        )

    def _verdict(self, status: Any, fact: str, **told: Any) -> Verdict:
        return Verdict(check=self.check, title="Given tests", status=status, fact=fact, **told)


class GeneratedTests:
    """Vote on a program by tests that were not given but made up, each tried by itself.

    Args:
        tests: One text a test. Those that are not Python do not count.
        quorum: Share of the tests that a program must pass to be voted for.
        sandbox: Where to run; the first of this machine that works by default.
        limits: Caps of the run of all tests together.

    Raises:
        InputError: If no test is Python.
    """

    check = "generated_tests"
    scope = "answer"
    cost = 0.2

    def __init__(
        self,
        tests: Sequence[str],
        *,
        quorum: float = 0.5,
        sandbox: Sandbox | None = None,
        limits: Limits = TEST_LIMITS,
    ) -> None:
        self._tests = [test for test in tests if not _unreadable(test)]
        if not self._tests:
            raise InputError("No generated test is Python.", "Generate the tests again.")
        self._quorum = quorum
        self._sandbox = sandbox
        self._limits = limits

    def __call__(self, step: Step, chain: Chain) -> list[Verdict]:  # noqa: ARG002 - protocol
        """Return one vote with the share of tests passed, or nothing without a program."""
        program = find_program(step)
        if program is None or len(program.code) > MAX_PROGRAM:
            return []
        outcome = try_program(program.code, self._tests, self._sandbox, self._limits)
        told: dict[str, Any] = {"check": self.check, "title": "Generated tests", "sound": False}
        told["seconds"] = outcome.wall_s
        if outcome.status == "unavailable":
            return [Verdict(status="unknown", fact=_our_fault(outcome), **told)]
        failures = _failures(outcome)
        if failures is None or len(failures) != len(self._tests):
            failures = [first_failure(outcome) or {}] * len(self._tests)
        failed = [failure for failure in failures if failure is not None]
        share = 1 - len(failed) / len(failures)
        fact = f"The program passes {len(failures) - len(failed)} of {len(failures)} made-up tests."
        if failed:
            fact = _line(f"{fact} First failure: {describe_failure(failed[0], outcome)}", MOST)
        return [
            Verdict(
                status="pass" if share >= self._quorum else "fail",
                fact=fact,
                statistic=share,
                threshold=self._quorum,
                n=len(failures),
                field=program.field,
                **told,
            )
        ]


NO_PROGRAM = "The answer holds no program: put one, whole, into a fenced block of Python."
TOO_LONG = f"The program is longer than {MAX_PROGRAM} characters."


def try_program(
    code: str, tests: Sequence[str], sandbox: Sandbox | None, limits: Limits
) -> Outcome:
    """Run a program against tests in a sandbox; `unavailable` if there is none."""
    try:
        place = sandbox or select()
    except SandboxUnavailable as error:
        return Outcome("unavailable", str(error))
    inputs = {
        "solution.py": code.encode("utf-8", "replace"),
        "tests.json": json.dumps(list(tests)).encode("ascii"),
    }
    return place.run(Job(_harness(), inputs, limits))


def first_failure(outcome: Outcome) -> dict[str, Any] | None:
    """Return the first failure that a run tells; None only if every test passed."""
    failures = _failures(outcome)
    if failures is not None:
        return next((failure for failure in failures if failure is not None), None)
    told = outcome.result if isinstance(outcome.result, dict) else {}
    if told.get("stage") in ("compile", "load") and isinstance(told.get("failure"), dict):
        return {**told["failure"], "stage": told["stage"]}
    return {"stage": "ended"}


def describe_failure(failure: dict[str, Any], outcome: Outcome) -> str:
    """Return a failure as one sentence, fit to be fed back."""
    kind, text = _line(failure.get("kind"), 60), _line(failure.get("text"), 160)
    said = f"{kind}: {text}" if text else kind
    where = f" in line {failure['line']}" if isinstance(failure.get("line"), int) else ""
    test = _line(failure.get("test"), 160)
    stage = failure.get("stage")
    if stage == "compile":
        fact = f"The program does not compile{where}: {said}."
    elif stage == "load":
        fact = f"The program fails when it is loaded{where}: {said}."
    elif stage == "ended":
        reason = outcome.reason or "Its report cannot be read."
        fact = f"The program could not be tried to the end. {reason}"
    elif failure.get("asserted") and "left" in failure:
        left, right = _line(failure["left"], 80), _line(failure.get("right"), 80)
        fact = f"The test `{test}` does not hold: left {left}, right {right}."
    elif failure.get("asserted"):
        fact = f"The test `{test}` does not hold{': ' + text if text else ''}."
    else:
        fact = f"The test `{test}` ends in an error{where}: {said}."
    return _line(fact, MOST)


def is_sound(failure: dict[str, Any], outcome: Outcome) -> bool:
    """Whether a failure shows that the program is wrong, on this host as on any other."""
    if failure.get("stage") == "ended":
        return outcome.status in SOUND_ENDS
    kinds = failure.get("kinds")
    return isinstance(kinds, list) and not OURS & {str(kind) for kind in kinds}


def _failures(outcome: Outcome) -> list[dict[str, Any] | None] | None:
    """Return each test's failure or None, in order; None if the tests did not all run.

    The report comes from the program's own process, so nothing is taken for granted.
    """
    told = outcome.result
    if outcome.status != "ok" or not isinstance(told, dict) or told.get("stage") != "tests":
        return None
    failures, asserted = told.get("failures"), told.get("asserted")
    if not isinstance(failures, list) or not isinstance(asserted, int) or not failures:
        return None
    return failures if all(f is None or isinstance(f, dict) for f in failures) else None


def _our_fault(outcome: Outcome) -> str:
    return _line(f"The program was not tried, for no fault of its own: {outcome.reason}", MOST)


def _unreadable(test: str) -> str:
    """Return why a text is not Python; empty if it is."""
    try:
        ast.parse(test)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return str(error)
    return ""


def _line(value: object, most: int) -> str:
    """Return foreign text on one line, printable, cut, and unable to close a fence."""
    text = "".join(c if c.isprintable() else " " for c in str(value or "")[: 4 * most])
    text = " ".join(text.replace("```", "'''").split())
    return text if len(text) <= most else f"{text[: most - 3]}..."


@cache
def _harness() -> str:
    return Path(__file__).with_name("code_harness.py").read_text(encoding="utf-8")
