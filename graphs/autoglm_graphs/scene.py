"""The live objects of one run: everything that must not be in the state.

A scene is opened from the state's run id whenever a node needs it, in whatever process the
node happens to run, and is kept as long as the process works on that run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from langchain_core.messages import AIMessage, AnyMessage
from langchain_core.tools import BaseTool

from autoglm_agent.automl.run.events import Listener
from autoglm_agent.chain import Budget, Chain, Outcome, Step, Usage
from autoglm_agent.prompting.protocols import Asked
from autoglm_agent.verifiers import Verifier
from autoglm_graphs.rules import RemedyRules, Rules
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
        state: The state at the end.
        chain: The accepted steps.
        refuted: The step that ended the run because it could not be healed, if one did.
        verified: Whether the chain is complete and nothing in it was refuted.
        reason: Why not, in a sentence.
        error: For a run that could not be done: class, text and candidates.
        usage: What was spent.
    """

    state: State
    chain: Chain
    refuted: Step | None
    verified: bool
    reason: str
    error: dict[str, Any] | None
    usage: Usage


@dataclass(frozen=True)
class Conclusion:
    """What `conclude` tells.

    Attributes:
        text: The answer's words.
        response: The answer as JSON data.
        changed: Further keys of the state that change.
    """

    text: str
    response: dict[str, Any]
    changed: dict[str, Any] = field(default_factory=dict)


@dataclass
class Carried:
    """Seconds of nodes that are not in the state yet."""

    seconds: float = 0.0


@dataclass(frozen=True)
class Scene:
    """One run's parts.

    Attributes:
        asked: The model, bound to propose the next step.
        read: Makes steps of its reply: the next one, then its alternatives.
        tools: What steps can do.
        verifiers: In order of expected cost.
        rules: Judges a step and decides what is next.
        compose: Makes the model's prompt from the state.
        conclude: Makes the answer.
        outcomes: Keeps what tools gave back.
        listener: Receives progress events.
        budget: Hard caps.
        memory: Verified chains, or None.
        learn: Called when a run has ended verified and its chain is remembered.
        family: Kind of task, as the memory's shelf.
        steps_recur: Whether similar tasks are solved by the same steps; None: the memory measures.
        ask: Whether a person is there to be asked.
        consent: Whether the user has allowed a second reading of the vault.
        approve: What a person approves before it is done: `plan`, `remedies`.
        resilient: Whether a model that fails ends the run with the reason, after retries; else
            its error is raised, and the run can be resumed.
        prices: Price of a million input and output tokens.
        tells_claims: Whether events tell the claim of a step rather than its thought.
        opening: Gives keys of the state that are chosen once for a task.
        tell: Is told how a run ended, verified or not.
        options: Gives options of the next model call, such as a warmer temperature.
        carried: What the next node that writes the usage adds to it.
    """

    asked: Asked
    read: Callable[[AIMessage], list[Step]]
    tools: Sequence[BaseTool]
    verifiers: Sequence[Verifier]
    compose: Callable[[State], list[AnyMessage]]
    conclude: Callable[[Ending], Conclusion]
    outcomes: Outcomes
    listener: Listener
    budget: Budget = field(default_factory=Budget)
    memory: ChainMemory | None = None
    learn: Callable[[], None] = lambda: None
    family: str = "automl"
    steps_recur: bool | None = False
    ask: bool = False
    consent: bool = False
    approve: frozenset[str] = frozenset()
    rules: Rules = field(default_factory=RemedyRules)
    resilient: bool = False
    prices: tuple[float, float] | None = None
    tells_claims: bool = False
    opening: Callable[[State], dict[str, Any]] | None = None
    tell: Callable[[State], None] | None = None
    options: Callable[[State], Mapping[str, Any]] | None = None
    carried: Carried = field(default_factory=Carried)

    def model(self, state: State) -> Asked:
        """Return the model as it is to be called now."""
        options = self.options(state) if self.options else {}
        return self.asked.bind(**options) if options else self.asked


OpenScene = Callable[[State], Scene]
