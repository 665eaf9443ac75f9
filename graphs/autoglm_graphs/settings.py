"""What a run is asked to do, as it stands in `run.json` from its first moment.

A run that was killed is resumed from this file and its checkpoints alone.
"""

from __future__ import annotations

import importlib.metadata
import re
import time
import uuid
from typing import Any

from pydantic import Field

from autoglm_agent.automl.run.backends import Backend
from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.automl.search.engines import Search
from autoglm_agent.chain import Datum

PACKAGES = ("autoglm-agent", "scikit-learn", "lightgbm", "pandas", "numpy", "langgraph")


ANSWERED = "run.answered"
"""The event that a person has answered; waiting for it was not working on the run."""


class Settings(Datum):
    """The circumstances of a run.

    Attributes:
        time_budget: Seconds for the whole run; None for no limit.
        trials: Train exactly this many candidates, whatever the clock says.
        seed: Seed of every split, model and bootstrap.
        slots: Slots of the task that the user fixed from outside, by name.
        query: SELECT statement for a database file.
        consent: Whether the user allowed a second reading of the vault beforehand.
        ask: Whether the run waits for a person where it has a question, instead of ending.
        approve: What a person approves before it is done: `plan`, `remedies`.
        recipe: Name, file or folder of recipes, or `none`; None lets the words choose.
        features: Whether semantic features are made and tested before the search.
        backend: Who does the fits: `threads`, `loky` or `ray`; None as joblib is configured.
        search: Who proposes candidates after the portfolio: `auto`, `grid`, `random`, `tpe`,
            `gp` or `semantic`.
        families: Experimental families of models that are tried besides the usual ones.
        export: Form in which the model must be exportable.
    """

    instruction: str = ""
    data: str = ""
    time_budget: float | None = 60.0
    trials: int | None = None
    seed: int = 0
    slots: dict[str, Any] = Field(default_factory=dict)
    query: str | None = None
    consent: bool = False
    ask: bool = False
    approve: tuple[str, ...] = ()
    features: bool = False
    backend: Backend | None = None
    search: Search = "auto"
    recipe: str | None = None
    families: tuple[str, ...] = ()
    export: str | None = None
    command: str = ""


def new_run_id(words: str) -> str:
    """Return an id that sorts by time and can be typed."""
    slug = re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")[:24].strip("-")
    stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
    return "-".join(filter(None, [stamp, slug, uuid.uuid4().hex[:4]]))


def write_settings(workspace: Workspace, settings: Settings) -> None:
    """Write `run.json`: with it the folder is a run."""
    workspace.write_json(
        {
            "id": workspace.path.name,
            "data_name": settings.data.replace("\\", "/").rsplit("/", 1)[-1],
            "created": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "versions": {name: _version(name) for name in PACKAGES},
            "time_budget_s": settings.time_budget,
            **settings.to_json(),
        },
        "run.json",
    )


def read_settings(workspace: Workspace) -> Settings:
    """Read back what `write_settings` wrote."""
    stored = workspace.read_record("run.json", keys=("instruction", "data"))
    return Settings.from_json({k: v for k, v in stored.items() if k in Settings.model_fields})


def seconds_spent(workspace: Workspace) -> float:
    """Return how long processes have worked on the run, from its event log.

    A start, a resumption or an answer begins anew; it may say how long its process had lived by
    then (`elapsed`).
    """
    spent, begun, last = 0.0, None, 0.0
    for event in workspace.lines("events.jsonl"):
        if event.get("event") in ("run.started", "run.resumed", ANSWERED):
            spent += event.get("elapsed", 0.0)
            spent += last - begun if begun is not None else 0.0
            begun = event["time"]
        last = event["time"]
    return spent + (last - begun if begun is not None else 0.0)


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "unknown"
