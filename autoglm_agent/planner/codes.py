"""Values of one letter and the words that they stand for: M and *malignant*, H and *home*."""

from __future__ import annotations

import re

from autoglm_agent.planner.positive import EVENTS
from autoglm_agent.planner.schema import Column
from autoglm_agent.planner.text import Text, stem

_MOST_CODES, _MOST_PIECES, _PHRASE = 8, 10, 3
_OR = re.compile(r"\s*(?:,\s*(?:or|and)\b|,|/|\bor\b|\bvs\.?\b|\bversus\b)\s*", re.ASCII)
_EITHER = re.compile(
    r"\b(?P<one>[a-z]{3,14})(?: [a-z]{3,12})?(?:,? or |/| vs\.? )(?:an? |the |in |from )*"
    r"(?P<other>[a-z]{3,14})\b",
    re.ASCII,
)
_LEAD = re.compile(r"(?:is it|will it be|whether|predict|classify|an?|the|either)\s+", re.ASCII)


def coded_words(text: Text, column: Column) -> list[int]:
    """Return the tokens that spell out a column's one-letter values; none where it has others.

    Two codes are read as a known pair of an event and its absence, or as two alternatives with just
    these initials: "urban or rural". Three and more only where the
    instruction lists as many alternatives with just these initials: "home win, draw or away win".
    """
    codes = {level.lower() for level, _ in column.profile.levels}
    if any(len(code) != 1 or not code.isalpha() for code in codes):
        return []
    if len(codes) == 2:
        pairs = [{e, other} for e, other in EVENTS.items() if {e[0], other[0]} == codes]
        words = {stem(word) for pair in pairs for word in pair}
        tokens = enumerate(text.tokens)
        known = [i for i, t in tokens if t.stem in words and not text.is_used(t.start)]
        return known or _either(text, codes)
    return _listed(text, codes) if 3 <= len(codes) <= _MOST_CODES else []


def _either(text: Text, codes: set[str]) -> list[int]:
    """Return the two words of "an urban or a rural area" whose initials are the codes U and R."""
    for match in _EITHER.finditer(text.low):
        one, other = match["one"], match["other"]
        if {one[0], other[0]} == codes and not text.is_used(match.start()):
            return [text.token_at(match.start("one")), text.token_at(match.start("other"))]
    return []


def _listed(text: Text, codes: set[str]) -> list[int]:
    for start, end in text.sentences():
        if text.is_used(start):
            continue
        found: list[int] = []
        position = start
        for piece in _OR.split(text.low[start:end])[: _MOST_PIECES + 1]:
            bare = _LEAD.sub("", piece.strip())
            if len(bare.split()) > _PHRASE:
                # "Is the parcel small, medium or large?": of the first only the last word counts.
                bare = bare.split()[-1]
            place = text.low.find(bare, position, end) if bare else -1
            if place < 0:
                continue
            found.append(text.token_at(place))
            position = place + len(bare)
        initials = [text.tokens[i].low for i in found if i < len(text.tokens)]
        if {word[0] for word in initials} == codes and all(len(word) > 2 for word in initials):
            return found
    return []
