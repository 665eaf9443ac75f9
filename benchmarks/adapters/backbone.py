"""A small BERT, trained here on raw sentences by masked words (Devlin et al. 2019)."""

from __future__ import annotations

import random
from pathlib import Path

import torch
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import BertConfig, BertForMaskedLM, PreTrainedTokenizerFast

from benchmarks.adapters.language import Language, speak

WIDTH, LAYERS, BATCH, MASKED = 128, 2, 64, 0.25


def make_tokenizer(words: list[str]) -> PreTrainedTokenizerFast:
    """Return a tokenizer of whole words."""
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    core = Tokenizer(
        models.WordLevel({w: i for i, w in enumerate([*special, *words])}, unk_token="[UNK]")
    )
    core.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    core.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    return PreTrainedTokenizerFast(
        tokenizer_object=core, unk_token="[UNK]", pad_token="[PAD]", cls_token="[CLS]",
        sep_token="[SEP]", mask_token="[MASK]", model_max_length=32,
    )  # fmt: skip


def train_backbone(folder: Path, language: Language, steps: int, seed: int = 0) -> float:
    """Train and save a backbone; returns the last hundred steps' mean loss."""
    torch.manual_seed(seed)
    rng = random.Random(seed)
    tokenizer = make_tokenizer(language.words)
    config = BertConfig(
        vocab_size=len(tokenizer), hidden_size=WIDTH, num_hidden_layers=LAYERS,
        num_attention_heads=4, intermediate_size=4 * WIDTH, max_position_embeddings=32,
        hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
    )  # fmt: skip
    model = BertForMaskedLM(config).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    rates = torch.optim.lr_scheduler.OneCycleLR(optimizer, 1e-3, steps, pct_start=0.1)
    losses = []
    for _ in range(steps):
        texts = [speak(language, rng, told=True).text for _ in range(BATCH)]
        batch = tokenizer(texts, padding=True, return_tensors="pt")
        ids = batch["input_ids"]
        hidden = (torch.rand(ids.shape) < MASKED) & (ids > 4)
        masked = ids.masked_fill(hidden, tokenizer.mask_token_id)
        states = model.bert(input_ids=masked, attention_mask=batch["attention_mask"])
        told = model.cls(states.last_hidden_state[hidden])
        loss = torch.nn.functional.cross_entropy(told, ids[hidden])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        rates.step()
        losses.append(loss.item())
    model.bert.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return sum(losses[-100:]) / len(losses[-100:])
