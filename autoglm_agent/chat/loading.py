"""From a folder or a hub id to weights and tokenizer, each loaded once a process.

Weights are data: only safetensors are read, and code that comes with a model is never run.
Whether the hub may be asked is the user's setting (`HF_HUB_OFFLINE=1`), which is respected.
"""

from __future__ import annotations

import contextlib
import importlib.util
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autoglm_agent.errors import InputError, MissingExtraError

_loaded: dict[tuple[str, str | None, str], LocalModel] = {}
_loading = threading.Lock()


@dataclass(frozen=True, eq=False)
class LocalModel:
    """Weights and tokenizer in memory.

    Attributes:
        model: The causal language model, in evaluation mode on its device.
        tokenizer: Its tokenizer.
        context: The most tokens that prompt and reply may have together; None if not told.
        lock: Held while the model generates: one reply at a time.
    """

    model: Any
    tokenizer: Any
    context: int | None
    lock: threading.Lock = field(default_factory=threading.Lock)


def require_extra() -> None:
    """Check that the extra is installed, without importing it.

    Raises:
        MissingExtraError: If `transformers` or `torch` is absent.
    """
    for package in ("transformers", "torch"):
        if importlib.util.find_spec(package) is None:
            raise MissingExtraError(
                f"A local language model needs {package}, which is not installed.",
                "Install it: pip install 'autoglm-agent[transformers]'.",
            )


def checked_name(name: str) -> str:
    """Return the folder or hub id, if it can be one.

    Raises:
        InputError: If `name` is empty, or reads as a path and no such folder exists.
    """
    name = name.strip()
    if not name:
        raise InputError("No model is named.", "Write hf:PATH, with a folder or a hub id.")
    folder = Path(name).expanduser()
    if folder.is_dir():
        if not (folder / "config.json").is_file():
            raise InputError(
                f"There is no config.json in {str(folder)!r}.",
                "Name the folder that save_pretrained wrote.",
            )
        return str(folder)
    if folder.exists():
        raise InputError(f"{str(folder)!r} is a file.", "Name the folder of the model.")
    if name[0] in "./~\\" or name.count("/") > 1 or "\\" in name:
        raise InputError(f"There is no folder {str(folder)!r}.", "Check the path.")
    return name


def load(name: str, revision: str | None = None, device: str | None = None) -> LocalModel:
    """Load a causal language model, or return it if this process has it already.

    Args:
        name: Folder written by `save_pretrained`, or id of a repository of the hub.
        revision: Commit, tag or branch of a hub repository.
        device: A torch device; None takes a GPU where there is one.

    Raises:
        MissingExtraError: If the extra `transformers` is not installed.
        InputError: If there is no such model, it has no safetensors weights, or it is not a
            causal language model.
    """
    require_extra()
    name = checked_name(name)
    place = device or _best_device()
    key = (name, revision, place)
    with _loading:
        if key not in _loaded:
            _loaded[key] = _read(name, revision, place)
        return _loaded[key]


def _best_device() -> str:
    import torch

    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def _read(name: str, revision: str | None, device: str) -> LocalModel:
    from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer

    where: dict[str, Any] = {"revision": revision} if revision else {}
    where |= {"trust_remote_code": False, "local_files_only": Path(name).is_dir()}
    try:
        config = AutoConfig.from_pretrained(name, **where)
        _refuse_other_kinds(name, config)
        with _no_progress_bars():
            model, report = AutoModelForCausalLM.from_pretrained(
                name,
                config=config,
                use_safetensors=True,
                dtype="auto",
                output_loading_info=True,
                **where,
            )
        tokenizer = AutoTokenizer.from_pretrained(name, **where)
    except InputError:
        raise
    except Exception as error:  # the loaders raise OSError, ValueError, KeyError, RuntimeError, ...
        raise _load_error(name, error) from error
    if report["missing_keys"]:
        raise InputError(
            f"The weights of {name!r} lack {len(report['missing_keys'])} tensors of a causal "
            f"language model, for example {sorted(report['missing_keys'])[0]!r}.",
            "Name a model with a language-modelling head.",
        )
    try:
        model = model.to(device).eval()
    except (RuntimeError, AssertionError) as error:
        raise InputError(
            f"The model does not fit on the device {device!r}: {_first_line(error)}",
            "Name another device, or a smaller model.",
        ) from error
    context = getattr(config.get_text_config(), "max_position_embeddings", None)
    return LocalModel(model, tokenizer, context if isinstance(context, int) else None)


@contextlib.contextmanager
def _no_progress_bars() -> Iterator[None]:
    from transformers.utils import logging

    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()


def _refuse_other_kinds(name: str, config: Any) -> None:
    """Refuse encoders and encoder-decoders, some of which load as a causal model all the same."""
    kinds = list(getattr(config, "architectures", None) or ())
    causal = [kind for kind in kinds if kind.endswith(("ForCausalLM", "LMHeadModel"))]
    if getattr(config, "is_encoder_decoder", False) or (kinds and not causal):
        raise InputError(
            f"{name!r} is not a causal language model but {', '.join(kinds) or config.model_type}.",
            "Name a decoder-only model (...ForCausalLM).",
        )


def _load_error(name: str, error: Exception) -> InputError:
    text = str(error)
    if "safetensors" in text or "pytorch_model" in text:
        if Path(name).is_dir() and list(Path(name).glob("*.safetensors*")):
            return InputError(
                f"The weights of {name!r} cannot be read: {_first_line(error)}",
                "Save or download the model again.",
            )
        return InputError(
            f"{name!r} has no weights in safetensors.",
            "Convert them: load it where it is trusted and call save_pretrained.",
        )
    if "trust_remote_code" in text:
        return InputError(
            f"{name!r} needs code of its own, which is never run.",
            "Name a model that transformers itself knows.",
        )
    if isinstance(error, OSError) and not Path(name).is_dir():
        return InputError(
            f"There is no model {name!r} in the cache or on the hub: {_first_line(error)}",
            "Check the name, download it first, or give the path of its folder.",
        )
    return InputError(
        f"{name!r} cannot be loaded as a causal language model: {_first_line(error)}",
        "Name a folder with a complete decoder-only model and its tokenizer.",
    )


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return (lines[0] if lines else type(error).__name__)[:200]
