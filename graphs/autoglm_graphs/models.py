"""Which chat model is meant by a name."""

from __future__ import annotations

from langchain_core.language_models import BaseChatModel

from autoglm_agent.errors import InputError, MissingExtraError
from autoglm_agent.planner.model import EmbeddedPlanner

PREFIX = "hf:"
"""What names of local models begin with."""


def chat_model(model: str | BaseChatModel | None) -> BaseChatModel:
    """Return the model that is meant; see `create_automl_agent`.

    Raises:
        InputError: If no provider can be told from the name.
        MissingExtraError: If the provider's package is not installed.
    """
    if model is None:
        return EmbeddedPlanner()
    if isinstance(model, BaseChatModel):
        return model
    if model.startswith(PREFIX):
        from autoglm_agent.chat.local import local_chat_model

        return local_chat_model(model)
    from langchain.chat_models import init_chat_model  # 0.8 s of CPU: only when it is asked for

    try:
        return init_chat_model(model)
    except ImportError as error:
        raise MissingExtraError(
            f"The model {model!r} needs a package that is not installed: {error}",
            "Install the provider's LangChain package.",
        ) from error
    except ValueError as error:
        raise InputError(
            f"There is no model {model!r}: {str(error).splitlines()[0]}",
            "Write it as provider:model.",
        ) from error


def tool_caller(model: str | BaseChatModel | None) -> BaseChatModel:
    """Return the chat model that is meant, if it can call tools; see `chat_model`.

    Raises:
        InputError: If it cannot: nothing but calls of tools makes a model of a table.
    """
    found = chat_model(model)
    if type(found).bind_tools is BaseChatModel.bind_tools:
        name = model if isinstance(model, str) else type(found).__name__
        raise InputError(
            f"The model {name!r} cannot call tools, and AutoML is made of tools.",
            "Name a model that calls tools, or none: the embedded planner needs no key.",
        )
    return found
