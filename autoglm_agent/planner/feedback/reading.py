"""From a sentence of feedback to typed edits.

The words are only read, never run. Readers go from the special to the general; each marks what
it has understood, so that no word is taken for two things.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from autoglm_agent.errors import InputError
from autoglm_agent.planner.durations import find_durations
from autoglm_agent.planner.exclusions import find_exclusions
from autoglm_agent.planner.feedback import words as say
from autoglm_agent.planner.feedback.edits import Edit
from autoglm_agent.planner.feedback.forecasts import read_forecast
from autoglm_agent.planner.feedback.measures import (
    read_costs,
    read_forecast_metric,
    read_least,
    read_metric,
    read_rating,
    read_weights,
)
from autoglm_agent.planner.feedback.talk import Talk
from autoglm_agent.planner.mentions import find_mentions
from autoglm_agent.planner.resolve import column_for
from autoglm_agent.planner.schema import schema_of
from autoglm_agent.planner.split_by_group import find_group_column
from autoglm_agent.planner.split_by_time import find_time_column
from autoglm_agent.planner.text import read_text

if TYPE_CHECKING:
    from autoglm_agent.automl.data.profile import Profile
    from autoglm_agent.chain import Task

FASTER = 0.5
"""Share of the present latency that "too slow" asks for, if the words give no number."""

_NAMED = re.compile(r"^\s*(?:把|将|让|the )\s*|\s*(?:这一?列|字段|特征|也|再|重新)+\s*$")
"""What stands around a name: 把年龄加回来."""
_EXAMPLES = (
    'Say for example "do not use zip code", "recall must be 0.9", "too slow", '
    '"why not logistic regression?" or "use F1".',
    "例如：“不要用邮编”“召回率至少 0.9”“太慢了”“为什么不用逻辑回归？”“改用 F1”。",
)
"""What can be said of a result, in English and in Chinese."""
_FORECAST_EXAMPLES = (
    'Say for example "the next 7 days instead", "per region", "overall, not per store", '
    '"use MAPE", "do not use price" or "too slow".',
    "例如：“改为未来 7 天”“按地区分别预测”“总体，不按门店”“用 MAPE”“不要用价格”“太慢了”。",
)


def read_feedback(
    words: str,
    profile: Profile,
    *,
    target: str | None = None,
    latency_ms: float | None = None,
    seconds: float | None = None,
    task: Task | None = None,
) -> list[Edit]:
    """Read what a user says of a result.

    Args:
        words: A sentence or several, in English, Chinese or both.
        profile: The table's profile.
        target: The column that was predicted.
        latency_ms: Median time of one prediction of the present model, if known.
        seconds: Seconds that the present training took, if known.
        task: What is asked now; how far a forecast looks, and of what, is only read of one.

    Returns:
        The edits, in the order of the words; each kind at most once, columns united.

    Raises:
        InputError: If nothing is understood, or something is to be left out that is no column.
    """
    schema = schema_of(profile)
    text = read_text(words, schema.vocabulary)
    mentions = find_mentions(text, schema)
    talk = Talk(text, schema, mentions, target, latency_ms, seconds, task)
    for reader in _READERS:
        reader(talk)
    if not talk.edits:
        raise _not_understood(talk, words)
    return sorted(talk.edits, key=lambda edit: words.find(edit.words[:12]))


def _not_understood(talk: Talk, words: str) -> InputError:
    examples = _FORECAST_EXAMPLES if talk.forecasts else _EXAMPLES
    return InputError(
        talk.text.say(
            f"I cannot tell what to change from {words[:120]!r}.",
            f"从“{words[:120]}”中看不出要改什么。",
        ),
        talk.text.say(*examples),
    )


def _read_questions(talk: Talk) -> None:
    """Why not this kind of model; why this result."""
    asked = talk.first(say.WHY_NOT)
    families = talk.families()
    if asked and families:
        names = sorted({name for _, _, found in families for name in found})
        talk.add("why_not", f"tell how {_listed(names)} did", asked.start(), families[-1][1],
                 families=names)  # fmt: skip
        return
    why = talk.first(say.EXPLAIN)
    if why is None or talk.first(say.READABLE):
        return
    row = talk.first(say.ROW)
    columns = list(dict.fromkeys(m.column.name for m in talk.named()))
    number = int(row[1] or row[2]) if row else None
    about = f"row {number}" if number is not None else _listed(columns) or "the model"
    asked_row: dict[str, Any] = {} if number is None else {"row": number}
    talk.add("explain", f"explain {about}", why.start(), len(talk.text.norm),
             columns=columns, **asked_row)  # fmt: skip


def _read_keep(talk: Talk) -> None:
    match = talk.first(say.KEEP)
    if match is None or say.BAN.search(talk.text.low[max(0, match.start() - 12) : match.start()]):
        return
    start, end = talk.text.clause(match.start())
    columns = list(dict.fromkeys(m.column.name for m in talk.named(start, end)))
    if not columns:
        around = (talk.text.norm[match.end() : end], talk.text.norm[start : match.start()])
        found = next(
            filter(None, (column_for(_NAMED.sub("", w), talk.schema) for w in around)), None
        )
        columns = [found.name] if found else []
    if not columns and talk.text.low[start : match.start()].strip() == "":
        columns = list(dict.fromkeys(m.column.name for m in talk.named()))  # "X 可以用，加回去"
    if columns:
        talk.add("keep_columns", f"use {_listed(columns)} again", start, end, keep_columns=columns)


def _read_families(talk: Talk) -> None:
    for start, end, names in talk.families():
        if talk.text.is_used(start):
            continue
        clause = talk.text.clause(start)
        before = talk.text.low[clause[0] : start]
        if say.BAN.search(before):
            talk.add("exclude_families", f"do not train {_listed(names)}", start, end,
                     without_families=list(names))  # fmt: skip
        elif say.ONLY.search(before) or "only" in talk.text.low[end : end + 6]:
            rest = [name for name in say.ALL_FAMILIES if name not in names]
            talk.add("only_families", f"train {_listed(names)} only", start, end,
                     without_families=rest)  # fmt: skip


def _read_split(talk: Talk) -> None:
    shuffled = talk.first(say.RANDOM_SPLIT)
    if shuffled:
        talk.add("change_split", "split at random", *shuffled.span(), split="random")
        return
    time = find_time_column(talk.text, talk.schema, talk.mentions)
    if time is not None and not talk.text.is_used(time.start):
        talk.add("change_split", f"split by the time in {time.value}", time.start, time.end,
                 split=f"time:{time.value}")  # fmt: skip
        return
    group = find_group_column(talk.text, talk.schema, talk.mentions)
    if group is not None and not talk.text.is_used(group.start):
        talk.add("change_split", f"keep rows with the same {group.value} together", group.start,
                 group.end, split=f"group:{group.value}")  # fmt: skip


def _read_exclusions(talk: Talk) -> None:
    found = find_exclusions(talk.text, talk.schema, talk.mentions)
    columns = [name for name in found.columns if name != talk.target]
    barred = talk.first(say.NOT_FOR)
    if barred and not columns:  # "X 不能用于模型": the columns stand before
        start, end = talk.text.clause(barred.start())
        parts = re.split(r"[,、和与及跟]|以及", talk.text.norm[start : barred.start()])
        known = [column_for(part, talk.schema) for part in parts if part.strip()]
        columns = [column.name for column in known if column and column.name != talk.target]
        found.ranges = [(start, end)]
    found.unknown = [phrase for phrase in found.unknown if not _is_read(talk, phrase)]
    if not barred:
        found.complain(talk.text, talk.schema)
    if columns:
        starts = [s for s, _ in found.ranges] or [0]
        talk.add("drop_columns", f"do not use {_listed(columns)}", min(starts),
                 max([e for _, e in found.ranges] or [1]), drop_columns=columns)  # fmt: skip


def _is_read(talk: Talk, phrase: str) -> bool:
    """Tell whether another reader has understood a part of a phrase."""
    start = talk.text.low.find(phrase.lower())
    return start >= 0 and any(
        talk.text.is_used(place) for place in range(start, min(start + len(phrase) + 2,
                                                               len(talk.text.norm)))
    )  # fmt: skip


def _read_target(talk: Talk) -> None:
    name = re.escape((talk.target or "").lower())
    other = name and re.search(
        rf"(?:\bnot|rather than|instead of) (?:the )?{name}\b", talk.text.low
    )
    if not (other or say.INSTEAD.search(talk.text.low)):
        return
    for match in talk.matches(say.NEW_TARGET):
        if talk.text.is_used(match.end()):
            continue
        named = [m for m in talk.named(match.end() - 1) if m.start - match.end() < 24]
        column = (
            named[0].column
            if named
            else column_for(talk.text.norm[match.end() : match.end() + 40], talk.schema)
        )
        if column is not None and column.name not in (talk.target, talk.time):
            end = named[0].end if named else match.end()
            talk.add("set_target", f"predict {column.name}", match.start(), end,
                     target=column.name)  # fmt: skip
            return


def _read_positive(talk: Talk) -> None:
    match = talk.first(say.POSITIVE)
    if match is None or talk.target not in talk.schema.by_name:
        return
    column = talk.schema.by_name[talk.target or ""]
    start, end = talk.text.sentence(match.start())
    for level, _ in column.profile.levels:
        spot = re.search(
            rf"(?<![a-z0-9]){re.escape(level.lower())}(?![a-z0-9])",
            talk.text.low[match.end() : end],
        )
        if spot:
            talk.add("set_positive_class", f"the positive class is {level}", start, end,
                     positive_class=level)  # fmt: skip
            return


def _read_readable(talk: Talk) -> None:
    match = talk.first(say.READABLE)
    if match:
        talk.add("interpretable", "train only models that a person can read", *match.span(),
                 interpretable=True)  # fmt: skip


def _read_speed(talk: Talk) -> None:
    budget, latency = find_durations(talk.text)
    if latency is not None:
        talk.add("limit_latency", f"predict a row within {latency.value:g} ms", latency.start,
                 latency.end, max_latency_ms=latency.value)  # fmt: skip
    training = talk.first(say.SLOW_TRAINING)
    longer = talk.first(say.LONGER)
    if budget is not None:
        talk.add("set_budget", f"train for {budget.value:g} s", budget.start, budget.end,
                 time_budget_s=budget.value)  # fmt: skip
        for match in filter(None, (training, longer)):
            talk.text.use(*match.span())
    elif training or longer:
        chosen = training or longer
        assert chosen is not None
        wanted = (talk.seconds or 30.0) * (0.5 if training else 3.0)
        talk.add("set_budget", f"train for {wanted:.3g} s", *chosen.span(),
                 assumed="half of the time" if training else "three times as long",
                 time_budget_s=round(wanted, 3))  # fmt: skip
    slow = talk.first(say.SLOW)
    if slow and latency is None and budget is None and not training:
        wanted = round((talk.latency_ms or 10.0) * FASTER, 3)
        talk.add("limit_latency", f"predict a row within {wanted:g} ms", *slow.span(),
                 assumed="half of the present time" if talk.latency_ms else "5 ms",
                 max_latency_ms=wanted)  # fmt: skip


def _read_simpler(talk: Talk) -> None:
    match = talk.first(say.SIMPLER)
    if match:
        talk.add("simplify", "train only models of little capacity", *match.span(), simplify=True)


_READERS: tuple[Callable[[Talk], None], ...] = (
    _read_questions,
    read_forecast_metric,
    read_forecast,  # before the target and what is left out: "forecast 7 days", "not per store"
    _read_keep,
    _read_families,
    read_weights,
    read_least,
    read_costs,
    _read_positive,
    _read_target,
    _read_split,
    read_metric,
    _read_readable,
    _read_speed,
    _read_simpler,
    _read_exclusions,  # after the others: a list of columns runs on to the end of the clause
    read_rating,
)


def _listed(names: object) -> str:
    return ", ".join(str(name) for name in names) if isinstance(names, list | tuple) else str(names)
