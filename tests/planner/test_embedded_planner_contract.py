"""The embedded planner keeps the contract of a LangChain chat model."""

from __future__ import annotations

from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_tests.unit_tests import ChatModelUnitTests

from autoglm_agent.planner.model import EmbeddedPlanner


class TestEmbeddedPlanner(ChatModelUnitTests):
    @property
    def chat_model_class(self) -> type[BaseChatModel]:
        return EmbeddedPlanner

    @property
    def chat_model_params(self) -> dict[str, Any]:
        return {"model": "embedded-planner"}

    @property
    def has_structured_output(self) -> bool:
        return False
