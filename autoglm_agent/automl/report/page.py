"""The page: one HTML file with everything in it, safe whatever the data says.

Autoescaping is on, the page has no script, and a content security policy forbids every load:
a table can hold any text, and a report is opened in a browser. Letters that cannot be shown or
that turn the direction of text are replaced.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import ChainableUndefined, Environment, FileSystemLoader

from autoglm_agent.automl.explain.summary import plain_summary
from autoglm_agent.automl.explain.words import Language
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
from autoglm_agent.automl.report.answer import answer
from autoglm_agent.automl.report.collect import Json, RunRecord, collect
from autoglm_agent.automl.report.svg import clip
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
    """
    record = collect(workspace)
    template = _environment().get_template("report.html")
    html = template.render(**_context(record, status, message))
    return workspace.write_bytes(_UNSHOWABLE.sub("\ufffd", html).encode(), "report.html")


def cell(value: object, limit: int = 160) -> str:
    """Return data for a table cell: shortened, and no formula when pasted elsewhere."""
    text = clip(value, limit)
    return f"'{text}" if _FORMULA.match(text) and not _is_number(text) else text


def language(text: str) -> str:
    """Return the language tag of an instruction: `zh`, `ja`, `ko`, or `und` (undetermined)."""
    scripts = {unicodedata.name(letter, "").split(" ")[0] for letter in text if letter > "\u2e7f"}
    if scripts & {"HIRAGANA", "KATAKANA"}:
        return "ja"
    return "ko" if "HANGUL" in scripts else "zh" if "CJK" in scripts else "und"


def _context(record: RunRecord, status: str, message: str) -> Json:
    told = details.slots(record)
    log = journey.decision_log(record)
    result = answer(record, status, message)
    return {
        "css": (_TEMPLATES / "report.css").read_text(encoding="utf-8"),
        "record": record,
        "answer": result,
        "lang": language(result.instruction),
        "plain_lang": "zh" if language(result.instruction) == "zh" else "en",
        "plain": _plain_words(record, status, result.instruction),
        "slices": [s for s in (_explained(record).get("slices") or []) if isinstance(s, dict)],
        "verdicts": details.verdict_rows(record),
        "left_behind": details.left_behind(record),
        "backtracks": journey.backtracks(record),
        "log": log[: journey.MAX_ENTRIES],
        "unlogged": max(0, len(log) - journey.MAX_ENTRIES),
        "timings": journey.timings(record),
        "elapsed": journey.elapsed(record),
        "slots": told,
        "marked": details.marked(result.instruction, told),
        "columns": details.columns(record),
        "candidates": details.candidates(record),
        "provenance": details.provenance(record),
        "split": details.split_words(record),
        "findings": findings.findings(record),
        "found": findings.found(record),
        "snippet": _snippet(record),
        "plots": _plots(record, result.scores),
        "num": numbers,
        "words": words,
    }


def _explained(record: RunRecord) -> Json:
    """Return the explanation; empty if there is none."""
    return record.explain or {}


def _plain_words(record: RunRecord, status: str, instruction: str) -> list[str]:
    """Return the plain summary in the language of the instruction; empty without its parts."""
    found, assessment = record.explain, record.assessment
    if not found or not found.get("importance") or not assessment or not assessment.get("score"):
        return []
    honest = {
        "metric": assessment.get("metric"), "n": assessment.get("n"), **assessment["score"],
    }  # fmt: skip
    chosen: Language = "zh" if language(instruction) == "zh" else "en"
    try:
        return plain_summary(found, {"status": status, "honest": honest}, language=chosen)
    except (KeyError, TypeError, ValueError):
        return []  # a damaged explanation must not cost the report


def _plots(record: RunRecord, scores: Any) -> Json:
    assessment, search = record.assessment or {}, record.search or {}
    explain, residuals = _explained(record), assessment.get("residuals") or {}
    target = _target_column(record)
    numeric = record.task is not None and record.task.kind == "regression"
    return {
        "score": plots_scores.score_plot(scores) if scores else None,
        "importance": plots_model.importance_plot(explain),
        "effects": plots_model.effect_plots(explain),
        "calibration": plots_scores.calibration_plot(
            assessment.get("calibration") or [], len(assessment.get("classes") or ()) > 2
        ),
        "confusion": plots_scores.confusion(assessment),
        "predicted": plots_scores.predicted_plot(residuals),
        "residuals": plots_scores.residual_plot(residuals),
        "search": plots_model.search_plot(search),
        "weights": plots_model.weights_plot(search),
        "pareto": plots_tradeoffs.pareto_plot(_tradeoffs(record)),
        "balance": None
        if numeric
        else plots_scores.balance_plot(
            target.get("levels") or [], int((record.profile or {}).get("rows") or 0)
        ),
        "target": plots_scores.histogram(residuals.get("actual") or [], "target, held-out rows")
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
    return (
        "from autoglm_agent.automl.models.fitted import FittedModel\n"
        "from autoglm_agent.automl.data.table import read_table\n"
        "from autoglm_agent.automl.run.workspace import open_run\n\n"
        f"model = FittedModel.load(open_run({run}), {json.dumps(str(model))})\n"
        'predictions = model.predict(read_table("new.csv").frame)\n'
    )


@lru_cache(maxsize=1)
def _environment() -> Environment:
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
        "share": _unbroken(numbers.share),
        "plain": numbers.plain,
        "seconds": _unbroken(numbers.seconds),
        "metric": numbers.metric_title,
    }
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
