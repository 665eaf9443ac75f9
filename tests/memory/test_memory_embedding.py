"""The hashing embeddings: LangChain's contract, determinism, and what is near to what."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langchain_core.embeddings import Embeddings
from langchain_tests.integration_tests import EmbeddingsIntegrationTests
from langchain_tests.unit_tests import EmbeddingsUnitTests

from autoglm_agent.memory.embedding import HashingEmbeddings

ROOT = Path(__file__).resolve().parents[2]


class TestUnitContract(EmbeddingsUnitTests):
    @property
    def embeddings_class(self) -> type[Embeddings]:
        return HashingEmbeddings

    @property
    def embedding_model_params(self) -> dict:
        return {"dimension": 64}


class TestIntegrationContract(EmbeddingsIntegrationTests):
    @property
    def embeddings_class(self) -> type[Embeddings]:
        return HashingEmbeddings


def cosine(a: str, b: str) -> float:
    left, right = HashingEmbeddings().embed_documents([a, b])
    return sum(x * y for x, y in zip(left, right, strict=True))


def test_every_process_gives_the_same_vector():
    code = (
        "import json; from autoglm_agent.memory.embedding import HashingEmbeddings;"
        "print(json.dumps(HashingEmbeddings(32).embed_query('Churn 客户流失')))"
    )
    vectors = [
        json.loads(
            subprocess.check_output(
                [sys.executable, "-c", code],
                env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": seed},
            )
        )
        for seed in ("1", "2")
    ]
    assert vectors[0] == vectors[1] == HashingEmbeddings(32).embed_query("Churn 客户流失")


def test_a_released_vector_does_not_change_under_its_name():
    # Stored vectors are compared with new ones: whoever changes the method changes `name` too.
    model = HashingEmbeddings(8)
    assert model.name == "hashing-1-8"
    expected = [-0.33163, -0.16581, -0.16581, 0.11474, -0.40757, -0.50631, 0.62992, -0.05107]
    assert model.embed_query("Predict churn 预测流失") == pytest.approx(expected, abs=1e-4)


@given(st.text(st.characters(), max_size=200))
@settings(max_examples=60, deadline=None)
def test_any_text_has_a_vector_of_unit_length(text):
    vector = HashingEmbeddings(16).embed_query(text)
    assert len(vector) == 16
    assert math.isclose(sum(x * x for x in vector), 1.0, rel_tol=1e-9)


@pytest.mark.parametrize("text", ["", " \n", "...", "\ud800"])
def test_a_text_without_words_is_no_error(text):
    assert len(HashingEmbeddings().embed_query(text)) == 384


@pytest.mark.parametrize(
    ("query", "near", "far"),
    [
        ("Which customers will churn?", "Predict customer churn", "Predict the price of a house"),
        ("predict is_canceled", "predict cancelled bookings", "predict taxi fares"),
        ("forecast PassengerCount", "forecast passenger count", "forecast rainfall amount"),
        ("哪些客户会流失", "预测客户流失", "预测房屋价格"),
        ("请预测房价", "预测房屋价格", "检测信用卡欺诈"),
        ("用 AUC 评估客户流失", "预测客户流失", "预测降雨量"),
    ],
)
def test_the_task_that_shares_the_topic_is_nearer(query, near, far):
    assert cosine(query, near) > cosine(query, far) + 0.1


def test_function_words_do_not_make_texts_alike():
    assert cosine("what will be the price of it", "what will be the name of it") < 0.5


def test_width_and_case_do_not_matter():
    assert cosine("ＣＨＵＲＮ rate", "churn RATE") == pytest.approx(1.0)


def test_too_small_a_dimension_is_refused():
    with pytest.raises(ValueError, match="dimension is 4"):
        HashingEmbeddings(4)
