"""Answers to feedback that asks, rates or weighs: nothing is done again for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.planner.characters import is_chinese
from autoglm_agent.planner.feedback import Edit


def answered(workspace: Workspace, edits: Sequence[Edit], words: str) -> list[str]:
    """Return an answer to each edit that is a question, a rating or a weight."""
    from autoglm_agent.automl import answers

    chinese = is_chinese(words)
    told = []
    for edit in edits:
        if edit.kind == "why_not":
            told.append(answers.why_not(workspace, edit.args["families"], chinese=chinese))
        elif edit.kind == "require":
            told.append(answers.reaches(workspace, **edit.args, chinese=chinese))
        elif edit.kind == "rate":
            told.append(answers.rate(workspace, edit.args["rating"], chinese=chinese))
        elif edit.kind == "set_weights":
            told.append(_weighed(workspace, edit.args["weights"]))
        elif edit.kind == "explain":
            told.append(_explained(workspace, edit.args, chinese=chinese))
    return told


def _weighed(workspace: Workspace, factors: dict[str, float]) -> str:
    """Change the weights by factors and tell which trained model they choose."""
    from autoglm_agent.automl.tradeoffs import pareto, write_weights

    weights = write_weights(workspace, factors, factor=True)
    told = pareto(workspace)
    first = told["models"][0]
    listed = ", ".join(f"{name} {value:g}" for name, value in weights.items())
    return (
        f"Weights: {listed}. With these {first['name']} is best: {told['metric']} "
        f"{first['score']:.4g}, {first['latency_ms']:.3g} ms a row. Nothing was trained."
    )


def _explained(workspace: Workspace, args: dict[str, Any], *, chinese: bool) -> str:
    from autoglm_agent.automl.explain.asked import explain_asked, explanation_of
    from autoglm_agent.automl.explain.summary import plain_summary
    from autoglm_agent.automl.explain.telling import row_text

    if "row" in args:
        found = explain_asked(workspace, args["row"])
        return row_text(found, language="zh" if chinese else "en")
    found = explanation_of(workspace)
    lines = plain_summary(
        found, workspace.read_record("result.json"), language="zh" if chinese else "en"
    )
    order = [i["column"] for i in found["importance"]]
    for name in args.get("columns") or ():
        if name in order:
            item = found["importance"][order.index(name)]
            place = f"{order.index(name) + 1} / {len(order)}"
            lines.append(
                f"{name}：重要性第 {place}，打乱后 {found['metric']} 变差 {item['mean']:.4g}。"
                if chinese
                else f"{name} is number {place} by importance: shuffled, {found['metric']} gets "
                f"worse by {item['mean']:.4g}."
            )
        else:
            lines.append(
                f"{name}：模型没有使用。" if chinese else f"The model does not use {name}."
            )
    return "\n".join(lines)
