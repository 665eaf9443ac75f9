"""What is asked for in "how crowded is the station": the adjective, and not the noun it is said of.

Measures such as "how high is the price" are left to the noun, which names what is measured.
"""

from __future__ import annotations

import re

from autoglm_agent.planner.lexicon import concepts_of
from autoglm_agent.planner.text import Text, word_set

_HOW = re.compile(
    r"\bhow (?P<word>[a-z]{4,16}) (?:is|are|was|were|will|would|does|do|did|has|have|can)\b",
    re.ASCII,
)
_OF_MEASURE = word_set(
    "much many long often soon late high large small big great low deep fast quickly strong heavy "
    "well good likely probable certain sure accurate close hard easy different important "
    "quick slow short wide tall far"
)
"""Adjectives of degree: what is asked for is the noun."""


def asked_how(text: Text) -> list[tuple[int, int, int]]:
    """Return for each such question the adjective's token and the range that it is said of.

    Args:
        text: The instruction, with the ranges of constraints marked as used.
    """
    found = []
    for match in _HOW.finditer(text.low):
        start = match.start("word")
        index = text.token_at(start)
        if match["word"] in _OF_MEASURE or text.is_used(start) or index >= len(text.tokens):
            continue
        if match["word"].endswith("ed") or concepts_of(text.tokens[index].stem):
            found.append((index, match.end(), text.clause(start)[1]))
    return found
