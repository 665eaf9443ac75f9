"""`python -m benchmarks.adapters`: three tasks on one backbone, by adapter, head and in full.

Trains a small backbone on generated sentences (or takes `--backbone FOLDER`), then each task by a
bottleneck adapter, LoRA, a linear head on frozen vectors, and full fine-tuning, each at the rates
that the package chooses; measures accuracy on sentences with words that the tasks have not shown,
parameters, swaps, parity of mixed batches, and the memory of ten adapters.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import torch

from autoglm_agent.adapters.backbones import TextBackbone
from autoglm_agent.adapters.blocks import Adapter
from autoglm_agent.adapters.host import AdapterHost
from autoglm_agent.adapters.multitask import MultiTask
from autoglm_agent.adapters.registry import AdapterRegistry
from autoglm_agent.adapters.training import Schedule, fit_adapter, fit_head, fit_whole
from benchmarks.adapters.backbone import train_backbone
from benchmarks.adapters.language import TASKS, Language, make_language, speak

TRAIN, TEST = 1000, 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--backbone", type=Path, help="folder to keep the backbone in")
    parser.add_argument("--steps", type=int, default=2000, help="of the backbone's training")
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--size", type=int, default=16, help="bottleneck is 1/size of the width")
    parser.add_argument("--rank", type=int, default=4, help="of LoRA")
    parser.add_argument("--seeds", type=int, default=3, help="repetitions of each task")
    parser.add_argument("--seed", type=int, default=0, help="of the language and the backbone")
    asked = parser.parse_args()
    language = make_language(asked.seed)
    with tempfile.TemporaryDirectory() as scratch:
        folder = asked.backbone or Path(scratch) / "backbone"
        told: dict[str, Any] = {}
        if not (folder / "config.json").exists():
            began = time.process_time()
            told |= train_backbone(folder, language, asked.steps, asked.seed)
            told["backbone_seconds"] = round(time.process_time() - began)
        backbone = TextBackbone.load(str(folder), device="cpu", max_tokens=32)
        registry = AdapterRegistry(Path(scratch) / "adapters", backbone.module)
        told["tasks"] = {
            task: summary(
                [run_task(backbone, registry, language, task, n, asked) for n in range(asked.seeds)]
            )
            for task in TASKS
        }
        told |= measure(backbone, registry, language, asked.seed)
    print(json.dumps(told, indent=1))


def examples(language: Language, task: str, count: int, known: float, seed: str) -> tuple:
    rng = random.Random(seed)
    made = [speak(language, rng, told=False, known=known) for _ in range(count)]
    return [s.text for s in made], [getattr(s, task) for s in made]


def run_task(
    backbone: TextBackbone, registry: AdapterRegistry, language: Language, task: str, seed: int,
    asked: Any,
) -> dict[str, dict[str, float]]:  # fmt: skip
    texts, labels = examples(language, task, TRAIN, 0.5, f"{seed} {task} train")
    unseen, truth = examples(language, task, TEST, 1.0, f"{seed} {task} test")
    whole = sum(p.numel() for p in backbone.module.parameters())
    schedule = Schedule(epochs=asked.epochs, seed=seed)
    results: dict[str, dict[str, float]] = {}

    def keep(way: str, told: list[Any], added: int, began: float) -> None:
        right = sum(a == b for a, b in zip(told, truth, strict=True)) / len(truth)
        spent = time.process_time() - began
        results[way] = {"accuracy": right, "share": added / whole, "cpu_s": spent}

    for kind, size in (("bottleneck", asked.size), ("lora", asked.rank)):
        began = time.process_time()
        host = AdapterHost(backbone.module)
        name = task if kind == "bottleneck" else f"{task}-lora"
        adapter = fit_adapter(
            host, backbone, texts, labels, name=name, kind=kind, size=size, schedule=schedule
        )
        registry.save(adapter)
        answers = MultiTask(backbone, registry, host=host).predict(unseen, name)
        keep(kind, [a.label for a in answers], adapter.parameters_added, began)
        host.release()
    for way, fit in (("head", fit_head), ("full", fit_whole)):
        began = time.process_time()
        tuned = fit(backbone, texts, labels, schedule)
        told = [tuned.labels[i] for i in tuned.logits(unseen).argmax(1).tolist()]
        keep(way, told, whole if way == "full" else tuned.head.weight.numel(), began)
    for way in results:
        results[way]["of_full"] = results[way]["accuracy"] / results["full"]["accuracy"]
    return results


def summary(runs: list[dict[str, dict[str, float]]]) -> dict[str, dict[str, float]]:
    """Return means over the seeds, and the worst share of full fine-tuning's accuracy."""
    told = {}
    for way in runs[0]:
        means = {key: statistics.mean(run[way][key] for run in runs) for key in runs[0][way]}
        means["worst_of_full"] = min(run[way]["of_full"] for run in runs)
        told[way] = {key: round(value, 4) for key, value in means.items()}
    return told


def measure(
    backbone: TextBackbone, registry: AdapterRegistry, language: Language, seed: int
) -> dict[str, Any]:
    """Swaps, loads, parity of mixed batches and the memory of ten adapters."""
    many = MultiTask(backbone, registry)
    rng = random.Random(seed)
    texts = [speak(language, rng, told=False).text for _ in range(300)]
    tasks = [TASKS[i % len(TASKS)] for i in range(300)]
    many.predict(texts, tasks)
    began = time.process_time()
    mixed = many.predict(texts, tasks)
    together = time.process_time() - began
    began = time.process_time()
    for text, task in zip(texts, tasks, strict=True):
        many.predict([text], task)
    one_by_one = time.process_time() - began
    worst = 0.0
    for task in TASKS:
        alone = many.predict(texts, task)
        pairs = [(a, b) for a, b in zip(mixed, alone, strict=True) if a.task == task]
        gaps = [abs(a.probabilities[c] - b.probabilities[c]) for a, b in pairs
                for c in a.probabilities]  # fmt: skip
        worst = max(worst, *gaps)
    held = [registry.get(task) for task in TASKS]
    spec = held[0].spec
    ten = held + [Adapter(spec.model_copy(update={"name": f"t{i}"})) for i in range(7)]
    model = size_of(backbone.module)
    return {
        "swap_ms": round(swap_ms(many.host, held), 4),
        "load_ms": round(load_ms(registry), 3),
        "mixed_against_alone": worst,
        "requests_a_second": {
            "mixed": round(300 / together),
            "one_by_one": round(300 / one_by_one),
        },
        "memory_of_ten_adapters": round(1 + sum(map(size_of, ten)) / model, 3),
        "model_megabytes": round(model / 1e6, 2),
    }


def swap_ms(host: AdapterHost, adapters: list[Adapter]) -> float:
    times = []
    for i in range(1000):
        began = time.perf_counter()
        with host.wearing((adapters[i % len(adapters)], 1)):
            pass
        times.append(1000 * (time.perf_counter() - began))
    return statistics.median(times)


def load_ms(registry: AdapterRegistry) -> float:
    times = []
    for name in registry.names() * 5:
        registry._held.pop(name, None)
        began = time.perf_counter()
        registry.get(name)
        times.append(1000 * (time.perf_counter() - began))
    return statistics.median(times)


def size_of(module: torch.nn.Module) -> int:
    return sum(t.numel() * t.element_size() for t in module.state_dict().values())


if __name__ == "__main__":
    main()
