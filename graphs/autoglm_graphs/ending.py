"""How an AutoML run ends: the result as data, the report, and an answer made from both.

The answer is assembled in code from what the harness measured; no model words it, so no model
can invent a figure in it.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

from autoglm_agent.automl.checks.acknowledged import is_stamped, stamped
from autoglm_agent.automl.report import build_report, summary_text
from autoglm_agent.automl.report.answer import best_of_search
from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.chain import Chain, Verdict
from autoglm_agent.errors import AutoGLMError
from autoglm_agent.verifiers.telling import told
from autoglm_graphs.scene import Conclusion, Ending
from autoglm_graphs.settings import seconds_spent
from autoglm_tools.checking import STAGES
from autoglm_tools.session import Session


def conclude_run(session: Session, ending: Ending) -> Conclusion:
    """Write `result.json` and the report; return the answer's text and the result."""
    workspace = session.workspace
    started = time.perf_counter()
    ending = _accepted(workspace, _without_table(workspace, ending))
    status = _status(ending)
    if status == "unverified":
        _foretell(workspace, _told(ending))
    result = _result(workspace, ending, status)
    if status != "failed":
        try:
            workspace.write_json(result, "result.json")
            build_report(workspace, status=status, message=ending.reason)
        except AutoGLMError as error:
            result["message"] = f"{result['message']} The report failed: {error}".strip()
    result["timings"]["report"] = round(time.perf_counter() - started, 3)
    result["timings"]["total"] = round(seconds_spent(workspace), 3)
    workspace.write_json(result, "result.json")
    return Conclusion(_answer(workspace, ending, status), result)


def _without_table(workspace: Workspace, ending: Ending) -> Ending:
    """Tell a run that was answered in words, before any table was read, as what it is."""
    last = ending.refuted
    if last is None or last.tool or ending.verified or ending.error or ending.chain.steps:
        return ending
    named = workspace.read_json("run.json").get("data_name") if workspace.has("run.json") else ""
    if named:
        said = f": it said {told(last.claim)!r}" if last.claim else ""
        kind, message = "ModelError", f"The chat model called no tool to read {named}{said}."
        remedy = "Give a model that can call tools with --model, or leave --model out."
    else:
        kind, message = "InputError", "No table was read."
        remedy = "Name the file in the request, for example: Predict churn. Data: churn.csv"
    error = {"type": kind, "message": message, "remedy": remedy, "candidates": []}
    return replace(ending, error=error)


def _accepted(workspace: Workspace, ending: Ending) -> Ending:
    """Never call verified what rests on a failed check that the user accepted."""
    if not ending.verified:
        return ending
    verdicts = [Verdict.from_json(v) for v in _checks(workspace, _told(ending))]
    told = [f"{v.check}: {v.fact}" for v in verdicts if is_stamped(v)]
    return replace(ending, verified=False, reason=" ".join(told)) if told else ending


def _status(ending: Ending) -> str:
    if ending.verified:
        return "verified"
    return "failed" if ending.error else "unverified"


def _result(workspace: Workspace, ending: Ending, status: str) -> dict[str, Any]:
    chain = _told(ending)
    assessment = _assessment(workspace, chain)
    search = _search(workspace, chain)
    honest = naive = None
    if assessment:
        honest = {"metric": assessment["metric"], "n": assessment["n"], **assessment["score"]}
        naive = {"metric": assessment["metric"], "value": best_of_search(search, assessment)}
    model = search["model"] if search else None
    report = workspace.file("report.html")
    return {
        "run": workspace.path.name,
        "status": status,
        "task": workspace.read_json("task.json") if workspace.has("task.json") else None,
        "honest": honest,
        "corrected": search.get("honest") if search else None,
        "naive": naive,
        "checks": _checks(workspace, chain),
        "backtracks": [e for e in workspace.lines("events.jsonl") if e["event"] == "backtrack"],
        "model": {"id": model, "path": str(workspace.file("models", model))} if model else None,
        "forecasts": _forecasts(workspace, model),
        "timings": _timings(chain),
        "usage": ending.usage.to_json(),
        "paths": {
            "run": str(workspace.path),
            "report": str(report) if status != "failed" else None,
            "events": str(workspace.file("events.jsonl")),
            "ledger": str(workspace.file("ledger.jsonl")),
        },
        "error": ending.error,
        "message": ending.reason,
    }


def _told(ending: Ending) -> Chain:
    """Return the chain with the step that ended it: what it measured is told, unverified."""
    last = ending.refuted
    done = last is not None and last.outcome is not None and last.outcome.ok
    return ending.chain.grown(last) if last is not None and done else ending.chain


def _artifact(chain: Chain, tool: str, key: str) -> str | None:
    index = chain.index_of(tool)
    outcome = chain.steps[index].outcome if index is not None else None
    return str(outcome.artifact[key]) if outcome and key in outcome.artifact else None


def _assessment(workspace: Workspace, chain: Chain) -> dict[str, Any] | None:
    model = _artifact(chain, "evaluate_model", "model_id")
    found = workspace.read_json("assessments", f"{model}.json") if model else None
    return dict(found) if found else None


def _search(workspace: Workspace, chain: Chain) -> dict[str, Any] | None:
    model = _artifact(chain, "train_models", "model_id")
    return dict(workspace.read_json("searches", model, "search.json")) if model else None


def _foretell(workspace: Workspace, chain: Chain) -> None:
    """Forecast by the simple forecast where the checks of the search refuted every model."""
    task = workspace.read_json("task.json") if workspace.has("task.json") else {}
    if task.get("kind") != "forecasting":
        return
    from autoglm_agent.automl.data.profile import Profile
    from autoglm_agent.automl.forecasting.future import save_forecasts
    from autoglm_agent.automl.forecasting.laying import stored_plan
    from autoglm_agent.automl.preparation.prepare import load_prepared

    search = _search(workspace, chain)
    if search is None or _assessment(workspace, chain) is not None:
        return
    prepared = load_prepared(workspace, search["prepared"])
    plan = stored_plan(workspace, prepared.data_id)
    if plan is not None:
        profile = Profile.from_json(workspace.read_json("profile.json"))
        save_forecasts(workspace, prepared, plan, search["model"], profile)


def _forecasts(workspace: Workspace, model: str | None) -> dict[str, Any] | None:
    """Return what the model forecast: how far, of how many series, and the largest of them."""
    told = workspace.read_json("forecasts.json") if workspace.has("forecasts.json") else {}
    if model is None or told.get("model") != model:
        return None
    plain = {k: told[k] for k in ("target", "period", "horizon", "count", "coverage")}
    ahead = ("key", "ahead", "prediction", "low", "high")
    shown = [{k: series[k] for k in ahead} for series in told["series"]]
    return {**plain, "series": shown, "path": str(workspace.file("forecasts.csv"))}


def _checks(workspace: Workspace, chain: Chain) -> list[dict[str, Any]]:
    """Return the verdicts on what the chain holds, stage by stage, and on what refuted it."""
    verdicts: list[dict[str, Any]] = []
    for tool, (stage, key) in STAGES.items():
        object_id = _artifact(chain, tool, key)
        if object_id and workspace.has("checks", f"{stage}-{object_id}.json"):
            verdicts += workspace.read_json("checks", f"{stage}-{object_id}.json")
    return [v.to_json() for v in stamped(workspace, [Verdict.from_json(v) for v in verdicts])]


def _timings(chain: Chain) -> dict[str, float]:
    """Return the seconds of each tool of the chain, by name."""
    return {s.tool: round(s.outcome.seconds, 3) for s in chain.steps if s.tool and s.outcome}


def _answer(workspace: Workspace, ending: Ending, status: str) -> str:
    if status == "failed":
        error = ending.error or {}
        text = str(error.get("message", ending.reason))
        if error.get("candidates"):
            text += f"\nCandidates: {', '.join(map(str, error['candidates']))}"
        if error.get("remedy"):
            text += f"\n{error['remedy']}"
        return text
    return summary_text(workspace)
