"""The members of a blend as constants: settings, seeds, and how long each training was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from autoglm_agent.automl.export.literals import literal
from autoglm_agent.automl.models.fitted import FittedModel, Member
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


def described_members(model: FittedModel, search: dict[str, Any]) -> Described:
    """Describe how each member of a model is trained.

    Raises:
        InputError: If a member is of a family without code, or of a run of an earlier version.
    """
    told = {c["id"]: c for c in search["candidates"]}
    texts, uses = [], []
    for member in model.members:
        candidate = told[member.id]
        function = _function(candidate["family"], model.problem.kind)
        uses.append((_PIECES + function[0], function[1]))
        texts.append(_text(member, candidate, function[1]))
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


def _text(member: Member, candidate: dict[str, Any], function: str) -> str:
    params = {k: v for k, v in candidate["params"].items() if k not in _NOTES}
    infos = _recorded(candidate)
    powers = [info["power"] for info in infos if "power" in info]
    params |= {"power": powers[0]} if powers else {}
    # A model that was trained anew on all rows comes after the folds, whose models are gone.
    own = infos[-len(member.models) :]
    if own[0]["fold"] < 0:
        params |= _refit_params(candidate["family"], infos[:-1])
    inner = []
    for trained, info in zip(member.models, own, strict=True):
        length = trained_length(candidate["family"], params, trained, info)
        split = f", split={info['split']}" if info["split"] else ""
        inner.append(
            f"            Fit({info['fold']}, {info['seed']}{split}"
            + (f", length={length})," if length else "),")
        )
    fits = "\n".join(inner)
    scaled = ", scaled=True" if member.view == "linear" else ""
    return (
        f"    Member(\n        {literal(candidate['name'])}, {member.weight!r}, {function},\n"
        f"        {literal(params, indent=8, start=8)},\n        [\n{fits}\n        ]{scaled},\n"
        "    ),"
    )


def _recorded(candidate: dict[str, Any]) -> list[dict[str, Any]]:
    """Return fold, dealing, seed and length of each of a candidate's trainings, in order."""
    infos: list[dict[str, Any]] = candidate["params"]["fitted"]
    if not all("seed" in info for info in infos):
        raise InputError(
            f"How {candidate['name']!r} was trained was not recorded by an earlier version.",
            "Run again.",
        )
    return infos


def _refit_params(family: str, infos: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the settings of the one fit on all rows that the folds decided."""
    if family == "network":
        mean = float(np.mean([info["rounds"] for info in infos[-3:]]))
        return {"rounds": max(1, round(mean * 1.1))}
    if family == "linear":
        return {"strengths": [float(np.median([info["strength"] for info in infos]))]}
    return {}


def trained_length(
    family: str, params: Mapping[str, Any], trained: Any, info: Mapping[str, Any]
) -> int:
    """Return how long a training was: trees, rounds, epochs, or the place on a path.

    Args:
        family: A key of `FAMILIES`.
        params: Settings of the candidate.
        trained: The model.
        info: What its fit told.
    """
    if family == "catboost":
        return int(trained.parsed.tree_count_)
    if family in ("extra_trees", "random_forest"):
        return len(trained.sizes)
    if family == "linear":
        strengths = list(params["strengths"])
        return strengths.index(info["strength"]) if info["strength"] in strengths else 0
    # Rounds, not trees: a booster's round that found no split left no tree, but was drawn for.
    return int(info.get("rounds", 0))
