"""`SemanticSampler`: an Optuna sampler that knows how configurations behave.

    study = optuna.create_study(direction="maximize", sampler=SemanticSampler(signature(X, y)))
    study.optimize(lambda trial: score(build(suggest(trial), ...)), n_trials=30)

It proposes named configurations of the paradigm library, in the order that `proposing` tells, and
after a portfolio of them whatever promises more, a named one or a point between them (`refining`).
Trials are recognised by their parameters, so a study may be resumed, shared, or begun by other
samplers.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from optuna.trial import FrozenTrial, TrialState

from autoglm_agent.automl.samplers.behaviour import Behaviour
from autoglm_agent.automl.samplers.gaussian import MOST_OBSERVED
from autoglm_agent.automl.samplers.library import Configuration, library
from autoglm_agent.automl.samplers.points import point_of
from autoglm_agent.automl.samplers.pointwise import PointSampler, finished, sign_of
from autoglm_agent.automl.samplers.proposing import Ablation, Proposer
from autoglm_agent.automl.samplers.refining import Refiner
from autoglm_agent.automl.samplers.space import Params, distributions, within
from autoglm_agent.errors import InputError

if TYPE_CHECKING:
    from optuna.study import Study

LEAST_GAIN = 0.01
"""Expected improvement, as part of what lies between median and best, that is worth a try."""
LEAST_TRIED = 2
"""Trials from which on points between the named ones are weighed."""


class SemanticSampler(PointSampler):
    """Propose configurations by their behaviour on past tables.

    Args:
        signature: Of the table, as `signature.signature` gives it; None works, but starts blind.
        seed: Of the points between the named ones.
        behaviour: What is known of the library; the shipped matrix by default.
        tags: Only configurations with all these tags, such as `readable` or `fast`.
        without: Only configurations with none of these tags.
        refine: Whether points that the library does not hold are proposed, too.
        costs: Whether a try is worth its improvement for each second that it takes; points
            between the named ones, whose seconds nobody knows, then come when none of these
            promises anything.
        ablation: Parts to switch off.
        views: Families to search, each with the one view of the table that it is tried on; all
            families and views by default.

    Raises:
        InputError: If no configuration has the tags.
    """

    def __init__(
        self,
        signature: Sequence[float] | np.ndarray | None = None,
        *,
        seed: int | None = None,
        behaviour: Behaviour | None = None,
        tags: Collection[str] = (),
        without: Collection[str] = (),
        refine: bool = True,
        costs: bool = False,
        ablation: Ablation | None = None,
        views: Mapping[str, Params] | None = None,
    ) -> None:
        super().__init__(seed)
        self._library = library()
        names = [c.name for c in self._library]
        behaviour = (behaviour or Behaviour.load()).of(names)
        allowed = [
            i for i, c in enumerate(self._library)
            if _wanted(c, tags, without) and (views is None or _viewed(c, views))
        ]  # fmt: skip
        if not allowed:
            raise InputError(
                f"No configuration has the tags {', '.join(sorted(tags))}.",
                "Ask for fewer tags; library() lists them.",
            )
        told = None if signature is None else np.asarray(signature, dtype=np.float64)
        self._proposer = Proposer(
            self._library, behaviour, told, allowed, costs, ablation or Ablation()
        )
        self._refine = refine
        self._refiner = Refiner([self._library[i].params for i in allowed], views)
        self._base = _entropy() if seed is None else seed
        self._places = {_key(c.params): i for i, c in enumerate(self._library)}

    def reseed_rng(self) -> None:
        """Take other random numbers, as a copy in another process must."""
        super().reseed_rng()
        self._base = _entropy()

    def choose(self, study: Study) -> Params:
        """Return the point of the next trial."""
        seen, values, busy = self._known(study)
        # By the number of trials, so that a study that is resumed goes on as it would have.
        rng = np.random.default_rng((self._base, len(study.get_trials(deepcopy=False))))
        index, gain = self._proposer.propose(seen, values, busy, rng)
        named = dict(self._library[index].params)
        weighed = not self._proposer.costs or gain < LEAST_GAIN
        if not self._refine or gain == np.inf or not weighed:
            return named
        done = [t for t in finished(study) if within(point := point_of(t))
                and point["family"] in self._refiner.families][-MOST_OBSERVED:]  # fmt: skip
        if len(done) < LEAST_TRIED:
            return named
        scores = sign_of(study) * np.array([float(t.value or 0.0) for t in done])
        prior = self._proposer.expected(seen, values)
        between, more = self._refiner.propose([point_of(t) for t in done], scores, prior, rng)
        return between if more > gain else named

    def configuration_of(self, trial: FrozenTrial) -> str | None:
        """Return the name of a trial's configuration; None if it is not of the library."""
        place = self._places.get(_key(trial.params))
        return None if place is None else self._library[place].name

    def learnt(self, study: Study) -> dict[str, float]:
        """Return configuration to oriented score, fit for `Behaviour.learn`."""
        seen, values, _ = self._known(study)
        return {self._library[i].name: float(v) for i, v in zip(seen, values, strict=True)}

    def _known(self, study: Study) -> tuple[np.ndarray, np.ndarray, set[int]]:
        """Return the configurations tried, their best oriented scores, and those being tried."""
        sign = sign_of(study)
        best: dict[int, float] = {}
        for trial in finished(study):
            place = self._places.get(_key(trial.params))
            if place is not None:
                best[place] = max(best.get(place, -np.inf), sign * float(trial.value or 0.0))
        failed = study.get_trials(deepcopy=False, states=(TrialState.FAIL, TrialState.PRUNED))
        gone = {self._places[k] for t in failed if (k := _key(t.params)) in self._places}
        busy = {self._places[k] for p in self._chosen.values() if (k := _key(p)) in self._places}
        busy |= gone
        seen = np.array(sorted(best), dtype=np.int64)
        return seen, np.array([best[i] for i in seen.tolist()]), busy - set(best)


def _entropy() -> int:
    return int(np.random.default_rng().integers(2**62))


def _wanted(configuration: Configuration, tags: Collection[str], without: Collection[str]) -> bool:
    return set(tags) <= configuration.tags and not set(without) & configuration.tags


def _viewed(configuration: Configuration, views: Mapping[str, Params]) -> bool:
    view = views.get(str(configuration.params["family"]))
    return view is not None and view.items() <= configuration.params.items()


def _key(params: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    return tuple(sorted((name, value) for name, value in params.items() if name in _NAMES))


_NAMES = frozenset(distributions())
