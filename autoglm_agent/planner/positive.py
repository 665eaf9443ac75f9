"""Which of two classes is the event: told by the words, by the values, or by convention."""

from __future__ import annotations

import re

from autoglm_agent.planner.contrary_events import asks_contrary
from autoglm_agent.planner.lexicon import concepts_of
from autoglm_agent.planner.schema import Column
from autoglm_agent.planner.slots import Found
from autoglm_agent.planner.text import Text, key_of, stem, word_set
from autoglm_agent.planner.told_class import stated_level, told_level

_YES = word_set(
    """
    yes y true t 1 1.0 positive pos present 是 有 真 阳性 会 通过
    """
)
_NO = word_set(
    """
    no n false f 0 0.0 negative neg absent 否 无 没有 假 阴性 不会 未通过
    """
)
EVENTS = {
    "bad": "good", "malignant": "benign", "spam": "ham", "fraud": "legit",
    "fraudulent": "legitimate",
    "default": "paid", "defaulted": "paid", "churned": "stayed", "sick": "healthy",
    "ill": "healthy",
    "failed": "passed", "faulty": "ok", "toxic": "edible", "poisonous": "edible",
    "abnormal": "normal",
    "dead": "alive", "bankrupt": "solvent", "恶性": "良性", "坏": "好", "违约": "正常",
    "欺诈": "正常",
    "流失": "留存", "异常": "正常", "approved": "rejected", "accepted": "rejected",
}  # fmt: skip
"""Words for the event and for its absence."""

_GOOD = frozenset({stem(w) for w in EVENTS.values()} | {"好", "良性", "正常"})
_CODES = ({"b": 0, "m": 1}, {"e": 0, "p": 1}, {"g": 0, "b": 1})
_COMPARE = re.compile(
    r"(more than|over|above|greater than|exceed\w*|at least|higher than|>=?|高于|超过|大于|多于|"
    r"不低于|less than|under|below|lower than|fewer than|<=?|低于|小于|"
    r"少于)\s*[$€¥]?\s*(\d[\d,.]*)\s*(k|m|万|千)?",
    re.ASCII,
)
_LEVEL = re.compile(r"\A\s*([<>]=?|[≤≥])\s*[$€¥]?\s*(\d[\d,.]*)\s*([kKmM万千])?", re.ASCII)
_UP = re.compile(r"more|over|above|great|exceed|least|high|>|高|超|大|多|不低", re.ASCII)
_FACTOR = {"k": 1e3, "m": 1e6, "万": 1e4, "千": 1e3}
_MINORITY = 0.45


def find_positive(
    text: Text, column: Column, *, valence: bool
) -> Found[str | int | float | bool] | None:
    """Return the positive class, or None when nothing tells it.

    Args:
        text: The instruction.
        column: A column with two values.
        valence: Whether the instruction speaks of good and bad cases; 0/1 values are then left open
            because the table does not say which number is the good one.
    """
    levels = [level for level, _ in column.profile.levels]
    if len(levels) != 2:
        return None
    if told := told_level(text, column) or stated_level(text, column):
        return Found(typed(told[0], column), told[1], told[2], 0.97)
    if named := _named(text, levels):
        return named
    by_value = _by_value(levels)
    if by_value is not None and (contrary := asks_contrary(text, column)):
        no = next(level for level in levels if level != by_value)
        return Found(typed(no, column), *contrary, 0.85)
    if by_value is not None:
        numeric = set(levels) <= {"0", "1", "0.0", "1.0"}
        if numeric and valence and not _event_name(column):
            return None
        sure = 0.9 if not numeric or _event_name(column) else 0.5
        source = "data" if sure > 0.5 else "default"
        return Found(typed(by_value, column), 0, 0, sure, source)  # type: ignore[arg-type]
    counts = [count for _, count in column.profile.levels]
    if min(counts) / max(1, sum(counts)) < _MINORITY:
        rare = levels[counts.index(min(counts))]
        return Found(typed(rare, column), 0, 0, 0.6, "data")
    return None


def compared_level(text: Text, levels: list[str]) -> tuple[str, int, int] | None:
    """Return the level such as `>50K` that a comparison in the text means, with its place."""
    for match in _COMPARE.finditer(text.low):
        wanted, up = _amount(match[2], match[3]), bool(_UP.search(match[1]))
        for level in levels:
            parsed = _LEVEL.match(level)
            if (
                parsed
                and abs(_amount(parsed[2], parsed[3]) - wanted) < 1e-9
                and (parsed[1] in ">=≥" or parsed[1][0] == ">") == up
            ):
                return level, match.start(), match.end()
    return None


def rarer_level(column: Column) -> Found[str | int | float | bool] | None:
    """Return the rarer of two levels, with little confidence; None unless there are two."""
    if len(column.profile.levels) != 2:
        return None
    rare = min(column.profile.levels, key=lambda pair: pair[1])[0]
    return Found(typed(rare, column), 0, 0, 0.5, "data")


def is_good(value: object) -> bool:
    """Tell whether a class is the harmless one of a known pair: good, benign, ham, ..."""
    return stem(str(value).lower()) in _GOOD


def typed(level: str, column: Column) -> str | int | float | bool:
    """Return a level with the type that it has in the column."""
    dtype = column.profile.dtype.lower()
    if dtype.startswith("bool"):
        return level.strip().lower() in _YES
    if dtype.startswith(("int", "uint")):
        return int(float(level))
    if dtype.startswith("float"):
        value = float(level)
        return int(value) if value.is_integer() else value
    return level


def _amount(digits: str, unit: str | None) -> float:
    number = digits.rstrip(".,").replace(",", "")
    try:
        value = float(number)
    except ValueError:
        return -1.0
    return value * _FACTOR.get((unit or "").lower(), 1.0)


def _named(text: Text, levels: list[str]) -> Found[str | int | float | bool] | None:
    """Match a level, or the event of a known pair, against the words of the instruction."""
    if compared := compared_level(text, levels):
        return Found(compared[0], compared[1], compared[2], 0.9)
    places = {level: _place(text, level) for level in levels}
    events = [level for level in levels if stem(level.lower()) in {stem(e) for e in EVENTS}]
    said = [level for level in levels if places[level]]
    if len(events) == 1 and (said or _concept_said(text, events[0])):
        start, end = places[events[0]] or (0, 0)
        return Found(events[0], start, end, 0.9 if end else 0.75, "instruction" if end else "data")
    if len(events) == 1:
        return Found(events[0], 0, 0, 0.7, "data")
    harmless = [level for level in levels if is_good(level)]
    if len(harmless) == 1 and levels[0].lower() not in _NO | _YES:
        other = next(level for level in levels if level != harmless[0])
        start, end = places[other] or (0, 0)
        return Found(other, start, end, 0.75, "instruction" if end else "data")
    if len(said) == 1 and said[0].lower() not in _NO | _YES and not is_good(said[0]):
        start, end = places[said[0]] or (0, 0)
        return Found(said[0], start, end, 0.85)
    codes = {level.lower(): level for level in levels}
    for pair in _CODES:
        if set(codes) == set(pair):
            return Found(codes[max(pair, key=lambda c: pair[c])], 0, 0, 0.7, "data")
    return None


def _place(text: Text, level: str) -> tuple[int, int] | None:
    wanted = stem(level.lower()) if level.isascii() else level
    if len(wanted) < 2 or key_of(level).isdigit():
        return None
    parts = wanted.split()
    for index in range(len(text.tokens) - len(parts) + 1):
        window = text.tokens[index : index + len(parts)]
        if " ".join(t.stem for t in window) == " ".join(stem(p) for p in parts):
            return window[0].start, window[-1].end
    return None


def _concept_said(text: Text, event: str) -> bool:
    wanted = {c.name for c in concepts_of(stem(event.lower()))}
    return any(wanted & {c.name for c in concepts_of(t.stem)} for t in text.tokens)


def _by_value(levels: list[str]) -> str | None:
    low = {level.strip().lower(): level for level in levels}
    yes = [level for key, level in low.items() if key in _YES]
    no = [level for key, level in low.items() if key in _NO]
    return yes[0] if len(yes) == 1 and len(no) == 1 else None


def _event_name(column: Column) -> bool:
    """Tell whether the column's name is itself the event: churn, is_fraud, Survived."""
    names = {"credit_default", "risk", "identifier", "species", "quality"}
    return (
        bool(column.concepts - names)
        or any(p.stem in ("is", "has", "was", "是否") for p in column.parts)
        or any(p.stem in ("default", "delinquent", "违约", "逾期") for p in column.parts)
    )
