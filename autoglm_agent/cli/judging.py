"""`feedback`: what a user would have otherwise, shown first and then done."""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from autoglm_agent.automl.run.workspace import Workspace, open_run
from autoglm_agent.cli.console import Exit, on_terminal, print_json
from autoglm_agent.cli.progress import Progress
from autoglm_agent.cli.running import interruptible, tell_interruption, with_way_on
from autoglm_agent.errors import ModelError

if TYPE_CHECKING:
    from autoglm_graphs.reentry import Plan

_SAID = (
    {
        "assumed": " (assumed: {})",
        "back": "goes back to {step}; {kept} {stay}",
        "stay": "stay",
        "stays": "stays",
        "nothing": "nothing",
        "anew": "this is another question: other rows are sealed for it and read (reading {} of "
        "this run); the scores of before stay those of the question of before",
        "again": "the holdout is read again (reading {}); the report says so",
        "undone": "This was not done: {}\nThe result of before stands:",
        "against": "against the failed check {check}: {fact}",
        "despite": "Do it against the failed check all the same?",
        "really": "Do it?",
        "add": "Nothing was done; add {} to do it.",
        "saved": "{seconds:.1f} s; {saved_s:.1f} s were not spent again ({kept} kept, "
        "{reused_s:.1f} s of candidates reused)",
        "no_step": "no step",
    },
    {
        "assumed": "（假定：{}）",
        "back": "回到 {step}；{kept} {stay}",
        "stay": "保留",
        "stays": "保留",
        "nothing": "此前各步均不",
        "anew": "这是另一个问题：将为它封存并读取另外的行（本次运行第 {} 次读取）；"
        "此前的得分仍属于此前的问题",
        "again": "留出数据将再次被读取（第 {} 次）；报告会说明",
        "undone": "没有做到：{}\n此前的结果保持不变：",
        "against": "与未通过的检查 {check} 相悖：{fact}",
        "despite": "仍然要违背未通过的检查去做吗？",
        "really": "要这样做吗？",
        "add": "什么也没有做；加上 {} 才会执行。",
        "saved": "用时 {seconds:.1f} 秒；省下 {saved_s:.1f} 秒（保留 {kept}，"
        "复用候选模型 {reused_s:.1f} 秒）",
        "no_step": "零个步骤",
    },
)
"""What is said of a plan, in English and Chinese."""


def feedback(
    run_id: str,
    words: str,
    *,
    yes: bool,
    accepts: bool,
    model: str | None,
    runs: str | None,
    memory: bool,
    as_json: bool,
) -> None:
    """Read the words, show the edits, answer questions, and do again what depends on them."""
    from autoglm_agent.automl.standing import standing_of
    from autoglm_agent.planner.characters import is_chinese
    from autoglm_agent.planner.feedback import read_feedback
    from autoglm_graphs.reentry import redo
    from autoglm_graphs.undoing import in_round
    from autoglm_tools.answering import answered

    workspace = open_run(run_id, runs)
    now = standing_of(workspace)
    edits = read_feedback(
        words, now.profile, target=now.target, latency_ms=now.latency_ms, seconds=now.seconds,
        task=now.task,
    )  # fmt: skip
    answers = answered(workspace, edits, words)
    consent = _Consent(yes=yes, accepts=accepts, quiet=as_json, chinese=is_chinese(words))
    with Progress(None, live=on_terminal() and not as_json) as progress:
        try:
            with interruptible(progress):
                plan, result = redo(
                    run_id, edits,
                    approve=lambda p: bool(progress.asking(lambda _: consent(p))({})),
                    runs=runs, model=model, memory=memory, listener=progress.on_event,
                )  # fmt: skip
        except KeyboardInterrupt:
            progress.stop()
            tell_interruption(run_id if in_round(workspace) else None, runs, as_json)
            raise Exit(128 + (progress.interrupted or signal.SIGINT)) from None
        except ModelError as failed:
            raise with_way_on(failed, run_id if in_round(workspace) else None, runs) from failed
    done = [e for e in workspace.lines("events.jsonl") if e["event"] == "feedback.done"]
    saved = done[-1] if result is not None and done else None
    if as_json:
        told = {"run": run_id, **plan.to_json(), "answers": answers, "saved": saved}
        print_json({**told, "result": result, "approved": result is not None})
    else:
        _print(workspace, answers, plan, result, saved, chinese=is_chinese(words))
    raise Exit(_code(plan, result))


class _Consent:
    """Shows the plan and asks, unless the answer was given beforehand."""

    def __init__(self, *, yes: bool, accepts: bool, quiet: bool, chinese: bool) -> None:
        self._yes, self._accepts, self._quiet = yes, accepts, quiet
        self._chinese = chinese

    def __call__(self, plan: Plan) -> bool:
        if not self._quiet:
            print(shown(plan, chinese=self._chinese), file=sys.stderr)
        asks = not self._quiet and sys.stdin.isatty()
        if plan.clashes and not self._accepts:
            return asks and self._confirmed(_SAID[self._chinese]["despite"])
        return self._yes or (asks and self._confirmed(_SAID[self._chinese]["really"]))

    @staticmethod
    def _confirmed(question: str) -> bool:
        import typer

        return typer.confirm(question, err=True)


def shown(plan: Plan, *, chinese: bool = False) -> str:
    """Return a plan in words."""
    from autoglm_agent.planner.feedback.edits import ANEW

    say = _SAID[chinese]
    lines = []
    for edit in plan.edits:
        assumed = say["assumed"].format(edit.assumed) if edit.assumed else ""
        lines.append(f"- {edit.said}{assumed}")
    if plan.step:
        stay = say["stay"] if len(plan.kept) > 1 else say["stays"]
        kept = _listed(plan.kept, chinese=chinese) or say["nothing"]
        step = _listed([plan.step], chinese=chinese)
        lines.append(say["back"].format(step=step, kept=kept, stay=stay))
    anew = any(edit.kind in ANEW for edit in plan.edits)
    if plan.reading:
        lines.append(say["anew" if anew else "again"].format(plan.reading))
    lines += [say["against"].format(check=c.check, fact=c.fact) for c in plan.clashes]
    return "\n".join(lines)


def _listed(steps: Sequence[str], *, chinese: bool) -> str:
    """Return the names of steps: of their tools in English, what they do in Chinese."""
    from autoglm_agent.automl.report.wording import wording
    from autoglm_agent.automl.report.words import tool_title

    if not chinese:
        return ", ".join(steps)
    return "、".join(f"“{tool_title(step, wording('zh'))}”" for step in steps)


def _print(
    workspace: Workspace,
    answers: list[str],
    plan: Plan,
    result: dict[str, Any] | None,
    saved: dict[str, Any] | None,
    *,
    chinese: bool,
) -> None:
    from autoglm_agent.automl.report import summary_text
    from autoglm_agent.automl.report.wording import wording

    unread = [edit.said for edit in plan.edits if edit.kind == "unread"]
    for answer in [*answers, *(unread if answers and plan.step is None else [])]:
        print(answer)
    say = _SAID[chinese]
    if plan.reason:
        print(wording("zh" if chinese else "en").fact(plan.reason))
    if result is not None:
        if result.get("undone"):
            print(say["undone"].format(result["undone"]))
        print(summary_text(workspace))
        if saved:
            kept = _listed(plan.kept, chinese=chinese) or say["no_step"]
            print(say["saved"].format(**{**saved, "kept": kept}))
    elif plan.step and not sys.stdin.isatty():
        print(say["add"].format("--yes --accept-failed-check" if plan.clashes else "--yes"))
    elif not answers:
        print(shown(plan, chinese=chinese))


def _code(plan: Plan, result: dict[str, Any] | None) -> int:
    if result is None:
        return 0 if plan.step is None or not plan.clashes else 1
    return 0 if result["status"] == "verified" and not result.get("undone") else 1
