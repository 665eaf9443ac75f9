"""Sampling without the replies that were seen already, each of them exactly out of the draw.

Forbidding only the last token of a refused reply would leave its likely beginning, and another
wrong ending would come. Here the probability of each refused reply is taken off every token on
its way, as in incremental sampling without replacement (Shi, Bieber and Singh, "Incremental
Sampling Without Replacement for Sequence Models", ICML 2020): what is left of a beginning is what
its other endings are worth, so that a model that is sure of a wrong reply goes on to the next
likely one at once.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

MOST = 128
"""Refused replies that are kept out at most, the last ones; each costs a pass of its tokens."""
NONE_LEFT = 1e-12
"""Where less probability than this is left, nothing new can be said and everything may come."""


@dataclass(frozen=True)
class Refused:
    """One refused reply as tokens, its end included.

    Attributes:
        tokens: Its tokens.
        rest: For each token, the probability of it and all after it.
    """

    tokens: tuple[int, ...]
    rest: tuple[float, ...]


def spelled(
    tokenizer: Any, replies: Iterable[str], stop: Sequence[str], ends: Iterable[int]
) -> list[tuple[int, ...]]:
    """Return the token sequences that write one of the replies and end it.

    A reply ends by a stop string or by a token of its own. A sequence that the model would have
    split otherwise does no harm: it only keeps out less.
    """

    def tokens(text: str) -> tuple[int, ...]:
        return tuple(tokenizer(text, add_special_tokens=False)["input_ids"])

    found: dict[tuple[int, ...], None] = {}
    for reply in list(dict.fromkeys(replies))[-MOST:]:
        for ending in stop:
            found[tokens(reply + ending)] = None
        for end in ends:
            found[(*tokens(reply), end)] = None
    return [sequence for sequence in found if sequence]


def weighed(
    model: Any, prompt: Sequence[int], sequences: Sequence[tuple[int, ...]], temperature: float
) -> list[Refused]:
    """Return the sequences with their probabilities after the prompt, by one pass of the model.

    Args:
        model: A causal language model.
        prompt: Tokens before them.
        sequences: Token sequences, of any lengths.
        temperature: By which the reply is sampled.
    """
    import torch

    longest = max(map(len, sequences))
    rows = [[*prompt, *s, *[0] * (longest - len(s))] for s in sequences]
    logits = model(torch.tensor(rows, device=model.device), use_cache=False).logits
    logits = logits[:, len(prompt) - 1 : -1].float() / temperature
    chances = torch.log_softmax(logits, dim=-1)
    refused = []
    for row, sequence in enumerate(sequences):
        told = chances[row, range(len(sequence)), list(sequence)]
        rest = torch.flip(torch.cumsum(torch.flip(told, [0]), 0), [0]).exp()
        refused.append(Refused(sequence, tuple(rest.tolist())))
    return refused


class Excluding:
    """A logits processor that takes refused replies out of what is sampled.

    Args:
        refused: As `weighed` gives them.
        prompt: Number of tokens before the reply.
        temperature: By which the reply is sampled, after this processor.
    """

    def __init__(self, refused: Sequence[Refused], prompt: int, temperature: float) -> None:
        self._refused = refused
        self._prompt = prompt
        self._temperature = temperature

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        """Return the scores of the next token, of shape (samples, vocabulary)."""
        changed = scores.clone()
        for row, ids in enumerate(input_ids[:, self._prompt :].tolist()):
            taken = self._taken(tuple(ids))
            if taken:
                changed[row] = self._without(scores[row], taken)
        return changed

    def _taken(self, begun: tuple[int, ...]) -> dict[int, float]:
        """Return how much of each next token's probability belongs to refused replies.

        Where a token ends one, that is all of it, whatever other processors made of the scores.
        """
        at = len(begun)
        taken: dict[int, float] = {}
        for one in self._refused:
            if len(one.tokens) > at and one.tokens[:at] == begun:
                token, ends = one.tokens[at], len(one.tokens) == at + 1
                taken[token] = taken.get(token, 0.0) + (math.inf if ends else one.rest[at])
        return taken

    def _without(self, scores: torch.Tensor, taken: dict[int, float]) -> torch.Tensor:
        import torch

        chances = torch.softmax(scores.float() / self._temperature, dim=-1)
        places = torch.tensor(list(taken), device=scores.device)
        amounts = torch.tensor(list(taken.values()), device=scores.device)
        chances[places] = (chances[places] - amounts).clamp(min=0.0)
        if float(chances.sum()) < NONE_LEFT:
            return scores
        return (chances.log() * self._temperature).to(scores.dtype)
