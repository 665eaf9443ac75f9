"""The search engines by name, each an Optuna sampler for the space of `space.suggest`."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Literal

import numpy as np

from autoglm_agent.automl.samplers.bayes import GaussianProcessSampler
from autoglm_agent.automl.samplers.library import grid_points
from autoglm_agent.automl.samplers.pointwise import PointSampler
from autoglm_agent.automl.samplers.semantic import SemanticSampler
from autoglm_agent.automl.samplers.space import Params
from autoglm_agent.errors import InputError

if TYPE_CHECKING:
    from optuna.samplers import BaseSampler
    from optuna.study import Study

Engine = Literal["grid", "random", "tpe", "gp", "semantic"]
ENGINES: tuple[Engine, ...] = ("grid", "random", "tpe", "gp", "semantic")


class PointGridSampler(PointSampler):
    """Walk through the grid of every family on the usual view, in a random order.

    Args:
        seed: Of the order.
        families: Only points of these; all by default.
    """

    def __init__(self, seed: int | None = None, *, families: Collection[str] = ()) -> None:
        super().__init__(seed)
        points = [p for p in grid_points() if not families or p["family"] in families]
        order = np.random.default_rng(seed).permutation(len(points))
        self._points = [points[i] for i in order]

    def choose(self, study: Study) -> Params:
        """Return the next point; when all were tried it begins again."""
        tried = len(study.get_trials(deepcopy=False)) - 1
        return dict(self._points[tried % len(self._points)])


def create_sampler(
    engine: Engine, *, signature: np.ndarray | None = None, seed: int | None = None
) -> BaseSampler:
    """Return an Optuna sampler by its name.

    Args:
        engine: `grid`, `random`, `tpe` (Optuna's own), `gp` (Bayesian) or `semantic`.
        signature: Of the table, for `semantic`; see `signature.signature`.
        seed: Of everything random.

    Raises:
        InputError: If there is no such engine.
    """
    from optuna.samplers import RandomSampler, TPESampler

    if engine == "grid":
        return PointGridSampler(seed)
    if engine == "random":
        return RandomSampler(seed)
    if engine == "tpe":
        return TPESampler(seed=seed)
    if engine == "gp":
        return GaussianProcessSampler(seed)
    if engine == "semantic":
        return SemanticSampler(signature, seed=seed)
    raise InputError(
        f"There is no search engine {engine!r}.", f"Choose one of {', '.join(ENGINES)}."
    )
