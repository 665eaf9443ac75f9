"""`GaussianProcessSampler`: Bayesian optimisation over the whole space, without torch.

A Gaussian process over `embedding` of the points, and the best expected improvement among random
points and neighbours of the best ones. It knows nothing of past tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from optuna.trial import FrozenTrial

from autoglm_agent.automl.samplers.embedding import embed, unit, value_at
from autoglm_agent.automl.samplers.gaussian import expected_improvement, posterior, scaled
from autoglm_agent.automl.samplers.pointwise import PointSampler, finished, sign_of
from autoglm_agent.automl.samplers.space import (
    SETTINGS,
    Choice,
    Params,
    Range,
    distributions,
    within,
)

if TYPE_CHECKING:
    from optuna.study import Study

RANDOM_POINTS = 300
NEIGHBOURS = 100
MOST_OBSERVED = 200
"""The process looks at the latest so many trials."""


class GaussianProcessSampler(PointSampler):
    """Bayesian optimisation of the space of `space.suggest`.

    Args:
        seed: Of everything random.
        startup: Random trials before the first model.
        balanced: Whether class weights are searched.
        views: Families to search, each with the one view of the table that it is tried on; all
            families and views by default.
    """

    def __init__(
        self,
        seed: int | None = None,
        *,
        startup: int = 10,
        balanced: bool = True,
        views: Mapping[str, Params] | None = None,
    ) -> None:
        super().__init__(seed)
        self._views = dict(views or {})
        self._rng = np.random.default_rng(seed)
        self._startup = startup
        self._balanced = balanced

    def choose(self, study: Study) -> Params:
        """Return the point of the next trial."""
        done = [t for t in finished(study) if within(_point(t))][-MOST_OBSERVED:]
        if len(done) < self._startup:
            return self._random_point()
        values = sign_of(study) * np.array([float(t.value or 0.0) for t in done])
        observed = [_point(t) for t in done]
        leaders = [observed[i] for i in np.argsort(-values)[:3]]
        candidates = [self._random_point() for _ in range(RANDOM_POINTS)]
        candidates += [self._neighbour(leaders[i % len(leaders)]) for i in range(NEIGHBOURS)]
        points = scaled(embed([*observed, *candidates], tags=False))
        seen = np.arange(len(observed))
        belief = posterior((points,), seen, values, np.zeros(len(points)))
        gains = expected_improvement(belief, float(values.max()))[len(observed) :]
        return candidates[int(np.argmax(gains))]

    def _random_point(self) -> Params:
        families = tuple(self._views) or tuple(SETTINGS)
        family = families[self._rng.integers(len(families))]
        point: Params = {"family": family}
        for name, place in distributions(family).items():
            if name != "family":
                point[name] = _draw(place, self._rng)
        return self._viewed(point)

    def _viewed(self, point: Params) -> Params:
        """Return a point on the view that it must have."""
        if not self._balanced:
            point["balanced"] = False
        return {**point, **self._views.get(str(point["family"]), {})}

    def _neighbour(self, parent: Params) -> Params:
        child = dict(parent)
        places = distributions(str(parent["family"]))
        for name, place in places.items():
            if isinstance(place, Range):
                where = unit(place, child[name]) + self._rng.normal(0.0, 0.15)
                child[name] = value_at(place, where)
            elif name != "family" and self._rng.random() < 0.15:
                child[name] = _draw(place, self._rng)
        return self._viewed(child)


def _draw(place: Choice | Range, rng: np.random.Generator) -> Any:
    if isinstance(place, Choice):
        return place.values[rng.integers(len(place.values))]
    return value_at(place, float(rng.random()))


def _point(trial: FrozenTrial) -> Params:
    names = distributions(str(trial.params.get("family")))
    point: Params = {name: value for name, value in trial.params.items() if name in names}
    point.setdefault("balanced", False)
    return point
