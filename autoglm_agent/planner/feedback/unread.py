"""Wishes that nothing was understood of: they are told, so that nobody believes them carried out.

Only clauses that plainly ask for something count. A reason beside a wish ("our IT cannot install
it") is none, and a wish said in other words stays unseen.
"""

from __future__ import annotations

import re

from autoglm_agent.planner.feedback import words as say
from autoglm_agent.planner.feedback.talk import Talk

_WISH = re.compile(
    r"\A\W*(?:(?:and|also|please|pls|then|plus|but|finally|oh)\W+)*(?:(?:can|could|would|will) you|"
    r"(?:i|we)(?:'d| would)? (?:also )?(?:want|need|like)|make|add|change|set|turn|put|send|export|"
    r"give|show|let|switch|increase|decrease|reduce|lower|raise|limit|plot|draw|print|email|deploy|"
    r"publish|translate|replace|rename|merge|round|impute|scale|normali[sz]e|balance|cluster)\b"
    r"(?! up\b)|"
    r"\A\W*(?:另外|还有|顺便|然后|再|并且|同时|而且|最后|也|,)*(?:请|麻烦|帮我|给我|把|将|导出|画|发|"
    r"翻译|部署|发布|合并|改名|增加|减少|降低|提高|换成|改成)",
    re.ASCII,
)
"""How a clause begins that asks for something."""
_SAID_AGAIN = re.compile(
    r"\b(?:to|with|by|do) (?:that|this|it)\b|\b(?:read|understand|follow|learn|know|see|sure|"
    r"helps?|results?)\b|结果|"
    r"按这个|这个要求|回去|看懂|读懂",
    re.ASCII,
)
"""What only points to a wish that was read, or gives its reason."""
_LEAST = 3
"""Words, or Chinese characters, of a clause that asks for something."""
_MOST = 60
"""Characters of it that are told."""


def read_unread(talk: Talk) -> None:
    """Add what is asked for beside what was understood; where that is nothing, the caller asks."""
    if not talk.edits:
        return
    for start, end in list(talk.clauses()):
        clause = talk.text.span(start, end).strip(" ,;.，；。")
        read = any(s < end and e > start for s, e in talk.text.used)
        long = len(re.findall(r"[a-z']+|[\u3400-\u9fff]", clause.lower())) >= _LEAST
        low = talk.text.low[start:end]
        again = _SAID_AGAIN.search(low) or say.SIMPLER.search(low) or say.KEEP.search(low)
        if long and not (read or again) and _WISH.match(low):
            talk.add("unread", f"not understood: {clause[:_MOST]}", start, end)
