"""Whether something is *with* or *without* a thing: "was the house built with a permit?"."""

from __future__ import annotations

import re
from collections.abc import Collection

from autoglm_agent.planner.mentions import Mention
from autoglm_agent.planner.schema import Column
from autoglm_agent.planner.text import Text

_WHETHER = re.compile(
    r"\W*(?:(?:predict|tell me|guess|find out|say|determine|check) )?(?:whether |if )?"
    r"(?:is|was|are|were|does|do|did|has|have|had|will|can) |"
    r"\W*(?:predict|tell me|guess|find out|say|determine|check) (?:whether|if) ",
    re.ASCII,
)
_WITH = re.compile(
    r"\b(?:with|without|under|on) (?:a|an|any|no|its|their) (?:valid |own )?\Z", re.ASCII
)
_NEAR = 24


def asked_with(text: Text, mentions: list[Mention], excluded: Collection[str]) -> Column | None:
    """Return the one column of yes and no named after *with a* in a question of yes and no.

    Args:
        text: The instruction, with the ranges of constraints marked as used.
        mentions: Column mentions in the open text.
        excluded: Columns that cannot be the target.
    """
    found = []
    for mention in mentions:
        start = text.clause(mention.start)[0]
        before = text.low[max(start, mention.start - _NEAR) : mention.start]
        whether = _WHETHER.match(text.low, start)
        named = mention.column.two_valued and mention.column.name not in excluded
        if named and whether and _WITH.search(before) and not text.is_used(mention.start):
            found.append(mention.column)
    return found[0] if len(found) == 1 else None
