"""What people call the measures of a model's quality, and scikit-learn's names for them."""

from __future__ import annotations

import re

from autoglm_agent.errors import InputError
from autoglm_agent.planner.slots import Found
from autoglm_agent.planner.text import Text

CLASSIFICATION = (
    "roc_auc", "average_precision", "f1", "recall", "precision", "accuracy", "balanced_accuracy",
    "log_loss", "mcc", "kappa",
)  # fmt: skip
REGRESSION = ("rmse", "mae", "mape", "r2", "rmsle")

_PATTERNS: tuple[tuple[str, str], ...] = (
    ("average_precision",
     r"\b(?:pr[-_ ]?auc|auc[-_ ]?pr|auprc|(?:average|avg\.?|mean)[-_ ]precision|"
     r"area under (?:the )?"
     r"(?:precision[- ]recall|pr)(?: curve)?|precision[- ]recall[- ](?:auc|curve))\b|"
     r"平均精度|平均精确率|pr ?曲线(?:下面积)?"),
    ("roc_auc",
     r"\b(?:roc[-_ ]?auc(?:[-_ ]?score)?|auc[-_ ]?roc|auroc|roc(?: curve)?|auc|"
     r"area under (?:the )?(?:roc )?curve|"
     r"c[- ]statistic|gini)\b|曲线下面积|受试者工作特征"),
    ("balanced_accuracy", r"\bbalanced[-_ ]acc(?:uracy)?\b|平衡准确率|均衡准确率|平均召回率"),
    ("log_loss", r"\blog(?:arithmic)?[-_ ]?loss\b|\bcross[-_ ]?entropy\b|对数损失|交叉熵"),
    ("f1",
     r"\b(?:(?:macro|micro|weighted)[-_ ])?f[-_ ]?1(?:[-_ ]?(?:score|measure|macro|"
     r"micro))?\b|\bf[-_ ](?:score|measure)\b|"
     r"(?<![a-z0-9])f1(?![a-z0-9])|调和平均"),
    ("mcc",
     r"(?<![a-z0-9])mcc(?![a-z0-9])|\bmatthews(?: correlation(?: coefficient)?)?\b|"
     r"\bphi coefficient\b|马修斯相关系数|马修斯系数"),
    ("kappa", r"(?<!weighted )(?<!quadratic )\b(?:cohen'?s? )?kappa(?![a-z0-9])|(?:科恩)?卡帕系数"),
    ("rmsle",
     r"(?<![a-z0-9])rmsle(?![a-z0-9])|\b(?:root )?(?:mean )?squared log(?:arithmic)?[- ]error\b|"
     r"均方根对数误差|对数均方根误差"),
    ("mape",
     r"\bmape\b|\b(?:mean )?absolute percentage error\b|\bpercentage error\b|"
     r"平均绝对百分比误差|百分比误差"),
    ("rmse",
     r"\brmse\b|\brms(?: error)?\b|\b(?:root of the )?quadratic (?:error|loss)\b|\bsquared loss\b|"
     r"\bmean[- ]squared?[- ]error'?s root\b|\broot mean squares?\b|"
     r"\b(?:root[- ])?mean[- ]squared?[- ]error\b|\bmse\b|\bsquared error\b|"
     r"均方根误差|均方误差|标准误差"),
    ("mae",
     r"\bmae\b|\b(?:mean|avg\.?|average)[- ]abs\.?(?:[- ](?:err|error|dev|deviation))?\b|"
     r"\b(?:mean|average)[- ]absolute[- ](?:error|deviation)\b|\babsolute error\b|"
     r"平均绝对误差|绝对误差|平均绝对偏差"),
    ("r2",
     r"\br[-^ ]?2(?:[-_ ]?score)?\b|\br[- ]?squared?\b|\bcoefficient of determination\b|"
     r"\bexplained variance\b|(?<![a-z])r ?(?:方|平方|²)|判定系数|可决系数|决定系数|拟合优度"),
    ("recall",
     r"\brecall\b(?!,? that)|\bsensitivity\b|\btrue positive rate\b|\btpr\b|召回率|查全率|"
     r"灵敏度|敏感度|敏感性|检出率|召回"),
    ("precision",
     r"\bprecision\b|\bpositive predictive value\b|\bppv\b|精确率|查准率|精确度|精准率"),
    ("accuracy",
     r"\b(?:classification )?accuracy\b|\berror rate\b|\bcorrectly classified\b|\bhit rate\b|"
     r"(?:分类)?准确率|正确率|"
     r"准确度|命中率|错误率"),
)  # fmt: skip
_METRICS = tuple((name, re.compile(pattern, re.ASCII)) for name, pattern in _PATTERNS)
_UNSUPPORTED = re.compile(
    r"\b(?:brier(?: score)?|smape|specificity|ndcg|pinball(?: loss)?|huber(?: loss)?)\b|"
    r"(?:quadratic(?:ally)?[- ])(?:weighted )?kappa|加权卡帕|特异度|特异性",
    re.ASCII,
)
_WISHES = (
    ("recall", re.compile(
        r"(?:do not|don'?t|not|never|without|avoid|can'?t|cannot)\s+(?:afford\s+)?(?:to\s+)?"
        r"(?:miss|missing|overlook|"
        r"overlooking)\b|must not be missed|"
        r"catch (?:as many|all|every)|find (?:every|all) |as few false negatives|"
        r"avoid false negatives|"
        r"(?:no|not a single|few) (?:miss|missed|false negatives)|"
        r"(?:尽量|绝对|千万|最好)?(?:不要|不能|别|不可|避免|少|不)(?:漏|遗漏|错过)(?:掉|报|诊|"
        r"检|判)?|"
        r"(?:漏报|漏检|漏判|漏诊)(?:率)?(?:要|得|应该?|必须)?(?:尽量|尽可能|越)(?:低|少)(?:越好)?|"
        r"(?:一个|一例|一条|一笔)?都?不能(?:给)?漏|"
        r"宁可(?:错杀|误报|误判|误诊|多报)|减少漏|降低漏|"
        r"\b(?:rather|prefer\w*|sooner)\b[^.;!?]{0,40}\b(?:false (?:alarms?|positives?)|"
        r"over-?\w+|too many)\b[^.;!?]{0,30}\b(?:than|to)\b", re.ASCII)),
    ("precision", re.compile(
        r"false (?:alarms?|positives?) (?:are|is) (?:\w+ )?(?:bad|worse|terrible|expensive|"
        r"costly|annoying|harmful|unacceptable)|"
        r"(?:avoid|few|fewer|no|minimi[sz]e|reduce|as few) false (?:alarms?|positives?)|"
        r"(?:误报|误判|误伤|虚警|误杀)(?:率)?(?:要|得|应该?|必须)?(?:尽量|尽可能|越)(?:低|少)(?:越好)?|"
        r"(?:不要|不能|别|避免|减少|降低|尽量少|少)(?:误报|误判|误伤|误杀|误诊|虚警)|宁可漏|"
        r"报(?:出来|上来)?的(?:一定|必须|都|得)?要?准|"
        r"\b(?:rather|prefer\w*|sooner)\b[^.;!?]{0,40}\b(?:miss\w*|overlook\w*)\b[^.;!?]{0,30}"
        r"\b(?:than|to)\b|false accusation|wrongly accus\w+", re.ASCII)),
)  # fmt: skip
_NEGATED_BEFORE = re.compile(
    r"(?:\bnot|n't|\bnever|instead of|rather than|\bno|avoid|forget|不要用|不用|不使用|不看|"
    r"不按|不要按|别按|而不是|而非|别用|不是|(?:别|不要|不用|不必)(?:老是?|总是?|再|只|光)?"
    r"(?:盯着|看|用|拿|追求|优化))"
    r"\s*(?:use|using|look at|optimi[sz]e|report|about|the|by|go by|care (?:about|for)|"
    r"bother (?:about|with)|believe in|trust|like|want|mind|"
    r"(?:judg|scor|measur|evaluat|compar)\w*(?: \w+)? (?:by|with|on))?\s*(?:the )?\Z",
    re.ASCII,
)
_NEGATED_AFTER = re.compile(
    r"\A\s*(?:is|would be|can be|could be)?\s*(?:misleading|not (?:enough|useful|good|needed|"
    r"necessary|wanted|required|important|relevant|interesting|of interest|"
    r"meaningful|what)|useless|meaningless|pointless|worthless|no (?:use|good|help)|irrelevant|"
    r"isn't)|\A\s*(?:says?|tells?|means?) (?:us |me |you )?(?:nothing|little|not much)|"
    r"\A\s*(?:根本|完全|这里|在这里)?(?:没有?(?:什么|啥|多大)?意义|没用|没啥用|不重要|有误导|"
    r"不合适|不适合|"
    r"不能说明|说明不了|不靠谱|我们?看不懂|看不懂|不看)",
    re.ASCII,
)
_STRONG = re.compile(
    r"\A\s*(?:is what |is |matters|counts|first|优先|最重要|为主|为准|最高|越高|要高)|"
    r"(?:(?:改|换)(?:用|成|为|看|按|到)|\b(?:switch|change|move)\w*(?: it| over)? to|"
    r"\b(?:scor|judg|rank|measur|evaluat|rat)\w* (?:it |them |models? |this )?(?:by|on|"
    r"with))\s*(?:the )?\Z|"
    r"(?:optimi[sz]\w*|maximi[sz]\w*|minimi[sz]\w*|mainly|most|主要|优化|最大化|"
    r"最小化)\W{0,3}(?:the |for )?\Z",
    re.ASCII,
)

_BOUND = re.compile(
    r"\A\s*(?:must be |should be |of |is |要|必须|需要?)?(?:>=?|≥|at least|above|over|no less than|"
    r"not below|不低于|至少|大于|高于|超过|不小于)\s*(?:\d|\.\d)",
    re.ASCII,
)
"""A measure that is only to reach a level: where another is named, that one is optimised."""


def find_metric(text: Text, taken: list[tuple[int, int]], *, costs: bool) -> Found[str] | None:
    """Return the metric that the instruction names, or the one its wishes describe.

    Args:
        text: The instruction.
        taken: Ranges that are column names, in which a word is no metric.
        costs: Whether costs of mistakes are given; then wishes about mistakes choose no metric.

    Raises:
        InputError: A measure is named that is not available.
    """
    found: list[tuple[bool, bool, int, Found[str]]] = []
    covered: list[tuple[int, int]] = []
    for name, pattern in _METRICS:
        for match in pattern.finditer(text.low):
            start, end = match.span()
            if any(s < end and e > start for s, e in covered) or _only_named(start, end, taken):
                continue
            covered.append((start, end))
            if not _negated(text, start, end):
                strong = bool(
                    _STRONG.match(text.low[end:])
                    or _STRONG.search(text.low[max(0, start - 30) : start])
                )
                bounded = bool(_BOUND.match(text.low[end:]))
                found.append((bounded, not strong, start, Found(name, start, end, 0.95)))
    if found:
        return min(found, key=lambda item: item[:3])[3]
    unknown = _UNSUPPORTED.search(text.low)
    if unknown and not _negated(text, *unknown.span()):
        names = ", ".join((*CLASSIFICATION, *REGRESSION))
        raise InputError(
            text.say(
                f'The metric "{text.span(*unknown.span())}" is not available.',
                f"没有“{text.span(*unknown.span())}”这个指标。",
            ),
            text.say(f"Choose one of {names}.", f"请从中选一个：{names}。"),
        )
    for name, pattern in () if costs else _WISHES:
        if wish := pattern.search(text.low):
            return Found(name, wish.start(), wish.end(), 0.75)
    return None


def asked_for(metric: str | None) -> str | None:
    """Return what a metric is computed of, "class" or "number"; None where people mix them up."""
    if metric is None or metric in ("accuracy", "precision"):
        return None
    return "class" if metric in CLASSIFICATION else "number"


def _only_named(start: int, end: int, taken: list[tuple[int, int]]) -> bool:
    """Tell whether a column's name hides a measure's: not where the name is but a part of it.

    *Balanced accuracy* is a measure even where a column is called `balance`.
    """
    inside = (s < end and e > start for s, e in taken if not (start <= s and e < end))
    return any(inside)


def names_metric(phrase: str) -> bool:
    """Tell whether some words are a measure's name and nothing else."""
    return any(pattern.fullmatch(phrase.strip().lower()) for _, pattern in _METRICS)


def metric_ranges(text: Text) -> list[tuple[int, int]]:
    """Return every range in which some metric is named, wanted or not."""
    patterns = [pattern for _, pattern in (*_METRICS, *_WISHES)]
    return [match.span() for pattern in patterns for match in pattern.finditer(text.low)]


def _negated(text: Text, start: int, end: int) -> bool:
    before, after = text.low[max(0, start - 30) : start], text.low[end : end + 30]
    return bool(_NEGATED_BEFORE.search(before) or _NEGATED_AFTER.match(after))
