"""Named entities: by a token classifier, or by lists and patterns.

With a model, tokens are grouped as transformers' pipeline groups them (`simple`); a text that is
longer than the model reads is read in windows that overlap, and of each token the window counts in
which it lies furthest from an end. Without one, the user's lists of names, and patterns of dates,
amounts and addresses are looked up; other capitalised words are told as `NAME`, of no known type.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np

from autoglm_agent.adapters.loading import load_backbone
from autoglm_agent.errors import InputError

STRIDE = 32
"""Tokens that two windows of a long text share."""


@dataclass(frozen=True)
class Entity:
    """A part of a text that names something.

    Attributes:
        text: The part.
        type: What it names, in the model's words: PER, LOC, ORG, ...
        start: First character.
        end: Character after the last.
        score: From 0 to 1; of lists and patterns always 1, of guesses 0.5.
        method: `model`, `list`, `pattern` or `capitals`; the last three are the weaker.
    """

    text: str
    type: str
    start: int
    end: int
    score: float
    method: Literal["model", "list", "pattern", "capitals"]


class EntityFinder(Protocol):
    """What finds entities."""

    def find(self, texts: Sequence[str], *, threshold: float = 0.0) -> list[list[Entity]]:
        """Return the entities of each text in their order, from a score on."""
        ...


def entity_finder(
    model: str | None = None, *, names: Mapping[str, Sequence[str]] | None = None
) -> EntityFinder:
    """Return a finder: a model if one is named, else lists and patterns.

    Args:
        model: Folder or hub name of a token classifier.
        names: Known names by type, for example `{"LOC": ["Berlin"]}`; used without a model.
    """
    return TokenTagger(model) if model else Gazetteer(names or {})


class TokenTagger:
    """Find entities by a token classifier.

    Args:
        model: Folder or hub name; its tokenizer must be a fast one.
        batch_size: Windows of a pass.
        device: A torch device; None takes a graphics card where there is one.

    Raises:
        MissingExtraError: If transformers or torch is not installed.
        InputError: If there is no such model.
    """

    def __init__(self, model: str, *, batch_size: int = 16, device: str | None = None) -> None:
        self._loaded = load_backbone(model, "tokens", device=device)
        if not self._loaded.tokenizer.is_fast:
            raise InputError(f"The tokenizer of {model!r} tells no places.", "Use a fast one.")
        self._batch_size = max(1, batch_size)
        labels = self._loaded.model.config.id2label
        self._labels = [str(labels[i]) for i in range(len(labels))]

    def find(self, texts: Sequence[str], *, threshold: float = 0.0) -> list[list[Entity]]:
        """Return the entities of each text in their order."""
        if not texts:
            return []
        clean = [text.encode("utf-8", "replace").decode() for text in texts]
        found = []
        for text, tokens in zip(clean, self._tokens(clean), strict=True):
            groups = [_entity(text, group) for group in _grouped(tokens)]
            found.append([e for e in groups if e.type != "O" and e.score >= threshold])
        return found

    def _tokens(self, texts: Sequence[str]) -> list[list[tuple[int, int, str, float]]]:
        """Return start, end, label and probability of each text's tokens."""
        most = self._loaded.max_tokens
        windows = self._loaded.tokenizer(
            texts, truncation=True, max_length=most, stride=min(STRIDE, most // 4),
            return_overflowing_tokens=True, return_offsets_mapping=True,
            return_special_tokens_mask=True,
        )  # fmt: skip
        owners = windows["overflow_to_sample_mapping"]
        best: list[dict[tuple[int, int, int], tuple[int, np.ndarray]]] = [{} for _ in texts]
        for row, shares in enumerate(self._shares(windows)):
            offsets = windows["offset_mapping"][row]
            special = windows["special_tokens_mask"][row]
            inner = [i for i, odd in enumerate(special) if not odd]
            repeats: dict[tuple[int, int], int] = {}
            for place, i in enumerate(inner):
                start, end = offsets[i]
                key = (start, end, repeats.setdefault((start, end), 0))
                repeats[start, end] += 1
                depth = min(place, len(inner) - 1 - place)
                held = best[owners[row]].get(key)
                if held is None or depth > held[0]:
                    best[owners[row]][key] = (depth, shares[i])
        return [
            [(s, e, self._labels[int(p.argmax())], float(p.max())) for (s, e, _), (_, p)
             in sorted(one.items(), key=lambda item: item[0])]
            for one in best
        ]  # fmt: skip

    def _shares(self, windows: Any) -> list[np.ndarray]:
        import torch

        rows = range(len(windows["input_ids"]))
        order = sorted(rows, key=lambda i: len(windows["input_ids"][i]))
        wanted = [name for name in self._loaded.tokenizer.model_input_names if name in windows]
        told: list[np.ndarray] = [np.empty(0)] * len(order)
        for start in range(0, len(order), self._batch_size):
            part = order[start : start + self._batch_size]
            batch = self._loaded.tokenizer.pad(
                {name: [windows[name][i] for i in part] for name in wanted}, return_tensors="pt"
            ).to(self._loaded.device)
            with torch.inference_mode():
                shares = self._loaded.model(**batch).logits.float().softmax(-1).cpu().numpy()
            for i, row in zip(part, shares, strict=True):
                told[i] = row
        return told


def _grouped(
    tokens: Sequence[tuple[int, int, str, float]],
) -> list[list[tuple[int, int, str, float]]]:
    """Join neighbours of one type, unless the next begins an entity of its own."""
    groups: list[list[tuple[int, int, str, float]]] = []
    for token in tokens:
        begins, kind = _tag(token[2])
        if groups and not begins and _tag(groups[-1][-1][2])[1] == kind:
            groups[-1].append(token)
        else:
            groups.append([token])
    return groups


def _tag(label: str) -> tuple[bool, str]:
    if label[:2] in ("B-", "I-"):
        return label[0] == "B", label[2:]
    return False, label


def _entity(text: str, group: Sequence[tuple[int, int, str, float]]) -> Entity:
    start, end = group[0][0], group[-1][1]
    score = float(np.mean([token[3] for token in group]))
    return Entity(text[start:end], _tag(group[0][2])[1], start, end, score, "model")


MONTHS = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sep(?:t(?:ember)?)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
PATTERNS = {
    "EMAIL": re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}"),
    "URL": re.compile(r"https?://[^\s<>\"']{1,500}"),
    "MONEY": re.compile(
        r"(?:[$€£¥]\s?\d[\d.,]{0,20}(?:\s?(?:million|billion|m|bn|k)\b)?"
        r"|\b\d[\d.,]{0,20}\s?(?:dollars?|euros?|pounds?|USD|EUR|GBP|CNY)\b)",
        re.IGNORECASE,
    ),
    "PERCENT": re.compile(r"\b\d{1,9}(?:[.,]\d{1,9})?\s?(?:%|percent\b)", re.IGNORECASE),
    "DATE": re.compile(
        rf"\b(?:\d{{4}}-\d{{2}}-\d{{2}}|\d{{1,2}}[./]\d{{1,2}}[./]\d{{2,4}}"
        rf"|\d{{1,2}}\s{MONTHS}(?:\s\d{{4}})?|{MONTHS}\s\d{{1,2}}(?:,?\s\d{{4}})?)\b",
        re.IGNORECASE,
    ),
}
ADDRESSES = ("EMAIL", "URL")
CAPITALS = re.compile(r"[A-Z][\w'-]{1,40}(?:\s(?:(?:of|de|van|von)\s)?[A-Z][\w'-]{1,40}){0,4}")
SENTENCE_START = re.compile(r"(?:^|[.!?:]\s+|\n\s*)$")


class Gazetteer:
    """Find entities by lists of names and by patterns; knows nothing that it was not told.

    Args:
        names: Known names by type; letters' case is ignored, words are matched whole.
    """

    def __init__(self, names: Mapping[str, Sequence[str]]) -> None:
        self._types = {
            name.casefold(): kind
            for kind, listed in names.items() for name in listed if name.strip()
        }  # fmt: skip
        longest = sorted(self._types, key=len, reverse=True)
        words = "|".join(re.escape(name) for name in longest)
        self._known = re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE) if words else None

    def find(self, texts: Sequence[str], *, threshold: float = 0.0) -> list[list[Entity]]:
        """Return the entities of each text in their order; the user's names come first."""
        return [[e for e in self._one(text) if e.score >= threshold] for text in texts]

    def _one(self, text: str) -> list[Entity]:
        found: list[Entity] = []

        def take(match: re.Match[str], kind: str, score: float, method: Any) -> None:
            if not any(e.start < match.end() and match.start() < e.end for e in found):
                found.append(Entity(match[0], kind, *match.span(), score, method))

        for kind in ADDRESSES:  # a name within an address names nothing
            for match in PATTERNS[kind].finditer(text):
                take(match, kind, 1.0, "pattern")
        for match in self._known.finditer(text) if self._known else ():
            take(match, self._types.get(match[0].casefold(), "NAME"), 1.0, "list")
        for kind, pattern in PATTERNS.items():
            for match in pattern.finditer(text):
                take(match, kind, 1.0, "pattern")
        rest = list(text)
        for entity in found:
            rest[entity.start : entity.end] = ["|"] * (entity.end - entity.start)
        for match in CAPITALS.finditer("".join(rest)):
            # The first word of a sentence is capitalised whatever it is.
            alone = " " not in match[0]
            if not (alone and SENTENCE_START.search(text[: match.start()])):
                take(match, "NAME", 0.5, "capitals")
        return sorted(found, key=lambda e: e.start)
