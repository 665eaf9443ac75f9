"""The goal graph: what must hold for the task to be done, and which share of the budget it has.

A sub-goal is done when its checks do not fail, not because a text says so. The ids are those of
the catalogue; a recipe and the task's own limits add to them.
"""

from __future__ import annotations

from collections.abc import Sequence

from autoglm_agent.chain import SUPERVISED, Datum, Task
from autoglm_agent.planner.paradigms import Paradigm


class Goal(Datum):
    """One sub-goal.

    Attributes:
        name: Its name.
        says: What must hold, in a sentence.
        tool: The step that reaches it.
        needs: Names of the sub-goals before it.
        checks: Ids of the checks that accept it; none fails when it is reached.
        share: Share of the time budget.
        seconds: The same in seconds, where the budget is known.
    """

    name: str
    says: str
    tool: str
    needs: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    share: float
    seconds: float | None = None


def goal_graph(
    task: Task, paradigm: Paradigm | None = None, *, budget_s: float | None = None
) -> list[Goal]:
    """Return the sub-goals in an order in which they can be reached; shares sum to one.

    Args:
        task: The task.
        paradigm: The recipe that was chosen, if any.
        budget_s: Seconds for the whole run; those of the task by default.
    """
    budget = budget_s if budget_s is not None else task.time_budget_s
    goals = list(_profile_only() if task.kind == "profile" else _goals(task))
    extra = [c for c in (paradigm.checks if paradigm else ()) if c not in _all(goals)]
    last = "assessed" if any(g.name == "assessed" for g in goals) else goals[-1].name
    return [
        goal.model_copy(
            update={
                "checks": (*goal.checks, *(extra if goal.name == last else ())),
                "seconds": None if budget is None else round(goal.share * budget, 3),
            }
        )
        for goal in goals
    ]


def _profile_only() -> Sequence[Goal]:
    return (
        Goal(name="described", says="Every column is described.", tool="profile_data", share=0.9),
        Goal(name="told", says="The report is written.", tool="report", needs=("described",),
             share=0.1),
    )  # fmt: skip


def _goals(task: Task) -> Sequence[Goal]:
    supervised = task.kind in SUPERVISED
    apart: tuple[str, ...] = ("V03", "V10", "V15", "V39")
    if task.time_column:
        apart = (*apart, "V17")
    if task.group_column:
        apart = (*apart, "V18")
    better: tuple[str, ...] = ("V01", "V04", "V08", "V30")
    if task.max_latency_ms is not None:
        better = (*better, "V42")
    learned = "A model is found" + (" that a person can read." if task.interpretable else ".")
    goals = [
        Goal(name="understood", says="Each slot of the task has its evidence.", tool="plan_task",
             share=0.05),
        Goal(name="separated", says="Held-out rows are sealed and nothing gives the target away.",
             tool="prepare_data", needs=("understood",), share=0.1,
             checks=apart if supervised else ("V39",)),
        Goal(name="learned", says=learned, tool="train_models", needs=("separated",),
             share=0.68 if supervised else 0.8,
             checks=better if supervised else ("V08",)),
    ]  # fmt: skip
    if supervised:
        goals += [
            Goal(name="assessed", says="The holdout was read once and agrees with the search.",
                 tool="evaluate_model", needs=("learned",), share=0.08,
                 checks=("V01", "V03", "V04", "V32")),
            Goal(name="explained", says="It is known what the model relies on.",
                 tool="explain_model", needs=("learned",), share=0.05),
        ]  # fmt: skip
    before = ("assessed", "explained") if supervised else ("learned",)
    told = Goal(name="told", says="The report is written; its figures are in the ledger.",
                tool="report", needs=before, share=0.04 if supervised else 0.05,
                checks=("V02",) if supervised else ())  # fmt: skip
    return [*goals, told]


def _all(goals: Sequence[Goal]) -> set[str]:
    return {check for goal in goals for check in goal.checks}
