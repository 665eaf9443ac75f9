"""The one assessment of a model of texts or images, the checks, and the run's result."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from autoglm_agent.automl.checks.context import CheckContext
from autoglm_agent.automl.checks.registry import Check, catalogue, run_one
from autoglm_agent.automl.preparation.grouping import hash_rows
from autoglm_agent.automl.preparation.prepare import Prepared
from autoglm_agent.automl.preparation.vault import Vault
from autoglm_agent.automl.raw.choosing import Chosen, choose
from autoglm_agent.automl.raw.inputs import ALIKE, CONTENT, Family, RawInputs, RawModel
from autoglm_agent.automl.raw.sealing import seal
from autoglm_agent.automl.raw.shortcuts import Learned, check_shortcuts
from autoglm_agent.automl.run.clock import Deadline
from autoglm_agent.automl.run.events import Listener, silent
from autoglm_agent.automl.run.ledger import Ledger
from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.automl.scoring.assess import assess_model
from autoglm_agent.chain import Verdict, refutations

Json = dict[str, Any]

ASKED = ("V01", "V03", "V04", "V30", "V32")
"""Checks of the catalogue that are asked of raw inputs, besides V10, V15, V16, V34 and V38."""


class _OnFrames:
    """A model of values, asked by tables as the vault hands them out."""

    def __init__(self, model: RawModel, inputs: RawInputs) -> None:
        self._model, self._inputs = model, inputs

    def predict(self, frame: pd.DataFrame) -> np.ndarray:
        return self._model.predict(self._inputs.decode(frame))


def run_raw(
    workspace: Workspace,
    inputs: RawInputs,
    families: Sequence[Family],
    *,
    instruction: str,
    metric: str | None = None,
    seconds: float | None = None,
    seed: int = 0,
    listener: Listener = silent,
) -> Json:
    """Seal, choose, assess once, check, and write everything down.

    Args:
        workspace: The run's folder.
        inputs: What was read.
        families: What is tried, the surest first.
        instruction: What was asked, for people.
        metric: scikit-learn's name; accuracy by default.
        seconds: For all of it.
        seed: Of the division and every model.
        listener: Told of progress.

    Returns:
        The result, also in `result.json`; a run that has one returns it again.

    Raises:
        InputError: If the inputs cannot be learned from.
    """
    if workspace.has("result.json"):
        return workspace.read_record("result.json", keys=("status",))
    deadline, began = Deadline(seconds), time.monotonic()
    asked = {"id": workspace.path.name, "instruction": instruction, "data": inputs.source}
    workspace.write_json({**asked, "seed": seed, "kind": inputs.kind}, "run.json")
    prepared = seal(workspace, inputs, metric=metric, seed=seed)
    chosen = choose(
        workspace, inputs, prepared, families, deadline=deadline.share(0.9), listener=listener
    )
    search = chosen.search
    assessment = assess_model(
        workspace,
        prepared,
        chosen.model_id,
        _OnFrames(chosen.model, inputs),
        naive_score=search["score"],
        cv_score=search["ensemble_score"],
        threshold=0.5,
        consent=False,
        seed=seed,
    )
    robustness = _robustness(inputs, prepared, chosen)
    verdicts = _verdicts(workspace, inputs, prepared, chosen, assessment, robustness)
    workspace.write_json(
        [v.to_json() for v in verdicts], "checks", f"assessment-{chosen.model_id}.json"
    )
    result = _result(workspace, inputs, prepared, chosen, assessment, robustness, verdicts)
    # The page's templates are loaded when there is a page to write.
    from autoglm_agent.automl.report import build_report

    page = build_report(workspace, status=result["status"], message=result["message"])
    result["report"] = str(page)
    result["seconds"] = round(time.monotonic() - began, 3)
    workspace.write_json(result, "result.json")
    workspace.log({"event": "run.done", "status": result["status"]})
    return result


def _robustness(inputs: RawInputs, prepared: Prepared, chosen: Chosen) -> Json:
    """Accuracy on spoilt inputs by accuracy on clean ones, on rows the model has not seen.

    The rows are those of the first fold and the model is the one trained on the other folds, so
    that the vault stays closed.
    """
    values = inputs.decode(prepared.X.iloc[chosen.first_rows])
    y = prepared.y[chosen.first_rows]
    clean = float((chosen.first.predict(values).argmax(axis=1) == y).mean())
    told: Json = {"clean": round(clean, 4), "n": len(y), "noisy": {}, "scores": {}}
    for i, (name, disturb) in enumerate(inputs.disturbances.items()):
        rng = np.random.default_rng([prepared.seed, 38, i])
        noisy = float((chosen.first.predict(disturb(values, rng)).argmax(axis=1) == y).mean())
        told["noisy"][name] = round(noisy, 4)
        if clean > 0:
            told["scores"][name] = round(noisy / clean, 4)
    return told


def _verdicts(
    workspace: Workspace, inputs: RawInputs, prepared: Prepared, chosen: Chosen, assessment: Json,
    robustness: Json,
) -> list[Verdict]:  # fmt: skip
    context = CheckContext(
        workspace,
        prepared.task,
        prepared=prepared,
        search=chosen.search,
        assessment=assessment,
        seed=prepared.seed,
    )
    asked = [
        check for check in catalogue()
        if (check.id in ASKED and (check.stage == "assessment" or check.id == "V03"))
        or check.id == "V34"
    ]  # fmt: skip
    own = [
        Check(
            "V10",
            "Labels given away",
            "data",
            lambda c: _check_shortcuts(c, inputs, chosen, robustness),
            0.1,
        ),
        Check(
            "V15",
            "Equal inputs across the split",
            "data",
            lambda c: _check_duplicates(c, "V15", CONTENT, "equal to"),
            0.1,
        ),
        Check(
            "V16",
            "Near copies across the split",
            "data",
            lambda c: _check_duplicates(c, "V16", ALIKE, "almost equal to"),
            0.1,
        ),
        Check(
            "V38", "Spoilt inputs", "assessment", lambda c: _check_robustness(c, robustness), 0.1
        ),
    ]
    return [run_one(check, context) for check in [*asked, *own]]


def _check_duplicates(context: CheckContext, check: str, column: str, how: str) -> Verdict:
    """V15 and V16: no held-out input equals a training input, byte by byte or almost."""
    prepared = context.need_prepared()
    held = Vault(context.workspace, prepared.vault_id).row_hashes([column])
    shared = int(np.isin(held, hash_rows(prepared.X[[column]])).sum())
    are = "is" if shared < 2 else "are"
    return Verdict(
        check=check,
        status="fail" if shared else "pass",
        fact=f"{shared or 'None'} of {len(held)} held-out inputs {are} {how} a training input.",
        statistic=shared,
        threshold=0,
        n=len(held),
        blame="prepare_data" if shared else None,
    )


def _check_shortcuts(
    context: CheckContext, inputs: RawInputs, chosen: Chosen, robustness: Json
) -> Verdict:
    """V10: see `shortcuts`."""
    prepared = context.need_prepared()
    held = chosen.first_rows
    train = np.setdiff1d(np.arange(len(prepared.y)), held)
    learned = Learned(train, held, float(robustness["clean"]))
    values = inputs.decode(prepared.X)
    return check_shortcuts(inputs, values, prepared.y, prepared.problem.classes, learned)


def _check_robustness(context: CheckContext, robustness: Json) -> Verdict:
    """V38: what the world does to inputs leaves most of the accuracy."""
    scores, least = robustness["scores"], context.thresholds.robust_warn
    if not scores:
        return Verdict(check="V38", status="na", fact="Nothing to spoil, or nothing right.")
    worst = min(scores, key=lambda name: scores[name])
    weak = scores[worst] < least
    return Verdict(
        check="V38",
        status="warn" if weak else "pass",
        fact=f"With {worst} {scores[worst]:.0%} of the accuracy is left.",
        statistic=scores[worst],
        threshold=least,
        n=robustness["n"],
        evidence=robustness,
    )


def _result(
    workspace: Workspace,
    inputs: RawInputs,
    prepared: Prepared,
    chosen: Chosen,
    assessment: Json,
    robustness: Json,
    verdicts: Sequence[Verdict],
) -> Json:
    failing = refutations(verdicts)
    _record(workspace, robustness)
    score = {"metric": assessment["metric"], "n": assessment["n"], **assessment["score"]}
    return {
        "run": workspace.path.name,
        "status": "unverified" if failing else "verified",
        "kind": inputs.kind,
        "task": prepared.task.to_json(),
        "classes": list(prepared.problem.classes),
        "rows": len(prepared.X),
        "honest": score,
        "corrected": chosen.search["honest"],
        "naive": {"metric": assessment["metric"], "value": assessment["naive"]},
        "baseline": assessment["baseline"],
        "gain": assessment["gain"],
        "robustness": robustness,
        "model": {
            "id": chosen.model_id,
            "family": chosen.search["best"],
            "path": str(workspace.file("models", chosen.model_id)),
        },
        "candidates": chosen.search["candidates"],
        "checks": [verdict.to_json() for verdict in verdicts],
        "notes": list(prepared.notes),
        "message": " ".join(v.fact for v in failing),
    }


def _record(workspace: Workspace, robustness: Json) -> None:
    ledger = Ledger(workspace)
    for name, value in robustness["scores"].items():
        ledger.record(f"robustness.{name}", value, unit="share", source="V38", n=robustness["n"])


def told(result: Json) -> str:
    """Return a result as a few lines for people."""
    honest, plain = result["honest"], result["baseline"]
    name = result["model"]["family"]
    lines = [
        f"{result['status'].upper()}: {name} has {honest['metric']} {honest['value']:.4f} "
        f"({honest['low']:.4f} to {honest['high']:.4f}) on {honest['n']} held-out "
        f"{result['kind']}s, which were read once.",
        f"The simplest answer ({plain['name']}) has {plain['value']:.4f}; cross-validation said "
        f"{result['naive']['value']:.4f}, and {result['corrected']['value']:.4f} once the choice "
        "is paid for.",
    ]
    scores = result["robustness"]["scores"]
    if scores:
        left = ", ".join(f"{key} {value:.3f}" for key, value in scores.items())
        lines.append(f"Accuracy left (noisy / clean): {left}.")
    lines += [f"{v['check']} {v['status']}: {v['fact']}" for v in result["checks"]
              if v["status"] in ("fail", "warn", "unknown")]  # fmt: skip
    lines += [f"Note: {note}" for note in result["notes"]]
    return "\n".join(lines)
