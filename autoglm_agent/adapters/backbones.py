"""Backbones: texts or images in, one vector a row out.

What a backbone has to be is the protocol `Backbone`; `TextBackbone` and `ImageBackbone` make one
of any transformers encoder and of any torch network that ends in a vector a row.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any, Literal, Protocol

import numpy as np
import torch

from autoglm_agent.adapters.loading import load_backbone
from autoglm_agent.errors import InputError

SAMPLED = 64
"""Values of each tensor that enter the fingerprint."""


class Backbone(Protocol):
    """What adapters, heads and routers need of a backbone.

    Attributes:
        module: The network, a `torch.nn.Module`.
        width: Length of the vector.
    """

    module: Any
    width: int

    def collate(self, inputs: Sequence[Any]) -> Any:
        """Turn raw inputs into what `features` takes, on the network's device."""
        ...

    def features(self, batch: Any) -> torch.Tensor:
        """Return one vector a row, shape (rows, width)."""
        ...


class TextBackbone:
    """A transformers encoder over texts.

    Args:
        model: The encoder, for example what `AutoModel` loads.
        tokenizer: Its tokenizer.
        pooling: `mean` over the tokens that are no padding, or the `first` token.
        max_tokens: Tokens of a text that are read at most.
    """

    def __init__(
        self,
        model: Any,
        tokenizer: Any,
        *,
        pooling: Literal["mean", "first"] = "mean",
        max_tokens: int = 128,
    ) -> None:
        self.module, self.tokenizer = model, tokenizer
        self.pooling, self.max_tokens = pooling, max_tokens
        self.width = int(model.config.hidden_size)

    @classmethod
    def load(cls, name: str, *, device: str | None = None, max_tokens: int = 128) -> TextBackbone:
        """Load an encoder from a folder or the hub; see `loading.load_backbone`."""
        loaded = load_backbone(name, device=device)
        return cls(loaded.model, loaded.tokenizer, max_tokens=min(max_tokens, loaded.max_tokens))

    def collate(self, inputs: Sequence[str]) -> dict[str, torch.Tensor]:
        """Tokenize texts, padded to the longest."""
        # Lone surrogates cannot be tokenized, and a text without tokens has no mean.
        clean = [text.encode("utf-8", "replace").decode() or " " for text in inputs]
        tokens = self.tokenizer(
            clean, padding=True, truncation=True, max_length=self.max_tokens, return_tensors="pt"
        )
        device = next(self.module.parameters()).device
        return {name: tensor.to(device) for name, tensor in tokens.items()}

    def features(self, batch: dict[str, torch.Tensor]) -> torch.Tensor:
        """Return one vector a text."""
        states = self.module(**batch).last_hidden_state
        if self.pooling == "first":
            return states[:, 0]
        mask = batch["attention_mask"].unsqueeze(-1).to(states.dtype)
        return (states * mask).sum(1) / mask.sum(1).clamp(min=1)


class ImageBackbone:
    """A network over images of one size.

    Args:
        module: Takes float images (n, channels, height, width); gives vectors, maps, or what a
            transformers vision model gives.
        width: Length of the vector.
        mean: Of each channel, in units of 0 to 1.
        deviation: Of each channel.
    """

    def __init__(
        self, module: Any, width: int, mean: Sequence[float], deviation: Sequence[float]
    ) -> None:
        self.module, self.width = module, width
        self.mean = torch.tensor(mean, dtype=torch.float32).view(1, -1, 1, 1)
        self.deviation = torch.tensor(deviation, dtype=torch.float32).view(1, -1, 1, 1)

    def collate(self, inputs: Sequence[np.ndarray] | np.ndarray) -> torch.Tensor:
        """Normalise uint8 images, shape (n, height, width, channels)."""
        stacked = torch.from_numpy(np.stack(list(inputs))).permute(0, 3, 1, 2).float() / 255
        device = next(self.module.parameters()).device
        return ((stacked - self.mean) / self.deviation).to(device)

    def features(self, batch: torch.Tensor) -> torch.Tensor:
        """Return one vector an image."""
        told = self.module(batch)
        pooled = getattr(told, "pooler_output", None)
        if pooled is not None:
            return pooled.flatten(1)
        states = getattr(told, "last_hidden_state", told)
        if states.ndim == 4:
            return states.mean(dim=(2, 3))
        return states.mean(dim=1) if states.ndim == 3 else states


def extract(backbone: Backbone, inputs: Sequence[Any], batch_size: int = 64) -> np.ndarray:
    """Return the frozen backbone's vectors, float32 (rows, width); long texts in one batch.

    Raises:
        InputError: If there is nothing to read.
    """
    if not len(inputs):
        raise InputError("There are no inputs to embed.", "Give at least one.")
    order = sorted(range(len(inputs)), key=lambda i: -_size(inputs[i]))
    told = np.empty((len(inputs), backbone.width), dtype=np.float32)
    with torch.inference_mode():
        for start in range(0, len(order), batch_size):
            rows = order[start : start + batch_size]
            batch = backbone.collate([inputs[i] for i in rows])
            told[rows] = backbone.features(batch).float().cpu().numpy()
    return told


def fingerprint(module: Any) -> str:
    """Return 16 hex digits that tell one backbone's weights from another's.

    Names, shapes and some values of each tensor are read, so that a large one takes no minutes. A
    pooler does not count: it is not used, and new whenever the saved weights have none.
    """
    digest = hashlib.sha256()
    for name, tensor in sorted(module.state_dict().items()):
        if name.startswith("pooler."):
            continue
        flat = tensor.detach().flatten()
        step = max(1, len(flat) // SAMPLED)
        digest.update(f"{name}{tuple(tensor.shape)}".encode())
        digest.update(flat[::step].float().cpu().numpy().tobytes())
    return digest.hexdigest()[:16]


def _size(value: Any) -> int:
    return len(value) if isinstance(value, str) else 0
