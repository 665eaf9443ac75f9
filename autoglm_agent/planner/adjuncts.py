"""Words that ask for no column although tables have one for them.

"How many *times* was it late" counts, and "on that *day*" says when: neither asks for the column
`Time` or `DayOfWeek`. "How many stars will the *guest* give" does not ask for guests.
"""

from __future__ import annotations

import re

from autoglm_agent.planner.asked import in_units
from autoglm_agent.planner.choice import Choice
from autoglm_agent.planner.ranking import BY_WORDS
from autoglm_agent.planner.text import Text

_ADJUNCT = re.compile(
    r"(?<=\bhow many )times\b|(?<=\bnumber of )times\b(?! (?:column|stamps?))|"
    r"\bon (?:that|this|the same|any given|a given|each|every) (?:very )?(?:day|date)\b|"
    r"\bat (?:that|this|any given|a given) (?:time|hour|moment)\b|"
    r"(?:(?<=\A)|(?<=[,;。]))[\u3400-\u9fff]{2,4}期间(?=[\u3400-\u9fff])",
    re.ASCII,
)
_COUNTED = re.compile(
    r"\bhow many (?P<counted>[a-z]+(?: of [a-z]+)?(?: [a-z]+)?) "
    r"(?:will|would|did|does|do|has|have|had|can|could|should|is|are|was|were) "
    r"(?:the |a |an |each |every |this |that |our )(?P<subject>[a-z]+)\b",
    re.ASCII,
)


def not_whose(text: Text, ranked: list[Choice]) -> list[Choice]:
    """Drop what is found only for whose things are counted, where none is found for the things.

    Args:
        text: The instruction, with the ranges of constraints marked as used.
        ranked: The columns found, best first.
    """
    low = text.open_part
    match = _COUNTED.search(low) if ranked and not in_units(low) else None
    if match is None or ranked[0].how not in BY_WORDS:
        return ranked
    start, end = match.span("counted")
    first, last = match.span("subject")
    of_subject = first <= ranked[0].start < last
    if not of_subject or any(start <= choice.start < end for choice in ranked):
        return ranked
    return [choice for choice in ranked if not first <= choice.start < last]


def set_aside_adjuncts(text: Text) -> None:
    """Mark such words as understood.

    Args:
        text: The instruction, with the ranges of constraints marked as used.
    """
    for match in _ADJUNCT.finditer(text.low):
        text.use(*match.span())
