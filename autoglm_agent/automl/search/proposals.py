"""Candidates that a search engine proposes: Optuna's samplers and ours, on this search's models.

The engines speak of modelling paradigms (`samplers.space`); here are those of them that the search
can train, on the table's usual view. What boosting is proposed is done by LightGBM, or by
CatBoost where that has done better on the table so far. What the portfolio has found is told to
the engine first, and every proposal waits for what came of the one before, so that a number of
trials gives the same proposals on one thread and on a cluster.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from autoglm_agent.automl.scoring.metrics import oriented
from autoglm_agent.automl.search import portfolio
from autoglm_agent.automl.search.engines import Search
from autoglm_agent.automl.search.schedule import Board, Offer
from autoglm_agent.automl.search.study import Study
from autoglm_agent.automl.search.train import Spec
from autoglm_agent.automl.search.trials import Trial
from autoglm_agent.errors import InputError

if TYPE_CHECKING:
    import optuna

    from autoglm_agent.automl.samplers.space import Params

MOST_MISFITS = 8
"""Proposals in a row that cost more than there is time, after which the search ends."""
FITS = 1.15
"""How many times its expected seconds must be left for a candidate to be begun."""
_FAMILIES = {
    "boosting": "lightgbm", "forest": "random_forest", "extra_trees": "extra_trees",
    "network": "network", "linear": "linear",
}  # fmt: skip
"""Paradigms that the search can train, and by what."""


def proposed(board: Board, engine: Search, X: pd.DataFrame) -> Iterator[Offer]:
    """Offer what an engine proposes, as long as it fits into the time.

    Args:
        board: What has been done so far.
        engine: Its name; not `auto`.
        X: Raw columns of the training rows.
    """
    asking = _Asking(board, engine, X)
    number = misfits = 0
    while misfits < MOST_MISFITS:
        point = asking.next()
        number += 1
        spec = _spec(board, point, f"{engine}{number}", engine)
        if FITS * _seconds(board, spec) >= board.left:
            asking.tell(point, None)
            misfits += 1
            continue
        misfits = 0
        yield spec, board.left
        asking.tell(point, board.trials.get(spec.name))


class _Asking:
    """An Optuna study of one table, told by hand."""

    def __init__(self, board: Board, engine: Search, X: pd.DataFrame) -> None:
        import optuna

        optuna.logging.set_verbosity(optuna.logging.WARNING)
        self.board, self.metric = board, board.study.problem.metric
        self.sampler = _sampler(board.study, engine, X)
        self.study = optuna.create_study(direction="maximize", sampler=self.sampler)
        self.asked: optuna.Trial | None = None
        for trial in board.trials.values():
            point = _point(trial)
            if point is not None and trial.candidate.status == "done":
                self.tell(point, trial)

    def next(self) -> Params:
        """Return the engine's next point."""
        from autoglm_agent.automl.samplers.pointwise import PointSampler

        if isinstance(self.sampler, PointSampler):
            return self.sampler.choose(self.study)
        from autoglm_agent.automl.samplers.space import ask, distributions

        self.asked = self.study.ask()
        family = str(self.asked.suggest_categorical("family", list(_FAMILIES)))
        own = {n: p for n, p in distributions(family).items() if "." in n}
        return {
            **_view(family), **{name: ask(self.asked, name, place) for name, place in own.items()}
        }  # fmt: skip

    def tell(self, point: Params, trial: Trial | None) -> None:
        """Tell what came of a point; None if nothing did."""
        from optuna.trial import TrialState, create_trial

        value = math.nan if trial is None else oriented(self.metric, trial.candidate.score)
        fine = math.isfinite(value)
        state = TrialState.COMPLETE if fine else TrialState.FAIL
        if self.asked is not None:
            self.study.tell(self.asked, value if fine else None, state=state)
            self.asked = None
            return
        places = _distributions(point, self.sampler)
        known = {name: place for name, place in point.items() if name in places}
        self.study.add_trial(
            create_trial(
                state=state, value=value if fine else None, params=known, distributions=places
            )
        )


def _sampler(study: Study, engine: Search, X: pd.DataFrame) -> Any:
    from autoglm_agent.automl.samplers.bayes import GaussianProcessSampler
    from autoglm_agent.automl.samplers.engines import PointGridSampler, create_sampler
    from autoglm_agent.automl.samplers.semantic import SemanticSampler
    from autoglm_agent.automl.samplers.signature import signature

    views = {family: _view(family) for family in _FAMILIES}
    if engine == "grid":
        return PointGridSampler(study.seed, families=tuple(_FAMILIES))
    if engine == "gp":
        return GaussianProcessSampler(study.seed, views=views)
    if engine == "semantic":
        told = signature(X, study.y) if study.problem.is_classification else None
        return SemanticSampler(told, seed=study.seed, views=views)
    if engine in ("random", "tpe"):
        return create_sampler(engine, seed=study.seed)
    raise InputError(f"{engine!r} names no search engine.", "Choose grid, random, tpe, ...")


def _view(family: str) -> Params:
    """Return a family's point without its settings, on the usual view of the table."""
    from autoglm_agent.automl.samplers.library import usual_view

    return {"family": family, **usual_view(family)}


def _distributions(point: Params, sampler: Any) -> Any:
    """Return Optuna's distributions of a point's parameters."""
    from optuna.distributions import (
        CategoricalDistribution,
        FloatDistribution,
        IntDistribution,
    )

    from autoglm_agent.automl.samplers.pointwise import PointSampler
    from autoglm_agent.automl.samplers.space import Choice, distributions

    found: dict[str, Any] = {}
    for name, place in distributions(str(point["family"])).items():
        if isinstance(place, Choice):
            found[name] = CategoricalDistribution(place.values)
        elif place.whole:
            found[name] = IntDistribution(int(place.low), int(place.high), log=place.log)
        else:
            found[name] = FloatDistribution(place.low, place.high, log=place.log)
    if not isinstance(sampler, PointSampler):  # Optuna's own are asked for families here only
        found["family"] = CategoricalDistribution(tuple(_FAMILIES))
        return {n: place for n, place in found.items() if "." in n or n == "family"}
    return found


def _spec(board: Board, point: Mapping[str, Any], name: str, engine: str) -> Spec:
    """Return the candidate that a point asks for."""
    study, paradigm = board.study, str(point["family"])
    own = {key.split(".")[1]: value for key, value in point.items() if "." in key}
    family = _FAMILIES[paradigm]
    if paradigm == "boosting":
        family = _better_boosting(board)
        params = _boosting(study, family, own)
    elif paradigm == "network":
        width = int(own["width"])
        params = {
            **portfolio.network(study).params, "hidden": [width, max(8, width // 2)],
            "decay": min(1.0, float(own["decay"])),
        }  # fmt: skip
    elif paradigm == "linear":
        strength = 1.0 / (float(own["C"]) * len(study.y))
        params = {"strengths": [strength], "log": portfolio.skewed(study)}
    else:
        params = {
            **portfolio.forests(study)[0].params, "min_samples_leaf": int(own["leaf"]),
            "max_features": round(float(own["max_features"]), 4),
        }  # fmt: skip
    view = "linear" if family in ("network", "linear") else "tree"
    return Spec(f"{family}_{name}", family, params, view, proposer=engine)


def _boosting(study: Study, family: str, own: Mapping[str, Any]) -> dict[str, Any]:
    rate, leaves = float(own["rate"]), int(own["leaves"])
    if family == "catboost":
        base = portfolio.catboosts(study)["catboost"]
        depth = int(np.clip(round(math.log2(leaves)), 1, 8))
        changed = {"depth": depth, "rsm": round(float(own["sampling"]), 4)}
    else:
        base = portfolio.configurations(study)["sampled"]
        changed = {
            "num_leaves": leaves, "min_data_in_leaf": int(own["leaf"]),
            "feature_fraction": round(float(own["sampling"]), 4),
        }  # fmt: skip
    faster = 0.1 / rate
    return {
        **base, **changed, "learning_rate": round(rate, 5), "rounds": max(50, int(1000 * faster)),
        "patience": max(10, int(30 * faster**0.7)),
    }  # fmt: skip


def _better_boosting(board: Board) -> str:
    """Return which of the two libraries has done better on the table so far."""
    metric, best = board.study.problem.metric, {"lightgbm": -np.inf, "catboost": -np.inf}
    for trial in board.trials.values():
        told = trial.candidate
        if told.family in best and told.status == "done" and np.isfinite(told.score):
            best[told.family] = max(best[told.family], oriented(metric, told.score))
    return "catboost" if best["catboost"] > best["lightgbm"] else "lightgbm"


def _seconds(board: Board, spec: Spec) -> float:
    """Return what a candidate is expected to take; 0 if nothing tells."""
    if board.deadline.seconds is None:
        return 0.0
    if spec.family == "lightgbm":
        return board.price(spec)
    like = [
        t.candidate for t in board.trials.values()
        if t.candidate.family == spec.family and t.candidate.status == "done"
    ]  # fmt: skip
    if not like:
        return 0.0
    known = like[-1]
    if spec.family == "catboost":
        faster = float(known.params["learning_rate"]) / float(spec.params["learning_rate"])
        deeper = 2.0 ** (int(spec.params["depth"]) - int(known.params["depth"]))
        return float(known.seconds * faster**0.9 * max(0.5, deeper**0.5))
    if spec.family == "network":
        wider = int(spec.params["hidden"][0]) / int(known.params["hidden"][0])
        return known.seconds * max(0.5, wider)
    return known.seconds


def _point(trial: Trial) -> Params | None:
    """Return a candidate of the portfolio as a point of the engines' space; None if it is none."""
    from autoglm_agent.automl.samplers.space import within

    told = trial.candidate.params
    found: Params
    if trial.candidate.family == "lightgbm" and "feature_fraction" in told:
        found = {
            **_view("boosting"), "boosting.rate": float(told["learning_rate"]),
            "boosting.leaves": int(told["num_leaves"]),
            "boosting.leaf": int(told["min_data_in_leaf"]),
            "boosting.sampling": float(told["feature_fraction"]),
        }  # fmt: skip
    elif trial.candidate.family in ("extra_trees", "random_forest"):
        name = "forest" if trial.candidate.family == "random_forest" else "extra_trees"
        share = told["max_features"]
        if share == "sqrt":
            share = 0.3
        found = {
            **_view(name), f"{name}.max_features": float(share),
            f"{name}.leaf": int(told["min_samples_leaf"]),
        }  # fmt: skip
    elif trial.candidate.family == "network":
        found = {
            **_view("network"), "network.width": int(told["hidden"][0]),
            "network.decay": float(told["decay"]),
        }  # fmt: skip
    else:
        return None
    return found if within(found) else None
