"""Whether what a user wants exported can be, told before anything is trained."""

from __future__ import annotations

import importlib.util
from collections.abc import Collection, Mapping

import pandas as pd

from autoglm_agent.automl.export.members import CODED
from autoglm_agent.errors import InputError, MissingExtraError

FORMATS = ("onnx", "code", "skops", "mlflow")
"""Forms that a model of a table can be exported in."""
INSTEAD = "Leave it out, or export as skops."


def check_export(form: str, *, families: Collection[str] = (), features: bool = False) -> None:
    """Check that a run's model will be exportable, as far as that is known without the table.

    Args:
        form: Of `FORMATS`.
        families: Experimental families that the run is to try.
        features: Whether the run makes semantic features.

    Raises:
        InputError: If it will not.
        MissingExtraError: If what the export needs is not installed.
    """
    if form not in FORMATS:
        raise InputError(
            f"A model of a table cannot be exported as {form[:40]!r}.",
            f"Use {', '.join(FORMATS)}.",
        )
    if form == "mlflow":
        need_mlflow()
    if form in ("skops", "mlflow"):
        return  # they hold the run's own file
    odd = sorted(set(families) - CODED)
    if odd:
        raise InputError(f"A model with the family {odd[0]} cannot be exported as {form}.", INSTEAD)
    if features:
        raise InputError(
            f"A model with semantic features cannot be exported as {form} yet.", INSTEAD
        )
    missing = [p for p in ("onnx", "onnxruntime") if importlib.util.find_spec(p) is None]
    if form == "onnx" and missing:
        raise MissingExtraError(
            f"Exporting to ONNX needs {missing[0]}, which is not installed.",
            "Install it: pip install 'autoglm-agent[onnx]'.",
        )


def need_mlflow() -> None:
    """Refuse if MLflow, or its small package `mlflow-skinny`, is not installed.

    Raises:
        MissingExtraError: If it is not.
    """
    if importlib.util.find_spec("mlflow") is None:
        raise MissingExtraError(
            "Exporting to MLflow needs mlflow, which is not installed.",
            "Install it: pip install 'autoglm-agent[mlflow]'.",
        )


def families_left_out(form: str, X: pd.DataFrame, kinds: Mapping[str, str] | None) -> list[str]:
    """Return the families that must not be trained, so that the model can be exported.

    Args:
        form: Of `FORMATS`.
        X: Raw columns of the training rows.
        kinds: Kinds of the columns.

    Raises:
        InputError: If the columns themselves cannot be exported in that form.
    """
    if form != "onnx":
        # A student learns from other models, which a script would have to train as well.
        return ["student"] if form == "code" else []
    from autoglm_agent.automl.features.encoder import TableEncoder
    from autoglm_agent.automl.onnx.columns import refused_columns

    encoder = TableEncoder(dict(kinds) if kinds else None).fit(X)
    odd = refused_columns(encoder)
    if odd:
        name, reason = next(iter(odd.items()))
        raise InputError(
            f"A model that reads {name!r} cannot be exported as onnx ({reason}).",
            f"Leave the column out (--exclude), or export as code; {len(odd)} such column(s).",
        )
    # CatBoost's statistics of categories have no counterpart there.
    return ["catboost"] if encoder.coded_ else []
