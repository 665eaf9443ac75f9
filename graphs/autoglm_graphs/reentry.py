"""Feedback on a finished run: the smallest part that depends on it is done again.

An edit is a verdict of the user on the step it names. The run's own state is cut there by the
same policy that answers failed checks, and the machine goes on from the kept steps.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from langchain_core.language_models import BaseChatModel

from autoglm_agent.automl.checks.acknowledged import acknowledge
from autoglm_agent.automl.preparation.vault import Vault
from autoglm_agent.automl.run.events import Listener, silent
from autoglm_agent.automl.run.workspace import Workspace, open_run
from autoglm_agent.chain import Budget, Chain, Datum, Step, Usage
from autoglm_agent.errors import InputError
from autoglm_agent.planner.feedback import Edit, verdicts_of
from autoglm_agent.policy import Decision, decide
from autoglm_graphs.automl import RunContext, create_automl_agent
from autoglm_graphs.checkpoints import open_saver
from autoglm_graphs.lease import lease
from autoglm_graphs.nodes.backtrack import jump_event
from autoglm_graphs.reviving import as_data
from autoglm_graphs.settings import (
    Settings,
    read_settings,
    seconds_spent,
    write_settings,
)
from autoglm_graphs.state import State, chain_of, nogoods_of
from autoglm_graphs.undoing import in_round, remembered, settled

LEAST_SECONDS = 20.0
"""Seconds that a round of feedback has at least, whatever the run had."""


class Clash(Datum):
    """An edit that goes against a failed check.

    Attributes:
        check: The check.
        columns: The columns that it is about.
        fact: What the check found.
        words: The user's words.
    """

    check: str
    columns: tuple[str, ...] = ()
    fact: str
    words: str


@dataclass(frozen=True)
class Plan:
    """What a round of feedback would do.

    Attributes:
        edits: The typed edits.
        step: Tool of the step that is entered again; None if nothing is done again.
        kept: Tools of the steps that stay as they are.
        again: Tools of the steps that are done again.
        saved_s: Seconds that the kept steps took.
        reading: Number of the reading of the holdout that this would be; None without one.
        clashes: Edits that go against failed checks; they need an explicit yes.
        reason: Why nothing is done again, if so.
    """

    edits: tuple[Edit, ...]
    step: str | None
    kept: tuple[str, ...]
    again: tuple[str, ...]
    saved_s: float
    reading: int | None
    clashes: tuple[Clash, ...]
    reason: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the plan as JSON data."""
        return {
            "edits": [{**edit.to_json(), "step": edit.step} for edit in self.edits],
            "step": self.step,
            "kept": list(self.kept),
            "again": list(self.again),
            "saved_s": round(self.saved_s, 3),
            "reading": self.reading,
            "clashes": [clash.to_json() for clash in self.clashes],
            "reason": self.reason,
        }


def redo(
    run: str,
    edits: Sequence[Edit],
    *,
    approve: Callable[[Plan], bool],
    runs: str | os.PathLike[str] | None = None,
    model: str | BaseChatModel | None = None,
    memory: bool = True,
    listener: Listener = silent,
) -> tuple[Plan, dict[str, Any] | None]:
    """Carry out edits on a finished run.

    Args:
        run: Id of the run.
        edits: From `read_feedback`.
        approve: Is shown the plan before anything acts. A yes also allows a further reading of
            the holdout, if the plan names one, and accepts its clashes.
        runs: Folder of all runs.
        model: As for `create_automl_agent`.
        memory: Whether verified chains are recalled and kept.
        listener: Receives progress events.

    Returns:
        The plan, and the new result; None if nothing was done. A round that ends without a result
        leaves the run as it was: its result then says in `undone` why the wish was not met.

    Raises:
        InputError: If the run has not ended.
        RunActiveError: If another process works on it.
    """
    workspace = open_run(run, runs)
    settings = read_settings(workspace)
    with lease(workspace), open_saver(workspace.file("checkpoints.sqlite")) as saver:
        config: Any = {"configurable": {"thread_id": run}}
        looking = create_automl_agent(None, runs=workspace.path.parent, checkpointer=saver)
        before = looking.get_state(config)
        tell = partial(_tell, workspace, listener)
        if in_round(workspace) and not before.tasks:  # a process ended at an edge of the round
            settled(workspace, looking, dict(before.values["structured_response"]), tell)
            before, settings = looking.get_state(config), read_settings(workspace)
        if before.created_at is None or before.tasks or not workspace.has("result.json"):
            raise InputError(
                f"Run {run} has not ended, so there is nothing to judge yet.",
                f"Finish it with `autoglm resume {run}`.",
            )
        state: State = before.values  # type: ignore[assignment]
        decision, chain = _decided(state, edits)
        plan = _plan(workspace, chain, decision, edits)
        if plan.step is None or not approve(plan):
            return plan, None
        remembered(workspace, before.config)
        for clash in plan.clashes:
            acknowledge(workspace, clash.check, words=clash.words, columns=clash.columns)
        settings = _longer(workspace, settings, plan)
        workspace.log({"event": "run.resumed", "run": run, "text": "feedback"})
        told = {"event": "feedback", "text": "; ".join(e.words or e.said for e in edits)}
        _tell(workspace, listener, {**told, **plan.to_json()})
        agent = create_automl_agent(
            model, runs=workspace.path.parent, time_budget=settings.time_budget,
            trials=settings.trials, seed=settings.seed, slots=settings.slots, memory=memory,
            consent=settings.consent, features=settings.features, backend=settings.backend,
            search=settings.search, listener=listener, checkpointer=saver,
        )  # fmt: skip
        began = time.perf_counter()
        last = chain.steps[decision.to] if decision.to < len(chain.steps) else chain.steps[-1]
        for nogood in decision.nogoods:
            _tell(workspace, listener, jump_event(nogood, decision, 1, chain, last))
        agent.update_state(config, _cut(state, chain, decision), as_node="backtrack")
        agent.invoke(None, config, context=RunContext(run=run), durability="sync")
        result = dict(agent.get_state(config).values["structured_response"])
        result = settled(workspace, agent, result, tell)
        _tell(workspace, listener, _saved(workspace, plan, time.perf_counter() - began))
        return plan, result


def _decided(state: State, edits: Sequence[Edit]) -> tuple[Decision, Chain]:
    """Ask the policy what follows on the user's verdict; return it with the chain judged."""
    chain = chain_of(state)
    tools = [step for step in chain.steps if step.tool]
    if not tools:
        raise InputError("This run has no steps to go back to.", "Start a new run.")
    whole = Chain(question=chain.question)
    for step in tools:
        whole = whole.grown(step)
    verdicts = verdicts_of(list(edits))
    if not verdicts:
        return Decision(action="accept"), whole
    judged = Step(claim="the result", final=True, verdicts=verdicts)
    decision = decide(whole, judged, nogoods_of(state), Usage(), Budget())
    return decision, whole


def _plan(workspace: Workspace, chain: Chain, decision: Decision, edits: Sequence[Edit]) -> Plan:
    names = [str(step.tool) for step in chain.steps]
    if decision.action != "jump":
        reason = "" if decision.action == "accept" else "That was done already, word for word."
        return Plan(tuple(edits), None, tuple(names), (), 0.0, None, (), reason)
    kept = chain.steps[: decision.to]
    readings = Vault.readings(workspace)
    again = tuple(names[decision.to :])
    return Plan(
        edits=tuple(edits),
        step=names[decision.to],
        kept=tuple(names[: decision.to]),
        again=again,
        saved_s=sum(step.outcome.seconds for step in kept if step.outcome),
        reading=len(readings) + 1 if readings and "evaluate_model" in again else None,
        clashes=tuple(_clashes(workspace, edits)),
    )


def _clashes(workspace: Workspace, edits: Sequence[Edit]) -> list[Clash]:
    """Return the failed checks whose remedies the edits undo."""
    found = []
    jumps = [e for e in workspace.lines("events.jsonl") if e["event"] == "backtrack"]
    for edit in edits:
        for jump in jumps:
            remedy = jump.get("remedy") or {}
            args = remedy.get("args") or {}
            wanted = set(edit.args.get("keep_columns") or ())
            columns = sorted(wanted & set(args.get("drop_columns") or ()))
            split = edit.kind == "change_split" and edit.args.get("split") == "random"
            undone = split and (
                str(args.get("split", "random")) != "random" or args.get("group_duplicates")
            )
            if jump["check"] != "user" and (columns or undone):
                found.append(Clash(check=jump["check"], columns=tuple(columns),
                                   fact=jump["fact"], words=edit.words))  # fmt: skip
    return list({(c.check, c.columns): c for c in found}.values())


def _longer(workspace: Workspace, settings: Settings, plan: Plan) -> Settings:
    """Give the round its own time, on top of what the run has spent."""
    wanted = next((e.args["time_budget_s"] for e in plan.edits if e.kind == "set_budget"), None)
    limit = settings.time_budget
    if limit is not None:
        round_s = max(LEAST_SECONDS, limit, 1.5 * wanted if wanted else 0.0)
        limit = seconds_spent(workspace) + round_s
    consent = settings.consent or plan.reading is not None
    longer = settings.model_copy(update={"time_budget": limit, "consent": consent})
    write_settings(workspace, longer)
    return longer


def _cut(state: State, chain: Chain, decision: Decision) -> dict[str, Any]:
    """Return the keys of the state after the jump, with the budget of a new round."""
    return {
        "chain": as_data(chain.cut(decision.to)),
        "nogoods": [*(state.get("nogoods") or ()), *map(as_data, decision.nogoods)],
        "usage": as_data(Usage()),
        "decision": as_data(decision),
        "step": None,
        "candidates": [],
        "structured_response": {},
    }


def _saved(workspace: Workspace, plan: Plan, took: float) -> dict[str, Any]:
    """Return the event that tells how much time was saved, from the log and the searches."""
    events = list(workspace.lines("events.jsonl"))
    start = max(i for i, e in enumerate(events) if e["event"] == "feedback")
    trained = {e["name"] for e in events[start:] if e["event"] == "trial.started"}
    reused = 0.0
    if "train_models" in plan.again:
        done = {
            e["id"]: e["seconds"]
            for e in events[start:]
            if e["event"] == "trial.done" and e["name"] not in trained and "id" in e
        }
        reused = float(sum(done.values()))
    saved = plan.saved_s + reused
    return {
        "event": "feedback.done",
        "seconds": round(took, 3),
        "kept_s": round(plan.saved_s, 3),
        "reused_s": round(reused, 3),
        "saved_s": round(saved, 3),
        "text": f"{took:.1f} s; {saved:.1f} s were not spent again "
        f"({', '.join(plan.kept) or 'no step'} kept, {reused:.1f} s of candidates reused)",
    }


def _tell(workspace: Workspace, listener: Listener, event: dict[str, Any]) -> None:
    workspace.log(event)
    listener(event)
