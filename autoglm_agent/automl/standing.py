"""How a finished run's model stands: what feedback needs to know before it is read."""

from __future__ import annotations

from dataclasses import dataclass

from autoglm_agent.automl.answers import stored_search
from autoglm_agent.automl.data.profile import Profile
from autoglm_agent.automl.forecasting.laying import stored_plan
from autoglm_agent.automl.models.fitted import FittedModel
from autoglm_agent.automl.preparation.prepare import Prepared, load_prepared
from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.chain import Task


@dataclass(frozen=True)
class Standing:
    """The present result.

    Attributes:
        profile: The table's profile.
        target: The column that is predicted; None without one.
        latency_ms: Median time of one prediction, measured now; None without a target.
        seconds: Time that the training took.
        task: What was asked; of a forecast with the series that the data told. None if unknown.
    """

    profile: Profile
    target: str | None
    latency_ms: float | None
    seconds: float
    task: Task | None = None


def standing_of(workspace: Workspace) -> Standing:
    """Return how a finished run's model stands.

    Raises:
        InputError: If the run has no model.
    """
    search = stored_search(workspace)
    prepared = load_prepared(workspace, search["prepared"])
    latency = None
    if prepared.task.target:
        model = FittedModel.load(workspace, search["model"])
        latency = round(model.latency_ms(prepared.X), 3)
    profile = Profile.from_json(workspace.read_record("profile.json", keys=("columns",)))
    seconds = float(search.get("seconds") or 0.0)
    return Standing(profile, prepared.task.target, latency, seconds, _asked(workspace, prepared))


def _asked(workspace: Workspace, prepared: Prepared) -> Task | None:
    if not workspace.has("task.json"):
        return None
    task = Task.from_json(workspace.read_json("task.json"))
    plan = stored_plan(workspace, prepared.data_id)
    return task.model_copy(update={"series": plan.series}) if plan else task
