"""The AutoML agent: one sentence and a table in, a verified model and a report out."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import HumanMessage
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import get_runtime

from autoglm_agent.automl.run.backends import Backend, check_backend
from autoglm_agent.automl.run.clock import Deadline
from autoglm_agent.automl.run.events import Listener
from autoglm_agent.automl.run.workspace import Workspace, runs_home
from autoglm_agent.automl.search.engines import Search, check_search
from autoglm_agent.chain import Budget, digest
from autoglm_agent.errors import AutoGLMError, InputError
from autoglm_agent.memory.store import ChainMemory
from autoglm_agent.verifiers.steps import AnswerComesLast, ToolRan
from autoglm_graphs.ending import conclude_run
from autoglm_graphs.listening import streaming
from autoglm_graphs.machine import build_machine
from autoglm_graphs.models import tool_caller
from autoglm_graphs.nodes.approve import check_approvals
from autoglm_graphs.nodes.generate import read_step
from autoglm_graphs.nodes.recall import last_human_text
from autoglm_graphs.outcomes import WorkspaceOutcomes
from autoglm_graphs.prompts import prompt_messages
from autoglm_graphs.scene import Scene
from autoglm_graphs.settings import (
    ANSWERED,
    Settings,
    new_run_id,
    read_settings,
    seconds_spent,
    write_settings,
)
from autoglm_graphs.state import State
from autoglm_graphs.warmstart import WarmStart
from autoglm_tools.catalogue import session_tools
from autoglm_tools.checking import ResultVerifier
from autoglm_tools.session import Session

HARD_STOP = 1.15
"""No new step begins later than this multiple of the time budget."""


@dataclass(frozen=True)
class RunContext:
    """What a caller may pass for one invocation, as `context=`.

    Attributes:
        run: Id of a run whose folder exists already; a new one is made otherwise.
        user: Whose run it is: a user has runs and a memory apart from everybody else's.
        time_budget: Seconds for this run, in place of the graph's.
        trials: Candidates of this run, in place of the graph's.
    """

    run: str | None = None
    user: str | None = None
    time_budget: float | None = None
    trials: int | None = None


def create_automl_agent(
    model: str | BaseChatModel | None = None,
    *,
    runs: str | os.PathLike[str] | None = None,
    time_budget: float | None = 60.0,
    trials: int | None = None,
    seed: int = 0,
    slots: dict[str, Any] | None = None,
    memory: bool | ChainMemory = True,
    budget: Budget | None = None,
    ask: bool = False,
    approve: Sequence[str] = (),
    consent: bool = False,
    roots: tuple[str | os.PathLike[str], ...] = (),
    listener: Listener | None = None,
    checkpointer: BaseCheckpointSaver[Any] | bool | None = None,
    name: str = "autoglm",
    features: bool = False,
    backend: Backend | None = None,
    search: Search = "auto",
) -> CompiledStateGraph[Any, Any, Any, Any]:
    """Return the AutoML machine as a compiled graph: `messages` in, `messages` and result out.

    Args:
        model: Proposes the steps: a chat model, a name for `init_chat_model`
            (`"provider:model"`), or None for the embedded planner, which needs no key.
        runs: Folder of all runs; default `AUTOGLM_RUNS` or `./runs`.
        time_budget: Seconds for a run; None for no limit.
        trials: Train exactly this many candidates and let no decision depend on time.
        seed: Seed of every split, model and bootstrap.
        slots: Slots of the task that are fixed whatever the words say.
        memory: Whether verified chains are kept in `<runs>/memory`, or a memory to use.
        budget: Hard caps; the default also stops a run that passes its time by 15 %.
        ask: Whether a person is there: an unclear target then interrupts the graph with a
            question (needs a checkpointer) instead of ending the run.
        approve: What a person approves before it is done, by an interrupt too: `plan` (before
            anything is trained), `remedies` (before a failed check changes the run).
        consent: Whether the user allows a second reading of the vault.
        features: Whether semantic features are made and tested before the search.
        backend: Who does the fits: `threads` of this process, processes of this machine (`loky`)
            or a Ray cluster (`ray`); None for threads, unless joblib is configured otherwise.
        search: Who proposes candidates after the portfolio: `auto`, or one of Optuna's engines
            `grid`, `random`, `tpe`, `gp`, `semantic`.
        roots: Folders from which data may be read, besides the current one and the files that
            the user's messages name.
        listener: Receives every progress event as a dict, besides LangGraph's custom stream.
        checkpointer: As for `StateGraph.compile`; use `durability="sync"`.
        name: Name of the graph.

    Raises:
        InputError: If a limit is not positive, `model` names none, or `approve` anything else.

    Returns:
        A graph whose result has `messages` and `structured_response` (`run`, `status`, `task`,
        `honest`, `naive`, `checks`, `backtracks`, `model`, `timings`, `paths`).

    Examples:
        >>> agent = create_automl_agent(time_budget=60)
        >>> result = agent.invoke({"messages": [("user", "Predict churn. Data: churn.csv")]})
    """
    check_limits({"time_budget": time_budget, "trials": trials})
    check_approvals(approve)
    check_backend(backend)
    check_search(search)
    stage = AutoMLStage(
        model=tool_caller(model),
        home=runs_home(runs),
        settings=Settings(
            time_budget=time_budget,
            trials=trials,
            seed=seed,
            slots=slots or {},
            consent=consent,
            features=features,
            backend=backend,
            search=search,
        ),
        memory=memory,
        budget=budget,
        ask=ask,
        approve=frozenset(approve),
        roots=(Path.cwd(), *(Path(r) for r in roots)),
        listener=listener,
    )
    return build_machine(
        stage.open,
        begin=stage.begin,
        context_schema=RunContext,
        approving=bool(approve),
        checkpointer=checkpointer,
        name=name,
    )


def limits_of(context: RunContext) -> dict[str, Any]:
    """Return the limits that a context sets.

    Raises:
        InputError: If one is not positive.
    """
    told = {"time_budget": context.time_budget, "trials": context.trials}
    given = {name: value for name, value in told.items() if value is not None}
    check_limits(given)
    return given


def check_limits(limits: Mapping[str, float | None]) -> None:
    """Raise `InputError` for a limit that is not positive."""
    for limit, value in limits.items():
        if value is not None and not value > 0:
            raise InputError(f"{limit} is {value}.", "Give a positive one, or None for no limit.")


class AutoMLStage:
    """Opens the scene of a run; keeps the scene of the run that it works on."""

    def __init__(
        self,
        *,
        model: BaseChatModel,
        home: Path,
        settings: Settings,
        memory: bool | ChainMemory,
        budget: Budget | None,
        ask: bool,
        approve: frozenset[str],
        roots: tuple[Path, ...],
        listener: Listener | None,
    ) -> None:
        self._model = model
        self._home = home
        self._settings = settings
        self._memory = memory
        self._budget = budget
        self._ask = ask
        self._approve = approve
        self._roots = roots
        self._listener = listener
        self._scene: tuple[tuple[str, bool], Scene] | None = None
        self._opened: dict[Path, ChainMemory] = {}
        self._lock = threading.RLock()

    def begin(self, state: State) -> str:
        """Return the run of a new task; make its folder unless the caller has."""
        context = get_runtime(RunContext).context
        if context is not None and context.run:
            return context.run
        words = last_human_text(state)
        run = new_run_id(words)
        asked: dict[str, Any] = {"instruction": words}
        if context is not None:
            if context.user:
                run = f"users/{digest([context.user])}/{run}"
            asked |= limits_of(context)
        workspace = Workspace(self._home / run)
        write_settings(workspace, self._settings.model_copy(update=asked))
        workspace.log({"event": "run.started", "text": words})
        return run

    def open(self, state: State) -> Scene:
        """Return the scene of the state's run."""
        key = (state["run"], bool(state.get("consent")))
        with self._lock:  # a graph may be invoked from several threads
            if self._scene is None or self._scene[0] != key:
                self._scene = (key, self._make(state))
            return self._scene[1]

    def _make(self, state: State) -> Scene:
        workspace = Workspace(self._home / state["run"])
        settings = read_settings(workspace)
        spoken = " ".join(str(m.text) for m in state["messages"] if isinstance(m, HumanMessage))
        limit = None if settings.trials else settings.time_budget
        spent = seconds_spent(workspace)
        left = None if limit is None else max(0.0, limit - spent)
        listener = self._renewing(streaming(workspace.log, self._listener))
        session = Session(
            workspace=workspace,
            deadline=Deadline(left),
            spent=spent,
            trials=settings.trials,
            seed=settings.seed,
            roots=self._roots,
            named=lambda source: source in spoken,
            listener=listener,
            checks=False,
            task_overrides=settings.slots,
            backend=settings.backend,
            search=settings.search,
            recipe=settings.recipe,
            families=settings.families,
            export=settings.export,
        )
        consent = settings.consent or bool(state.get("consent"))
        memory = self._open_memory(workspace.path.parent / "memory", listener)
        warm = WarmStart(memory, workspace, listener) if memory is not None else None
        if warm is not None:
            session.first = warm.first
        tools = session_tools(session, consent=consent, features=settings.features)
        return Scene(
            asked=self._model.bind_tools(list(tools)),
            read=lambda reply: [read_step(reply)],
            tools=tools,
            verifiers=(ToolRan(), AnswerComesLast(["report"]), ResultVerifier(session)),
            compose=lambda s: prompt_messages(s, [t.name for t in tools]),
            conclude=lambda ending: conclude_run(session, ending),
            outcomes=WorkspaceOutcomes(workspace),
            listener=listener,
            budget=self._budget or Budget(seconds=limit * HARD_STOP if limit else None),
            memory=memory,
            learn=warm.keep if warm is not None else lambda: None,
            ask=self._ask,
            approve=self._approve,
            consent=consent,
        )

    def _renewing(self, listener: Listener) -> Listener:
        """Open the scene anew after an answer: the time that a person took is not the run's."""

        def listen(event: dict[str, Any]) -> None:
            listener(event)
            if event["event"] == ANSWERED:
                with self._lock:
                    self._scene = None

        return listen

    def _open_memory(self, folder: Path, listener: Listener) -> ChainMemory | None:
        """Return the memory beside the runs; one that is damaged is told of and left alone."""
        if isinstance(self._memory, ChainMemory):
            return self._memory
        try:
            if self._memory and folder not in self._opened:
                self._opened[folder] = ChainMemory(folder)
            return self._opened.get(folder)
        except AutoGLMError as error:
            listener({"event": "memory.failed", "text": str(error)})
            return None
