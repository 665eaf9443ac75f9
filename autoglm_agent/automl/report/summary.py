"""The answer as a few lines of plain text, with the figures of the report."""

from __future__ import annotations

from collections import Counter

from autoglm_agent.automl.report import journey
from autoglm_agent.automl.report import numbers as num
from autoglm_agent.automl.report.answer import Scores, answer, standing, unresolved
from autoglm_agent.automl.report.collect import RunRecord, collect
from autoglm_agent.automl.report.words import STATUS
from autoglm_agent.automl.run.workspace import Workspace


def summary_text(workspace: Workspace) -> str:
    """Return the answer, the honest and the naive score, checks, backtracks and paths.

    Args:
        workspace: The run; what has not happened yet is not told.
    """
    record = collect(workspace)
    found = answer(record, "unverified" if unresolved(record) else "verified")
    lines = [found.sentence, *_reason_lines(record, workspace)]
    if found.scores:
        lines += _score_lines(found.scores)
    lines += _check_lines(record)
    lines += [_backtrack_line(b) for b in journey.backtracks(record)]
    lines += _path_lines(record)
    return "\n".join(lines)


def _reason_lines(record: RunRecord, workspace: Workspace) -> list[str]:
    """Say why there is no verdict, where no failing check says it already."""
    if unresolved(record) or not workspace.has("result.json"):
        return []
    message = workspace.read_record("result.json").get("message")
    return [f"Not verified: {message}"] if message else []


def _score_lines(scores: Scores) -> list[str]:
    metric = num.metric_title(scores.metric)
    lines = []
    if scores.corrected is not None:
        value, low, high = map(scores.write, scores.corrected)
        lines.append(
            f"Cross-validation {metric} corrected for choosing: {value} "
            f"(95 % interval {low} to {high})."
        )
    if scores.naive is not None:
        of = f" of {num.count(scores.tried)} tried" if scores.tried > 1 else ""
        lines.append(
            f"Best cross-validation {metric}{of}: {scores.write(scores.naive)} "
            "(choosing the best flatters)."
        )
    if scores.baseline is not None:
        name = f" ({scores.baseline_name})" if scores.baseline_name else ""
        worth = " Not clearly better than that." if scores.beats_baseline is False else ""
        lines.append(f"Baseline{name}: {scores.write(scores.baseline)}.{worth}")
    if scores.reading > 1:
        lines.append(f"Caution: this was reading number {scores.reading} of the held-out rows.")
    return lines


def _check_lines(record: RunRecord) -> list[str]:
    tally = Counter(told.verdict.status for told in standing(record))
    parts = [f"{tally[s]} {STATUS[s][1]}" for s in ("pass", "warn", "fail", "unknown") if tally[s]]
    parts = [
        f"{part}s" if part.endswith("warning") and part != "1 warning" else part for part in parts
    ]
    lines = [f"Checks: {', '.join(parts)}."] if parts else []
    failing = [told.verdict for told in unresolved(record)]
    return lines + [f"  {v.check} {v.title}: {v.fact}" for v in failing]


def _backtrack_line(backtrack: journey.Backtrack) -> str:
    moved = (
        f" ({backtrack.metric} in cross-validation {backtrack.before} -> {backtrack.after})"
        if backtrack.before and backtrack.after
        else ""
    )
    remedy = f" Answer: {backtrack.remedy}{moved}." if backtrack.remedy else moved
    check = "" if backtrack.check == "tool" else f"{backtrack.check} "
    return f"Backtrack {backtrack.number}: {check}{backtrack.fact}{remedy}"


def _path_lines(record: RunRecord) -> list[str]:
    lines = []
    model = (record.search or {}).get("model")
    if model and (record.folder / "models" / str(model)).is_dir():
        lines.append(f"Model: {record.folder / 'models' / str(model)}")
    if (record.folder / "report.html").exists():
        lines.append(f"Report: {record.folder / 'report.html'}")
    return lines
