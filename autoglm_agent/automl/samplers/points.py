"""Points of the space drawn at random: anywhere, or near good ones."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
from optuna.trial import FrozenTrial

from autoglm_agent.automl.samplers.embedding import unit, value_at
from autoglm_agent.automl.samplers.space import (
    SETTINGS,
    Choice,
    Params,
    Range,
    Value,
    distributions,
)

ANYWHERE, NEAR = 250, 150
"""Candidates of each kind."""
LEADERS = 3
"""Best trials that have neighbours among the candidates."""
STEP = 0.15
"""How far a neighbour's settings lie away, as part of their range."""
SWITCHED = 0.15
"""How often a neighbour takes another named value."""


class Points:
    """Draws points of some families.

    Args:
        families: All by default.
        views: Family to the one view of the table that it is tried on; all views by default.
        balanced: Whether class weights are searched.
    """

    def __init__(
        self,
        families: Collection[str] = (),
        views: Mapping[str, Params] | None = None,
        *,
        balanced: bool = True,
    ) -> None:
        self._views = dict(views or {})
        self._families = sorted(families or self._views or SETTINGS)
        self._balanced = balanced

    def candidates(
        self, tried: Sequence[Params], values: np.ndarray, rng: np.random.Generator
    ) -> list[Params]:
        """Return points anywhere, and neighbours of the best ones tried.

        Args:
            tried: Points of these families.
            values: Their oriented scores.
            rng: Draws them.
        """
        leaders = [tried[i] for i in np.argsort(-values, kind="stable")[:LEADERS]]
        near = [self.near(leaders[i % len(leaders)], rng) for i in range(NEAR if leaders else 0)]
        return [*(self.anywhere(rng) for _ in range(ANYWHERE)), *near]

    def anywhere(self, rng: np.random.Generator) -> Params:
        """Return a point of one of the families."""
        family = self._families[rng.integers(len(self._families))]
        point: Params = {"family": family}
        for name, place in distributions(family).items():
            if name != "family":
                point[name] = _draw(place, rng)
        return self._viewed(point)

    def near(self, parent: Params, rng: np.random.Generator) -> Params:
        """Return a neighbour of a point."""
        child = dict(parent)
        places = distributions(str(parent["family"]))
        for name, place in places.items():
            if isinstance(place, Range):
                where = unit(place, child[name]) + rng.normal(0.0, STEP)
                child[name] = value_at(place, where)
            elif name != "family" and rng.random() < SWITCHED:
                child[name] = _draw(place, rng)
        return self._viewed(child)

    def _viewed(self, point: Params) -> Params:
        """Return a point on the view that it must have."""
        if not self._balanced:
            point["balanced"] = False
        return {**point, **self._views.get(str(point["family"]), {})}


def point_of(trial: FrozenTrial) -> Params:
    """Return a trial's point; without class weights if they were not searched."""
    names = distributions(str(trial.params.get("family")))
    point: Params = {name: value for name, value in trial.params.items() if name in names}
    point.setdefault("balanced", False)
    return point


def _draw(place: Choice | Range, rng: np.random.Generator) -> Value:
    if isinstance(place, Choice):
        return place.values[rng.integers(len(place.values))]
    return value_at(place, float(rng.random()))
