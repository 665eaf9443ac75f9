"""The local chat model keeps the contract of a LangChain chat model."""

from __future__ import annotations

from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_tests.unit_tests import ChatModelUnitTests

from autoglm_agent.chat.local import LocalChatModel


class TestLocalChatModel(ChatModelUnitTests):
    @property
    def chat_model_class(self) -> type[BaseChatModel]:
        return LocalChatModel

    @property
    def chat_model_params(self) -> dict[str, Any]:
        return {"model": "models/small"}

    def test_no_tools_are_promised(self) -> None:
        assert not self.has_tool_calling
        assert not self.has_structured_output
