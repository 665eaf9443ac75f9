"""A residual network as a model of the harness: sized to the images, saved as safetensors."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import safetensors.torch
import torch

from autoglm_agent.adapters.loading import best_device
from autoglm_agent.automl.raw.inputs import Values
from autoglm_agent.automl.run.arrays import array_json, from_npz, json_array, to_npz
from autoglm_agent.automl.run.clock import Deadline
from autoglm_agent.automl.run.events import Listener, silent
from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.images.recipes import MODERN, Recipe
from autoglm_agent.images.resnet import ResNet
from autoglm_agent.images.training import Training, probabilities

if TYPE_CHECKING:
    from torch import nn

    from autoglm_agent.images.architectures.searching import CellShape

WEIGHTS, ABOUT = "network.safetensors", "network.npz"


@dataclass(frozen=True)
class Shape:
    """The size of a network.

    Attributes:
        classes: Outputs.
        channels: Of the images.
        width: Channels of the first stage.
        blocks: Of each stage.
    """

    classes: int
    channels: int
    width: int = 64
    blocks: tuple[int, ...] = (2, 2, 2, 2)

    def build(self) -> ResNet:
        """Return such a network with new weights."""
        return ResNet(self.classes, self.channels, self.width, self.blocks)


def fitting(images: np.ndarray, classes: int) -> Shape:
    """Return ResNet-18 where there is a graphics card, and what a processor can train else."""
    channels = images.shape[3]
    if best_device() != "cpu":
        return Shape(classes, channels)
    return Shape(classes, channels, 16, (1, 1) if images.shape[1] <= 12 else (1, 1, 1))


def recipe_for(images: np.ndarray) -> Recipe:
    """Return the modern recipe for so many images of that size.

    Images of one channel are not mirrored: most are digits, letters or scans. Few images get more
    epochs, small batches and a lower rate.
    """
    grey = images.shape[3] == 1
    crop = max(1, images.shape[1] // 8)
    recipe = {"crop": crop, "flip": not grey, "flip_test": not grey}
    if len(images) < 10_000:
        recipe |= {"epochs": 20, "batch_size": 64, "rate": 0.1}
    return Recipe(**(asdict(MODERN) | recipe))


@dataclass(frozen=True, eq=False)
class NetworkImageModel:
    """A trained network.

    Attributes:
        shape: Its size; a searched network's names its architecture, too.
        network: In evaluation mode.
        mean: Of each channel.
        deviation: Of each channel.
        flip: Whether mirror images are averaged.
    """

    shape: Shape | CellShape
    network: nn.Module
    mean: np.ndarray
    deviation: np.ndarray
    flip: bool

    def predict(self, values: Values) -> np.ndarray:
        """Return probabilities, float64 (rows, classes)."""
        return probabilities(
            self.network, np.asarray(values), self.mean, self.deviation, flip=self.flip
        )

    def save(self, workspace: Workspace, model_id: str) -> None:
        """Write it under `models/<model_id>/`."""
        state = {k: v.cpu().contiguous().clone() for k, v in self.network.state_dict().items()}
        workspace.write_bytes(safetensors.torch.save(state), "models", model_id, WEIGHTS)
        about = json_array({"shape": asdict(self.shape), "flip": self.flip})
        arrays = {"about": about, "mean": self.mean, "deviation": self.deviation}
        workspace.write_bytes(to_npz(arrays), "models", model_id, ABOUT)

    @classmethod
    def load(cls, workspace: Workspace, model_id: str) -> NetworkImageModel:
        """Read back what `save` wrote."""
        arrays = from_npz(workspace.read_bytes("models", model_id, ABOUT))
        about = array_json(arrays["about"])
        shape = _shape(about["shape"])
        network = shape.build()
        network.load_state_dict(
            safetensors.torch.load(workspace.read_bytes("models", model_id, WEIGHTS))
        )
        network = network.to(best_device()).eval()
        return cls(shape, network, arrays["mean"], arrays["deviation"], bool(about["flip"]))


def _shape(about: dict[str, Any]) -> Shape | CellShape:
    if "architecture" in about:
        from autoglm_agent.images.architectures.searching import CellShape

        return CellShape(**about)
    return Shape(**(about | {"blocks": tuple(about["blocks"])}))


def fit_network(
    values: Values,
    codes: np.ndarray,
    classes: int,
    *,
    seed: int,
    deadline: Deadline,
    recipe: Recipe | None = None,
    shape: Shape | None = None,
    folder: Workspace | None = None,
    listener: Listener = silent,
) -> NetworkImageModel:
    """Train a network.

    Args:
        values: uint8 (n, height, width, channels).
        codes: Classes, 0 to classes - 1.
        classes: How many.
        seed: Of weights, order and augmentation.
        deadline: When it must end; the schedule is shortened to it.
        recipe: How; `recipe_for` by default.
        shape: Its size; `fitting` by default.
        folder: Where the state is kept, so that a killed training goes on; None keeps none.
        listener: Told of each epoch.
    """
    images = np.asarray(values)
    shape, recipe = shape or fitting(images, classes), recipe or recipe_for(images)
    torch.manual_seed(seed)
    training = Training(
        shape.build(), images, codes, recipe, seed=seed, deadline=deadline, folder=folder,
        listener=listener,
    )  # fmt: skip
    network: Any = training.run()
    return NetworkImageModel(shape, network, training.mean, training.deviation, recipe.flip_test)
