"""The live objects of one run: everything that must not be in the state.

A scene is opened from the state's run id whenever a node needs it, in whatever process the
node happens to run, and is kept as long as the process works on that run.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AnyMessage
from langchain_core.tools import BaseTool

from autoglm_agent.automl.run.events import Listener
from autoglm_agent.chain import Budget, Chain, Outcome, Step, Usage
from autoglm_agent.verifiers import Verifier
from autoglm_graphs.state import State

if TYPE_CHECKING:
    from autoglm_agent.memory.store import ChainMemory


class Outcomes(Protocol):
    """Where outcomes of tools are kept by content, so that nothing runs twice."""

    def get(self, key: str) -> Outcome | None:
        """Return the outcome kept under `key`, if there is one."""
        ...

    def put(self, key: str, outcome: Outcome) -> None:
        """Keep an outcome; it must survive the death of the process."""
        ...


@dataclass(frozen=True)
class Ending:
    """How a run ended, for `conclude`.

    Attributes:
        chain: The accepted steps.
        refuted: The step that ended the run because it could not be healed, if one did.
        verified: Whether the chain is complete and nothing in it was refuted.
        reason: Why not, in a sentence.
        error: For a run that could not be done: class, text and candidates.
        usage: What was spent.
    """

    chain: Chain
    refuted: Step | None
    verified: bool
    reason: str
    error: dict[str, Any] | None
    usage: Usage


@dataclass(frozen=True)
class Scene:
    """One run's parts.

    Attributes:
        model: Proposes the next step.
        tools: What steps can do.
        verifiers: In order of expected cost.
        compose: Makes the model's prompt from the state.
        conclude: Makes the answer's text and its JSON data.
        outcomes: Keeps what tools gave back.
        listener: Receives progress events.
        budget: Hard caps.
        memory: Verified chains, or None.
        learn: Called when a run has ended verified and its chain is remembered.
        family: Kind of task, as the memory's shelf.
        ask: Whether a person is there to be asked.
        consent: Whether the user has allowed a second reading of the vault.
    """

    model: BaseChatModel
    tools: Sequence[BaseTool]
    verifiers: Sequence[Verifier]
    compose: Callable[[State], list[AnyMessage]]
    conclude: Callable[[Ending], tuple[str, dict[str, Any]]]
    outcomes: Outcomes
    listener: Listener
    budget: Budget = field(default_factory=Budget)
    memory: ChainMemory | None = None
    learn: Callable[[], None] = lambda: None
    family: str = "automl"
    ask: bool = False
    consent: bool = False


OpenScene = Callable[[State], Scene]
