"""Kinds of models that are named: left out, taken alone, or asked about."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from autoglm_agent.errors import InputError
from autoglm_agent.planner.feedback.talk import Talk

TRAINED = ("lightgbm", "catboost", "extra_trees", "random_forest", "linear", "network")
"""The families of a usual search."""
READABLE = ("linear", "tree")
"""The families of a search among models that a person can read."""

_NAMES: dict[str, tuple[str, ...]] = {
    r"logistic(?: regressions?)?|linear(?: models?| regressions?)?|ridge|lasso|elastic ?net|glms?|"
    r"逻辑回归|逻辑斯[谛蒂]回归|线性(?:模型|回归)?|岭回归": ("linear",),
    r"random forests?|随机森林": ("random_forest",),
    r"extra[- ]?trees|extremely randomi[sz]ed trees|极端随机树|极度随机树": ("extra_trees",),
    r"forests?|森林": ("random_forest", "extra_trees"),
    r"cat ?boost": ("catboost",),
    r"light ?gbm|lgbm|lgb": ("lightgbm",),
    r"xg ?boost|xgb": ("xgboost",),
    r"gradient[- ]boost\w*(?: (?:trees?|machines?))?|boost(?:ing|ed trees|ers?)|gbdt|gbm|"
    r"提升树|梯度提升(?:树)?|提升(?=模型|算法|方法)": ("lightgbm", "catboost"),
    r"neural net(?:work)?s?|deep learning|deep nets?|nets?|networks?|mlps?|"
    r"神经网络|深度学习|深度模型": ("network",),
    r"(?:single |small )?decision trees?|决策树": ("tree",),
    r"k-?nns?|k[- ]nearest[- ]neighbou?rs?|nearest[- ]neighbou?rs?|k ?近邻|最近邻": ("knn",),
    r"svms?|support vector machines?|支持向量机": ("svm",),
    r"naive bayes|朴素贝叶斯": ("naive_bayes",),
}
"""Names of model families, as expressions; what no search trains is known by its name, too."""
_WHOLE = tuple(
    (re.compile(rf"(?<![a-z])(?:{pattern})(?![a-z])", re.ASCII), names)
    for pattern, names in _NAMES.items()
)

_WHY_NOT = re.compile(
    r"\b(?:why|how come)\b|\breason (?:that |why )?(?:you|it|we|they) (?:did|do|have|"
    r"had)(?: ?n'?t| not)|"
    r"\b(?:what|how) about\b|\bhow(?:'d| does| did| do| would| well| good| bad)\b|\bwhat (?:would|"
    r"did|does)\b|\bhow [^.;!?]{1,40} (?:would|did|does|do|could)\b|"
    r"\b(?:did|have|has|had) (?:you|it|anyone) (?:also |ever |even )?(?:tr(?:y|ied)|test(?:ed)?|"
    r"consider(?:ed)?|look(?:ed)? at|us(?:ed?|ing)|train(?:ed)?)\b|"
    r"\b(?:was|were|been|is|are) (?:it |also |ever |even |actually )?(?:tried|tested|considered|"
    r"trained)\b|\b(?:was|were) (?:there )?(?:an?y? |the )?[a-z -]{2,40}(?:tried|tested|trained)\b|"
    r"试过|试了|考虑过|(?:表现|效果|成绩|得分)(?:好|差)?(?:吗|如何|呢)|"
    r"为什么|为何|为啥|怎么(?:不|没)|咋(?:不|没)|怎么样|怎样|如何",
    re.ASCII,
)  # fmt: skip
"""What asks how a kind of model did."""
_TO_TRY = re.compile(
    r"(?:\btry(?:ing)? (?:out |also )?(?:an? |the |some )?|(?:试试|试一下|试一试|试下)(?:看)?)\Z",
    re.ASCII,
)
"""Who wants a kind of model tried asks how it does: a search tries every kind anyway."""
_BAN = re.compile(
    r"\b(?:no|not(?! (?:sure|certain|only|just|bad|clear))|never|without|avoid|exclude|excluding|"
    r"drop|skip|remove|ban|do ?n[o']?t(?! (?:know|mind|see|think|understand|remember))|"
    r"stop (?:using|training)|get rid of|hate|dislike|leave out|forbid\w*|instead of|"
    r"anything but|except(?: for)?|other than|kick out|throw out|ditch|nor|cannot|can't|"
    r"won't|rather than)\b|不要|别|不用|不能|不得|不准|禁止|去掉|排除|不许|不想|剔除|删掉|除了|"
    r"不考虑|不使用|避免",
    re.ASCII,
)
_BAN_AFTER = re.compile(
    r"\A[^.;!?]{0,40}?(?:\b(?:is|are|was|were|should be|must be|be)? ?(?:out of the question|"
    r"not (?:allowed|welcome|wanted|an option|acceptable)|forbidden|banned|excluded|off[- ]limits|"
    r"(?:left|taken|thrown|kicked) out)\b|"
    r"\b(?:drop|skip|remove|ditch|exclude|lose|leave out|get rid of|avoid|"
    r"(?:leave|kick|throw|take|keep) (?:it|them|that|those|this) out(?: of)?) ?(?:it|them|that|"
    r"those|this|both|all)?\b(?=\W|\Z)|\b(?:do not|don'?t|never) (?:use|train|try|want) "
    r"(?:it|them|that|those|this|any|either)\b|"
    r"(?:就|都|也|全|全部|一律|请|统统|以后|可以)*(?:别|不要|不用|不能|不许|不准|不必|禁止|"
    r"不考虑)(?:再)?(?:用|训练|试|考虑|要|选|上)?(?:了|它|他们|它们)*(?=[^\u3400-\u9fff]|\Z)|"
    r"(?:就|都|也|全|请)*(?:去掉|排除|剔除|删掉|禁用|不要了|去了))",
    re.ASCII,
)
"""What bars the models named before it: 随机森林太占内存了，都别用."""
_ONLY = re.compile(
    r"\b(?:only|just|nothing but|solely|exclusively|stick to|restrict\w*|limit (?:it|yourself)|"
    r"confine\w*|switch (?:over )?to|use|prefer|want|go with|take)\b|"
    r"只|仅|改用|改成|换成|换用|换|就用|优先用|用",
    re.ASCII,
)
_ALONE = re.compile(r"\b(?:only|just|nothing but|solely|exclusively)\b|只|仅", re.ASCII)
_ONLY_AFTER = re.compile(
    r"\A\s*(?:models? )?(?:only|alone|exclusively|就行|就好|就可以|即可|就够了?|是唯一)", re.ASCII
)
_NO_OTHERS = re.compile(
    r"\b(?:nothing else|no others?|none of the (?:others?|rest)|(?:drop|skip|leave out|forget|"
    r"without) (?:all )?the (?:others?|rest))\b|"
    r"(?:别的|其他|其它|其余|剩下)(?:的|模型|算法|方法|\s?models?)*\s?"
    r"(?:就|都|全|一律|统统)*(?:别|不要|不用|不许|不必|去掉|排除)(?:再)?(?:用|要|试|考虑|管|理|"
    r" ?try| ?use)?了?|不要(?:别的|其他|其它)(?:的|模型)*",
    re.ASCII,
)
"""What says that the models named are all that is to be trained."""
_LINK = re.compile(
    r"[\s,]*(?:and|or|nor|as well as|plus|&|/|和|与|及|或|或者|以及|还有|跟|、)?[\s,]*"
    r"(?:(?:any|an?|the|no|not|neither|without|also|even|也|还)\s?)*"
    r"(?:不要|别用|不用|别要|也?不要用|也?别用|不能用)?\s*",
    re.ASCII,
)
"""What stands between two models of one list; a ban said again changes nothing."""
_ASKS = re.compile(r"\A[^.;!]{0,80}?\?|\A[^.;!]{0,30}(?:吗|呢)(?=\W|\Z)", re.ASCII)
_MODAL = re.compile(
    r"\b(?:can|could|would|will|may|shall)(?:n't)? (?:you|we|it)\b|能不能|可以|可否|能否", re.ASCII
)


@dataclass(frozen=True)
class Named:
    """Models that one list names.

    Attributes:
        start: Where the list begins.
        end: Where it ends.
        names: Families, in the order of the words.
    """

    start: int
    end: int
    names: tuple[str, ...]


def named_families(talk: Talk) -> list[Named]:
    """Return the lists of models that are named in words not understood yet."""
    found: list[Named] = []
    for pattern, names in _WHOLE:  # longer names come first
        for match in talk.matches(pattern):
            taken = any(n.start < match.end() and n.end > match.start() for n in found)
            column = any(m.start <= match.start() < m.end for m in talk.mentions)
            if not taken and not column:
                found.append(Named(*match.span(), names))
    lists: list[Named] = []
    for one in sorted(found, key=lambda n: n.start):
        before = lists[-1] if lists else None
        if before and _LINK.fullmatch(talk.text.low[before.end : one.start]):
            names = tuple(dict.fromkeys(before.names + one.names))
            lists[-1] = Named(before.start, one.end, names)
        else:
            lists.append(one)
    return lists


def read_why_not(talk: Talk) -> None:
    """Read a question about kinds of models: how they did, why they were not taken."""
    named = named_families(talk)
    asked = [n for n in named if _is_asked(talk, n)]
    if not asked:
        return
    names = sorted({name for n in asked for name in n.names})
    start, end = talk.text.clause(asked[0].start)[0], talk.text.sentence(asked[-1].start)[1]
    talk.add("why_not", f"tell how {', '.join(names)} did", start, max(end, asked[-1].end),
             families=names)  # fmt: skip


def _is_asked(talk: Talk, named: Named) -> bool:
    start, end = talk.text.sentence(named.start)
    own = _own_clause(talk, named)
    wished = _TO_TRY.search(own) and not (_BAN.search(own) or _ALONE.search(own))
    if wished or _WHY_NOT.search(talk.text.low[start:end]):
        return True
    before, after = talk.text.low[start : named.start], talk.text.low[named.end : end + 1]
    return bool(_ASKS.match(after)) and not _MODAL.search(before)


def read_families(talk: Talk) -> None:
    """Read which kinds of models are not to be trained, or which alone."""
    barred: list[Named] = []
    alone: list[Named] = []
    lists = named_families(talk)
    for named in lists:
        start, end = _around(talk, named, lists)
        before, after = talk.text.low[start : named.start], talk.text.low[named.end : end]
        others = _NO_OTHERS.search(after)
        if others or _ONLY_AFTER.match(after):
            alone.append(replace(named, end=named.end + others.end()) if others else named)
        elif _BAN.search(_own_clause(talk, named)) or _BAN_AFTER.match(after):
            barred.append(named)
        elif _ONLY.search(before):
            alone.append(named)
    if barred:
        _leave_out(talk, barred)
    if alone:
        _take_alone(talk, alone)


def _around(talk: Talk, named: Named, lists: Sequence[Named]) -> tuple[int, int]:
    """Return the sentence around a list, as far as no other list takes part in it."""
    start, end = talk.text.sentence(named.start)
    for other in lists:
        if other.end <= named.start:
            start = max(start, other.end)
        elif other.start >= named.end:
            end = min(end, other.start)
    return start, end


def _own_clause(talk: Talk, named: Named) -> str:
    return talk.text.low[talk.text.clause(named.start)[0] : named.start]


def _names_of(lists: list[Named]) -> list[str]:
    return list(dict.fromkeys(name for named in lists for name in named.names))


def _leave_out(talk: Talk, lists: list[Named]) -> None:
    names = _names_of(lists)
    trained = [name for name in names if name in (*TRAINED, *READABLE)]
    said = f"do not train {', '.join(trained)}" if trained else f"{', '.join(names)} is not trained"
    talk.add("exclude_families", said, lists[0].start, lists[-1].end, without_families=trained)


def _take_alone(talk: Talk, lists: list[Named]) -> None:
    names = _names_of(lists)
    said = f"train {', '.join(names)} only"
    if not set(names) & set(TRAINED):  # a tree: what only a search among readable models trains
        rest = [name for name in READABLE if name not in names]
        if len(rest) == len(READABLE):
            raise _not_trained(talk, names)
        talk.add("only_families", said, lists[0].start, lists[-1].end, interpretable=True,
                 without_families=rest)  # fmt: skip
        return
    rest = [name for name in TRAINED if name not in names]
    talk.add("only_families", said, lists[0].start, lists[-1].end, without_families=rest)


def _not_trained(talk: Talk, names: list[str]) -> InputError:
    told, known = ", ".join(names), ", ".join((*TRAINED, "tree"))
    return InputError(
        talk.text.say(f"No search trains {told}.", f"搜索中没有 {told}。"),
        talk.text.say(f"Choose among {known}.", f"请从中选择：{known}。"),
    )
