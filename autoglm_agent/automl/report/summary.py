"""The answer as a few lines of plain text, with the figures of the report."""

from __future__ import annotations

from collections import Counter

from autoglm_agent.automl.report import journey
from autoglm_agent.automl.report import numbers as num
from autoglm_agent.automl.report.answer import (
    Answer,
    Scores,
    answer,
    leading_columns,
    standing,
    unread_lines,
    unresolved,
)
from autoglm_agent.automl.report.collect import RunRecord, collect
from autoglm_agent.automl.report.commands import predict_command
from autoglm_agent.automl.report.plots_forecast import forecast_doubts, forecast_lines
from autoglm_agent.automl.report.wording import Wording, wording_of
from autoglm_agent.automl.run.workspace import Workspace

_DRIVERS = 5
"""Columns that are named as what drives the predictions."""


def summary_text(workspace: Workspace) -> str:
    """Return whether the result is verified, the score, what drives it and what is next.

    The naive score, the baseline, checks, backtracks and paths follow.

    Args:
        workspace: The run; what has not happened yet is not told. Its instruction tells the
            language.
    """
    record = collect(workspace)
    say = wording_of(record.run.get("instruction"))
    record = record.worded(say.language)
    status, message = _status(record, workspace, say)
    found = answer(record, say, status, message)
    lines = [
        say(
            "summary.verified" if status == "verified" else "summary.unverified",
            reason=found.reason,
        ),
        found.sentence,
        *unread_lines(record, say),
        *forecast_lines(record, say)[:2],
        *forecast_doubts(record, say),
        *_driver_lines(record, say),
        *_next_lines(record, found, say),
    ]
    if found.scores:
        lines += _score_lines(found.scores, say)
    lines += _check_lines(record, say)
    lines += [_backtrack_line(b, say) for b in journey.backtracks(record, say)]
    lines += _path_lines(record, say)
    return "\n".join(lines)


def _status(record: RunRecord, workspace: Workspace, say: Wording) -> tuple[str, str]:
    """Return whether the result is verified, and why not where no failing check says it already."""
    if unresolved(record):
        return "unverified", ""
    if not workspace.has("result.json"):
        return "verified", ""
    kept = workspace.read_record("result.json")
    message = say.fact(str(kept.get("message") or ""))
    status = "verified" if kept.get("status") == "verified" else "unverified"
    return status, message if status == "unverified" else ""


def _driver_lines(record: RunRecord, say: Wording) -> list[str]:
    """Name the columns that the predictions rest on most, if the model was explained."""
    names = leading_columns(record)[:_DRIVERS]
    listed = say.listed([say("answer.target", name=name) for name in names])
    return [say("summary.drivers", columns=listed)] if names else []


def _next_lines(record: RunRecord, found: Answer, say: Wording) -> list[str]:
    """Say what to do: predict with what is verified, settle what is not."""
    if found.status == "verified" and found.scores:
        return [say("summary.next", advice=predict_command(record))]
    said = unread_lines(record, say)  # stands by itself already, and would hide what to do
    return [say("summary.next", advice=t) for t in found.advice if t not in said][:1]


def _score_lines(scores: Scores, say: Wording) -> list[str]:
    metric = say.metric(scores.metric)
    lines = []
    if scores.corrected is not None:
        value, low, high = map(scores.write, scores.corrected)
        lines.append(say("summary.corrected", metric=metric, value=value, low=low, high=high))
    if scores.naive is not None:
        naive = scores.write(scores.naive)
        tried = num.count(scores.tried)
        lines.append(
            say("summary.naive_of", metric=metric, n=tried, value=naive)
            if scores.tried > 1
            else say("summary.naive", metric=metric, value=naive)
        )
    if scores.baseline is not None:
        value, name = scores.write(scores.baseline), say.fact(scores.baseline_name)
        told = (
            say("summary.baseline_named", name=name, value=value)
            if name
            else say("summary.baseline", value=value)
        )
        worse = scores.beats_baseline is False
        lines.append(told + (say("summary.not_better") if worse else ""))
    if scores.reading > 1:
        lines.append(say("summary.again", n=scores.reading))
    return lines


def _check_lines(record: RunRecord, say: Wording) -> list[str]:
    tally = Counter(told.verdict.status for told in standing(record))
    parts = [
        say.counted(f"tally.{status}", tally[status])
        for status in ("pass", "warn", "fail", "unknown")
        if tally[status]
    ]
    lines = [say("summary.checks", tally=say.listed(parts))] if parts else []
    failing = [told.verdict for told in unresolved(record)]
    # A warning that a person can do something about is no mere number in the tally.
    failing += [
        told.verdict
        for told in standing(record)
        if told.verdict.status == "warn" and told.verdict.remedies
    ]
    return lines + [
        f"  {v.check} {say.title(v.title)}{say('colon')}{say.fact(v.fact)}" for v in failing
    ]


def _backtrack_line(backtrack: journey.Backtrack, say: Wording) -> str:
    end = say("summary.remedy", remedy=backtrack.remedy) if backtrack.remedy else ""
    end += _moved(backtrack, say)
    fact = say.fact(backtrack.fact)
    if backtrack.check == journey.USER:
        words = backtrack.fact.removeprefix("The user: ").rstrip(".。")
        fact = say("summary.wish", words=words)
        return say("summary.backtrack", n=backtrack.number, told=f"{fact}{end}")
    check = "" if backtrack.check == journey.TOOL else f"{backtrack.check} "
    return say("summary.backtrack", n=backtrack.number, told=f"{check}{fact}{end}")


def _moved(backtrack: journey.Backtrack, say: Wording) -> str:
    """Say what became of the score, if that is known."""
    if not backtrack.before or not (backtrack.after or backtrack.where == "anew"):
        return ""
    key = "summary.moved_best"
    key = "summary.moved_held" if backtrack.where == "held" else key
    key = "summary.moved_anew" if backtrack.where == "anew" else key
    figures = {"before": backtrack.before, "after": backtrack.after}
    return say(key, metric=backtrack.metric_before, **figures)


def _path_lines(record: RunRecord, say: Wording) -> list[str]:
    lines = []
    model = (record.search or {}).get("model")
    if model and (record.folder / "models" / str(model)).is_dir():
        lines.append(say("summary.model", path=record.folder / "models" / str(model)))
    if record.forecasts and (record.folder / "forecasts.csv").exists():
        lines.append(say("summary.forecasts", path=record.folder / "forecasts.csv"))
    if (record.folder / "report.html").exists():
        lines.append(say("summary.report", path=record.folder / "report.html"))
    return lines
