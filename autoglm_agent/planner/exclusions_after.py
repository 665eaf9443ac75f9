"""Exclusions whose words come after the column: "sales must not be used", "性别不参与建模"."""

from __future__ import annotations

import re
from itertools import islice

from autoglm_agent.planner.grammar import FEATURE, FEATURE_ZH, PREDICT, PREDICT_ZH
from autoglm_agent.planner.groups_said import goes_on_to_split
from autoglm_agent.planner.meaning.near import meant_column
from autoglm_agent.planner.mentions import Mention
from autoglm_agent.planner.resolve import columns_for
from autoglm_agent.planner.schema import Schema
from autoglm_agent.planner.series import earlier_members
from autoglm_agent.planner.text import Text

_KIND_WORD = (
    r"(?:columns?|features?|variables?|fields?|这一列|"
    r"这列|那一列|列|字段|变量|特征|这两列|都|也|就)"
)
_REASON = (
    r"(?:(?:因为?|由于|按照?|出于|涉及|根据|鉴于)?(?:合规|隐私|监管|法规|规定|政策|伦理|法律|公平)"
    r"(?:性)?(?:要求|原因|问题|考虑|规定|限制|上)?|"
    r"(?:都)?(?:属于|涉及|是)?敏感(?:性)?(?:信息|属性|字段|特征|数据)?|"
    r"(?:会|可能)?(?:有|带来|涉及|造成)?歧视(?:性|嫌疑)?)"
)
_BARRED = (
    r"(?:excluded|ignored|dropped|left out|removed|omitted|discarded|skipped|off limits|forbidden|"
    r"hidden|kept out|disregarded|disallowed|left aside|not allowed|"
    r"off the table|banned|prohibited|taboo|out of bounds)"
)
_USED = r"(?:used|included|considered|allowed|to be used|part of|among|fed|in the model|an input)"
_NOT = r"(?:not|n't|no|never)"
_AFTER_EN = (
    rf"(?:is|are|was|were|isn't|aren't|wasn't|weren't)(?: also| yet| clearly)?(?: {_NOT})?"
    r"(?<=n't|not| no|ver) (?:an? |to be |for |in |among |the |yet )*(?:features?|inputs?|"
    r"predictors?|used|available|use|modelling|modeling|allowed|considered|included|permitted|"
    r"acceptable|wanted|needed|known|looked at|taken into account)|"
    r"(?:is|are|was|were|would be)(?: only| just)? (?:known|available|recorded|filled in|set|"
    r"measured) (?:only |just )?(?:after|at the end|later|once|when|too late)|"
    r"(?:is|are|would be)(?: clearly| just| also)? (?:discriminat\w+|unfair|illegal|"
    r"(?:too )?sensitive(?! to))|"
    r"(?:is|are|would be)(?: clearly| just| also)? (?:a |an )?(?:leak\w*|cheat\w*|"
    r"giveaways?|spoilers?)|(?:leaks?|gives?) (?:away )?(?:the |us |it )?(?:answer|target|label|"
    r"outcome|away)|would (?:leak|be cheating|give)|"
    r"(?:does|do|should|must|may|can|shall)(?: not|n't| never) (?:play (?:a|any) (?:role|part)|"
    r"matter|count|enter|influence|appear|go in|be (?:known|seen|touched|looked at|relied on|"
    r"taken into account|a feature|features|inputs?|an input|predictors?|among|part of))|"
    r"(?:can't|mustn't|shouldn't) (?:play|matter|count|enter|influence|appear)|"
    r"plays? no (?:role|part)|has to play no|(?:should|must|can|has to|have to|needs? to) "
    r"(?:go\b|be gone|disappear)|"
    r"(?:being )?(?:excluded|removed|dropped|left out|omitted|taken out|put aside|set aside)"
    r"(?= ?(?:[.,;)]|\Z|from\b|before\b|first\b))|"
    r"(?:not (?:allowed|permitted)|forbidden|prohibited|banned|off[- ]limits)"
    r"(?= ?(?:[.,;)!]|\Z))|"
    rf"(?:should|must|may|can|shall|is|are|will|has to|have to|needs to)\s+(?:be |stay |remain )?"
    rf"{_BARRED}|(?:should|must|may|can|shall|is|are|will|do|does)(?: not|n't| never)\s+(?:be )?"
    rf"{_USED}|(?:cannot|can't) be {_USED}|(?:must|should|has to|have to) (?:stay|be left|be "
    rf"kept) out"
)
_AFTER_ZH = (
    r"不要考虑|不能考虑|不可以?考虑|不得考虑|别考虑|不要用|不要使用|不用|不能用|不能使用|不可用|不得使用|不允许使用|禁止使用|不参与|不参加|"
    r"不进入|(?:不要|不得|不应|不许|不准|别|请勿|勿)(?:参与|参加|进入|放进|放入|作为|当作|用作|纳入|加入)|"
    r"不能作为|不可作为|不得作为|不应作为|不能当|不能进|不应使用|不该用|不准用|不进模型|不入模|"
    r"不作为|不当作|不纳入|不放进|不放入|不加入|不考虑|不使用|不要|去掉|去除|剔除|"
    r"排除(?:在外|掉)?|删除|删掉|拿掉|移除|忽略|除外|以外|之外|屏蔽|不许用|不予考虑|不作考虑|别用|勿用|不能要|不可以(?:使用|用)|不允许(?:使用|用)|"
    r"(?:就)?(?:当作?|视为|假装)(?:不知道|没有|看不[到见]|不存在)|"
    r"不能参与|不能参加|不应参与|禁用|别进(?:模型)?|别放进|别放|"
    r"(?:drop|remove|exclude|delete|skip|ignore) ?(?:掉|了)|"
    r"(?:会|可能)?(?:泄露|泄漏|暴露)(?:答案|目标|标签|结果|信息)|"
    r"(?:是|属于)?事后(?:才|信息|数据)(?:知道|有|产生)?|预测时(?:还)?(?:拿不到|不知道|未知|没有)"
)
_ALWAYS_AFTER = re.compile(
    r"不参|不进|不入|不作为|作为|参与|参加|当作|用作|纳入|加入|放进|放入|进入|不能当|不能进|别进|别放进|不当作|除外|以外|之外|不能参|不应参|泄|暴露|事后|"
    r"预测时",
    re.ASCII,
)
_AFTER = re.compile(
    rf"\A[\"'\s)]*{_KIND_WORD}?\s*{_REASON}?(?:{_AFTER_EN}|"
    rf"(?:请|please |pls |一律|统统|全部|必须|需要?|应该?|都?得|要|可以|就|先|也|都)*"
    rf"(?:{_AFTER_ZH}))",
    re.ASCII,
)
_TRIGGER = re.compile(rf"\b(?:{_AFTER_EN})|(?:{_AFTER_ZH})", re.ASCII)
_LIST_GAP = re.compile(r"[\"'\s]*(?:,|、|and|or|和|与|及|以及|跟|nor)[\"'\s]*(?:the\s)?", re.ASCII)
_APPOSED = re.compile(r"(?:、|和|与|及|以及|跟)[\u3400-\u9fff]{1,8}(?<![和与及跟、])", re.ASCII)
"""What stands between two names the second of which a Chinese word explains: A和金额B."""
_LEAD = re.compile(r"\b(?:leav\w+|keep|take|throw)\W+(?:the )?\W*\Z", re.ASCII)
_KIND_END = re.compile(rf"\s*(?:{_KIND_WORD}|{_REASON}|请|一律)+\s*\Z", re.ASCII)
_COLUMN_END = re.compile(r"(?:[这那]一?[列个]|列|字段|特征|变量)(?:都|也|就|请)?\s*\Z")
"""What calls the words before it a column."""
_NO_NAME = re.compile(
    r"重要|有?用|多余|无关|冗余|重复|其[他它余]|剩|[这那]个|[这那]些|相关|缺失|全部|所有|每"
)
"""What says which columns, and names none: 不重要的特征."""
_LIST_LEAD = re.compile(r"\s*(?:(?:and|but|also|so|the|both|please)\s+)*")
_JOIN = frozenset({"and", "or", "和", "与", "及", "以及", "跟", "nor", "the"})
_IT = re.compile(
    r"\b(?:(?:do not|don't|never|cannot|can't) use|drop|remove|ignore|exclude|skip|"
    r"omit|discard|leave|forget) (?:it|them|that|this|those)\b"
    rf"(?: out)?|\b(?:take|leave|keep|throw|kick|cut|put) (?:it|them|that|this|those|these|both|"
    rf"all)(?: ones?)? (?:out|away|aside)\b|\b(?:they|these|those|both|it|this|that|which)"
    rf"(?: two| both| columns?| features?|"
    rf" fields?)? (?:{_AFTER_EN})|(?:去掉|删掉|剔除|排除|忽略|移除)(?:它|掉|即可|吧)",
    re.ASCII,
)
_NEW_SUBJECT = re.compile(
    r",\s*(?!(?:it|they|this|that|which|these|those|so|and|but|because|as)\b)(?:the )?[\w ]{2,40}? "
    r"(?:is|are|was|were|gets?|leaks?|comes?)\b"
)
_THESE = re.compile(
    r"(?:所以|因此|故)?(?:这[一二两三四几些]?(?:列|个|项|者)?(?:字段|特征|变量|数据|信息)?|它们|二者|两者|"
    r"[两三]列)(?:都|也|就|统统|一律)*"
)
_NUMBER_OF = re.compile(r"\b(?:the )?(?:number|count|amount|level|share) of (?:the )?\Z", re.ASCII)
_COUNTED = 24
_TARGET = re.compile(
    r"(?:\b(?:target|label|outcome|y|dependent variable)\b|目标|标签|因变量)[^,;。.]{0,12}\Z",
    re.ASCII,
)
"""What stands before a target that no verb asks for."""
_WINDOW, _PRONOUN, _LIST_WORDS, _ITEM_WORDS = 5, 100, 3, 6
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
        match = _AFTER.match(text.low[mention.end :][:60])
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
    for match in islice(_TRIGGER.finditer(text.low), _MOST):
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
    if len(chain) == 1 or text.norm[start : chain[0].start].strip(" \"'").lower() not in (
        "",
        "the",
        "columns",
    ):
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
    if words.isascii() or _ALWAYS_AFTER.search(words):
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
    if chinese and not _ALWAYS_AFTER.search(match.group()):
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
        if item is not None and (told := _by_meaning(text, schema, item, last)) is not None:
            found = told[0], item
            strange += told[2]
        if found is None:
            break
        several, first = found
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
    return names[::-1], start, strange if names else []


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
    item = text.span(words[0].start, words[-1].end)
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
        if columns:
            return [column.name for column in columns], begin
    return None
