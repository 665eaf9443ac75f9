"""The prompt of free reasoning, composed from the state: the prompt orchestration engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from langchain_core.messages import AnyMessage, HumanMessage, SystemMessage
from langchain_core.tools import BaseTool

from autoglm_agent.chain import Nogood
from autoglm_agent.prompting.gating import Embed, gate
from autoglm_agent.prompting.protocols import StepProtocol
from autoglm_agent.prompting.reasoning import request_section, stable_sections, task_sections
from autoglm_agent.prompting.sections import compose
from autoglm_agent.prompting.variants import VARIANTS
from autoglm_agent.verifiers import Verifier
from autoglm_graphs.state import State, chain_of, nogoods_of

SOFT_SHOWN = 3
"""Soft refutations that are shown as exclusions; older ones may be proposed again."""
LADDER = {
    "reformulate": "State the step as something a program can check: code, an equation, a query.",
    "switch": "The steps tried so far failed. Take a different approach.",
}
"""What is added to the request on a rung of the escalation ladder."""


@dataclass(frozen=True)
class PromptParts:
    """What a reasoning prompt is made of, besides the state.

    Attributes:
        protocol: Words the output contract.
        tools: All tools.
        verifiers: Their `constraint` and `offer` become lines of the prompt.
        sources: Texts by name, to be quoted from.
        examples: Examples that are shown at most.
        tools_shown: Tools that are shown at most.
        tokens: Budget of the system part and of the rest, each.
        embed: Embeds texts for the gating, or None to show all.
    """

    protocol: StepProtocol
    tools: Sequence[BaseTool] = ()
    verifiers: Sequence[Verifier] = ()
    sources: Mapping[str, str] | None = None
    examples: int = 3
    tools_shown: int = 12
    tokens: int = 6_000
    embed: Callable[[], Embed] | None = None
    _composed: dict[tuple[Any, ...], SystemMessage] = field(default_factory=dict)

    def messages(self, state: State) -> list[AnyMessage]:
        """Return the prompt for the next step."""
        chain = chain_of(state)
        whole = self.protocol.prompt(chain, self._examples(state))
        if whole is not None:
            return whole
        want = int((state.get("asked_for") or {}).get("distinct", 1))
        task = task_sections(chain.question, list((self.sources or {}).items()), chain)
        request = request_section(refuted_here(state), want)
        hint = LADDER.get(str((state.get("asked_for") or {}).get("rung")), "")
        text = compose([*task, request], self.tokens)
        return [
            self._stable(state, want),
            HumanMessage(f"{text}\n{hint}".strip()),
        ]

    def _stable(self, state: State, want: int) -> SystemMessage:
        """Return the part that stays the same during a task, composed once."""
        key = (state["run"], state.get("variant"), want)
        kept = self._composed.get(key)
        if kept is None:
            tools = self.fitting(chain_of(state).question)
            recalled = state.get("recalled") or []
            sections = stable_sections(
                VARIANTS[state.get("variant") or "plain"],
                self._constraints(),
                [(t.name, t.description) for t in tools],
                self._examples(state),
                [r["refuted"] for r in recalled if "refuted" in r],
                self.protocol.contract(want, tools),
            )
            kept = self._composed[key] = SystemMessage(compose(sections, self.tokens))
        return kept

    def _examples(self, state: State) -> list[dict[str, Any]]:
        recalled = state.get("recalled") or []
        return [r for r in recalled if "refuted" not in r][: self.examples]

    def fitting(self, question: str) -> list[BaseTool]:
        """Return the tools that fit the question."""
        if self.embed is None or len(self.tools) <= self.tools_shown:
            return list(self.tools)
        return gate(
            self.tools,
            lambda tool: f"{tool.name} {tool.description}",
            question,
            self.embed(),
            self.tools_shown,
        )

    def _constraints(self) -> list[str]:
        lines: list[str] = []
        for verifier in self.verifiers:
            lines += filter(None, (getattr(verifier, name, "") for name in ("constraint", "offer")))
        return list(dict.fromkeys(lines))


def refuted_here(state: State) -> list[Nogood]:
    """Return what was refuted at this very point: all that is sure, and the latest of the rest."""
    nogoods = nogoods_of(state)
    if not nogoods:
        return []
    prefix = chain_of(state).prefix_key
    here = [n for n in nogoods if n.prefix == prefix]
    soft = [n for n in here if not n.sound][-SOFT_SHOWN:]
    return [n for n in here if n.sound or n in soft]
