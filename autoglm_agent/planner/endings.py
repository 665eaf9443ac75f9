"""How things end: the column of outcomes, where it is asked what becomes of something."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from autoglm_agent.planner.schema import Column
from autoglm_agent.planner.text import stem, word_set

_NAMES = (
    frozenset(
        map(stem, word_set("outcome outcomes disposition fate destiny ending 结局 去向 归宿"))
    ),
    frozenset(map(stem, word_set("result status termination resolution conclusion 结果 状态"))),
)
"""Words of names that say how something ends, those that say nothing else first."""
_ASKED = re.compile(
    r"\bwhere (?:does|do|did|will|would) [\w' -]{2,40} (?:end up|go to|wind up)\b|"
    r"\bwhat (?:becomes|became|will become|happens|happened) (?:of|to)\b|"
    r"\bhow (?:does|do|did|will) [\w' -]{2,40} (?:end|end up|turn out|conclude)\b|"
    r"\bhow (?:the |a |an |each |every |our |my |their )?(?:\w+ ){1,2}(?:ends?|ended|turns? out|"
    r"turned out|concludes?|concluded)\b|\bfinal (?:result|outcome)\b|最(?:终|后)结果|"
    r"(?:最后|最终|后来)的?(?:去向|结局|归宿|下场|去了哪)|去向|结局|归宿",
    re.ASCII,
)


def asks_for_ending(low: str) -> bool:
    """Tell whether it is asked how something ends.

    Args:
        low: The open words, lower case.
    """
    return bool(_ASKED.search(low))


def ending_column(columns: Sequence[Column]) -> Column | None:
    """Return the one column of classes that tells how rows end, or None.

    Args:
        columns: The columns that may be meant.
    """
    for words in _NAMES:
        found = [
            c
            for c in columns
            if c.profile.kind in ("category", "boolean") and any(p.stem in words for p in c.parts)
        ]
        # `sex_upon_outcome` is no outcome: nothing but light words stands beside it.
        bare = [c for c in found if all(p.light or p.stem in words for p in c.parts)]
        if found:
            chosen = bare or found
            return chosen[0] if len(chosen) == 1 else None
    return None


_OF_PEOPLE = frozenset(map(stem, word_set(
    "marital civil employment smoking citizenship relationship housing immigration 婚姻"
)))  # fmt: skip
"""Of what kind a person's status is: nobody asks for it by *state* alone."""
_STATE_ASKED = re.compile(
    r"\b(?P<en>status|state|condition)\b(?! of affairs)|(?P<zh>状态|状况)", re.ASCII
)
_STATES = frozenset(map(stem, word_set("status condition 状态 状况")))
_GOES_ON = frozenset(map(stem, word_set(
    "failed successful success canceled cancelled suspended open closed active inactive done "
    "pending live completed rejected accepted approved running stopped ok broken finished"
)))  # fmt: skip
"""Values of a column called `state` that are no places."""


def state_asked(low: str) -> re.Match[str] | None:
    """Return where the state that something is in is asked for.

    Args:
        low: The open words, lower case.
    """
    return _STATE_ASKED.search(low)


def state_column(columns: Sequence[Column], stems: Collection[str] = ()) -> Column | None:
    """Return the one column of classes that tells in which state something is, or None.

    Args:
        columns: The columns that may be meant.
        stems: The words that are said; a column all of whose name they are is preferred.
    """
    classes = [c for c in columns if c.profile.kind in ("category", "boolean")]
    found = [c for c in classes if any(p.stem in _STATES for p in c.parts) or _is_state(c)]
    whole = [c for c in found if all(any(p.says(w) for w in stems) for p in c.parts)]
    found = whole or [c for c in found if not any(p.stem in _OF_PEOPLE for p in c.parts)]
    return found[0] if len(found) == 1 else None


def _is_state(column: Column) -> bool:
    """Tell the `state` of a process from the state that a place is in."""
    levels = {stem(level.lower()) for level, _ in column.profile.levels}
    return column.parts[-1].stem == stem("state") and bool(levels & _GOES_ON)
