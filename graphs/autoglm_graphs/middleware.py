"""Verification for people who keep their own agent: a middleware for `create_agent`.

It looks at what the model says before it counts. A tool call or a final answer that a verifier
refutes is taken out of the conversation, the reasons are put in its place as one short message,
and the model is asked again; a verifier that blames an earlier step takes the conversation back
to that step. When the attempts are spent the answer stands, marked as unverified.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any, NotRequired

from langchain.agents.middleware.types import (
    AgentMiddleware,
    AgentState,
    PrivateStateAttr,
    hook_config,
)
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, RemoveMessage, ToolMessage
from langgraph.runtime import Runtime

from autoglm_agent.chain import Chain, Outcome, Step, Verdict
from autoglm_agent.prompting.proposal import plain
from autoglm_agent.verifiers import Verifier, judge_step

SOURCE = "autoglm-verification"
"""Marks the messages that this middleware writes (`additional_kwargs["lc_source"]`)."""
MOST_REASONS = 6
"""Different reasons that are told; the message does not grow with the attempts."""


class VerificationState(AgentState[Any]):
    """What the middleware adds to an agent's state."""

    verification: NotRequired[dict[str, Any]]
    """`status` (`verified`, `unverified`), `attempts`, `verdicts` of the last answer."""
    refutations: NotRequired[Annotated[list[str], PrivateStateAttr]]
    """Reasons told so far in this turn."""
    attempts: NotRequired[Annotated[int, PrivateStateAttr]]


class VerificationMiddleware(AgentMiddleware[VerificationState, Any, Any]):
    """Verify a model's final answers and the tool calls it chooses.

    Args:
        verifiers: Asked in order of cost about each call and each final answer, with the
            conversation's tool steps as the chain; a sound refutation is final, others vote.
        attempts: Refutations in one turn after which the answer stands unverified.
        tool_calls: Whether calls are verified before they run.

    Examples:
        >>> from langchain.agents import create_agent
        >>> from autoglm_agent.verifiers import Arithmetic
        >>> agent = create_agent(model, tools, middleware=[VerificationMiddleware([Arithmetic()])])
        >>> agent.invoke({"messages": [("user", "17 * 23?")]})["verification"]["status"]
    """

    state_schema = VerificationState

    def __init__(
        self, verifiers: Sequence[Verifier], *, attempts: int = 3, tool_calls: bool = True
    ) -> None:
        super().__init__()
        self.tools = []
        self._verifiers = tuple(verifiers)
        self._attempts = attempts
        self._tool_calls = tool_calls

    def before_agent(
        self,
        state: VerificationState,  # noqa: ARG002 - the hook's signature
        runtime: Runtime[Any],  # noqa: ARG002
    ) -> dict[str, Any]:
        """Begin a turn: what an earlier one was told does not count."""
        return {"attempts": 0, "refutations": [], "verification": {}}

    @hook_config(can_jump_to=["model"])
    def after_model(
        self,
        state: VerificationState,
        runtime: Runtime[Any],  # noqa: ARG002 - the hook's signature
    ) -> dict[str, Any] | None:
        """Judge what the model said; send a refuted reply back with the reasons."""
        messages = state["messages"]
        last = messages[-1]
        if not isinstance(last, AIMessage) or (last.tool_calls and not self._tool_calls):
            return None
        chain, owners = told_chain(messages[:-1])
        verdicts: list[Verdict] = []
        for step in steps_of(last):
            verdicts += judge_step(self._verifiers, step, chain)
        if not refuted(verdicts):
            return self._accepted(state, last, verdicts)
        attempts = state.get("attempts", 0) + 1
        if attempts > self._attempts:
            return self._accepted(state, last, verdicts)
        return self._sent_back(state, last, verdicts, owners) | {"attempts": attempts}

    @hook_config(can_jump_to=["model"])
    async def aafter_model(
        self, state: VerificationState, runtime: Runtime[Any]
    ) -> dict[str, Any] | None:
        """Judge in a thread: verifiers may run code or call a model."""
        return await asyncio.to_thread(self.after_model, state, runtime)

    def _accepted(
        self, state: VerificationState, last: AIMessage, verdicts: Sequence[Verdict]
    ) -> dict[str, Any] | None:
        """Let the reply stand; after an answer, take the reasons out of the conversation."""
        if last.tool_calls:
            return None
        stands = not refuted(verdicts) and any(v.status == "pass" for v in verdicts)
        verification = {
            "status": "verified" if stands else "unverified",
            "attempts": state.get("attempts", 0) + 1,
            "verdicts": [{"check": v.check, "status": v.status, "fact": v.fact} for v in verdicts],
        }
        return {"verification": verification, "messages": _withdrawn(state["messages"])}

    def _sent_back(
        self,
        state: VerificationState,
        last: AIMessage,
        verdicts: Sequence[Verdict],
        owners: Sequence[int],
    ) -> dict[str, Any]:
        facts = [v.fact or f"{v.check} failed." for v in verdicts if v.status == "fail"]
        reasons = list(dict.fromkeys([*state.get("refutations", []), *facts]))[-MOST_REASONS:]
        messages = state["messages"]
        cut = blamed(verdicts, owners)
        gone = messages[cut:] if cut is not None else [last]
        removed = [RemoveMessage(id=m.id) for m in gone if m.id]
        return {
            "messages": [
                *removed,
                *_withdrawn(m for m in messages if m not in gone),
                _told(reasons),
            ],
            "refutations": reasons,
            "jump_to": "model",
        }


def steps_of(message: AIMessage) -> list[Step]:
    """Return what a reply proposes: its tool calls, or its text as the final answer."""
    if message.tool_calls:
        thought = plain(str(message.text))
        return [
            Step(thought=thought, tool=c["name"], args=c["args"], call_id=c["id"] or "")
            for c in message.tool_calls
        ]
    return [Step(claim=plain(str(message.text)), final=True)]


def told_chain(messages: Sequence[AnyMessage]) -> tuple[Chain, list[int]]:
    """Return the turn so far as a chain, and for each step the index of its message.

    Args:
        messages: The conversation; the turn begins at the last message of the user.
    """
    question, start = "", 0
    for index, message in enumerate(messages):
        if isinstance(message, HumanMessage) and not _ours(message):
            question, start = str(message.text), index
    results = {m.tool_call_id: m for m in messages if isinstance(m, ToolMessage)}
    steps: list[Step] = []
    owners: list[int] = []
    for index, message in enumerate(messages[start:], start):
        if isinstance(message, AIMessage) and message.tool_calls:
            for step in steps_of(message):
                result = results.get(step.call_id)
                if result is not None:
                    outcome = Outcome(ok=result.status != "error", text=str(result.text))
                    step = step.model_copy(update={"outcome": outcome})
                steps.append(step)
                owners.append(index)
    return Chain(question=question, steps=tuple(steps)), owners


def refuted(verdicts: Sequence[Verdict]) -> bool:
    """Return whether a sound verdict, or most of the votes, speak against it."""
    if any(v.status == "fail" and v.sound for v in verdicts):
        return True
    votes = [v.status for v in verdicts if v.status in ("pass", "fail")]
    return votes.count("fail") > votes.count("pass")


def blamed(verdicts: Sequence[Verdict], owners: Sequence[int]) -> int | None:
    """Return the index of the message to go back to, if a sound verdict blames a step."""
    indices = [
        i
        for v in verdicts
        if v.status == "fail" and v.sound
        for i in v.conflicts
        if i < len(owners)
    ]
    return owners[min(indices)] if indices else None


def _told(reasons: Sequence[str]) -> HumanMessage:
    listed = "\n".join(f"- {reason}" for reason in reasons)
    return HumanMessage(
        f"A check refuted what was proposed here:\n{listed}\nTry again, and avoid these faults.",
        name="verifier",
        additional_kwargs={"lc_source": SOURCE},
    )


def _withdrawn(messages: Any) -> list[RemoveMessage]:
    return [RemoveMessage(id=m.id) for m in messages if _ours(m) and m.id]


def _ours(message: AnyMessage) -> bool:
    return message.additional_kwargs.get("lc_source") == SOURCE
