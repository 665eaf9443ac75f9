"""Things that change hands: who holds what after a series of swaps.

Questions and steps of the kind of BIG-bench's tracking of shuffled objects: who holds what at
the start, pairs that swap, in order; then steps such as `Bob and Claire swap: Alice: Ulysses,
Bob: Moby Dick, Claire: Emma`, and in the end who holds what, with the letter of an option. A
step that lists holdings and names no swap tells of the next swap.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from autoglm_agent.chain import Step
from autoglm_agent.verifiers.simulators import Refuted, StateSimulator

MAX_READ = 20_000
"""Characters of a step or question that are read."""
_SWAPS = r"(?:swap|trade|switch|exchange)(?:s|es|ped|d|ed)?\b"
_PERSON = r"[A-Z][\w'-]*"
_HOLDS = (
    r"(?::|=|\b(?:still |now )?(?:has|have|gets|holds|owns|is (?:holding|playing|dancing with)))"
)
Claim = tuple[str, str, tuple[int, int]]
"""A person, a thing, and the characters that say that one has the other."""
_SMALL = {"a", "an", "the", "of", "and", "with"}


@dataclass(frozen=True)
class Holdings:
    """Who holds what, how many of the swaps are done, and what is asked."""

    held: tuple[tuple[str, str], ...]
    """Person and thing, in the question's order."""
    swaps: tuple[tuple[str, str], ...]
    done: int = 0
    told: bool = False
    """Whether a step has told who holds what since the last swap."""
    asked: str | None = None
    options: tuple[tuple[str, str], ...] = ()
    """Letter and thing."""

    def holds(self, person: str) -> str:
        """Return what a person holds."""
        return dict(self.held)[person]

    @property
    def people(self) -> list[str]:
        """Return the people in the question's order."""
        return [person for person, _ in self.held]

    def swapped(self) -> Holdings:
        """Return the state after the next swap."""
        one, other = self.swaps[self.done]
        held = dict(self.held)
        held[one], held[other] = held[other], held[one]
        return replace(self, held=tuple(held.items()), done=self.done + 1)


def start(question: str) -> Holdings | None:
    """Return the first state; None where the question is not of this kind."""
    text = question[:MAX_READ]
    pairs = re.findall(rf"({_PERSON}) and ({_PERSON}) {_SWAPS}", text)
    first = re.search(rf"{_PERSON} and {_PERSON} {_SWAPS}", text)
    if first is None:
        return None
    held = _beginning(text[: first.start()])
    if not held or any(person not in held for pair in pairs for person in pair):
        return None
    last = list(re.finditer(rf"{_SWAPS}", text.split("Options:")[0]))[-1].end()
    asked = re.search(rf"\b({'|'.join(map(re.escape, held))})\b", text[last:])
    options = re.findall(r"\(([A-Z])\)\s*([^\n]*?)\.?\s*(?=\n|$)", text)
    return Holdings(
        tuple(held.items()),
        tuple(pairs),
        asked=asked.group(1) if asked else None,
        options=tuple(options),
    )


def _beginning(text: str) -> dict[str, str]:
    """Read "Alice has a red ball, Bob has a blue ball, and ..." after the last colon."""
    listed = re.split(r"\.(?:\s|$)", text[text.rfind(":") + 1 :])[0]
    clauses = [
        clause.split()
        for clause in re.split(
            rf",\s*(?:and\s+)?(?={_PERSON} [a-z])|\sand\s+(?={_PERSON} [a-z])", listed
        )
    ]
    if not clauses or any(len(clause) < 3 for clause in clauses):
        return {}
    same = 1
    while all(len(c) > same + 1 and c[same] == clauses[0][same] for c in clauses):
        same += 1
    held = {clause[0]: " ".join(_without_article(clause[same:])) for clause in clauses}
    return held if len(set(held.values())) == len(clauses) > 1 else {}


def _without_article(words: list[str]) -> list[str]:
    return words[1:] if len(words) > 1 and words[0] in ("a", "an", "the") else words


def apply(state: Holdings, step: Step) -> Holdings | None:
    """Return the state after a step; None for a step that tells no swap and no holding."""
    text = (step.claim or step.thought)[:MAX_READ]
    people = _people(state)
    named = "|".join(sorted(map(re.escape, people), key=len, reverse=True))
    swaps = list(_swap_mentions(text, named))
    claims = _claims(state, text, people, named)
    if (
        not swaps
        and claims
        and not re.search(r"\b(?:start|begin|initial|end\b)", text, re.IGNORECASE)
    ):
        state = _moved(state, claims)
    for index, swap in enumerate(swaps):
        state = _swap(state, people[swap.group(1)], people[swap.group(2)], swap.span())
        until = swaps[index + 1].start() if index + 1 < len(swaps) else len(text)
        since = swap.start() if index else 0
        _check(state, [claim for claim in claims if since <= claim[2][0] < until])
    if not swaps:
        _check(state, claims)
    if not (_answer(state, text) or swaps or claims):
        return None
    return replace(state, told=bool(claims) or (state.told and not swaps))


def _check(state: Holdings, claims: list[Claim]) -> None:
    for person, thing, span in claims:
        if state.holds(person) != thing:
            raise Refuted(
                f"{person} has {state.holds(person)}, not {thing}.", field="claim", span=span
            )


def _swap_mentions(text: str, named: str) -> Iterator[re.Match[str]]:
    """Yield "Alice and Bob swap", and "A B:" at the beginning."""
    yield from re.finditer(
        rf"\b({named})\s*(?:and|with|&)\s*({named})\s+{_SWAPS}"
        if re.search(_SWAPS, text)
        else rf"^\s*({named})\s*(?:and|with|&|/|<->|↔)?\s*({named})\s*:",
        text,
    )


def _people(state: Holdings) -> dict[str, str]:
    """Return each way to name a person: the name, and its first letter where that is unique."""
    initials = [person[0] for person in state.people]
    short = {p[0]: p for p in state.people if initials.count(p[0]) == 1}
    return short | {person: person for person in state.people}


def _claims(state: Holdings, text: str, people: dict[str, str], named: str) -> list[Claim]:
    """Return the holdings that a step tells: person, thing, and where."""
    found = []
    for match in re.finditer(rf"\b({named})\b(\s*{_HOLDS})?\s*", text):
        rest = text[match.end() : match.end() + 200]
        said = re.split(rf"[,;]\s|\.(?:\s|$)|\band (?={named})|So the|\n", rest)[0]
        if re.search(rf"\b(?:{named})\s*:|^(?:{named})\b", said):
            continue
        thing = _thing(state, said)
        if thing and (match.group(2) or _words(said) <= _words(thing)):
            found.append((people[match.group(1)], thing, (match.start(), match.end() + len(said))))
    return found


def _thing(state: Holdings, said: str) -> str | None:
    """Return the one thing that some words can mean, None where it is not one."""
    words = _words(said)
    if not words:
        return None
    things = [thing for _, thing in state.held]
    for matches in (lambda w, t: w == t, lambda w, t: w >= t, lambda w, t: bool(w & t)):
        fitting = [thing for thing in things if matches(words, _words(thing))]
        if len(fitting) == 1:
            return fitting[0]
    return None


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower())) - _SMALL


def _swap(state: Holdings, one: str, other: str, span: tuple[int, int]) -> Holdings:
    """Return the state after the swap that a step names, if it is the next one."""
    if state.done == len(state.swaps):
        raise Refuted("All swaps are done before this one.", field="claim", span=span)
    wanted = state.swaps[state.done]
    if {one, other} != set(wanted):
        raise Refuted(
            f"The next swap is {wanted[0]} and {wanted[1]}, not {one} and {other}.",
            field="claim",
            span=span,
        )
    return state.swapped()


def _moved(state: Holdings, claims: list[Claim]) -> Holdings:
    """Return the state that a bare listing tells of: the start at first, then swap by swap."""
    if state.done == len(state.swaps) or (state.done and not state.told):
        return state
    return state if not state.told and _fits(state, claims) else state.swapped()


def _fits(state: Holdings, claims: list[Claim]) -> bool:
    return all(state.holds(person) == thing for person, thing, _ in claims)


def _answer(state: Holdings, text: str) -> str | None:
    """Check the option that a step names as the answer."""
    match = re.search(r"\banswer is:?\s*\(?([A-Z])\b", text)
    things = dict(state.options)
    if match is None or state.asked is None or match.group(1) not in things:
        return None
    if state.done < len(state.swaps):
        one, other = state.swaps[state.done]
        raise Refuted(f"{one} and {other} have still to swap.", field="claim", span=match.span())
    held = state.holds(state.asked)
    if _thing(state, things[match.group(1)]) != held:
        raise Refuted(
            f"{state.asked} has {held}, which is not option {match.group(1)}.",
            field="claim",
            span=match.span(),
        )
    return match.group(1)


def goal(state: Holdings, step: Step) -> str | None:  # noqa: ARG001 - the simulator's protocol
    """Return why a final step is no answer: a swap is still to be made."""
    if state.done < len(state.swaps):
        one, other = state.swaps[state.done]
        return f"{one} and {other} have still to swap."
    return None


def name(state: Holdings) -> str:
    """Return a state's name: the swaps done, and who holds what."""
    return f"{state.done} swaps, " + ", ".join(f"{who}: {what}" for who, what in state.held)


def holdings(check: str = "holdings") -> StateSimulator[Holdings]:
    """Return the simulator of things that change hands."""
    return StateSimulator(
        start,
        apply,
        goal=goal,
        name=name,
        check=check,
        title="Swaps are made in order and holdings are right",
    )
