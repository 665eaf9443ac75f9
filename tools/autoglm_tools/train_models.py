"""`train_models`: search models by cross-validation and blend the best."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from langchain_core.tools import BaseTool
from pydantic import BaseModel, Field

from autoglm_agent.automl.run.clock import Deadline
from autoglm_agent.chain import SUPERVISED, digest
from autoglm_tools.checking import check_stage
from autoglm_tools.session import Session
from autoglm_tools.stored import stored_features, stored_preparation
from autoglm_tools.toolkit import Result, as_tool, told

if TYPE_CHECKING:
    from autoglm_agent.automl.preparation.prepare import Prepared

Family = Literal[
    "lightgbm", "catboost", "extra_trees", "random_forest", "linear", "network", "tree"
]


class TrainModels(BaseModel):
    """Arguments of `train_models`."""

    prepared_id: str = Field(description="From prepare_data.")
    time_budget_s: float | None = Field(None, gt=0, description="Seconds; default: what is left.")
    discard: list[str] = Field(default_factory=list, description="Candidate ids not to use.")
    simplify: bool = Field(False, description="Only simpler, more strongly regularised models.")
    interpretable: bool = Field(False, description="Only models that a person can read.")
    max_latency_ms: float | None = Field(None, gt=0, description="Longest time for one row.")
    without_families: list[Family] = Field(
        default_factory=list, description="Families of models not to train."
    )
    min_recall: float | None = Field(
        None, gt=0, le=1, description="Binary: least recall that the threshold must reach."
    )
    min_precision: float | None = Field(
        None, gt=0, le=1, description="Binary: least precision that the threshold must reach."
    )
    features_id: str | None = Field(None, description="From make_features: columns it accepted.")
    costs: dict[Literal["fn", "fp"], float] | None = Field(
        None, description="Binary: relative costs of the two mistakes, for the threshold."
    )


_FIRST = {"prepared_id", "time_budget_s", "discard", "simplify"}
"""Arguments that every id rests on."""


def train_models(session: Session) -> BaseTool:
    """Make the tool for one run."""

    def work(prepared_id: str, **asked: Any) -> Result:
        prepared = stored_preparation(session, prepared_id)
        wanted = TrainModels(prepared_id=prepared_id, **asked)
        # What was not asked for is left out, so that ids of older runs stay what they are.
        more = wanted.model_dump(exclude=_FIRST, exclude_defaults=True)
        more |= {} if session.search == "auto" else {"search": session.search}
        more |= {"families": sorted(session.families)} if session.families else {}
        more |= {"export": session.export} if session.export else {}
        arguments = [prepared_id, wanted.time_budget_s, sorted(wanted.discard), wanted.simplify]
        model_id = digest([*arguments, session.trials, session.seed, *([more] if more else [])])
        ids = {"model_id": model_id, "prepared_id": prepared_id, "kind": prepared.task.kind}
        if not session.workspace.has("searches", model_id, "search.json"):
            deadline = _until(session, prepared, wanted)
            if prepared.task.kind in SUPERVISED:
                _search(session, prepared, model_id, deadline, wanted)
            else:
                _unsupervised(session, prepared, model_id, deadline)
        search = session.workspace.read_json("searches", model_id, "search.json")
        verdicts = check_stage(session, "search", model_id) if session.checks else []
        artifact = {**ids, **_figures(search), "verdicts": [v.to_json() for v in verdicts]}
        return told(_text(search), ids, verdicts), artifact

    return as_tool(
        "train_models",
        "Train candidate models with cross-validation on the training rows, within the time "
        "budget, and blend the best of them. Long: progress is streamed.",
        TrainModels,
        work,
    )


def _until(session: Session, prepared: Prepared, wanted: TrainModels) -> Deadline:
    """Return when training must have ended; never with a number of trials."""
    after = 0.0
    if prepared.task.kind in SUPERVISED:
        # What is needed is imported before the time for training is told.
        import autoglm_agent.automl.models.skops_io
        import autoglm_agent.automl.search.engine  # noqa: F401
        from autoglm_tools.afterwards import seconds_afterwards

        if not session.trials and session.deadline.seconds is not None:
            after = seconds_afterwards(prepared)
    if session.trials:
        return Deadline()
    limit, whole = wanted.time_budget_s, prepared.task.time_budget_s
    return Deadline(session.training_seconds(limit, whole, after))


def _search(
    session: Session, prepared: Prepared, model_id: str, deadline: Deadline, wanted: TrainModels
) -> None:
    # The engine imports scikit-learn and LightGBM: only when something is trained.
    from autoglm_agent.automl.export.wished import families_left_out
    from autoglm_agent.automl.search.engine import run_search
    from autoglm_agent.automl.search.wishes import hold
    from autoglm_agent.automl.search.workspace_trials import WorkspaceTrials

    without: list[str] = list(wanted.without_families)
    if session.export:
        without += families_left_out(session.export, prepared.X, prepared.kinds)
    limits = [prepared.task.max_latency_ms, wanted.max_latency_ms]
    result = run_search(
        prepared.X,
        prepared.y,
        prepared.problem,
        prepared.folds,
        oob_allowed=prepared.plan.oob_allowed,
        kinds=prepared.kinds,
        deadline=deadline,
        to_predict=prepared.holdout_rows,
        trials=session.trials,
        seed=session.seed,
        store=WorkspaceTrials(session.workspace),
        listener=session.listener,
        interpretable=bool(prepared.task.interpretable) or wanted.interpretable,
        max_latency_ms=min((x for x in limits if x is not None), default=None),
        discard=wanted.discard,
        simplify=wanted.simplify,
        first=[*_of_series(prepared), *(() if session.trials else session.first(prepared))],
        without=without,
        experimental=session.families,
        expressions=stored_features(session, wanted.features_id, prepared.id),
        backend=session.backend,
        search=session.search,
    )
    hold(
        result, prepared.problem, prepared.y, recall=wanted.min_recall,
        precision=wanted.min_precision, costs={str(k): v for k, v in (wanted.costs or {}).items()},
    )  # fmt: skip
    result.save(
        session.workspace,
        model_id,
        prepared.id,
        budget_s=deadline.seconds,
        trials=session.trials,
    )


def _of_series(prepared: Prepared) -> list[dict[str, Any]]:
    """Return what forecasts are tried with first: past values weighed, as in an autoregression."""
    if prepared.task.horizon is None:
        return []
    strengths = [0.1, 0.01, 0.001, 0.0001]
    return [{"family": "linear", "params": {"strengths": strengths, "log": False}}]


def _unsupervised(session: Session, prepared: Prepared, model_id: str, deadline: Deadline) -> None:
    from autoglm_agent.automl.unsupervised.tasks import cluster, find_anomalies

    work = cluster if prepared.task.kind == "clustering" else find_anomalies
    work(session.workspace, prepared, model_id, deadline=deadline, listener=session.listener)


def _figures(search: dict[str, Any]) -> dict[str, Any]:
    """Return the parts of a search that a program wants at once."""
    keys = (
        "metric",
        "honest",
        "ensemble_score",
        "naive_score",
        "best",
        "seconds",
        "stopped",
        "weights",
    )
    figures = {key: search[key] for key in keys if key in search}
    return {**figures, "candidates": len(search.get("candidates", []))}


def _text(search: dict[str, Any]) -> str:
    if "candidates" not in search:
        return str(search.get("text", "done"))
    done = [c for c in search["candidates"] if c["status"] == "done"]
    best = next((c for c in done if c["id"] == search["best"]), None)
    lines = [f"{len(done)} candidates in {search['seconds']:.1f} s ({search['stopped']})."]
    if best:
        honest = search.get("honest")
        if honest:
            lines.append(
                f"honest cross-validation score: {search['metric']} {honest['value']:.4f} "
                f"(95 % interval {honest['low']:.4f} to {honest['high']:.4f}, corrected for "
                f"choosing among {honest['candidates']})"
            )
        lines.append(
            f"as it stood, which flatters: blend of {len(search['weights'])} "
            f"{search['ensemble_score']:.4f}; best single {best['name']} {best['score']:.4f}"
        )
    lines += [f"failed: {c['name']}: {c['error']}" for c in search["candidates"] if c["error"]]
    return "\n".join(lines)
