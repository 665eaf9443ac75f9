"""Dyck languages: read brackets one by one, keep the stack, and close what is open.

Steps of the kind of BIG-Bench-Mistake (Tyen et al. 2024): `[ ; stack: { [`, then the final
stack, the brackets to pop, the brackets needed, the answer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from autoglm_agent.chain import Step
from autoglm_agent.verifiers.simulators import Refuted, StateSimulator

CLOSING = {"(": ")", "[": "]", "{": "}", "<": ">"}
_OPENING = {closing: opening for opening, closing in CLOSING.items()}
_B = r"[()\[\]{}<>]"
_RUN = rf"{_B}(?:\s*{_B})*"
MAX_READ = 20_000
"""Characters of a step or question that are read."""


@dataclass(frozen=True)
class Reading:
    """How far the input is read, and what is open."""

    symbols: str
    """The whole input without spaces."""
    at: int = 0
    stack: str = ""

    @property
    def ended(self) -> bool:
        """Whether all of the input is read."""
        return self.at == len(self.symbols)


def start(question: str) -> Reading | None:
    """Return the first state: nothing read; None where the question shows no brackets."""
    runs = re.findall(_RUN, question[:MAX_READ])
    symbols = re.sub(r"\s", "", max(runs, key=len, default=""))
    return Reading(symbols) if len(symbols) > 1 or symbols == question.strip() != "" else None


def apply(state: Reading, step: Step) -> Reading | None:
    """Return the state after a step; None for a step that names neither input nor stack."""
    text = (step.claim or step.thought)[:MAX_READ]
    read = re.match(rf"\s*(?:({_RUN})\s*)?;", text)
    stack = _stack(text)
    said = False
    if read:
        for symbol in re.sub(r"\s", "", read.group(1) or ""):
            state = _next(state, symbol, read.span(1))
        said = True
    if stack is not None:
        _expect(state.stack, *stack, "The stack is")
        said = True
    if re.search(r"reached the end|final stack", text) and not state.ended:
        left = " ".join(state.symbols[state.at :])
        raise Refuted(f"The input is not at its end: {left} is still to be read.", field="claim")
    for pattern, wanted, what in (
        (r"\bpop(?:ped)?(?: out)?\b", state.stack[::-1], "What is to be popped is"),
        (r"\bwe need(?: to add)?\b", closing(state.stack), "What is needed is"),
        (r"\banswer is\b", closing(state.stack), "The answer is"),
    ):
        found = _listed(text, pattern)
        if found is not None and state.ended:
            _expect(wanted, *found, what)
            said = True
    return state if said else None


def closing(stack: str) -> str:
    """Return the brackets that close a stack, the innermost first."""
    return "".join(CLOSING[symbol] for symbol in reversed(stack))


def _next(state: Reading, symbol: str, span: tuple[int, int]) -> Reading:
    """Read one symbol of the input."""
    if state.ended:
        raise Refuted(f"The input has ended before this {symbol}.", field="claim", span=span)
    wanted = state.symbols[state.at]
    if symbol != wanted:
        raise Refuted(
            f"The next symbol of the input is {wanted}, not {symbol}.", field="claim", span=span
        )
    if symbol in CLOSING:
        return Reading(state.symbols, state.at + 1, state.stack + symbol)
    if not state.stack.endswith(_OPENING[symbol]):
        top = state.stack[-1:] or "an empty stack"
        raise Refuted(f"{symbol} does not close {top}.", field="claim", span=span)
    return Reading(state.symbols, state.at + 1, state.stack[:-1])


def _stack(text: str) -> tuple[str, tuple[int, int]] | None:
    """Return the stack that a step claims, and where it says so."""
    match = re.search(rf"\bstack(?:\s*:|\s+is(?: now)?)\s*[\"'“]?\s*((?:{_RUN})|empty|(?=$))", text)
    if match is None:
        return None
    return _symbols(match.group(1)), match.span(1)


def _listed(text: str, pattern: str) -> tuple[str, tuple[int, int]] | None:
    """Return the brackets listed after a phrase, to the end of its sentence."""
    match = re.search(pattern, text)
    if match is None:
        return None
    listed = re.match(rf"[\s:\"'“”,]*((?:{_B}|[\s\"'“”,]|\band\b)*|nothing)", text[match.end() :])
    if listed is None or re.search(r"\btwice\b|\btimes\b|\ball the\b", text[match.end() :]):
        return None
    begin = match.end() + listed.start(1)
    return _symbols(listed.group(1)), (begin, match.end() + listed.end(1))


def _symbols(text: str) -> str:
    return "".join(re.findall(_B, text))


def _expect(wanted: str, claimed: str, span: tuple[int, int], what: str) -> None:
    if claimed != wanted:
        told = [" ".join(symbols) or "empty" for symbols in (wanted, claimed)]
        raise Refuted(f"{what} {told[0]}, not {told[1]}.", field="claim", span=span)


def goal(state: Reading, step: Step) -> str | None:
    """Return why a final step is no answer: input left, or other brackets than needed."""
    if not state.ended:
        return "The input is not read to its end."
    text = (step.claim or step.thought)[:MAX_READ]
    answer = _listed(text, r"\banswer is\b") or _bare(text)
    wanted = closing(state.stack)
    if answer is None or answer[0] == wanted:
        return None
    return f"The answer is {' '.join(wanted) or 'empty'}, not {' '.join(answer[0]) or 'empty'}."


def _bare(text: str) -> tuple[str, tuple[int, int]] | None:
    return (_symbols(text), (0, len(text))) if re.fullmatch(rf"\s*{_RUN}\s*", text) else None


def name(state: Reading) -> str:
    """Return a state's name: how much is read, and what is open."""
    return f"{state.at} read, open {state.stack or 'nothing'}"


def dyck(check: str = "dyck") -> StateSimulator[Reading]:
    """Return the simulator of bracket reading."""
    return StateSimulator(
        start,
        apply,
        goal=goal,
        name=name,
        check=check,
        title="Brackets are read in order and the stack is right",
    )
