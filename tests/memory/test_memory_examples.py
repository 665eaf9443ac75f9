"""The memory as an example selector, and embedded by a transformers model."""

from __future__ import annotations

import pytest
from langchain_core.prompts import FewShotPromptTemplate, PromptTemplate

from autoglm_agent.errors import InputError
from autoglm_agent.memory.store import ChainMemory


@pytest.fixture
def filled(memory, make_chain):
    memory.remember("Predict churn", make_chain(1), family="a", summary={})
    memory.remember("Estimate {rent}", make_chain(2), family="a", summary={})
    return memory


def test_examples_are_selected_by_the_task(filled):
    selector = filled.as_example_selector(family="a", k=1)
    (example,) = selector.select_examples({"input": "who will churn?"})
    assert example["input"] == "Predict churn"
    assert example["steps"] == "1. train(n=1)\n2. done"
    assert example["output"] == "done"


async def test_examples_are_selected_without_blocking(filled):
    selector = filled.as_example_selector(family="a", k=2, input_key="question")
    assert len(await selector.aselect_examples({"question": "churn"})) == 2


def test_an_unverified_example_cannot_be_added(filled):
    selector = filled.as_example_selector(family="a")
    with pytest.raises(InputError, match="no verified chain"):
        selector.add_example({"input": "x", "output": "y"})
    with pytest.raises(InputError, match="no input variable 'input'"):
        selector.select_examples({"question": "churn"})


def test_a_few_shot_prompt_takes_them(filled):
    prompt = FewShotPromptTemplate(
        example_selector=filled.as_example_selector(family="a", k=2),
        example_prompt=PromptTemplate.from_template("<example>{input}: {steps}</example>"),
        suffix="{input}",
        input_variables=["input"],
    )
    text = prompt.format(input="rent")
    assert r"Estimate \u007brent\u007d" in text, "braces of an example are no template"
    assert text.endswith("rent")


@pytest.fixture
def model(tmp_path):
    """A tiny encoder with random weights, as transformers saves one."""
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    folder = tmp_path / "tiny-bert"
    folder.mkdir()
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "churn", "rent", "predict", "the", "of"]
    (folder / "vocab.txt").write_text("\n".join(words))
    torch.manual_seed(0)
    config = transformers.BertConfig(
        vocab_size=len(words), hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=16,
    )  # fmt: skip
    transformers.BertModel(config).save_pretrained(folder)
    transformers.BertTokenizerFast(vocab=str(folder / "vocab.txt")).save_pretrained(folder)
    return folder


def test_a_transformers_model_embeds_a_memory(model, folder, make_chain):
    name = f"transformers:{model}"
    with ChainMemory(folder, name) as memory:
        for number, text in enumerate(["predict churn", "predict the rent"]):
            memory.remember(text, make_chain(number), family="a", summary={})
        found = memory.recall("predict churn", family="a", k=2)
        assert found[0].text == "predict churn"
        assert found[0].score == pytest.approx(1.0, abs=1e-4)
        assert memory.truth.meta()["embedder"].startswith("transformers-tiny-bert-")
    assert ChainMemory.migrate(folder) == 2
    assert ChainMemory.migrate(folder, name) == 2


def test_padding_does_not_change_a_vector(model):
    from autoglm_agent.memory.transformer import TransformerEmbeddings

    embeddings = TransformerEmbeddings(model)
    alone = embeddings.embed_query("churn")
    padded, _ = embeddings.embed_documents(["churn", "predict the rent of the rent of churn"])
    assert alone == pytest.approx(padded, abs=1e-5)
    assert len(embeddings.embed_query("")) == 16


@pytest.mark.parametrize("name", ["transformers:/nowhere", "word2vec", "transformers:"])
def test_a_model_that_is_not_there_is_told(folder, name):
    with pytest.raises(InputError, match=r"no transformers model|no embedder"):
        ChainMemory(folder, name)
