"""The catalogue: which checks there are, when they run and in which order.

A family of checks is one file that ends in a tuple `CHECKS`; adding a family is adding its
module to `FAMILIES`. What must be asked comes first, then the most valuable and the cheapest. One
that crashes says `unknown`, because a defect of ours refutes nobody's result; once the deadline is
over, optional checks say so instead of running.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Literal

import numpy as np

from autoglm_agent.automl.checks.context import CheckContext, NotApplicableError
from autoglm_agent.chain import Verdict

Stage = Literal["data", "search", "assessment"]

STAGES: tuple[Stage, ...] = ("data", "search", "assessment")

FAMILIES = (
    "budget",
    "integrity",
    "forecasts",
    "sanity",
    "vaulted",
    "leakage",
    "availability",
    "duplicates",
    "hygiene",
    "quality",
    "stability",
    "splits",
    "order",
    "units",
    "scramble",
    "selection",
    "labels",
    "calibration",
    "slices",
    "shift",
    "serving",
    "advice",
    "series",
    "reproducibility",
)
"""Modules of this package that end in a tuple `CHECKS`."""

PACE = 0.5
"""Share of its expected seconds that must be left for an optional check to begin."""


@dataclass(frozen=True)
class Check:
    """One question asked of a result.

    Attributes:
        id: Stable id, for example `V10`; one id may be asked at several stages.
        title: What it is called in reports.
        stage: After which step it is asked: `data` after `prepare_data`, `search` after
            `train_models`, `assessment` after `evaluate_model`.
        run: From context to verdict; may raise `NotApplicableError`. It need not fill in
            `seconds`.
        cost: Expected seconds on ten thousand rows; the order of the stage.
        optional: Whether it may be left out when the time is over. What the word *verified* rests
            on is never left out: that the number is what was measured, on rows that nobody knew,
            and that it is better than the simplest answer.
        worth: 1 for what guards against a wrong result, 2 for what guards against a flattering
            one, 3 for advice; where time is short the lower numbers are asked first.
        forecasts: Whether it is asked of rows laid out for forecasts, too. They tell of an earlier
            time by their making, which V44 tests; what looks for that in the values is idle there.
    """

    id: str
    title: str
    stage: Stage
    run: Callable[[CheckContext], Verdict]
    cost: float
    optional: bool = True
    worth: int = 1
    forecasts: bool = True


def catalogue() -> tuple[Check, ...]:
    """Return every check: by stage, needed ones first, then the most valuable and cheapest."""
    families = (import_module(f"{__package__}.{name}") for name in FAMILIES)
    checks = [check for family in families for check in family.CHECKS]
    return tuple(sorted(checks, key=_place))


def _place(check: Check) -> tuple[int, bool, int, float]:
    return STAGES.index(check.stage), check.optional, check.worth, check.cost


def run_checks(context: CheckContext, stage: Stage) -> list[Verdict]:
    """Ask the checks of a stage in the catalogue's order.

    Args:
        context: What the checks may look at.
        stage: `data`, `search` or `assessment`.

    Returns:
        One verdict per check of the stage, each with the seconds that it took.
    """
    return [run_one(check, context) for check in catalogue() if check.stage == stage]


def run_one(check: Check, context: CheckContext) -> Verdict:
    """Ask one check; never raises."""
    start = time.perf_counter()
    if context.task.horizon is not None and not check.forecasts:
        fact = "A forecast's features are of an earlier time (V44)."
        return Verdict(check=check.id, title=check.title, status="na", fact=fact)
    late = context.deadline.left <= PACE * check.cost
    # Where there is no target, `na` comes at once and is truer than "no time".
    if check.optional and late and context.task.target is not None:
        return Verdict(check=check.id, title=check.title, status="unknown", fact="Not run: time.")
    try:
        with np.errstate(over="ignore", invalid="ignore"):  # extreme cells are no news on stderr
            verdict = check.run(context)
    except NotApplicableError as reason:
        verdict = Verdict(check=check.id, status="na", fact=str(reason))
    # A defect of a check must never refute or stop a run: it is told as `unknown`.
    except Exception as error:  # noqa: BLE001
        verdict = Verdict(
            check=check.id,
            status="unknown",
            fact=f"The check itself failed: {type(error).__name__}: {error}",
            evidence={"error": type(error).__name__},
        )
    seconds = round(time.perf_counter() - start, 4)
    return verdict.model_copy(update={"title": check.title, "seconds": seconds})
