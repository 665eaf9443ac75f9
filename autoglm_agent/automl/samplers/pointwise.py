"""An Optuna sampler that chooses a whole point before a trial and hands out its values."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler, RandomSampler
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState

from autoglm_agent.automl.samplers.space import Params
from autoglm_agent.errors import InputError

if TYPE_CHECKING:
    from optuna.study import Study


class PointSampler(BaseSampler):
    """Choose the point of each trial by `choose`; what it does not hold is drawn at random.

    Args:
        seed: Of the random draws.
    """

    def __init__(self, seed: int | None = None) -> None:
        # Points stay here after their trials: a trial that is being stored, or has failed, is
        # not among the finished ones, and must not be tried again all the same.
        self._chosen: dict[int, Params] = {}
        self._fallback = RandomSampler(seed)
        self._lock = threading.Lock()

    def choose(self, study: Study) -> Params:
        """Return the point of the next trial."""
        raise NotImplementedError

    def infer_relative_search_space(
        self, study: Study, trial: FrozenTrial  # noqa: ARG002  (Optuna's signature)
    ) -> dict[str, BaseDistribution]:  # fmt: skip
        """Return nothing: which parameters exist depends on the family."""
        return {}

    def sample_relative(
        self, study: Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]  # noqa: ARG002
    ) -> dict[str, Any]:  # fmt: skip
        """Return nothing, see `infer_relative_search_space`."""
        self._raise_error_if_multi_objective(study)
        return {}

    def before_trial(self, study: Study, trial: FrozenTrial) -> None:
        """Choose the point of the trial."""
        with self._lock:
            self._chosen[trial.number] = self.choose(study)

    def sample_independent(
        self,
        study: Study,
        trial: FrozenTrial,
        param_name: str,
        param_distribution: BaseDistribution,
    ) -> Any:
        """Return the point's value, or a random one where the study's own places differ."""
        self._raise_error_if_multi_objective(study)
        point = self._chosen.get(trial.number, {})
        if param_name in point:
            value = point[param_name]
            try:
                if param_distribution._contains(param_distribution.to_internal_repr(value)):
                    return value
            except (ValueError, TypeError):
                pass  # the study's own parameter of that name takes other values
        return self._fallback.sample_independent(study, trial, param_name, param_distribution)

    def reseed_rng(self) -> None:
        """Take other random numbers, as a copy in another process must."""
        self._fallback.reseed_rng()

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_lock"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__ |= state
        self._lock = threading.Lock()


def sign_of(study: Study) -> float:
    """Return 1 if the study maximises and -1 if it minimises.

    Raises:
        InputError: If it has several objectives.
    """
    if len(study.directions) != 1:
        raise InputError("This sampler has one objective.", "Use NSGAIISampler for several.")
    return 1.0 if study.direction == StudyDirection.MAXIMIZE else -1.0


def finished(study: Study) -> list[FrozenTrial]:
    """Return the trials that have a finite value, in order."""
    done = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
    return [t for t in done if t.value is not None and abs(t.value) < float("inf")]
