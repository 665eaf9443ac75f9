"""Cross-validation of the candidates, the corrected score, and the winner's own training."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from autoglm_agent.automl.preparation.prepare import Prepared
from autoglm_agent.automl.preparation.split import fold_pairs
from autoglm_agent.automl.raw.blend import Blend
from autoglm_agent.automl.raw.inputs import Family, RawInputs, RawModel, Values
from autoglm_agent.automl.run.arrays import to_npz
from autoglm_agent.automl.run.clock import Deadline
from autoglm_agent.automl.run.events import Listener, silent
from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.automl.scoring.honest import honest_score
from autoglm_agent.automl.scoring.metrics import oriented, score
from autoglm_agent.chain import digest
from autoglm_agent.errors import AutoGLMError, InputError

Json = dict[str, Any]

FINAL = 0.3
"""Share of the time that is kept for the winner's training on all rows."""


@dataclass
class Chosen:
    """The winner of a search.

    Attributes:
        model_id: Names the search and the model.
        model: Trained on all training rows.
        search: The content of `search.json`.
        first: The winner's model of the first fold, which has not seen `first_rows`.
        first_rows: Positions among the training rows.
    """

    model_id: str
    model: RawModel
    search: Json
    first: RawModel
    first_rows: np.ndarray


@dataclass
class _Candidate:
    family: Family
    oof: np.ndarray
    scores: list[float] = field(default_factory=list)
    first: RawModel | None = None
    seconds: float = 0.0
    error: str = ""

    def complete(self, folds: int) -> bool:
        return len(self.scores) == folds


def choose(
    workspace: Workspace,
    inputs: RawInputs,
    prepared: Prepared,
    families: Sequence[Family],
    *,
    deadline: Deadline,
    listener: Listener = silent,
) -> Chosen:
    """Try the families, choose the best by cross-validation, and train it on all rows.

    A family that has not finished every fold when its time is up is not chosen; the first one is
    always finished.

    Args:
        workspace: The run's folder.
        inputs: What was read; tells how values are decoded.
        prepared: The division.
        families: What is tried, the surest first.
        deadline: Of search and final training.
        listener: Told of each candidate.

    Raises:
        InputError: If no family could be fitted.
    """
    began = time.monotonic()
    values = inputs.decode(prepared.X)
    tried: list[_Candidate] = []
    for i, family in enumerate(families):
        rest = sum(f.fraction for f in families[i:])
        share = (1 - FINAL) * family.fraction / rest
        tried.append(_cross_validated(family, values, prepared, deadline.share(share), i == 0))
        listener(_event(tried[-1], prepared))
    folds = int(prepared.folds.max()) + 1
    usable = [c for c in tried if c.complete(folds)]
    if not usable:
        raise InputError(
            f"No model could be trained: {tried[0].error or 'out of time'}.", "Give more time."
        )
    problem = prepared.problem
    usable.sort(key=lambda c: oriented(problem.metric, _whole(c, prepared)), reverse=True)
    if len(usable) > 1:
        tried.append(_blended(usable[0], usable[1], prepared))
        usable.append(tried[-1])
    best = max(usable, key=lambda c: oriented(problem.metric, _whole(c, prepared)))
    model_id = digest([prepared.id, best.family.name, [f.name for f in families]])
    model = best.family.fit(
        values, prepared.y, problem.width, seed=prepared.seed, deadline=deadline
    )
    model.save(workspace, model_id)
    search = _search(model_id, tried, best, prepared, time.monotonic() - began)
    workspace.write_bytes(to_npz(_oofs(usable, best)), "searches", model_id, "oof.npz")
    workspace.write_json(search, "searches", model_id, "search.json")
    rows = np.flatnonzero(prepared.folds == 0)
    if best.first is None:
        raise InputError("The first fold was not fitted.", "Give more time.")
    return Chosen(model_id, model, search, best.first, rows)


def _cross_validated(
    family: Family, values: Values, prepared: Prepared, deadline: Deadline, needed: bool
) -> _Candidate:
    began, problem = time.monotonic(), prepared.problem
    found = _Candidate(family, np.full((len(prepared.y), problem.width), np.nan))
    pairs = fold_pairs(prepared.plan, prepared.folds)
    for fold, (train, valid) in enumerate(pairs):
        if deadline.over and not needed:
            found.error = f"out of time after {fold} of {len(pairs)} folds"
            break
        try:
            model = family.fit(
                _take(values, train), prepared.y[train], problem.width, seed=prepared.seed,
                deadline=deadline.share(1 / (len(pairs) - fold)),
            )  # fmt: skip
        except AutoGLMError as error:
            found.error = str(error)
            break
        found.oof[valid] = model.predict(_take(values, valid))
        found.scores.append(score(problem.metric, prepared.y[valid], found.oof[valid], problem))
        if fold == 0:
            found.first = model
    found.seconds = time.monotonic() - began
    return found


def _blended(first: _Candidate, second: _Candidate, prepared: Prepared) -> _Candidate:
    """Return the mean of two candidates, which costs no further fold."""

    def fit(
        values: Values, codes: np.ndarray, classes: int, *, seed: int, deadline: Deadline
    ) -> RawModel:
        one = first.family.fit(values, codes, classes, seed=seed, deadline=deadline.share(0.5))
        two = second.family.fit(values, codes, classes, seed=seed, deadline=deadline)
        return Blend((one, two))

    oof = (first.oof + second.oof) / 2
    name = f"blend of {first.family.name} and {second.family.name}"
    found = _Candidate(Family(name, fit), oof)
    for _, valid in fold_pairs(prepared.plan, prepared.folds):
        figure = score(prepared.problem.metric, prepared.y[valid], oof[valid], prepared.problem)
        found.scores.append(figure)
    if first.first is not None and second.first is not None:
        found.first = Blend((first.first, second.first))
    return found


def _take(values: Values, rows: np.ndarray) -> Values:
    return values[rows] if isinstance(values, np.ndarray) else [values[i] for i in rows]


def _whole(candidate: _Candidate, prepared: Prepared) -> float:
    return score(prepared.problem.metric, prepared.y, candidate.oof, prepared.problem)


def _oofs(usable: Sequence[_Candidate], best: _Candidate) -> dict[str, np.ndarray]:
    return {f"oof.{c.family.name}": c.oof for c in usable} | {"oof.ensemble": best.oof}


def _search(
    model_id: str,
    tried: Sequence[_Candidate],
    best: _Candidate,
    prepared: Prepared,
    seconds: float,
) -> Json:
    folds = int(prepared.folds.max()) + 1
    usable = {c.family.name: c.oof for c in tried if c.complete(folds)}
    honest = honest_score(
        usable, prepared.y, prepared.problem, chosen=best.family.name, seed=prepared.seed
    )
    return {
        "id": model_id,
        "model": model_id,
        "prepared": prepared.id,
        "metric": prepared.problem.metric,
        "best": best.family.name,
        "score": _whole(best, prepared),
        "ensemble_score": _whole(best, prepared),
        "weights": {best.family.name: 1.0},
        "threshold": 0.5 if prepared.problem.kind == "binary" else None,
        "honest": honest.to_json(),
        "candidates": [_told(c, prepared, folds) for c in tried],
        "seconds": round(seconds, 3),
        "stopped": "deadline" if any(not c.complete(folds) for c in tried) else "done",
    }


def _told(candidate: _Candidate, prepared: Prepared, folds: int) -> Json:
    whole = candidate.complete(folds)
    spread = np.std(candidate.scores, ddof=1) / np.sqrt(folds) if whole and folds > 1 else 0.0
    return {
        "id": candidate.family.name,
        "name": candidate.family.name,
        "family": candidate.family.name,
        "params": {},
        "status": "done" if whole else "failed",
        "score": _whole(candidate, prepared) if whole else None,
        "se": float(spread) if whole else None,
        "fold_scores": candidate.scores,
        "seconds": round(candidate.seconds, 3),
        "error": candidate.error or None,
    }


def _event(candidate: _Candidate, prepared: Prepared) -> Json:
    name, spent = candidate.family.name, candidate.seconds
    text = f"{name}: {candidate.error}"
    if not candidate.error:
        figure = _whole(candidate, prepared)
        text = f"{name}: {prepared.problem.metric} {figure:.4f} ({spent:.1f} s)"
    return {"event": "trial.done", "text": text, "id": name, "seconds": round(spent, 3)}
