"""What a recipe sets where the user said nothing: metric, costs, split.

A recipe that the words alone speak for is told and sets nothing; one that the user names, or that
comes from the user's own files, does. A slot that the words, the user or a model filled is never
touched. What was set is told with the recipe's name as its evidence, so that the plan shows it and
the user can overrule it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autoglm_agent.chain import Evidence, Task
from autoglm_agent.planner.paradigms.gating import Gate, choose_paradigm
from autoglm_agent.planner.paradigms.library import Paradigm, recipes_from

if TYPE_CHECKING:
    from autoglm_agent.automl.data.profile import Profile

NONE = "none"
"""The choice by which a user wants no recipe at all."""
_SURE = 0.7


def with_recipe(
    task: Task, instruction: str, profile: Profile, choice: str | None = None
) -> tuple[Task, Gate]:
    """Return the task with the slots that its recipe sets, and how the recipe was chosen.

    Args:
        task: How the words were understood.
        instruction: The user's words.
        profile: The table's profile, which tells whether there is one column to split by.
        choice: A recipe's name, a YAML or JSON file, a folder of them, or `none`; by default the
            library is asked which recipe is clear, which is then told and not applied.

    Raises:
        InputError: If the choice is no recipe, or one that does not fit the kind of task.
    """
    if choice == NONE:
        return task, Gate(None, {}, "No recipe, as you wish.")
    recipes, named = recipes_from(choice)
    if named is not None:
        named.must_fit(task.kind)
        gate = Gate(named, {}, f"{named.title}: you chose it.")
    else:
        gate = choose_paradigm(instruction, task, recipes)
    if choice is None or gate.chosen is None:
        return task, gate
    return applied(task, gate.chosen, profile), gate


def applied(task: Task, recipe: Paradigm, profile: Profile) -> Task:
    """Return the task with the recipe's metric, costs and split in the slots that are empty."""
    slots: dict[str, Any] = {}
    metric = recipe.metric.get(task.kind)
    if metric is not None and task.metric is None and task.costs is None:
        slots["metric"] = metric
    # Costs are of the rarer event, so that they mean nothing where no class is the positive one.
    if recipe.costs and task.kind == "binary" and task.costs is None and task.metric is None:
        slots["costs"] = recipe.costs
    dates = [c.name for c in profile.columns if c.kind == "date" and c.name != task.target]
    free = task.time_column is None and task.group_column is None
    if recipe.split == "time" and free and len(dates) == 1 and task.target is not None:
        slots["time_column"] = dates[0]
    if not slots:
        return task
    why = Evidence(confidence=_SURE, span=recipe.name, source="recipe")
    evidence = {**task.evidence, **dict.fromkeys(slots, why)}
    return task.model_copy(update={**slots, "evidence": evidence})


def told(gate: Gate, task: Task) -> str:
    """Return one line: the recipe, why, what it set and which checks it adds."""
    if gate.chosen is None:
        return f"recipe: {gate.reason}"
    values = task.to_json()
    made = [
        f"{slot} = {values[slot]}" for slot, why in task.evidence.items() if why.source == "recipe"
    ]
    line = f"recipe: {gate.chosen.name} ({gate.reason})"
    if made:
        line += f" It sets {', '.join(made)}."
    if gate.chosen.checks:
        line += f" Checks that decide here: {', '.join(gate.chosen.checks)}."
    return line if made else f"{line} `--recipe {gate.chosen.name}` applies what it sets."
