"""The members of a blend as constants: settings, seeds, and how long each training was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from autoglm_agent.automl.export.literals import literal
from autoglm_agent.automl.models.fitted import FittedModel, Member
from autoglm_agent.automl.preparation.prepare import Prepared
from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.automl.search.fitting import fit_seed
from autoglm_agent.automl.search.workspace_trials import WorkspaceTrials
from autoglm_agent.errors import InputError

_PIECES = "autoglm_agent.automl.export.pieces."
_FUNCTIONS = {
    "lightgbm": ("boosting", "fit_lightgbm"),
    "catboost": ("catboosting", "fit_catboost"),
    "extra_trees": ("trees", "fit_extra_trees"),
    "random_forest": ("trees", "fit_random_forest"),
    "tree": ("trees", "fit_tree"),
    "network": ("network", "fit_network"),
    "baseline": ("trees", "fit_baseline"),
}
CODED = frozenset([*_FUNCTIONS, "linear"])
"""Families that can be written as code."""
_NOTES = ("split", "fitted", "repeats")


@dataclass(frozen=True)
class Described:
    """The members.

    Attributes:
        text: Source of the list of members.
        uses: Module and name of the functions that occur in it.
    """

    text: str
    uses: tuple[tuple[str, str], ...]


def described_members(
    workspace: Workspace, prepared: Prepared, model: FittedModel, search: dict[str, Any]
) -> Described:
    """Describe how each member of a model is trained.

    Raises:
        InputError: If a member has lost folds to the clock, so that no rule gives them again.
    """
    told = {c["id"]: c for c in search["candidates"]}
    texts, uses = [], []
    for member in model.members:
        candidate = told[member.id]
        function = _function(candidate["family"], model.problem.kind)
        uses.append((_PIECES + function[0], function[1]))
        texts.append(_text(workspace, prepared, member, candidate, function[1]))
    return Described("[\n" + "\n".join(texts) + "\n]", tuple(uses))


def _function(family: str, kind: str) -> tuple[str, str]:
    if family not in CODED:
        raise InputError(
            f"A member of the family {family} cannot be written as code.",
            "Use the model itself (`autoglm predict`), or run again without that family.",
        )
    if family == "linear":
        return ("linear", "fit_ridge" if kind == "regression" else "fit_logistic")
    return _FUNCTIONS[family]


def _text(
    workspace: Workspace,
    prepared: Prepared,
    member: Member,
    candidate: dict[str, Any],
    function: str,
) -> str:
    params = {k: v for k, v in candidate["params"].items() if k not in _NOTES}
    fits = _fits(workspace, prepared, member, candidate)
    powers = [info["power"] for info in candidate["params"]["fitted"] if "power" in info]
    params |= {"power": powers[0]} if powers else {}
    if fits[0]["fold"] < 0:  # the one fit on all rows was told by the folds what to do
        params |= _refit_params(candidate["family"], candidate["params"]["fitted"])
    inner = "\n".join(
        f"            Fit({f['fold']}, {f['seed']}"
        + (f", split={f['split']}" if f["split"] else "")
        + (f", length={f['length']}" if f["length"] else "")
        + "),"
        for f in fits
    )
    scaled = ", scaled=True" if member.view == "linear" else ""
    return (
        f"    Member(\n        {literal(candidate['name'])}, {member.weight!r}, {function},\n"
        f"        {literal(params, indent=8, start=8)},\n        [\n{inner}\n        ]{scaled},\n"
        "    ),"
    )


def _fits(
    workspace: Workspace, prepared: Prepared, member: Member, candidate: dict[str, Any]
) -> list[dict[str, int]]:
    """Return fold, seed, dealing and length of each of a member's trainings."""
    family, params, seed = candidate["family"], candidate["params"], prepared.seed
    folds = [int(f) for f in np.unique(prepared.folds) if f >= 0]
    infos = params["fitted"]
    if len(member.models) == 1 and len(folds) > 1:
        whole = family in ("extra_trees", "random_forest") and prepared.plan.oob_allowed
        whole = whole and params.get("bootstrap", True)
        number = 0 if whole and not prepared.task.interpretable else -1
        refit = _refit_params(family, infos)
        length = refit["rounds"] if family == "network" else 0
        if family != "linear" and family != "network":
            length = _length(family, params, member.models[0], infos[0] if infos else {})
        return [{"fold": -1, "seed": fit_seed(seed, family, 0, number), "split": 0,
                 "length": length}]  # fmt: skip
    splits = _splits(workspace, candidate, len(member.models) // len(folds))
    if len(member.models) != len(folds) * len(splits):
        raise InputError(
            f"The member {candidate['name']!r} lacks folds that the clock cut off.",
            "Run again with a longer time budget, or with --trials.",
        )
    fits = []
    for place, fitted in enumerate(member.models):
        split, fold = splits[place // len(folds)], folds[place % len(folds)]
        info = infos[place] if place < len(infos) else {}
        fits.append({"fold": fold, "seed": fit_seed(seed, family, split, fold), "split": split,
                     "length": _length(family, params, fitted, info)})  # fmt: skip
    return fits


def _splits(workspace: Workspace, candidate: dict[str, Any], count: int) -> list[int]:
    """Return the numbers of the dealings of a candidate that was repeated, in order."""
    if count <= 1:
        return [int(candidate["params"].get("split") or 0)]
    own = {k: v for k, v in candidate["params"].items() if k not in _NOTES}
    store, found = WorkspaceTrials(workspace), []
    for folder in workspace.file("trials").iterdir():
        trial = store.load(folder.name)
        if trial is None or trial.candidate.status != "done":
            continue
        params = {k: v for k, v in trial.candidate.params.items() if k not in _NOTES}
        if trial.candidate.family == candidate["family"] and params == own:
            found.append(int(trial.candidate.params["split"]))
    return sorted(set(found))


def _refit_params(family: str, infos: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the settings of the one fit on all rows that the folds decided."""
    if family == "network":
        mean = float(np.mean([info["rounds"] for info in infos[-3:]]))
        return {"rounds": max(1, round(mean * 1.1))}
    if family == "linear":
        return {"strengths": [float(np.median([info["strength"] for info in infos]))]}
    return {}


def _length(family: str, params: Mapping[str, Any], fitted: Any, info: Mapping[str, Any]) -> int:
    """Return how long a training was, read from the fitted model where it tells."""
    if family == "lightgbm":
        booster = fitted.parsed
        return int(booster.num_trees() // booster.num_model_per_iteration())
    if family == "catboost":
        return int(fitted.parsed.tree_count_)
    if family in ("extra_trees", "random_forest"):
        return len(fitted.sizes)
    if family == "linear":
        strengths = list(params["strengths"])
        return strengths.index(info["strength"]) if info["strength"] in strengths else 0
    return int(info.get("rounds", 0))
