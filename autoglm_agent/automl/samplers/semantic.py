"""`SemanticSampler`: an Optuna sampler that knows how configurations behave.

    study = optuna.create_study(direction="maximize", sampler=SemanticSampler(signature(X, y)))
    study.optimize(lambda trial: score(build(suggest(trial), ...)), n_trials=30)

It proposes named configurations of the paradigm library, in the order that `proposing` tells; when
no further one promises an improvement, it varies the settings of the best ones. Trials are
recognised by their parameters, so a study may be resumed, shared, or begun by other samplers.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from optuna.trial import FrozenTrial, TrialState

from autoglm_agent.automl.samplers.behaviour import Behaviour
from autoglm_agent.automl.samplers.embedding import unit, value_at
from autoglm_agent.automl.samplers.library import Configuration, library
from autoglm_agent.automl.samplers.pointwise import PointSampler, finished, sign_of
from autoglm_agent.automl.samplers.proposing import Ablation, Proposer
from autoglm_agent.automl.samplers.space import Params, Range, distributions
from autoglm_agent.errors import InputError

if TYPE_CHECKING:
    from optuna.study import Study

LEAST_GAIN = 0.01
"""Expected improvement, as part of what lies between median and best, that a try must promise."""
LEAST_TRIES = 20
"""Tries of the library before settings are varied."""
STEP = 0.15
"""How far a setting is moved, as part of its range."""


class SemanticSampler(PointSampler):
    """Propose configurations by their behaviour on past tables.

    Args:
        signature: Of the table, as `signature.signature` gives it; None works, but starts blind.
        seed: Of the variations at the end.
        behaviour: What is known of the library; the shipped matrix by default.
        tags: Only configurations with all these tags, such as `readable` or `fast`.
        without: Only configurations with none of these tags.
        patience: Library tries in a row that may promise little before settings are varied.
        costs: Whether a try is worth its improvement for each second that it takes.
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
        patience: int = 3,
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
        self._patience = patience
        self._idle = 0
        self._rng = np.random.default_rng(seed)
        self._places = {_key(c.params): i for i, c in enumerate(self._library)}

    def reseed_rng(self) -> None:
        """Take other random numbers, as a copy in another process must."""
        super().reseed_rng()
        self._rng = np.random.default_rng()

    def choose(self, study: Study) -> Params:
        """Return the point of the next trial."""
        seen, values, busy = self._known(study)
        index, gain = self._proposer.propose(seen, values, busy, self._rng)
        self._idle = self._idle + 1 if gain < LEAST_GAIN else 0
        tried = len(seen) + len(busy)
        exhausted = tried >= len(self._proposer.allowed or ())
        if exhausted or (tried >= LEAST_TRIES and self._idle > self._patience):
            return self._varied(study)
        return dict(self._library[index].params)

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

    def _varied(self, study: Study) -> Params:
        """Return a neighbour of one of the best points tried."""
        sign = sign_of(study)
        done = [t for t in finished(study) if "family" in t.params]
        if not done:
            index = int(self._rng.choice(self._proposer._allowed))
            return dict(self._library[index].params)
        done.sort(key=lambda t: -sign * float(t.value or 0.0))
        parent = done[min(int(self._rng.exponential(1.0)), len(done) - 1)].params
        places = distributions(str(parent["family"]))
        child: Params = {k: v for k, v in parent.items() if k in places}
        moved = [name for name, place in places.items() if isinstance(place, Range)]
        for name in moved:
            if name in child:
                where = unit(places[name], child[name]) + self._rng.normal(0.0, STEP)
                child[name] = value_at(places[name], where)
        return child


def _wanted(configuration: Configuration, tags: Collection[str], without: Collection[str]) -> bool:
    return set(tags) <= configuration.tags and not set(without) & configuration.tags


def _viewed(configuration: Configuration, views: Mapping[str, Params]) -> bool:
    view = views.get(str(configuration.params["family"]))
    return view is not None and view.items() <= configuration.params.items()


def _key(params: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    return tuple(sorted((name, value) for name, value in params.items() if name in _NAMES))


_NAMES = frozenset(distributions())
