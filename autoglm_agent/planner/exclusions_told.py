"""Exclusions told of a sentence's subject: "Weight is taken after the cycle, so not available".

The columns stand first and what follows says that they cannot be used, with a pronoun, with no
subject of its own, or by the reason alone: they are known too late, or they give the answer away.
"""

from __future__ import annotations

import re
from bisect import bisect_left

from autoglm_agent.planner.grammar import (
    BREAKS,
    CONTEXT,
    FEATURE,
    FEATURE_ZH,
    PREDICT,
    PREDICT_ZH,
    QUESTION,
)
from autoglm_agent.planner.mentions import Mention, mention_at
from autoglm_agent.planner.resolve import columns_for
from autoglm_agent.planner.schema import Schema
from autoglm_agent.planner.text import Text

_LATE = (
    r"(?:only |just |first |all )?(?:be )?(?:known|measured|recorded|taken|available|filled in|"
    r"entered|set|determined|computed|decided|logged|written|added|comes? in|arrives?|collected|"
    r"weighed|booked|reported|registered|assigned|updated)(?: \w+)? (?:only |just )?(?:after\w*|"
    r"later|once|too late|at the end|when|post\b|in hindsight|in retrospect|following)|"
    r"(?:only |just )?comes? (?:\w+ )?later\b"
)
_LEAK = (
    r"(?:downstream|leaks?|leaking|leaky|leakage|cheating|giveaways?|gives? (?:it|the \w+) away|"
    r"post[- ]?hoc|"
    r"post[- ]event|after the fact)"
)
_BE = r"(?:is|are|was|were|gets?|got|will be|'s|s)"
_NO_USE = (
    r"(?:(?:is|are|was|were|'s|'re) )?out(?= ?(?:[.,;!)]|\Z))|"
    r"(?:(?:has|have|needs?|ought) to|must|should) (?:go|"
    r"(?:stay|be|remain|be kept) (?:out(?:side)?|away)|"
    r"be dropped|be left out|"
    r"be removed|be excluded|be ignored)\b|(?:off|out)[- ]limits|"
    r"(?:(?:can|could|may|must|should|shall|will|would|do|does) ?(?:not|n't|nt)|can'?t|won'?t) "
    r"(?:be (?:an? )?"
    r"(?:features?|inputs?|predictors?|used|included|considered|known|available|part|among|seen)|"
    r"go in|count|serve|act as|become (?:an? )?(?:feature|input)|enter|play|matter)"
)
_OF_IT = (
    r"(?:(?:so|hence|therefore|thus|and|but|which|it'?s|they'?re|that'?s|they are|it is)\W+)+"
    r"(?:out(?= ?(?:[.,;!)]|\Z))|(?:so|hence|therefore|thus)\W+no(?= ?(?:[.;!)]|\Z)))|"
    r"(?:(?:so|hence|therefore|thus|and|but|which|it'?s|they'?re|that'?s|they are|it is)\W+)+"
    r"(?:is |are )?(?:also )?(?:not|un|no longer)\W?(?:available|usable|allowed|known|permitted|"
    r"an option|useable|eligible)|"
    r"(?:so|hence|therefore|thus)(?: just| please| pls)? (?:drop|remove|ignore|exclude|skip|omit|"
    r"leave out)(?= ?(?:[.,;!)]|\Z))|"
    r"(?:so |hence |therefore |thus |and )?(?:it|they|these|those|both|that) "
    r"(?:can ?not|can'?t|must ?n[o']t|should ?n[o']t|may not) be "
    r"(?:an? )?(?:inputs?|features?|predictors?|used|included|considered|part of)\b|"
    r"(?:do not|don'?t|dont|never|cannot|can'?t|must ?n[o']t|should ?n[o']t|may not)(?: \w+)? "
    r"(?:use|include|feed|rely on|consider|touch|take|keep|trust)(?: (?:it|them|these|those|that|"
    r"this|either|any|both))?(?= ?(?:[.,;!?)]|\Z|as |in |for |please|pls))|"
    r"(?<!not )(?<!n't )(?<!never )"
    r"(?:drop|remove|ignore|exclude|skip|omit|discard|leave|forget|kick|throw|strip|delete|cut)"
    r"(?: out)? (?:it|them|that|this|those|these|both|all|all three|either)\b(?: out)?|"
    r"(?:take|keep|put|get) (?:it|them|that|this|those|these|both|all)(?: ones?)? "
    r"(?:out|away|aside)\b"
)
"""Said of a subject that stands further back: "..., so not available", "..., drop both"."""
_TOLD = re.compile(
    rf"\A(?: columns?| fields?| values?| numbers?| figures?)?(?:[ ,]+(?:obviously|also|both|"
    rf"unfortunately|of course|clearly|sadly|actually|really|"
    rf"basically|probably))*[ ,]*(?:(?:{_BE} )?{_LATE}|"
    rf"(?:{_BE} )?(?:a |an |pure |total )?{_LEAK}\b|"
    rf"(?:{_NO_USE})|(?:[^.;!?]{{0,70}}?[ ,(–—-])?(?:{_OF_IT}))",
    re.ASCII,
)
_TOLD_ZH = re.compile(
    r"\A(?:这一?列|这[两三几]列|字段|列|特征)?(?:都|也|就)?(?:[^;。!?\n]{0,24}?,\s*)?"
    r"(?:因此|所以|故|请|都|就|也|是|属于|要|会|只有|只能|[\u3400-\u9fff]{1,6}?(?=之?后才))*"
    r"(?:(?:事后|之后才|以后才|后才|才(?:知道|有|能知道|产生|录入|"
    r"填))(?=[\u3400-\u9fff]{0,4}(?:[,;。!?]|"
    r"\Z))|(?:不能用|不可用|不该用|用不了|拿不到|泄[露漏]|不要用|别用|去掉|删掉|剔除)(?:它|了|掉|"
    r"吧|的|"
    r"它们|这些)?(?=[,;。!?]|\Z))",
    re.ASCII,
)
_LIKEWISE = re.compile(
    r"[,;]?\s*(?:and |nor |neither )?(?:the )?([\w\u3400-\u9fff ]{1,30}?)"
    r"\s?(?:也是(?:如此|一样)?|也一样|同样|也不(?:行|能用|要|用)|也别用|as well|likewise|neither|"
    r"too|either)(?=[,.;。!?]|\Z)"
)
_REST = re.compile(
    r"[的了]?(?:[,;]?\s*(?:所以|因此|故)?(?:也|都)?(?:不能用|不可用|不要用|别用|去掉|删掉|用不了))*"
)
_JOIN = re.compile(
    r"\s*(?:,\s*(?:and |or |&)?|、|\band\b|\bor\b|&|\+|/|和|与|及|以及|跟)\s*(?:the\s)?"
)
_ABOUT = re.compile(
    r"(?:anything|everything|any (?:\w+ )?|all (?:\w+ )?|whatever(?: is)?)\s?(?:about|on|"
    r"to do with|related to|regarding|concerning|of) (?:the |a |an )?"
)
_LEAD = re.compile(
    r"(?:the|our|its|both|but|and|also|so|hence|therefore|thus|note:?|nb:?|"
    r"ps:?|pls note|注意:?|其中)\s*",
    re.I,
)
_LISTED = re.compile(
    r"\b(?:nothing|anything|no columns?|no fields?|features?|columns?|fields?|variables?|"
    r"everything)\b[^.;!?()]{0,80}\(([^()]{1,120})\)"
)
_AFTER_ONLY = re.compile(_LATE + "|" + _LEAK)
_NO_NAME = (QUESTION | BREAKS | CONTEXT | PREDICT_ZH | FEATURE_ZH | FEATURE) - {
    "the", "for", "of"
} | {
    "leave", "keep", "hold", "take", "set", "put", "entire", "whole"
}  # fmt: skip
_SAID = re.compile(
    rf"{_LATE}|{_LEAK}|{_NO_USE}|{_OF_IT}|后才|事后|不能用|不可用|不该用|用不了|拿不到|泄|不要用|"
    r"别用|去掉|删掉|剔除|才(?:知道|有|能知道|产生|录入|填)",
    re.ASCII,
)
"""What `_TOLD` and `_TOLD_ZH` cannot do without: sentences that lack it are not looked at."""
_AS_WRITTEN = 0.95
"""Score of a mention that is a name as it is written."""
_MOST_WORDS, _MOST_COLUMNS, _REACH = 5, 5, 200


def told_of_subjects(
    text: Text, schema: Schema, mentions: list[Mention], known: list[tuple[int, int]]
) -> tuple[list[str], list[tuple[int, int]]]:
    """Return the columns of which a clause says that they cannot be used, and the words' ranges.

    Args:
        text: The instruction.
        schema: The table's columns.
        mentions: Column mentions in the text.
        known: Ranges in which exclusions have been read already.
    """
    columns: list[str] = []
    ranges: list[tuple[int, int]] = []
    done = 0
    said = [match.start() for match in _SAID.finditer(text.low)]
    for token in text.tokens if said else ():
        if token.start < done:
            continue
        clause, sentence = text.clause(token.start), text.sentence(token.start)
        first = bisect_left(said, token.start)
        if first == len(said) or said[first] >= sentence[1]:
            done = sentence[1]
            continue
        if _inside(token.start, known) or text.is_used(token.start):
            continue
        done = clause[1]
        index = text.token_at(clause[0])
        subject = _subject(text, schema, mentions, index) or _all_about(text, schema, index)
        if subject is None:
            continue
        names, end = subject
        rest = text.low[end : sentence[1]]
        told = _TOLD.match(rest) or _TOLD_ZH.match(rest)
        if told is None or _inside(end, known):
            continue
        if _other_subject(text, schema, mentions, end, end + told.end()):
            continue
        done = end + told.end()
        columns += names
        ranges.append((token.start, done))
    for match in _LISTED.finditer(text.low):
        late = _AFTER_ONLY.search(match.group())
        if late is None or _inside(match.start(), known):
            continue
        inside = [m for m in mentions if match.start(1) <= m.start < match.end(1)]
        if inside:
            columns += [m.column.name for m in inside]
            ranges.append(match.span())
    return columns, ranges


def _inside(place: int, ranges: list[tuple[int, int]]) -> bool:
    return any(start <= place < end for start, end in ranges)


def _subject(
    text: Text, schema: Schema, mentions: list[Mention], index: int
) -> tuple[list[str], int] | None:
    """Return the columns that a clause begins with, and where their names end."""
    lead = _LEAD.match(text.low, text.tokens[index].start)
    if lead is not None:
        index = text.token_at(lead.end())
    names: list[str] = []
    end = 0
    while index < len(text.tokens) and len(names) < _MOST_COLUMNS:
        found = _columns_at(text, schema, mentions, index)
        if found is None:
            break
        several, index = found
        names += several
        end = text.tokens[index - 1].end
        join = _JOIN.match(text.low, end)
        if join is None:
            break
        index = text.token_at(join.end())
    return (list(dict.fromkeys(names)), end) if names else None


def _other_subject(
    text: Text, schema: Schema, mentions: list[Mention], start: int, end: int
) -> bool:
    """Tell whether a later clause of a range begins with a column of its own."""
    done = text.clause(start)[1]
    for token in text.tokens[text.token_at(start) : text.token_at(end)]:
        if token.start < done:
            continue
        clause = text.clause(token.start)
        done = clause[1]
        if _subject(text, schema, mentions, text.token_at(clause[0])) is not None:
            return True
    return False


def _all_about(text: Text, schema: Schema, index: int) -> tuple[list[str], int] | None:
    """Return every column with a word in its name for "anything about levels"."""
    lead = _ABOUT.match(text.low, text.tokens[index].start)
    at = text.token_at(lead.end()) if lead else len(text.tokens)
    if at >= len(text.tokens):
        return None
    word = text.tokens[at]
    names = [c.name for c in schema.columns if any(part.says(word.stem) for part in c.parts)]
    return (names, word.end) if names else None


def _columns_at(
    text: Text, schema: Schema, mentions: list[Mention], index: int
) -> tuple[list[str], int] | None:
    mention = mention_at(mentions, index)
    written = mention is not None and text.tokens[index].cjk and mention.score >= _AS_WRITTEN
    if mention is not None and mention.first == index and (written or index < mention.last):
        return [mention.column.name], mention.last + 1
    stop = text.clause(text.tokens[index].start)[1]
    for size in range(_MOST_WORDS, 0, -1):
        last = index + size - 1
        if last >= len(text.tokens) or text.tokens[last].end > stop:
            continue
        start, end = text.tokens[index].start, text.tokens[last].end
        window = text.tokens[index : last + 1]
        if not text.joined(index, last) or any(
            t.low in _NO_NAME or t.stem in PREDICT for t in window
        ):
            continue
        found = columns_for(text.norm[start:end], schema)
        if found and _all_said(text, schema, index, last, [c.name for c in found]):
            return [c.name for c in found], last + 1
    if mention is not None and mention.first == index:
        return [mention.column.name], mention.last + 1
    return None


def _all_said(text: Text, schema: Schema, first: int, last: int, names: list[str]) -> bool:
    """Tell whether the last of some words belongs to the name, so that no verb is swallowed."""
    word = text.tokens[last]
    if word.cjk:
        return True
    return any(part.says(word.stem) or part.concepts for n in names
               for part in schema.by_name[n].parts) and bool(
        columns_for(text.norm[word.start : word.end], schema) or first == last
        or any(part.says(word.stem) for n in names for part in schema.by_name[n].parts)
    )  # fmt: skip


def likewise(text: Text, schema: Schema, position: int) -> tuple[list[str], tuple[int, int]] | None:
    """Return the columns of "..., 评分也是" and "..., the score neither" after an exclusion.

    Args:
        text: The instruction.
        schema: The table's columns.
        position: Where the exclusion before ends.
    """
    rest = text.low[position : text.sentence(max(0, position - 1))[1]][:_REACH]
    skipped = _REST.match(rest)
    found = _LIKEWISE.match(rest, skipped.end() if skipped else 0)
    if found is None:
        return None
    columns = columns_for(found[1], schema)
    names = [column.name for column in columns]
    return (names, (position, position + found.end())) if names else None
