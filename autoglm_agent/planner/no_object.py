"""What may be spent without limit: "cost does not matter" leaves no column of costs out."""

from __future__ import annotations

import re
from collections.abc import Sequence

from autoglm_agent.planner.mentions import Mention
from autoglm_agent.planner.text import Text

_OUTRIGHT = 0.9
_SPENT = re.compile(
    r"(?:\A|(?<=[,.;:!?(])|\b(?:and|but|as|since|because|the)) ?"
    r"(?:costs?|money|expenses?|time|speed|runtime|(?:training|computing|computation|run(?:ning)?) "
    r"(?:time|costs?))(?: (?:does not|doesn't|do not|don't)(?: really)? matter\b| (?:is|are) "
    r"(?:no object|no issue|not an issue|no problem|not important|unimportant)\b)|"
    r"(?:成本|花费|费用|花多少钱|时间|速度|耗时)(?:都|也)?(?:无所谓|不重要|不是问题|没关系)|"
    r"不(?:计|在乎|在意)(?:成本|代价|花费|时间)",
    re.ASCII,
)


def no_object(text: Text, mentions: Sequence[Mention]) -> list[tuple[int, int]]:
    """Return the ranges that say so, where no column of just that name is spoken of.

    Args:
        text: The instruction.
        mentions: Column mentions in the text.
    """
    named = [m for m in mentions if m.score >= _OUTRIGHT]
    return [
        match.span()
        for match in _SPENT.finditer(text.low)
        if not any(match.start() <= m.start < match.end() for m in named)
    ]
