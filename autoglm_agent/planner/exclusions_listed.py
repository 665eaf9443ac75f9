"""Exclusions that list their columns: in brackets, as "neither A nor B", as "both room columns".

Or in the middle of a turn that bars them, of those in `exclusions_around`.
"""

from __future__ import annotations

import re

from autoglm_agent.planner.exclusions_around import AROUND
from autoglm_agent.planner.lexicon import concepts_of
from autoglm_agent.planner.meaning.near import meant_column
from autoglm_agent.planner.mentions import Mention
from autoglm_agent.planner.parts import Part
from autoglm_agent.planner.resolve import columns_for
from autoglm_agent.planner.schema import Schema
from autoglm_agent.planner.text import Text, stem

_BAR = (
    r"\b(?:no|none|not|without|never|minus|excl|drop\w*|ignor\w+|exclud\w+|except|skip\w*|omit\w*|"
    r"remov\w+|hid(?:e|ing)|forget|discard\w*|leav(?:e|ing) out|tak(?:e|ing) out|"
    r"(?:do not|don't|dont|must not|mustn't|cannot|can't|may not) use)\b"
)
_IN_BRACKETS = re.compile(rf"{_BAR}[^.;!?()]{{1,60}}\(([^()]{{1,200}})\)", re.ASCII)
_BAR_WORDS = re.compile(_BAR + r"(?: (?:out|use|using|of|the|all|any))*\s", re.ASCII)
_OF_BOTH = re.compile(
    r"\s*(?:(?:may|should|can|must|is|are|be|appear\w*|occur\w*|end\w*|up|shared) )*"
    r"(?:in|on|across|between|into) (?:both|the two|train\w*|the train\w*)\b",
    re.ASCII,
)
_KEPT = re.compile(r"\b(?:but|predict\w*|target|only|except for)\b", re.ASCII)
_ITEM = re.compile(r"\s*(?:,\s*(?:and |or )?|、|/|\band\b|\bor\b|&|和|与|及)\s*")
_NEITHER = re.compile(
    r"\bneither (?:the )?([\w ]{1,40}?) nor (?:the )?([\w ]{1,40}?) (?:may|can|must|should|shall|"
    r"will|is|are|does|do|counts?)\b[^.;!?,]{0,40}",
    re.ASCII,
)
_OF_KIND = re.compile(
    r"\b(?:both|all|the|any|every|those|these|two|three|four|five)((?: [\w-]+){1,3}) "
    r"(?:columns|fields|features|variables|attributes)\b",
    re.ASCII,
)
_HOW_MANY = re.compile(r"^ (?:two|three|four|five|both|other)(?= )")
_BARRED_BEFORE = re.compile(rf"{_BAR}(?: (?:use|using|of|the|all|any))*\s\Z", re.ASCII)
_BARRED_AFTER = re.compile(
    r"\s*(?:(?:must|should|have to|need to|are to|has to|can) )?(?:be |stay |go |are |kept )*"
    r"(?:out|gone|off[- ]limits|excluded|dropped|removed|ignored|left out|taken out|forbidden|"
    r"not allowed|taboo)\b(?! of)",
    re.ASCII,
)
_OF_FEATURES = re.compile(
    r"\b(?:model|features?|inputs?|predictors?|variables?|algorithm|learner)\b|模型|特征|变量|"
    r"输入|字段|列"
)
"""What tells of the things in a turn's middle that they are columns."""
_LEAD = 60
_DATES = re.compile(
    rf"{_BAR} (?:(?:all|any|both|the|two|three) )*(?:dates|timestamps)\b(?=\s*(?:[,.;!)]|\Z|and))",
    re.ASCII,
)


def listed(
    text: Text, schema: Schema, mentions: list[Mention]
) -> tuple[list[str], list[tuple[int, int]], list[str]]:
    """Return the columns that the instruction bars by listing them, the words' ranges, the rest.

    The rest are items of a list of columns that are none of the table's.

    Args:
        text: The instruction.
        schema: The table's columns.
        mentions: Column mentions in the text.
    """
    columns: list[str] = []
    ranges: list[tuple[int, int]] = []
    for match in _IN_BRACKETS.finditer(text.low):
        names = _all_named(text, mentions, *match.span(1))
        if _OF_BOTH.match(text.low, match.end()):
            # "No aircraft (tail_no) in both train and test" divides the rows, and bars nothing.
            continue
        if names and not text.is_used(match.start()) and not _KEPT.search(match.group()):
            columns += [*_before_bracket(text, schema, match), *names]
            ranges.append(match.span())
    unknown: list[str] = []
    for turn in AROUND:
        for match in turn.finditer(text.low):
            names, strange = _items_of(text, schema, *match.span("list"))
            certain = "of" in turn.groupindex and bool(strange)
            if text.is_used(match.start()) or not (names or certain):
                continue
            if not strange or _OF_FEATURES.search(match.group()):
                columns += names
                unknown += strange
                ranges.append(match.span())
    for match in _NEITHER.finditer(text.low):
        found = [columns_for(text.norm[slice(*match.span(i))], schema) for i in (1, 2)]
        if all(found) and not text.is_used(match.start()):
            columns += [column.name for several in found for column in several]
            ranges.append(match.span())
    for match in _OF_KIND.finditer(text.low):
        lead = _BARRED_BEFORE.search(text.low[: match.start()][-_LEAD:])
        after = _BARRED_AFTER.match(text.low, match.end())
        names = _of_kind(_HOW_MANY.sub("", match[1]), schema)
        if len(names) > 1 and (after or lead):
            columns += names
            start = match.start() - (len(lead.group()) if lead else 0)
            ranges.append((start, after.end() if after else match.end()))
    for match in _DATES.finditer(text.low):
        names = [column.name for column in schema.dates()]
        columns += names
        ranges += [match.span()] if names else []
    return columns, ranges, unknown


def _before_bracket(text: Text, schema: Schema, match: re.Match[str]) -> list[str]:
    """Return what a list bars before its last item, which the bracket explains."""
    lead = _BAR_WORDS.match(text.low, match.start())
    words = text.norm[lead.end() if lead else match.start() : match.start(1) - 1]
    items = _ITEM.split(words)[:-1]
    return [c.name for item in items if item for c in columns_for(item, schema)]


def _items_of(text: Text, schema: Schema, start: int, end: int) -> tuple[list[str], list[str]]:
    """Return the columns that the items of a list mean, and the items that mean none."""
    names: list[str] = []
    strange: list[str] = []
    for item in filter(None, (part.strip(" \"'") for part in _ITEM.split(text.norm[start:end]))):
        found = columns_for(item, schema)
        meant = None if found else meant_column(item, schema.columns)
        found = [meant] if meant is not None else found
        names += [column.name for column in found]
        strange += [] if found else [item]
    return names, strange


def _all_named(text: Text, mentions: list[Mention], start: int, end: int) -> list[str]:
    """Return the columns of a list every item of which is a column's name."""
    inside = [m for m in mentions if start <= m.start and m.end <= end]
    rest = "".join(
        " " if any(m.start <= place < m.end for m in inside) else text.low[place]
        for place in range(start, end)
    )
    return [m.column.name for m in inside] if inside and not _ITEM.sub("", rest).strip() else []


def _of_kind(words: str, schema: Schema) -> list[str]:
    """Return the columns in whose names every one of some words stands: `room_type_booked`."""
    told = [stem(word) for word in words.split() if len(word) > 1]
    return [
        column.name
        for column in schema.columns
        if told and all(any(_means(part, word) for part in column.parts) for word in told)
    ]


def _means(part: Part, word: str) -> bool:
    return part.says(word) or any(c.name in part.concepts for c in concepts_of(word))
