"""Small classification tables: scikit-learn's own, enumerated rules, generators, and files.

A task is called `table` or `table:variant`; variants of one table share its rows or its law, so
whatever is left out is left out by table. `files` adds tables from a folder of CSV files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd

ROWS = 360
"""Rows of a task at most, so that a configuration costs hundredths of a second."""


@dataclass(frozen=True)
class Table:
    """A classification task.

    Attributes:
        name: `table` or `table:variant`.
        X: Columns of numbers and categories (str).
        y: Class codes.
    """

    name: str
    X: pd.DataFrame
    y: np.ndarray

    @property
    def group(self) -> str:
        """The table that it is a variant of."""
        return self.name.split(":")[0]


def tables(folder: Path | None = None) -> Iterator[Table]:
    """Yield all tasks, the same ones each time."""
    if folder is not None and folder.is_dir():
        yield from files(folder)
    yield from rules()
    yield from generated()
    yield from bundled()


def cut(name: str, X: pd.DataFrame, y: np.ndarray, rows: int = ROWS, seed: int = 0) -> Table:
    """Return at most so many rows, and at least ten of a class or none."""
    codes = pd.factorize(pd.Series(np.asarray(y)), sort=True)[0]
    rng = np.random.default_rng([seed, len(codes)])
    chosen = np.sort(rng.permutation(len(codes))[:rows])
    counts = np.bincount(codes[chosen])
    chosen = chosen[counts[codes[chosen]] >= 10]
    kept = pd.factorize(pd.Series(codes[chosen]), sort=True)[0]
    return Table(name, X.iloc[chosen].reset_index(drop=True), kept)


def bundled() -> Iterator[Table]:
    """Yield scikit-learn's own tables."""
    from sklearn import datasets

    for name in ("iris", "wine", "breast_cancer"):
        data = getattr(datasets, f"load_{name}")()
        X = pd.DataFrame(data.data, columns=[f"c{i}" for i in range(data.data.shape[1])])
        yield cut(name, X, data.target)
        if name in ("wine", "breast_cancer"):
            rng = np.random.default_rng(1)
            noisy = X + rng.normal(size=X.shape) * X.std().to_numpy() * 1.5
            yield cut(f"{name}:noisy", noisy, data.target)
    data = datasets.load_diabetes()
    X = pd.DataFrame(data.data, columns=[f"c{i}" for i in range(10)])
    yield cut("diabetes", X, data.target > np.median(data.target))


def rules() -> Iterator[Table]:
    """Yield enumerations whose classes follow a rule."""
    boards, won = tic_tac_toe()
    yield cut("tic_tac_toe", boards, won)
    scales, tips = balance_scale()
    yield cut("balance_scale", scales, tips)
    robots = pd.DataFrame(list(product("123", "123", "12", "123", "1234", "12")), dtype=str)
    robots.columns = [f"a{i}" for i in range(6)]
    number = robots.astype(int)
    yield cut("monks_1", robots, (number.a0 == number.a1) | (number.a4 == 1))
    yield cut("monks_2", robots, (number == 1).sum(axis=1) == 2)
    third = ((number.a4 == 3) & (number.a3 == 1)) | ((number.a4 != 4) & (number.a1 != 3))
    yield cut("monks_3", robots, third ^ (np.random.default_rng(3).random(len(robots)) < 0.05))
    bits = pd.DataFrame(list(product((0, 1), repeat=11))).add_prefix("b").astype(float)
    address = (bits.b0 * 4 + bits.b1 * 2 + bits.b2).astype(int)
    yield cut("multiplexer", bits, bits.to_numpy()[np.arange(len(bits)), 3 + address])


def tic_tac_toe() -> tuple[pd.DataFrame, np.ndarray]:
    """Return every legal final board (958) and whether x has won (626)."""
    lines = [(0, 1, 2), (3, 4, 5), (6, 7, 8), (0, 3, 6), (1, 4, 7), (2, 5, 8), (0, 4, 8), (2, 4, 6)]
    names = [f"{r}-{c}-square" for r in ("top", "middle", "bottom")
             for c in ("left", "middle", "right")]  # fmt: skip
    boards, won = [], []
    for board in product("xob", repeat=9):
        x, o = board.count("x"), board.count("o")
        first = any(all(board[i] == "x" for i in line) for line in lines)
        second = any(all(board[i] == "o" for i in line) for line in lines)
        over = (first and not second and x == o + 1) or (second and not first and x == o)
        if over or (x == 5 and o == 4 and not (first or second)):
            boards.append(board)
            won.append(first)
    return pd.DataFrame(boards, columns=names), np.array(won)


def balance_scale() -> tuple[pd.DataFrame, np.ndarray]:
    """Return every state of a scale (625) and where it tips (L, B, R)."""
    names = ["left-weight", "left-distance", "right-weight", "right-distance"]
    states = pd.DataFrame(list(product(range(1, 6), repeat=4)), columns=names)
    moment = states.iloc[:, 0] * states.iloc[:, 1] - states.iloc[:, 2] * states.iloc[:, 3]
    return states.astype(float), np.array(["L", "B", "R"])[(1 - np.sign(moment)).to_numpy()]


def generated() -> Iterator[Table]:
    """Yield tables from scikit-learn's generators and a few laws of ours."""
    from sklearn import datasets as d

    n = ROWS
    made: dict[str, Callable[[], tuple[np.ndarray, np.ndarray]]] = {
        "moons": lambda: d.make_moons(n, noise=0.3, random_state=1),
        "circles": lambda: d.make_circles(n, noise=0.2, factor=0.5, random_state=2),
        "quantiles": lambda: d.make_gaussian_quantiles(
            n_samples=n, n_features=8, n_classes=3, random_state=3),
        "hastie": lambda: d.make_hastie_10_2(n, random_state=4),
        "blobs": lambda: d.make_blobs(n, 6, centers=5, cluster_std=5.0, random_state=5),
        "sparse_wide": lambda: _clusters(n, 60, 5, 2, 1, 0.05, 6),
        "clusters_two": lambda: _clusters(n, 12, 6, 2, 3, 0.03, 7),
        "clusters_four": lambda: _clusters(n, 16, 8, 4, 2, 0.05, 8),
        "imbalanced": lambda: _clusters(n, 14, 7, 2, 2, 0.02, 9, weights=[0.88]),
        "noisy_labels": lambda: _clusters(n, 10, 5, 2, 1, 0.25, 10),
        "linear_wide": lambda: _linear(n, 40, 11),
        "friedman1": lambda: _halves(d.make_friedman1(n, 10, noise=1.0, random_state=12)),
        "friedman2": lambda: _halves(d.make_friedman2(n, noise=100.0, random_state=13)),
        "friedman3": lambda: _halves(d.make_friedman3(n, noise=0.2, random_state=14)),
        "heavy_tails": lambda: _heavy(n, 15),
        "checkerboard": lambda: _checkerboard(n, 16),
    }  # fmt: skip
    for name, make in made.items():
        X, y = make()
        yield cut(name, pd.DataFrame(X).add_prefix("c"), y)
    yield _mixed("mixed_categories", 17)
    yield _mixed("mixed_categories:gaps", 18, gaps=0.15)


def _clusters(n: int, width: int, useful: int, classes: int, parts: int, flip: float, seed: int,
              weights: list[float] | None = None) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    from sklearn.datasets import make_classification

    return make_classification(
        n, width, n_informative=useful, n_redundant=min(2, width - useful), n_classes=classes,
        n_clusters_per_class=parts, flip_y=flip, weights=weights, class_sep=0.8, random_state=seed,
    )  # fmt: skip


def _linear(n: int, width: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, width))
    return X, X @ rng.normal(size=width) + rng.logistic(size=n) * 2 > 0


def _halves(made: tuple[np.ndarray, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    return made[0], made[1] > np.median(made[1])


def _heavy(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    X = np.exp(rng.normal(size=(n, 8)) * 2)
    return X, np.log(X[:, 0]) + np.log(X[:, 1]) - np.log(X[:, 2]) + rng.normal(size=n) > 0


def _checkerboard(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    X = rng.uniform(0, 3, size=(n, 5))
    return X, (np.floor(X[:, 0]) + np.floor(X[:, 1])) % 2


def _mixed(name: str, seed: int, gaps: float = 0.0) -> Table:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(rng.normal(size=(ROWS, 4))).add_prefix("c")
    for i, levels in enumerate((3, 8, 20)):
        frame[f"k{i}"] = [f"v{v}" for v in rng.integers(0, levels, ROWS)]
    effect = {f"v{v}": rng.normal() for v in range(20)}
    score = frame.c0 + frame.k1.map(effect) + frame.k2.map(effect) * (frame.k0 == "v0")
    y = (score + rng.logistic(size=ROWS) * 0.5 > 0).to_numpy()
    if gaps:
        frame = frame.mask(rng.random(frame.shape) < gaps)
    return cut(name, frame, y)


_FILES: dict[str, tuple[str, tuple[str, ...], int]] = {
    "adult": ("income", (), 0), "german_credit": ("credit_risk", (), 0),
    "telco_churn": ("Churn", ("customerID",), 0),
    "titanic": ("Survived", ("PassengerId", "Name", "Ticket", "Cabin"), 0),
    "wine_white": ("quality", (), 3), "california": ("median_house_value", (), 2),
    "ames": ("price", ("Order", "PID"), 2), "taxis": ("fare", ("pickup", "dropoff"), 3),
}  # fmt: skip
"""File to target, columns left out, and into how many equal parts a numeric target is cut."""


def files(folder: Path) -> Iterator[Table]:
    """Yield tasks of the CSV files that are there."""
    for name, (target, drop, parts) in _FILES.items():
        path = folder / f"{name}.csv"
        if not path.is_file():
            continue
        frame = pd.read_csv(path)
        frame = frame[frame[target].notna()]
        y = frame[target].to_numpy()
        if parts:
            y = np.digitize(
                y.astype(float), np.quantile(y.astype(float), np.arange(1, parts) / parts)
            )
        X = frame.drop(columns=[target, *(c for c in drop if c in frame)])
        for column in X.columns:
            if not pd.api.types.is_numeric_dtype(X[column]):
                X[column] = X[column].astype("object").where(X[column].notna(), None)
        yield cut(name, X, y)
