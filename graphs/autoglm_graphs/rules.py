"""How a step is judged and what follows: the verifiers' verdicts, then the policy's decision."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from autoglm_agent.chain import Step
from autoglm_agent.policy import Decision, decide
from autoglm_agent.verifiers import judge_step
from autoglm_graphs.state import State, chain_of, nogoods_of, step_of, usage_of

if TYPE_CHECKING:
    from autoglm_graphs.scene import Scene


@dataclass(frozen=True)
class Ruling:
    """What came of judging the step.

    Attributes:
        step: The step with its verdicts.
        decision: What is next.
        changed: Further keys of the state that change.
    """

    step: Step
    decision: Decision
    changed: dict[str, Any] = field(default_factory=dict)


class Rules(Protocol):
    """Judges the state's step and decides what is next."""

    def rule(self, state: State, scene: Scene) -> Ruling:
        """Return the ruling on the step being tried."""
        ...


class RemedyRules:
    """Rules for chains of tool calls: a refutation names the step to blame and a typed remedy."""

    def rule(self, state: State, scene: Scene) -> Ruling:
        """Ask the verifiers until a sound refutation, then the table of remedies."""
        chain, step = chain_of(state), step_of(state)
        if not step.verdicts:
            verdicts = judge_step(scene.verifiers, step, chain)
            step = step.model_copy(update={"verdicts": tuple(verdicts)})
        decision = decide(
            chain, step, nogoods_of(state), usage_of(state), scene.budget, consent=scene.consent
        )
        return Ruling(step, decision)
