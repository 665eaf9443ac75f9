"""Names of chat models: what is meant, and what cannot be used for what."""

from __future__ import annotations

import pytest
from langchain_core.language_models import FakeListChatModel

from autoglm_agent import create_automl_agent, create_verified_agent
from autoglm_agent.errors import InputError


def test_automl_refuses_a_model_that_cannot_call_tools() -> None:
    with pytest.raises(InputError, match="cannot call tools"):
        create_automl_agent(FakeListChatModel(responses=["No."]))


def test_automl_refuses_a_local_model_by_its_name(tmp_path) -> None:
    pytest.importorskip("transformers")
    with pytest.raises(InputError):
        create_automl_agent(f"hf:{tmp_path}")


def test_free_reasoning_takes_a_model_that_only_writes() -> None:
    agent = create_verified_agent(FakeListChatModel(responses=["Answer: 4"]))
    found = agent.invoke({"messages": [("user", "2 + 2?")]})
    assert (found["answer"], found["status"]) == ("4", "unverified")
