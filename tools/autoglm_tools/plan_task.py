"""`plan_task`: from the user's sentence to a typed task."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from langchain_core.tools import BaseTool
from pydantic import BaseModel, Field, ValidationError

from autoglm_agent.chain import Evidence, Kind, Task, digest
from autoglm_agent.errors import InputError
from autoglm_tools.session import Session
from autoglm_tools.toolkit import Result, as_tool, told

if TYPE_CHECKING:
    from autoglm_agent.automl.data.profile import Profile
    from autoglm_agent.planner.merging import Merged


class PlanTask(BaseModel):
    """Arguments of `plan_task`."""

    data_id: str = Field(description="From profile_data.")
    instruction: str = Field(description="The user's own words, unchanged.")
    kind: Kind | None = Field(None, description="How you read the words, if they say it.")
    target: str | None = Field(None, description="The column that the words ask for.")
    metric: str | None = Field(None, description="scikit-learn's name, if the words name one.")
    positive_class: str | None = Field(None, description="The class that is the event.")
    exclude: list[str] | None = Field(None, description="Columns that the words bar.")
    time_column: str | None = Field(None, description="What the words split by time on.")
    group_column: str | None = Field(None, description="What the words keep whole in a split.")
    horizon: str | None = Field(
        None, description='How far ahead a forecast looks, as "14 days" or "3 months".'
    )
    series: list[str] | None = Field(
        None, description="Columns that tell a forecast's series apart; empty adds all rows up."
    )
    per_period: Literal["sum", "mean"] | None = Field(
        None, description="What several rows of one period of a forecast come to."
    )
    costs: dict[str, float] | None = Field(None, description='As {"fn": 10, "fp": 1}.')
    groups: int | None = Field(None, description="How many groups, if the words say it.")
    confirmed: list[str] | None = Field(
        None, description="Slots given here that the user has confirmed in an answer."
    )


def plan_task(session: Session) -> BaseTool:
    """Make the tool for one run."""

    def work(data_id: str, instruction: str, **overrides: Any) -> Result:
        from autoglm_agent.planner.paradigms import told as recipe_told
        from autoglm_agent.planner.paradigms import with_recipe

        profile = stored_profile(session, data_id)
        said = set(overrides.pop("confirmed", None) or ())
        fixed = {**{k: overrides.pop(k) for k in said & set(overrides)}, **session.task_overrides}
        merged = readings(instruction, profile, overrides, fixed)
        read = merged.task
        task, gate = with_recipe(read, instruction, profile, session.recipe)
        task_id = digest([data_id, task.to_json()])
        planned = {"data_id": data_id, "task": task.to_json()}
        session.workspace.write_json(planned, "tasks", f"{task_id}.json")
        session.workspace.write_json(task.to_json(), "task.json")
        ids = {"data_id": data_id, "task_id": task_id, "kind": task.kind}
        recipe = gate.chosen.name if gate.chosen else None
        text = "\n".join([task_text(task), *merged.notes, recipe_told(gate, task)])
        return told(text, ids), {**ids, "task": task.to_json(), "recipe": recipe}

    return as_tool(
        "plan_task",
        "Turn the user's instruction into a typed task: kind, target, metric, limits. Asks back "
        "with candidates when the target cannot be told, or your reading contradicts the words.",
        PlanTask,
        work,
    )


def stored_profile(session: Session, data_id: str) -> Profile:
    """Return the profile of the run's data.

    Raises:
        InputError: If `data_id` is not what `profile_data` gave.
    """
    from autoglm_agent.automl.data.profile import Profile

    if session.workspace.has("profile.json"):
        profile = Profile.from_json(session.workspace.read_json("profile.json"))
        if profile.digest == data_id:
            return profile
    raise InputError(f"No profile of data {data_id!r}.", "Call profile_data first.")


def understand(
    instruction: str,
    profile: Profile,
    proposed: dict[str, Any] | None = None,
    fixed: dict[str, Any] | None = None,
) -> Task:
    """Return the task of `readings`."""
    return readings(instruction, profile, proposed, fixed).task


def readings(
    instruction: str,
    profile: Profile,
    proposed: dict[str, Any] | None = None,
    fixed: dict[str, Any] | None = None,
) -> Merged:
    """Merge what the words say with what a model read; what the user fixed comes on top.

    Raises:
        TargetError: If the target cannot be told and nobody named it, or if the two readings
            contradict each other about target or kind.
        InputError: If a named column does not exist or a slot has no such value.
    """
    from autoglm_agent.planner.merging import Merged, merge_readings

    user = {k: v for k, v in (fixed or {}).items() if v is not None}
    model = {k: v for k, v in (proposed or {}).items() if k not in user}
    merged = merge_readings(instruction, profile, model, target=user.get("target"))
    task, evidence = merged.task, dict(merged.task.evidence)
    for slot in user:
        evidence[slot] = Evidence(confidence=1.0, source="user")
    try:
        fixed_task = Task.model_validate({**task.model_dump(), **user, "evidence": evidence})
        return Merged(fixed_task, merged.notes)
    except ValidationError as error:
        first = error.errors()[0]
        slot = ".".join(map(str, first["loc"]))
        raise InputError(
            f"The slot {slot!r} cannot be {first['input']!r}: {first['msg']}.", "Correct it."
        ) from error


def task_text(task: Task) -> str:
    """Return the filled slots, one a line, with where each comes from."""
    lines = []
    for slot, value in task.to_json().items():
        if slot == "evidence" or value in (None, [], {}):
            continue
        lines.append(f"{slot}: {value}{_because(task.evidence.get(slot))}")
    if task.unread:
        lines.append("note: what is unread will not be kept: all rows count.")
    return "\n".join(lines)


def _because(why: Evidence | None) -> str:
    if why is None:
        return ""
    if why.source == "recipe":
        return f" (recipe {why.span})"
    return f' ("{why.span}")' if why.span else f" ({why.source})"
