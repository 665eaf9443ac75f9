"""`python -m benchmarks.zero_shot`: our zero-shot classes and transformers' pipeline, in one run.

Both classify the same texts by the same model of inference, batched, on one thread, in turns. Told
are pairs of text and label a second of processor time (other programs on the machine do not count),
and how far the scores are apart. The model is a small BERT with random weights unless one is named:
speed and agreement do not depend on what a model has learned.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    PreTrainedTokenizerFast,
    pipeline,
)

from autoglm_agent.text.inference import InferenceModel
from autoglm_agent.text.zero_shot import InferenceZeroShot

LABELS = ["sport", "food", "money", "travel", "health"]
WORDS = 2000
JUDGED = {0: "contradiction", 1: "neutral", 2: "entailment"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", help="folder or hub name of a model of inference")
    parser.add_argument("--texts", type=int, default=120)
    parser.add_argument("--longest", type=int, default=100, help="words of a text at most")
    parser.add_argument("--batch", type=int, default=32, help="pairs of a pass of the pipeline")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    torch.set_num_threads(1)
    texts = make_texts(asked.texts, asked.longest, asked.seed)
    with tempfile.TemporaryDirectory() as scratch:
        name = asked.model or make_model(Path(scratch) / "nli", asked.seed)
        theirs = pipeline("zero-shot-classification", model=name, device="cpu")
        told = {
            several: compare(name, theirs, texts, asked, several=several)
            for several in (False, True)
        }
    rows = {"one label": told[False], "several labels": told[True]}
    print(json.dumps({"texts": len(texts), "labels": len(LABELS), **rows}, indent=1))


def compare(
    name: str, theirs: Any, texts: list[str], asked: Any, *, several: bool
) -> dict[str, float]:
    """Time both in turns; each round ours is a new tool that remembers nothing."""
    seconds: dict[str, list[float]] = {"ours": [], "pipeline": []}
    last: dict[str, Any] = {}
    for number in range(asked.rounds):
        ours = InferenceZeroShot(InferenceModel(name, device="cpu"))
        ways: list[tuple[str, Callable[[], Any]]] = [
            ("ours", lambda tool=ours: tool.classify(texts, LABELS, several=several)),
            ("pipeline", lambda: theirs(
                texts, LABELS, multi_label=several, batch_size=asked.batch
            )),
        ]  # fmt: skip
        for way, work in ways if number % 2 else reversed(ways):
            began = time.process_time()
            last[way] = work()
            seconds[way].append(time.process_time() - began)
    gap, same = 0.0, 0
    for one, other in zip(last["ours"], last["pipeline"], strict=True):
        wanted = dict(zip(other["labels"], other["scores"], strict=True))
        gap = max(gap, *(abs(one.scores[label] - wanted[label]) for label in LABELS))
        same += one.label == other["labels"][0]
    spent = {way: statistics.median(values) for way, values in seconds.items()}
    pairs = len(texts) * len(LABELS)
    return {
        "ours_pairs_a_second": round(pairs / spent["ours"]),
        "pipeline_pairs_a_second": round(pairs / spent["pipeline"]),
        "ours_cpu_s": round(spent["ours"], 2),
        "pipeline_cpu_s": round(spent["pipeline"], 2),
        "times_as_fast": round(spent["pipeline"] / spent["ours"], 2),
        "greatest_gap_of_a_score": gap,
        "same_label": same / len(texts),
    }


def make_texts(count: int, longest: int, seed: int) -> list[str]:
    """Draw texts of 3 to `longest` words, most of them short."""
    rng = random.Random(seed)
    lengths = [round(3 * (longest / 3) ** rng.random()) for _ in range(count)]
    return [" ".join(f"w{rng.randrange(WORDS)}" for _ in range(n)) for n in lengths]


def make_model(folder: Path, seed: int) -> str:
    """Save a BERT of 4 layers and 128 dimensions with random weights, and its tokenizer."""
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "this", "example", "is", "."]
    words += LABELS + [f"w{i}" for i in range(WORDS)]
    core = Tokenizer(models.WordLevel({w: i for i, w in enumerate(words)}, unk_token="[UNK]"))
    core.normalizer = normalizers.Lowercase()
    core.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    core.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )  # fmt: skip
    PreTrainedTokenizerFast(
        tokenizer_object=core, unk_token="[UNK]", pad_token="[PAD]", cls_token="[CLS]",
        sep_token="[SEP]", mask_token="[MASK]", model_max_length=128,
    ).save_pretrained(folder)  # fmt: skip
    torch.manual_seed(seed)
    BertForSequenceClassification(
        BertConfig(
            vocab_size=len(words), hidden_size=128, num_hidden_layers=4, num_attention_heads=4,
            intermediate_size=512, max_position_embeddings=128, initializer_range=0.1,
            id2label=JUDGED, label2id={label: i for i, label in JUDGED.items()},
        )
    ).save_pretrained(folder)  # fmt: skip
    return str(folder)


if __name__ == "__main__":
    main()
