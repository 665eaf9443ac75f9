"""`python -m benchmarks.images.recipes`: the modern recipe against the article's, a graphics card.

ResNet-18 on 50,000 generated colour images of 32x32 (`scenes`), 10,000 others to test on. Prints a
line of JSON for each training: test accuracy, epochs, seconds. `--article-seconds` bounds the
article's 90 epochs; its schedule is then shortened to what fits, and the line says so.
`--calibrate` trains one short modern recipe for each difficulty instead.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import replace
from typing import Any

import numpy as np
import torch

from autoglm_agent.automl.run.clock import Deadline
from autoglm_agent.images.network import Shape
from autoglm_agent.images.recipes import ARTICLE, MODERN, Recipe
from autoglm_agent.images.training import Training, probabilities
from benchmarks.images.scenes import CLASSES, scenes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--test-rows", type=int, default=10_000)
    parser.add_argument("--difficulty", type=float, nargs="+", default=[1.0])
    parser.add_argument("--epochs", type=int, default=9, help="of the modern recipe")
    parser.add_argument("--article-epochs", type=int, default=ARTICLE.epochs)
    parser.add_argument("--article-seconds", type=float)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--calibrate", action="store_true")
    parser.add_argument("--processes", type=int, default=1, help="that draw the images")
    asked = parser.parse_args()
    modern = replace(MODERN, epochs=asked.epochs)
    for difficulty in asked.difficulty:
        drawn = {"difficulty": difficulty, "processes": asked.processes}
        train, test = scenes(asked.rows, 1, **drawn), scenes(asked.test_rows, 2, **drawn)
        for seed in range(asked.seeds):
            told = measure(modern, train, test, seed)
            print(json.dumps({"recipe": "modern", "difficulty": difficulty, **told}), flush=True)
        if not asked.calibrate:
            told = measure(
                replace(ARTICLE, epochs=asked.article_epochs), train, test, 0, asked.article_seconds
            )
            print(json.dumps({"recipe": "article", "difficulty": difficulty, **told}), flush=True)


def measure(
    recipe: Recipe,
    train: tuple[np.ndarray, np.ndarray],
    test: tuple[np.ndarray, np.ndarray],
    seed: int,
    seconds: float | None = None,
) -> dict[str, Any]:
    """Train ResNet-18 by a recipe and return what it reaches on the test images."""
    torch.manual_seed(seed)
    network = Shape(len(CLASSES), 3).build()
    ends: list[float] = []
    training = Training(
        network, *train, recipe, seed=seed, deadline=Deadline(seconds),
        listener=lambda event: ends.append(event["seconds"]),
    )  # fmt: skip
    began = time.monotonic()
    training.run()
    took = time.monotonic() - began
    told = probabilities(
        network, test[0], training.mean, training.deviation, flip=recipe.flip_test, batch_size=1000
    )
    return {
        "seed": seed,
        "test_accuracy": round(float((told.argmax(1) == test[1]).mean()), 4),
        "epochs": training.done,
        "seconds": round(took, 1),
        "seconds_an_epoch": round(float(np.median(ends)), 2),
        "device": training.device,
    }


if __name__ == "__main__":
    main()
