"""Agreement: whether independent answers to the same question say the same (a soft vote).

Self-consistency (Wang et al. 2023) as a verifier of final answers. Answers of one model are
correlated, so a majority is a vote and not a proof.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from autoglm_agent.chain import Chain, Step, Verdict
from autoglm_agent.errors import InputError
from autoglm_agent.verifiers.chatting import Reply, ask
from autoglm_agent.verifiers.evaluation import evaluate, written
from autoglm_agent.verifiers.expressions import ExpressionError, parse
from autoglm_agent.verifiers.telling import quoted, told

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

Sampler = Callable[[str], str]
"""From a question to one answer."""
ASKED = (
    "Answer the question in the data between <data> and </data>. Reply with the answer alone, "
    "as short as possible."
)
_LEAD = re.compile(r"(?is).*\b(?:final\s+)?answer(?:\s+is)?\s*:?\s+(?=\S)")


class Agreement:
    """Compare a final answer with the most frequent of several independent ones.

    Args:
        source: A chat model, or a function from the question to an answer.
        samples: Answers that are drawn; drawing stops early once the outcome is settled.
        share: Share of the answers that the most frequent one needs to count.
        alike: From an answer to its canonical form; the default is `canonical_answer`.
        check: Stable id.

    Raises:
        InputError: If `samples` is below 1.
    """

    scope = "answer"

    def __init__(
        self,
        source: BaseChatModel | Sampler,
        *,
        samples: int = 5,
        share: float = 0.5,
        alike: Callable[[str], str] | None = None,
        check: str = "agreement",
    ) -> None:
        if samples < 1:
            raise InputError("At least one answer is needed.", "Give samples=1 or more.")
        self.check = check
        self.calls = samples
        self.cost = 2.0 * samples
        self._source = source
        self._share = share
        self._alike = alike or canonical_answer

    def __call__(self, step: Step, chain: Chain) -> list[Verdict]:
        """Draw answers to the chain's question and compare the final step's claim."""
        if not step.final or not chain.question or not step.claim:
            return []
        mine = self._alike(step.claim)
        counts: Counter[str] = Counter()
        tokens = drawn = 0
        for _ in range(self.calls):
            drawn += 1
            try:
                reply = self._sample(chain.question)
            except Exception as error:  # noqa: BLE001 - a source may fail in any way
                fact = f"No answer could be drawn: {type(error).__name__}."
                return [self._verdict("unknown", fact, drawn, tokens)]
            tokens += reply.tokens
            counts[self._alike(reply.text)] += 1
            if max(counts.values()) > self._share * self.calls:
                break
        answer, votes = counts.most_common(1)[0]
        evidence = {"votes": {told(a): n for a, n in counts.most_common(5)}, "drawn": drawn}
        if votes <= self._share * self.calls:
            status, fact = "unknown", f"{drawn} answers do not agree."
        elif answer == mine:
            status, fact = "pass", ""
        else:
            status = "fail"
            fact = f"{votes} of {drawn} independent answers say {quoted(answer)}."
        verdict = self._verdict(status, fact, drawn, tokens)
        return [verdict.model_copy(update={"evidence": evidence, "n": drawn})]

    def _sample(self, question: str) -> Reply:
        if hasattr(self._source, "invoke"):
            return ask(cast("BaseChatModel", self._source), ASKED, {"question": question})
        return Reply(self._source(question))

    def _verdict(self, status: str, fact: str, drawn: int, tokens: int) -> Verdict:
        return Verdict.model_validate(
            {
                "check": self.check,
                "title": "Independent answers agree",
                "status": status,
                "sound": False,
                "fact": fact,
                "field": "claim" if status == "fail" else None,
                "calls": drawn,
                "tokens": tokens,
            }
        )


def canonical_answer(text: str) -> str:
    r"""Return an answer without its wording: numbers by value, `(B)` as `b`, `\boxed{x}` as `x`.

    Args:
        text: Such as "The answer is $1,200.00." (which is "1200").
    """
    words = text[-2000:].strip()
    boxed = re.findall(r"\\boxed\{([^{}]*)\}", words)
    words = boxed[-1] if boxed else _LEAD.sub("", words)
    words = words.strip(" \n\t.*`\"'$")
    letter = re.fullmatch(r"\(?([A-Za-z])[).:]?(?:\s.*)?", words) if words[:1] == "(" else None
    if letter:
        return letter.group(1).casefold()
    try:
        return written(evaluate(parse(words)))
    except ExpressionError:
        return " ".join(words.split()).casefold()
