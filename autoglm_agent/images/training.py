"""The training loop of a network of images: within a budget, resumable, the same every time.

What is random in an epoch is drawn from its number and the seed, and the state is written after
each epoch, so that a run that was killed goes on where it was and ends with the same weights.
Where the time will not suffice, the schedule is shortened after the first epoch has told how long
one takes, and still ends with a low learning rate.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import safetensors.torch
import torch
from torch import nn

from autoglm_agent.adapters.loading import best_device
from autoglm_agent.automl.run.clock import Deadline
from autoglm_agent.automl.run.events import Listener, silent
from autoglm_agent.automl.run.workspace import Workspace, digest_of
from autoglm_agent.errors import InputError
from autoglm_agent.images.recipes import Recipe

STATE, WEIGHTS = "training.json", "training.safetensors"


class Training:
    """One training.

    Args:
        network: From float images (n, channels, height, width) to logits; trained in place.
        images: uint8 (n, height, width, channels).
        codes: Classes.
        recipe: How.
        seed: Of the order, the crops and the mirroring.
        deadline: When it must end.
        folder: Where the state is kept after each epoch; None keeps none.
        device: A torch device; None takes a graphics card where there is one.
        listener: Told of each epoch.
    """

    def __init__(
        self,
        network: nn.Module,
        images: np.ndarray,
        codes: np.ndarray,
        recipe: Recipe,
        *,
        seed: int = 0,
        deadline: Deadline | None = None,
        folder: Workspace | None = None,
        device: str | None = None,
        listener: Listener = silent,
    ) -> None:
        self.device = device or best_device()
        self.network, self.recipe, self.seed = network.to(self.device), recipe, seed
        # On a processor this layout gains nothing for small images.
        self.channels_last = recipe.channels_last and self.device.startswith("cuda")
        if self.channels_last:
            self.network = self.network.to(memory_format=torch.channels_last)
        # Where they fit, all images lie on the graphics card: a batch is then never waited for.
        home = self.device if _fits(images, self.device) else "cpu"
        self.images = torch.from_numpy(np.ascontiguousarray(images)).to(home)
        self.codes = torch.from_numpy(np.asarray(codes, dtype=np.int64)).to(self.device)
        self.mean, self.deviation = normalisation(images)
        self.deadline, self.folder, self.listener = deadline or Deadline(), folder, listener
        self.epochs, self.done, self.progress = recipe.epochs, 0, 0.0
        self.optimizer = torch.optim.SGD(
            self.network.parameters(), lr=recipe.rate, momentum=recipe.momentum,
            nesterov=recipe.nesterov, weight_decay=recipe.decay,
        )  # fmt: skip
        self.asked = digest_of(
            json.dumps([asdict(recipe), seed, digest_of(images.tobytes()),
                        digest_of(np.asarray(codes).tobytes())]).encode()
        )  # fmt: skip

    def run(self) -> nn.Module:
        """Train to the end and return the network in evaluation mode."""
        self._resume()
        while self.done < self.epochs:
            began = time.monotonic()
            whole = self._epoch()
            if not whole:
                break
            self.done += 1
            self._save()
            spent = time.monotonic() - began
            self.listener({"event": "epoch.done", "epoch": self.done, "seconds": round(spent, 2)})
            left = int(self.deadline.left / max(spent, 1e-9)) if self.deadline.seconds else None
            if left is not None and self.done + left < self.epochs:
                self.epochs = self.done + max(0, left)
        return self.network.eval()

    def _epoch(self) -> bool:
        """Train for an epoch; False if the time was up within it."""
        rng = np.random.default_rng([self.seed, self.done])
        torch.manual_seed(self.seed * 100_003 + self.done)
        order = rng.permutation(len(self.codes))
        size = min(self.recipe.batch_size, len(order))
        steps = max(1, len(order) // size)
        self.network.train()
        begun = self.progress
        for step in range(steps):
            if self.deadline.over and self.done:
                return False
            # From where the last epoch ended to 1, whatever number of epochs is left.
            share = step / steps / max(1, self.epochs - self.done)
            self.progress = begun + (1 - begun) * share
            for group in self.optimizer.param_groups:
                group["lr"] = self.recipe.rate_at(self.progress)
            rows = torch.from_numpy(order[step * size : (step + 1) * size])
            images = self.images[rows.to(self.images.device)]
            self._step(self._spoilt(images, rng), self.codes[rows.to(self.device)])
        self.progress = begun + (1 - begun) / max(1, self.epochs - self.done)
        return True

    def _step(self, images: torch.Tensor, codes: torch.Tensor) -> None:
        batch = prepared(images, self.mean, self.deviation, self.device, self.channels_last)
        mixed = self.recipe.mixed and self.device == "cuda" and torch.cuda.is_bf16_supported()
        with torch.autocast(self.device.split(":")[0], torch.bfloat16, enabled=mixed):
            told = self.network(batch)
        loss = nn.functional.cross_entropy(
            told.float(), codes, label_smoothing=self.recipe.smoothing
        )
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()

    def _spoilt(self, images: torch.Tensor, rng: np.random.Generator) -> torch.Tensor:
        """Move and mirror images at random."""
        device = images.device
        if self.recipe.crop:
            pad, (height, width) = self.recipe.crop, images.shape[1:3]
            down = torch.from_numpy(rng.integers(-pad, pad + 1, len(images))).to(device)
            right = torch.from_numpy(rng.integers(-pad, pad + 1, len(images))).to(device)
            over = torch.arange(height, device=device)[None] + down[:, None]
            along = torch.arange(width, device=device)[None] + right[:, None]
            rows, columns = over.clamp(0, height - 1), along.clamp(0, width - 1)
            which = torch.arange(len(images), device=device)[:, None, None]
            images = images[which, rows[:, :, None], columns[:, None, :]]
        if self.recipe.flip:
            mirrored = torch.from_numpy(rng.random(len(images)) < 0.5).to(device)
            images = torch.where(mirrored[:, None, None, None], images.flip(2), images)
        return images

    def _save(self) -> None:
        if self.folder is None:
            return
        state = {f"network.{k}": v for k, v in self.network.state_dict().items()}
        for i, parameter in enumerate(self.network.parameters()):
            buffer = self.optimizer.state.get(parameter, {}).get("momentum_buffer")
            if buffer is not None:
                state[f"momentum.{i}"] = buffer
        plain = {key: value.detach().cpu().contiguous().clone() for key, value in state.items()}
        data = safetensors.torch.save(plain)
        name = f"{self.done}.{WEIGHTS}"
        self.folder.write_bytes(data, name)
        record = {
            "asked": self.asked, "done": self.done, "epochs": self.epochs,
            "progress": self.progress, "weights": name, "sha256": digest_of(data),
        }  # fmt: skip
        self.folder.write_json(record, STATE)
        (self.folder.path / f"{self.done - 1}.{WEIGHTS}").unlink(missing_ok=True)

    def _resume(self) -> None:
        if self.folder is None or not self.folder.has(STATE):
            return
        record = self.folder.read_record(STATE, keys=("asked", "done", "weights", "sha256"))
        if record["asked"] != self.asked:
            raise InputError(
                "The folder holds the state of another training.", "Choose another folder."
            )
        data = self.folder.read_bytes(record["weights"], sha256=record["sha256"])
        state = safetensors.torch.load(data)
        self.network.load_state_dict(
            {k.removeprefix("network."): v for k, v in state.items() if k.startswith("network.")}
        )
        for i, parameter in enumerate(self.network.parameters()):
            if f"momentum.{i}" in state:
                buffer = state[f"momentum.{i}"].to(parameter.device)
                self.optimizer.state[parameter]["momentum_buffer"] = buffer
        self.done, self.epochs = int(record["done"]), int(record["epochs"])
        self.progress = float(record["progress"])


def _fits(images: np.ndarray, device: str) -> bool:
    """Return whether the images take less than a quarter of the graphics card's free memory."""
    return device.startswith("cuda") and images.nbytes < torch.cuda.mem_get_info(device)[0] / 4


def normalisation(images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and standard deviation of each channel, in units of 0 to 1, float32."""
    values = images[:: max(1, len(images) // 5000)].astype(np.float32) / 255
    mean, deviation = values.mean(axis=(0, 1, 2)), values.std(axis=(0, 1, 2))
    return mean, np.maximum(deviation, 1e-3)


def prepared(
    images: torch.Tensor,
    mean: np.ndarray,
    deviation: np.ndarray,
    device: str,
    channels_last: bool = False,
) -> torch.Tensor:
    """Normalise uint8 images (n, height, width, channels) to float (n, channels, ...)."""
    batch = images.to(device).permute(0, 3, 1, 2).float() / 255
    middle = torch.from_numpy(mean).to(device).view(1, -1, 1, 1)
    spread = torch.from_numpy(deviation).to(device).view(1, -1, 1, 1)
    batch = (batch - middle) / spread
    return batch.contiguous(memory_format=torch.channels_last) if channels_last else batch


def probabilities(
    network: nn.Module,
    images: Sequence[Any] | np.ndarray,
    mean: np.ndarray,
    deviation: np.ndarray,
    *,
    flip: bool = False,
    batch_size: int = 256,
) -> np.ndarray:
    """Return a network's probabilities, float64 (rows, classes); `flip` averages mirror images."""
    device = str(next(network.parameters()).device)
    stacked = torch.from_numpy(np.ascontiguousarray(images))
    told = []
    # In TensorFloat-32, a graphics card's usual precision, a layout that differs changes the fourth
    # digit: the model from the disk would not say what the trained one said.
    exact = torch.backends.cudnn.flags(enabled=True, allow_tf32=False)
    with torch.inference_mode(), exact:
        for start in range(0, len(stacked), batch_size):
            batch = prepared(stacked[start : start + batch_size], mean, deviation, device)
            shares = network(batch).double().softmax(1)
            if flip:
                shares = (shares + network(batch.flip(3)).double().softmax(1)) / 2
            told.append(shares.cpu().numpy())
    return np.concatenate(told)
