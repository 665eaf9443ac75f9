"""Which column an instruction asks for. The last column is never a guess."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from autoglm_agent.planner.adjuncts import not_whose, set_aside_adjuncts
from autoglm_agent.planner.anchors import generic_columns
from autoglm_agent.planner.asked import read_asked
from autoglm_agent.planner.choice import MARGIN, THRESHOLD, Choice, is_clear
from autoglm_agent.planner.contraries import contrary_columns
from autoglm_agent.planner.grammar import (
    BREAKS,
    CONTEXT,
    ENTITIES,
    FILLER,
    FILLER_ZH,
    FUNCTION_ZH,
    PREDICT,
    PREDICT_ZH,
)
from autoglm_agent.planner.impossible import impossible_columns
from autoglm_agent.planner.lexicon import GENERIC_TARGETS, domains_of
from autoglm_agent.planner.meaning.judge import likeliest
from autoglm_agent.planner.meaning.verdict import by_meaning, is_weak
from autoglm_agent.planner.measures import only_measure
from autoglm_agent.planner.mentions import Mention
from autoglm_agent.planner.outright import outright
from autoglm_agent.planner.partly_named import numbered, partly_named
from autoglm_agent.planner.ranking import BY_WORDS, rank_by_word
from autoglm_agent.planner.rivals import rivals_of
from autoglm_agent.planner.said_otherwise import said_otherwise
from autoglm_agent.planner.schema import Column, Schema
from autoglm_agent.planner.second_opinion import doubted, most_alike, rank_alike
from autoglm_agent.planner.support import word_support
from autoglm_agent.planner.target_questions import none_clear, several_likely
from autoglm_agent.planner.text import Text
from autoglm_agent.planner.ties import settled
from autoglm_agent.planner.told_class import column_told

_COUNTED = 2
"""Digits of numbers that may be counts as well as names of columns."""
_LIKELY = 3
"""How many columns a question names by what the whole instruction means."""
_TOLD_BEFORE = re.compile(
    r"(?:\btarget|\blabel|\bdependent|\by|目标|标签|因变量|预测列)"
    r"(?:\s|column|variable|feature|field|列|变量|字段|设?为|设成|是|用|选|\bis\b|=|:){0,6}[\"']?\Z",
    re.ASCII,
)
_TOLD_AFTER = re.compile(
    r"\A[\"']?\s*(?:is the|as the|as|\(?the|作为|当作|用作|做|当|是|为|\()\s*(?:the )?"
    r"(?:target|label|dependent|目标|标签|因变量)",
    re.ASCII,
)
_MEASURE_OF = re.compile(
    r"\s?的(?:成绩|数值|情况|水平|高低|大小|多少|结果|得分|分数|数量|取值|值)(?=[,;。.!?]|\Z)",
    re.ASCII,
)
"""What says of a column no more than that its values are meant: 立定跳远**的成绩**."""
_AS_WRITTEN = 0.95
_TOLD_WORD = re.compile(
    r"(?:\b(?:target|label)(?: column| variable)?\s*(?::|=|\bis\b)|目标(?:列|变量)?\s*(?::|=|为|"
    r"是))"
    r"\s*[\"']?([^\s\"',;.]{1,60})",
    re.ASCII,
)


def choose_target(
    text: Text,
    schema: Schema,
    mentions: list[Mention],
    excluded: Sequence[str],
    wanted: str | None = None,
) -> Choice:
    """Return the target column.

    Args:
        text: The instruction, with the ranges of constraints marked as used.
        schema: The table's columns.
        mentions: Column mentions in the text.
        excluded: Columns that must not be used; none of them can be the target.
        wanted: "class" or "number" where the metric or the costs tell what the target must be.

    Raises:
        TargetError: No column reaches the threshold, or two are as likely; with the candidates.
    """
    told = _told(text, mentions, excluded)
    if told is not None:
        return told
    set_aside_adjuncts(text)
    open_mentions = [m for m in mentions if not text.is_used(m.start)]
    named = [m.column.name for m in mentions if not text.is_used(m.start)]
    excluded = [*excluded, *contrary_columns(text, schema, named)]
    excluded += impossible_columns(text, schema, named)
    ranked = _asked_first(text, rank_by_word(text, schema, open_mentions, excluded, wanted))
    ranked = not_whose(text, ranked)
    if not ranked or ranked[0].confidence < THRESHOLD:
        ranked = _fallback(text, schema, mentions, excluded, wanted) or ranked
    alike = rank_alike(text, schema, open_mentions, excluded, wanted)
    if not is_clear(ranked):
        best = most_alike(text, alike, ranked)
        ranked = [best] if best is not None else ranked
    elif alike and ranked[0].how in BY_WORDS:
        ranked = doubted(text, alike, ranked)
    said = said_otherwise(text, schema, open_mentions, excluded, ranked)
    if said is not None:
        return said
    if (turn := outright(text, schema, excluded, ranked)) is not None:
        return turn
    if ranked and (event := _event(text, schema, excluded, ranked[0])) is not None:
        return event
    if (one := settled(text, ranked)) is not None:
        return one
    if not ranked or ranked[0].confidence < THRESHOLD:
        only = only_measure(text, schema, excluded)
        ranked = [only] if only is not None else ranked
    if not ranked or ranked[0].confidence < THRESHOLD:
        part = partly_named(text, schema, open_mentions, excluded, wanted)
        ranked = [part] if part is not None else ranked
    if not is_clear(ranked) and (dated := numbered(text, schema, excluded, wanted)) is not None:
        ranked = [dated]
    if not is_clear(ranked) and (told_by := column_told(text, schema, tuple(excluded))):
        return Choice(told_by, 0.85, 0, 0, "data")
    if is_clear(ranked) and (rivals := rivals_of(text, schema, ranked[0], excluded)):
        ranked = [ranked[0], *(replace(ranked[0], column=column) for column in rivals)]
    generic = _generic(text, schema, excluded)
    if generic is not None and (not ranked or ranked[0].confidence < THRESHOLD):
        return generic
    return _decide(text, schema, ranked, excluded, mentions, wanted)


def _asked_first(text: Text, ranked: list[Choice]) -> list[Choice]:
    """Drop what other sentences name where a verb of prediction names the first column.

    Only one column may stand right after such a verb, and it must be named as it is written.
    """
    named = [c for c in ranked if c.how == "exact" and after_verb(text, c.start)]
    if len(named) != 1 or not ranked or ranked[0] is not named[0]:
        return ranked
    start, end = text.sentence(named[0].start)
    return [c for c in ranked if c.how != "exact" or start <= c.start < end]


def after_verb(text: Text, place: int) -> bool:
    """Tell whether a verb of prediction stands right before a place, articles aside."""
    index = text.token_at(place) - 1
    while index >= 0 and text.tokens[index].low in BREAKS:
        index -= 1
    if index < 0 or text.tokens[index].start < text.sentence(place)[0]:
        return False
    verb = text.tokens[index]
    return verb.low in PREDICT_ZH if verb.cjk else verb.stem in PREDICT


def _event(text: Text, schema: Schema, excluded: Sequence[str], best: Choice) -> Choice | None:
    """Return the column called *target* where *who* or *whether* is asked and classes were found.

    "Who is looking for a new job?" is answered by the two values of `target`, not by the years
    since the `last_new_job`.
    """
    generic = [c for c in generic_columns(schema) if c.name not in excluded and c.two_valued]
    many = not best.column.two_valued
    if len(generic) != 1 or not many or best.how not in BY_WORDS | {"alike"}:
        return None
    if read_asked(text, None).form != "two":
        return None
    return Choice(generic[0], 0.6, best.start, best.end, "data", "generic")


def _decide(
    text: Text,
    schema: Schema,
    ranked: list[Choice],
    excluded: Sequence[str],
    mentions: Sequence[Mention],
    wanted: str | None,
) -> Choice:
    if is_clear(ranked) and not is_weak(ranked[0]):
        return ranked[0]
    likely = likeliest(text, schema, mentions, excluded, wanted)
    if (meant := by_meaning(text, ranked, likely, mentions)) is not None:
        return meant
    rest = [c.name for c in schema.columns if c.name not in excluded and _possible(c)]
    named = [c.column.name for c in ranked]
    offered = [column.name for column, _ in likely[:_LIKELY]]
    names = list(dict.fromkeys([*named, *offered, *_by_prior(schema, rest)]))[:5]
    if not ranked or ranked[0].confidence < THRESHOLD:
        raise none_clear(text, schema.profile.name, names)
    close = [c.column.name for c in ranked if ranked[0].confidence - c.confidence < MARGIN]
    raise several_likely(text, close)


def is_told(text: Text, mention: Mention) -> bool:
    """Tell whether a mention is called the target: "target: X", "X as the target", 目标列为 X."""
    before = text.low[max(0, mention.start - 40) : mention.start]
    after = text.low[mention.end : mention.end + 30]
    return bool(_TOLD_BEFORE.search(before) or _TOLD_AFTER.match(after))


def _told(text: Text, mentions: list[Mention], excluded: Sequence[str]) -> Choice | None:
    """Return the column of "target: X" or "X as the target", or one that a long number names."""
    for mention in mentions:
        free = mention.column.name not in excluded and not text.is_used(mention.start)
        if free and is_told(text, mention):
            return Choice(mention.column, 0.99, mention.start, mention.end, "instruction")
    for mention in mentions:
        asked = after_verb(text, mention.start) and not text.is_used(mention.start)
        if asked and mention.score >= _AS_WRITTEN and _MEASURE_OF.match(text.low, mention.end):
            return Choice(mention.column, 0.95, mention.start, mention.end, "instruction")
    for mention in mentions:
        after = text.low[mention.end : mention.end + 12]
        if mention.column.key in GENERIC_TARGETS and re.match(
            r"[\"' ]*(?:column|field|列|字段)", after
        ):
            return Choice(mention.column, 0.9, mention.start, mention.end, "instruction")
    named = [m for m in mentions if not text.is_used(m.start)]
    if len(named) == 1 and named[0].column.name.isdigit():
        # Nobody says 4225 of a table that has such a column and means another thing.
        (only,) = named
        if len(only.column.name) > _COUNTED and only.column.name not in excluded:
            return Choice(only.column, 0.9, only.start, only.end, "instruction")
    for match in _TOLD_WORD.finditer(text.low):
        start, end = match.span(1)
        if not text.is_used(start) and not any(m.start < end and m.end > start for m in mentions):
            return None
    return None


def _fallback(
    text: Text,
    schema: Schema,
    mentions: list[Mention],
    excluded: Sequence[str],
    wanted: str | None,
) -> list[Choice]:
    """Look also in the words about costs and wishes, where a task may be told in passing."""
    bare = text.unread()
    for start, end in text.used:
        if not _about_costs(text, start, end):
            bare.use(start, end)
    set_aside_adjuncts(bare)
    free = [m for m in mentions if not bare.is_used(m.start)]
    ranked = not_whose(text, rank_by_word(bare, schema, free, excluded, wanted))
    return ranked if ranked and ranked[0].confidence >= THRESHOLD else []


def _about_costs(text: Text, start: int, end: int) -> bool:
    return bool(
        re.search(r"cost|expensive|worse|times|代价|成本|倍|miss|alarm|漏|误", text.low[start:end])
    )


def _generic(text: Text, schema: Schema, excluded: Sequence[str]) -> Choice | None:
    """Return the column named *target* or the like, if the instruction names nothing at all."""
    columns = [c for c in generic_columns(schema) if c.name not in excluded]
    if len(columns) != 1 or names_something(text, schema):
        return None
    where = next((t for t in text.tokens if t.low in GENERIC_TARGETS), None)
    start, end = (where.start, where.end) if where else (0, 0)
    return Choice(columns[0], 0.7, start, end, "data")


def names_something(text: Text, schema: Schema) -> bool:
    """Tell whether the open words of an instruction name a thing beside "build a model"."""
    for token in text.tokens:
        if text.is_used(token.start) or token.low in GENERIC_TARGETS:
            continue
        if token.cjk:
            known = token.low in FUNCTION_ZH | FILLER_ZH or token.stem in ENTITIES
            if not known and (len(token.low) > 1 or domains_of(token.low)):
                return True
        elif (
            token.stem not in FILLER
            and token.low not in CONTEXT
            and len(token.low) > 2
            and word_support(token.stem, schema) != "neutral"
        ):
            return True
    return False


def _possible(column: Column) -> bool:
    return column.profile.kind not in ("id", "text", "date", "constant", "empty")


def _by_prior(schema: Schema, names: list[str]) -> list[str]:
    """Order names so that what tables are usually made for comes first."""

    def rank(name: str) -> int:
        column = schema.by_name[name]
        if column.key in GENERIC_TARGETS:
            return 0
        return 1 if column.two_valued and column.concepts else 2

    return sorted(names, key=rank)
