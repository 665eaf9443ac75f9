"""Goals that are named only to be ruled out: "don't predict price, predict rent"."""

from __future__ import annotations

import re

from autoglm_agent.planner.text import Text

_VERBS = "predict|forecast|estimate|model|classify|explain"
_NEGATED = re.compile(
    rf"\b(?:do not|don ?'? ?t|dont|never|not to|instead of|rather than)\s+(?:want to\s+|try to\s+)?"
    rf"(?:{_VERBS})(?:ing)?\b[^,.;:!?，。；：！？\n]*"
    r"|(?:不要|不用|不需要?|无需|不想|不必|并不|别|不)再?(?:做|进行)?(?:预测|估计|建模)"
    r"[^,.;:!?，。；：！？\n]*",
    re.ASCII,
)
_GOAL = re.compile(rf"\b(?:{_VERBS}|cluster|group)|预测|估计|建模|判断|识别|聚|分群|分组", re.ASCII)
_ELSE = re.compile(r"\b(?:but|and)\b|而是|改为", re.ASCII)


def negated_goals(text: Text) -> list[tuple[int, int]]:
    """Return where goals are ruled out, if another one is named elsewhere.

    A clause ends at a mark of punctuation, or where another goal begins.
    """
    places: list[tuple[int, int]] = []
    for match in _NEGATED.finditer(text.low):
        start, end = match.span()
        turn = _ELSE.search(text.low, start, end)
        if turn and _GOAL.search(text.low, turn.end(), end):
            end = turn.start()
        places.append((start, end))
    rest = text.low
    for start, end in places:
        rest = rest[:start] + " " * (end - start) + rest[end:]
    return places if _GOAL.search(rest) else []
