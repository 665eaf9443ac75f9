"""The tables: public ones from a folder, scikit-learn's own, and generated ones."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

TEST_SHARE = 0.3


@dataclass(frozen=True)
class Table:
    """A supervised table.

    Attributes:
        name: Name of the file without `.csv`, or of a generated table.
        target: The column to predict.
        kind: `binary`, `multiclass` or `regression`.
        metric: `roc_auc`, `log_loss` or `rmse`.
        drop: Columns left out, such as row numbers.
        source: `folder`, `scikit-learn` or `generated`.
    """

    name: str
    target: str
    kind: str
    metric: str
    drop: tuple[str, ...] = ()
    source: str = "folder"


_TABLES = (
    Table("telco_churn", "Churn", "binary", "roc_auc"),
    Table("titanic", "Survived", "binary", "roc_auc"),
    Table("german_credit", "credit_risk", "binary", "roc_auc"),
    Table("adult", "income", "binary", "roc_auc"),
    Table("california", "median_house_value", "regression", "rmse"),
    Table("ames", "price", "regression", "rmse", ("rownames", "Order", "PID")),
    Table("wine_white", "quality", "multiclass", "log_loss"),
    Table("taxis", "fare", "regression", "rmse", ("tip", "total")),
    Table("breast_cancer", "target", "binary", "roc_auc", source="scikit-learn"),
    Table("digits", "target", "multiclass", "log_loss", source="scikit-learn"),
    Table("diabetes", "target", "regression", "rmse", source="scikit-learn"),
    Table("friedman", "target", "regression", "rmse", source="generated"),
    Table("shops", "sales", "regression", "rmse", source="generated"),
    Table("checkers", "target", "binary", "roc_auc", source="generated"),
)
_NUMBERS = ("rownames", "Unnamed: 0")
_UNSEEN = (
    Table("Participation", "lfp", "binary", "roc_auc", _NUMBERS),
    Table("Hdma", "deny", "binary", "roc_auc", _NUMBERS),
    Table("flchain", "death", "binary", "roc_auc", (*_NUMBERS, "futime", "chapter")),
    Table("VerbAgg", "r2", "binary", "roc_auc", (*_NUMBERS, "resp")),
    Table("Chile", "vote", "multiclass", "log_loss", _NUMBERS),
    Table("Car", "choice", "multiclass", "log_loss", _NUMBERS),
    Table("SLID", "wages", "regression", "rmse", _NUMBERS),
    Table("Computers", "price", "regression", "rmse", _NUMBERS),
    Table("movies", "rating", "regression", "rmse", (*_NUMBERS, *(f"r{i}" for i in range(1, 11)))),
    Table("diamonds", "price", "regression", "rmse", _NUMBERS),
)
"""On which nothing was developed: data sets of R packages, as CSV files of Rdatasets."""
UNSEEN = tuple(table.name for table in _UNSEEN)
DEVELOPED_ON = tuple(table.name for table in _TABLES)
TABLES = {table.name: table for table in (*_TABLES, *_UNSEEN)}


def load(table: Table, folder: Path) -> pd.DataFrame:
    """Return a table with a target in every row; class labels are text."""
    if table.source == "folder":
        frame = pd.read_csv(folder / f"{table.name}.csv", low_memory=False)
    elif table.source == "scikit-learn":
        from sklearn import datasets

        frame = getattr(datasets, f"load_{table.name}")(as_frame=True).frame
    else:
        frame = _GENERATED[table.name](np.random.default_rng(0))
    frame = frame.drop(columns=[c for c in table.drop if c in frame.columns])
    frame = frame[frame[table.target].notna()].reset_index(drop=True)
    if table.kind != "regression":
        frame[table.target] = frame[table.target].astype(str)
    return frame


def split(table: Table, folder: Path, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return training and test rows, 70 to 30, stratified by class."""
    from sklearn.model_selection import train_test_split

    frame = load(table, folder)
    classes = None if table.kind == "regression" else frame[table.target]
    train, test = train_test_split(frame, test_size=TEST_SHARE, random_state=seed, stratify=classes)
    return train.reset_index(drop=True), test.reset_index(drop=True)


def score(metric: str, y: pd.Series, found: np.ndarray) -> float:
    """Score predictions; only `roc_auc` is better the higher it is."""
    from sklearn import metrics

    if metric == "rmse":
        return float(metrics.root_mean_squared_error(y, found))
    classes = sorted(set(y))
    if metric == "roc_auc":
        return float(metrics.roc_auc_score(y == classes[1], found))
    shares = np.clip(found, 1e-7, 1.0)
    return float(metrics.log_loss(y, shares / shares.sum(axis=1, keepdims=True), labels=classes))


def _friedman(rng: np.random.Generator) -> pd.DataFrame:
    """Smooth and additive, with noise columns (Friedman 1991)."""
    X = rng.random((3000, 10))
    y = 10 * np.sin(np.pi * X[:, 0] * X[:, 1]) + 20 * (X[:, 2] - 0.5) ** 2 + 10 * X[:, 3]
    frame = pd.DataFrame(X, columns=[f"x{i}" for i in range(10)])
    return frame.assign(target=y + 5 * X[:, 4] + rng.normal(0, 1, len(X)))


def _shops(rng: np.random.Generator) -> pd.DataFrame:
    """Many shops, articles and days: categories with many levels, dates and words."""
    n, shops, articles = 8000, 700, 60
    level, taste = rng.normal(0, 0.6, shops), rng.normal(0, 0.5, articles)
    shop, article = rng.integers(0, shops, n), rng.integers(0, articles, n)
    day = rng.integers(0, 700, n)
    date = pd.Timestamp("2022-01-01") + pd.to_timedelta(day, unit="D")
    price = np.exp(rng.normal(1.5, 0.4, n))
    words = np.array(["fresh", "organic", "large", "family pack", "sale", "imported"])
    label = rng.integers(0, len(words), n)
    season = 0.3 * np.sin(day / 365 * 2 * np.pi) + 0.25 * (date.day_of_week >= 5)
    raw = level[shop] + taste[article] + season - 0.5 * np.log(price) + 0.4 * (label == 4)
    sales: Any = np.exp(2 + raw + rng.normal(0, 0.3, n))
    return pd.DataFrame(
        {
            "shop": [f"S{s:04d}" for s in shop], "article": [f"art-{a}" for a in article],
            "day": date.strftime("%Y-%m-%d"), "price": [f"${p:,.2f}" for p in price],
            "label": [f"{words[i]} {'box' if i % 2 else 'bag'}" for i in label], "sales": sales,
        }
    )  # fmt: skip


def _checkers(rng: np.random.Generator) -> pd.DataFrame:
    """Interactions only: no column says anything by itself."""
    X = rng.uniform(-2, 2, (4000, 8))
    even = (np.floor(X[:, 0]) + np.floor(X[:, 1])) % 2 == 0
    truth = even ^ (rng.random(len(X)) < 0.1)
    frame = pd.DataFrame(X, columns=[f"x{i}" for i in range(8)])
    return frame.assign(target=truth.astype(int))


_GENERATED = {"friedman": _friedman, "shops": _shops, "checkers": _checkers}
