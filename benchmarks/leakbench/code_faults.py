"""Faults in somebody's code and prose: features of all rows, tainted scripts, invented figures.

Each returns whether it was caught, and `harmless` ones must not be.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from autoglm_agent.automl.checks.code_taint import check_code
from autoglm_agent.automl.checks.scramble import scramble_features
from autoglm_agent.automl.report.grounding import Grounding
from autoglm_agent.automl.scoring.problem import Problem
from autoglm_agent.chain import Verdict

BINARY = Problem("binary", "roc_auc", (0, 1), 1)


def _rows(seed: int, n: int, columns: int) -> tuple[pd.DataFrame, np.ndarray]:
    rng = np.random.default_rng([seed, 9])
    X = pd.DataFrame(rng.normal(size=(n, columns))).rename(columns=lambda c: f"x{c}")
    X["shop"] = rng.integers(0, n // 6, n)
    return X, (X["x0"] + rng.logistic(size=n) > 0).to_numpy().astype(np.int64)


def target_encoding(seed: int) -> Verdict:
    """Means of the target per shop over all rows."""
    X, y = _rows(seed, 400, 3)

    def features(frame: pd.DataFrame, target: np.ndarray) -> np.ndarray:
        mean = np.bincount(frame["shop"], target) / np.bincount(frame["shop"])
        return np.column_stack([frame[["x0", "x1", "x2"]], mean[frame["shop"]]])

    return scramble_features(X, y, BINARY, features, seed=seed)


def feature_selection(seed: int) -> Verdict:
    """Ten of two thousand columns chosen by all rows."""
    X, y = _rows(seed, 120, 2000)

    def features(frame: pd.DataFrame, target: np.ndarray) -> np.ndarray:
        values = frame.drop(columns="shop").to_numpy()
        merit = np.abs((values - values.mean(0)).T @ (target - target.mean())) / values.std(0)
        return values[:, np.argsort(-merit)[:10]]

    return scramble_features(X, y, BINARY, features, seed=seed)


def scaling(seed: int) -> Verdict:
    """A scaler fitted on all rows: harmless."""
    X, y = _rows(seed, 400, 6)

    def features(frame: pd.DataFrame, _: np.ndarray) -> np.ndarray:
        values = frame.to_numpy(dtype=float)
        return np.asarray((values - values.mean(0)) / values.std(0))

    return scramble_features(X, y, BINARY, features, seed=seed)


SPLIT = "X_train, X_test, y_train, y_test = train_test_split(X, y)\n"
CLEAN = SPLIT + "scaler = StandardScaler().fit(X_train)\nmodel.fit(X_train, y_train)\n"
SCRIPTS = {
    "selection before the split": "X = SelectKBest(k=10).fit_transform(X, y)\n" + SPLIT,
    "target means before the split": "df['m'] = df.groupby('shop')['target'].transform('mean')\n"
    + SPLIT,
    "oversampling before the split": "X, y = SMOTE().fit_resample(X, y)\n" + SPLIT,
    "fitted on the test rows": SPLIT + "pca.fit(X_test)\n",
    "test rows asked in a loop": SPLIT + "for s in range(50):\n    model.score(X_test, y_test)\n",
}
MEASURED = (0.8464, 0.8336, 0.8579, 1408.0, 0.265)
INVENTED = "The model reaches an AUC of 0.973 on 1,408 rows."
HONEST = "The model reaches an AUC of 0.846 on 1,408 rows; 26.5 % are positive."


def script(name: str) -> Callable[[int], Verdict]:
    """Return the check of one tainted script."""
    return lambda _: check_code(SCRIPTS[name])


CODE: dict[str, tuple[str, Callable[[int], Verdict]]] = {
    "target encoding on all rows": ("V21", target_encoding),
    "selection on all rows, p >> n": ("V21", feature_selection),
    **{f"code: {name}": ("V22", script(name)) for name in SCRIPTS},
    "invented number in prose": ("V02", lambda _: Grounding(MEASURED).ground(INVENTED).verdict()),
}
"""Fault to the check that must fail and what asks it."""

HARMLESS: dict[str, Callable[[int], Verdict]] = {
    "scaler on all rows": scaling,
    "code: scaler after the split": lambda _: check_code(CLEAN),
    "measured numbers in prose": lambda _: Grounding(MEASURED).ground(HONEST).verdict(),
}
"""What must not be failed."""
