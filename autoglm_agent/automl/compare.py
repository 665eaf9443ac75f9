"""Two runs side by side: what was asked otherwise, and which differences are more than chance."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pandas as pd

from autoglm_agent.automl.answers import stored_search
from autoglm_agent.automl.models.fitted import FittedModel
from autoglm_agent.automl.preparation.prepare import load_prepared
from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.automl.scoring.metrics import oriented, score
from autoglm_agent.automl.scoring.problem import Problem
from autoglm_agent.errors import InputError

REPEATS = 500
SLOTS = (
    "kind", "target", "positive_class", "metric", "exclude", "time_column", "group_column",
    "interpretable", "max_latency_ms", "costs",
)  # fmt: skip


def compare_runs(first: Workspace, second: Workspace, *, seed: int = 0) -> dict[str, Any]:
    """Compare two finished runs.

    Args:
        first: Folder of one run.
        second: Folder of the other.
        seed: Of the bootstrap.

    Returns:
        `runs`, `asked` (slots that differ, with both values), `columns` (`only_first`,
        `only_second`), `scores` (honest score of each), `difference` (second minus first, turned
        so that positive is better, with its 95 % interval, if both have predicted the same
        held-out rows of the same target; None otherwise, with `why_not`), `latency_ms`,
        `seconds`, `members` (families and weights of each), `text`.

    Raises:
        InputError: If a run has no model.
    """
    sides = [_side(first), _side(second)]
    tasks = [side["prepared"].task.to_json() for side in sides]
    asked = {slot: [t[slot] for t in tasks] for slot in SLOTS if tasks[0][slot] != tasks[1][slot]}
    features = [list(side["prepared"].features) for side in sides]
    difference, why_not = _difference(sides, seed)
    told: dict[str, Any] = {
        "runs": [first.path.name, second.path.name],
        "asked": asked,
        "columns": {
            "only_first": [c for c in features[0] if c not in features[1]],
            "only_second": [c for c in features[1] if c not in features[0]],
        },
        "scores": [side["honest"] for side in sides],
        "statuses": [side["status"] for side in sides],
        "difference": difference,
        "why_not": why_not,
        "latency_ms": [side["latency_ms"] for side in sides],
        "seconds": [side["search"].get("seconds") for side in sides],
        "members": [_members(side["search"]) for side in sides],
    }
    return {**told, "text": _text(told)}


def _side(workspace: Workspace) -> dict[str, Any]:
    search = stored_search(workspace)
    prepared = load_prepared(workspace, search["prepared"])
    if not prepared.task.target:
        raise InputError(
            f"Run {workspace.path.name} predicts no column.", "Compare two supervised runs."
        )
    result = workspace.read_record("result.json")
    model = FittedModel.load(workspace, search["model"])
    name = f"holdout-{search['model']}.parquet"
    held = None
    if workspace.has("predictions", name):
        held = pd.read_parquet(io.BytesIO(workspace.read_bytes("predictions", name)))
    return {
        "search": search, "prepared": prepared, "model": model, "held": held,
        "honest": result.get("honest"), "status": result.get("status"),
        "latency_ms": round(model.latency_ms(prepared.X), 3),
    }  # fmt: skip


def _members(search: dict[str, Any]) -> dict[str, float]:
    families: dict[str, float] = {}
    told = {c["id"]: c["family"] for c in search["candidates"]}
    for name, weight in search["weights"].items():
        families[told[name]] = round(families.get(told[name], 0.0) + weight, 6)
    return families


def _difference(sides: list[dict[str, Any]], seed: int) -> tuple[dict[str, Any] | None, str | None]:
    """Return the paired difference on the held-out rows that both runs have predicted."""
    one, two = sides
    problems = [side["model"].problem for side in sides]
    data = [side["prepared"].data_id for side in sides]
    same = problems[0].classes == problems[1].classes and problems[0].kind == problems[1].kind
    targets = {side["prepared"].task.target for side in sides}
    if len(targets) > 1 or not same or data[0] != data[1]:
        return None, "The runs do not predict the same target of the same table."
    if one["held"] is None or two["held"] is None:
        return None, "One of the runs has not read its holdout."
    merged = _aligned(one, two)
    if merged is None or len(merged[0]) < 10:
        return None, "The runs hold out different rows."
    y, p, q = merged
    metric, problem = problems[1].metric, problems[1]
    cuts = one["model"].threshold, two["model"].threshold

    def gain(rows: np.ndarray) -> float:
        scores = [
            oriented(metric, score(metric, y[rows], side[rows], problem, cut))
            for side, cut in zip((p, q), cuts, strict=True)
        ]
        return scores[1] - scores[0]

    rng = np.random.default_rng([seed, 45])
    draws = np.array([gain(rng.integers(0, len(y), len(y))) for _ in range(REPEATS)])
    low, high = np.nanquantile(draws, [0.025, 0.975])
    value = gain(np.arange(len(y)))
    return {"metric": metric, "value": value, "low": float(low), "high": float(high),
            "n": len(y)}, None  # fmt: skip


def _aligned(
    one: dict[str, Any], two: dict[str, Any]
) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
    """Return targets and both predictions of the rows that both hold out."""
    frames = [side["held"] for side in (one, two)]
    if any("row" not in frame.columns for frame in frames):
        return None
    common = np.intersect1d(frames[0]["row"], frames[1]["row"])
    picked = [frame.set_index("row").loc[common] for frame in frames]
    problem = two["model"].problem
    y = problem.encode(picked[0]["actual"])
    return y, _predictions(picked[0], problem), _predictions(picked[1], problem)


def _predictions(frame: pd.DataFrame, problem: Problem) -> np.ndarray:
    if not problem.is_classification:
        return np.asarray(frame["predicted"].to_numpy(dtype=np.float64))
    return np.column_stack([frame[f"p_{label}"].to_numpy() for label in problem.classes])


def _text(told: dict[str, Any]) -> str:
    lines = []
    for slot, (before, after) in told["asked"].items():
        lines.append(f"{slot}: {before} in the first, {after} in the second")
    for key, word in (("only_first", "first"), ("only_second", "second")):
        if told["columns"][key]:
            lines.append(f"only the {word} reads {', '.join(told['columns'][key][:8])}")
    for run, honest in zip(told["runs"], told["scores"], strict=True):
        if honest:
            lines.append(
                f"{run}: {honest['metric']} {honest['value']:.4f} "
                f"({honest['low']:.4f} to {honest['high']:.4f})"
            )
    gap = told["difference"]
    if gap:
        clear = gap["low"] > 0 or gap["high"] < 0
        which = "second" if gap["value"] > 0 else "first"
        lines.append(
            f"on {gap['n']} rows that both held out the second is better by {gap['value']:.4f} "
            f"in {gap['metric']} (95 % interval {gap['low']:.4f} to {gap['high']:.4f}): "
            + (f"the {which} is better" if clear else "no difference beyond chance")
        )
    else:
        lines.append(str(told["why_not"]))
    lines.append(
        f"one prediction takes {told['latency_ms'][0]:.1f} ms in the first, "
        f"{told['latency_ms'][1]:.1f} ms in the second"
    )
    return "\n".join(lines)
