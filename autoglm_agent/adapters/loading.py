"""Backbones from a folder or a hub id, each loaded once a process.

Weights are data: only safetensors are read, and code that comes with a model is never run. Whether
the hub may be asked is the user's setting (`HF_HUB_OFFLINE=1`), which is respected.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from autoglm_agent.chat.loading import checked_name
from autoglm_agent.errors import InputError, MissingExtraError

Head = Literal["none", "sequence", "tokens", "vision"]

_CLASSES: dict[Head, str] = {
    "none": "AutoModel",
    "sequence": "AutoModelForSequenceClassification",
    "tokens": "AutoModelForTokenClassification",
    "vision": "AutoModel",
}
_loaded: dict[tuple[str, str | None, Head, str], Loaded] = {}
_loading = threading.Lock()


@dataclass(frozen=True, eq=False)
class Loaded:
    """A model in memory.

    Attributes:
        model: In evaluation mode on its device.
        tokenizer: Its tokenizer; None for images.
        device: Where it is.
        max_tokens: Tokens that it reads at most, special ones included.
        lock: For callers that must not run it twice at once.
    """

    model: Any
    tokenizer: Any
    device: str
    max_tokens: int
    lock: threading.Lock = field(default_factory=threading.Lock)


def require_torch(purpose: str) -> None:
    """Check that torch and transformers are installed.

    Args:
        purpose: What needs them, beginning a sentence.

    Raises:
        MissingExtraError: If one is absent.
    """
    import importlib.util

    for package in ("torch", "transformers"):
        if importlib.util.find_spec(package) is None:
            raise MissingExtraError(
                f"{purpose} needs {package}, which is not installed.",
                "Install it: pip install 'autoglm-agent[transformers]'.",
            )


def best_device() -> str:
    """Return `cuda` or `mps` where there is one, else `cpu`."""
    import torch

    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def load_backbone(
    name: str, head: Head = "none", *, revision: str | None = None, device: str | None = None
) -> Loaded:
    """Load an encoder, or return it if this process has it already.

    Args:
        name: Folder written by `save_pretrained`, or id of a repository of the hub.
        head: The head that the model must have.
        revision: Commit, tag or branch of a hub repository.
        device: A torch device; None takes a GPU where there is one.

    Raises:
        MissingExtraError: If the extra `transformers` is not installed.
        InputError: If there is no such model, it has no safetensors weights, or lacks the head.
    """
    require_torch("A model of texts or images")
    name, place = checked_name(name), device or best_device()
    key = (name, revision, head, place)
    with _loading:
        if key not in _loaded:
            _loaded[key] = _read(name, head, revision, place)
        return _loaded[key]


def _read(name: str, head: Head, revision: str | None, device: str) -> Loaded:
    import transformers

    where: dict[str, Any] = {"revision": revision} if revision else {}
    where |= {"trust_remote_code": False, "local_files_only": Path(name).is_dir()}
    shown = transformers.utils.logging.is_progress_bar_enabled()
    transformers.utils.logging.disable_progress_bar()
    try:
        model, report = getattr(transformers, _CLASSES[head]).from_pretrained(
            name, use_safetensors=True, output_loading_info=True, **where
        )
        tokenizer = None
        if head != "vision":
            tokenizer = transformers.AutoTokenizer.from_pretrained(name, **where)
    except Exception as error:  # the loaders raise OSError, ValueError, KeyError, RuntimeError, ...
        raise _load_error(name, error) from error
    finally:
        if shown:
            transformers.utils.logging.enable_progress_bar()
    missing = sorted(report["missing_keys"])
    if head in ("none", "vision"):
        lost = [key for key in missing if not key.startswith("pooler.")]
        if len(lost) < len(missing):
            model.pooler = None  # it would be random
        missing = lost
    if missing:
        raise InputError(
            f"The weights of {name!r} lack {len(missing)} tensors that are needed here, for "
            f"example {missing[0]!r}.",
            "Name a model that was trained for this task.",
        )
    positions = getattr(model.config, "max_position_embeddings", None)
    limits = [n for n in (positions, getattr(tokenizer, "model_max_length", None)) if n]
    most = min([int(n) for n in limits if n < 1_000_000], default=512)
    if model.config.model_type in ("roberta", "xlm-roberta", "camembert", "mpnet"):
        most = min(most, (positions or 514) - 2)  # two of its positions are padding's
    return Loaded(model.to(device).eval(), tokenizer, device, most)


def _load_error(name: str, error: Exception) -> InputError:
    lines = str(error).strip().splitlines()
    first = (lines[0] if lines else type(error).__name__)[:200]
    if "trust_remote_code" in str(error):
        return InputError(
            f"{name!r} needs code of its own, which is never run.",
            "Name a model that transformers itself knows.",
        )
    if "safetensors" in str(error) or "pytorch_model" in str(error):
        return InputError(
            f"{name!r} has no weights in safetensors: {first}",
            "Convert them: load it where it is trusted and call save_pretrained.",
        )
    if isinstance(error, OSError) and not Path(name).is_dir():
        return InputError(
            f"There is no model {name!r} in the cache or on the hub: {first}",
            "Check the name, download it first, or give the path of its folder.",
        )
    return InputError(f"{name!r} cannot be loaded: {first}", "Check the folder or the name.")
