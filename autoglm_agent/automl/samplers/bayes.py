"""`GaussianProcessSampler`: Bayesian optimisation over the whole space, without torch.

A Gaussian process over `embedding` of the points, and the best expected improvement among random
points and neighbours of the best ones. It knows nothing of past tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from autoglm_agent.automl.samplers.embedding import embed
from autoglm_agent.automl.samplers.gaussian import (
    MOST_OBSERVED,
    expected_improvement,
    posterior,
    scaled,
)
from autoglm_agent.automl.samplers.points import Points, point_of
from autoglm_agent.automl.samplers.pointwise import PointSampler, finished, sign_of
from autoglm_agent.automl.samplers.space import Params, within

if TYPE_CHECKING:
    from optuna.study import Study


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
        self._points = Points(views=views, balanced=balanced)
        self._rng = np.random.default_rng(seed)
        self._startup = startup

    def choose(self, study: Study) -> Params:
        """Return the point of the next trial."""
        done = [t for t in finished(study) if within(point_of(t))][-MOST_OBSERVED:]
        if len(done) < self._startup:
            return self._points.anywhere(self._rng)
        values = sign_of(study) * np.array([float(t.value or 0.0) for t in done])
        observed = [point_of(t) for t in done]
        candidates = self._points.candidates(observed, values, self._rng)
        points = scaled(embed([*observed, *candidates], tags=False))
        seen = np.arange(len(observed))
        belief = posterior((points,), seen, values, np.zeros(len(points)))
        gains = expected_improvement(belief, float(values.max()))[len(observed) :]
        return candidates[int(np.argmax(gains))]
