"""What a step back changed of the score: two figures of one metric on the same rows, or none."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from autoglm_agent.automl.report import numbers as num
from autoglm_agent.automl.report.collect import Json, RunRecord
from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.errors import AutoGLMError


@dataclass(frozen=True)
class Moved:
    """The scores around a step back, written.

    Attributes:
        before: The score before, and `after` after; empty if not known.
        metric: Name of the metric after, as searches have it; `metric_before` of that before.
        where: `best` of those in cross-validation; `held`: the models on the held-out rows, which
            is where both are measured by a metric that changed; `anew`: before is the score on
            held-out rows of another question, which nothing after can be compared with.
    """

    before: str = ""
    after: str = ""
    metric: str = ""
    metric_before: str = ""
    where: Literal["best", "held", "anew"] = "best"


def moved(record: RunRecord, old: Json | None, new: Json | None, *, trained: bool) -> Moved:
    """Return the scores of the searches around a step back.

    Args:
        record: The run.
        old: The search before.
        new: The search after.
        trained: Whether what was refuted had been trained.
    """
    name = str((new or old or {}).get("metric", ""))
    if old and new and trained and not _same_question(record, old, new):
        return _written(_on_held_out(record, old), None, name, "anew", str(old.get("metric", "")))
    if old and new and trained and old.get("metric") != name:
        held = [_on_held_out(record, search, name) for search in (old, new)]
        if None not in held:
            return _written(held[0], held[1], name, "held")
        return _written(None, new.get("naive_score"), name, "best")
    before, after = (search.get("naive_score") if search else None for search in (old, new))
    return _written(before if trained else None, after, name, "best")


def named(events: Iterable[Json], known: dict[str, Json], other: Json | None = None) -> Json | None:
    """Return the search that the first of some events to name one names, but for `other`."""
    for event in events:
        text = json.dumps(event, default=str, ensure_ascii=False)
        for name, search in known.items():
            if search is not other and name in text:
                return search
    return None


def _written(
    before: float | None,
    after: float | None,
    metric: str,
    where: Literal["best", "held", "anew"],
    metric_before: str = "",
) -> Moved:
    decimals = num.digits(metric_before or metric, [before, after])
    first, then = (num.fixed(f, decimals) if f is not None else "" for f in (before, after))
    return Moved(first, then, metric, metric_before or metric, where)


def _on_held_out(record: RunRecord, search: Json, metric: str | None = None) -> float | None:
    """Return a model's score on the held-out rows by a metric, if it was assessed by it."""
    told = next((a for a in record.assessments if a.get("model") == search.get("model")), {})
    figures = (told.get("metrics") or {}).get(metric or told.get("metric")) or {}
    return figures.get("value")


def _same_question(record: RunRecord, one: Json, other: Json) -> bool:
    """Tell whether two searches were for the same target, of the same rows."""
    from autoglm_agent.automl.forecasting.laying import same_rows  # pandas takes its time

    made = [next((p for p in record.prepared if p.get("id") == search.get("prepared")), None)
            for search in (one, other)]  # fmt: skip
    if made[0] is None or made[1] is None:
        return True
    targets = [(m.get("task") or {}).get("target") for m in made if m]
    data = [str(m.get("data_id")) for m in made if m]
    if targets[0] == targets[1] and data[0] != data[1]:
        with suppress(AutoGLMError, KeyError, TypeError):
            return same_rows(Workspace(record.folder), *data)
    return targets[0] == targets[1] and data[0] == data[1]
