"""AutoML with scikit-learn's contract, no agent and no workspace needed.

model = AutoMLClassifier(time_budget=60).fit(X, y)
model.predict_proba(X_new), model.leaderboard_
"""

from __future__ import annotations

import warnings
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.utils import check_random_state
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import (
    _check_sample_weight,
    check_is_fitted,
    column_or_1d,
    validate_data,
)

from autoglm_agent.automl.features.kinds import feature_kinds
from autoglm_agent.automl.features.written import as_written, written_formats
from autoglm_agent.automl.run.backends import Backend
from autoglm_agent.automl.run.clock import Deadline
from autoglm_agent.automl.run.events import Listener, silent
from autoglm_agent.automl.scoring.metrics import decide
from autoglm_agent.automl.scoring.problem import Problem, SupervisedKind
from autoglm_agent.automl.search.engine import run_search
from autoglm_agent.automl.search.engines import Search
from autoglm_agent.automl.search.result import SearchResult
from autoglm_agent.automl.semantic.gate import Selection, select_features
from autoglm_agent.automl.semantic.rules import propose_by_rules
from autoglm_agent.errors import InputError

FOLDS = 5
TEST_ROWS = 0.43
"""Rows for whose predictions time is kept, as a part of the training rows: 30 % of all."""


class _AutoML(BaseEstimator):
    """What classifier and regressor share."""

    def __init__(
        self,
        time_budget: float | None = 60.0,
        *,
        trials: int | None = None,
        metric: str | None = None,
        random_state: int | np.random.RandomState | None = 0,
        folds: int | None = None,
        n_jobs: int | None = None,
        interpretable: bool = False,
        verbose: int = 0,
        semantic_features: bool = False,
        backend: Backend | None = None,
        search: Search = "auto",
        experimental: tuple[str, ...] = (),
    ) -> None:
        self.time_budget = time_budget
        self.trials = trials
        self.metric = metric
        self.random_state = random_state
        self.folds = folds
        self.n_jobs = n_jobs
        self.interpretable = interpretable
        self.verbose = verbose
        self.semantic_features = semantic_features
        self.backend = backend
        self.search = search
        self.experimental = experimental

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Search for the best ensemble.

        Args:
            X: DataFrame with columns of any kind, or array, shape (rows, columns). Missing
                values are allowed, infinite ones are not.
            y: Target, shape (rows,).
            sample_weight: Weights of the rows in training, shape (rows,); scores stay unweighted.

        Raises:
            ValueError: If X or y cannot be used.
        """
        if self.time_budget is not None and not self.time_budget > 0:
            raise ValueError(f"time_budget is {self.time_budget}; give seconds, or None.")
        deadline = Deadline(self.time_budget)
        frame, target = self._checked(X, y)
        self.formats_ = written_formats(frame)
        frame = as_written(frame, self.formats_)
        weight = None
        if sample_weight is not None:
            weight = _check_sample_weight(sample_weight, frame, dtype=np.float64)
            if weight.sum() <= 0:
                raise ValueError("sample_weight sums to zero; some row must count.")
        seed = int(check_random_state(self.random_state).randint(2**31 - 1))
        if isinstance(self.random_state, int):
            seed = self.random_state
        try:
            self.problem_ = self._problem(target)
            codes = self.problem_.encode(target)
            self.features_ = self._features(frame, codes, deadline, seed)
            self.result_ = run_search(
                frame,
                codes,
                self.problem_,
                self._split(codes, seed),
                oob_allowed=True,
                deadline=deadline,
                trials=self.trials,
                seed=seed,
                listener=self._listener(),
                interpretable=self.interpretable,
                sample_weight=weight,
                n_jobs=self.n_jobs if self.n_jobs and self.n_jobs > 0 else None,
                expressions=self.features_.expressions,
                backend=self.backend,
                search=self.search,
                to_predict=int(TEST_ROWS * len(codes)),
                experimental=self.experimental,
            )
        except InputError as error:
            raise ValueError(str(error)) from error
        for text in self.result_.warnings:
            warnings.warn(text, UserWarning, stacklevel=2)
        return self._finish(self.result_)

    @property
    def leaderboard_(self) -> pd.DataFrame:
        """Candidates, best first: name, family, proposer, score, se, seconds, status, weight."""
        check_is_fitted(self, "result_")
        rows = [
            {
                "name": c.name, "family": c.family, "proposer": c.proposer,
                "score": c.score, "se": c.se,
                "seconds": c.seconds, "status": c.status,
                "weight": self.result_.weights.get(c.id, 0.0),
            }
            for c in self.result_.candidates
        ]  # fmt: skip
        table = pd.DataFrame(rows)
        ascending = not self.problem_.greater_is_better
        return table.sort_values("score", ascending=ascending, na_position="last", kind="stable",
                                 ignore_index=True)  # fmt: skip

    def _features(
        self, frame: pd.DataFrame, codes: np.ndarray, deadline: Deadline, seed: int
    ) -> Selection:
        """Return the semantic features that pass the gate, within a tenth of the time."""
        if not self.semantic_features:
            return Selection()
        ideas = propose_by_rules(frame, feature_kinds(frame))
        limit = None if self.trials else deadline.share(0.1)
        return select_features(frame, codes, self.problem_, ideas, seed=seed, deadline=limit)

    def _checked(self, X: Any, y: Any) -> tuple[pd.DataFrame, np.ndarray]:
        if y is None:
            raise ValueError(
                f"{type(self).__name__} requires y to be passed, but the target y is None."
            )
        checked, target = validate_data(
            self, X, y, dtype=None, ensure_all_finite="allow-nan", ensure_min_samples=2,
            y_numeric=self._kind == "regression",
        )  # fmt: skip
        return self._frame(X, checked), column_or_1d(target)

    def _frame(self, X: Any, checked: np.ndarray) -> pd.DataFrame:
        if isinstance(X, pd.DataFrame):
            frame = X.reset_index(drop=True)
            return frame.set_axis([str(name) for name in X.columns], axis=1)
        names = [f"x{i}" for i in range(checked.shape[1])]
        frame = pd.DataFrame(checked, columns=names)
        return frame.infer_objects() if checked.dtype == object else frame

    def _predicted(self, X: Any) -> np.ndarray:
        check_is_fitted(self, "result_")
        checked = validate_data(self, X, reset=False, dtype=None, ensure_all_finite="allow-nan")
        try:
            frame = as_written(self._frame(X, checked), self.formats_)
            return self.result_.model.predict(frame)
        except InputError as error:
            raise ValueError(str(error)) from error

    def _split(self, codes: np.ndarray, seed: int) -> np.ndarray:
        count = min(self.folds or FOLDS, len(codes))
        if count < 2:
            raise ValueError(f"folds is {count}; it must be at least 2.")
        splitter: Any = KFold(count, shuffle=True, random_state=seed)
        if self._kind != "regression" and np.bincount(codes).min() >= count:
            splitter = StratifiedKFold(count, shuffle=True, random_state=seed)
        folds = np.zeros(len(codes), dtype=np.int64)
        for number, (_, rows) in enumerate(splitter.split(np.zeros(len(codes)), codes)):
            folds[rows] = number
        return folds

    def _listener(self) -> Listener:
        if not self.verbose:
            return silent
        return lambda event: print(event["text"], flush=True)  # noqa: T201  (asked for by verbose)

    def _finish(self, result: SearchResult) -> Self:
        self.cv_score_ = result.ensemble_score
        self.threshold_ = result.threshold
        return self

    @property
    def _kind(self) -> str:
        raise NotImplementedError

    def _problem(self, target: np.ndarray) -> Problem:
        raise NotImplementedError

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.string = True
        tags.input_tags.categorical = True
        return tags


class AutoMLClassifier(ClassifierMixin, _AutoML):
    """Classifier that finds, trains and combines models by itself within a time.

    Args:
        time_budget: Wall time of `fit` in seconds; None for no limit.
        trials: Number of candidates; with `time_budget=None` nothing depends on time.
        metric: `roc_auc`, `average_precision`, `log_loss`, `accuracy`, `balanced_accuracy`,
            `f1`, `recall`, `precision`, `mcc` or `kappa`; chosen by the classes if None.
        random_state: Seed of everything random.
        folds: Folds of the cross-validation; 5 by default.
        n_jobs: Fits that run side by side; the processors available by default and for -1.
        interpretable: Only a linear model or a small tree.
        verbose: Print each candidate if positive.
        semantic_features: Propose columns computed from others by rules (ratios, gaps, grids) and
            keep those that pass a corrected test.
        backend: Who does the fits: `threads` of this process, processes of this machine (`loky`)
            or a Ray cluster (`ray`); by default what `joblib.parallel_config` says around `fit`,
            else threads. The result of a number of trials is the same.
        search: Who proposes candidates after the portfolio: `auto`, or one of Optuna's engines
            `grid`, `random`, `tpe`, `gp`, `semantic` (extra `search`).

    Attributes:
        classes_: The labels.
        cv_score_: Out-of-fold score of the ensemble, in the metric's own orientation.
        threshold_: Least probability of the second class that `predict` calls by its name
            (two classes only).
        leaderboard_: Candidates, best first.
        result_: The whole `SearchResult`.
        features_: What became of each semantic feature.
    """

    @property
    def _kind(self) -> str:
        return "classification"

    def _problem(self, target: np.ndarray) -> Problem:
        check_classification_targets(target)
        classes = np.unique(target)
        if len(classes) < 2:
            raise ValueError("The classifier needs at least two classes; the data has 1 class.")
        self.classes_ = classes
        kind: SupervisedKind = "binary" if len(classes) == 2 else "multiclass"
        return Problem.of(kind, target, metric=self.metric)

    def predict_proba(self, X: Any) -> np.ndarray:
        """Return probabilities, shape (rows, classes), columns in the order of `classes_`."""
        return self._predicted(X)

    def predict(self, X: Any) -> np.ndarray:
        """Return labels, shape (rows,)."""
        prediction = self._predicted(X)
        codes = decide(prediction, self.problem_, self.threshold_)
        return np.asarray(self.classes_[codes])


class AutoMLRegressor(RegressorMixin, _AutoML):
    """Regressor that finds, trains and combines models by itself within a time.

    Args:
        time_budget: Wall time of `fit` in seconds; None for no limit.
        trials: Number of candidates; with `time_budget=None` nothing depends on time.
        metric: `rmse`, `mae`, `mape` or `r2`; `rmse` if None.
        random_state: Seed of everything random.
        folds: Folds of the cross-validation; 5 by default.
        n_jobs: Fits that run side by side; the processors available by default and for -1.
        interpretable: Only a linear model or a small tree.
        verbose: Print each candidate if positive.
        semantic_features: Propose columns computed from others by rules (ratios, gaps, grids) and
            keep those that pass a corrected test.
        backend: Who does the fits: `threads` of this process, processes of this machine (`loky`)
            or a Ray cluster (`ray`); by default what `joblib.parallel_config` says around `fit`,
            else threads. The result of a number of trials is the same.
        search: Who proposes candidates after the portfolio: `auto`, or one of Optuna's engines
            `grid`, `random`, `tpe`, `gp`, `semantic` (extra `search`).

    Attributes:
        cv_score_: Out-of-fold score of the ensemble, in the metric's own orientation.
        leaderboard_: Candidates, best first.
        result_: The whole `SearchResult`.
        features_: What became of each semantic feature.
    """

    @property
    def _kind(self) -> str:
        return "regression"

    def _problem(self, target: np.ndarray) -> Problem:
        if type_of_target(target) == "unknown":
            raise ValueError("Unknown label type: the target of a regression must be numeric.")
        return Problem.of("regression", target, metric=self.metric)

    def predict(self, X: Any) -> np.ndarray:
        """Return predictions, shape (rows,)."""
        return self._predicted(X)
