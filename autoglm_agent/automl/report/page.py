"""The page: one HTML file with everything in it, safe whatever the data says.

Autoescaping is on, the page has no script, and a content security policy forbids every load:
a table can hold any text, and a report is opened in a browser. Letters that cannot be shown or
that turn the direction of text are replaced.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import ChainableUndefined, Environment, FileSystemLoader

from autoglm_agent.automl.explain.summary import MOST_DRIVERS, plain_summary
from autoglm_agent.automl.report import (
    details,
    findings,
    journey,
    numbers,
    plots_model,
    plots_scores,
    plots_tradeoffs,
    words,
)
from autoglm_agent.automl.report.answer import answer, leading_columns, named_data, not_run
from autoglm_agent.automl.report.collect import Json, RunRecord, collect
from autoglm_agent.automl.report.commands import feedback_command, predict_command
from autoglm_agent.automl.report.plots_forecast import forecasts_of
from autoglm_agent.automl.report.svg import clip
from autoglm_agent.automl.report.wording import Language, Wording, script_of, wording, wording_of
from autoglm_agent.automl.run.workspace import Workspace

_TEMPLATES = Path(__file__).parent / "templates"
# Controls, lone surrogates, and the marks that reorder text (bidi embeddings and isolates).
_UNSHOWABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]"
)
# A spreadsheet into which a table is pasted takes these for the beginning of a formula.
_FORMULA = re.compile(r"^[=+\-@\t\r]")


def build_report(workspace: Workspace, *, status: str, message: str = "") -> Path:
    """Write `report.html` into the run folder and return its path.

    Args:
        workspace: The run; whatever files it lacks, the report leaves out.
        status: `verified`, `unverified`, or another word for how the run ended.
        message: Why, in one sentence; by default told from the verdicts.

    The page is in Chinese if the instruction is, else in English.
    """
    record = collect(workspace)
    say = wording_of(record.run.get("instruction"))
    record = record.worded(say.language)
    template = _environment(say.language).get_template("report.html")
    html = template.render(**_context(record, say, status, message))
    return workspace.write_bytes(_UNSHOWABLE.sub("\ufffd", html).encode(), "report.html")


def cell(value: object, limit: int = 160) -> str:
    """Return data for a table cell: shortened, and no formula when pasted elsewhere."""
    text = clip(value, limit)
    return f"'{text}" if _FORMULA.match(text) and not _is_number(text) else text


def _context(record: RunRecord, say: Wording, status: str, message: str) -> Json:
    told = details.slots(record, say)
    log = journey.decision_log(record, say)
    result = answer(record, say, status, message)
    verdicts = details.verdict_rows(record)
    return {
        "css": (_TEMPLATES / "report.css").read_text(encoding="utf-8"),
        "record": record,
        "data_name": named_data(record, say),
        "answer": result,
        "spoken": script_of(result.instruction),
        "plain": _plain_words(record, say, status),
        "drivers": leading_columns(record)[:MOST_DRIVERS],
        "slices": [s for s in (_explained(record).get("slices") or []) if isinstance(s, dict)],
        "verdicts": verdicts,
        "applied": [v for v in verdicts if v.verdict.status != "na" and not not_run(v)],
        "not_run": [v for v in verdicts if not_run(v)],
        "idle": [v for v in verdicts if v.verdict.status == "na"],
        "left_behind": details.left_behind(record),
        "backtracks": journey.backtracks(record, say),
        "log": log[: journey.MAX_ENTRIES],
        "unlogged": max(0, len(log) - journey.MAX_ENTRIES),
        "timings": journey.timings(record, say),
        "elapsed": journey.elapsed(record),
        "slots": told,
        "marked": details.marked(result.instruction, told),
        "columns": details.columns(record, say),
        "candidates": details.candidates(record),
        "provenance": details.provenance(record, say),
        "split": details.split_words(record, say),
        "findings": findings.findings(record, say),
        "found": findings.found(record),
        "snippet": _snippet(record),
        "predict_command": predict_command(record),
        "feedback_command": feedback_command(record, say("score.wish")),
        "plots": _plots(record, say, result.scores),
        "forecasts": forecasts_of(record, say),
        "num": numbers,
        "signs": words.SIGNS,
    }


def _explained(record: RunRecord) -> Json:
    """Return the explanation; empty if there is none."""
    return record.explain or {}


def _plain_words(record: RunRecord, say: Wording, status: str) -> list[str]:
    """Return the plain summary in the language of the instruction; empty without its parts."""
    found, assessment = record.explain, record.assessment
    if not found or not found.get("importance") or not assessment or not assessment.get("score"):
        return []
    metric = say.metric(str(assessment.get("metric")))
    honest = {"metric": metric, "n": assessment.get("n"), **assessment["score"]}
    named = {**found, "metric": say.metric(str(found.get("metric")))}
    try:
        return plain_summary(named, {"status": status, "honest": honest}, language=say.language)
    except (KeyError, TypeError, ValueError):
        return []  # a damaged explanation must not cost the report


def _plots(record: RunRecord, say: Wording, scores: Any) -> Json:
    assessment, search = record.assessment or {}, record.search or {}
    explain, residuals = _explained(record), assessment.get("residuals") or {}
    target = _target_column(record)
    numeric = record.task is not None and record.task.kind in ("regression", "forecasting")
    return {
        "score": plots_scores.score_plot(scores, say) if scores else None,
        "importance": plots_model.importance_plot(explain, say),
        "effects": plots_model.effect_plots(explain, say),
        "calibration": plots_scores.calibration_plot(
            assessment.get("calibration") or [], say, len(assessment.get("classes") or ()) > 2
        ),
        "confusion": plots_scores.confusion(assessment),
        "predicted": plots_scores.predicted_plot(residuals, say),
        "residuals": plots_scores.residual_plot(residuals, say),
        "search": plots_model.search_plot(search, say),
        "weights": plots_model.weights_plot(search, say),
        "pareto": plots_tradeoffs.pareto_plot(_tradeoffs(record), say),
        "balance": None
        if numeric
        else plots_scores.balance_plot(
            target.get("levels") or [], int((record.profile or {}).get("rows") or 0), say
        ),
        "target": plots_scores.histogram(
            residuals.get("actual") or [], say("plot.target_axis"), say
        )
        if numeric
        else None,
    }


def _tradeoffs(record: RunRecord) -> Json:
    """Return what `pareto` found for the final search; empty if it was not asked for."""
    search = (record.search or {}).get("id")
    found = record.tradeoffs or {}
    return found if search and found.get("search") == search else {}


def _target_column(record: RunRecord) -> Json:
    columns: list[Json] = (record.profile or {}).get("columns") or []
    target = record.task.target if record.task else None
    return next((c for c in columns if target and c.get("name") == target), {})


def _snippet(record: RunRecord) -> str:
    """Return Python that loads the model and predicts, or an empty string without a model."""
    model = (record.search or {}).get("model") or (record.assessment or {}).get("model")
    if not model or not record.task or not (record.search or {}).get("candidates"):
        return ""
    run = json.dumps(record.id, ensure_ascii=False)
    if record.forecasts:
        return (
            "from autoglm_agent.automl.predict import predict_file\n"
            "from autoglm_agent.automl.run.workspace import open_run\n\n"
            f'forecasts = predict_file(open_run({run}), "longer_history.csv")\n'
        )
    return (
        "from autoglm_agent.automl.models.fitted import FittedModel\n"
        "from autoglm_agent.automl.data.table import read_table\n"
        "from autoglm_agent.automl.run.workspace import open_run\n\n"
        f"model = FittedModel.load(open_run({run}), {json.dumps(str(model))})\n"
        'predictions = model.predict(read_table("new.csv").frame)\n'
    )


@lru_cache(maxsize=2)
def _environment(language: Language) -> Environment:
    """Return the environment of a language: its templates ask `t` for words by key."""
    say = wording(language)
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        # A field that a file lacks leaves a gap; it must not cost the report.
        undefined=ChainableUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "cell": cell,
        "clip": clip,
        "count": numbers.count,
        "share": _unbroken(say.share),
        "plain": numbers.plain,
        "seconds": _unbroken(say.seconds),
        "metric": say.metric,
        "told": say.told,
    }
    environment.globals["t"] = say
    return environment


def _unbroken(write: Callable[..., str]) -> Callable[..., str]:
    """Keep a figure and its unit on one line."""
    return lambda *args: write(*args).replace(" ", "\u00a0")


def _is_number(text: str) -> bool:
    try:
        float(text.replace(",", ""))
    except ValueError:
        return False
    return True
