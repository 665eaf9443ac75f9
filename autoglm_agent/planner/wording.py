"""The planner's sentences, in English and Chinese; every figure in them is a tool's own."""

from __future__ import annotations

from autoglm_agent.planner.conversation import Talk
from autoglm_agent.planner.proposals import Proposal

_THOUGHTS = {
    "profile_data": (
        "First I read the table and see what its columns are.",
        "先读取数据表，了解每一列是什么。",
    ),
    "plan_task": (
        "Next I turn the instruction into a typed task.",
        "接下来把需求解析成明确的任务。",
    ),
    "prepare_data": (
        "I seal the holdout rows and prepare the training table.",
        "封存测试数据，准备训练表。",
    ),
    "make_features": (
        "I test whether columns made of others improve the model.",
        "检验由已有列构造的新特征是否有用。",
    ),
    "train_models": (
        "I train candidate models with cross-validation.",
        "用交叉验证训练候选模型。",
    ),
    "evaluate_model": (
        "I assess the model once on the sealed rows.",
        "在封存的数据上对模型做一次评估。",
    ),
    "verify_result": (
        "I run every check that applies to the result.",
        "对结果运行所有适用的检查。",
    ),
    "explain_model": (
        "I look at which columns the model relies on.",
        "分析模型依赖哪些列。",
    ),
    "report": ("I write the report.", "撰写报告。"),
}
_STOPS = {
    "no_task": (
        "I predict, group, find unusual rows in, or describe tables: give me a data file and say "
        "what you want, for example: Predict churn. Data: customers.csv",
        "我可以对表格数据做预测、分群、找异常或概况分析：请给出数据文件并说明需求，"
        "例如：预测客户流失。Data: customers.csv",
    ),
    "no_data": (
        "Which file holds the data? Please add a line such as: Data: table.csv",
        "数据在哪个文件里？请补充一行，例如：Data: table.csv",
    ),
    "no_tools": (
        "None of the AutoML tools is at hand, so I cannot work on the data.",
        "没有可用的 AutoML 工具，无法处理数据。",
    ),
    "refused": (
        "Every way that I know was refused by the checks; I stop here rather than repeat one.",
        "已知的做法都未通过检查；到此为止，不再重复。",
    ),
}
_LIMIT = 1500


def wording(talk: Talk, proposal: Proposal) -> str:
    """Return the sentence that goes with a proposal, in the user's language."""
    zh = talk.chinese
    if proposal.tool:
        return _thought(proposal, zh)
    if proposal.reason in _STOPS:
        return _STOPS[proposal.reason][zh]
    if proposal.reason == "question":
        return _question(proposal, zh)
    if proposal.reason == "error":
        lead = "这一步无法完成：" if zh else "This step cannot be done: "
        return lead + _plain(str(proposal.detail.get("error", "")))
    if proposal.reason == "refuted":
        lead = "结果未通过验证：" if zh else "The result is not verified: "
        return lead + "; ".join(proposal.detail.get("facts", []))
    return _answer(talk, zh)


def _thought(proposal: Proposal, zh: bool) -> str:
    thought = _THOUGHTS.get(proposal.tool or "", ("", ""))[zh]
    if proposal.reason != "remedy":
        return thought
    check, reason = proposal.detail.get("check", ""), proposal.detail.get("reason", "")
    why = f"{check}: {reason}".strip(": ")
    lead = (
        f"检查未通过（{why}），按建议修正后重做这一步。"
        if zh
        else f"A check failed ({why}); I redo this step with its remedy."
    )
    return f"{lead} {thought}"


def _question(proposal: Proposal, zh: bool) -> str:
    error = _plain(str(proposal.detail.get("error", "")))
    offered = proposal.detail.get("candidates", [])
    # Most errors name the candidates themselves.
    names = "" if all(name in error for name in offered) else ", ".join(offered)
    if zh:
        return (
            f"要预测哪一列？候选：{names}。（{error}）" if names else f"要预测哪一列？（{error}）"
        )
    return (
        f"Which column is to be predicted? Candidates: {names}. ({error})"
        if names
        else f"Which column is to be predicted? ({error})"
    )


def _answer(talk: Talk, zh: bool) -> str:
    """Return the last tool's own words; nothing is added that no tool has said."""
    for name in (
        "report",
        "verify_result",
        "evaluate_model",
        "train_models",
        "plan_task",
        "profile_data",
    ):
        call = talk.last(name)
        if call is not None and call.ok and (text := _plain(call.text)):
            lead = "完成。" if zh else "Done."
            return f"{lead}\n{text}"
    return "没有可报告的结果。" if zh else "There is nothing to report."


def _plain(text: str) -> str:
    """Return a tool's text without its machine-readable lines, cut at a line's end."""
    machine = ("ids:", "remedies:", "candidates:")
    lines = [line for line in text.splitlines() if not line.startswith(machine)]
    kept: list[str] = []
    for line in lines:
        if sum(len(k) + 1 for k in kept) + len(line) > _LIMIT and kept:
            break
        kept.append(line)
    return "\n".join(kept).strip()
