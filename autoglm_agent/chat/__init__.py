"""Chat models that the machine can talk to, and what their failures mean.

`LocalChatModel` runs open weights through `transformers` (`hf:PATH`); `classify` tells what a
failed or unusable reply of any chat model is, and whether asking again can help.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from autoglm_agent.chat.faults import ModelFault, classify
    from autoglm_agent.chat.local import LocalChatModel, local_chat_model

__all__ = ["LocalChatModel", "ModelFault", "classify", "local_chat_model"]

_HOMES = {
    "LocalChatModel": "autoglm_agent.chat.local",
    "ModelFault": "autoglm_agent.chat.faults",
    "classify": "autoglm_agent.chat.faults",
    "local_chat_model": "autoglm_agent.chat.local",
}


def __getattr__(name: str) -> Any:
    """Load a public name from its home (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)
