"""The reasoning agent: a question in, an answer from verified steps out."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AnyMessage
from langchain_core.tools import BaseTool
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import get_runtime

from autoglm_agent.automl.run.events import Listener, silent
from autoglm_agent.chain import Budget, digest
from autoglm_agent.memory.tallies import Tallies
from autoglm_agent.policy import Backjump
from autoglm_agent.policy.search import SearchPolicy
from autoglm_agent.policy.stack import depth_at
from autoglm_agent.prompting.protocols import StepProtocol, protocol_for
from autoglm_agent.prompting.variants import choose
from autoglm_agent.prompting.warming import Sampling
from autoglm_agent.verifiers import Verifier
from autoglm_agent.verifiers.steps import ToolRan
from autoglm_graphs.answering import Assemble, conclude_reasoning
from autoglm_graphs.listening import streaming
from autoglm_graphs.machine import build_machine
from autoglm_graphs.models import chat_model
from autoglm_graphs.outcomes import OutcomesInMemory
from autoglm_graphs.reasoning_prompt import PromptParts, refuted_here
from autoglm_graphs.scene import Scene
from autoglm_graphs.search_rules import SearchRules
from autoglm_graphs.state import ReasoningOutput, State, search_of
from autoglm_graphs.trust import beliefs_of

if TYPE_CHECKING:
    from autoglm_agent.memory.store import ChainMemory
    from autoglm_agent.prompting.gating import Embed

    OwnVerifiers = Sequence[Verifier] | None
    OwnListener = Listener | None
else:
    # A server makes a JSON schema of the context; live objects have none.
    OwnVerifiers = OwnListener = Any

SCENES = 256
"""Runs whose live objects are kept; an older one is opened again when it goes on."""


@dataclass(frozen=True)
class ReasoningContext:
    """What a caller may pass for one invocation, as `context=`; None keeps the agent's own.

    Attributes:
        budget: Hard caps.
        verifiers: In place of the agent's.
        sources: Texts by name, to be quoted from.
        listener: Receives progress events.
    """

    budget: Budget | None = None
    verifiers: OwnVerifiers = None
    sources: Mapping[str, str] | None = None
    listener: OwnListener = None


def create_verified_agent(
    model: str | BaseChatModel,
    *,
    tools: Sequence[BaseTool] = (),
    verifiers: Sequence[Verifier] = (),
    memory: ChainMemory | str | Path | None = None,
    budget: Budget | None = None,
    policy: SearchPolicy | None = None,
    protocol: StepProtocol | None = None,
    sampling: Sampling | None = None,
    sources: Mapping[str, str] | None = None,
    assemble: Assemble | None = None,
    task_type: str = "reasoning",
    steps_recur: bool | None = None,
    prompt_tokens: int = 6_000,
    tools_shown: int = 12,
    width: int = 1,
    prices: tuple[float, float] | None = None,
    seed: int = 0,
    listener: Listener | None = None,
    on_prompt: Callable[[Sequence[AnyMessage]], None] | None = None,
    checkpointer: BaseCheckpointSaver[Any] | bool | None = None,
    name: str = "reason",
) -> CompiledStateGraph[Any, Any, Any, Any]:
    """Return the reasoning machine as a compiled graph: `messages` in, a verified answer out.

    The model proposes one step at a time; the verifiers accept or refute it; a refutation goes
    back to the step to blame, with the reason. The run ends inside its budget in every case.

    Args:
        model: A chat model, or a name for `init_chat_model` (`"provider:model"`, `"hf:PATH"`).
        tools: What steps may call besides claiming something.
        verifiers: Judge each step; a sound refutation is final, others only vote.
        memory: Verified chains, recalled as examples and kept; a folder or a `ChainMemory`.
        budget: Hard caps; default `Budget()`.
        policy: Says what is next; default `policy.Backjump`.
        protocol: How steps are asked for and read; default tool calls where the model has them,
            else text.
        sampling: Options of each model call, such as `prompting.warming.Warmer()`, by which a
            step that goes on failing is sampled more warmly; default the model's own.
        sources: Texts by name that the model may quote; shown to it as data.
        assemble: Makes the answer of the verified chain; default the last step's claim.
        task_type: Shelf of the memory and of the verifiers' error rates.
        steps_recur: Whether similar tasks of this type are solved by the same steps. Remembered
            chains are then judged by how far they agree with what was verified, not by the
            run's outcome alone, so that the memory notices sooner that the world has changed.
            None, the default, goes by how far former runs agreed with what they were shown.
        prompt_tokens: Budget of the fixed and of the changing part of a prompt, each.
        tools_shown: Tools shown to the model at most, those that fit the question.
        width: Model calls made side by side for each step.
        prices: Price of a million input and output tokens, for `Budget.money`.
        seed: Of every random choice.
        listener: Receives every progress event as a dict, besides LangGraph's custom stream.
        on_prompt: Is shown every composed prompt.
        checkpointer: As for `StateGraph.compile`; use `durability="sync"`.
        name: Name of the graph.

    Returns:
        A graph whose result has `messages`, `answer`, `status` (`verified`, `unverified` or
        `abstained`), `chain`, `usage` and `structured_response`.

    Raises:
        InputError: If `model` names none.

    Examples:
        >>> from autoglm_agent.verifiers import Arithmetic
        >>> agent = create_verified_agent("openai:gpt-5", verifiers=[Arithmetic()])
        >>> agent.invoke({"messages": [("user", "What is 17 * 23 - 5?")]})["answer"]
    """
    chat = chat_model(model)
    parts = PromptParts(
        protocol=protocol or protocol_for(chat),
        tools=tuple(tools),
        verifiers=tuple(verifiers),
        sources=sources,
        tools_shown=tools_shown,
        tokens=prompt_tokens,
    )
    stage = ReasoningStage(
        model=chat,
        tools=tuple(tools),
        verifiers=tuple(verifiers),
        memory=_memory(memory),
        budget=budget or Budget(remedies=None),
        policy=policy or Backjump(),
        parts=parts,
        assemble=assemble,
        task_type=task_type,
        steps_recur=steps_recur,
        prices=prices,
        seed=seed,
        listener=listener or silent,
        on_prompt=on_prompt,
        sampling=sampling,
    )
    return build_machine(
        stage.open,
        begin=lambda _: uuid.uuid4().hex,
        context_schema=ReasoningContext,
        output_schema=ReasoningOutput,
        width=width,
        acting=bool(tools),
        checkpointer=checkpointer,
        name=name,
    )


@dataclass
class ReasoningStage:
    """Opens the scene of a run; one stage serves all threads of an agent."""

    model: BaseChatModel
    tools: tuple[BaseTool, ...]
    verifiers: tuple[Verifier, ...]
    memory: ChainMemory | None
    budget: Budget
    policy: SearchPolicy
    parts: PromptParts
    assemble: Assemble | None
    task_type: str
    steps_recur: bool | None
    prices: tuple[float, float] | None
    seed: int
    listener: Listener
    on_prompt: Callable[[Sequence[AnyMessage]], None] | None = None
    sampling: Sampling | None = None

    def __post_init__(self) -> None:
        self._outcomes = OutcomesInMemory()
        self._tallies = Tallies(self.memory.path / "tallies.sqlite" if self.memory else None)
        self._asked = self.parts.protocol.bind(self.model, list(self.tools))
        # A model that can leave out replies is told them, if it is known how they were written.
        able = "exclude" in type(self.model).model_fields
        self._excludes = getattr(self.parts.protocol, "replies", None) if able else None
        self._scenes: dict[tuple[str, int], Scene] = {}
        self._lock = threading.Lock()

    def open(self, state: State) -> Scene:
        """Return the scene of the state's run, with what this invocation brings."""
        context = get_runtime(ReasoningContext).context
        key = (state["run"], id(context))
        with self._lock:
            scene = self._scenes.get(key)
            if scene is None:
                scene = self._make(state["run"], context or ReasoningContext())
                while len(self._scenes) >= SCENES:
                    self._scenes.pop(next(iter(self._scenes)))
                self._scenes[key] = scene
        return scene

    def _make(self, run: str, context: ReasoningContext) -> Scene:
        verifiers = self.verifiers if context.verifiers is None else tuple(context.verifiers)
        parts = replace(
            self.parts,
            verifiers=verifiers,
            sources=self.parts.sources if context.sources is None else context.sources,
            embed=self._embed,
            _composed={},
        )
        beliefs = beliefs_of(verifiers, self.task_type, self._tallies.of(self._counted("verifier")))
        return Scene(
            asked=self._asked,
            read=lambda reply: parts.protocol.read(reply, self.tools),
            tools=self.tools,
            verifiers=(ToolRan(tells_passes=True), *verifiers),
            compose=self._shown(parts),
            conclude=lambda ending: conclude_reasoning(ending, self.assemble),
            outcomes=self._outcomes.of(run),
            listener=streaming(context.listener or self.listener),
            budget=context.budget or self.budget,
            memory=self.memory,
            family=self.task_type,
            steps_recur=self.steps_recur,
            rules=SearchRules(self.policy, beliefs, self.seed),
            resilient=True,
            prices=self.prices,
            tells_claims=True,
            opening=self._opening,
            tell=self._learn,
            options=self._options if self.sampling or self._excludes else None,
        )

    def _options(self, state: State) -> Mapping[str, Any]:
        """Return options of the next model call: how warm it is, and what must not come again."""
        options: dict[str, Any] = {}
        if self.sampling:
            length = len((state.get("chain") or {}).get("steps") or ())
            refusals = depth_at(search_of(state), length).rejects
            tried = (state.get("usage") or {}).get("steps", 0)
            options |= self.sampling(refusals, tried)
        if self._excludes:
            refuted = [n.text for n in refuted_here(state) if n.text]
            options["exclude"] = tuple(r for text in refuted for r in self._excludes(text))
        return options

    def _shown(self, parts: PromptParts) -> Callable[[State], list[AnyMessage]]:
        if self.on_prompt is None:
            return parts.messages
        show = self.on_prompt

        def compose(state: State) -> list[AnyMessage]:
            messages = parts.messages(state)
            show(messages)
            return messages

        return compose

    def _opening(self, state: State) -> dict[str, Any]:
        """Choose the wording of the instructions; the same question draws the same one."""
        tallies = {
            n: (won, lost) for n, (won, lost) in self._tallies.of(self._counted("variant")).items()
        }
        words = digest([self.seed, [str(m.text) for m in state["messages"]]])
        return {"variant": choose(tallies, int(words, 16))}

    def _learn(self, state: State) -> None:
        """Count how the wording and the verifiers did, once a run."""
        won = state.get("status") == "verified"
        variant = state.get("variant") or "plain"
        run = state["run"]
        self._tallies.add(run, self._counted("variant"), {variant: (won, not won)})
        self._tallies.add(run, self._counted("verifier"), state.get("tallies") or {})

    def _counted(self, what: str) -> str:
        return f"{what} {self.task_type}"

    @staticmethod
    def _embed() -> Embed:
        from autoglm_agent.memory.embedding import HashingEmbeddings

        return HashingEmbeddings().embed_documents


def _memory(memory: ChainMemory | str | Path | None) -> ChainMemory | None:
    if isinstance(memory, str | Path):
        from autoglm_agent.memory.store import ChainMemory

        return ChainMemory(memory)
    return memory
