"""`plan`: how the words are understood, what will be done, and a yes or edits before it is."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autoglm_agent.automl.data.profile import Profile, profile_table
from autoglm_agent.automl.data.table import read_table
from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.chain import Task
from autoglm_agent.cli.console import print_json
from autoglm_agent.cli.running import existing
from autoglm_agent.errors import AutoGLMError, InputError, ModelError, TargetError
from autoglm_agent.planner.consent import meaning

if TYPE_CHECKING:
    from autoglm_agent.planner.goals import Goal
    from autoglm_agent.planner.paradigms import Gate


def plan(
    data: str,
    instruction: str,
    *,
    query: str | None,
    goals: bool,
    as_json: bool,
    recipe: str | None = None,
    model: str | None = None,
) -> None:
    """Print the task as it is understood; with `goals` also the sub-goals and the recipe.

    As JSON without `goals` or a recipe it is what the words alone say. With a chat model it is
    what the words and the model say together.
    """
    from autoglm_agent.planner.paradigms import told, with_recipe
    from autoglm_tools.plan_task import task_text, understand

    found = _profile(data, query)
    if model is None:
        read = understand(instruction, found)
    else:
        read = _with_model(data, instruction, query=query, model=model, recipe=recipe)
    task, gate = with_recipe(read, instruction, found, recipe)
    if not goals:
        if as_json:
            print_json((task if recipe else read).to_json())
        else:
            print(f"{task_text(task)}\n{told(gate, task)}")
        return
    graph = _goals(task, gate, None)
    if as_json:
        print_json(
            {
                "task": task.to_json(),
                "paradigm": gate.chosen.to_json() if gate.chosen else None,
                "scores": gate.scores,
                "reason": gate.reason,
                "goals": [goal.to_json() for goal in graph],
            }
        )
    else:
        print(shown(task, gate, graph))


def approve(
    data: str,
    instruction: str,
    *,
    query: str | None,
    runs: str | None,
    time_budget: float | None,
    trials: int | None,
    as_json: bool,
    recipe: str | None = None,
    model: str | None = None,
) -> None:
    """Show the plan and wait: yes starts the run, edits change the plan, no ends it.

    With a chat model the run itself asks, for the plan is one of its steps.
    """
    from autoglm_agent.cli.running import run

    if model is not None:
        run(
            data, instruction, runs=runs, time_budget=time_budget, trials=trials, seed=0, slots={},
            query=query, model=model, memory=True, unattended=False, consent=False,
            as_json=as_json, recipe=recipe, approve=("plan",),
        )  # fmt: skip
        return
    slots = agreed(data, instruction, query=query, time_budget=time_budget, recipe=recipe)
    if slots is None:
        print("Nothing was started.", file=sys.stderr)
        return
    run(
        data, instruction, runs=runs, time_budget=time_budget or slots.get("time_budget_s"),
        trials=trials, seed=0, slots=slots, query=query, model=None, memory=True,
        unattended=True, consent=False, as_json=as_json, recipe=recipe,
    )  # fmt: skip


def _with_model(
    data: str, instruction: str, *, query: str | None, model: str, recipe: str | None
) -> Task:
    """Return the plan that a chat model and the words agree on: a run that ends at its plan.

    Raises:
        TargetError: If both contradict each other, or the target cannot be told.
        InputError: If the model comes to no plan.
        ModelError: If it called no tool at all.
    """
    from autoglm_graphs.runs import ASKED, start_run
    from autoglm_graphs.settings import Settings

    settings = Settings(
        instruction=instruction, data=existing(data), query=query, recipe=recipe, ask=True,
        approve=("plan",), time_budget=None,
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        told = start_run(settings, runs=folder, model=model, memory=False)
        asked = told.get("question") if told["status"] == ASKED else None
        if asked and asked.get("kind") == "plan":
            return Task.from_json(Workspace(Path(folder) / told["run"]).read_json("task.json"))
    if asked:
        raise TargetError(
            asked["question"], "Say it in the instruction.", tuple(asked["candidates"])
        )
    error = told.get("error") or {}
    raise (ModelError if error.get("type") == "ModelError" else InputError)(
        str(error.get("message") or told["message"]),
        str(error.get("remedy") or "Try another model, or none."),
    )


def agreed(
    data: str,
    instruction: str,
    *,
    query: str | None,
    time_budget: float | None,
    recipe: str | None = None,
) -> dict[str, Any] | None:
    """Return the slots that the user changed before saying yes; None after a no."""
    from autoglm_agent.planner.feedback import read_feedback
    from autoglm_agent.planner.feedback.slots import as_slots
    from autoglm_agent.planner.paradigms import with_recipe
    from autoglm_tools.plan_task import understand

    profile = _profile(data, query)
    slots: dict[str, Any] = {}
    while True:
        read = understand(instruction, profile, fixed=slots)
        task, gate = with_recipe(read, instruction, profile, recipe)
        graph = _goals(task, gate, time_budget)
        print(shown(task, gate, graph), file=sys.stderr)
        print("Start? yes, no, or say what to change:", end=" ", file=sys.stderr, flush=True)
        words = sys.stdin.readline()
        agreed = meaning(words)
        if agreed is not None:
            return slots if agreed else None
        before = {**slots, "exclude": tuple(slots.get("exclude") or task.exclude)}
        try:
            edits = read_feedback(words.strip(), profile, target=task.target, task=task)
            changed, left = as_slots(edits, before)
            understand(instruction, profile, fixed=changed)
        except AutoGLMError as error:
            print(f"{error.problem} {error.remedy}", file=sys.stderr)
            continue
        slots = changed
        for edit in left:
            later = f"Say it again after the run: {edit.said}."
            print(edit.said if edit.kind == "unread" else later, file=sys.stderr)


def shown(task: Task, gate: Gate, graph: list[Goal]) -> str:
    """Return the plan in words: slots with the words that say so, recipe, sub-goals."""
    from autoglm_agent.planner.paradigms import told
    from autoglm_tools.plan_task import task_text

    lines = [task_text(task), told(gate, task)]
    if gate.chosen and gate.chosen.advice:
        lines.append(f"  {gate.chosen.advice}")
    for goal in graph:
        seconds = "" if goal.seconds is None else f", {goal.seconds:g} s"
        checks = f" [{' '.join(goal.checks)}]" if goal.checks else ""
        lines.append(f"{goal.name} ({goal.share:.0%}{seconds}): {goal.says}{checks}")
    return "\n".join(lines)


def _goals(task: Task, gate: Gate, budget: float | None) -> list[Goal]:
    from autoglm_agent.planner.goals import goal_graph

    return goal_graph(task, gate.chosen, budget_s=budget)


def _profile(data: str, query: str | None) -> Profile:
    found = profile_table(read_table(existing(data), query=query))
    if not found.columns:
        raise InputError("The table has no columns.", "Give another table.")
    return found
