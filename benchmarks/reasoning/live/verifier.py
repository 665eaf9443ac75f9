"""A sound verifier of single steps: it replays the assignments and never sees the solution.

From the problem's text it knows which assignment is due, from the accepted steps the value of
each name; it checks that the line is that assignment with that value, and its arithmetic.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from autoglm_agent.chain import Chain, Step, Verdict

_ASSIGNMENT = re.compile(r"([a-j])=([a-j]|\d{1,4})([-+*])(\d{1,4})")
_STEP = re.compile(r"([a-j])=(\d{1,4})([-+*])(\d{1,4})=(-?\d{1,8})")
_ANSWER = re.compile(r"Answer: (-?\d{1,8})")


class StepVerifier:
    """Judge one line of a solution, in the protocol of `autoglm_agent.verifiers`.

    The chain's question is the problem; a step's claim is one line of its solution, or, where the
    step is final, what follows `Answer: `.
    """

    check = "live.step"

    def __call__(self, step: Step, chain: Chain) -> list[Verdict]:
        """Return the verdict on `step.claim` after the accepted steps."""
        line = f"Answer: {step.claim}" if step.final else step.claim
        fact = refutation(chain.question, line, [accepted.claim for accepted in chain.steps])
        if fact:
            return [Verdict(check=self.check, status="fail", fact=fact)]
        return [Verdict(check=self.check, status="pass", sound_pass=True)]


def refutation(problem: str, line: str, accepted: Sequence[str]) -> str:
    """Return why a line is wrong, or nothing if it is right.

    Args:
        problem: Text of the problem.
        line: The step, without its line end.
        accepted: The steps before it, each accepted by this verifier.
    """
    parts = problem.split(";")
    values = {given.partition("=")[0]: int(given.rpartition("=")[2]) for given in accepted}
    if len(accepted) == len(parts):
        answer = _ANSWER.fullmatch(line)
        if answer is None:
            return "The answer is due, as `Answer: N`."
        right = list(values.values())[-1]
        return "" if int(answer[1]) == right else "The answer is not the last value."
    due, made = _ASSIGNMENT.fullmatch(parts[len(accepted)]), _STEP.fullmatch(line)
    if due is None or made is None:
        return "This is no step of the form `name=value operator number=result`."
    name, left, operator, right_side = due.groups()
    wanted = (name, values[left] if left in values else int(left), operator, int(right_side))
    if (made[1], int(made[2]), made[3], int(made[4])) != wanted:
        return f"Due is {name}={wanted[1]}{operator}{wanted[3]}."
    a, b = wanted[1], wanted[3]
    result = {"+": a + b, "-": a - b, "*": a * b}[operator]
    return "" if int(made[5]) == result else f"{a}{operator}{b} is not {made[5]}."


def verified_answer(problem: str, solution: str) -> int | None:
    """Return the answer of a solution all of whose lines are right, else None."""
    accepted = list[str]()
    for line in solution.splitlines():
        if refutation(problem, line, accepted):
            return None
        answer = _ANSWER.fullmatch(line)
        if answer:
            return int(answer[1])
        accepted.append(line)
    return None


def stated_answer(solution: str) -> int | None:
    """Return the answer that a solution states, right or wrong."""
    answer = _ANSWER.search(solution)
    return int(answer[1]) if answer else None
