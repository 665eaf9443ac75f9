"""From a sentence of feedback to typed edits.

The words are only read, never run. Readers go from the special to the general; each marks what
it has understood, so that no word is taken for two things.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from autoglm_agent.errors import InputError
from autoglm_agent.planner.exclusions import find_exclusions
from autoglm_agent.planner.feedback import words as say
from autoglm_agent.planner.feedback.edits import Edit
from autoglm_agent.planner.feedback.families import read_families, read_why_not
from autoglm_agent.planner.feedback.floors import read_least
from autoglm_agent.planner.feedback.forecasts import read_forecast
from autoglm_agent.planner.feedback.measures import (
    read_costs,
    read_forecast_metric,
    read_metric,
    read_rating,
    read_weights,
)
from autoglm_agent.planner.feedback.questions import read_questions
from autoglm_agent.planner.feedback.speed import read_speed
from autoglm_agent.planner.feedback.talk import Talk
from autoglm_agent.planner.feedback.unread import read_unread
from autoglm_agent.planner.feedback.wanted_columns import read_keep, read_positive, read_target
from autoglm_agent.planner.homophones import sound_mended
from autoglm_agent.planner.mentions import find_mentions
from autoglm_agent.planner.metric_words import metric_ranges
from autoglm_agent.planner.resolve import column_for
from autoglm_agent.planner.schema import schema_of
from autoglm_agent.planner.spelling import mend
from autoglm_agent.planner.split_by_group import find_group_column
from autoglm_agent.planner.split_by_time import find_time_column
from autoglm_agent.planner.text import read_text

if TYPE_CHECKING:
    from autoglm_agent.automl.data.profile import Profile
    from autoglm_agent.chain import Task

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
_NOT_OUT = re.compile(r"(?:\b(?:not|never)|n't|别|不要|不能|不可以?|不许|不得|不)(?:\s?再)?\s?\Z")
_OUT_WITH_IT = re.compile(
    r"\b(?:(?:take|throw|kick|leave|keep) (?:it|that|this) out|(?:drop|remove|exclude|delete|ditch|"
    r"ignore|skip) (?:it|that|this)|get rid of (?:it|that|this)|"
    r"do(?: not|n't) use (?:it|that|this))\b|"
    r"(?:把它|这个|它)?(?:去掉|删掉|剔除|拿掉|别用|不要用)(?:它|吧|了)*(?=[,.;。!?]|\Z)",
    re.ASCII,
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
    text = read_text(
        words,
        schema.vocabulary,
        lambda norm, at: mend(sound_mended(norm, schema), at, schema.word_stems),
    )
    mentions = find_mentions(text, schema)
    talk = Talk(text, schema, mentions, target, latency_ms, seconds, task)
    for reader in _READERS:
        reader(talk)
    talk.complain()
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
    for match in list(talk.matches(say.NOT_SEEN)):
        talk.text.use(*match.span())
    found = find_exclusions(talk.text, talk.schema, talk.mentions)
    columns = [name for name in found.columns if name != talk.target]
    if talk.was != talk.target and not say.AS_FEATURE.search(talk.text.low):
        columns = [name for name in columns if name != talk.was]  # "predict A, not B"
    barred = talk.first(say.NOT_FOR)
    if barred and not columns:  # "X 不能用于模型": the columns stand before
        start, end = talk.text.clause(barred.start())
        parts = re.split(r"[,、和与及跟]|以及", talk.text.norm[start : barred.start()])
        known = [column_for(part, talk.schema) for part in parts if part.strip()]
        columns = [column.name for column in known if column and column.name != talk.target]
        found.ranges = [(start, end)]
    out = talk.first(_OUT_WITH_IT)
    kept = out is not None and _NOT_OUT.search(talk.text.low[: out.start()])
    if not columns and not found.unknown and out is not None and not kept:
        named = {m.column.name: m for m in talk.named(0, out.start())}
        named.pop(talk.target or "", None)
        if len(named) == 1:  # "X gives it away. Take it out."
            columns = list(named)
            found.ranges = [(named[columns[0]].start, out.end())]
    found.unknown = [phrase for phrase in found.unknown if not _is_read(talk, phrase)]
    if not barred:
        found.complain(talk.text, talk.schema)
    if columns:
        starts = [s for s, _ in found.ranges] or [0]
        talk.add("drop_columns", f"do not use {', '.join(columns)}", min(starts),
                 max([e for _, e in found.ranges] or [1]), drop_columns=columns)  # fmt: skip


def _is_read(talk: Talk, phrase: str) -> bool:
    """Tell whether another reader has understood a part of a phrase."""
    start = talk.text.low.find(phrase.lower())
    return start >= 0 and any(
        talk.text.is_used(place) for place in range(start, min(start + len(phrase) + 2,
                                                               len(talk.text.norm)))
    )  # fmt: skip


def _read_readable(talk: Talk) -> None:
    match = talk.first(say.READABLE)
    if match and not (say.UNREAD.fullmatch(match.group()) and _of_metric(talk, match)):
        talk.add("interpretable", "train only models that a person can read", *match.span(),
                 interpretable=True)  # fmt: skip


def _of_metric(talk: Talk, match: re.Match[str]) -> bool:
    """Tell "R2 我看不懂", where not the model cannot be read."""
    start, end = talk.text.clause(match.start())
    return any(start <= s < end for s, _ in metric_ranges(talk.text))


def _read_simpler(talk: Talk) -> None:
    match = talk.first(say.SIMPLER)
    if match:
        talk.add("simplify", "train only models of little capacity", *match.span(), simplify=True)


_READERS: tuple[Callable[[Talk], None], ...] = (
    read_why_not,
    read_questions,
    read_forecast_metric,
    read_forecast,  # before the target and what is left out: "forecast 7 days", "not per store"
    read_keep,
    read_families,
    read_weights,
    read_least,
    read_target,
    read_positive,
    read_costs,
    read_metric,
    _read_readable,
    read_speed,
    _read_simpler,
    _read_exclusions,  # after the others: a list of columns runs on to the end of the clause
    _read_split,
    read_rating,
    read_unread,
)
