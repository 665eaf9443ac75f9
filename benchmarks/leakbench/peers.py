"""The two rules that other tools offer in place of a verifier.

perfect   the metric is 1.0, which is too good to be true
ppscore   a single column has a predictive power score above 0.8 (normalised error of a small
          cross-validated tree: F1 for classes, MAE for numbers)
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.metrics import f1_score, mean_absolute_error
from sklearn.model_selection import cross_val_predict
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

PERFECT, POWER = 1.0 - 1e-9, 0.8


def alarms(frame: pd.DataFrame, target: str, kind: str) -> dict[str, bool]:
    """Return which of the rules say that something is wrong with a table."""
    X, y = numbers(frame.drop(columns=target)), frame[target]
    if kind != "regression":
        y = pd.Series(pd.factorize(y)[0])
    forest = RandomForestRegressor if kind == "regression" else RandomForestClassifier
    told = cross_val_predict(forest(30, random_state=0), X, y, cv=3)
    if kind == "regression":
        score = 1 - float(((told - y) ** 2).sum() / ((y - y.mean()) ** 2).sum())
    else:
        score = float((told == y).mean())
    power = max(single_power(X[[name]], np.asarray(y), kind) for name in X)
    return {"perfect": score >= PERFECT, "ppscore": power > POWER}


def numbers(frame: pd.DataFrame) -> pd.DataFrame:
    """Codes for words, numbers for dates, the median for what is missing."""
    out = {}
    for name in frame:
        column = frame[name]
        if pd.api.types.is_datetime64_any_dtype(column):
            out[name] = column.astype("int64")
        elif pd.api.types.is_numeric_dtype(column):
            out[name] = column.astype(float).fillna(column.median())
        else:
            out[name] = pd.Series(pd.factorize(column)[0], index=frame.index)
    return pd.DataFrame(out).reset_index(drop=True)


def single_power(X: pd.DataFrame, y: np.ndarray, kind: str) -> float:
    """Return the predictive power score of one column."""
    if kind == "regression":
        told = cross_val_predict(DecisionTreeRegressor(max_depth=8, random_state=0), X, y, cv=4)
        base = mean_absolute_error(y, np.full(len(y), np.median(y)))
        return max(0.0, 1 - mean_absolute_error(y, told) / base)
    told = cross_val_predict(DecisionTreeClassifier(max_depth=8, random_state=0), X, y, cv=4)
    base = f1_score(y, np.full(len(y), np.bincount(y).argmax()), average="weighted")
    return max(0.0, (f1_score(y, told, average="weighted") - base) / (1 - base))
