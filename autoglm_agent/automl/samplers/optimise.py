"""Search the paradigms for one table by any engine, in one call.

found = optimise(X, y, engine="semantic", trials=30)
found.model.predict(X_new), found.name, found.study.best_value
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline

from autoglm_agent.automl.samplers.engines import Engine, create_sampler
from autoglm_agent.automl.samplers.library import library
from autoglm_agent.automl.samplers.pipeline import build
from autoglm_agent.automl.samplers.signature import signature
from autoglm_agent.automl.samplers.space import Params, distributions, suggest
from autoglm_agent.errors import InputError

if TYPE_CHECKING:
    import optuna


@dataclass(frozen=True)
class Found:
    """The outcome of a search.

    Attributes:
        model: The best pipeline, fitted on all rows.
        point: Its parameters.
        name: Its name, if it is of the library.
        study: Optuna's study; the best value is a cross-validated score that was chosen, and
            flatters.
    """

    model: Pipeline
    point: Params
    name: str | None
    study: optuna.Study


def optimise(
    X: pd.DataFrame,
    y: np.ndarray | pd.Series,
    *,
    engine: Engine = "semantic",
    trials: int = 30,
    seconds: float | None = None,
    classification: bool = True,
    scoring: str | None = None,
    folds: int = 3,
    seed: int = 0,
) -> Found:
    """Search for the best paradigm by cross-validation.

    Args:
        X: Columns of numbers and of categories (anything else than numbers), gaps allowed.
        y: Labels, or numbers.
        engine: `grid`, `random`, `tpe`, `gp` or `semantic`; what the semantic one knows are
            classifications.
        trials: Configurations to try.
        seconds: Start no further one after so many seconds.
        classification: Whether y holds labels.
        scoring: Name of a scikit-learn scorer; `balanced_accuracy` or `r2` by default.
        folds: Of the cross-validation, dealt by the seed.
        seed: Of folds, sampler and models.

    Raises:
        InputError: If no configuration could be fitted.
    """
    import optuna
    from sklearn.model_selection import KFold, StratifiedKFold, cross_val_score

    numbers = [c for c in X.columns if pd.api.types.is_numeric_dtype(X[c])]
    others = [c for c in X.columns if c not in numbers]
    split: Any = StratifiedKFold if classification else KFold
    dealt = split(folds, shuffle=True, random_state=seed)
    metric = scoring or ("balanced_accuracy" if classification else "r2")

    def made(point: Params) -> Pipeline:
        return build(
            point, numbers=numbers, categories=others, classification=classification, seed=seed
        )

    def objective(trial: optuna.Trial) -> float:
        model = made(suggest(trial, balanced=classification))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a model that has not converged has its score
            scores = cross_val_score(model, X, y, scoring=metric, cv=dealt, error_score="raise")
        return float(np.mean(scores))

    told = signature(X, np.asarray(y)) if engine == "semantic" and classification else None
    sampler = create_sampler(engine, signature=told, seed=seed)
    study = optuna.create_study(direction="maximize", sampler=sampler)
    study.optimize(
        objective, n_trials=trials, timeout=seconds, catch=(ValueError, np.linalg.LinAlgError)
    )
    if not any(t.value is not None for t in study.trials):
        raise InputError("No configuration could be fitted.", "Check the table and its target.")
    names = distributions(str(study.best_params["family"]))
    point: Params = {"balanced": False}
    point |= {k: v for k, v in study.best_params.items() if k in names}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = made(point).fit(X, y)
    name = next((c.name for c in library() if c.params == point), None)
    return Found(model, point, name, study)
