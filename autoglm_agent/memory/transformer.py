"""Sentence embeddings by a transformers model from a local folder: mean of the last layer.

Mean pooling over the tokens that are no padding, as in Sentence-BERT (Reimers and Gurevych,
2019). Needs the extra `transformers`. Nothing is downloaded, no code of the model's folder is
run, and only safetensors weights are read, because others may hold pickles.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from langchain_core.embeddings import Embeddings

from autoglm_agent.errors import InputError, MissingExtraError

BATCH = 32


class TransformerEmbeddings(Embeddings):
    """Text embeddings of unit length by a local transformers encoder.

    Args:
        folder: Folder with `config.json`, tokenizer files and `model.safetensors`.
        max_tokens: Tokens of a text that are read at most, default 256.

    Raises:
        InputError: If the folder holds no such model.
        MissingExtraError: If transformers or torch is not installed.
    """

    def __init__(self, folder: str | Path, max_tokens: int = 256) -> None:
        self.folder = Path(folder)
        self.max_tokens = max_tokens
        if not (self.folder / "config.json").is_file():
            raise InputError(
                f"{str(self.folder)!r} holds no transformers model.",
                "Give a folder with config.json, tokenizer files and model.safetensors.",
            )
        self.name = f"transformers-{self.folder.name}-{_digest(self.folder)}"
        self._loaded: tuple[Any, Any, Any] | None = None

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Return one vector of unit length per text."""
        rows: list[list[float]] = []
        for start in range(0, len(texts), BATCH):
            rows += self._embed(texts[start : start + BATCH])
        return rows

    def embed_query(self, text: str) -> list[float]:
        """Return the vector of a text."""
        return self._embed([text])[0]

    def _embed(self, texts: list[str]) -> list[list[float]]:
        torch, tokenizer, model = self._load()
        # A text without tokens would have no mean.
        clean = [text.encode("utf-8", "replace").decode() or " " for text in texts]
        tokens = tokenizer(
            clean, padding=True, truncation=True, max_length=self.max_tokens, return_tensors="pt"
        )
        with torch.no_grad():
            states = model(**tokens).last_hidden_state
        mask = tokens["attention_mask"].unsqueeze(-1).to(states.dtype)
        means = (states * mask).sum(1) / mask.sum(1).clamp(min=1)
        vectors: list[list[float]] = torch.nn.functional.normalize(means, dim=1).tolist()
        return vectors

    def _load(self) -> tuple[Any, Any, Any]:
        if self._loaded is None:
            try:
                import torch
                from transformers import AutoModel, AutoTokenizer
            except ImportError as error:
                raise MissingExtraError(
                    f"Embedding by a transformers model needs more: {error}.",
                    "pip install autoglm-agent[transformers]",
                ) from error
            safe = {"local_files_only": True, "trust_remote_code": False}
            folder = str(self.folder.absolute())
            tokenizer = AutoTokenizer.from_pretrained(folder, **safe)
            model = AutoModel.from_pretrained(folder, use_safetensors=True, **safe).eval()
            self._loaded = (torch, tokenizer, model)
        return self._loaded


def _digest(folder: Path) -> str:
    """Return a digest of what the weights are, without reading all of them."""
    parts = hashlib.sha256((folder / "config.json").read_bytes())
    for path in sorted(folder.glob("*.safetensors")):
        with path.open("rb") as stream:
            parts.update(stream.read(1 << 20))
        parts.update(str(path.stat().st_size).encode())
    return parts.hexdigest()[:8]
