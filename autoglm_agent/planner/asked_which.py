"""What is asked for in "which department somebody works in": the noun, and not what is said of it.

Only where the noun is no subject: "which loans default" asks for the default.
"""

from __future__ import annotations

from autoglm_agent.planner.grammar import EACH, ENTITIES
from autoglm_agent.planner.text import Text, Token, word_set

_SUBJECT = EACH | word_set(
    "a an the this that these those my our your his her its their one i we you it he she they "
    "someone somebody people everybody anyone"
)
_AUXILIARY = word_set("does do did will would can could should shall may might has have had")
_KIND = word_set("kind type sort category class level")
_LONGEST = 3


def asked_which(text: Text) -> list[tuple[int, int, int, int]]:
    """Return for each such question the first and last token of the noun, and the rest's range.

    Args:
        text: The instruction, with the ranges of constraints marked as used.
    """
    found = []
    for index, token in enumerate(text.tokens):
        if token.low not in ("which", "what") or text.is_used(token.start):
            continue
        end = text.clause(token.start)[1]
        after = [t for t in text.tokens[index + 1 :][: 2 * _LONGEST + 2] if t.start < end]
        if size := _noun(after):
            found.append((index + 1, index + size, after[size - 1].end, end))
    return found


def _noun(after: list[Token]) -> int:
    """Return of how many words the noun is; 0 where it is a subject, or no noun at all."""
    start = 2 if len(after) > 2 and after[0].low in _KIND and after[1].low == "of" else 0
    for size in range(start + 1, min(len(after), start + _LONGEST + 1)):
        if after[size - 1].stem in ENTITIES or after[size - 1].low in _AUXILIARY | _SUBJECT:
            return 0
        following = after[size]
        if following.low in _AUXILIARY:
            return size if size + 1 < len(after) and _begins_subject(after[size + 1]) else 0
        if _begins_subject(following):
            return size
    return 0


def _begins_subject(token: Token) -> bool:
    return token.low in _SUBJECT or token.stem in ENTITIES
