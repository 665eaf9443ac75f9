"""Which columns must not be used: "without gender", "不要用 X 和 Y", "only use A and B"."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from autoglm_agent.errors import InputError
from autoglm_agent.planner.exclusions_after import barred_after
from autoglm_agent.planner.exclusions_groups import (
    NOT_COLUMNS,
    OTHER_REQUEST,
)
from autoglm_agent.planner.exclusions_items import read_items
from autoglm_agent.planner.exclusions_listed import listed
from autoglm_agent.planner.exclusions_told import likewise, told_of_subjects
from autoglm_agent.planner.grammar import QUESTION
from autoglm_agent.planner.groups_said import tells_a_split
from autoglm_agent.planner.meaning.near import near_in_meaning
from autoglm_agent.planner.mentions import Mention, mention_at
from autoglm_agent.planner.metric_words import names_metric
from autoglm_agent.planner.resolve import columns_for
from autoglm_agent.planner.schema import Schema
from autoglm_agent.planner.text import Text

_DO_NOT = r"(?<![性级类区分特识判个])别"
"""别 as a word of its own, and not the end of 性别, 级别, 类别."""
_HEADED = r"的(?:列|字段|特征|变量)(?:有|是|为|包[括含])? ?(?:[:=] ?|(?<=[有是为括含]) ?)"
"""What makes a heading of a barring word: 禁止使用**的列:** A, B."""
_BEFORE = re.compile(
    r"(?:\b(?:(?:columns?|features?|fields?|variables?) (?:to (?:exclude|ignore|drop|"
    r"leave out|skip|remove|omit)|not to (?:use|include)|(?:that )?(?:must|should|may) not "
    r"be used) ?[:=] ?)|"
    r"\b(?:out of scope|prohibited|disallowed|not allowed|forbidden|off limits|excluded?|"
    r"leave out|left out|drop|do not use|don't use|ignored?|banned|skip|no[- ]go)"
    r"(?: (?:features?|columns?|fields?|inputs?|variables?|data))? ?[:=] ?|\bexcl\. ?)|"
    r"\b(?:without(?: using| considering| (?:looking|peeking|glancing) (?:at|into)| seeing|"
    r" knowing| touching| relying on)?|no (?:peeking|looking|glancing|peeks?) (?:at|into)|"
    r"ignor(?:e|es|ing)|exclud(?:e|es|ing)|"
    r"except(?: for)?|leav(?:e|ing) out|drop(?:ping)?(?! ?outs?\b|,)|"
    r"(?:do not|don'?t|dont|never|must(?: not|n't)|may not|should(?: not|n't)|cannot|"
    r"can(?: not|'?t)|does(?: not| ?n'?t)|"
    r"not to|not (?:allowed|permitted)(?: to)?|no need to) (?:use|include|consider|"
    r"look at|peek at|peek into|see|touch|"
    r"feed|rely on|train on|(?:give|show)(?= (?:it|them|the model)\b)|"
    r"let (?:it|the model|them|your model|the algorithm) (?:see|use|know|look at|touch|have)|"
    r"reveal)(?: it| them| the model| in)?|"
    r"(?:keep|stay|steer) (?:away|clear) (?:from|of)|hide|strip(?:ping)?(?: out)?|"
    r"(?:throw|kick|toss|chuck)(?:ing)? (?:out|away)|ditch(?:ing)?|get rid of|forget(?: about)?|"
    r"tak(?:e|ing) out|exclusive of|barring|minus|"
    r"not (?:using|including|considering)|omit(?:ting)?|remov(?:e|ing)|skip(?:ping)?|"
    r"discard(?:ing)?|apart from(?! (?:the )?(?:others?|rest)\b)|other than|"
    r"(?:pretend|act as if|imagine|assume) (?:that )?(?:you|we|it|they|the model) (?:do not|don't|"
    r"does not|doesn't|never) (?:know|see|have)|"
    r"(?:model|it|algorithm) (?:may|must|should|can|shall) ?n[o']t (?:know|be told|learn|get)|"
    r"(?:everything|all|all columns|all features|anything) but|but (?:not|without)|"
    r"not allowed (?:to )?use|disregard(?:ing)?|no use of|w/o|sans|avoid(?:ing)? (?:using|"
    r"(?:the )?use of)|refrain(?:ing)? from using|rul(?:e|ing) out|blind to|regardless of|"
    r"irrespective of|bann?(?:ing)?(?= the| col)|excl|"
    r"never trust|never with|not from|leav(?:e|ing) aside|put(?:ting)? aside|set(?:ting)? aside|"
    r"no (?:info|information|data|knowledge) (?:on|about|of)|nothing (?:about|on)|"
    r"prohibited from using|independent(?:ly)? of)\b"
    rf"|(?:(?:不要|{_DO_NOT}|不能|不可以?|不得|不许|不准|不应该?|不该|请勿|勿|切勿|禁止|避免|"
    rf"不允许)"
    r"(?:考虑|采用|选用|利用|依赖|纳入|引入|涉及|参考)|"
    rf"不要使用|不要用|不使用|不用|{_DO_NOT}用|{_DO_NOT}使用|不得使用|不能用|不能使用|禁止使用|"
    rf"不考虑|忽略|"
    rf"不纳入|不加入|不放入|{_DO_NOT}考虑|不能考虑|不可使用|不可用|避开|屏蔽|拿掉|剔掉|丢掉|丢弃|"
    rf"舍弃|"
    r"去掉|去除|剔除|排除|删除|删掉|除去|除了|除开|不含|不包括|不包含|抛开|不看|无需|扔掉|移除|"
    rf"(?:不许|不准|{_DO_NOT}|不要|不能|不可以?|不得)(?:偷看|偷用|参考|碰)|假装(?:不知道|没有|"
    rf"看不[到见])|"
    r"避免使用|禁用|勿用|撇开|刨去|刨除|略去|"
    rf"不得包含|不要包[含括]|{_DO_NOT}包[含括]|不能包[含括]|不可包[含括]|不允许(?:使用|用)|"
    rf"不可以(?:使用|用)|"
    rf"不许使用|不许用|不借助|不依赖|请勿使用|请勿用|勿使用|{_DO_NOT}看|不予考虑|不得用|不准用)"
    rf"(?!(?:于|来|作|做|在)(?:建模|训练|模型|预测|学习|分析|特征|输入|变量))(?:{_HEADED})?|"
    rf"不(?:参与|参加|进入?)(?:建模|训练|预测|模型)?{_HEADED}",
    re.ASCII,
)
_BARE = re.compile(r"(?:\bno|\bbut not|\bminus)\s", re.ASCII)
_NO_MORE = re.compile(r"\s(?:and|or|nor) (?=no )", re.ASCII)
_BARE_ZH = re.compile(r"(?:不要|别要|不需要|不带|除)\s?[\"']?", re.ASCII)
_BARE_NOUN = re.compile(
    r"(?![用让把将区分按看考给做拿去有太被使同跟和与再只漏误错])[\u3400-\u9fff]{2,6}"
)
"""A short noun that ends the clause: 不要**开局代码**."""
_OUT = re.compile(
    r"\b(leav(?:e|ing)|keep(?:ing)?(?! \w+ing\b)|tak(?:e|ing)|(?:throw|kick|toss|chuck)(?:ing)?|"
    r"cut(?:ting)?)\b [^.;!?]{1,80}? out\b"
    r"(?! (?:for|as) (?:the )?(?:test|valid|hold))",
    re.ASCII,
)
_WHOLE = re.compile(r"\b(?:whole|entire|one|each|complete)\b", re.ASCII)
_ONLY = re.compile(
    r"\b(?:only (?:use|using|with|on|from)|(?:use|using|with|from) (?:only|just|nothing but|"
    r"solely)|just use)\b|"
    r"\bonly (?=[^.;,!?]{2,40} (?:may|can|should|must|are|is|will) (?:be )?(?:used|allowed|"
    r"considered|available|permitted))|只(?:能|允许|准|许|可以?)?(?:使用|用|利用|考虑|根据|靠|凭|"
    r"看(?!看))|仅(?:限|能|允许|可以?)?(?:使用|用|凭|根据|利用|考虑)",
    re.ASCII,
)
_ONLY_AFTER = re.compile(r"\A\s*(?:only|alone|and nothing else)\b", re.ASCII)
_USING = re.compile(r"\b(?:using|use|with|from|on|by|of|given)\b", re.ASCII)
_ENDS_CLAUSE = re.compile(
    r"[了吧啦哦啊的掉呢嘛吗]{0,3}(?:[,.。;!?]|\Z)|\s?掉?[了吧啦哦啊掉]{1,2}(?:[,.。;!?]|\Z)"
)
_SOME_ROWS = re.compile(
    r"(?:大于|小于|高于|低于|超过|不足|等于|多于|少于|早于|晚于|以上|以下|之间|[<>=]|是|为|"
    r"在)[^,;。]*的|"
    r"的(?:客户|用户|顾客|会员|订单|记录|数据|样本|行|人|人群|病人|患者|学生|员工|房子|房源|车|"
    r"车辆|交易|商品|门店|店铺|部分|情况|航班|机器|设备)\s*\Z|"
    r"\b(?:older|younger|larger|smaller|more|less|greater|fewer|above|below|over|under|before|"
    r"after|"
    r"since|until|where|whose|between)\b|\b(?:rows?|records?|customers?|orders?|people|patients?|"
    r"cases|samples?|data) (?:with|from|of|in|that|who|which)\b",
    re.ASCII,
)
"""What says which rows are meant, not which columns."""
_BARE_WORDS = 3
_SAID = 0.95
"""Score of a mention from which all words of a name are said."""
_MANNER = re.compile(r"without\s+(?!using|considering|looking)[a-z]{3,}ing", re.ASCII)


@dataclass
class Exclusions:
    """What was found: column names, the ranges of the words, and what could not be matched."""

    columns: list[str] = field(default_factory=list)
    ranges: list[tuple[int, int]] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    only: list[str] = field(default_factory=list)
    """The columns that alone may be used, when the instruction says so."""

    def complain(self, text: Text, schema: Schema) -> None:
        """Raise InputError for the first thing excluded that is no column."""
        for phrase in self.unknown:
            near = ", ".join(near_in_meaning(phrase, schema, 3))
            raise InputError(
                text.say(
                    f'"{phrase}" is to be left out, but {schema.profile.name} has no such column.',
                    f"要求不用“{phrase}”，但 {schema.profile.name} 中没有这样的列。",
                ),
                text.say(
                    f"Near names: {near}. Use the column's name, or leave the request out.",
                    f"相近的列：{near}。请用列名，或去掉这个要求。",
                ),
            )


def find_exclusions(text: Text, schema: Schema, mentions: list[Mention]) -> Exclusions:
    """Return the columns that the instruction bars, each matched to a real column."""
    result = Exclusions()
    result.columns, result.ranges, result.unknown = listed(text, schema, mentions)
    for place in result.ranges:
        text.use(*place)
    for match in _OUT.finditer(text.low):
        if not text.is_used(match.start()) and not _WHOLE.search(match.group()):
            columns, end, _ = read_items(text, schema, mentions, match.end(1), resolve=True)
            if columns and end >= match.end() - 12:
                result.columns += columns
                result.ranges.append((match.start(), match.end()))
    for match in _BEFORE.finditer(text.low):
        # "姓名不要用，...": the words bar what stands before them, not what follows.
        if tells_a_split(text, match.start()) or _begins_a_name(mentions, match.start()):
            continue
        ends = _ENDS_CLAUSE.match(text.norm, match.end())
        if ends and not (match.group().isascii() and ends.group().isascii()):
            continue
        if not text.is_used(match.start()):
            _read_list(text, schema, mentions, match.start(), match.end(), result, strict=True)
    for match in _BARE.finditer(text.low):
        told = tells_a_split(text, match.start()) or _or_not(text, match.start())
        if not text.is_used(match.start()) and not told:
            before = len(result.columns)
            _read_list(text, schema, mentions, match.start(), match.end(), result, strict=False)
            if len(result.columns) == before and match.group().startswith("no"):
                _bare_synonym(text, schema, match.start(), match.end(), result)
    for match in _BARE_ZH.finditer(text.low):
        named = mention_at(mentions, text.token_at(match.end())) is not None
        rest = text.low[match.end() : text.clause(match.start())[1]]
        alone = match.group() == "不要" and _BARE_NOUN.fullmatch(rest) is not None
        if alone and not (named or _within(match.start(), result.ranges)):
            _bare_synonym(text, schema, match.start(), match.end(), result)
        if named and not text.is_used(match.start()) and not _within(match.start(), result.ranges):
            _read_list(text, schema, mentions, match.start(), match.end(), result, strict=False)
    columns, ranges, strange = barred_after(text, schema, mentions, result.ranges)
    result.columns += columns
    result.ranges += ranges
    result.unknown += strange
    columns, ranges = told_of_subjects(text, schema, mentions, result.ranges)
    result.columns += columns
    result.ranges += ranges
    for _, end in tuple(result.ranges):
        if more := likewise(text, schema, end):
            result.columns += more[0]
            result.ranges.append(more[1])
    _whitelist(text, schema, mentions, result)
    result.columns = list(dict.fromkeys(result.columns))
    return result


def _begins_a_name(mentions: list[Mention], place: int) -> bool:
    """Tell whether a word is the first of a column's name: *drop rate*, where `drop_rate` is."""
    return any(m.start == place and m.last > m.first and m.score >= _SAID for m in mentions)


def _or_not(text: Text, place: int) -> bool:
    """Tell whether it is asked which of two: "goal or *no* goal"."""
    before, after = text.low[:place].split()[-2:], text.low[place:].split()[1:2]
    return (
        len(before) == 2 and before[1] == "or" and before[:1] == [w.strip(",.;?!") for w in after]
    )


def _read_list(
    text: Text,
    schema: Schema,
    mentions: list[Mention],
    start: int,
    position: int,
    result: Exclusions,
    *,
    strict: bool,
) -> None:
    """Read "A, B and C" after a trigger; `strict` complains about what is no column."""
    columns, end, unknown = read_items(text, schema, mentions, position, resolve=strict)
    if not columns and not unknown and strict and _other_thing(text, position):
        # "ignore all previous instructions" asks for no column, and names none.
        result.ranges.append((start, text.clause(start)[1]))
        return
    named = mention_at(mentions, text.token_at(position))
    spelt = named is not None and text.norm[named.start : named.end] == named.column.name
    if (
        not strict
        and not (spelt and named and not named.column.name.islower())
        and any(word in NOT_COLUMNS for word in text.low[position : position + 20].split()[:1])
    ):
        return
    if unknown and strict and names_metric(unknown):
        # "Don't look at accuracy" says what does not count, and bars no column.
        result.ranges.append((start, end))
        return
    if unknown and strict and _MANNER.match(text.low, start) and " " not in unknown:
        # "leave school without finishing" says how, and bars nothing.
        return
    if unknown and strict:
        result.unknown.append(unknown)
    if columns or unknown:
        result.columns += columns
        result.ranges.append((start, end))


def _bare_synonym(
    text: Text, schema: Schema, start: int, position: int, result: Exclusions
) -> None:
    """Read "no possession," where the words up to the next stop mean a column and nothing else."""
    end = text.clause(position)[1]
    if again := _NO_MORE.search(text.low, position, end):
        end = again.start()
    words = text.norm[position:end].strip(" \"'")
    if not words or len(words.split()) > _BARE_WORDS or words.lower() in NOT_COLUMNS:
        return
    if set(words.lower().split()) & (NOT_COLUMNS | QUESTION | OTHER_REQUEST):
        return
    if columns := columns_for(words, schema):
        result.columns += [column.name for column in columns]
        result.ranges.append((start, end))


def _within(place: int, ranges: list[tuple[int, int]]) -> bool:
    return any(start <= place < end for start, end in ranges)


def _other_thing(text: Text, position: int) -> bool:
    """Tell whether what follows is one of the things that are no columns."""
    words = text.low[position : text.clause(position)[1]].split()[:4]
    return any(word in NOT_COLUMNS for word in words)


def _of_rows(text: Text, place: int) -> bool:
    """Tell "only use customers older than 60", which says which rows, from columns alone."""
    rest = text.low[place : text.clause(place)[1]]
    return bool(_SOME_ROWS.search(rest))


def _whitelist(text: Text, schema: Schema, mentions: list[Mention], result: Exclusions) -> None:
    """Read "use only A and B" and "using A and B only"; everything else is then left out."""
    match = _ONLY.search(text.low)
    if match and _of_rows(text, match.end()):
        return
    if match:
        columns, end, unknown = read_items(text, schema, mentions, match.end(), resolve=True)
        first = text.low.find(unknown.lower(), match.end()) if unknown else end
        named = text.low[match.end() : first].strip(" \"'") or not unknown
        if columns and named:
            # "Just use accuracy, and ignore X" allows nothing alone: the first thing is no column.
            result.only = columns
            result.ranges.append((match.start(), end))
        return
    for match in _USING.finditer(text.low):
        sentence = text.low[match.end() : text.sentence(match.start())[1]]
        resolve = bool(re.search(r"\b(?:only|alone|and nothing else)\b", sentence, re.ASCII))
        columns, end, _ = read_items(text, schema, mentions, match.end(), resolve=resolve)
        if columns and (tail := _ONLY_AFTER.match(text.low[end:])):
            result.only = columns
            result.ranges.append((match.start(), end + tail.end()))
