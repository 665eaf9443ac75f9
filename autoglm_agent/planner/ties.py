"""Which of several columns found alike is meant, by what tells their names apart.

"How many minutes does a delivery take" finds 配送时长 and 出餐时长 by their last part; only of the
first the words say the first part, too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence

from autoglm_agent.planner.asked import read_asked
from autoglm_agent.planner.choice import MARGIN, THRESHOLD, Choice, is_clear
from autoglm_agent.planner.lexicon import concepts_of, leading_concepts
from autoglm_agent.planner.schema import Column
from autoglm_agent.planner.senses import senses
from autoglm_agent.planner.sides_told import told_side
from autoglm_agent.planner.text import Text, stem

_RUN, _PAIR = 2, 2
_COUNTS = {
    "one": "1", "next": "1", "two": "2", "three": "3", "seven": "7", "ten": "10", "thirty": "30",
    "一": "1", "次": "1", "隔": "1", "二": "2", "两": "2", "三": "3", "七": "7", "十": "10",
    "三十": "30", "tomorrow": "1",
}  # fmt: skip
_TIMED = re.compile(
    r"\b(\d+|one|two|three|seven|ten|thirty|next)[- ]?(?:day|week|month|year|hour|minute|d\b)|"
    r"\b(?:day|week|month|year) (\d+)\b|(\d+|三十|[一二两三七十次隔])个?(?:日|天|周|月|年|小时)",
    re.ASCII,
)
_TOTAL = re.compile(
    r"\b(?:total|totals|altogether|overall|sum)\b|总(?:价|额|数|量|费|金额|成本|收入|销|计|共)|合计|一共",
    re.ASCII,
)
_PAST = frozenset(map(stem, ("previous", "prev", "prior", "past", "earlier", "former", "historic")))
"""What names of things that are over begin with: `previous_cancellations`."""
_BEFORE = re.compile(
    r"\bbefore[?.!]?\s*\Z|\bin the past\b|\balready\b|以前|过去|曾经|曾|此前", re.ASCII
)
_TOTALS = frozenset(map(stem, ("total", "tot", "sum", "overall")))
"""What says that a sum is asked for, and what a name that is one says."""


def settled(text: Text, ranked: Sequence[Choice]) -> Choice | None:
    """Return the one of several columns found of which something is said that others lack.

    Args:
        text: The instruction, with the ranges of constraints marked as used.
        ranked: The columns found, best first.
    """
    if not ranked or ranked[0].confidence < THRESHOLD or is_clear(ranked):
        return None
    tied = [c for c in ranked if ranked[0].confidence - c.confidence < MARGIN]
    if tied[0].how == "level":
        return _named_besides(text, tied)
    if any(c.how == "exact" for c in tied):
        return None
    tied = _of_amounts(text, tied)
    if len(tied) == 1:
        return tied[0]
    stems = frozenset(t.stem for t in text.tokens if not text.is_used(t.start))
    if _alike([c.column for c in tied]):
        side = told_side(text.open_part, stems, [c.column for c in tied])
        if side is not None:
            return next(c for c in tied if c.column is side)
    names, low = _said(text), text.open_part
    common = frozenset.intersection(*(_runs(c.column.name) for c in tied))
    told = _numbers(low)
    past, whether = says_past(text), read_asked(text, None).form == "two"
    counted: tuple[Callable[[Column], int], ...] = (
        lambda c: past or not of_past(c),
        lambda c: whether and c.two_valued,
        lambda c: bool(_TOTAL.search(low)) and any(p.stem in _TOTALS for p in c.parts),
        lambda c: len(names & _told_first(c)) + any(r in low for r in _runs(c.name) - common),
        lambda c: len(names & _by_itself(c)),
        lambda c: _spelt(c, stems, names),
        lambda c: len(told & set(re.findall(r"\d+", c.name))),
    )
    for count in counted:
        scores = [count(c.column) for c in tied]
        tied = [c for c, score in zip(tied, scores, strict=True) if score == max(scores)]
        if len(tied) == 1:
            return tied[0]
    return None


def _named_besides(text: Text, tied: Sequence[Choice]) -> Choice | None:
    """Return the one column of a value that several have of whose name a word is said, too."""
    stems = {t.stem for t in text.tokens if not text.is_used(t.start)}
    named = [c for c in tied if any(p.stem in stems and not p.light for p in c.column.parts)]
    return named[0] if len(named) == 1 and all(c.how == "level" for c in tied) else None


def _of_amounts(text: Text, tied: list[Choice]) -> list[Choice]:
    """Keep what a word for an amount means where one is asked for: 还能用多久, and no 机器."""
    if read_asked(text, None).form != "amount":
        return tied
    told = [
        c
        for c in tied
        if any(
            concept.hint == "amount" and concept.name in c.column.concepts
            for concept in concepts_of(text.tokens[text.token_at(c.start)].stem)
        )
    ]
    return told or tied


def says_past(text: Text) -> bool:
    """Tell whether words outside of constraints speak of what was before."""
    open_words = [t for t in text.tokens if not text.is_used(t.start)]
    return any(
        t.stem in _PAST or any(c.name == "previous" for c in concepts_of(t.stem))
        for t in open_words
    ) or bool(_BEFORE.search(text.open_part))


def of_past(column: Column) -> bool:
    """Tell whether a name begins with a word for what was before."""
    return any(p.stem in _PAST for p in column.parts[:1])


def _alike(columns: Sequence[Column]) -> bool:
    """Tell whether the names of columns differ in one word, or in a few characters."""
    if len(columns) < _PAIR:
        return False
    if all(c.name.isascii() for c in columns):
        heads = {tuple(p.stem for p in c.parts[1:]) for c in columns}
        return len(heads) == 1 and len(columns[0].parts) > 1
    tails = {c.name[-_RUN:] for c in columns}
    return len(tails) == 1 and not any(c.name.isascii() for c in columns)


def _numbers(low: str) -> set[str]:
    """Return the numbers that are told of a time: *7 days*, *day 7*, 七日, 次日."""
    return {
        _COUNTS.get(number, number)
        for match in _TIMED.finditer(low)
        for number in match.groups()
        if number is not None
    }


def _said(text: Text) -> set[str]:
    meaning = senses(text)
    indices = [i for i, t in enumerate(text.tokens) if not text.is_used(t.start)]
    return {c.name for i in indices for c in meaning[i].concepts}


def _told_first(column: Column) -> set[str]:
    """Return what the first parts of a name's Chinese words mean."""
    return {c.name for part in column.parts for c in leading_concepts(part.stem)}


def _spelt(column: Column, stems: Collection[str], names: set[str]) -> int:
    """Return how many of the words that a short form stands for are said: `AY`, *away yellows*."""
    return sum(
        word in stems or bool(names & {c.name for c in concepts_of(word)})
        for part in column.parts
        for word in part.alternatives
        if len(part.alternatives) > 1
    )


def _by_itself(column: Column) -> set[str]:
    """Return what the words of a name mean as they are written, short forms aside."""
    return {c.name for part in column.core for c in concepts_of(part.stem)}


def _runs(name: str) -> frozenset[str]:
    """Return every two neighbouring Chinese characters of a name."""
    pairs = (name[i : i + _RUN] for i in range(len(name) - 1))
    return frozenset(pair for pair in pairs if all("\u3400" <= c <= "\u9fff" for c in pair))
