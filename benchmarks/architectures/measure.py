"""`python -m benchmarks.architectures.measure`: accuracies of architectures on image tasks.

    python -m benchmarks.architectures.measure --device cuda --processes 4 --seconds 420 --out t.csv

All tasks of an architecture are trained at once, side by side in one network of grouped
convolutions; architectures come in a random order, every one once before any of them comes again
with another seed. Rows are written as they finish, so it may be cut off at any time, and what is in
the file is not measured again. It needs numpy, torch, scikit-learn and the files of
`autoglm_agent.images.architectures`, nothing else.
"""

from __future__ import annotations

import argparse
import csv
import queue
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from autoglm_agent.images.architectures.network import LEAST_WIDTH, CellNetwork
from autoglm_agent.images.architectures.space import Architecture, architectures
from benchmarks.architectures.tasks import TASKS, TRAIN, make_task

EPOCHS, BATCH, RATE, DECAY = 12, 50, 4e-3, 1e-2
KEYS = ("architecture", "seed", "seconds")


@dataclass(frozen=True, eq=False)
class Stack:
    """All tasks side by side.

    Attributes:
        images: Float32 (n, tasks * 3, side, side).
        codes: Int64 (n, tasks).
        classes: Of each task; a network has outputs for the largest.
    """

    images: torch.Tensor
    codes: torch.Tensor
    classes: tuple[int, ...]

    def to(self, device: str) -> Stack:
        """Return it on a device."""
        return Stack(self.images.to(device), self.codes.to(device), self.classes)

    def __reduce__(self) -> tuple[Any, ...]:
        # By value: tensors would pass through shared memory, of which a container has little.
        return _revived, (self.images.cpu().numpy(), self.codes.cpu().numpy(), self.classes)


def _revived(images: np.ndarray, codes: np.ndarray, classes: tuple[int, ...]) -> Stack:
    return Stack(torch.from_numpy(images), torch.from_numpy(codes), classes)


def stacked(names: tuple[str, ...]) -> Stack:
    """Generate tasks and lay them side by side."""
    made = [make_task(name) for name in names]
    images = np.concatenate([task.images for task in made], axis=1)
    codes = np.stack([task.codes for task in made], axis=1)
    return Stack(
        torch.from_numpy(images), torch.from_numpy(codes), tuple(task.classes for task in made)
    )


class MatrixConvolution(nn.Module):
    """A grouped convolution as one batch of matrix products, which some graphics cards like better.

    Args:
        convolution: Whose weights and shape it takes.
    """

    def __init__(self, convolution: nn.Conv2d) -> None:
        super().__init__()
        self.weight, self.groups = convolution.weight, convolution.groups
        self.size, self.dilation = convolution.kernel_size[0], convolution.dilation[0]
        self.padding = int(convolution.padding[0])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return what the convolution returns."""
        n, _, height, width = x.shape
        pad, span = self.padding, self.dilation * (self.size - 1) + 1
        taps = nn.functional.pad(x, (pad,) * 4).unfold(2, span, 1).unfold(3, span, 1)
        taps = taps[..., :: self.dilation, :: self.dilation]
        taps = taps.unflatten(1, (self.groups, -1)).permute(1, 0, 3, 4, 2, 5, 6)
        weight = self.weight.unflatten(0, (self.groups, -1)).flatten(2)
        told = taps.reshape(self.groups, n * height * width, -1) @ weight.transpose(1, 2)
        told = told.view(self.groups, n, height, width, -1)
        return told.permute(1, 0, 4, 2, 3).reshape(n, -1, height, width)


def by_matrices(network: nn.Module, copies: int) -> nn.Module:
    """Replace the convolutions whose groups are the copies; depthwise ones stay."""
    for module in network.modules():
        for name, child in module.named_children():
            if isinstance(child, nn.Conv2d) and child.groups == copies:
                setattr(module, name, MatrixConvolution(child))
    return network


def train(
    architecture: Architecture, stack: Stack, *, seed: int, matrices: bool, steps: int | None = None
) -> nn.Module:
    """Train an architecture on all tasks at once.

    Args:
        architecture: What.
        stack: Tasks, on the device to train on.
        seed: Of weights and order.
        matrices: Whether convolutions are matrix products.
        steps: Stop after so many, to take the time; None trains to the end.
    """
    torch.manual_seed(seed)
    copies, device = len(stack.classes), stack.images.device
    network: nn.Module = CellNetwork(
        architecture, max(stack.classes), width=LEAST_WIDTH, copies=copies
    )
    network = (by_matrices(network, copies) if matrices else network).to(device)
    fused = {"fused": True} if device.type == "cuda" else {}
    optimizer = torch.optim.AdamW(network.parameters(), RATE, weight_decay=DECAY, **fused)
    total = EPOCHS * TRAIN // BATCH
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total, pct_start=0.25)
    absent = masked(stack)
    rng = np.random.default_rng(seed)
    order = torch.from_numpy(np.concatenate([rng.permutation(TRAIN) for _ in range(EPOCHS)]))
    order = order.to(device)
    for step in range(total if steps is None else steps):
        rows = order[step * BATCH : (step + 1) * BATCH]
        logits = network(stack.images[rows]).float() + absent
        # The sum over tasks gives each network the gradient of its own mean loss.
        loss = nn.functional.cross_entropy(
            logits.view(-1, logits.shape[-1]), stack.codes[rows].flatten(), reduction="sum"
        ) / len(rows)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        schedule.step()
    return network.eval()


def masked(stack: Stack) -> torch.Tensor:
    """Return what takes outputs away that a task has no class for, shape (tasks, outputs)."""
    places = torch.arange(max(stack.classes), device=stack.images.device)
    counts = torch.tensor(stack.classes, device=stack.images.device)
    return torch.where(places[None] < counts[:, None], 0.0, -1e4)


@torch.inference_mode()
def accuracies(network: nn.Module, stack: Stack) -> list[float]:
    """Return the accuracy on the test images of each task."""
    right, absent = [], masked(stack)
    for start in range(TRAIN, len(stack.images), 250):
        told = network(stack.images[start : start + 250]) + absent
        right.append(told.argmax(-1) == stack.codes[start : start + 250])
    return [float(v) for v in torch.cat(right).double().mean(dim=0)]


def measured(
    architecture: Architecture, stack: Stack, seed: int, matrices: bool
) -> list[str | int | float]:
    """Train and test; returns `KEYS`, seconds per task, then the accuracy of each task."""
    began = time.perf_counter()
    told = accuracies(train(architecture, stack, seed=seed, matrices=matrices), stack)
    spent = (time.perf_counter() - began) / len(told)
    return [architecture.name, seed, round(spent, 4), *(round(v, 4) for v in told)]


def faster_by_matrices(stack: Stack) -> bool:
    """Take the time of a few steps both ways and return whether matrix products win."""
    probe = Architecture(("conv3", "conv5", "dilated3"))
    took = {}
    for matrices in (False, True):
        accuracies(train(probe, stack, seed=0, matrices=matrices, steps=3), stack)
        began = time.perf_counter()
        accuracies(train(probe, stack, seed=0, matrices=matrices, steps=10), stack)
        took[matrices] = time.perf_counter() - began
    print(f"grouped {took[False]:.2f} s, matrices {took[True]:.2f} s", flush=True)
    return took[True] < took[False]


def prepare(device: str, threads: int) -> None:
    """Set what makes small networks quick."""
    torch.set_num_threads(threads)
    torch.backends.cuda.matmul.allow_tf32 = True
    torch.backends.cudnn.allow_tf32 = True
    torch.backends.cudnn.benchmark = device.startswith("cuda")


def work(device: str, stack: Stack, matrices: bool, threads: int, todo: Any, done: Any) -> None:
    """Measure what is in the queue until it is empty."""
    prepare(device, threads)
    here = stack.to(device)
    while True:
        try:
            name, seed = todo.get(timeout=1)
        except queue.Empty:
            return
        done.put(measured(Architecture.parse(name), here, seed, matrices))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1, help="of each process")
    parser.add_argument("--seconds", type=float, default=300.0, help="then it stops")
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--tasks", nargs="+", choices=list(TASKS), default=list(TASKS))
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    began = time.monotonic()
    prepare(given.device, given.threads)
    stack = stacked(tuple(given.tasks))
    print(f"{len(given.tasks)} tasks made after {time.monotonic() - began:.1f} s", flush=True)
    cuda = given.device.startswith("cuda")
    matrices = cuda and faster_by_matrices(stack.to(given.device))
    there = known(given.out)
    todo = [job for job in jobs(given.seeds) if job not in there]
    run(given, stack, matrices, todo, began + given.seconds)
    print(f"{len(known(given.out))} rows after {time.monotonic() - began:.1f} s", flush=True)


def jobs(seeds: int) -> list[tuple[str, int]]:
    """Return architecture and seed of each row, in the order in which they are measured."""
    names = [a.name for a in architectures()]
    order = np.random.default_rng(0).permutation(len(names))
    return [(names[i], seed) for seed in range(seeds) for i in order]


def known(path: Path) -> set[tuple[str, int]]:
    """Return architecture and seed of the rows in a file; none if there is no file."""
    if not path.is_file():
        return set()
    with path.open(newline="") as file:
        return {(row["architecture"], int(row["seed"])) for row in csv.DictReader(file)}


def run(
    given: argparse.Namespace, stack: Stack, matrices: bool, todo: list[Any], until: float
) -> None:
    """Let processes measure, and write each row as it comes, until the time is up."""
    context = torch.multiprocessing.get_context("spawn")
    tasks, done = context.Queue(), context.Queue()
    for job in todo:
        tasks.put(job)
    workers = [
        context.Process(
            target=work, args=(given.device, stack, matrices, given.threads, tasks, done),
            daemon=True,
        )
        for _ in range(given.processes)
    ]  # fmt: skip
    for worker in workers:
        worker.start()
    fresh, left = not given.out.is_file(), len(todo)
    with given.out.open("a", newline="") as file:
        writer = csv.writer(file)
        if fresh:
            writer.writerow((*KEYS, *given.tasks))
        while left and time.monotonic() < until:
            try:
                row = done.get(timeout=min(2.0, max(0.1, until - time.monotonic())))
            except queue.Empty:
                if not any(worker.is_alive() for worker in workers):
                    break
                continue
            writer.writerow(row)
            file.flush()
            left -= 1
    for worker in workers:
        worker.terminate()


if __name__ == "__main__":
    main()
