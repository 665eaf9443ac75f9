"""What sort of task is asked: to predict, to group, to find the odd, to forecast or to describe."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from autoglm_agent.planner.forecasts import asks_over_time, end_named, is_series, time_of
from autoglm_agent.planner.lexicon import concepts_of
from autoglm_agent.planner.mentions import Mention
from autoglm_agent.planner.metric_words import CLASSIFICATION, REGRESSION
from autoglm_agent.planner.slots import Found
from autoglm_agent.planner.text import Text, word_set

if TYPE_CHECKING:
    from autoglm_agent.chain import Kind
    from autoglm_agent.planner.schema import Column, Schema

_WHICH = re.compile(
    r"\b(?:which|what) (?:\w+ ){0,2}(?:segment|cluster|group)\b|(?:哪个|哪一个|哪种|哪类|什么)细分"
)
Intent = Literal["predict", "clustering", "anomaly", "profile"]

FEW = 10
"""At most so many whole numbers are read as classes unless the words say otherwise."""

_PREDICT = re.compile(
    r"\b(?:predict\w*|estimat\w+|forecast\w*|classif\w+|regress\w*|determin\w+|guess\w*|"
    r"model (?:the|of)|whether)\b|预测|估计|估算|判断|分类|回归|预估",
    re.ASCII,
)
_CLUSTER = re.compile(
    r"\bcluster\w*|\bsegment(?:s|ing|ation|ed)?\b|\binto (?:\w+ ){0,3}(?:groups|segments|types|"
    r"clusters|categories|personas|buckets|cohorts)\b|"
    r"\bin \d+ (?:groups|segments|clusters|buckets|classes of)\b|"
    r"\b(?:groups|types|kinds) of (?:similar|alike)\b|\bgroup (?:the |our |my |these |similar |"
    r"all )*\w+(?: by similarity| together)?\s*(?:$|[.,;!?]|into|by similar)|"
    r"\b(?:find|discover|identify|are there|which|natural|similar) (?:natural |similar |hidden |"
    r"the )*(?:groups|groupings|personas|blocs|camps|clusters)\b|"
    r"\bno (?:label|target|outcome)s? in mind\b|"
    r"\A\W*(?:please )?group (?:the |our |my |these |all )*[\w-]+ (?:by|according to|with) |"
    r"(?:相似|相近|类似|差不多|相像)的?[^，,;。]{0,10}(?:归|分|聚|放|凑)[^，,;。]{0,4}(?:类|组|群|一起|一堆)|"
    r"(?:group|分|聚|归)\s?成若干(?:个|组|类|群|簇)?|"
    r"(?:归归|聚聚|分分)(?:类|群|组)|聚类|分群|细分|群体划分|划分群体|分成[^，,;。]{0,8}(?:类|组|群|簇)|(?:划分|"
    r"分)为[^，,;。]{0,8}(?:群|类|组|簇)|聚成|聚为|分几类|几类人|归[为成][^，,;。]{0,8}(?:类|群|组)|"
    r"用户画像|客群|人群划分|自动分组|"
    r"\b(?:what|which|how many) (?:natural )?(?:types|kinds|sorts|groups|categories) of \w+ "
    r"(?:do we have|are there|exist|can (?:we|you) (?:see|find|distinguish))|"
    r"\bunsupervised\b|\b(?:discover|find|build|derive|identify) (?:\w+ )?personas?\b",
    re.ASCII,
)
_ANOMALY = re.compile(
    r"\banomal\w+|\boutl(?:ier|ying)\w*|\bstrange\b|\bunusual\w*|\bweird\b|\babnormal\w*|"
    r"\bsuspicious\w*|\b(?:find|spot|detect|show|flag|list|any|identify|which|the|highlight|locate|"
    r"search for|look for) (?:me |us |all |any |the |really |very )*odd \w+s\b|"
    r"\bodd (?:\w+ )?(?:ones?|rows?|records?|values?|cases?|trips?|entries|"
    r"readings?|points?|out)\b|\bnovelt\w+|\bstands? out\b|\bdo(?:es)? not (?:fit|belong)|"
    r"\bdon't (?:fit|belong)|\birregular\w*|\bpeculiar\b|\bfishy\b|\bdodgy\b|"
    r"\bbizarre\b|\batypical\b|\bquestionable\b|\bout of the ordinary\b|\bstick(?:s|ing)? out\b|"
    r"\b(?:look|looks|looking|seem|seems|be|are|is) (?:off(?![- ]?limits)|wrong|"
    r"odd|out of place|extreme|funny)\b|"
    r"\b(?:anything|something|things?|what(?:'s| is)) (?:\w+ )?(?:odd|off|wrong|suspect)\b|"
    r"\bodd(?:ities|ity|ball\w*)\b|\b(?:not|n't) look (?:right|normal)\b|"
    r"\bdeviat\w+|\b(?:not|n't) (?:look|seem|behave) like (?:the )?(?:others?|rest)\b|"
    r"\bout of (?:line|place|step|the norm)\b|\bunlike (?:the )?(?:others?|rest)\b|"
    r"\bdiffer\w* from the (?:others?|rest)\b|\b(?:nothing|not(?: at all)?|little) like "
    r"(?:the )?(?:others?|rest)\b|与众不同|"
    r"(?:跟|和|与)(?:其他|别)[^，,;。]{0,6}不(?:一样|同)|"
    r"(?:哪些|有没有|什么)(?:记录|行|数据|样本|订单)[^，,;。]{0,4}(?:有问题|不对|出错)|异常|离群|反常|可疑|不正常|奇怪|古怪|不对劲|不寻常|蹊跷|怪异|有问题的|不合常理|离谱",
    re.ASCII,
)
_PROFILE = re.compile(
    r"\b(?:only|just|simply|merely) (?:a |the |an |to )?(?:\w+ )?(?:profil\w+|describ\w+|"
    r"summar\w+|explor\w+|overview|look|inspect\w*|analy[sz]e|statistic\w*|eda)\b|"
    r"\b(?:no|without(?: a| any)?|don'?t (?:build|train|make|fit)(?: a| any)?|do not (?:build|"
    r"train|make|fit)(?: a| any)?|not) (?:model\w*|prediction|training|machine learning)\b|"
    r"\b(?:profil(?:e|ing)|describe|summari[sz]e|explore|inspect|overview of|get to know|eda|"
    r"look at|understand) (?:of )?(?:the |this |my |our |these |those |"
    r"all )*(?:\w+ )?(?:data\w*|table|file|csv|columns|records|rows)\b|"
    r"\A\W*(?:please )?(?:profile|describe|summari[sz]e|explore|inspect)\b|\b(?:do not|"
    r"don'?t) (?:train|build|fit|model|predict) (?:any|anything)\b|"
    r"\b(?:overview|summary|profile|description|(?<!\band )(?:statistics|stats)|data quality|"
    r"quality report|exploratory|eda)\b(?! (?:model|score))|\bwhat(?:'?s| is) in (?:this|the|my)\b|"
    r"\btell me (?:\w+ )?about (?:the |this |my )?(?:data\w*|table|file|columns)\b|"
    r"\bmissing values\?|\bwhat do(?:es)? (?:the |this |my )?(?:data\w*|table|file) look like\b|"
    r"基本统计|数据统计|统计信息|数据探索|数据报告|(?:统计|查看|看看|看下)(?:一下)?(?:各|每)(?:个)?列|"
    r"(?:数据|表|文件)(?:里|中|里面)?(?:有(?:什么|哪些|啥)|长(?:什么|啥)样|(?:是)?什么样)|"
    r"只(?:做|看|要|想)?(?:一下|看看)?[^，,;。]{0,6}(?:分析|概况|概览|描述|统计|探索|"
    r"看(?=看|一[下眼]|数据|这|表|概|列|\Z|[，,;。]))|"
    r"(?:看|了解|介绍|分析|描述|说说|讲讲)[^，,;。]{0,10}(?:整体|大致|基本|总体)(?:情况|状况)|缺失(?:值|率)?、?[^，,;。]{0,6}(?:分布|重复)|"
    r"数据概况|数据概览|概况|概览|描述性统计|探索性|不要建模|不用建模|无需建模|不建模|不要训练|"
    r"不训练模型|数据质量|"
    r"(?:看看|了解|介绍|描述|分析|总结|概述)(?:一下)?(?:这|该|此)?(?:个|份|张)?(?:数据|表|文件)",
    re.ASCII,
)
_PROFILE_ONLY = re.compile(
    r"\b(?:only|just)\b|\bno model|\bwithout (?:a |any )?model|\b(?:not|n't) (?:build|train|"
    r"make|fit)|nothing else|只|不要建模|不用建模|不建模|无需建模|不要训练|不训练",
    re.ASCII,
)
_NO_MODEL = re.compile(r"建模|训练")
"""What "no modelling" bars is no column, though it may have been read as barred."""
_FUTURE = re.compile(
    r"\b(?:next|coming|upcoming|following|future) (?:\d+ |few |two |three |four |six |seven |"
    r"ten |twelve |couple of )?(?:business |working )?(?:hours?|days?|weeks?|fortnights?|"
    r"months?|quarters?|years?|decades?|periods?|steps?)\b|"
    r"\b(?:\d+|an?|one|two|three|four|five|six|seven|ten|twelve|few|couple of)[- ]"
    r"(?:hours?|days?|weeks?|months?|quarters?|years?|steps?)[- ](?:ahead|forecast|out|into the|"
    r"in advance)|"
    r"\btomorrow\b|"
    r"\b(?:next|coming|following) (?:\d+|two|three|five|seven|ten|twelve) (?:values|points|"
    r"observations|rows|entries|readings)\b|"
    r"\bin the future\b|\bnext (?:week|month|year|quarter)'s\b|"
    r"未来(?![^,;。]{0,8}(?:测试|验证|检验|评估)|的?(?:数据|信息|记录)(?:来|做|去)?(?:训练|建模))|接下来|下(?:一?个?)(?:月|周|季度|星期|年)|(?:预测(?:之后|后面|随后)|将来|向后)(?:的)?[\d一二两三四五六七八九十]+个?"
    r"(?:分钟|小时|天|日|周|星期|月|季度|年|期)(?!前)|提前\s?[\d一二两三四五六七八九十]+\s?个?"
    r"(?:分钟|小时|天|日|周|星期|月|季度|年|期|步)(?:来|就|进行|做)?预[测报估]|"
    r"(?:往后预测|向后预测|预测(?:期限?|步长|周期|时长|长度|窗口|范围)"
    r"(?:为|是|:)?)\s?[\d一二两三四五六七八九十]+\s?个?(?:分钟|小时|天|日|周|星期|月|季度|年|期|步)|明天|明年|今后|往后",
    re.ASCII,
)
_CLASS_WORDS = re.compile(
    r"\bclassif\w*|\bclass(?:es)?\b|\bcategor\w+|\bmulti[- ]?class\b|\blabels?\b|"
    r"\bwhich (?:class|level|category)\b|分类|类别|等级|多分类|归类",
    re.ASCII,
)
_NUMBER_WORDS = re.compile(
    r"\bestimat\w+|\bregress\w*|\bhow (?:much|many|old|long|far|high|tall|heavy|often)\b|"
    r"\bscores?\b|"
    r"\bratings?\b|\bpoints\b|\bas an? (?:number|numeric\w*|quantity|value)\b|"
    r"\bnumber of\b|\bcount\b|\bamount\b|\bnumeric\w*\b|\bcontinuous\b|回归|多少|估计|估算|数值|"
    r"得分|评分|分数|几个|(?:要|需要?|得|花|用)几(?:天|小时|分钟|个月|年|周)|数量|次数|人数|几次|[\u3400-\u9fff]数(?=\W|\Z)",
    re.ASCII,
)
_RULED_OUT = re.compile(
    r"(?:没有?|无|不)(?:什么|具体|特别|特定|明确)*(?:的)?(?:需要|想|要|打算)?\Z|"
    r"\b(?:no|nothing|not|n't)(?: \w+){0,3} (?:to )?\Z",
    re.ASCII,
)
_MODELLED = re.compile(
    r"\b(?:target|label|model|outcome|dependent|automl|y|know)\b|目标|标签|因变量|建模|模型|标注|知道|了解",
    re.ASCII,
)
_OF_THINGS = re.compile(r" (?:the|our|my|all|these|those|them|into|by)\b", re.ASCII)
"""What follows *segment* where it is a verb."""
_LEAD = 20
_COUNT_NAMES = word_set(
    """
    count cnt number num nb score rating age year rings points hours days price amount qty
    quantity total grade
    """
)


def find_intent(text: Text, schema: Schema, mentions: Sequence[Mention] = ()) -> Found[str]:
    """Return the intent; `predict` when nothing says otherwise.

    Args:
        text: The instruction.
        schema: The table's columns.
        mentions: Column mentions; a word that ends a name, as in *market segment*, asks nothing.
    """
    predicts = next(
        (
            m
            for m in _PREDICT.finditer(text.low)
            if not text.is_used(m.start()) and not _RULED_OUT.search(text.low[: m.start()][-_LEAD:])
        ),
        None,
    )  # "no prediction is needed" asks for none
    described = next(
        (
            m
            for m in _PROFILE.finditer(text.low)
            if (not text.is_used(m.start()) or _NO_MODEL.search(m.group()))
            and not any(n.start <= m.start() < n.end for n in mentions)
        ),
        None,
    )
    if (
        described
        and (not predicts or _PROFILE_ONLY.search(text.low))
        and not _names_target(text, schema, described)
    ):
        return Found("profile", *described.span(), 0.9)
    grouped = _CLUSTER.search(text.low)
    if (
        grouped
        and not text.is_used(grouped.start())
        and not any(m.start < grouped.start() and m.end >= grouped.end() for m in mentions)
        and not _is_target(text, grouped, mentions)
        and not _governed(text, predicts, schema, "segment", "cluster", "group", "细分", "分群")
    ):
        return Found("clustering", *grouped.span(), 0.9)
    odd = _ANOMALY.search(text.low)
    labelled = odd is not None and (_labelled(schema, odd) or _event_told(text, schema, odd))
    if odd and not text.is_used(odd.start()) and not labelled and not predicts:
        return Found("anomaly", *odd.span(), 0.9)
    return Found("predict", *(predicts.span() if predicts else (0, 0)), 0.8)


def _is_target(text: Text, match: re.Match[str], mentions: Sequence[Mention]) -> bool:
    """Tell whether a word is the name of a column that is to be modelled: "Target: segment"."""
    start, end = text.clause(match.start())
    # A colon ends a clause, and what stands before it says what the name is.
    before = text.low[max(0, start - _LEAD) : match.start()]
    return (
        bool(_MODELLED.search(before + " " + text.low[match.end() : end]))
        and any(
            m.start == match.start() and m.column.name.lower() == text.low[m.start : m.end]
            for m in mentions
        )
        and not _OF_THINGS.match(text.low, match.end())
    )


def _names_target(text: Text, schema: Schema, match: re.Match[str]) -> bool:
    """Tell "the quality report" from a column called quality, which a verb asks for."""
    return bool(_PREDICT.search(text.low)) and any(
        c.key and c.key in match.group() for c in schema.columns
    )


def _governed(text: Text, predicts: re.Match[str] | None, schema: Schema, *stems: str) -> bool:
    """Tell whether a verb or "which" asks for a column that is itself called a segment."""
    named = any(part.stem in stems for column in schema.columns for part in column.parts)
    if predicts is None:
        return named and bool(_WHICH.search(text.low))
    return named or not re.search(r"聚类|分群|cluster|分成|into", text.low)


def _labelled(schema: Schema, odd: re.Match[str]) -> bool:
    """Tell whether the table has a two-valued column that marks the odd rows."""
    word = odd.group()[:6]
    return any(
        c.two_valued
        and (c.key.find(word) >= 0 or "anomal" in c.key or "outlier" in c.key or "异常" in c.key)
        for c in schema.columns
    )


def _event_told(text: Text, schema: Schema, odd: re.Match[str]) -> bool:
    """Tell whether the event that a two-valued column marks is named beside the odd word."""
    events = {
        c.name
        for token in text.tokens
        if not odd.start() <= token.start < odd.end() and not text.is_used(token.start)
        for c in concepts_of(token.stem)
        if c.hint == "yesno"
    }
    return any(column.two_valued and column.concepts & events for column in schema.columns)


def is_forecast(text: Text, schema: Schema, target: Column) -> Found[str] | None:
    """Return `forecasting` for numbers over dates that are asked for of the future."""
    time = time_of(schema)
    if time is None or not target.numeric or target.two_valued:
        return None
    match = _FUTURE.search(text.low)
    if match is not None:
        return Found("forecasting", *match.span(), 0.85)
    end = end_named(text, time) if is_series(schema, time) else None
    if end is not None and end.value > f"until {(time.profile.last or '')[:10]}":
        return Found("forecasting", end.start, end.end, 0.8)
    told = asks_over_time(text, schema, time)
    return Found("forecasting", *told, 0.7) if told else None


def kind_of_target(text: Text, target: Column, metric: str | None) -> tuple[Kind, Found[str]]:
    """Return binary, multiclass or regression, from the column first and the words second."""
    column = target.profile
    if column.distinct == 2 or column.kind == "boolean":
        return "binary", Found("binary", 0, 0, 0.97, "data")
    if column.kind in ("category", "text", "id", "date"):
        return "multiclass", Found("multiclass", 0, 0, 0.95, "data")
    whole = column.kind == "integer" or (column.distinct <= FEW and bool(column.levels))
    if not whole or column.distinct > 2 * FEW:
        wants = column.distinct <= 3 * FEW and whole and _CLASS_WORDS.search(text.low)
        if not wants:
            return "regression", Found("regression", 0, 0, 0.95, "data")
    return _ambiguous(text, target, metric)


def _ambiguous(text: Text, target: Column, metric: str | None) -> tuple[Kind, Found[str]]:
    """Decide for a column of few whole numbers, which may be classes or amounts."""
    if metric in REGRESSION:
        return "regression", Found("regression", 0, 0, 0.9)
    classes, numbers = _CLASS_WORDS.search(text.low), _NUMBER_WORDS.search(text.low)
    if metric in CLASSIFICATION and not numbers:
        return "multiclass", Found("multiclass", 0, 0, 0.9)
    if classes:
        return "multiclass", Found("multiclass", *classes.span(), 0.9)
    if numbers:
        return "regression", Found("regression", *numbers.span(), 0.85)
    counted = any(part.stem in _COUNT_NAMES for part in target.parts)
    if target.profile.distinct <= FEW and not counted:
        return "multiclass", Found("multiclass", 0, 0, 0.55, "default")
    return "regression", Found("regression", 0, 0, 0.6, "default")
