"""A team on the machine: a supervisor, a data analyst, a modeller, a verifier and a writer.

The hand-off contract: a member is any runnable from `messages` to `messages` and
`structured_response`. It gets the user's request and, as messages that name their authors, what
the members before it found. The verifier answers with `refuted` (true or false) and `verdicts`;
a refutation sends the work back to the modeller with the reason, a few times at most. What the
supervisor decides is a pure function of the findings: no model can skip the verifier.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any, NotRequired

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage
from langchain_core.runnables import Runnable, RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph

from autoglm_agent.automl.run.workspace import runs_home
from autoglm_agent.errors import InputError
from autoglm_graphs.state import Input, Output
from autoglm_graphs.team_members import analyst, verifier, writer

MEMBERS = ("analyst", "modeller", "verifier", "writer")
"""In the order in which the supervisor calls them."""
ROUNDS = 2
"""How often the modeller may work at most."""
LONGEST_FINDING = 20_000
Member = Runnable[Any, Any]


class TeamState(Input):
    """What the team knows: the talk, and each member's last finding by name."""

    findings: NotRequired[dict[str, Any]]
    rounds: NotRequired[int]
    next: NotRequired[str]
    structured_response: NotRequired[dict[str, Any]]


def create_team(
    model: str | BaseChatModel | None = None,
    *,
    members: Mapping[str, Member] | None = None,
    runs: str | os.PathLike[str] | None = None,
    time_budget: float | None = 60.0,
    trials: int | None = None,
    memory: bool = True,
    roots: tuple[str | os.PathLike[str], ...] = (),
    rounds: int = ROUNDS,
    checkpointer: BaseCheckpointSaver[Any] | bool | None = None,
    name: str = "team",
) -> CompiledStateGraph[Any, Any, Any, Any]:
    """Return the team as a compiled graph: `messages` in, `messages` and result out.

    Args:
        model: Plans the modeller's steps; None for the embedded planner.
        members: Agents of the user's own by the name of the member they replace (`analyst`,
            `modeller`, `verifier`, `writer`); they keep the hand-off contract.
        runs: Folder of all runs.
        time_budget: Seconds of one round of the modeller; None for no limit.
        trials: Train exactly this many candidates in a round.
        memory: Whether verified chains are recalled and kept.
        roots: Folders from which data may be read, besides the current one.
        rounds: How often the modeller may work at most.
        checkpointer: As for `StateGraph.compile`.
        name: Name of the graph.

    Returns:
        A graph whose `structured_response` is the modeller's result with `status` `verified` only
        if the verifier refuted nothing, and the `findings` of all members.

    Raises:
        InputError: If `members` names none of the team, or `rounds` is not positive.
    """
    own = dict(members or {})
    if unknown := sorted(set(own) - set(MEMBERS)):
        raise InputError(f"The team has no {unknown[0]!r}.", f"Members: {', '.join(MEMBERS)}.")
    if rounds < 1:
        raise InputError(f"rounds is {rounds}.", "Give at least 1.")
    from autoglm_graphs.automl import create_automl_agent

    home = runs_home(runs)
    makers: dict[str, Any] = {
        "analyst": lambda: analyst(home, roots),
        "modeller": lambda: create_automl_agent(
            model,
            runs=home,
            time_budget=time_budget,
            trials=trials,
            memory=memory,
            roots=roots,
            name="modeller",
        ),
        "verifier": lambda: verifier(home),
        "writer": lambda: writer(home),
    }
    graph: StateGraph[TeamState, Any, Input, Any] = StateGraph(
        TeamState, input_schema=Input, output_schema=Output
    )
    graph.add_node("begin", _begin)
    graph.add_node("supervisor", lambda state: _supervise(state, rounds))
    graph.add_edge(START, "begin")
    graph.add_edge("begin", "supervisor")
    for member in MEMBERS:
        graph.add_node(member, _Seat(member, own.get(member) or makers[member]()))
        graph.add_edge(member, "supervisor")
    graph.add_conditional_edges("supervisor", lambda s: s.get("next") or END, [*MEMBERS, END])
    return graph.compile(checkpointer=checkpointer, name=name)


def next_member(findings: Mapping[str, Any], worked: int, rounds: int) -> str | None:
    """Return who works next, or None at the end.

    Args:
        findings: Each member's last finding; the verifier's is gone once it was answered.
        worked: How often the modeller has worked.
        rounds: How often it may.
    """
    if "analyst" not in findings:
        return "analyst"
    if "modeller" not in findings:
        return "modeller"
    if "verifier" not in findings:
        return "verifier"
    refuted = bool(findings["verifier"].get("refuted", True))
    if refuted and worked < rounds and not findings["modeller"].get("error"):
        return "modeller"
    return None if "writer" in findings else "writer"


def _begin(state: TeamState) -> dict[str, Any]:
    """Forget the last task: a thread keeps its state from one turn to the next."""
    del state
    return {"findings": {}, "rounds": 0, "next": ""}


def _supervise(state: TeamState, rounds: int) -> dict[str, Any]:
    findings = state.get("findings") or {}
    following = next_member(findings, state.get("rounds", 0), rounds)
    if following is not None:
        return {"next": following}
    stands = findings["verifier"].get("refuted") is False
    result = dict(findings["modeller"])
    if result.get("status") == "verified" and not stands:
        result["status"] = "unverified"
        result["message"] = "The team's verifier refuted the result."
    return {"next": "", "structured_response": {**result, "findings": findings}}


class _Seat(Runnable[TeamState, dict[str, Any]]):
    """A member at work, sync and async: briefed, heard, and its words signed with its name."""

    name: str

    def __init__(self, name: str, member: Member) -> None:
        self.name = name
        self._member = member

    def invoke(
        self, input: TeamState, config: RunnableConfig | None = None, **kwargs: Any
    ) -> dict[str, Any]:
        """Let the member work."""
        del kwargs
        return self._heard(input, self._member.invoke(self._briefed(input), config))

    async def ainvoke(
        self, input: TeamState, config: RunnableConfig | None = None, **kwargs: Any
    ) -> dict[str, Any]:
        """Let the member work without blocking the event loop."""
        del kwargs
        return self._heard(input, await self._member.ainvoke(self._briefed(input), config))

    def _briefed(self, state: TeamState) -> dict[str, Any]:
        """Return the request, and what was found so far as data that names its author."""
        asked = [m for m in state["messages"] if isinstance(m, HumanMessage)]
        findings = state.get("findings") or {}
        if self.name == "modeller":
            return {"messages": [*asked, *_objection(findings)]}
        told: list[AnyMessage] = [
            AIMessage(json.dumps({"finding": findings[m]}, default=str), name=m)
            for m in MEMBERS
            if m in findings
        ]
        return {"messages": [*asked, *told]}

    def _heard(self, state: TeamState, result: Mapping[str, Any]) -> dict[str, Any]:
        findings = dict(state.get("findings") or {})
        finding = result.get("structured_response")
        if not isinstance(finding, dict):
            finding = {"text": str(result["messages"][-1].text)}
        text = str(result["messages"][-1].text)[:LONGEST_FINDING]
        changed: dict[str, Any] = {}
        if self.name == "modeller":
            finding = {**finding, "prose": text}  # the verifier holds its figures to the ledger
            changed["rounds"] = state.get("rounds", 0) + 1
            findings.pop("verifier", None)
        findings[self.name] = finding
        return changed | {
            "findings": findings,
            "messages": [AIMessage(text, name=self.name)],
        }


def _objection(findings: Mapping[str, Any]) -> list[AnyMessage]:
    """Return what the modeller is told of a refutation, in its user's place."""
    verdicts = (findings.get("verifier") or {}).get("verdicts") or []
    failed = [v for v in verdicts if v.get("status") == "fail"]
    if not failed:
        return []
    columns = sorted({str(c) for v in failed for c in v.get("columns") or ()})
    lines = [f"Do not use `{column}`." for column in columns]
    return [HumanMessage("\n".join(lines))] if lines else []
