"""`ArchitectureSampler`: an Optuna sampler of architectures, and the engines by name.

study = optuna.create_study(direction="maximize", sampler=ArchitectureSampler(seed=0))
study.optimize(lambda trial: train_and_score(suggest(trial)), n_trials=20)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from optuna.trial import FrozenTrial, TrialState

from autoglm_agent.automl.samplers.pointwise import PointSampler, finished, sign_of
from autoglm_agent.automl.samplers.space import Params
from autoglm_agent.errors import InputError
from autoglm_agent.images.architectures.measured import Measured
from autoglm_agent.images.architectures.proposing import ArchitectureProposer, Parts
from autoglm_agent.images.architectures.space import OPERATIONS, PLACES, Architecture

if TYPE_CHECKING:
    from optuna import Trial
    from optuna.samplers import BaseSampler
    from optuna.study import Study

Engine = Literal["semantic", "tpe", "random"]
ENGINES: tuple[Engine, ...] = ("semantic", "tpe", "random")
NAMES = tuple(f"operation{place + 1}" for place in range(PLACES))
"""Parameters of a trial."""


def suggest(trial: Trial) -> Architecture:
    """Ask a trial for an architecture."""
    return Architecture(tuple(trial.suggest_categorical(name, OPERATIONS) for name in NAMES))


class ArchitectureSampler(PointSampler):
    """Propose architectures by what they and their operations did on measured tasks.

    Args:
        seed: Of what is drawn at random.
        measured: The tasks; those shipped by default.
        parts: Parts to switch off.
    """

    def __init__(
        self, seed: int | None = None, *, measured: Measured | None = None,
        parts: Parts | None = None,
    ) -> None:  # fmt: skip
        super().__init__(seed)
        self._measured = measured or Measured.load()
        self._proposer = ArchitectureProposer(self._measured, parts or Parts())
        self._rows = {a.operations: i for i, a in enumerate(self._measured.architectures)}
        self._rng = np.random.default_rng(seed)

    def reseed_rng(self) -> None:
        """Take other random numbers, as a copy in another process must."""
        super().reseed_rng()
        self._rng = np.random.default_rng()

    def choose(self, study: Study) -> Params:
        """Return the operations of the next trial."""
        sign = sign_of(study)
        best: dict[int, float] = {}
        for trial in finished(study):
            row = self._row(trial)
            if row is not None:
                best[row] = max(best.get(row, -np.inf), sign * float(trial.value or 0.0))
        failed = study.get_trials(deepcopy=False, states=(TrialState.FAIL, TrialState.PRUNED))
        busy = {row for t in failed if (row := self._row(t)) is not None}
        busy |= {self._rows[tuple(str(p[n]) for n in NAMES)] for p in self._chosen.values()}
        seen = np.array(sorted(best), dtype=np.int64)
        values = np.array([best[i] for i in seen.tolist()])
        row = self._proposer.propose(seen, values, busy - set(best), self._rng)
        operations = self._measured.architectures[row].operations
        return dict(zip(NAMES, operations, strict=True))

    def _row(self, trial: FrozenTrial) -> int | None:
        return self._rows.get(tuple(str(trial.params.get(name)) for name in NAMES))


def create_sampler(engine: str, *, seed: int | None = None) -> BaseSampler:
    """Return a sampler of architectures by its name.

    Args:
        engine: `semantic`, `tpe` (Optuna's own) or `random`.
        seed: Of everything random.

    Raises:
        InputError: If there is no such engine.
    """
    from optuna.samplers import RandomSampler, TPESampler

    if engine == "semantic":
        return ArchitectureSampler(seed)
    if engine == "tpe":
        return TPESampler(seed=seed)
    if engine == "random":
        return RandomSampler(seed)
    raise InputError(
        f"There is no search engine {engine[:40]!r} of architectures.",
        f"Choose one of {', '.join(ENGINES)}.",
    )
