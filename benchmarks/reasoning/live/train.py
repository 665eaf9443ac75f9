"""Train a tiny reasoner from nothing: a Llama of 0.4 million weights over characters.

    python -m benchmarks.reasoning.live.train --seed 0

It learns to write solutions step by step and is stopped while it still errs: at about one
step in eleven. The same seed on the same machine gives the same weights.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, decoders, models
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from benchmarks.reasoning.live.optimizer import Muon
from benchmarks.reasoning.live.problems import NAMES, Problem, problems

SPECIAL = ("<pad>", "<s>", "</s>")
TEMPLATE = (
    "{{ bos_token }}{% for m in messages %}{% if m['role'] == 'user' %}{{ m['content'] }}\n"
    "{% elif m['role'] == 'assistant' %}{{ m['content'] }}{% endif %}{% endfor %}"
)
"""The problem, a line end, and what has been written of the solution."""


@dataclass(frozen=True)
class Recipe:
    """What decides the weights.

    Attributes:
        seed: Of weights and problems.
        steps: Assignments in a problem.
        target: Mean probability of a whole right step at which training stops.
        updates: Most updates; the learning rate falls linearly towards them.
        batch: Problems in an update.
        width: Dimensions of a token.
        layers: Transformer blocks.
    """

    seed: int = 0
    steps: int = 5
    target: float = 0.91
    updates: int = 900
    batch: int = 16
    width: int = 96
    layers: int = 3

    @property
    def key(self) -> str:
        """Name of the weights that this recipe gives."""
        return sha256(json.dumps(asdict(self)).encode()).hexdigest()[:12]


def cache_folder() -> Path:
    """Return where trained models are kept."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "autoglm-agent" / "live"


def trained(recipe: Recipe, cache: Path) -> Path:
    """Return the folder of the recipe's model, trained if it is not there yet."""
    return kept(cache / recipe.key, lambda folder: train(recipe, folder))


def kept(folder: Path, make: Callable[[Path], None]) -> Path:
    """Return a folder of weights, made by `make` if it is not there whole."""
    if not (folder / "training.json").is_file():
        part = folder.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        make(part)
        part.rename(folder)
    return folder


def train(recipe: Recipe, folder: Path) -> None:
    """Train, and write model, tokenizer and `training.json` into a folder."""
    started = time.process_time()
    # One thread: sums in another order give other weights.
    torch.set_num_threads(1)
    torch.manual_seed(recipe.seed)
    tokenizer = make_tokenizer()
    model = make_model(recipe, tokenizer)
    optimizers = optimizers_of(model)
    sources = {
        steps: problems(recipe.seed, steps, held_out=False) for steps in range(1, recipe.steps + 1)
    }
    watched = encode(tokenizer, list(itertools.islice(sources[recipe.steps], 200)))
    chance = 0.0
    for update in range(recipe.updates):
        pace = min(1.0, (update + 1) / 30) * (1 - 0.9 * update / recipe.updates)
        # Short problems first, and more of them: every update sees about as many steps.
        steps = min(recipe.steps, 2 + update // 100)
        count = recipe.batch * recipe.steps // steps
        batch = encode(tokenizer, list(itertools.islice(sources[steps], count)))
        update_weights(model, optimizers, batch, pace)
        if update % 25 == 24:
            chance = step_chance(model, watched)
            spent = time.process_time() - started
            print(f"update {update + 1}: a step is right with {chance:.3f} ({spent:.0f} s)")
            if chance >= recipe.target:
                break
    model.eval().save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    told = {
        "recipe": asdict(recipe),
        "updates": update + 1,
        "step_chance": round(chance, 4),
        "cpu_seconds": round(time.process_time() - started, 1),
        "weights": sum(p.numel() for p in model.parameters()),
        "torch": torch.__version__,
    }
    (folder / "training.json").write_text(json.dumps(told, indent=1))


def make_tokenizer() -> PreTrainedTokenizerFast:
    """Return a tokenizer of single characters with a chat template."""
    letters = sorted(set(f"0123456789+-*=;\nAnswer: {NAMES}"))
    words = {word: index for index, word in enumerate([*SPECIAL, *letters])}
    core = Tokenizer(models.BPE(vocab=words, merges=[]))
    core.decoder = decoders.Fuse()
    pad, begin, end = SPECIAL
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=core, pad_token=pad, bos_token=begin, eos_token=end
    )
    tokenizer.chat_template = TEMPLATE
    return tokenizer


def make_model(recipe: Recipe, tokenizer: PreTrainedTokenizerFast) -> LlamaForCausalLM:
    """Return the untrained model."""
    return LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(tokenizer),
            hidden_size=recipe.width,
            intermediate_size=3 * recipe.width,
            num_hidden_layers=recipe.layers,
            num_attention_heads=4,
            num_key_value_heads=4,
            max_position_embeddings=256,
            tie_word_embeddings=True,
            pad_token_id=tokenizer.pad_token_id,
            bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id,
        )
    )


@dataclass(frozen=True)
class Batch:
    """Token ids of problems with their solutions, and for each token which step it is of.

    The step is -1 for what the model need not write: the problem and the padding.
    """

    ids: torch.Tensor
    step: torch.Tensor


def encode(tokenizer: PreTrainedTokenizerFast, batch: Sequence[Problem]) -> Batch:
    """Return problems and solutions as padded token ids."""
    rows = [
        list(
            itertools.chain(
                [(tokenizer.bos_token_id, -1)],
                _numbered(tokenizer, [f"{problem.text}\n"], first=-1),
                _numbered(tokenizer, problem.solution.splitlines(keepends=True), first=0),
                [(tokenizer.eos_token_id, len(problem.lines) + 1)],
            )
        )
        for problem in batch
    ]
    longest = max(map(len, rows))
    pad = (tokenizer.pad_token_id, -1)
    table = torch.tensor([row + [pad] * (longest - len(row)) for row in rows])
    return Batch(table[..., 0], table[..., 1])


def _numbered(tokenizer: Any, lines: list[str], first: int) -> Iterator[tuple[int, int]]:
    for step, line in enumerate(lines, start=first):
        for token in tokenizer.convert_tokens_to_ids(list(line)):  # a character is a token
            yield token, step


def step_chance(model: LlamaForCausalLM, batch: Batch) -> float:
    """Return the mean probability that a step is sampled right, given right steps before it."""
    with torch.inference_mode():
        logs = model(input_ids=batch.ids).logits[:, :-1].log_softmax(-1)
    step, wanted = batch.step[:, 1:], batch.ids[:, 1:]
    token = logs.gather(-1, wanted[..., None])[..., 0]
    count = int(step.max()) - 1  # neither the answer nor the end: both only copy
    chances = [(token * (step == k)).sum(1).exp().mean() for k in range(count)]
    return float(torch.stack(chances).mean())


def optimizers_of(model: LlamaForCausalLM) -> list[tuple[torch.optim.Optimizer, float]]:
    """Return the optimisers with their highest learning rates."""
    inner = {n: p for n, p in model.named_parameters() if p.ndim == 2 and "embed" not in n}
    outer = [p for n, p in model.named_parameters() if n not in inner]
    adam = torch.optim.AdamW(outer, betas=(0.9, 0.98), weight_decay=0.0)
    return [(adam, 3e-3), (Muon(inner.values(), lr=0.02), 0.02)]


def update_weights(
    model: LlamaForCausalLM,
    optimizers: list[tuple[torch.optim.Optimizer, float]],
    batch: Batch,
    pace: float,
) -> None:
    """Learn from a batch, at a share of the highest learning rates."""
    wanted = torch.where(batch.step >= 0, batch.ids, -100)[:, 1:]
    logits = model(input_ids=batch.ids).logits[:, :-1]
    loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), wanted.flatten())
    model.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    for optimizer, highest in optimizers:
        optimizer.param_groups[0]["lr"] = highest * pace
        optimizer.step()


def main() -> None:
    """Train and say where the model lies."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--cache", type=Path, default=cache_folder())
    given = parser.parse_args()
    print(trained(Recipe(seed=given.seed), given.cache))


if __name__ == "__main__":
    main()
