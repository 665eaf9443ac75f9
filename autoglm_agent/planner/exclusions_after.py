"""Exclusions whose words come after the column: "sales must not be used", "性别不参与建模"."""

from __future__ import annotations

import re
from itertools import islice

from autoglm_agent.planner.exclusions_after_words import (
    AFTER,
    AFTER_EN,
    ALWAYS_AFTER,
    KIND_WORD,
    REASON,
    TRIGGER,
)
from autoglm_agent.planner.grammar import FEATURE, FEATURE_ZH, PREDICT, PREDICT_ZH
from autoglm_agent.planner.groups_said import goes_on_to_split
from autoglm_agent.planner.meaning.near import meant_column, numbered_column
from autoglm_agent.planner.mentions import Mention
from autoglm_agent.planner.resolve import columns_for
from autoglm_agent.planner.schema import Schema
from autoglm_agent.planner.series import earlier_members
from autoglm_agent.planner.text import Text

_LIST_GAP = re.compile(r"[\"'\s]*(?:,|、|and|or|和|与|及|以及|跟|nor)[\"'\s]*(?:the\s)?", re.ASCII)
_APPOSED = re.compile(r"(?:、|和|与|及|以及|跟)[\u3400-\u9fff]{1,8}(?<![和与及跟、])", re.ASCII)
"""What stands between two names the second of which a Chinese word explains: A和金额B."""
_LEAD = re.compile(r"\b(?:leav\w+|keep|take|throw)\W+(?:the )?\W*\Z", re.ASCII)
_KIND_END = re.compile(rf"\s*(?:{KIND_WORD}|{REASON}|请|一律)+\s*\Z", re.ASCII)
_COLUMN_END = re.compile(r"(?:[这那]一?[列个]|列|字段|特征|变量)(?:都|也|就|请)?\s*\Z")
"""What calls the words before it a column."""
_NO_NAME = re.compile(
    r"重要|有?用|多余|无关|冗余|重复|其[他它余]|剩|[这那]个|[这那]些|相关|缺失|全部|所有|每"
)
"""What says which columns, and names none: 不重要的特征."""
_LIST_LEAD = re.compile(r"\s*(?:(?:and|but|also|so|the|both|please)\s+)*")
_SUBJECT = re.compile(
    r"(?P<name>[^,;。!?]{1,40}?)(?:这一?列|这个|那一?列|本身)?"
    r"(?:属于|涉及|是(?!否|不是)|太|都|大半|基本|几乎|大部分|很|不|没|有|跟|会|只|已经|明显)"
)
"""What a clause is about, and the verb that follows it."""
_ITEMS = re.compile(r"、|和|与|及|以及|跟")
_LINKS = re.compile(r"\A(?:还有|另外|以及|然后|并且|而且|同时|此外|其次|请|麻烦)+")
"""What joins a list to what was asked before it."""
_JOIN = frozenset({"and", "or", "和", "与", "及", "以及", "跟", "nor", "the"})
_IT = re.compile(
    r"\b(?:(?:do not|don't|never|cannot|can't) use|"
    r"(?<!not )(?<!n't )(?<!never )(?:drop|remove|ignore|exclude|skip|"
    r"omit|discard|leave|forget)) (?:it|them|that|this|those)\b"
    r"|\b(?:do not|don't|never) let (?:it|the model|them|the algorithm) (?:use|see|have|know|touch|"
    r"look at) (?:it|them|that|this|those)\b"
    rf"(?: out)?|\b(?:take|leave|keep|throw|kick|cut|put) (?:it|them|that|this|those|these|both|"
    rf"all)(?: ones?)? (?:out|away|aside)\b|\b(?:they|these|those|both|it|this|that|which)"
    rf"(?: two| both| columns?| features?|"
    rf" fields?)? (?:{AFTER_EN})|(?:去掉|删掉|剔除|排除|忽略|移除)(?:它|掉|即可|吧)|"
    r"(?:drop|remove|delete) ?(?:掉|了)(?:它们?|即可|吧)",
    re.ASCII,
)
_NEW_SUBJECT = re.compile(
    r",\s*(?!(?:it|they|this|that|which|these|those|so|and|but|because|as)\b)(?:the )?[\w ]{2,40}? "
    r"(?:is|are|was|were|gets?|leaks?|comes?)\b"
)
_THESE = re.compile(
    r"(?:所以|因此|故)?(?:这[一二两三四几些]?(?:列|个|项|者)?(?:字段|特征|变量|数据|信息)?|它们|"
    r"二者|两者|[两三]列)(?:都|也|就|统统|一律)*"
)
_PLURAL = re.compile(r"(?:the|columns)?|(?:the|these|those) [a-z]+s")
"""What may lead a list of names: "the flags A, B and C"."""
_NUMBER_OF = re.compile(r"\b(?:the )?(?:number|count|amount|level|share) of (?:the )?\Z", re.ASCII)
_COUNTED = 24
_TARGET = re.compile(
    r"(?:\b(?:target|label|outcome|y|dependent variable)\b|目标|标签|因变量)[^,;。.]{0,12}\Z",
    re.ASCII,
)
"""What stands before a target that no verb asks for."""
_WINDOW, _PRONOUN, _LIST_WORDS, _ITEM_WORDS = 5, 160, 3, 6
_MOST = 40
"""Requests that are read at most: resolving one looks at every column."""


def barred_after(
    text: Text, schema: Schema, mentions: list[Mention], known: list[tuple[int, int]]
) -> tuple[list[str], list[tuple[int, int]], list[str]]:
    """Return the columns that words after them bar, the ranges of the words, and the rest.

    The rest are items listed with such columns that are none themselves.

    Args:
        text: The instruction.
        schema: The table's columns.
        mentions: Column mentions in the text.
        known: Ranges in which exclusions have been read already.
    """
    columns: list[str] = []
    ranges: list[tuple[int, int]] = []
    strange: list[str] = []
    for position, mention in enumerate(mentions):
        if text.is_used(mention.start) or _inside(mention.start, known):
            continue
        if any(start <= mention.start < end for start, end in ranges):
            continue
        if found := _lead_out(text, mention):
            columns.append(mention.column.name)
            ranges.append(found)
            continue
        if dropped := _drop_them(text, mentions, position):
            columns += [m.column.name for m in dropped[0]]
            ranges.append(dropped[1])
            continue
        match = AFTER.match(text.low[mention.end :][:60])
        if not match or _governs_next(text, mentions, mention.end + match.end(), match.group()):
            continue
        if goes_on_to_split(text, mention.end + match.end()):
            continue
        chosen, enumerated = [mention], False
        for earlier in reversed(mentions[:position]):
            gap = text.low[earlier.end : chosen[-1].start]
            # A comma alone may end the request before: "predict price, sqft must not be used".
            if not (_LIST_GAP.fullmatch(gap) or _APPOSED.fullmatch(gap)) or (
                "," in gap and (len(chosen) == 1 or enumerated)
            ):
                break
            if "," in gap and _asked_for(text, earlier):
                break
            enumerated = enumerated or "、" in gap
            chosen.append(earlier)
        named = [m.column.name for m in reversed(chosen)]
        first = chosen[-1].start
        if joined := _joined_before(text, schema, first):
            named, first = [*joined[0], *named], joined[1]
            strange += joined[2]
        columns += named
        ranges.append((first, mention.end + match.end()))
    for match in islice(TRIGGER.finditer(text.low), _MOST):
        if _inside(match.start(), [*known, *ranges]) or text.is_used(match.start()):
            continue
        if goes_on_to_split(text, match.end()):
            continue
        names, start, unknown = _described(text, schema, match)
        columns += names
        strange += unknown
        ranges += [(start, match.end())] if names or unknown else []
    return columns, ranges, strange


def _asked_for(text: Text, mention: Mention) -> bool:
    """Tell whether a name is asked for: after a verb of prediction, or as "target: X"."""
    start = text.clause(mention.start)[0]
    before = text.tokens[text.token_at(start) : mention.first]
    told = _TARGET.search(text.low[max(0, mention.start - _COUNTED) : mention.start])
    return bool(told) or any(t.stem in PREDICT or t.low in PREDICT_ZH for t in before)


def _inside(place: int, ranges: list[tuple[int, int]]) -> bool:
    return any(start <= place < end for start, end in ranges)


def _lead_out(text: Text, mention: Mention) -> tuple[int, int] | None:
    """Return the range of "leave X out" around a mention."""
    out = re.match(r"[\"' ]*out\b", text.low[mention.end :][:8])
    lead = _LEAD.search(text.low[max(0, mention.start - 20) : mention.start])
    if not out or not lead:
        return None
    return max(0, mention.start - 20) + lead.start(), mention.end + out.end()


def _drop_it(text: Text, mention: Mention) -> tuple[int, int] | None:
    """Return the range of "X is useless, drop it", where X begins its clause."""
    clause = text.clause(mention.start)
    if text.norm[clause[0] : mention.start].strip(" \"'").lower() not in ("", "the", "column"):
        return None
    match = _IT.search(text.low[mention.end : text.sentence(mention.start)[1]][:_PRONOUN])
    if match is None or _NEW_SUBJECT.search(text.low[mention.end : mention.end + match.start()]):
        return None
    return mention.start, mention.end + match.end()


def _drop_them(
    text: Text, mentions: list[Mention], position: int
) -> tuple[list[Mention], tuple[int, int]] | None:
    """Return "X and Y add up to the answer, so they must not be used" from X on."""
    chain = [mentions[position]]
    for later in mentions[position + 1 :][:_WINDOW]:
        if not _LIST_GAP.fullmatch(text.low[chain[-1].end : later.start]):
            break
        chain.append(later)
    found = _drop_it(text, chain[0]) if len(chain) == 1 else None
    if found is not None:
        return chain, found
    start, end = text.clause(chain[0].start)[0], chain[-1].end
    lead = text.low[start : chain[0].start].strip(" \"'")
    if len(chain) == 1 or not _PLURAL.fullmatch(lead):
        return None
    match = _IT.search(text.low[end : text.sentence(end - 1)[1]][:_PRONOUN])
    return (chain, (chain[0].start, end + match.end())) if match else None


def _joined_before(
    text: Text, schema: Schema, place: int
) -> tuple[list[str], int, list[str]] | None:
    """Return what *and* joins to a name, where it begins, and what of it is no column.

    For example 气温 of "气温和湿度以外".
    """
    counted = _NUMBER_OF.search(text.low[:place][-_COUNTED:])
    place -= len(counted.group()) if counted else 0
    last = text.token_at(place) - 1
    if last >= 0 and "、" in text.norm[text.tokens[last].end : place]:
        last += 1
    elif last < 1 or text.tokens[last].low not in _JOIN - {"the"}:
        return None
    clause = text.clause(text.tokens[last - 1].start)[0]
    first = max(text.token_at(clause), last - 2 * _WINDOW)
    while first < last and text.tokens[first].low in FEATURE_ZH | FEATURE:
        first += 1
    if found := _longest(text, schema, first, last - 1):
        return found[0], text.tokens[found[1]].start, []
    first = _item_before(text, first, last - 1) or first
    if not text.tokens[first].cjk and text.tokens[first].low != "the":
        return None  # "use MAE, and csat is out of bounds": what *and* joins may be a sentence
    return _by_meaning(text, schema, first, last - 1)


def _governs_next(text: Text, mentions: list[Mention], end: int, words: str) -> bool:
    """Tell "预测 A 不要用 B", where the words bar B, from "B 不要用"."""
    if words.isascii() or ALWAYS_AFTER.search(words):
        return False
    following = next((m for m in mentions if m.start >= end), None)
    return following is not None and not text.norm[end : following.start].strip(" \"'")


def _described(
    text: Text, schema: Schema, match: re.Match[str]
) -> tuple[list[str], int, list[str]]:
    """Resolve the words before a trigger, "刀具磨损" for `Tool wear`, to columns.

    Returns:
        The columns, where they begin, and the items among them that are no columns.
    """
    clause = text.clause(match.start())
    chinese = not match.group().isascii()
    if chinese and not ALWAYS_AFTER.search(match.group()):
        rest = text.low[match.end() : clause[1]].strip(" \"'")
        if rest and not re.match(r"(?:了|掉|吧|建模|训练|参与|作为|的|于|做)", rest):
            return [], 0, []
    stop = clause[0] + len(_KIND_END.sub("", text.low[clause[0] : match.start()]))
    if meant := _these(text, clause[0], match.start()):
        clause, stop = meant, meant[1]
    last = text.token_at(stop) - 1
    first_allowed = text.token_at(clause[0])
    names: list[str] = []
    start = match.start()
    for index in range(max(first_allowed, last - 2 * _WINDOW), last + 1):
        series = earlier_members(text, schema, index)
        if series is not None and series[1] == last + 1:
            return series[0], text.tokens[index].start, []
    strange: list[str] = []
    while last >= first_allowed:
        if text.tokens[last].low in _JOIN:
            last -= 1
            continue
        reach = 2 * _WINDOW if text.tokens[last].cjk else _WINDOW
        found = _longest(text, schema, max(first_allowed, last - reach + 1), last)
        item = _item_before(text, first_allowed, last) if found is None else None
        if item is None and found is None and names and text.tokens[first_allowed].cjk:
            item = first_allowed  # the first of the list: 鞋码和岛屿别用
        if item is not None and (told := _by_meaning(text, schema, item, last)) is not None:
            found = told[0], item
            strange += told[2]
        if found is None:
            break
        several, first = found
        if text.tokens[first].cjk:  # 名称 may be all that is known of the item 研究名称
            first = _item_before(text, first_allowed, first) or first
        names += several[::-1]
        start, last = text.tokens[first].start, first - 1
        if last < first_allowed:
            break
        listed = "、" in text.norm[text.tokens[last].end : start]
        if not listed and text.tokens[last].low not in _JOIN:
            break
    if len(names) > 1:
        earlier, start = _enumerated(text, schema, start)
        names += earlier
    called = _COLUMN_END.search(text.low[clause[0] : match.start()])
    if not names and called and (told := _by_meaning(text, schema, first_allowed, last)):
        return told
    if not names and chinese and (told := _subject_before(text, schema, match.start())):
        return told
    return names[::-1], start, strange if names else []


def _subject_before(
    text: Text, schema: Schema, place: int
) -> tuple[list[str], int, list[str]] | None:
    """Return the column of which the clause before tells: 年龄属于敏感信息，不能拿来当特征."""
    start = text.clause(place)[0]
    if text.low[start:place].strip(" \"'") or text.norm[max(0, start - 1)] != ",":
        return None
    before = text.clause(max(0, start - 2))
    subject = _SUBJECT.match(text.norm, *before)
    inside = [t for t in text.tokens if before[0] <= t.start < before[1]]
    if not subject or any(t.stem in PREDICT or t.low in PREDICT_ZH for t in inside):
        return None
    names: list[str] = []
    strange: list[str] = []
    for item in map(str.strip, _ITEMS.split(subject["name"])):
        meant = meant_column(item, schema.columns)
        found = columns_for(item, schema) or ([meant] if meant else [])
        names += [column.name for column in found]
        strange += [] if found else [item]
    return (names, before[0], strange) if names else None


def _item_before(text: Text, first: int, last: int) -> int | None:
    """Return where the item of a list begins that ends at a token, if something comes before it."""
    for index in range(last, max(first, last - _ITEM_WORDS), -1):
        if "、" in text.norm[text.tokens[index - 1].end : text.tokens[index].start]:
            return index
        if text.tokens[index - 1].low in _JOIN - {"the"} and index - 1 > first:
            return index
    return None


def _by_meaning(
    text: Text, schema: Schema, first: int, last: int
) -> tuple[list[str], int, list[str]] | None:
    """Return the column that an item means, or the item as one that is none; None if neither."""
    words = [t for t in text.tokens[first : last + 1] if t.low != "the"]
    if not words or any(text.is_used(t.start) for t in words):
        return None
    asks = any(t.stem in PREDICT or t.low in PREDICT_ZH for t in words)
    if asks or len(words) > (_ITEM_WORDS if words[0].cjk else _LIST_WORDS):
        return None
    item = _LINKS.sub("", text.span(words[0].start, words[-1].end))
    if (numbered := numbered_column(item, schema)) is not None:
        return [numbered.name], words[0].start, []
    if _NO_NAME.search(item):
        return None
    meant = meant_column(item, schema.columns)
    return ([meant.name], words[0].start, []) if meant else ([], words[0].start, [item])


def _these(text: Text, start: int, end: int) -> tuple[int, int] | None:
    """Return the clause before "这两列别用", in which the columns stand, if it asks for nothing."""
    lead = text.low[start:end].strip(" \"'")
    if not lead or not _THESE.fullmatch(lead) or text.norm[max(0, start - 1)] != ",":
        return None
    clause = text.clause(max(0, start - 2))
    inside = [t for t in text.tokens if clause[0] <= t.start < clause[1]]
    asks = any(t.stem in PREDICT or t.low in PREDICT_ZH for t in inside)
    return None if asks or not inside else clause


def _enumerated(text: Text, schema: Schema, start: int) -> tuple[list[str], int]:
    """Return the columns of the clauses before a list, where each is a name: "fare, tip and X"."""
    names: list[str] = []
    for _ in range(_WINDOW):
        before = text.low[:start].rstrip(" \"'").removesuffix("the").rstrip()
        if not before.endswith(","):
            break
        first, last = text.clause(len(before) - 2)
        lead = _LIST_LEAD.match(text.low, first)
        words = text.norm[lead.end() if lead else first : last].strip()
        predicts = any(
            t.stem in PREDICT or t.low in PREDICT_ZH for t in text.tokens if first <= t.start < last
        )
        if not (lead and lead.group().strip()) or predicts or len(words.split()) > _LIST_WORDS:
            # "Predict price, sqft and age must not be used": the first is no part of the list.
            break
        found = columns_for(words, schema)
        if not found or text.is_used(first):
            break
        names += [column.name for column in reversed(found)]
        start = first
    return names, start


def _longest(text: Text, schema: Schema, first: int, last: int) -> tuple[list[str], int] | None:
    for begin in range(first, last + 1):
        window = text.tokens[begin : last + 1]
        if any(t.low in _JOIN for t in window) or any(text.is_used(t.start) for t in window):
            continue
        words = text.norm[window[0].start : window[-1].end]
        columns = columns_for(words, schema) if "、" not in words else []
        numbered = numbered_column(words, schema) if not columns and len(window) > 1 else None
        if numbered is not None:
            return [numbered.name], begin
        if columns:
            return [column.name for column in columns], begin
    return None
