"""A small BERT, trained here on raw sentences by masked words (Devlin et al. 2019)."""

from __future__ import annotations

import random
import statistics
from pathlib import Path

import torch
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import BertConfig, BertForMaskedLM, PreTrainedTokenizerFast

from benchmarks.adapters.language import MOODS, TIMES, Language, speak

WIDTH, LAYERS, BATCH, RATE = 64, 2, 128, 2e-3
MASKED, MARKERS_MASKED = 0.2, 0.5
"""Share of the words that are hidden; of those that tell time or mood more, as masking favours what
carries meaning (Guu et al. 2020, https://arxiv.org/abs/2002.08909)."""


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


def train_backbone(folder: Path, language: Language, steps: int, seed: int = 0) -> dict[str, float]:
    """Train and save a backbone until it knows the language, as a pretrained model knows its own.

    Returns:
        Means over the last hundred steps: the loss, and how often a hidden word of time or mood was
        told as one of the right kind. A backbone that does not tell them is no stand-in for a
        pretrained model: no adapter finds in it what is not there.
    """
    torch.manual_seed(seed)
    rng = random.Random(seed)
    tokenizer = make_tokenizer(language.words)
    index = tokenizer.get_vocab()
    config = BertConfig(
        vocab_size=len(tokenizer), hidden_size=WIDTH, num_hidden_layers=LAYERS,
        num_attention_heads=4, intermediate_size=4 * WIDTH, max_position_embeddings=32,
        hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
    )  # fmt: skip
    model = BertForMaskedLM(config).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=0.01)
    rates = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, steps, pct_start=0.1)
    kinds = torch.zeros(len(tokenizer), dtype=torch.int64)
    for number, words in enumerate([*TIMES.values(), *MOODS.values()], start=1):
        kinds[[index[word] for word in words]] = number
    losses, right = [], []
    for _ in range(steps):
        spoken = [speak(language, rng, told=True).text.split() for _ in range(BATCH)]
        ids = _padded([[2, *(index[word] for word in words), 3] for words in spoken])
        chance = torch.where(kinds[ids] > 0, MARKERS_MASKED, MASKED)
        hidden = (torch.rand(ids.shape) < chance) & (ids > 4)
        masked = ids.masked_fill(hidden, tokenizer.mask_token_id)
        states = model.bert(input_ids=masked, attention_mask=(ids > 0).long())
        told, truth = model.cls(states.last_hidden_state[hidden]), ids[hidden]
        loss = torch.nn.functional.cross_entropy(told, truth)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        rates.step()
        losses.append(loss.item())
        marked = kinds[truth] > 0
        right.append((kinds[told.argmax(1)] == kinds[truth])[marked].float().mean().item())
    model.bert.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return {
        "loss": round(statistics.mean(losses[-100:]), 3),
        "markers_told": round(statistics.mean(right[-100:]), 3),
    }


def _padded(rows: list[list[int]]) -> torch.Tensor:
    longest = max(map(len, rows))
    return torch.tensor([row + [0] * (longest - len(row)) for row in rows])
