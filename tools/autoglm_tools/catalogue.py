"""All tools of one run, in the order in which a run uses them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from langchain_core.tools import BaseTool

from autoglm_agent.automl.run.clock import Deadline
from autoglm_agent.automl.run.events import Listener, silent
from autoglm_agent.automl.run.workspace import Workspace
from autoglm_tools.compare_runs import compare_runs
from autoglm_tools.evaluate_model import evaluate_model
from autoglm_tools.explain_model import explain_model
from autoglm_tools.export_code import export_code
from autoglm_tools.export_model import export_model
from autoglm_tools.give_feedback import give_feedback
from autoglm_tools.make_features import make_features
from autoglm_tools.plan_task import plan_task
from autoglm_tools.prepare_data import prepare_data
from autoglm_tools.profile_data import profile_data
from autoglm_tools.report import report
from autoglm_tools.session import Session
from autoglm_tools.train_models import train_models
from autoglm_tools.verify_result import verify_result


def automl_tools(
    workspace: str | os.PathLike[str] | Workspace,
    *,
    time_budget: float | None = 60.0,
    trials: int | None = None,
    seed: int = 0,
    roots: Sequence[str | os.PathLike[str]] | None = None,
    listener: Listener = silent,
    features: bool = False,
) -> list[BaseTool]:
    """Return the AutoML tools of one run.

    Args:
        workspace: The run folder (one run, one folder); made if absent.
        time_budget: Seconds for the whole run, counted from now; None for no limit.
        trials: Train exactly this many candidates, whatever the clock says.
        seed: Seed of every split, model and bootstrap.
        roots: Folders from which data may be read; default: the current folder.
        listener: Receives progress events as dicts.
        features: Whether `make_features` is among the tools, after `prepare_data`.

    Returns:
        `profile_data, plan_task, prepare_data, train_models, evaluate_model, verify_result,
        explain_model, report`, then what can be asked of a finished run:
        `export_code, export_model, give_feedback, compare_runs`.

    Raises:
        StoreError: If the folder cannot be made.
    """
    folder = workspace if isinstance(workspace, Workspace) else Workspace(workspace)
    session = Session(
        workspace=folder,
        deadline=Deadline(time_budget),
        trials=trials,
        seed=seed,
        roots=tuple(Path(r) for r in roots) if roots is not None else (Path.cwd(),),
        listener=listener,
    )
    after = [make(session) for make in (export_code, export_model, give_feedback, compare_runs)]
    return [*session_tools(session, features=features), *after]


def session_tools(
    session: Session, *, consent: bool = False, features: bool = False
) -> list[BaseTool]:
    """Return the tools of a session.

    Args:
        session: What they share.
        consent: Whether the user allows a second vault reading.
        features: Whether semantic features are made.
    """
    return [
        profile_data(session),
        plan_task(session),
        prepare_data(session),
        *([make_features(session)] if features else []),
        train_models(session),
        evaluate_model(session, consent=consent),
        verify_result(session),
        explain_model(session),
        report(session),
    ]
