"""The column of a thing whose rows are to stay together, where no word of the thing names it."""

from __future__ import annotations

import re
from itertools import islice

from autoglm_agent.planner.groups import kept_clauses
from autoglm_agent.planner.groups_columns import NOT_GROUPS, tells_groups
from autoglm_agent.planner.groups_said import COUNT_ZH
from autoglm_agent.planner.meaning.near import nearest_column
from autoglm_agent.planner.schema import Column, Schema
from autoglm_agent.planner.text import Text

_THING = re.compile(
    r"\b(?:an?|one|each|every|any|no|the same|single) (?P<en>[a-z][\w-]{2,40}(?: (?!(?:in|into|"
    r"to|on|at|across|must|should|may|can|are|is|be|both|never|not|together|go|end|ends|appear|"
    r"appears|stay|land|and|or|so|that|has|have|from|of)\b)[a-z][\w-]{2,40})?)|"
    rf"同一{COUNT_ZH}?(?P<zh>[\u3400-\u9fff]{{1,6}}?)(?:的|不|都|要|必)",
    re.ASCII,
)
"""The things that a sentence about whole groups speaks of one by one."""
_MOST = 40


def nearest_group(text: Text, schema: Schema) -> tuple[Column, int, int] | None:
    """Return the column nearest in meaning to a thing of which groups are kept, and the words."""
    columns = [c for c in schema.columns if tells_groups(c) and c.profile.distinct > 2]
    for start, end in kept_clauses(text):
        for match in islice(_THING.finditer(text.low, start, end), _MOST):
            words = [w for w in (match["en"] or match["zh"]).split() if w not in NOT_GROUPS]
            column = nearest_column(" ".join(words), columns) if words else None
            if column is not None:
                return column, match.start(), end
    return None
