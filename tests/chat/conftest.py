"""Tiny models with random weights, saved and loaded as any other model is."""

from __future__ import annotations

from pathlib import Path

import pytest

TEMPLATE = (
    "{{ bos_token }}{% for m in messages %}<|{{ m['role'] }}|>{{ m['content'] }}<|end|>"
    "{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}"
)


def save_model(
    folder: Path, template: str | None, context: int = 256, letters: str | None = None
) -> Path:
    """Write a Llama of 16 dimensions over bytes, or some of them, with its tokenizer."""
    torch = pytest.importorskip("torch")
    pytest.importorskip("transformers")
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    special = ["<s>", "</s>", "<pad>", "<|system|>", "<|user|>", "<|assistant|>", "<|end|>"]
    alphabet = letters or sorted(pre_tokenizers.ByteLevel.alphabet())
    words = {word: index for index, word in enumerate([*special, *alphabet])}
    core = Tokenizer(models.BPE(vocab=words, merges=[]))
    core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    core.decoder = decoders.ByteLevel()
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=core,
        bos_token="<s>",
        eos_token="</s>",
        pad_token="<pad>",
        additional_special_tokens=special[3:],
    )
    tokenizer.chat_template = template
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(words),
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        max_position_embeddings=context,
        bos_token_id=0,
        eos_token_id=1,
        pad_token_id=2,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model with a chat template."""
    return save_model(tmp_path_factory.mktemp("models") / "tiny", TEMPLATE)


@pytest.fixture(scope="session")
def untemplated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model without a chat template."""
    return save_model(tmp_path_factory.mktemp("models") / "plain", None)


@pytest.fixture(scope="session")
def three_letters(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that can write a, b and c only."""
    from transformers import GenerationConfig

    folder = tmp_path_factory.mktemp("models") / "abc"
    save_model(folder, "{{ messages[-1]['content'] }}", letters="abc")
    silent = [0, 2, 3, 4, 5, 6]  # every token that is no letter, but for the end
    settings = GenerationConfig(suppress_tokens=silent, eos_token_id=1, pad_token_id=2)
    settings.save_pretrained(folder)
    return folder
