"""Entailment: whether premises support a claim, by a local NLI model (a soft vote).

A model of natural-language inference errs in some cases of ten, so its verdict is a vote. The
model is read from a local folder or from the hub's cache as the user set it up; no code that
comes with a model is run.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

from autoglm_agent.chain import Chain, Step, Verdict
from autoglm_agent.errors import InputError, MissingExtraError
from autoglm_agent.verifiers.telling import quoted

MAX_SHOWN = 20_000
"""Characters of a premise or claim that are read; the tokenizer cuts further."""


class Entailment:
    """Let an NLI model vote on whether the premises entail, or contradict, the claim.

    Of several premises the one that entails most, and the one that contradicts most, count.

    Args:
        model: Name or folder of a sequence classifier with the labels entailment and
            contradiction, for example a DeBERTa trained on MNLI.
        premises: Texts, or a function from step and chain to them; the default is the claims
            and outcomes of the earlier steps.
        threshold: Probability from which contradiction refutes and entailment passes.
        final: Whether only final steps are judged.
        check: Stable id.

    Raises:
        MissingExtraError: At the first use, if transformers and torch are not installed.
        InputError: At the first use, if the model has not those labels.
    """

    cost = 0.2

    def __init__(
        self,
        model: str,
        *,
        premises: Sequence[str] | Callable[[Step, Chain], Sequence[str]] | None = None,
        threshold: float = 0.8,
        final: bool = False,
        check: str = "entailment",
    ) -> None:
        self.check = check
        self._name = model
        self._premises = premises
        self._threshold = threshold
        self._final = final
        self._lock = threading.Lock()
        self._loaded: tuple[Any, Any, dict[str, int]] | None = None

    def __getstate__(self) -> dict[str, Any]:
        """Leave the model and the lock out; they are made anew where the verifier goes."""
        return self.__dict__ | {"_lock": None, "_loaded": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take the settings, with a lock of its own."""
        self.__dict__.update(state)
        self._lock = threading.Lock()

    def __call__(self, step: Step, chain: Chain) -> list[Verdict]:
        """Score the claim against the premises; nothing where there are none."""
        if (self._final and not step.final) or not step.claim.strip():
            return []
        premises = [text[:MAX_SHOWN] for text in self._premises_of(step, chain) if text.strip()]
        if not premises:
            return []
        scores = [self._score(text, step.claim[:MAX_SHOWN]) for text in premises]
        entails = max(score["entailment"] for score in scores)
        contradicts = max(score["contradiction"] for score in scores)
        status, fact, statistic = "unknown", "The premises decide nothing.", entails
        if contradicts >= self._threshold and contradicts > entails:
            at = [score["contradiction"] for score in scores].index(contradicts)
            status, fact, statistic = "fail", f"It contradicts {quoted(premises[at])}.", contradicts
        elif entails >= self._threshold:
            status, fact = "pass", ""
        return [
            Verdict.model_validate(
                {
                    "check": self.check,
                    "title": "The premises support it",
                    "status": status,
                    "sound": False,
                    "fact": fact,
                    "field": "claim" if status == "fail" else None,
                    "statistic": round(statistic, 4),
                    "threshold": self._threshold,
                    "n": len(premises),
                }
            )
        ]

    def _premises_of(self, step: Step, chain: Chain) -> Sequence[str]:
        if callable(self._premises):
            return self._premises(step, chain)
        if self._premises is not None:
            return self._premises
        return [e.claim or (e.outcome.text if e.outcome else "") for e in chain.steps]

    def _score(self, premise: str, claim: str) -> dict[str, float]:
        """Return the probabilities of entailment and contradiction."""
        tokenizer, model, labels = self._load()
        import torch

        most = min(tokenizer.model_max_length, 512)
        inputs = tokenizer(premise, claim, truncation=True, max_length=most, return_tensors="pt")
        with torch.inference_mode():
            shares = model(**inputs).logits[0].softmax(-1).tolist()
        return {label: float(shares[index]) for label, index in labels.items()}

    def _load(self) -> tuple[Any, Any, dict[str, int]]:
        with self._lock:
            if self._loaded is None:
                self._loaded = _load_model(self._name)
            return self._loaded


def _load_model(name: str) -> tuple[Any, Any, dict[str, int]]:
    try:
        import torch  # noqa: F401 - transformers needs it for these models
        from transformers import AutoModelForSequenceClassification, AutoTokenizer
    except ImportError as error:
        raise MissingExtraError(
            f"Entailment needs transformers and torch ({error}).",
            'Install them: pip install "autoglm-agent[transformers]".',
        ) from None
    safe = {"trust_remote_code": False}
    tokenizer = AutoTokenizer.from_pretrained(name, **safe)
    model = AutoModelForSequenceClassification.from_pretrained(name, use_safetensors=True, **safe)
    named = {str(label).casefold(): int(i) for i, label in model.config.id2label.items()}
    labels = {}
    for wanted in ("entailment", "contradiction"):
        found = [i for label, i in named.items() if label.startswith(wanted[:6])]
        if len(found) != 1:
            raise InputError(
                f"{name} has the labels {', '.join(named)}, and none is {wanted}.",
                "Give a model of natural-language inference.",
            )
        labels[wanted] = found[0]
    return tokenizer, model.eval(), labels
