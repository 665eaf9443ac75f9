"""The tools of texts and images in an agent's hands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from langchain_core.messages import ToolMessage
from langchain_core.tools import BaseTool

from autoglm_tools.read_texts import text_tools
from autoglm_tools.train_raw import raw_tools


def call(tool: BaseTool, **args: Any) -> ToolMessage:
    message = tool.invoke({"name": tool.name, "args": args, "id": "1", "type": "tool_call"})
    assert isinstance(message, ToolMessage)
    return message


def test_without_models_the_tools_answer_and_say_that_they_are_weaker() -> None:
    tools = {t.name: t for t in text_tools(descriptions={"refund": "money back"})}
    assert set(tools) == {"classify_text", "find_entities", "embed_texts"}
    told = call(
        tools["classify_text"], texts=["I want my money back"], labels=["refund", "delivery"]
    )
    assert told.content.startswith("0: refund")
    assert "no model of meaning" in told.content
    assert told.artifact["choices"][0]["method"] == "tfidf"
    found = call(tools["find_entities"], texts=["mail to jane@acme.com"])
    assert "EMAIL 'jane@acme.com'" in found.content
    vectors = call(tools["embed_texts"], texts=["a cat", "a cat", "some dogs"])
    assert vectors.artifact["similarity"][0][1] == pytest.approx(1.0)
    assert "method: hashing" in vectors.content


def test_bad_arguments_are_messages_a_model_can_act_on() -> None:
    tool = text_tools()[0]
    assert "InputError" in call(tool, texts=[], labels=["a"]).content
    assert "remedy" in call(tool, texts=["a"], labels=[" "]).content


def test_a_missing_model_is_told_when_it_is_first_used() -> None:
    pytest.importorskip("torch")
    tools = {t.name: t for t in text_tools(inference="./nowhere")}
    told = call(tools["infer_text"], premise="a", hypothesis="b")
    assert "There is no folder" in told.content


def test_a_model_of_texts_is_trained_once_for_one_source(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    labels = rng.choice(["food", "sport"], 120)
    words = {"food": ["soup", "bread", "cake"], "sport": ["goal", "match", "coach"]}
    texts = [f"{rng.choice(words[k])} {rng.choice(words[k])} {i}" for i, k in enumerate(labels)]
    table = tmp_path / "t.csv"
    pd.DataFrame({"said": texts, "label": labels}).to_csv(table, index=False)
    tool = raw_tools(tmp_path / "runs", roots=[tmp_path])[0]
    first = call(tool, data=str(table))
    assert "VERIFIED" in first.content
    again = call(tool, data=str(table), text="said")  # no second try on the same holdout
    assert again.artifact == first.artifact
    outside = call(tool, data="/etc/passwd")
    assert "outside the folders" in outside.content
