"""A model and verifiers that throw dice: the same throw for the same seed, prefix and claim."""

from __future__ import annotations

import random
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable
from pydantic import PrivateAttr

from autoglm_agent.chain import Chain, Step, Verdict

CLAIMS = "abcde"


class DiceModel(BaseChatModel):
    """Proposes one to three steps of a small alphabet, sometimes an answer, sometimes rubbish."""

    seed: int
    rubbish: float = 0.2
    _calls: int = PrivateAttr(default=0)

    @property
    def calls(self) -> int:
        return self._calls

    @property
    def _llm_type(self) -> str:
        return "dice"

    def bind_tools(self, tools: Any, **kwargs: Any) -> Runnable[Any, AIMessage]:
        return self

    def _generate(self, messages: list[BaseMessage], *_: Any, **__: Any) -> ChatResult:
        self._calls += 1
        dice = random.Random(f"{self.seed} {self._calls}")
        return ChatResult(generations=[ChatGeneration(message=self._reply(dice))])

    def _reply(self, dice: random.Random) -> AIMessage:
        if dice.random() < self.rubbish:
            return AIMessage(
                dice.choice(["", "what?", "{", "Claim:", "\ud800", "Tool: nothing {}"])
            )
        proposals = [
            {"claim": dice.choice(CLAIMS), "final": dice.random() < 0.3}
            for _ in range(dice.randint(1, 3))
        ]
        calls = [
            {"name": "propose_step", "args": p, "id": f"c{i}"} for i, p in enumerate(proposals)
        ]
        return AIMessage("", tool_calls=calls)


class DiceVerifier:
    """Passes, refutes soundly or softly, blames an earlier step, cannot tell, or does not apply."""

    def __init__(self, check: str, seed: int, weights: tuple[int, ...], calls: int = 0) -> None:
        self.check = check
        self.calls = calls
        self._seed = seed
        self._weights = weights
        self.asked: list[tuple[str, str]] = []

    def __call__(self, step: Step, chain: Chain) -> list[Verdict]:
        self.asked.append((chain.prefix_key, step.key))
        dice = random.Random(f"{self._seed} {self.check} {chain.prefix_key} {step.key}")
        said = dice.choices(
            ["pass", "sound", "soft", "blame", "unknown", "na", "crash"], self._weights
        )
        told: dict[str, Any] = {"check": self.check, "calls": self.calls, "fact": said[0]}
        if said[0] == "crash":
            raise RuntimeError("the verifier broke")
        if said[0] == "na":
            return []
        if said[0] in ("pass", "unknown"):
            return [Verdict(status=said[0], **told)]
        if said[0] == "blame" and chain.steps:
            told["conflicts"] = (dice.randrange(len(chain.steps)),)
        return [Verdict(status="fail", sound=said[0] != "soft", **told)]
