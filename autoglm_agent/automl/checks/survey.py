"""One survey of the columns that several checks read: skills alone, likeness, all together."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from autoglm_agent.automl.checks.columns import Block, Sample, encode, take_sample
from autoglm_agent.automl.checks.context import CheckContext, NotApplicableError
from autoglm_agent.automl.checks.likeness import likeness
from autoglm_agent.automl.checks.skills import Skill, alone, together
from autoglm_agent.automl.checks.thresholds import Thresholds

REDUNDANT = 0.99
"""|rank correlation| from which a column counts as the same information as another."""


@dataclass
class Survey:
    """What was measured of each column.

    Attributes:
        sample: The rows.
        skills: Skill of each column alone.
        likeness: Form and strength of each column's resemblance to the target.
        encoded: Blocks of each column by fold.
        skipped: Columns that were not examined because the time was over.
        every: Skill of all columns together, by each twin that was asked (boosted or not).
    """

    sample: Sample
    thresholds: Thresholds
    skills: dict[str, Skill] = field(default_factory=dict)
    likeness: dict[str, tuple[str, float]] = field(default_factory=dict)
    encoded: dict[str, list[Block]] = field(default_factory=dict)
    skipped: list[str] = field(default_factory=list)
    every: dict[bool, Skill] = field(default_factory=dict)

    def all_together(self, *, boosted: bool = False) -> Skill:
        """Return the skill of all examined columns together."""
        if boosted not in self.every:
            self.every[boosted] = self._together(list(self.skills), boosted)
        return self.every[boosted]

    def without(self, names: set[str], *, boosted: bool = False) -> Skill:
        """Return the skill of the other columns together."""
        return self._together([name for name in self.skills if name not in names], boosted)

    def _together(self, names: list[str], boosted: bool) -> Skill:
        return together(self.sample, names, self.encoded, self.thresholds, boosted=boosted)

    def same_as(self, name: str, others: list[str]) -> set[str]:
        """Return those of the others that say the same as a numeric column, itself included."""
        found = {name}
        mine = self.sample.X[name]
        if _plain_number(mine):
            for other in others:
                column = self.sample.X[other]
                if other != name and _plain_number(column):
                    rho = mine.astype("float64").corr(column.astype("float64"), method="spearman")
                    if np.isfinite(rho) and abs(rho) >= REDUNDANT:
                        found.add(other)
        return found


def survey(context: CheckContext) -> Survey:
    """Survey the training columns; done once per context.

    Raises:
        NotApplicableError: If there is no target or there are too few rows.
    """
    kept = context.cache.get("survey")
    if isinstance(kept, Survey):
        return kept
    prepared, limits = context.need_target(), context.thresholds
    sample = take_sample(prepared, limits.leak_rows, context.seed)
    if sample.n < limits.leak_least_rows:
        raise NotApplicableError(f"{sample.n} validated rows are too few to tell a leak.")
    result = Survey(sample, limits)
    for name in prepared.features:
        if context.deadline.over:
            result.skipped.append(name)
            continue
        result.encoded[name] = encode(sample, name)
        result.skills[name] = alone(sample, name, result.encoded[name], limits)
        result.likeness[name] = likeness(sample, name)
    context.cache["survey"] = result
    return result


def _plain_number(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)
