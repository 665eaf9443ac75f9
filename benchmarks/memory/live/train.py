"""Train a tiny model that learns what words mean from the examples in its prompt.

    python -m benchmarks.memory.live.train --seed 0

Every sequence lives in a world of its own, so nothing about words can be learned by heart; one
word in twenty means something else in an example than in the task, so examples are not believed
blindly.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import time
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

import torch
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

from benchmarks.memory.live.world import HIGHEST, MEANINGS, WORDS, Task, a_task, a_world
from benchmarks.reasoning.live.train import (
    SPECIAL,
    TEMPLATE,
    Batch,
    Recipe,
    cache_folder,
    kept,
    make_model,
    optimizers_of,
    update_weights,
)

MOST_EXAMPLES = 2
KNOWN_WORDS = 3, 6
"""Fewest and most words of one sequence: few enough that examples and task share some."""
DOUBTFUL = 0.05


@dataclass(frozen=True)
class Reader:
    """What decides the weights.

    Attributes:
        seed: Of weights and tasks.
        updates: Updates on tasks; the learning rate falls linearly.
        batch: Sequences in an update.
        width: Dimensions of a token.
        layers: Transformer blocks.
    """

    seed: int = 0
    updates: int = 3000
    batch: int = 24
    width: int = 64
    layers: int = 3


def trained(reader: Reader, cache: Path) -> Path:
    """Return the folder of the model, trained if it is not there yet."""
    key = sha256(json.dumps(asdict(reader)).encode()).hexdigest()[:12]
    return kept(cache / f"reader-{key}", lambda folder: _train(reader, folder))


def _train(reader: Reader, folder: Path) -> None:
    began = time.process_time()
    torch.set_num_threads(1)
    torch.manual_seed(reader.seed)
    rng = random.Random(reader.seed)
    tokenizer = make_tokenizer()
    model = make_model(Recipe(width=reader.width, layers=reader.layers), tokenizer)
    optimizers = optimizers_of(model)
    for number in range(reader.updates):
        pace = min(1.0, (number + 1) / 30) * (1 - 0.95 * number / reader.updates)
        batch = encode(tokenizer, [a_sequence(rng) for _ in range(reader.batch)])
        update_weights(model, optimizers, batch, pace)
        if number % 100 == 99:
            spent = time.process_time() - began
            told = line_chances(model, tokenizer)
            print(f"update {number + 1}: right line {told} ({spent:.0f} s)", flush=True)
    model.eval().save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    told = {
        "reader": asdict(reader),
        "line_chances": line_chances(model, tokenizer),
        "cpu_seconds": round(time.process_time() - began, 1),
        "weights": sum(p.numel() for p in model.parameters()),
    }
    (folder / "training.json").write_text(json.dumps(told, indent=1))


def a_sequence(rng: random.Random, examples: int | None = None) -> list[Task]:
    """Return examples and, last, the task that they are for."""
    words, world = rng.sample(WORDS, rng.randint(*KNOWN_WORDS)), a_world(rng)
    count = rng.randint(0, MOST_EXAMPLES) if examples is None else examples
    shown = []
    for _ in range(count):
        told = {w: rng.choice(MEANINGS) if rng.random() < DOUBTFUL else world[w] for w in WORDS}
        shown.append(a_task(rng, words, told))
    return [*shown, a_task(rng, words, world)]


def make_tokenizer() -> PreTrainedTokenizerFast:
    """Return a tokenizer whose tokens are words, numbers, meanings and signs."""
    pieces = [
        *WORDS,
        *map(str.upper, WORDS),
        *map(str, range(HIGHEST + 1)),
        *(f"{m:+d}" for m in MEANINGS),
    ]
    pieces += ["Answer", ":", ">", " ", "\n"]
    table = {piece: index for index, piece in enumerate([*SPECIAL, *pieces])}
    pad, begin, end = SPECIAL
    core = Tokenizer(models.WordLevel(table, unk_token=pad))
    core.pre_tokenizer = pre_tokenizers.Split(Regex(r"[-+]\d+|\d+|[A-Za-z]+|."), "isolated")
    core.decoder = decoders.Fuse()
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=core, pad_token=pad, bos_token=begin, eos_token=end
    )
    tokenizer.chat_template = TEMPLATE
    return tokenizer


def encode(tokenizer: PreTrainedTokenizerFast, sequences: list[list[Task]]) -> Batch:
    """Return the sequences as padded ids; the step of the last task's lines counts from 0.

    Lines of the examples are learned, too: they are step 99.
    """
    rows = []
    for tasks in sequences:
        row = [(tokenizer.bos_token_id, -1)]
        for task in tasks:
            last = task is tasks[-1]
            row += [(i, -1) for i in _ids(tokenizer, f"{task.text}\n")]
            for number, line in enumerate(task.lines):
                row += [(i, number if last else 99) for i in _ids(tokenizer, f"{line}\n")]
        rows.append(row)
    longest = max(map(len, rows))
    pad = (tokenizer.pad_token_id, -1)
    table = torch.tensor([row + [pad] * (longest - len(row)) for row in rows])
    return Batch(table[..., 0], table[..., 1])


def _ids(tokenizer: PreTrainedTokenizerFast, text: str) -> list[int]:
    return list(tokenizer(text, add_special_tokens=False)["input_ids"])


def line_chances(model: torch.nn.Module, tokenizer: PreTrainedTokenizerFast) -> dict[str, float]:
    """Return the chance of a right first line: its word in an example, and without examples."""
    rng = random.Random(1)
    none = [a_sequence(rng, 0) for _ in range(100)]
    drawn = (a_sequence(rng, 2) for _ in itertools.count())
    known = (s for s in drawn if any(s[-1].words[0] in e.words for e in s[:-1]))
    found = {}
    for name, sequences in (("none", none), ("example", list(itertools.islice(known, 100)))):
        batch = encode(tokenizer, sequences)
        with torch.inference_mode():
            logs = model(input_ids=batch.ids).logits[:, :-1].log_softmax(-1)
        token = logs.gather(-1, batch.ids[:, 1:, None])[..., 0]
        found[name] = round(float((token * (batch.step[:, 1:] == 0)).sum(1).exp().mean()), 3)
    return found


def main() -> None:
    """Train and say where the model lies."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--cache", type=Path, default=cache_folder())
    given = parser.parse_args()
    print(trained(Reader(seed=given.seed), given.cache))


if __name__ == "__main__":
    main()
