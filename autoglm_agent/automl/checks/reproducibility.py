"""V06: the same seed gives the same model.

The best candidate whose training no clock has cut is trained a second time with the same data,
folds, parameters and seed, and its predictions are compared with the stored ones. Its id is a
digest of all of these, so it is surely the same candidate that is trained.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autoglm_agent.automl.checks.context import CheckContext, NotApplicableError
from autoglm_agent.automl.checks.registry import Check
from autoglm_agent.automl.checks.stored import stored_oof
from autoglm_agent.automl.preparation.prepare import Prepared
from autoglm_agent.automl.run.clock import Deadline
from autoglm_agent.automl.scoring.metrics import oriented
from autoglm_agent.chain import Remedy, Verdict

MOST_SECONDS = 6.0
"""Longest training that is done again without a time limit."""
SAME = 1e-6
"""Greatest difference that summing in another order explains, several threads included."""
_TOLD = ("split", "fitted", "repeats")


def check_same_seed(context: CheckContext) -> Verdict:
    """V06: trained again with the same seed, a candidate predicts the same."""
    prepared, search = context.need_target(), context.need_search()
    limit = min(MOST_SECONDS, 0.6 * context.deadline.left)
    oof = stored_oof(context)
    for candidate in _eligible(search, limit):
        again = _trained_again(prepared, candidate, context.seed)
        if again is None or candidate["id"] not in oof:
            continue
        stored = oof[candidate["id"]]
        scale = max(1.0, float(np.nanmax(np.abs(stored))))
        gap = float(np.nanmax(np.abs(again - stored))) / scale
        same = gap <= SAME and bool((np.isfinite(again) == np.isfinite(stored)).all())
        fact = f"{candidate['name']}, trained again with the same seed, predicts the same."
        if not same:
            fact = f"{candidate['name']}, trained again with the same seed, predicts otherwise "
            fact += f"(by {gap:.2g})."
        retrain = Remedy(kind="retrain", step="train_models", reason="Fix the seeds and threads.")
        return Verdict(
            check="V06",
            status="pass" if same else "fail",
            fact=fact,
            statistic=float(f"{gap:.3g}"),
            threshold=SAME,
            n=len(stored),
            evidence={"candidate": candidate["id"]},
            remedies=() if same else (retrain,),
            blame=None if same else "train_models",
        )
    raise NotApplicableError("No candidate can be trained again as it was within the time.")


def _eligible(search: dict[str, Any], limit: float) -> list[dict[str, Any]]:
    """Return the candidates that a clock has not cut, the best first."""
    found = [
        c
        for c in search["candidates"]
        if c["status"] == "done"
        and c["family"] != "baseline"
        and c["seconds"] <= limit
        and not c["params"].get("split")
        and not c["params"].get("repeats")
        and not any(info.get("cut") for info in c["params"].get("fitted") or [{"cut": True}])
    ]
    return sorted(found, key=lambda c: -oriented(search["metric"], c["score"]))[:3]


def _trained_again(prepared: Prepared, candidate: dict[str, Any], seed: int) -> np.ndarray | None:
    """Return the predictions of a second training; None if it is not the same candidate."""
    from autoglm_agent.automl.models.base import OutOfTime
    from autoglm_agent.automl.run.processors import processors
    from autoglm_agent.automl.search.study import Study
    from autoglm_agent.automl.search.train import Spec, candidate_id, train

    params = {k: v for k, v in candidate["params"].items() if k not in _TOLD}
    for interpretable in (False, True):
        study = Study.of(
            prepared.X, prepared.y, prepared.problem, prepared.folds,
            exchangeable=prepared.plan.oob_allowed, kinds=prepared.kinds, weight=None, seed=seed,
            threads=processors(), interpretable=interpretable,
        )  # fmt: skip
        for view in ("tree", "linear"):
            spec = Spec(candidate["name"], candidate["family"], params, view)
            if candidate_id(spec, study) == candidate["id"]:
                try:
                    return train(spec, study, Deadline(None)).oof
                except OutOfTime:
                    return None
    return None


CHECKS = (Check("V06", "The same seed, the same model", "search", check_same_seed, 2.0, worth=3),)
