"""Answers to questions about a result that nothing has to be done again for.

Each figure told here is written to the ledger first.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autoglm_agent.automl.run.ledger import Ledger
from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.automl.scoring.metrics import GREATER_IS_BETTER, oriented
from autoglm_agent.errors import InputError


def stored_search(workspace: Workspace) -> dict[str, Any]:
    """Return `search.json` of the run's model.

    Raises:
        InputError: If the run has no model.
    """
    result = workspace.read_record("result.json") if workspace.has("result.json") else {}
    model_id = (result.get("model") or {}).get("id")
    if not model_id:
        raise InputError(
            f"Run {workspace.path.name} has no model.", "Finish it with `autoglm resume` first."
        )
    return dict(workspace.read_json("searches", model_id, "search.json"))


def why_not(workspace: Workspace, families: Sequence[str], *, chinese: bool = False) -> str:
    """Tell how kinds of models did beside the one that was chosen.

    Args:
        workspace: The run's folder.
        families: Families of the search, for example `linear`.
        chinese: Whether to answer in Chinese.
    """
    search = stored_search(workspace)
    metric = search.get("metric", "")
    found = [c for c in search.get("candidates", []) if c["family"] in families]
    done = [c for c in found if c["status"] == "done" and c["score"] is not None]
    names = ", ".join(families)
    if not done:
        why = "; ".join(c["error"] or c["status"] for c in found)
        if chinese:
            return f"{names} 没有可比较的结果（{why or '这次搜索没有尝试'}）。"
        return f"{names} has no score to compare ({why or 'this search did not try it'})."
    best = max(done, key=lambda c: oriented(metric, c["score"]))
    chosen = next(c for c in search["candidates"] if c["id"] == search["best"])
    weight = sum(search["weights"].get(c["id"], 0.0) for c in done)
    ledger, source = Ledger(workspace), f"search {search['id']}"
    for name, value in (
        (f"candidate.{best['id']}.{metric}", best["score"]),
        (f"candidate.{chosen['id']}.{metric}", chosen["score"]),
    ):
        ledger.record(name, value, unit="score", source=source)
    ledger.record(f"weight.{'+'.join(families)}", weight, unit="share", source=source)
    if best["id"] == chosen["id"]:
        if chinese:
            return f"{best['name']} 就是最好的单个模型：{metric} {best['score']:.4g}。"
        return f"{best['name']} is the best single model: {metric} {best['score']:.4g}."
    gap = abs(best["score"] - chosen["score"])
    within = best["se"] and gap <= best["se"]
    if chinese:
        told = f"{best['name']} 的交叉验证 {metric} 为 {best['score']:.4g}，"
        told += f"最好的 {chosen['name']} 为 {chosen['score']:.4g}；"
        told += f"它在组合中的权重为 {weight:.0%}。"
        return told + ("差距在一个标准误之内。" if within else "")
    better = "higher" if GREATER_IS_BETTER[metric] else "lower"
    told = (
        f"{best['name']} was tried: cross-validated {metric} {best['score']:.4g} ({better} is "
        f"better), against {chosen['score']:.4g} of {chosen['name']}; its share of the blend is "
        f"{weight:.0%}."
    )
    return told + (" The gap is within one standard error." if within else "")


def reaches(workspace: Workspace, metric: str, at_least: float, *, chinese: bool = False) -> str:
    """Tell whether the holdout score of a metric reaches a value.

    Args:
        workspace: The run's folder.
        metric: Its name.
        at_least: The value.
        chinese: Whether to answer in Chinese.
    """
    model_id = stored_search(workspace)["id"]
    name = f"{model_id}.json"
    assessment = (
        workspace.read_json("assessments", name) if workspace.has("assessments", name) else {}
    )
    scores = assessment.get("metrics") or {}
    value = scores.get(metric)
    value = value.get("value") if isinstance(value, dict) else value
    if value is None:
        if chinese:
            return f"没有在留出集上测量 {metric}。"
        return f"{metric} was not measured on the holdout."
    yes = value >= at_least
    if chinese:
        return f"留出集上的 {metric} 为 {value:.4g}，{'达到' if yes else '没有达到'} {at_least:g}。"
    return (
        f"{metric} on the holdout is {value:.4g}, which {'reaches' if yes else 'does not reach'} "
        f"{at_least:g}."
    )


def rate(workspace: Workspace, rating: float, *, chinese: bool = False) -> str:
    """Write the user's rating, 1 to 5, to the ledger.

    Raises:
        InputError: If it is not between 1 and 5.
    """
    if not 1 <= rating <= 5:
        raise InputError(f"A rating of {rating} is not between 1 and 5.", "Give 1 to 5.")
    Ledger(workspace).record("user.rating", rating, unit="rating", source="user")
    return f"已记录评分 {rating:g}/5。" if chinese else f"Your rating {rating:g} of 5 is recorded."
