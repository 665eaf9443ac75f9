"""Natural-language inference: does a premise entail, contradict, or leave open a hypothesis?

Pairs are tokenized once, sorted by length and run in batches, on a graphics card where there is
one; what was asked before is remembered.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from autoglm_agent.adapters.loading import load_backbone
from autoglm_agent.errors import InputError

REMEMBERED = 50_000
"""Pairs whose logits are kept, three numbers each."""


@dataclass(frozen=True)
class Inference:
    """Probabilities that sum to one.

    Attributes:
        entailment: The premise says so.
        neutral: It leaves the matter open.
        contradiction: It says the contrary.
    """

    entailment: float
    neutral: float
    contradiction: float

    @property
    def verdict(self) -> str:
        """The most probable of the three."""
        return max(("entailment", "neutral", "contradiction"), key=lambda n: getattr(self, n))


class InferenceModel:
    """A model of natural-language inference.

    Args:
        model: Folder or hub name of a sequence classifier with a label that begins with `entail`,
            for example facebook/bart-large-mnli or a DeBERTa-v3 trained on MNLI.
        batch_size: Pairs of a pass.
        device: A torch device; None takes a graphics card where there is one.
        revision: Commit, tag or branch of a hub repository.

    Raises:
        MissingExtraError: If transformers or torch is not installed.
        InputError: If there is no such model, or its labels are not those of inference.
    """

    def __init__(
        self,
        model: str,
        *,
        batch_size: int = 32,
        device: str | None = None,
        revision: str | None = None,
    ) -> None:
        self._loaded = load_backbone(model, "sequence", revision=revision, device=device)
        self._batch_size = max(1, batch_size)
        self._seen: OrderedDict[tuple[str, str], np.ndarray] = OrderedDict()
        labels = self._loaded.model.config.id2label
        named = {str(label).casefold(): int(index) for index, label in labels.items()}
        found = [index for label, index in named.items() if label.startswith("entail")]
        if len(found) != 1:
            raise InputError(
                f"{model} has the labels {', '.join(named)[:200]}; none is entailment.",
                "Give a model of natural-language inference.",
            )
        self.entailment = found[0]
        told = [index for label, index in named.items() if label.startswith("contra")]
        # The convention of transformers' zero-shot pipeline where no label says it.
        self.contradiction = told[0] if told else (-1 if found[0] == 0 else 0) % len(named)
        self.width = len(named)

    def infer(self, pairs: Sequence[tuple[str, str]]) -> list[Inference]:
        """Return a judgement of each pair of premise and hypothesis."""
        if not pairs:
            return []
        logits = self.logits(pairs)
        shares = np.exp(logits - logits.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        told = []
        for row in shares:
            yes, no = float(row[self.entailment]), float(row[self.contradiction])
            told.append(Inference(yes, max(0.0, 1.0 - yes - no), no))
        return told

    def logits(self, pairs: Sequence[tuple[str, str]]) -> np.ndarray:
        """Return the model's logits, float32 (pairs, labels)."""
        clean = [(_clean(premise), _clean(hypothesis)) for premise, hypothesis in pairs]
        told: dict[tuple[str, str], np.ndarray] = {}
        for pair in clean:
            if pair in self._seen:
                self._seen.move_to_end(pair)
                told[pair] = self._seen[pair]
        self._run([pair for pair in dict.fromkeys(clean) if pair not in told], told)
        for pair in told:
            self._seen[pair] = told[pair]
        while len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        return np.stack([told[pair] for pair in clean])

    def _run(self, pairs: list[tuple[str, str]], told: dict[tuple[str, str], np.ndarray]) -> None:
        import torch

        if not pairs:
            return
        tokenizer = self._loaded.tokenizer
        tokens = tokenizer(
            [p for p, _ in pairs], [h for _, h in pairs],
            truncation="only_first", max_length=self._loaded.max_tokens,
        )  # fmt: skip
        order = sorted(range(len(pairs)), key=lambda i: len(tokens["input_ids"][i]))
        for start in range(0, len(order), self._batch_size):
            rows = order[start : start + self._batch_size]
            batch = tokenizer.pad(
                {name: [values[i] for i in rows] for name, values in tokens.items()},
                return_tensors="pt",
            ).to(self._loaded.device)
            with torch.inference_mode():
                logits = self._loaded.model(**batch).logits.float().cpu().numpy()
            told.update((pairs[i], row) for i, row in zip(rows, logits, strict=True))


def _clean(text: str) -> str:
    return text.encode("utf-8", "replace").decode()  # lone surrogates cannot be tokenized
