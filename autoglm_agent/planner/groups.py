"""Which groups must not be divided: "customers in the test set must not occur in training".

Two rules beside the fixed phrases of `split_by_group`: a sentence that keeps something from being
in both sets, and "hold out" before the plural of something that the table has a column for.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from itertools import islice

from autoglm_agent.planner.doers import doer_for
from autoglm_agent.planner.grammar import ENTITIES, PREDICT, PREDICT_ZH
from autoglm_agent.planner.groups_columns import NOT_GROUPS, can_group, named_group, numbered
from autoglm_agent.planner.groups_said import COUNT_ZH, NAME, NAME_ZH, told_groups
from autoglm_agent.planner.mentions import Mention
from autoglm_agent.planner.resolve import column_for
from autoglm_agent.planner.schema import Column, Schema
from autoglm_agent.planner.text import Text, stem

_APART = re.compile(
    r"\b(?:same|one|either|single) (?:side|fold|split|part|set|partition|half)s?\b|"
    r"\b(?:only|either) in (?:the )?(?:train\w*|test\w*) or\b|"
    r"\beither (?:the )?train\w*(?: set| data)? or (?:in )?(?:the )?test|"
    r"\bkeep (?:\w+ ){1,3}apart\b|"
    r"\bboth (?:\w+ ){0,3}(?:train\w*|test\w*|sets?|sides|splits|parts)\b|"
    r"\b(?:train\w*|test\w*)\b[^.;!?]{0,40}\b(?:disjoint|no overlap|not overlap|don't overlap)|"
    r"\b(?:across|between|in|into) (?:the )?(?:train\w*|split|test\w*)(?: set| data)?"
    r"(?: and |/| & )?(?:the )?(?:test\w*|train\w*|validation)?|"
    r"\b(?:test\w*|validat\w*|evaluat\w*|generali[sz]\w*)\b[^.;!?]{0,60}\b(?:unseen|never[- ]seen|"
    r"unknown|new|other)\b|\b(?:unseen|never[- ]seen|held[- ]out|new)\b[^.;!?]{0,60}\b(?:test\w*|"
    r"validat\w*)|\bgenerali[sz]\w* (?:to|across|over)\b|"
    r"\b(?:test\w*|validat\w*|evaluat\w*)\b[^.;!?]{0,40}\b(?:not|never|n't) (?:\w+ )?"
    r"(?:seen|met)\b|"
    r"训练[^;。]{0,8}(?:和|与|、|跟|或)?[^;。]{0,4}测试|测试[^;。]{0,8}训练|同一(?:边|侧|折|"
    r"个集合|份)|"
    r"没见过|未见过|全新的(?!/)|(?:出现)?在一(?:边|侧)|分到两|不(?:能|要|可|得|会)?(?:有)?重叠|两边|两侧|两头|分开验证|不交叉|不能拆开|不要拆开|不拆分|"
    r"(?:其中|只[^,;。]{0,6})一(?:边|侧|方)|要么[^;。]{0,10}(?:训练|测试)|"
    r"train\w*[^.;。!?]{0,6}(?:和|与|、|跟|或|/)[^.;。!?]{0,4}test",
    re.ASCII,
)
_TOGETHER = re.compile(
    r"\b(?:keep\w*|stay\w*|put\w*|belong\w*)\b(?:(?! (?:keep|stay|put|belong)\w*\b)[^.;!?]){0,60}"
    r"\btogether\b|"
    r"\btogether\b[^.;!?]{0,20}\b(?:in|on)\b",
    re.ASCII,
)
_KEPT_WHOLE = re.compile(
    rf"\bkeep\w* (?:(?:each|every|all|any|the) (?:\w+ )?)?({NAME}) (?:whole|intact|"
    r"undivided|complete|"
    r"entirely|in one (?:piece|fold|set|part))\b",
    re.ASCII,
)
_ALL_OF = re.compile(
    rf"(?<![\w\u3400-\u9fff])({NAME}) (?:(?:must|should|have|has|need|needs|ought|are|is|will|to|"
    r"always|be|all)\b ?){0,4}(?:stay|stays|kept|keep|remain|remains|go|goes|belong|belongs)? ?"
    rf"together\b|\bkeep(?:ing)? (?:all |each |every |the |whole )*({NAME}) together\b",
    re.ASCII,
)
_OF_ONE = re.compile(
    rf"\b(?:of|from|by|for) (?:a|an|one|each|every|any|the same|a single) ({NAME}"
    r"(?: (?!(?:in|into|to|on|at|across|must|should|may|can|are|is|be|both|never|not|together|go|"
    r"end|ends|appear|appears|stay|land|belong|belongs|and|or|so|that)\b)[\w-]{3,40}){0,2})",
    re.ASCII,
)
_SAME = re.compile(
    rf"\b(?:the same|one|a single|each) ({NAME})|"
    rf"同一{COUNT_ZH}?([\u3400-\u9fff])",
    re.ASCII,
)
_OF_SAME_ZH = re.compile(
    rf"同一{COUNT_ZH}?(?P<said>(?P<noun>{NAME_ZH})(?: ?\([^()]{{1,40}}\))?)的", re.ASCII
)
"""A thing, and perhaps its column in brackets."""
_ON_SAME = re.compile(
    r"\b(?:on|in|at|from|of|with|by|under) the same ([a-z][\w-]{2,40})|"
    rf"同一{COUNT_ZH}? ?([a-z][\w-]{{2,40}})",
    re.ASCII,
)
_OF_PEOPLE = ("名", "位", "家")
"""Counting words for people and for firms."""
_KEPT = re.compile(
    r"\b(?:not|never|no|n't|without|avoid|keep\w*|stay|disjoint|overlap\w*|unseen|together|same|"
    r"never[- ]seen|shar\w+|mix\w*|leak\w*|appear\w*|occur\w*|straddl\w*|only|either|"
    r"generali[sz]\w*|"
    r"test\w*|evaluat\w*|validat\w*|works?)\b|n't\b|不能|不要|别|勿|不得|不可|不会|避免|防止|只|同时|"
    r"要么|必须|都|没见过|"
    r"未见过|全新|不重叠|不交叉|拆|一起",
    re.ASCII,
)
_STRICT = re.compile(
    r"\b(?:not|never|no|n't|avoid|without|disjoint|unseen|same|either|overlap\w*|shar\w+|"
    r"never[- ]seen|held[- ]out|keep\w*|generali[sz]\w*|(?:be|are|only) new|"
    r"only (?:on|in) one|stay\w* (?:on|in) one)\b|n't\b|"
    r"[\u3400-\u9fff]",
    re.ASCII,
)
_HOLD = re.compile(
    r"\b(?:hold(?:ing)?|leav(?:e|ing)|keep(?:ing)?|set(?:ting)?)[- ](?:out|aside|back) |"
    r"\b(?:hold(?:ing)?|leav(?:e|ing)|keep(?:ing)?|set(?:ting)?) (?=[^.;!?]{2,40} (?:out|aside|"
    r"back)\b)",
    re.ASCII,
)
_HELD = re.compile(
    r"\b(?:(whole|entire|complete|all|some|full) )?([\w-]{3,40}) "
    r"(?:(?:are|is|be|being|were|should|must|have|has|need|needs|to|will|shall|can) ){0,3}"
    r"(?:held|set|kept)[- ](?:out|aside|back)\b",
    re.ASCII,
)
_WHOLE = re.compile(
    r"(?:whole|entire|complete|full|all|some|unseen|new|several|certain) ", re.ASCII
)
_TURN = re.compile(
    r"\b(?:but|and|while|with)\b(?= (?:\w+ ){0,3}(?:test|train|validat|evaluat|split|keep|hold|"
    r"leav|mak|never|no|do)\w*)|(?:但是?|并且?|同时|而且)(?=[^,;。]{0,6}(?:测试|训练|验证|划分|同一))",
    re.ASCII,
)
_MOST = 40


def kept_apart(
    text: Text, schema: Schema, mentions: list[Mention], barred: Collection[str]
) -> tuple[Column, int, int] | None:
    """Return the column whose groups a sentence keeps whole, with the range of its words.

    Args:
        text: The instruction.
        schema: The table's columns.
        mentions: Column mentions in the text.
        barred: Columns that are left out; an id that is not is preferred to one of them.
    """
    for start, end in text.sentences():
        low = text.low[start:end]
        kept = _TOGETHER.search(low)
        if kept and (one := _OF_ONE.search(low)):
            place = (start + one.start(1), start + one.end(1))
            column = named_group(text, schema, mentions, barred, place)
            if column is not None:
                return column, start + kept.start(), end
        if kept and (all_of := _ALL_OF.search(low)):
            which = 1 if all_of[1] else 2
            place = (start + all_of.start(which), start + all_of.end(which))
            column = named_group(text, schema, mentions, barred, place)
            if column is not None:
                return column, start + all_of.start(), start + max(kept.end(), all_of.end())
        if whole := _KEPT_WHOLE.search(low):
            place = (start + whole.start(1), start + whole.end(1))
            column = named_group(text, schema, mentions, barred, place)
            if column is not None:
                return column, start + whole.start(), end
        if _train_and_test(low) or (_APART.search(low) and _STRICT.search(low)):
            if of_one := _OF_SAME_ZH.search(low):
                place = (start + of_one.start("said"), start + of_one.end("said"))
                column = named_group(text, schema, mentions, barred, place)
                column = column or numbered(of_one["noun"], schema)
                people = low[of_one.start() : of_one.start("noun")].endswith(_OF_PEOPLE)
                column = column or doer_for(of_one["noun"], schema, told=people)
                if column is not None:
                    return column, *_after_goal(text, *text.clause(place[0]))
                if len(of_one["noun"]) > 1:
                    break  # 同一款商品的评论: goods without a column make no groups of reviews
            if not _apart(low):
                continue
            if (named := _same_named(text, schema, mentions, barred, start, end)) is not None:
                return named
            for one in sorted(islice(_OF_ONE.finditer(low), _MOST), key=_says_any):
                if _of_goal(text, start + one.start()):
                    continue
                place = (start + one.start(1), start + one.end(1))
                column = named_group(text, schema, mentions, barred, place)
                if column is not None:
                    return column, *_after_goal(text, *text.clause(place[0]))
            for first, last in _clauses(text, start, end):
                column = named_group(text, schema, mentions, barred, (first, last))
                if column is not None:
                    return column, first, last
            # "The same X may have several rows, don't let him be on both sides."
            if same := _SAME.search(low):
                place = (start + same.start(same.lastindex or 1), start + same.end())
                column = named_group(text, schema, mentions, barred, place)
                column = column or numbered(text.low[slice(*place)], schema)
                if column is not None:
                    return column, start + same.start(), end
    said = told_groups(text, lambda place: named_group(text, schema, mentions, barred, place))
    return said or _held_out(text, schema, mentions, barred)


def kept_clauses(text: Text) -> list[tuple[int, int]]:
    """Return the clauses that keep some groups whole, whatever these are."""
    found: list[tuple[int, int]] = []
    for start, end in text.sentences():
        if _TOGETHER.search(text.low, start, end) or _apart(text.low[start:end]):
            found += _clauses(text, start, end) or [(start, end)]
    return found


def _apart(low: str) -> bool:
    return bool(_APART.search(low) and _KEPT.search(low))


def _same_named(
    text: Text,
    schema: Schema,
    mentions: list[Mention],
    barred: Collection[str],
    start: int,
    end: int,
) -> tuple[Column, int, int] | None:
    """Return the column of the block of "trees on *the same block*", not that of the trees."""
    for match in islice(_ON_SAME.finditer(text.low, start, end), _MOST):
        which = match.lastindex or 1
        noun = match[which]
        told = any(match.end() <= m.start < end and can_group(m.column) for m in mentions)
        if noun not in NOT_GROUPS and stem(noun) not in ENTITIES and not told:
            column = named_group(text, schema, mentions, barred, match.span(which))
            if column is not None:
                return column, *_after_goal(text, *text.clause(match.start()))
    return None


def _says_any(match: re.Match[str]) -> bool:
    """Tell "of *a* pump", which may be whom the goal is about, from "of *the same* herd"."""
    return bool(re.match(r"\w+ an? ", match.group()))


def _of_goal(text: Text, place: int) -> bool:
    """Tell whether "for each employee" stands in a clause that says nothing of the division."""
    start, end = text.clause(place)
    clause = text.low[start:end]
    each = text.low.startswith(("for each ", "for every ", "for any "), place)
    return each and not (_KEPT.search(clause) or _APART.search(clause) or _HOLD.search(clause))


def _train_and_test(low: str) -> bool:
    return bool(re.search(r"\btrain|训练", low) and re.search(r"\btest|valid|测试|验证", low))


def _clauses(text: Text, start: int, end: int) -> list[tuple[int, int]]:
    """Return the clauses of a sentence that speak of the division, with the one before each."""
    pieces: list[tuple[int, int]] = []
    for token in text.tokens[text.token_at(start) : text.token_at(end)]:
        if not pieces or token.start >= pieces[-1][1]:
            pieces.append(text.clause(token.start))
    told = [piece for piece in pieces if _APART.search(text.low[piece[0] : piece[1]])]
    kept = [piece for piece in told if _KEPT.search(text.low[piece[0] : piece[1]])]
    return [_after_goal(text, *piece) for piece in kept]


def _after_goal(text: Text, start: int, end: int) -> tuple[int, int]:
    """Cut off the request before: "predict sales *but test on shops it has never seen*"."""
    turn = _TURN.search(text.low, start, end)
    goal = any(
        t.stem in PREDICT or t.low in PREDICT_ZH
        for t in text.tokens[text.token_at(start) : text.token_at(turn.start() if turn else start)]
    )
    return (turn.start(), end) if turn and goal else (start, end)


def _held_out(
    text: Text, schema: Schema, mentions: list[Mention], barred: Collection[str]
) -> tuple[Column, int, int] | None:
    for match in islice(_HOLD.finditer(text.low), _MOST):
        position = match.end()
        whole = _WHOLE.match(text.low[position:][:20])
        position += whole.end() if whole else 0
        index = text.token_at(position)
        if index >= len(text.tokens) or text.tokens[index].start != position:
            continue
        token = text.tokens[index]
        mention = next((m for m in mentions if m.first == index), None)
        if not match.group().startswith("hold") and not (whole or _tested(text, match.start())):
            continue
        plural = whole or token.low.endswith("s") or token.cjk or mention is not None
        if not plural or text.is_used(token.start) or token.low in NOT_GROUPS:
            continue
        stop = min(index + 4, len(text.tokens)) - 1
        last = min(text.tokens[stop].end, text.clause(position)[1])
        named = column_for(text.norm[position:last], schema) if mention is None else mention.column
        column = named if named is not None and can_group(named) else None
        column = column or named_group(text, schema, mentions, barred, (position, token.end))
        if column is not None:
            return column, match.start(), last
    for match in islice(_HELD.finditer(text.low), _MOST):
        noun = match[2]
        if (match[1] or noun.endswith("s")) and noun not in NOT_GROUPS:
            column = named_group(text, schema, mentions, barred, match.span(2))
            if column is not None:
                return column, match.start(), match.end()
    return None


def _tested(text: Text, place: int) -> bool:
    start, end = text.sentence(place)
    return bool(re.search(r"\b(?:test\w*|validat\w*|evaluat\w*)", text.low[start:end]))
