"""A network whose architecture is searched for on the images at hand.

The search never sees the rows that judge the network: a quarter of the training rows is put aside,
each architecture is trained briefly on the others and asked for these, and the best one is trained
anew on all of them. It takes more than half of the time, so the network that comes out has had less
than one of a given architecture.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch

from autoglm_agent.automl.raw.inputs import Values
from autoglm_agent.automl.run.clock import Deadline
from autoglm_agent.automl.run.events import Listener, silent
from autoglm_agent.images.architectures.network import LEAST_WIDTH, CellNetwork
from autoglm_agent.images.architectures.sampler import create_sampler, suggest
from autoglm_agent.images.architectures.space import Architecture
from autoglm_agent.images.network import NetworkImageModel, fitting, recipe_for
from autoglm_agent.images.training import Training, probabilities

TRIES = 12
SEARCH = 0.6
"""Share of the time that the search may take."""
BRIEF = 0.4
"""Epochs of a try, as a share of those of the final training."""


@dataclass(frozen=True)
class CellShape:
    """The size of a searched network.

    Attributes:
        classes: Outputs.
        channels: Of the images.
        width: Channels at the first place.
        architecture: Its name.
    """

    classes: int
    channels: int
    width: int
    architecture: str

    def build(self) -> CellNetwork:
        """Return such a network with new weights."""
        architecture = Architecture.parse(self.architecture)
        return CellNetwork(architecture, self.classes, self.channels, self.width)


def fit_searched(
    engine: str,
    values: Values,
    codes: np.ndarray,
    classes: int,
    *,
    seed: int,
    deadline: Deadline,
    tries: int = TRIES,
    listener: Listener = silent,
) -> NetworkImageModel:
    """Search for an architecture and train it.

    Args:
        engine: Of `sampler.ENGINES`.
        values: uint8 (n, height, width, channels).
        codes: Classes, 0 to classes - 1.
        classes: How many.
        seed: Of search, weights, order and augmentation.
        deadline: When it must end.
        tries: Architectures that are tried at most; the first is always finished.
        listener: Told of each try and of the epochs of the final training.

    Raises:
        InputError: If there is no such engine.
    """
    images = np.asarray(values)
    width = max(LEAST_WIDTH, fitting(images, classes).width)

    def shape(architecture: Architecture) -> CellShape:
        return CellShape(classes, images.shape[3], width, architecture.name)

    chosen = _searched(engine, images, codes, shape, seed, deadline.share(SEARCH), tries, listener)
    training = _trained(shape(chosen), images, codes, 1.0, seed, deadline, listener)
    network: Any = training.network
    return NetworkImageModel(
        shape(chosen), network, training.mean, training.deviation, training.recipe.flip_test
    )


def _searched(
    engine: str, images: np.ndarray, codes: np.ndarray, shape: Any, seed: int, deadline: Deadline,
    tries: int, listener: Listener,
) -> Architecture:  # fmt: skip
    """Return the architecture of the greatest accuracy on the rows put aside.

    No try is begun that would not fit into the time by the price of those before it.
    """
    import optuna

    verbosity = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    aside, began = put_aside(codes, seed), Deadline()
    known: dict[Architecture, float] = {}
    try:
        study = optuna.create_study(
            direction="maximize", sampler=create_sampler(engine, seed=seed)
        )  # fmt: skip
        while len(study.trials) < tries:
            if known and deadline.left < began.elapsed / len(known):
                break
            trial = study.ask()
            tried = suggest(trial)
            if tried not in known:
                training = _trained(
                    shape(tried), images[~aside], codes[~aside], BRIEF, seed,
                    deadline if known else deadline.share(0.5), silent,
                )  # fmt: skip
                told = probabilities(
                    training.network, images[aside], training.mean, training.deviation
                )
                known[tried] = float((told.argmax(axis=1) == codes[aside]).mean())
                listener(
                    {"event": "architecture.tried", "name": tried.name, "accuracy": known[tried]}
                )
            study.tell(trial, known[tried])
    finally:
        optuna.logging.set_verbosity(verbosity)
    return max(known, key=lambda architecture: known[architecture])


def put_aside(codes: np.ndarray, seed: int) -> np.ndarray:
    """Return which rows judge the architectures: a quarter of each class, drawn at random."""
    rng = np.random.default_rng(seed)
    aside = np.zeros(len(codes), dtype=bool)
    for code in np.unique(codes):
        rows = rng.permutation(np.flatnonzero(codes == code))
        aside[rows[: len(rows) // 4]] = True
    if not aside.any():
        aside[rng.integers(len(codes))] = True
    return aside


def _trained(
    shape: CellShape, images: np.ndarray, codes: np.ndarray, part: float, seed: int,
    deadline: Deadline, listener: Listener,
) -> Training:  # fmt: skip
    """Train for a part of the usual epochs."""
    recipe = recipe_for(images)
    recipe = replace(recipe, epochs=max(1, round(part * recipe.epochs)))
    torch.manual_seed(seed)
    training = Training(
        shape.build(), images, codes, recipe, seed=seed, deadline=deadline, listener=listener
    )
    training.run()
    return training
