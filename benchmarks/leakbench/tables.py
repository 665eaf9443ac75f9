"""The tables: clean ones, and the ones that faults are planted in.

scikit-learn's own tables, generators with a known truth, and public CSV files where they lie in a
folder given by `--data`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn import datasets

MOST_ROWS = 900
FILES = {
    "telco_churn": ("Churn", "binary"), "titanic": ("Survived", "binary"),
    "german_credit": ("credit_risk", "binary"), "adult": ("income", "binary"),
    "california": ("median_house_value", "regression"), "ames": ("price", "regression"),
    "taxis": ("fare", "regression"),
}  # fmt: skip


@dataclass(frozen=True)
class Clean:
    """A table without a planted fault."""

    name: str
    frame: pd.DataFrame
    target: str
    kind: str


def generated(seed: int, kind: str, n: int = MOST_ROWS) -> Clean:
    """Numbers, categories, a date and missing cells that tell part of the target."""
    rng = np.random.default_rng([seed, 3])
    X = pd.DataFrame(rng.normal(size=(n, 5)), columns=["income", "age", "usage", "score", "delay"])
    X["usage"] = np.exp(X["usage"])
    region = rng.integers(0, 6, n)
    plan = rng.integers(0, 3, n)
    X["region"] = np.array(["north", "south", "east", "west", "centre", "coast"], object)[region]
    X["plan"] = np.array(["basic", "plus", "pro"], object)[plan]
    X["visits"] = rng.poisson(3, n)
    signal = 1.3 * X["income"] + np.sin(2 * X["age"]) + 0.4 * (region == 1) + 0.5 * (plan == 2)
    signal += 0.5 * np.log(X["usage"])
    X["delay"] = X["delay"].mask(rng.random(n) < 0.1)
    if kind == "regression":
        y: object = (10 + 3 * signal + rng.normal(0, 2, n)).round(3)
    elif kind == "multiclass":
        cut = np.digitize(signal + rng.normal(0, 0.5, n), [-1, 1])
        y = np.array(["low", "mid", "high"], object)[cut]
    else:
        y = np.where(signal + rng.logistic(0, 0.6, n) > 0, "yes", "no").astype(object)
    return Clean(f"generated_{kind}_{seed}", X.assign(answer=y), "answer", kind)


def easy(seed: int, n: int = MOST_ROWS) -> Clean:
    """Two well separated classes: what is wrong here is not the overlap."""
    X, y = datasets.make_classification(
        n, 8, n_informative=5, n_redundant=1, class_sep=2.2, flip_y=0.0, random_state=seed
    )
    frame = pd.DataFrame(X, columns=[f"m{i}" for i in range(8)])
    frame["answer"] = np.where(y == 1, "yes", "no").astype(object)
    return Clean(f"easy_{seed}", frame, "answer", "binary")


def clean_tables(folder: Path | None) -> Iterator[Clean]:
    """Yield at least thirty clean tables."""
    for name, load, kind in (
        ("iris", datasets.load_iris, "multiclass"),
        ("wine", datasets.load_wine, "multiclass"),
        ("breast_cancer", datasets.load_breast_cancer, "binary"),
        ("diabetes", datasets.load_diabetes, "regression"),
        ("digits", datasets.load_digits, "multiclass"),
    ):
        frame = load(as_frame=True).frame
        if kind != "regression":
            frame["target"] = np.array([f"c{v}" for v in frame["target"]], dtype=object)
        yield Clean(name, _some(frame), "target", kind)
    for seed in range(3):
        for kind in ("binary", "multiclass", "regression"):
            yield generated(seed, kind)
    for seed in range(3):
        yield easy(seed)
    for seed, noise in ((0, 10.0), (1, 50.0), (2, 0.0)):
        X, y = datasets.make_regression(600, 10, n_informative=6, noise=noise, random_state=seed)
        yield _numbers(f"linear_{noise:g}", X, y, "regression")
    for seed in (0, 1):
        X, y = datasets.make_friedman1(600, noise=1.0, random_state=seed)
        yield _numbers(f"friedman1_{seed}", X, y, "regression")
    X, y = datasets.make_friedman2(600, noise=20.0, random_state=0)
    yield _numbers("friedman2", X, y, "regression")
    for seed, flip in ((3, 0.01), (4, 0.1), (5, 0.2)):
        X, y = datasets.make_classification(
            700, 12, n_informative=6, flip_y=flip, random_state=seed
        )
        yield _numbers(f"classes_{flip:g}", X, y, "binary")
    X, y = datasets.make_moons(500, noise=0.25, random_state=0)
    yield _numbers("moons", np.column_stack([X, np.random.default_rng(0).normal(size=500)]), y,
                   "binary")  # fmt: skip
    X, y = datasets.make_circles(500, noise=0.1, factor=0.6, random_state=0)
    yield _numbers("circles", np.column_stack([X, np.random.default_rng(1).normal(size=500)]), y,
                   "binary")  # fmt: skip
    X, y = datasets.make_hastie_10_2(800, random_state=0)
    yield _numbers("hastie", X, y, "binary")
    if folder is not None:
        for name, (target, kind) in FILES.items():
            path = folder / f"{name}.csv"
            if path.exists():
                yield Clean(name, _some(pd.read_csv(path), 1500), target, kind)


def _some(frame: pd.DataFrame, rows: int = MOST_ROWS) -> pd.DataFrame:
    if len(frame) <= rows:
        return frame.reset_index(drop=True)
    return frame.sample(rows, random_state=0).reset_index(drop=True)


def _numbers(name: str, X: np.ndarray, y: np.ndarray, kind: str) -> Clean:
    frame = pd.DataFrame(X, columns=[f"x{i}" for i in range(X.shape[1])])
    frame["answer"] = y if kind == "regression" else np.array([f"k{int(v)}" for v in y], object)
    return Clean(name, frame, "answer", kind)
