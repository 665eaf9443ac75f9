"""Turns of phrase that say which column is meant, whatever single words would suggest.

Each rule is narrow: it speaks only where its words are there and exactly one column fits.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from functools import cache

from autoglm_agent.planner.asked_which import asked_which
from autoglm_agent.planner.choice import MARGIN, THRESHOLD, Choice, is_clear
from autoglm_agent.planner.degrees import GENERAL, MEASURED, degree_asked
from autoglm_agent.planner.grammar import BREAKS, CONTEXT, ENTITIES, QUESTION
from autoglm_agent.planner.impossible import asked_time, counts_in, timed_columns
from autoglm_agent.planner.lexicon import concepts_of
from autoglm_agent.planner.measures import is_year
from autoglm_agent.planner.parts import Part
from autoglm_agent.planner.schema import Column, Schema
from autoglm_agent.planner.senses import senses
from autoglm_agent.planner.support import word_support
from autoglm_agent.planner.text import Text, stem, word_set

_DETECT = re.compile(
    r"\b(?:detect\w*|flag\w*|catch\w*|spot\w*|uncover\w*|identif\w+|screen\w*|expos\w+|"
    r"recogni[sz]\w+|filter\w*|find\w*|pick out|single out)\b|识别|检测|鉴别|甄别|发现|找出|抓出|"
    r"查出|筛查|筛选|揪出|侦测|辨别|排查",
    re.ASCII,
)
_AMOUNT_WANTED = re.compile(r"\bhow (?:much|many)\b|\b(?:amount|sum|size) of\b|多少", re.ASCII)
_HOW_MUCH = re.compile(r"\bhow much\b|多少(?:钱|元|块)?", re.ASCII)
_AVERAGE = re.compile(r"\b(?:average|mean|avg|on average)\b|平均", re.ASCII)
_AVERAGES = frozenset(map(stem, ("average", "avg", "mean", "平均")))
_MARKS = frozenset(map(stem, ("rating", "score", "vote", "star", "grade", "mark", "评分", "打分",
                              "得分", "评价", "星级")))  # fmt: skip
_SORTS = frozenset(map(stem, ("type", "kind", "sort", "category", "class", "类型", "种类", "类别",
                              "类", "分类")))  # fmt: skip
_SORTS_ZH = ("类型", "种类", "类别")
_SORT_SAID = re.compile(
    r"\b(?:type|kind|sort|categor(?:y|ies)|class)s?\b|类型|种类|类别|哪(?:一)?(?:种|类)|什么样的",
    re.ASCII,
)
_KIND_OF = re.compile(
    r"\b(?:which|what) (?:kind|type|sort) of\b|哪(?:一)?(?:种|类)|什么类型的?", re.ASCII
)
_SUMS = word_set("amount sum value payment cost total price money usd eur 金额 总额 额 费用")
_OR = re.compile(
    r"\b(\d{1,6}) ?(?:[a-z]+ ){0,2}?(?:or|versus|vs\.?) (?:[a-z]+ ){0,2}?(\d{1,6})\b|"
    r"(\d{1,6})[^\d,;。]{0,6}?(?:还是|或者?)[^\d,;。]{0,6}?(\d{1,6})",
    re.ASCII,
)
_WHY = re.compile(
    r"(?:\A|[.!?;,] |\b(?:predict|tell me|classify|guess|know) )\W*why\b|"
    r"\b(?:for )?what reasons?\b|为什么|为何|什么原因|因为什么",
    re.ASCII,
)
_HOW_DONE = re.compile(
    r"\bhow (?:is|are|was|were|do|does|did|will|has|have|to|should|can)\b|怎么|怎样|如何|"
    r"(?:用|以|通过)(?:什么|何种|哪种)(?:方式|方法|手段)?",
    re.ASCII,
)
_WAY = re.compile(
    r"\A(?:method|mod|way|techniqu|manner|channel|system|sourc)\Z|(?:方式|方法|手段|渠道)\Z"
)
_WHICH_YEAR = re.compile(r"\b(?:which|what) year\b|哪一?年", re.ASCII)
_WHICH_ZH = re.compile(
    r"(?:哪(?:一)?(?:种|类|个|款|项|家|些)|什么样?的?|何种)(?P<noun>[\u3400-\u9fff]{1,4}?)(?=[,.;:!?]|\s|\Z)"
)
_MANY_ZH = re.compile(
    r"(?:多少|几)(?:个|名|位|家|台|辆|件|次|条)?(?P<noun>[\u3400-\u9fff]{2,4}?)(?=[,.;:!?]|\s|\Z)"
)
_SORT_END = re.compile(r"(?:种类|类型|类别|种|类|型|别|名称|名|人数|数量|个数|次数|总数|数)\Z")
_REASON = re.compile(r"\A(?:reason|caus)\Z|(?:原因|理由|缘由)\Z")
_SURE, _FEW, _WORDS = 0.85, 6, 4


class _Open:
    """The open words of an instruction, as stems and as concepts."""

    def __init__(self, text: Text, schema: Schema) -> None:
        meaning = senses(text)
        self.text, self.schema = text, schema
        self.low = text.open_part
        self.indices = [i for i, t in enumerate(text.tokens) if not text.is_used(t.start)]
        self.stems = {text.tokens[i].stem for i in self.indices}
        self.concepts = {c.name for i in self.indices for c in meaning[i].concepts}

    def says(self, part: Part) -> bool:
        """Tell whether some word is a part of a name, or means the same."""
        return any(part.says(word) for word in self.stems) or bool(part.concepts & self.concepts)

    @property
    def foreign(self) -> bool:
        """Whether some word is of a field of life that the table knows nothing of."""
        return any(
            word_support(self.text.tokens[i].stem, self.schema) == "foreign"
            for i in self.indices
            if self.text.tokens[i].low not in BREAKS | CONTEXT | QUESTION
        )


def outright(
    text: Text, schema: Schema, excluded: Collection[str], ranked: Sequence[Choice]
) -> Choice | None:
    """Return the column that a turn of phrase asks for, where it is another than the first found.

    Args:
        text: The instruction, with the ranges of constraints marked as used.
        schema: The table's columns.
        excluded: Columns that cannot be the target.
        ranked: The columns found by words, best first.
    """
    best = ranked[0] if ranked else None
    words, usable = _Open(text, schema), _usable(schema, excluded)
    named = best is not None and best.how == "exact"
    rules = _ALWAYS if named else _UNNAMED
    for rule in rules:
        column = rule(words, usable, best.column if best else None)
        if column is None:
            continue
        if best is not None and column is best.column and is_clear(ranked):
            return None
        return _choice(text, column, best)
    whole = _whole_name(words, ranked)
    return _choice(text, whole, best) if whole else None


def _whole_name(words: _Open, ranked: Sequence[Choice]) -> Column | None:
    """Return the one of several columns found, with words in common, whose whole name is said."""
    if not ranked or ranked[0].confidence < THRESHOLD or is_clear(ranked):
        return None
    tied = [c.column for c in ranked if ranked[0].confidence - c.confidence < MARGIN]
    whole = _only(
        c
        for c in tied
        if len(c.parts) > 1 and all(any(p.says(w) for w in words.stems) for p in c.parts)
    )
    if whole is None:
        return None
    stems = {part.stem for part in whole.core}
    return whole if all(stems & {p.stem for p in c.core} for c in tied) else None


def _usable(schema: Schema, excluded: Collection[str]) -> list[Column]:
    kinds = ("constant", "empty", "id", "date", "text")
    return [c for c in schema.columns if c.name not in excluded and c.profile.kind not in kinds]


def _choice(text: Text, column: Column, best: Choice | None) -> Choice:
    start, end = (best.start, best.end) if best else (0, len(text.norm))
    return Choice(column, _SURE, start, end, "instruction", "outright")


def _only(columns: Iterable[Column]) -> Column | None:
    found = list(columns)
    return found[0] if len(found) == 1 else None


def _most_said(words: _Open, columns: list[Column], but: Collection[str]) -> Column | None:
    """Return the column of whose other words most are said and fewest are not, if it is one."""

    def rank(column: Column) -> tuple[int, int]:
        others = [p for p in column.parts if not p.light and p.stem not in but]
        said = sum(words.says(p) for p in others)
        return -said, len(others) - said

    ordered = sorted(columns, key=rank)
    if len(ordered) > 1 and rank(ordered[0]) == rank(ordered[1]):
        return None
    return ordered[0] if ordered else None


def _degree(words: _Open, columns: list[Column], best: Column | None) -> Column | None:
    """Return the column of the quality that *how* asks for: `incident_severity`."""
    asked = degree_asked(words.text)
    if asked is None or words.foreign:
        return None
    nouns, word = asked
    if word in GENERAL and best is not None and best.numeric:
        return None
    if word == "long" and best in timed_columns(words.schema):
        return None

    def fits(column: Column) -> bool:
        said = nouns & {w for p in column.parts for w in (p.stem, *p.alternatives)}
        said |= {n for n in nouns if not n.isascii() and len(n) > 1 and n in column.name}
        return bool(said) and (column.numeric or not (column.two_valued or said <= MEASURED))

    named = [c for c in columns if fits(c)]
    return _most_said(words, named, nouns)


def _detected(words: _Open, columns: list[Column], best: Column | None) -> Column | None:
    """Return the event that is to be detected, not the amount of the thing that it befalls."""
    verb = _DETECT.search(words.low)
    if verb is None or _AMOUNT_WANTED.search(words.low):
        return None
    if best is not None and not _may_yield(best, words):
        return None
    end = words.text.clause(verb.start())[1]
    stems = {
        words.text.tokens[i].stem
        for i in words.indices
        if verb.start() <= words.text.tokens[i].start < end
    }
    events = {c.name for s in stems for c in concepts_of(s) if c.hint == "yesno"}
    return _only(c for c in columns if c.two_valued and c.concepts & events)


def _may_yield(best: Column, words: _Open) -> bool:
    """Tell whether a column found may be only the thing that an event befalls."""
    if any(map(_is_sort, best.parts)):
        return not _SORT_SAID.search(words.low)
    return best.numeric or best.two_valued


def _average(words: _Open, columns: list[Column], best: Column | None) -> Column | None:
    """Return the one column of averages of what an average is asked of: `vote_average`."""
    if not _AVERAGE.search(words.low):
        return None
    marks = bool(_MARKS & words.stems)

    def fits(column: Column) -> bool:
        stems = {p.stem for p in column.parts}
        others = [p for p in column.parts if p.stem not in _AVERAGES]
        said = any(words.says(p) for p in others if not p.light or p.stem in _MARKS)
        return bool(_AVERAGES & stems and column.numeric and (said or (marks and _MARKS & stems)))

    if best is not None and best.numeric and not fits(best):
        return None
    return _only(filter(fits, columns))


def _how_much(words: _Open, columns: list[Column], best: Column | None) -> Column | None:
    """Return the one amount of whose name all is said, *how much* standing for *amount*."""
    if not _HOW_MUCH.search(words.low):
        return None

    def fits(column: Column) -> bool:
        stems = {p.stem for p in column.parts}
        others = [p for p in column.parts if p.stem not in _SUMS or words.says(p)]
        telling = [p for p in others if p.stem not in _SUMS]
        return bool(
            column.numeric and _SUMS & stems and telling and all(words.says(p) for p in telling)
        )

    if best is not None and best.numeric:
        return None
    return _only(filter(fits, columns))


def _sort_of(words: _Open, columns: list[Column], best: Column | None) -> Column | None:
    """Return `Failure Type` for "which kind of failure" where a bare `Type` was found."""
    if best is None:
        return None
    whether = best.two_valued and bool(_KIND_OF.search(words.low))
    if not whether and not any(map(_is_sort, best.parts)):
        return None
    if not _SORT_SAID.search(words.low):
        return None

    def fits(column: Column) -> bool:
        others = [p for p in column.parts if p.stem not in _SORTS]
        sort = any(map(_is_sort, column.parts))
        return sort and bool(others) and all(map(said, others))

    def said(part: Part) -> bool:
        if part.stem.endswith(_SORTS_ZH):
            return bool((part.concepts - _sort_concepts()) & words.concepts)
        return words.says(part)

    found = _only(filter(fits, columns))
    bare = {p.stem for p in best.parts} <= _SORTS
    if whether:
        return found if found is not None and not found.two_valued else None
    return found if bare or found is best else None


def _why(words: _Open, columns: list[Column], _: Column | None) -> Column | None:
    """Return the one column of reasons for "why was it returned?"."""
    if not _WHY.search(words.low):
        return None
    found = [c for c in columns if c.parts and _REASON.search(c.parts[-1].stem)]
    said = [c for c in found if any(words.says(p) for p in c.parts[:-1])]
    return _only(said or found)


def _lapse(words: _Open, columns: list[Column], _: Column | None) -> Column | None:
    """Return `days_to_first_flush` for "how many days until the first flush"."""
    unit = asked_time(words.low)
    if unit is None:
        return None

    def fits(column: Column) -> bool:
        others = [p for p in column.parts if not p.light and not counts_in(p, unit)]
        timed = any(counts_in(p, unit) for p in (*column.parts, *column.unit))
        return column.numeric and timed and bool(others) and all(map(words.says, others))

    return _only(filter(fits, columns))


def _in_year(words: _Open, columns: list[Column], best: Column | None) -> Column | None:
    """Return the one column of years for "in which year was it built?"."""
    if not _WHICH_YEAR.search(words.low) or (best is not None and is_year(best)):
        return None
    return _only(c for c in columns if c.numeric and is_year(c))


def _which_zh(words: _Open, columns: list[Column], _: Column | None) -> Column | None:
    """Return `卡种` for 哪种卡, `员工人数` for 多少员工: the noun begins or ends one name."""
    many = _MANY_ZH.search(words.low)
    match = many or _WHICH_ZH.search(words.low)
    if match is None or asked_time(words.low):
        return None
    noun = match["noun"]
    told = [c for c in columns if not c.name.isascii() and (c.numeric or not many)]
    named = [c for c in told if _SORT_END.sub("", c.name) == noun]
    return _only(named or [c for c in told if len(noun) > 1 and c.name.endswith(noun)])


def _which_band(words: _Open, columns: list[Column], best: Column | None) -> Column | None:
    """Return `epc_band` for "which energy band", where only that name ends in the noun."""
    for _, last, _, _ in asked_which(words.text):
        head = words.text.tokens[last].stem
        if best is not None and any(part.says(head) for part in best.parts):
            return None
        return _only(c for c in columns if c.parts and c.parts[-1].says(head))
    return None


def _how_done(words: _Open, columns: list[Column], _: Column | None) -> Column | None:
    """Return the one column of ways for "how were the beans processed?"."""
    if not _HOW_DONE.search(words.low):
        return None
    found = [c for c in columns if len(c.parts) > 1 and _WAY.search(c.parts[-1].stem)]
    done = [c for c in found if all(words.says(p) for p in c.parts[:-1] if not p.light)]
    return _only(c for c in done if not all(p.stem in ENTITIES for p in c.parts[:-1]))


def _is_sort(part: Part) -> bool:
    return part.stem in _SORTS or part.stem.endswith(_SORTS_ZH)


@cache
def _sort_concepts() -> frozenset[str]:
    return frozenset(c.name for word in _SORTS for c in concepts_of(word))


def _one_of_two(words: _Open, columns: list[Column], _: Column | None) -> Column | None:
    """Return the column of whose few values two numbers are named: "for 36 or 60 months"."""
    match = _OR.search(words.low)
    if match is None:
        return None
    numbers = {number for number in match.groups() if number}

    def fits(column: Column) -> bool:
        levels = [level for level, _ in column.profile.levels]
        if not 2 <= len(levels) <= _FEW:
            return False
        told = [set(re.findall(r"\d+", level)) & numbers for level in levels]
        return sum(map(bool, told)) == len(numbers) == 2 and set().union(*told) == numbers

    return _only(filter(fits, columns))


_ALWAYS = (_lapse, _sort_of)
_UNNAMED = (
    _lapse, _in_year, _why, _which_zh, _how_done, _which_band, _one_of_two, _degree, _detected,
    _average, _how_much, _sort_of,
)  # fmt: skip
"""The rules where no column is named outright, in the order in which they are tried."""
