"""The systems, each one function: training table and test columns in, predictions out.

This file is imported in each peer's own environment, so heavy imports stay inside the functions.
Predictions are the probability of the second class in sorted order (binary), probabilities in
sorted order of the classes (multiclass), or numbers. Beside them a function returns what is worth
a note; `first_model_s` is the time from its call to its first valid model.
"""

from __future__ import annotations

import logging
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

METRICS = {
    "roc_auc": {"autogluon": "roc_auc", "flaml": "roc_auc", "lightgbm": "auc"},
    "log_loss": {"autogluon": "log_loss", "flaml": "log_loss", "lightgbm": "multi_logloss"},
    "rmse": {"autogluon": "root_mean_squared_error", "flaml": "rmse", "lightgbm": "rmse"},
}


@dataclass(frozen=True)
class Job:
    """What a system is asked.

    Attributes:
        train: Training rows with the target, as `pandas.read_csv` gives them.
        test: Test rows without the target.
        target: Name of the target.
        kind: `binary`, `multiclass` or `regression`.
        metric: `roc_auc`, `log_loss` or `rmse`.
        seconds: The budget.
        cores: Threads allowed.
        seed: Seed where a system takes one.
    """

    train: Any
    test: Any
    target: str
    kind: str
    metric: str
    seconds: float
    cores: int
    seed: int

    @property
    def columns(self) -> Any:
        """The training rows without the target."""
        return self.train.drop(columns=[self.target])


Found = tuple[Any, dict[str, Any]]
System = Callable[[Job], Found]


def _predicted(model: Any, rows: Any, kind: str) -> Any:
    if kind == "regression":
        return model.predict(rows)
    shares = model.predict_proba(rows)
    return shares[:, 1] if kind == "binary" else shares


def ours(job: Job, **settings: Any) -> Found:
    """Run this project's estimator."""
    from autoglm_agent.automl.estimator import AutoMLClassifier, AutoMLRegressor

    kind = AutoMLRegressor if job.kind == "regression" else AutoMLClassifier
    model = kind(
        job.seconds, metric=job.metric, random_state=job.seed, n_jobs=job.cores, **settings
    )
    began, first = time.monotonic(), []

    def note(event: dict[str, Any]) -> None:
        if event["event"] == "trial.done" and event["family"] != "baseline" and not first:
            first.append(time.monotonic() - began)

    model._listener = lambda: note
    model.fit(job.columns, job.train[job.target])
    fitted = time.monotonic() - began
    result = model.result_
    board = []
    for told in result.candidates:
        weight = round(result.weights.get(told.id, 0.0), 3)
        row = [told.name, round(told.score, 5), round(told.seconds, 2), told.status, weight]
        board.append(row)
    notes = {
        "first_model_s": first[0] if first else None, "fit_s": round(fitted, 2),
        "cv": result.ensemble_score, "stopped": result.stopped, "board": board,
    }  # fmt: skip
    return _predicted(model, job.test, job.kind), notes


def ours_without(job: Job, *families: str, single: bool = False) -> Found:
    """Run this project's estimator with a part of it taken away, to see what the part brings.

    Args:
        job: What is asked.
        families: Model families that are not trained.
        single: Whether the best candidate alone is the model, in place of the ensemble.
    """
    from autoglm_agent.automl import estimator
    from autoglm_agent.automl.search import engine

    estimator.run_search = partial(estimator.run_search, without=families)
    if single:
        whole = engine.conclude
        engine.conclude = lambda *args, **named: whole(*args, **{**named, "single": True})
    return ours(job)


def _plain_columns(job: Job) -> tuple[Any, Any, list[str]]:
    """Do the least that any user does: numbers, parts of dates, and categories."""
    import pandas as pd

    train, test = job.columns.copy(), job.test.copy()
    categories = []
    for name in list(train.columns):
        column = train[name]
        if pd.api.types.is_bool_dtype(column):
            train[name], test[name] = column.astype(int), test[name].astype(int)
            continue
        if pd.api.types.is_numeric_dtype(column):
            continue
        numbers = pd.to_numeric(column, errors="coerce")
        if numbers.notna().sum() >= 0.95 * max(1, column.notna().sum()):
            train[name], test[name] = numbers, pd.to_numeric(test[name], errors="coerce")
            continue
        sample = column.dropna().astype(str).head(200)
        if sample.str.match(r"^\d{1,4}[-/]\d{1,2}[-/]\d{1,4}").mean() > 0.95:
            for frame in (train, test):
                date = pd.to_datetime(frame.pop(name), errors="coerce", format="mixed")
                frame[f"{name}_s"] = (date - pd.Timestamp("2000-01-01")).dt.total_seconds()
                frame[f"{name}_m"], frame[f"{name}_d"] = date.dt.month, date.dt.dayofweek
                frame[f"{name}_h"] = date.dt.hour
            continue
        categories.append(name)
        levels = pd.Index(column.dropna().astype(str).unique())
        for frame in (train, test):
            text = frame[name].astype(object).map(str).where(frame[name].notna(), None)
            frame[name] = pd.Categorical(text, categories=levels)
    return train, test, categories


def catboost_default(job: Job) -> Found:
    """CatBoost as it comes, all rows."""
    import catboost

    train, test, categories = _plain_columns(job)
    for frame in (train, test):
        for name in categories:
            frame[name] = frame[name].astype(object).where(frame[name].notna(), "").astype(str)
    made = catboost.CatBoostRegressor if job.kind == "regression" else catboost.CatBoostClassifier
    began = time.monotonic()
    model = made(
        thread_count=job.cores, random_seed=job.seed, verbose=0, allow_writing_files=False,
        cat_features=categories,
    ).fit(train, job.train[job.target])  # fmt: skip
    return _predicted(model, test, job.kind), {"first_model_s": time.monotonic() - began}


def lightgbm_default(job: Job) -> Found:
    """LightGBM as it comes, all rows."""
    import lightgbm

    train, test, _ = _plain_columns(job)
    train.columns = test.columns = [f"f{i}" for i in range(train.shape[1])]
    made = lightgbm.LGBMRegressor if job.kind == "regression" else lightgbm.LGBMClassifier
    began = time.monotonic()
    model = made(n_jobs=job.cores, random_state=job.seed, verbose=-1)
    model.fit(train, job.train[job.target])
    return _predicted(model, test, job.kind), {"first_model_s": time.monotonic() - began}


def lightgbm_tuned(job: Job) -> Found:
    """LightGBM tuned by Optuna's TPE on a holdout with early stopping, refitted on all rows."""
    import lightgbm as lgb
    import optuna
    from sklearn.model_selection import train_test_split

    began = time.monotonic()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    rows, test, _ = _plain_columns(job)
    rows.columns = test.columns = [f"f{i}" for i in range(rows.shape[1])]
    y = job.train[job.target]
    base = {"num_threads": job.cores, "verbose": -1, "seed": job.seed, "feature_pre_filter": False}
    base |= {"objective": job.kind, "metric": METRICS[job.metric]["lightgbm"], "bagging_freq": 1}
    if job.kind != "regression":
        classes = sorted(y.unique())
        y = y.map({c: i for i, c in enumerate(classes)}).astype(int)
        base |= {"num_class": len(classes)} if job.kind == "multiclass" else {}
    parts = train_test_split(
        rows, y, test_size=0.2, random_state=job.seed,
        stratify=None if job.kind == "regression" else y,
    )  # fmt: skip
    data = lgb.Dataset(parts[0], parts[2], free_raw_data=False, params=base)
    valid = lgb.Dataset(parts[1], parts[3], reference=data, free_raw_data=False)
    first: list[float] = []

    def late(env: Any) -> None:
        if time.monotonic() - began > job.seconds * 0.85 and env.iteration > 10:
            raise lgb.callback.EarlyStopException(env.iteration, env.evaluation_result_list)

    def objective(trial: Any) -> float:
        params = base | {
            "learning_rate": trial.suggest_float("learning_rate", 0.01, 0.3, log=True),
            "num_leaves": trial.suggest_int("num_leaves", 4, 256, log=True),
            "min_data_in_leaf": trial.suggest_int("min_data_in_leaf", 2, 100, log=True),
            "feature_fraction": trial.suggest_float("feature_fraction", 0.4, 1.0),
            "bagging_fraction": trial.suggest_float("bagging_fraction", 0.5, 1.0),
            "lambda_l1": trial.suggest_float("lambda_l1", 1e-8, 10, log=True),
            "lambda_l2": trial.suggest_float("lambda_l2", 1e-8, 10, log=True),
        }
        stopping = lgb.early_stopping(50, verbose=False)
        booster = lgb.train(params, data, 2000, valid_sets=[valid], callbacks=[stopping, late])
        trial.set_user_attr("rounds", max(1, booster.best_iteration or booster.current_iteration()))
        if not first:
            first.append(time.monotonic() - began)
        loss = booster.best_score["valid_0"][base["metric"]]
        return -loss if job.metric == "roc_auc" else loss

    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=job.seed))
    study.optimize(objective, timeout=job.seconds * 0.8)
    best = study.best_trial
    rounds = int(best.user_attrs["rounds"] * 1.1) + 1
    booster = lgb.train(base | best.params, lgb.Dataset(rows, y), rounds)
    return booster.predict(test), {"first_model_s": first[0], "trials": len(study.trials)}


@contextmanager
def _first_told(logger: str, pattern: str) -> Iterator[list[float]]:
    """Give a list that gets the time at which a logger first says something."""
    began, found = time.monotonic(), []

    class Watch(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if not found and re.search(pattern, record.getMessage()):
                found.append(time.monotonic() - began)

    watch = Watch(logging.INFO)
    logging.getLogger(logger).addHandler(watch)
    try:
        yield found
    finally:
        logging.getLogger(logger).removeHandler(watch)


def _autogluon(job: Job, preset: str) -> Found:
    with _first_told("autogluon", r"= Validation score") as first:
        from autogluon.tabular import TabularPredictor

        folder = tempfile.mkdtemp(prefix="ag_")
        predictor = TabularPredictor(
            job.target, problem_type=job.kind, eval_metric=METRICS[job.metric]["autogluon"],
            path=folder, verbosity=2,
        )  # fmt: skip
        began = time.monotonic()
        predictor.fit(
            job.train, time_limit=job.seconds, presets=preset, num_cpus=job.cores, num_gpus=0
        )
        told = {"fit_s": round(time.monotonic() - began, 1)}
    if job.kind == "regression":
        found = predictor.predict(job.test).to_numpy()
    else:
        classes = sorted(job.train[job.target].unique())
        shares = predictor.predict_proba(job.test).reindex(columns=classes, fill_value=0.0)
        found = shares.to_numpy()[:, 1] if job.kind == "binary" else shares.to_numpy()
    board = predictor.leaderboard(silent=True)
    told["board"] = [
        [row.model, round(float(row.score_val), 5), round(float(row.fit_time_marginal), 1)]
        for row in board.itertuples()
    ]
    shutil.rmtree(folder, ignore_errors=True)
    return found, {"first_model_s": first[0] if first else None, **told}


def autogluon_medium(job: Job) -> Found:
    """AutoGluon, `medium_quality`: single models on a holdout."""
    return _autogluon(job, "medium_quality")


def autogluon_best(job: Job) -> Found:
    """AutoGluon, `best_quality`: bags and stacks."""
    return _autogluon(job, "best_quality")


def autogluon_best_v150(job: Job) -> Found:
    """AutoGluon, `best_quality_v150`: the newer portfolio, without stacking."""
    return _autogluon(job, "best_quality_v150")


def flaml(job: Job) -> Found:
    """FLAML within the same time."""
    with _first_told("flaml.automl.logger", r"best error") as first:
        from flaml import AutoML

        model = AutoML()
        model.fit(
            X_train=job.columns, y_train=job.train[job.target],
            task="regression" if job.kind == "regression" else "classification",
            metric=METRICS[job.metric]["flaml"], time_budget=job.seconds, n_jobs=job.cores,
            seed=job.seed, verbose=3, log_file_name="",
        )  # fmt: skip
    told = {"first_model_s": first[0] if first else None, "best": model.best_estimator}
    return _predicted(model, job.test, job.kind), told


@dataclass(frozen=True)
class Entry:
    """A system in the table.

    Attributes:
        environment: Name in `environments.PACKAGES`; empty for the environment of this program.
        run: The function.
        timed: Whether it takes a budget.
    """

    environment: str
    run: System
    timed: bool = True


SYSTEMS = {
    "ours": Entry("", ours),
    "ours_tpe": Entry("", partial(ours, search="tpe")),
    "ours_semantic": Entry("", partial(ours, search="semantic")),
    "ours_single": Entry("", partial(ours_without, single=True)),
    "ours_without_catboost": Entry("", lambda job: ours_without(job, "catboost")),
    "ours_without_lightgbm": Entry("", lambda job: ours_without(job, "lightgbm")),
    "ours_without_forests": Entry(
        "", lambda job: ours_without(job, "extra_trees", "random_forest")
    ),
    "ours_without_networks_and_linear": Entry(
        "", lambda job: ours_without(job, "linear", "network")
    ),
    "catboost": Entry("boosting", catboost_default, timed=False),
    "lightgbm": Entry("boosting", lightgbm_default, timed=False),
    "lightgbm_tuned": Entry("boosting", lightgbm_tuned),
    "flaml": Entry("flaml", flaml),
    "ag_medium": Entry("autogluon", autogluon_medium),
    "ag_best": Entry("autogluon", autogluon_best),
    "ag_best_v150": Entry("autogluon", autogluon_best_v150),
}
