"""Requests of several tasks on one backbone, in one pass.

Rows are sorted by task, the backbone is run once over the batch, each row passes through its own
task's adapter, and the answers come back in the order of the requests.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import torch

from autoglm_agent.adapters.backbones import Backbone, extract
from autoglm_agent.adapters.blocks import Label
from autoglm_agent.adapters.host import AdapterHost
from autoglm_agent.adapters.registry import AdapterRegistry
from autoglm_agent.adapters.router import Router
from autoglm_agent.errors import InputError


@dataclass(frozen=True)
class Answer:
    """What a task's adapter says of one input.

    Attributes:
        task: Whose adapter; None if the router found none, and nothing was predicted.
        label: The most probable class.
        probability: Of that class.
        probabilities: Of every class.
    """

    task: str | None
    label: Label | None
    probability: float
    probabilities: dict[Label, float]


class MultiTask:
    """One backbone, many tasks.

    Args:
        backbone: Shared by all of them.
        registry: Their adapters.
        router: Chooses where no task is named.
        host: The backbone's host, if it has one already.
    """

    def __init__(
        self,
        backbone: Backbone,
        registry: AdapterRegistry,
        router: Router | None = None,
        host: AdapterHost | None = None,
    ) -> None:
        self.backbone, self.registry, self.router = backbone, registry, router
        self.host = host or AdapterHost(backbone.module)

    def predict(
        self,
        inputs: Sequence[Any],
        tasks: str | Sequence[str | None] | None = None,
        *,
        batch_size: int = 64,
    ) -> list[Answer]:
        """Return an answer for each input.

        Args:
            inputs: Texts, or images.
            tasks: One task for all, or one each; None is left to the router.
            batch_size: Rows of a pass.

        Raises:
            InputError: If a task is unknown, or the router is asked and there is none.
        """
        named = self._named(inputs, tasks)
        answers: list[Answer] = [Answer(None, None, 0.0, {})] * len(inputs)
        known = [(task, i) for i, task in enumerate(named) if task is not None]
        known.sort()
        for start in range(0, len(known), batch_size):
            part = known[start : start + batch_size]
            self._pass(inputs, part, answers)
        return answers

    def logits(self, inputs: Sequence[Any], tasks: Sequence[str]) -> list[torch.Tensor]:
        """Return the logits of one batch in one pass; inputs must lie sorted by task."""
        groups = [(task, len(list(rows))) for task, rows in groupby(tasks)]
        portions = [(self.registry.get(task), rows) for task, rows in groups]
        with torch.inference_mode(), self.host.wearing(*portions):
            vectors = self.backbone.features(self.backbone.collate(inputs))
            parts = vectors.split([rows for _, rows in portions])
            told = [a.head(part) for (a, _), part in zip(portions, parts, strict=True)]
        return [row for block in told for row in block]

    def _named(
        self, inputs: Sequence[Any], tasks: str | Sequence[str | None] | None
    ) -> list[str | None]:
        if isinstance(tasks, str):
            return [tasks for _ in inputs]
        named: list[str | None] = [None] * len(inputs) if tasks is None else list(tasks)
        if len(named) != len(inputs):
            raise InputError(f"{len(inputs)} inputs have {len(named)} tasks.", "Give one each.")
        open_rows = [i for i, task in enumerate(named) if task is None]
        if not open_rows:
            return named
        if self.router is None:
            raise InputError("No task is named and there is no router.", "Name the task.")
        vectors = extract(self.backbone, [inputs[i] for i in open_rows])
        for i, task in zip(open_rows, self.router.route(vectors), strict=True):
            named[i] = task
        return named

    def _pass(
        self, inputs: Sequence[Any], part: Sequence[tuple[str, int]], answers: list[Answer]
    ) -> None:
        told = self.logits([inputs[i] for _, i in part], [task for task, _ in part])
        for (task, i), row in zip(part, told, strict=True):
            shares = row.float().softmax(-1).tolist()
            labels = self.registry.get(task).spec.labels
            best = max(range(len(shares)), key=shares.__getitem__)
            each = dict(zip(labels, shares, strict=True))
            answers[i] = Answer(task, labels[best], shares[best], each)
