"""Trying to refute what is claimed of a run, from its files alone and not from what was said.

Whoever claims a result is not who checks it here: the score is computed again from the stored
predictions, the truth is read again from the data, the prose is held against the ledger.
"""

from __future__ import annotations

import io
import math
from typing import Any

import numpy as np

from autoglm_agent.automl.preparation.prepare import Prepared, load_prepared
from autoglm_agent.automl.preparation.vault import Vault
from autoglm_agent.automl.report.collect import collect
from autoglm_agent.automl.report.grounding import Grounding
from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.automl.scoring import metrics
from autoglm_agent.chain import Verdict

ROOM = 1e-6
"""Difference of two computations of one score that is rounding."""


def refute(workspace: Workspace, claim: dict[str, Any], prose: str = "") -> list[Verdict]:
    """Return what speaks against a claimed result; a `fail` refutes it.

    Args:
        workspace: The run that is claimed to have given it.
        claim: The result: `status`, `honest` (`metric`, `value`), `model` (`id`), `checks`.
        prose: Words in which it is told; every figure in them must have been measured.
    """
    verdicts = [_score(workspace, claim), _readings(workspace, claim), _checks(claim)]
    if prose:
        verdicts.append(Grounding.of_run(collect(workspace)).ground(prose).verdict())
    return verdicts


def _score(workspace: Workspace, claim: dict[str, Any]) -> Verdict:
    """V01: the claimed score is what the stored predictions give against the truth."""
    honest, model = claim.get("honest") or {}, (claim.get("model") or {}).get("id")
    if not honest or not model or not workspace.has("assessments", f"{model}.json"):
        return Verdict(check="V01", status="na", fact="No score is claimed.")
    assessment = workspace.read_record("assessments", f"{model}.json", keys=("prepared",))
    value = _recomputed(workspace, assessment, honest["metric"])
    claimed = float(honest["value"])
    wrong = not math.isclose(value, claimed, rel_tol=ROOM, abs_tol=ROOM)
    fact = f"{honest['metric']} of the stored predictions is {value:.6g}; {claimed:.6g} is claimed."
    return Verdict(
        check="V01",
        title="Claimed score recomputed",
        status="fail" if wrong else "pass",
        fact=fact,
        statistic=abs(value - claimed) if math.isfinite(value) else None,
        threshold=ROOM,
        evidence={"recomputed": value if math.isfinite(value) else None, "claimed": claimed},
        blame="evaluate_model" if wrong else None,
    )


def _recomputed(workspace: Workspace, assessment: dict[str, Any], metric: str) -> float:
    import pandas as pd

    prepared: Prepared = load_prepared(workspace, assessment["prepared"])
    problem = prepared.problem
    data = workspace.read_bytes("predictions", f"holdout-{assessment['model']}.parquet")
    frame = pd.read_parquet(io.BytesIO(data))
    if not problem.is_classification:
        y = frame["actual"].to_numpy(dtype=float)
        return float(metrics.score(metric, y, frame["predicted"].to_numpy(dtype=float), problem))
    codes = {label: code for code, label in enumerate(problem.classes)}
    y = np.array([codes[label] for label in frame["actual"]])
    shares = frame[[f"p_{label}" for label in problem.classes]].to_numpy(dtype=float)
    threshold = assessment.get("threshold") or 0.5
    return float(metrics.score(metric, y, shares, problem, threshold))


def _readings(workspace: Workspace, claim: dict[str, Any]) -> Verdict:
    """V03: the sealed rows were read once."""
    if not claim.get("honest"):
        return Verdict(check="V03", status="na", fact="No score is claimed.")
    count = len(Vault.readings(workspace))
    return Verdict(
        check="V03",
        title="Sealed rows read once",
        status="pass" if count == 1 else "fail",
        fact=f"The sealed rows were read {count} times.",
        statistic=float(count),
        threshold=1.0,
        blame=None if count == 1 else "evaluate_model",
    )


def _checks(claim: dict[str, Any]) -> Verdict:
    """The machine's own refutations contradict a claim of `verified`."""
    failed = [c for c in claim.get("checks") or () if c.get("status") == "fail"]
    error = claim.get("error") or {}
    wrong = bool(failed or error or claim.get("status") != "verified")
    facts = [f"{c['check']}: {c['fact']}" for c in failed]
    facts += [str(error["message"])] if error.get("message") else []
    facts = facts or [str(claim.get("message") or f"The status is {claim.get('status')}.")]
    return Verdict(
        check="status",
        title="Nothing stands refuted",
        status="fail" if wrong else "pass",
        fact=" ".join(facts) if wrong else "Every check of the run passed or does not apply.",
        blame=str(failed[0].get("blame") or "report") if failed else None,
    )
