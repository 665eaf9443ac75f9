"""What lies in the files of a run: the numbers are taken from there, not from memory."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from autoglm_agent.automl.checks.context import CheckContext
from autoglm_agent.automl.search.result import read_oof
from autoglm_agent.errors import StoreError


@dataclass(frozen=True)
class Holdout:
    """The stored predictions of the held-out rows.

    Attributes:
        rows: Row numbers in the table.
        y: Encoded targets.
        prediction: Probabilities (rows, classes) or numbers (rows,).
        simple: The simple forecast of each row; None where nothing is forecast.
        cluster: Which rows are wrong together; None where they are independent.
    """

    rows: np.ndarray
    y: np.ndarray
    prediction: np.ndarray
    simple: np.ndarray | None = None
    cluster: np.ndarray | None = None


def stored_oof(context: CheckContext) -> dict[str, np.ndarray]:
    """Read the out-of-fold predictions of a search: candidate id, or `ensemble`, to array.

    Raises:
        StoreError: If the file is missing or damaged.
    """
    return read_oof(context.workspace, context.need_search()["id"])


def stored_holdout(context: CheckContext) -> Holdout:
    """Read the predictions that the assessment stored; this is no reading of the vault.

    Raises:
        StoreError: If the file is missing or damaged.
    """
    import pandas as pd

    problem = context.need_prepared().problem
    name = context.need_assessment()["predictions"]
    path = context.workspace.file(*name.split("/"))
    try:
        table = pd.read_parquet(path)
        rows, actual = table["row"].to_numpy(), table["actual"]
        names: str | list[str] = "predicted"
        if problem.is_classification:
            names = [f"p_{label}" for label in problem.classes]
        prediction = np.asarray(table[names], dtype=np.float64)
    except (OSError, ValueError, KeyError) as error:
        raise StoreError(f"{path} cannot be read: {error}.", "Evaluate again.") from error
    beside = {name: table[name].to_numpy() for name in ("simple", "cluster") if name in table}
    return Holdout(rows, problem.encode(actual), prediction, **beside)
