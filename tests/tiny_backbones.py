"""Small transformers models made in the tests, saved and loaded as any other model is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from autoglm_agent.adapters.blocks import Adapter

WORDS = (
    *("the", "a", "is", "not", "this", "it", "of", "on", "in", "and", "but", "very", "for", "at"),
    *("good", "bad", "fine", "poor", "great", "awful", "nice", "example", "about", "text"),
    *("topic", "sport", "food", "money", "travel", "ball", "goal", "team", "bread", "soup"),
    *("cake", "bank", "price", "loan", "train", "hotel", "beach", "anna", "berlin", "paris"),
    *("acme", "went", "to", "buys", "lives", "works", ".", ",", "?"),
)


def save_tokenizer(folder: Path, words: tuple[str, ...] = WORDS) -> Any:
    """Write a word-level tokenizer with BERT's special tokens."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    index = {word: i for i, word in enumerate([*special, *dict.fromkeys(words)])}
    core = Tokenizer(models.WordLevel(index, unk_token="[UNK]"))
    core.normalizer = normalizers.Lowercase()
    core.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    core.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=core, unk_token="[UNK]", pad_token="[PAD]", cls_token="[CLS]",
        sep_token="[SEP]", mask_token="[MASK]", model_max_length=64,
    )  # fmt: skip
    tokenizer.save_pretrained(folder)
    return tokenizer


def bert_config(**changes: Any) -> Any:
    """Return the configuration of a BERT of 32 dimensions and two layers."""
    from transformers import BertConfig

    sizes: dict[str, Any] = {
        "vocab_size": 5 + len(dict.fromkeys(WORDS)), "hidden_size": 32, "num_hidden_layers": 2,
        "num_attention_heads": 2, "intermediate_size": 64, "max_position_embeddings": 64,
        "hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0,
    }  # fmt: skip
    return BertConfig(**(sizes | changes))


def save_bert(folder: Path, head: str = "BertModel", seed: int = 0, **changes: Any) -> Path:
    """Write a BERT with random weights, large enough to tell inputs apart."""
    import torch
    import transformers

    torch.manual_seed(seed)
    model = getattr(transformers, head)(bert_config(initializer_range=0.4, **changes))
    model.save_pretrained(folder)
    save_tokenizer(folder)
    return folder


def shaken(backbone: Any, name: str, kind: Any = "bottleneck", seed: int = 1) -> Adapter:
    """Return an adapter with random weights everywhere, so that it changes much."""
    import torch

    from autoglm_agent.adapters.backbones import fingerprint
    from autoglm_agent.adapters.blocks import Adapter, AdapterSpec
    from autoglm_agent.adapters.sites import find_sites

    spec = AdapterSpec(
        name=name, kind=kind, size=8, sites=tuple(find_sites(backbone.module, kind)),
        features=backbone.width, labels=("no", "yes"), backbone=fingerprint(backbone.module),
    )  # fmt: skip
    torch.manual_seed(seed)
    adapter = Adapter(spec)
    for parameter in adapter.parameters():
        torch.nn.init.normal_(parameter, std=0.5)
    return adapter.eval().requires_grad_(False)
