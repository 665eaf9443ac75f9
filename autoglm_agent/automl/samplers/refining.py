"""Points that the library does not hold: what is expected of them, and which to try.

What past tables say of named configurations is carried to the points between them by a Gaussian
process over what the points are; a second one, with that as its prior mean, learns from the trials
of the table at hand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from autoglm_agent.automl.samplers.embedding import embed
from autoglm_agent.automl.samplers.gaussian import expected_improvement, posterior, scaled
from autoglm_agent.automl.samplers.points import Points
from autoglm_agent.automl.samplers.proposing import on_relative_scale
from autoglm_agent.automl.samplers.space import Params, Value


class Refiner:
    """Proposes points of some families.

    Args:
        known: The library's points in these families.
        views: Family to the one view of the table that it is tried on; all views by default.
    """

    def __init__(
        self, known: Sequence[Mapping[str, Value]], views: Mapping[str, Params] | None = None
    ) -> None:
        self._known = [dict(point) for point in known]
        self.families = frozenset(str(point["family"]) for point in known)
        self._points = Points(self.families, views)

    def propose(
        self,
        tried: Sequence[Params],
        values: np.ndarray,
        prior: np.ndarray,
        rng: np.random.Generator,
    ) -> tuple[Params, float]:
        """Return the most promising candidate and its expected improvement, in relative units.

        Args:
            tried: Points of the families that were tried on this table.
            values: Their oriented scores.
            prior: What past tables say of the known points, in relative units.
            rng: Draws the candidates.
        """
        candidates = self._points.candidates(tried, values, rng)
        points = scaled(embed([*self._known, *tried, *candidates], tags=False))
        known, seen = np.arange(len(self._known)), np.arange(len(tried))
        between = posterior((points,), known, prior, np.zeros(len(points)))
        expected = between.mean[len(known) :]
        observed = on_relative_scale(values, expected[seen])
        belief = posterior((points[len(known) :],), seen, observed, expected)
        gains = expected_improvement(belief, float(observed.max()))[len(seen) :]
        best = int(np.argmax(gains))
        return candidates[best], float(gains[best])
