"""Which column an instruction asks for. The last column is never a guess."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from autoglm_agent.errors import TargetError
from autoglm_agent.planner.anchor import Anchor
from autoglm_agent.planner.anchors import find_anchors, generic_columns
from autoglm_agent.planner.grammar import CONTEXT, FILLER, FILLER_ZH, FUNCTION_ZH
from autoglm_agent.planner.lexicon import GENERIC_TARGETS, concepts_of, domains_of
from autoglm_agent.planner.mentions import Mention
from autoglm_agent.planner.regions import Place, find_regions
from autoglm_agent.planner.schema import Column, Schema
from autoglm_agent.planner.slots import Source
from autoglm_agent.planner.standing import Standing
from autoglm_agent.planner.support import support, word_support
from autoglm_agent.planner.text import Text

THRESHOLD = 0.5
"""Least confidence at which a column is taken."""
MARGIN = 0.1
"""Least lead over the second column."""

_AFTER_EVENT, _WRONG_VALUES, _CLEAR = 0.6, 0.6, 0.7
_TOLD_BEFORE = re.compile(
    r"(?:\btarget|\blabel|\bdependent|\by|目标|标签|因变量|预测列)"
    r"(?:\s|column|variable|feature|field|列|变量|字段|为|是|\bis\b|=|:){0,6}[\"']?\Z",
    re.ASCII,
)
_TOLD_AFTER = re.compile(
    r"\A[\"']?\s*(?:is the|as the|as|\(?the|作为|是|为|\()\s*(?:target|label|dependent|目标|"
    r"标签|因变量)",
    re.ASCII,
)
_TOLD_WORD = re.compile(
    r"(?:\b(?:target|label)(?: column| variable)?\s*(?::|=|\bis\b)|目标(?:列|变量)?\s*(?::|=|为|"
    r"是))"
    r"\s*[\"']?([^\s\"',;.]{1,60})",
    re.ASCII,
)


@dataclass(frozen=True)
class Choice:
    """The target with the reason for it."""

    column: Column
    confidence: float
    start: int
    end: int
    source: Source


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
    open_mentions = [m for m in mentions if not text.is_used(m.start)]
    ranked = _rank(text, schema, open_mentions, excluded, wanted)
    if not ranked or ranked[0].confidence < THRESHOLD:
        ranked = _fallback(text, schema, mentions, excluded, wanted) or ranked
    generic = _generic(text, schema, excluded)
    if generic is not None and (not ranked or ranked[0].confidence < THRESHOLD):
        return generic
    return _decide(text, schema, ranked, excluded)


def _decide(text: Text, schema: Schema, ranked: list[Choice], excluded: Sequence[str]) -> Choice:
    rest = [c.name for c in schema.columns if c.name not in excluded and _possible(c)]
    names = list(dict.fromkeys([c.column.name for c in ranked] + _by_prior(schema, rest)))[:5]
    ask = (
        f"Name the column to predict, for example: predict {names[0]}."
        if names
        else "Name the column."
    )
    if not ranked or ranked[0].confidence < THRESHOLD:
        raise TargetError(
            f'No column of {schema.profile.name} clearly is what "{_short(text.source)}" asks for; '
            f"candidates: {', '.join(names)}.",
            ask,
            tuple(names),
        )
    best, others = ranked[0], ranked[1:]
    close = [c for c in others if best.confidence - c.confidence < MARGIN]
    if close:
        names = [best.column.name, *[c.column.name for c in close]]
        raise TargetError(
            f'"{_short(text.source)}" may ask for any of these columns: {", ".join(names)}.',
            f"Name one column to predict, for example: predict {names[0]}.",
            tuple(names),
        )
    return best


def _told(text: Text, mentions: list[Mention], excluded: Sequence[str]) -> Choice | None:
    """Return the column of "target: X" or "X as the target"."""
    for mention in mentions:
        before = text.low[max(0, mention.start - 40) : mention.start]
        after = text.low[mention.end : mention.end + 30]
        told = _TOLD_BEFORE.search(before) or _TOLD_AFTER.match(after)
        if told and mention.column.name not in excluded and not text.is_used(mention.start):
            return Choice(mention.column, 0.99, mention.start, mention.end, "instruction")
    for mention in mentions:
        after = text.low[mention.end : mention.end + 12]
        if mention.column.key in GENERIC_TARGETS and re.match(
            r"[\"' ]*(?:column|field|列|字段)", after
        ):
            return Choice(mention.column, 0.9, mention.start, mention.end, "instruction")
    for match in _TOLD_WORD.finditer(text.low):
        start, end = match.span(1)
        if not text.is_used(start) and not any(m.start < end and m.end > start for m in mentions):
            return None
    return None


def _rank(
    text: Text,
    schema: Schema,
    mentions: list[Mention],
    excluded: Sequence[str],
    wanted: str | None,
) -> list[Choice]:
    anchors = [a for a in find_anchors(text, schema, mentions) if a.column.name not in excluded]
    strong = [False] * len(text.tokens)
    for anchor in anchors:
        for index in range(anchor.first, anchor.last + 1):
            strong[index] = strong[index] or anchor.score >= THRESHOLD
    happens = [
        strong[i] and any(c.hint == "yesno" for c in concepts_of(t.stem))
        for i, t in enumerate(text.tokens)
    ]
    places = find_regions(text, mentions, strong, happens)
    standing = Standing(text, places, strong)
    best: dict[str, Choice] = {}
    events = {
        a.last
        for a in anchors
        if a.column.two_valued
        and a.score >= THRESHOLD
        and any(c.hint == "yesno" for c in concepts_of(text.tokens[a.last].stem))
    }
    clear = {
        a.column.name
        for a in anchors
        if a.score >= _CLEAR and places[a.first].region not in ("verb", "used")
    }
    for anchor in anchors:
        by_verb = places[anchor.first].region == "verb" and anchor.how != "exact"
        if by_verb and clear - {anchor.column.name}:
            # Only 分类 or "class(ify)" means the column, while other words mean another one.
            continue
        score = anchor.score * _after_event(text, anchor, events) * standing.weight(anchor)
        if score <= 0.15:
            continue
        score *= support(anchor, text, schema, places) * _question_fit(text, anchor, places)
        score *= _value_fit(anchor.column, wanted)
        if anchor.column.profile.kind in ("text", "date", "id", "constant", "empty"):
            score *= 0.55
        choice = Choice(
            anchor.column,
            max(0.0, min(score, 0.98)),
            text.tokens[anchor.first].start,
            text.tokens[anchor.last].end,
            "data" if anchor.how == "generic" else "instruction",
        )
        if (
            anchor.column.name not in best
            or best[anchor.column.name].confidence < choice.confidence
        ):
            best[anchor.column.name] = choice
    return sorted(best.values(), key=lambda c: -c.confidence)


def _after_event(text: Text, anchor: Anchor, events: set[int]) -> float:
    """Discount the noun of "fraudulent claims" or "defective parts": the event is asked for."""
    before = anchor.first - 1
    if anchor.column.two_valued or before not in events or text.tokens[before].cjk:
        return 1.0
    gap = text.norm[text.tokens[before].end : text.tokens[anchor.first].start]
    return _AFTER_EVENT if gap == " " else 1.0


def _value_fit(column: Column, wanted: str | None) -> float:
    """Discount a quantity where classes are scored, and classes where a quantity is."""
    many = column.numeric and (column.profile.kind == "number" or column.profile.distinct > 20)
    if wanted == "class" and many:
        return _WRONG_VALUES
    if wanted == "number" and column.profile.kind in ("category", "boolean"):
        return _WRONG_VALUES
    return 1.0


def _question_fit(text: Text, anchor: Anchor, places: list[Place]) -> float:
    """Discount a quantity for *whether*, a class for *how much*, a float for *classify*."""
    column = anchor.column
    start, end = text.clause(text.tokens[anchor.first].start)
    words = text.low[start:end]
    amount = re.search(r"(?a)\bhow (?:much|many|long|far|old|expensive)\b|多少|多久", words)
    several = column.profile.kind == "category" and not column.two_valued
    if (
        (column.numeric or (several and anchor.how != "level"))
        and not amount
        and re.search(
            r"(?a)\b(?:whether|if|who|which (?:\w+s|people)|probability|likelihood|risk)\b|"
            r"\A\s*(?:will|does|did|is|"
            r"are|can|has|have)\b|是否|会不会|谁|能否|能不能|是不是|有没有|会否|可否|哪些",
            words,
        )
    ):
        return 0.72
    if re.search(r"(?a)\bhow (?:much|many|long|far|old)\b|多少", words) and not (
        column.numeric or places[anchor.first].region == "feature"
    ):
        return 0.7
    classify = re.search(r"(?a)\bclassif\w+|分类", text.low)
    if (
        classify
        and column.profile.kind == "number"
        and column.profile.distinct > 30
        and anchor.how != "exact"
    ):
        return 0.7
    return 1.0


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
    free = [m for m in mentions if not bare.is_used(m.start)]
    ranked = _rank(bare, schema, free, excluded, wanted)
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
            known = token.low in FUNCTION_ZH | FILLER_ZH
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


def _short(source: str) -> str:
    return source if len(source) <= 80 else source[:77] + "..."
