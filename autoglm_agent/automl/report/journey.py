"""The way to the answer: steps in time, backtracks as stories, where the seconds went."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeGuard

from pydantic import ValidationError

from autoglm_agent.automl.report import numbers as num
from autoglm_agent.automl.report.collect import Json, RunRecord
from autoglm_agent.automl.report.grounding import Grounding
from autoglm_agent.automl.report.moves import Moved, moved, named
from autoglm_agent.automl.report.wording import Wording
from autoglm_agent.automl.report.words import remedy_columns, remedy_words, tool_title
from autoglm_agent.automl.run.events import of_this_round, standing
from autoglm_agent.chain import Remedy

MAX_ENTRIES = 120
"""Entries of the decision log that are shown; the rest is in `events.jsonl`."""


TOOL = "tool"
"""Check of a tool that ended in an error; its fact is the error as the model reads it."""
USER = "user"
"""Check of what the user would have otherwise."""


@dataclass(frozen=True)
class Backtrack:
    """One refutation that was answered, told as before and after.

    Attributes:
        at: Clock time since the start.
        step: The refuted step, in words; `reentered`: the step done again.
        remedy: What was changed, as a phrase; empty if unknown.
        columns: The columns left out.
        before: Score before, and `after` after; empty if not known.
        where: Where both are measured, see `Moved`.
        settled: Whether the same check no longer fails in the final chain; None if unknown.
    """

    number: int
    at: str
    check: str
    title: str
    fact: str
    step: str
    reentered: str
    remedy: str
    why: str
    columns: tuple[str, ...]
    metric: str
    metric_before: str
    before: str
    after: str
    where: str
    notes: tuple[str, str]
    """What the two scores are."""
    together: tuple[int, ...]
    """Numbers of all backtracks that lie between the two scores; more than one share them."""
    settled: bool | None


@dataclass(frozen=True)
class Entry:
    """One line of the decision log."""

    at: str
    kind: str
    """`accepted`, `refuted`, `backtrack` or `note`."""
    title: str
    text: str
    seconds: float | None
    why: str = ""
    """Why it was refuted or what was changed, in short."""
    outcome: str = ""
    """What the tool said, for the model to read."""
    verdicts: tuple[Json, ...] = ()
    arguments: str = ""


def backtracks(record: RunRecord, say: Wording) -> list[Backtrack]:
    """Return the run's backtracks in order."""
    events = record.events
    where = [i for i, event in enumerate(events) if event.get("event") == "backtrack"]
    return [_story(record, number, index, say) for number, index in enumerate(where, 1)]


def decision_log(record: RunRecord, say: Wording) -> list[Entry]:
    """Return what was decided, in order; the events of single trials are left out."""
    write, grounding = _clock(record), Grounding.of_run(record)
    return [_entry(_grounded(grounding, e), write, say) for e in record.events if _decides(e)]


def _grounded(grounding: Grounding, event: Json) -> Json:
    """Return the event with the model's own words grounded in what was measured."""
    if not str(event.get("event", "")).startswith("step.") or not event.get("text"):
        return event
    return {**event, "text": grounding.ground(str(event["text"])).text}


def timings(record: RunRecord, say: Wording) -> list[tuple[str, float, int]]:
    """Return (part, seconds, times) for every tool and for the checks, longest first."""
    spent: dict[str, list[float]] = defaultdict(list)
    for event in record.events:
        took = event.get("seconds")
        if event.get("event") in ("step.accepted", "step.refuted") and _real(took):
            spent[tool_title(event.get("tool"), say)].append(float(took))
    checks = [t.verdict.seconds for t in record.checks]
    if any(checks):
        spent[say("again.checks")] = checks
    rows = [(part, sum(values), len(values)) for part, values in spent.items()]
    return sorted(rows, key=lambda row: -row[1])


def elapsed(record: RunRecord) -> float | None:
    """Return the seconds from the first to the last event, or None."""
    times = [e["time"] for e in record.events if _real(e.get("time"))]
    return times[-1] - times[0] if len(times) > 1 else None


def _story(record: RunRecord, number: int, index: int, say: Wording) -> Backtrack:
    event = record.events[index]
    remedy = _remedy(event.get("remedy"))
    refuted = _refuted_step(record.events[:index])
    scores = _scores_around(record, index)
    check = str(event.get("check") or "")
    wished = remedy.reason if remedy and check == USER and remedy.kind == "recompute" else ""
    final = [t.verdict.status for t in record.checks if t.current and t.verdict.check == check]
    return Backtrack(
        number=number,
        at=_clock(record)(event),
        check=check,
        title=say("back.tool_failed", step=tool_title(refuted, say))
        if check == TOOL
        else say.title(str(event.get("title") or "")),
        fact=_fact(event),
        step=tool_title(refuted, say),
        reentered=tool_title(remedy.step if remedy else event.get("blame") or refuted, say),
        remedy=wished or (remedy_words(remedy, say) if remedy else ""),
        why=remedy.reason if remedy and not wished else "",
        columns=remedy_columns(remedy) if remedy else (),
        metric=say.metric(scores.metric) if scores.metric else "",
        metric_before=say.metric(scores.metric_before) if scores.metric_before else "",
        before=scores.before,
        after=scores.after,
        where=scores.where,
        notes=_notes(scores, _together(record, index), say),
        together=_together(record, index),
        settled="fail" not in final if final else None,
    )


def _fact(event: Json) -> str:
    """Return what was wrong; of a tool's error only the sentence that people are told."""
    fact = str(event.get("fact") or event.get("text") or "")
    if event.get("check") != TOOL:
        return fact
    return re.sub(r"^\w+Error: ", "", fact.partition("\n")[0])


def _together(record: RunRecord, index: int) -> tuple[int, ...]:
    """Return the numbers of the backtracks around an event without a trained model between."""
    groups: list[list[int]] = [[]]
    number = mine = 0
    for i, event in enumerate(record.events):
        if event.get("event") == "backtrack":
            number += 1
            groups[-1].append(number)
            mine = number if i == index else mine
        elif _told_of_training(event):
            groups.append([])
    return next(tuple(group) for group in groups if mine in group)


def _told_of_training(event: Json) -> bool:
    return (
        event.get("event") in ("step.accepted", "step.refuted")
        and event.get("tool") == "train_models"
    )


def _refuted_step(events: Sequence[Json]) -> str | None:
    for event in reversed(events):
        if event.get("event") in ("step.refuted", "step.accepted"):
            return event.get("tool")
    return None


def _scores_around(record: RunRecord, index: int) -> Moved:
    """Return the scores of the searches around an event."""
    known = {str(s.get("id")): s for s in record.searches}
    earlier = standing(record.events[: index + 1])
    # A step refuted before anything was trained has no score of its own.
    trained = _refuted_step(earlier[:-1]) not in ("profile_data", "prepare_data")
    old = named(reversed(earlier), known)
    new = named(of_this_round(record.events[index + 1 :]), known, old)
    if len(known) > 1 and old is None and new is None:
        # The log names no search: their order is all that is known.
        backtracks_before = sum(e.get("event") == "backtrack" for e in record.events[:index])
        pair = list(record.searches)[backtracks_before : backtracks_before + 2]
        old, new = (*pair, None, None)[:2]
    return moved(record, old, new, trained=trained)


def _notes(scores: Moved, together: tuple[int, ...], say: Wording) -> tuple[str, str]:
    """Return in words what the score before is and what the score after is."""
    if not scores.metric:
        return "", ""
    metric, before = say.metric(scores.metric), say.metric(scores.metric_before)
    if scores.where == "anew":
        return say("back.anew", metric=before), ""
    if scores.where == "held":
        return (say("back.held", metric=metric),) * 2
    best = say("back.best", metric=metric)
    if len(together) == 1:
        return best, best
    numbers = say("and").join(map(str, together))
    return best, say("back.best_together", metric=metric, numbers=numbers)


def _remedy(value: Any) -> Remedy | None:
    try:
        return Remedy.from_json(value) if isinstance(value, dict) else None
    except ValidationError:
        return None


def _decides(event: Json) -> bool:
    name = str(event.get("event", ""))
    return name in ("step.accepted", "step.refuted", "backtrack") or name.startswith("run.")


def _entry(event: Json, write: Callable[[Json], str], say: Wording) -> Entry:
    name = str(event.get("event"))
    kind = {"step.accepted": "accepted", "step.refuted": "refuted", "backtrack": "backtrack"}.get(
        name, "note"
    )
    title = tool_title(event.get("tool"), say) if name.startswith("step.") else ""
    if kind == "backtrack":
        remedy = _remedy(event.get("remedy"))
        title = say(
            "log.back_to", step=tool_title(remedy.step if remedy else event.get("blame"), say)
        )
    elif kind == "note":
        title = say.name("event", name, name.replace(".", " "))
    args = event.get("args")
    verdicts = tuple(v for v in event.get("verdicts") or () if isinstance(v, dict))
    failed = [v for v in verdicts if v.get("status") == "fail"]
    return Entry(
        at=write(event),
        kind=kind,
        title=title,
        text="\n".join(str(event[k]) for k in ("fact", "text") if event.get(k)),
        outcome=str(event.get("outcome") or ""),
        seconds=event.get("seconds") if _real(event.get("seconds")) else None,
        verdicts=verdicts,
        why=_why(kind, failed, event, say),
        arguments=json.dumps(args, ensure_ascii=False, default=str) if args else "",
    )


def _why(kind: str, failed: list[Json], event: Json, say: Wording) -> str:
    if kind == "refuted" and failed:
        told = [_fact(v) for v in failed if v.get("check") == TOOL]
        ids = say.listed([str(v.get("check")) for v in failed])
        return told[0] if told else say("log.failed", checks=ids)
    if kind in ("refuted", "backtrack"):
        return _fact(event)
    return ""


def _clock(record: RunRecord) -> Callable[[Json], str]:
    start = record.started

    def write(event: Json) -> str:
        when = event.get("time")
        return num.offset(when - start) if start is not None and _real(when) else ""

    return write


def _real(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
