"""From one sentence and a table's profile to a task, slot by slot, each with its evidence.

A grammar over words, not a model: the same instruction always gives the same task, and every slot
can be traced to the words that set it. Constraints (budget, costs, exclusions, splits, metric) are
read first and their words set aside; the target is looked for in what is left. Where the words do
not decide, an error with ranked candidates is raised and nothing is guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from autoglm_agent.chain import Evidence, Task
from autoglm_agent.errors import InputError
from autoglm_agent.planner import costs as cost_words
from autoglm_agent.planner.choice import Choice
from autoglm_agent.planner.durations import find_durations
from autoglm_agent.planner.exclusions import Exclusions, find_exclusions
from autoglm_agent.planner.forecasts import (
    end_named,
    find_series_asked,
    per_period,
    refuse_forecast,
    tells_of_later,
    time_of,
)
from autoglm_agent.planner.group_count import find_group_count
from autoglm_agent.planner.homophones import sound_mended
from autoglm_agent.planner.horizons import find_horizon
from autoglm_agent.planner.interpretability import find_interpretable
from autoglm_agent.planner.kind import find_intent, is_forecast, kind_of_target
from autoglm_agent.planner.mentions import Mention, find_mentions
from autoglm_agent.planner.metric_words import asked_for, find_metric
from autoglm_agent.planner.negated import negated_goals
from autoglm_agent.planner.no_object import no_object
from autoglm_agent.planner.paths import path_spans
from autoglm_agent.planner.positive import find_positive, is_good, rarer_level
from autoglm_agent.planner.refusals import (
    is_meant,
    refuse_constant,
    refuse_contradiction,
    target_and_group,
)
from autoglm_agent.planner.schema import Column, Schema, schema_of
from autoglm_agent.planner.slots import Found
from autoglm_agent.planner.spelling import mend
from autoglm_agent.planner.split_by_group import find_group_column
from autoglm_agent.planner.split_by_time import find_time_column
from autoglm_agent.planner.target import choose_target
from autoglm_agent.planner.text import Text, read_text
from autoglm_agent.planner.unread import condition_spans, unread_conditions

if TYPE_CHECKING:
    from autoglm_agent.automl.data.profile import Profile

_REPORTED = re.compile(
    r"(?:'s| is| are) what (?:we|i|they) (?:\w+ )?(?:report|use|look at|track|go by)|"
    r"(?: is| are) what (?:the |our |my |their )(?:\w+ ){1,3}?(?:reports?|uses?|looks? at|tracks?|"
    r"goes by|wants?|cares? about|watch(?:es)?)\b"
)
_MAKE_SURE = re.compile(r"\bmak(?:e|es|ing) (?:very |absolutely )?sure\b", re.ASCII)
"""No make of a car."""
_VALENCE = re.compile(r"\b(?:bad|good|risky|safe)\b|好|坏", re.ASCII)


@dataclass
class _Slots:
    """What has been read so far."""

    values: dict[str, Any] = field(default_factory=dict)
    horizon: Found[str] | None = None
    evidence: dict[str, Evidence] = field(default_factory=dict)

    def put(self, slot: str, found: Found[Any] | None, text: Text) -> None:
        if found is not None:
            self.values[slot] = found.value
            self.evidence[slot] = found.evidence(text)


def parse_task(instruction: str, profile: Profile, *, target: str | None = None) -> Task:
    """Read an instruction against a table.

    Args:
        instruction: What the user wants, in English, Chinese or both; it is only read, never run.
        profile: The table's profile.
        target: The target column where somebody has named it already; the words then say the rest.

    Returns:
        The task. Slots that the instruction does not set are None; each set slot has evidence.

    Raises:
        TargetError: The task needs a target and none, or more than one, column fits.
        InputError: A column to leave out, to split by or a metric does not exist, or two requests
            contradict each other.
    """
    schema = schema_of(profile)
    text = read_text(
        instruction,
        schema.vocabulary,
        lambda norm, at: mend(sound_mended(norm, schema), at, schema.word_stems, schema.concepts),
    )
    sure = [match.span() for match in _MAKE_SURE.finditer(text.low)]
    for place in [*path_spans(text.norm), *negated_goals(text), *sure]:
        text.use(*place)
    mentions = [m for m in find_mentions(text, schema) if not text.is_used(m.start)]
    slots = _Slots()
    costs, exclusions = _read_constraints(text, schema, mentions, slots)
    rows = [span for span in condition_spans(text, mentions) if not text.is_used(span[0])]
    for place in rows:
        text.use(*place)
    mentions = [m for m in mentions if not any(s <= m.start < e for s, e in rows)]
    if target is not None:
        choice = Choice(schema.by_name[target], 1.0, 0, 0, "default")
        return _supervised(text, schema, mentions, choice, exclusions, costs, slots, rows)
    intent = find_intent(text, schema, mentions)
    if intent.value != "predict":
        exclusions.complain(text, schema)
        slots.values["unread"] = unread_conditions(text, schema, mentions, None, rows)
        return _unsupervised(text, schema, intent, exclusions, slots)
    refuse_contradiction(text, mentions, exclusions, slots.values.get("metric"))
    barred = [*exclusions.columns, *filter(None, [slots.values.get("group_column")])]
    wanted = "class" if costs is not None else asked_for(slots.values.get("metric"))
    choice = choose_target(text, schema, mentions, barred, wanted)
    return _supervised(text, schema, mentions, choice, exclusions, costs, slots, rows)


def _supervised(
    text: Text,
    schema: Schema,
    mentions: list[Mention],
    choice: Choice,
    exclusions: Exclusions,
    costs: cost_words.Costs | None,
    slots: _Slots,
    rows: list[tuple[int, int]],
) -> Task:
    exclusions.complain(text, schema)
    slots.values["unread"] = unread_conditions(text, schema, mentions, choice.column, rows)
    _read_target(text, schema, mentions, choice, costs, slots)
    _read_excluded(text, schema, exclusions, choice.column.name, slots)
    return Task(**slots.values, evidence=slots.evidence)


def _read_constraints(
    text: Text, schema: Schema, mentions: list[Mention], slots: _Slots
) -> tuple[cost_words.Costs | None, Exclusions]:
    """Read everything but the goal, and mark the words as used."""
    budget, latency = find_durations(text)
    if budget is not None and budget.value <= 0:
        raise InputError(
            text.say(
                "A time budget of no seconds trains nothing.", "时间预算为零，什么也训练不了。"
            ),
            text.say("Give it some seconds.", "请给几秒钟。"),
        )
    for slot, found in (("time_budget_s", budget), ("max_latency_ms", latency)):
        slots.put(slot, found, text)
        if found is not None:
            text.use(found.start, found.end)
    slots.horizon = find_horizon(text)
    if slots.horizon is not None and not tells_of_later(schema):
        text.use(slots.horizon.start, slots.horizon.end)
    costs = cost_words.find_costs(text)
    if costs is not None:
        text.use(costs.start, costs.end)
    slots.put("interpretable", find_interpretable(text), text)
    for place in no_object(text, mentions):
        text.use(*place)
    exclusions = find_exclusions(text, schema, mentions)
    for place in exclusions.ranges:
        text.use(*place)
    time = find_time_column(text, schema, mentions)
    group = None
    if time is not None:
        slots.put("time_column", time, text)
        text.use(time.start, time.end)
    else:
        group = find_group_column(text, schema, mentions, exclusions.columns)
        slots.put("group_column", group, text)
        if group is not None:
            text.use(group.start, group.end)
    metric = find_metric(text, _named(text, mentions, exclusions), costs=costs is not None)
    slots.put("metric", metric, text)
    if metric is not None:
        told = _REPORTED.match(text.low, metric.end)
        text.use(metric.start, told.end() if told else metric.end)
    return costs, exclusions


def _named(text: Text, mentions: list[Mention], out: Exclusions) -> list[tuple[int, int]]:
    """Return the places of column names, so that a column called `precision` is no metric."""
    return [
        (m.start, m.end)
        for m in mentions
        if m.score >= 0.9 and (not text.is_used(m.start) or m.column.name in out.columns)
    ]


def _unsupervised(
    text: Text, schema: Schema, intent: Found[str], exclusions: Exclusions, slots: _Slots
) -> Task:
    slots.put("kind", intent, text)
    for slot in ("metric", "time_column", "group_column"):
        slots.values.pop(slot, None)
        slots.evidence.pop(slot, None)
    if intent.value == "clustering":
        slots.put("groups", find_group_count(text), text)
    _read_excluded(text, schema, exclusions, None, slots)
    return Task(**slots.values, evidence=slots.evidence)


def _read_target(
    text: Text,
    schema: Schema,
    mentions: list[Mention],
    choice: Choice,
    costs: cost_words.Costs | None,
    slots: _Slots,
) -> None:
    column = choice.column
    refuse_constant(text, column, schema)
    slots.put(
        "target",
        Found(column.name, choice.start, choice.end, choice.confidence, choice.source),
        text,
    )
    metric = slots.values.get("metric")
    forecast = is_forecast(text, schema, column)
    if forecast is None and slots.horizon is not None:
        refuse_forecast(text, schema, column, slots.horizon)
    if forecast is not None:
        kind, why = "forecasting", forecast
        _read_forecast(text, schema, mentions, column, slots)
    else:
        kind, why = kind_of_target(text, column, metric)
    slots.put("kind", Found(kind, why.start, why.end, why.confidence, why.source), text)
    if slots.values.get("group_column") == column.name:
        raise target_and_group(text, column)
    if metric and not is_meant(text, metric, slots.evidence["metric"].span or "", kind, column):
        del slots.values["metric"], slots.evidence["metric"]
    if kind == "binary":
        _read_classes(text, column, costs, slots)


def _read_forecast(
    text: Text, schema: Schema, mentions: list[Mention], target: Column, slots: _Slots
) -> None:
    """Read what only a forecast has: the time, how far ahead, and of which series."""
    time = time_of(schema)
    if "time_column" not in slots.values and time is not None:
        dates = (m for m in mentions if m.column.profile.kind == "date")
        named = next((m for m in dates if not text.is_used(m.start)), None)
        told = Found(time.name, 0, 0, 0.8, "data")
        if named is not None:
            time = named.column
            told = Found(time.name, named.start, named.end, 0.9)
        slots.put("time_column", told, text)
    slots.put("horizon", slots.horizon or end_named(text, time), text)
    slots.put("series", find_series_asked(text, schema, target.name), text)
    slots.put("per_period", per_period(text, target), text)


def _read_classes(
    text: Text, column: Column, costs: cost_words.Costs | None, slots: _Slots
) -> None:
    valence = bool(_VALENCE.search(text.low))
    positive = find_positive(text, column, valence=valence)
    if positive is None and costs is not None:
        # Costs speak of an unwanted event; where nothing else tells it, it is the rarer level.
        positive = rarer_level(column)
    slots.put("positive_class", positive, text)
    if costs is not None:
        good = positive is not None and is_good(positive.value)
        value = costs.relative_to(good)
        sure = 0.9 if positive is not None else 0.5
        slots.put("costs", Found(value, costs.start, costs.end, sure), text)


def _read_excluded(
    text: Text, schema: Schema, exclusions: Exclusions, target: str | None, slots: _Slots
) -> None:
    columns = list(exclusions.columns)
    if exclusions.only:
        kept = {
            *exclusions.only,
            target,
            slots.values.get("time_column"),
            slots.values.get("group_column"),
        }
        columns += [name for name in schema.by_name if name not in kept and name not in columns]
    if not columns:
        return
    start = min((s for s, _ in exclusions.ranges), default=0)
    end = max((e for _, e in exclusions.ranges), default=0)
    slots.put("exclude", Found(tuple(columns), start, end, 0.95), text)
