"""What every word of an instruction means: by itself, in a phrase, as a part of a compound."""

from __future__ import annotations

import re
from dataclasses import dataclass

from autoglm_agent.planner.grammar import BREAKS, CONTEXT, FEATURE
from autoglm_agent.planner.lexicon import (
    SMALL,
    Concept,
    compound_concepts,
    concepts_of,
    leading_concepts,
    phrase_key,
    said_at_length,
)
from autoglm_agent.planner.text import Text, Token

_LEFT_BEHIND = re.compile(
    r"\b(?:leaves?|leaving|left)\b(?= [^.;,!?]{0,40}?\b(?:reviews?|comments?|tips?|messages?|"
    r"ratings?|feedback|notes?|complaints?)\b)",
    re.ASCII,
)
"""Who leaves a review does not leave."""
_SHORTEST, _LONGEST = 4, 8
_FUNCTION = BREAKS | CONTEXT | FEATURE


@dataclass(frozen=True)
class Sense:
    """The concepts of one token, and which of them it has from where."""

    concepts: tuple[Concept, ...]
    phrase: bool
    own: frozenset[str] = frozenset()
    """Names of what a phrase or compound means as a whole, not through one of its parts."""
    leading: frozenset[str] = frozenset()
    """Names of what the first parts of a Chinese compound mean."""


def senses(text: Text) -> list[Sense]:
    """Return the concepts of every token; phrases of two or three words come first."""
    result = [Sense((), False) if t.low in _FUNCTION else _sense(t) for t in text.tokens]
    for match in _LEFT_BEHIND.finditer(text.low):
        result[text.token_at(match.start())] = Sense((), False)
    _turns_of_phrase(text, result)
    told = [i for i, t in enumerate(text.tokens) if not t.cjk and t.low not in SMALL]
    for size in (3, 2):
        for place in range(len(told) - size + 1):
            window = told[place : place + size]
            first, last = window[0], window[-1]
            if not text.joined(first, last):
                continue
            found = concepts_of(phrase_key([text.tokens[i].low for i in window]))
            for index in window if found else ():
                if not result[index].phrase:
                    own = frozenset(c.name for c in found)
                    result[index] = Sense((*found, *result[index].concepts), True, own)
    return result


def _turns_of_phrase(text: Text, result: list[Sense]) -> None:
    """Add what runs of Chinese characters mean together, whatever words they are cut into."""
    if text.low.isascii():
        return
    for first, token in enumerate(text.tokens):
        for size in range(_LONGEST, _SHORTEST - 1, -1) if token.cjk else ():
            found = said_at_length(text.low[token.start : token.start + size])
            last = text.token_at(token.start + size)
            ends = last >= len(text.tokens) or text.tokens[last].start >= token.start + size
            if not found or text.tokens[last - 1].end > token.start + size or not ends:
                continue
            own = frozenset(c.name for c in found)
            for index in range(first, last):
                before = result[index]
                result[index] = Sense((*found, *before.concepts), True, own, before.leading)
            break


def _sense(token: Token) -> Sense:
    """Return what one word means: a Chinese compound as a whole, by its last and first parts."""
    found = compound_concepts(token.stem)
    if not token.cjk:
        return Sense(found, False)
    own = frozenset(c.name for c in concepts_of(token.stem))
    return Sense(found, False, own, frozenset(c.name for c in leading_concepts(token.stem)))
