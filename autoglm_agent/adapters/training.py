"""Training what a task adds to a backbone: an adapter, a linear head, or a copy of the whole.

The same loop serves all three, so that they can be compared: AdamW, linear warm-up and decay, the
epoch that was best on the validation rows is kept, and a deadline ends it early.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import torch
from torch import nn

from autoglm_agent.adapters.backbones import Backbone, fingerprint
from autoglm_agent.adapters.blocks import Adapter, AdapterSpec, Label
from autoglm_agent.adapters.host import AdapterHost
from autoglm_agent.adapters.sites import find_sites
from autoglm_agent.automl.run.clock import Deadline
from autoglm_agent.automl.run.events import Listener, silent
from autoglm_agent.errors import InputError

VALIDATION = 0.1
"""Share of the rows on which epochs are compared."""
WARMUP = 0.1
"""Share of the steps in which the learning rate rises."""
Trained = Literal["bottleneck", "lora", "head", "whole"]
RATES: dict[Trained, float] = {"bottleneck": 1e-3, "lora": 1e-3, "head": 1e-2, "whole": 1e-4}
"""Learning rates on a backbone of `USUAL_WIDTH`; those of Houlsby et al. 2019 for adapters lie
between 3e-5 and 3e-3. Narrower ones bear more, by the square root of the width."""
USUAL_WIDTH = 768


@dataclass(frozen=True)
class Schedule:
    """How long and how fast to learn.

    Attributes:
        epochs: Passes over the rows.
        rate: Highest learning rate; None takes `default_rate` of what is trained.
        batch_size: Rows a step.
        seed: Of the order of the rows and of the new weights.
        deadline: When to stop, with the best epoch so far.
    """

    epochs: int = 10
    rate: float | None = None
    batch_size: int = 32
    seed: int = 0
    deadline: Deadline = field(default_factory=Deadline)


def default_rate(trained: Trained, width: int) -> float:
    """Return the learning rate that suits what is trained on a backbone of that width."""
    if trained == "head":
        return RATES["head"]
    factor: float = (USUAL_WIDTH / max(1, width)) ** 0.5
    return RATES[trained] * min(4.0, max(0.5, factor))


def fit_adapter(
    host: AdapterHost,
    backbone: Backbone,
    inputs: Sequence[Any],
    labels: Sequence[Label],
    *,
    name: str,
    kind: Literal["bottleneck", "lora"] = "bottleneck",
    size: int = 16,
    sites: Sequence[str] = (),
    schedule: Schedule | None = None,
    listener: Listener = silent,
) -> Adapter:
    """Train an adapter and its head; the backbone is not changed.

    Args:
        host: The backbone's host.
        backbone: How inputs become vectors; its module is the host's.
        inputs: Texts, or images.
        labels: Their classes.
        name: Of the task.
        kind: Bottlenecks behind the sublayers, or low-rank updates of the projections.
        size: Reduction of the bottleneck (8 or 16), or rank.
        sites: Names of modules with wildcards; the usual ones by default.
        schedule: How long and how fast.
        listener: Told of each epoch.

    Raises:
        InputError: If there are fewer than two classes, or no site is known.
    """
    schedule = schedule or Schedule()
    classes, codes = _codes(inputs, labels)
    torch.manual_seed(schedule.seed)
    spec = AdapterSpec(
        name=name,
        kind=kind,
        size=size,
        sites=tuple(find_sites(host.module, kind, sites)),
        features=backbone.width,
        labels=classes,
        backbone=fingerprint(host.module),
    )
    adapter: Adapter = Adapter(spec).to(next(host.module.parameters()).device)

    def logits(rows: Sequence[Any]) -> torch.Tensor:
        batch = backbone.collate(rows)
        with host.wearing((adapter, len(rows))):
            told: torch.Tensor = adapter.head(backbone.features(batch))
            return told

    rate = schedule.rate or default_rate(kind, backbone.width)
    best = _optimise(adapter, logits, inputs, codes, schedule, rate, listener)
    whole = sum(p.numel() for p in host.module.parameters())
    figures = {"validation_accuracy": best, "share": adapter.parameters_added / whole}
    adapter.spec = spec.model_copy(update={"figures": figures})
    adapter.eval().requires_grad_(False)
    return adapter


@dataclass(frozen=True)
class Tuned:
    """A network of its own for one task: the whole backbone, or a head on frozen vectors.

    Attributes:
        backbone: How inputs become vectors.
        head: From a vector to logits.
        labels: Classes, in the order of the logits.
        validation_accuracy: On the rows by which the epoch was chosen.
    """

    backbone: Backbone
    head: Any
    labels: tuple[Label, ...]
    validation_accuracy: float

    def logits(self, inputs: Sequence[Any], batch_size: int = 64) -> torch.Tensor:
        """Return logits, shape (rows, classes)."""
        starts = range(0, len(inputs), batch_size)
        batches = (self.backbone.collate(list(inputs[i : i + batch_size])) for i in starts)
        with torch.inference_mode():
            return torch.cat([self.head(self.backbone.features(b)) for b in batches])


def fit_whole(
    backbone: Backbone,
    inputs: Sequence[Any],
    labels: Sequence[Label],
    schedule: Schedule | None = None,
    listener: Listener = silent,
) -> Tuned:
    """Train a copy of the whole backbone with a head: the most expensive way, never a default.

    Args:
        backbone: Copied, not changed.
        inputs: Texts, or images.
        labels: Their classes.
        schedule: How long and how fast.
        listener: Told of each epoch.
    """
    schedule = schedule or Schedule()
    own = copy.copy(backbone)
    own.module = copy.deepcopy(backbone.module).requires_grad_(True)
    return _fit_tuned(own, nn.ModuleList([own.module]), inputs, labels, schedule, listener)


def fit_head(
    backbone: Backbone,
    inputs: Sequence[Any],
    labels: Sequence[Label],
    schedule: Schedule | None = None,
    listener: Listener = silent,
) -> Tuned:
    """Train a linear head on the frozen backbone: the cheapest way."""
    return _fit_tuned(backbone, nn.ModuleList(), inputs, labels, schedule or Schedule(), listener)


def _fit_tuned(
    backbone: Backbone,
    trained: nn.ModuleList,
    inputs: Sequence[Any],
    labels: Sequence[Label],
    schedule: Schedule,
    listener: Listener,
) -> Tuned:
    classes, codes = _codes(inputs, labels)
    torch.manual_seed(schedule.seed)
    head = nn.Linear(backbone.width, len(classes)).to(next(backbone.module.parameters()).device)

    def logits(rows: Sequence[Any]) -> torch.Tensor:
        told: torch.Tensor = head(backbone.features(backbone.collate(rows)))
        return told

    whole = nn.ModuleList([*trained, head])
    rate = schedule.rate or default_rate("whole" if len(trained) else "head", backbone.width)
    best = _optimise(whole, logits, inputs, codes, schedule, rate, listener)
    whole.eval().requires_grad_(False)
    return Tuned(backbone, head, classes, best)


def _codes(
    inputs: Sequence[Any], labels: Sequence[Label]
) -> tuple[tuple[Label, ...], torch.Tensor]:
    if len(inputs) != len(labels):
        raise InputError(f"{len(inputs)} inputs have {len(labels)} labels.", "Give one each.")
    classes = tuple(sorted(set(labels), key=str))
    if len(classes) < 2:
        raise InputError("All inputs have one label.", "Give examples of two classes at least.")
    index = {label: i for i, label in enumerate(classes)}
    return classes, torch.tensor([index[label] for label in labels])


def _optimise(
    trained: nn.Module,
    logits: Callable[[Sequence[Any]], torch.Tensor],
    inputs: Sequence[Any],
    codes: torch.Tensor,
    schedule: Schedule,
    rate: float,
    listener: Listener,
) -> float:
    """Fit the parameters; returns the best validation accuracy, whose weights are kept."""
    rng = random.Random(schedule.seed)  # noqa: S311 - an order of rows, no secret
    rows = list(range(len(inputs)))
    rng.shuffle(rows)
    held = max(1, int(VALIDATION * len(rows)))
    check, learn = rows[:held], rows[held:]
    steps = schedule.epochs * -(-len(learn) // schedule.batch_size)
    optimizer = torch.optim.AdamW(
        [p for p in trained.parameters() if p.requires_grad], lr=rate, weight_decay=0.01
    )
    rise = max(1, int(WARMUP * steps))
    rates = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda s: min((s + 1) / rise, (steps - s) / max(1, steps - rise))
    )
    best, kept = -1.0, copy.deepcopy(trained.state_dict())
    for epoch in range(schedule.epochs):
        trained.train()
        rng.shuffle(learn)
        for batch in _batches(learn, schedule.batch_size):
            told = logits([inputs[i] for i in batch])
            loss = nn.functional.cross_entropy(told, codes[batch].to(told.device))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            rates.step()
            if schedule.deadline.over:
                break
        accuracy = _accuracy(trained, logits, inputs, codes, check)
        listener({"event": "epoch.done", "epoch": epoch + 1, "accuracy": accuracy})
        if accuracy >= best:
            best, kept = accuracy, copy.deepcopy(trained.state_dict())
        if schedule.deadline.over:
            break
    trained.load_state_dict(kept)
    return best


def _accuracy(
    trained: nn.Module,
    logits: Callable[[Sequence[Any]], torch.Tensor],
    inputs: Sequence[Any],
    codes: torch.Tensor,
    rows: Sequence[int],
) -> float:
    trained.eval()
    right = 0
    with torch.inference_mode():
        for batch in _batches(rows, 64):
            told = logits([inputs[i] for i in batch]).argmax(1).cpu()
            right += int((told == codes[batch]).sum())
    return right / len(rows)


def _batches(rows: Sequence[int], size: int) -> list[list[int]]:
    return [list(rows[i : i + size]) for i in range(0, len(rows), size)]
