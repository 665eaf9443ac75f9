"""Models that somebody else trained, as predictions of a table; nothing of them is executed.

skops files may hold scikit-learn's own classes only, ONNX files are run by their runtime, which
knows no code but its operators, and a table of predictions is read as what it is. Pickles run
code when they are opened, so they are refused.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from autoglm_agent.automl.features.values import as_days, as_numbers, as_text, as_truth
from autoglm_agent.automl.scoring.problem import Problem
from autoglm_agent.errors import InputError, MissingExtraError

Predict = Callable[[pd.DataFrame], np.ndarray]
"""From raw columns to probabilities (rows, classes) or numbers (rows,)."""

PICKLES = (".pkl", ".pickle", ".joblib", ".sav", ".dill")
TABLES = (".csv", ".tsv", ".parquet")
MOST_BYTES = 1_000_000_000


FAMILIAR = frozenset(
    {
        "numpy.dtype",
        "scipy.interpolate._bsplines.BSpline",
        "sklearn._loss.loss.HalfTweedieLossIdentity",
        "sklearn.calibration._CalibratedClassifier",
        "sklearn.calibration._SigmoidCalibration",
        "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
        "sklearn.feature_selection._univariate_selection.chi2",
        "sklearn.feature_selection._univariate_selection.f_classif",
        "sklearn.feature_selection._univariate_selection.f_regression",
        "sklearn.gaussian_process._gpc._BinaryGaussianProcessClassifierLaplace",
        "sklearn.gaussian_process.kernels.ConstantKernel",
        "sklearn.gaussian_process.kernels.Matern",
        "sklearn.gaussian_process.kernels.Product",
        "sklearn.gaussian_process.kernels.RBF",
        "sklearn.gaussian_process.kernels.Sum",
        "sklearn.gaussian_process.kernels.WhiteKernel",
        "sklearn.metrics._dist_metrics.EuclideanDistance64",
        "sklearn.metrics._dist_metrics.ManhattanDistance64",
        "sklearn.metrics._dist_metrics.MinkowskiDistance64",
        "sklearn.neighbors._ball_tree.BallTree",
        "sklearn.neighbors._kd_tree.KDTree",
        "sklearn.neural_network._stochastic_optimizers.AdamOptimizer",
        "sklearn.neural_network._stochastic_optimizers.SGDOptimizer",
        "sklearn.tree._tree.Tree",
    }
)
"""Parts of scikit-learn's own estimators that skops leaves to the caller to trust. They hold
numbers and run nothing that a file brings along; trees are looked through before they are used."""


def load_outside(path: Path, problem: Problem) -> Predict:
    """Return the prediction of a model file.

    Args:
        path: A `.skops` or `.onnx` file.
        problem: Classes in whose order probabilities are wanted.

    Raises:
        InputError: If the file is no such model, or holds anything but scikit-learn's classes.
        MissingExtraError: If the ONNX runtime is not installed.
    """
    suffix = path.suffix.lower()
    if suffix in PICKLES:
        raise InputError(
            f"{path.name} is a pickle, which runs code when it is opened.",
            "Save the model by skops.io.dump or as ONNX, or give a CSV of its predictions.",
        )
    if not path.is_file() or path.stat().st_size > MOST_BYTES:
        raise InputError(f"{path.name} cannot be read as a model file.", "Check the path.")
    if suffix == ".skops":
        return _of_estimator(_skops(path), problem)
    if suffix == ".onnx":
        return _onnx(path, problem)
    raise InputError(
        f"{path.name} is no model file that can be audited.",
        "Give a .skops or .onnx file, or a CSV of predictions.",
    )


def read_predictions(frame: pd.DataFrame, rows: np.ndarray, problem: Problem) -> np.ndarray:
    """Return predictions from a table: probabilities by class, or one column.

    Columns `p_<class>`, or `probability_<class>` as `autoglm predict` writes them, are
    probabilities; else a column `prediction` (or `predicted`) or the only one holds labels,
    numbers, or the probability of the positive class. A column `row` (from 0) says
    which rows of the data are meant; without it there is one line for each row of the data.

    Args:
        frame: The table.
        rows: The rows of the data that are judged.
        problem: What is predicted.

    Raises:
        InputError: If rows or columns are missing.
    """
    if "row" in frame:
        numbers = pd.to_numeric(frame["row"], errors="coerce")
        frame = frame.set_index(numbers).drop(columns="row")
        if frame.index.has_duplicates:
            raise InputError("Some rows are predicted twice.", "Give one line for each row.")
        absent = len(rows) - int(np.isin(rows, frame.index.to_numpy()).sum())
        if absent:
            raise InputError(f"{absent} rows have no prediction.", "Predict every row.")
        frame = frame.loc[rows]
    else:
        if len(frame) <= int(rows.max()):
            raise InputError(
                f"{len(frame)} predictions for {int(rows.max()) + 1} rows.",
                "Give one line for each row of the data, or a column `row`.",
            )
        frame = frame.iloc[rows]
    if not problem.is_classification:
        return _numbers(_only(frame))
    for start in ("p_", "probability_"):
        named = [f"{start}{label}" for label in problem.classes]
        if set(named) <= set(frame.columns):
            return np.column_stack([_numbers(frame[name]) for name in named])
    return _of_column(_only(frame), problem)


def _only(frame: pd.DataFrame) -> pd.Series:
    for name in ("prediction", "predicted", "y_pred", "proba", "probability", "score"):
        if name in frame:
            return frame[name]
    if frame.shape[1] == 1:
        return frame.iloc[:, 0]
    raise InputError(
        f"No column of {', '.join(map(repr, frame.columns[:8]))} holds the predictions.",
        "Name it `prediction`, or give probabilities as `p_<class>`.",
    )


def _numbers(column: pd.Series) -> np.ndarray:
    return np.asarray(pd.to_numeric(column, errors="coerce"), dtype=np.float64)


def _of_column(column: pd.Series, problem: Problem) -> np.ndarray:
    """Labels become certainty; numbers between 0 and 1 that are no labels, probabilities."""
    texts = column.astype("str").to_numpy()
    labels = [str(label) for label in problem.classes]
    if np.isin(texts, labels).all():
        codes = np.array([labels.index(text) for text in texts])
        return np.asarray(np.eye(problem.width)[codes])
    values = _numbers(column)
    if problem.kind == "binary" and np.nanmin(values) >= 0 and np.nanmax(values) <= 1:
        return _two_columns(values, problem)
    odd = next(text for text in texts if text not in labels)
    raise InputError(f"The prediction {odd[:40]!r} is no class.", f"Classes: {', '.join(labels)}.")


def _two_columns(positive: np.ndarray, problem: Problem) -> np.ndarray:
    columns = [1.0 - positive, positive]
    return np.column_stack(columns if problem.positive_index == 1 else columns[::-1])


def _skops(path: Path) -> Any:
    import zipfile

    from autoglm_agent.automl.models.fitted import TRUSTED
    from autoglm_agent.automl.models.skops_io import UntrustedTypesFoundException, io

    try:
        asked = io.get_untrusted_types(file=path)
        unknown = [name for name in asked if name not in FAMILIAR]
        if any(name in TRUSTED for name in unknown):
            raise InputError(
                f"{path.name} is a model of this package, which only its own run opens.",
                "Audit `autoglm export RUN --format onnx`, or the CSV that `autoglm predict RUN "
                "TABLE --out told.csv` writes.",
            )
        if unknown:
            raise InputError(
                f"{path.name} holds classes that are not scikit-learn's: {', '.join(unknown[:5])}.",
                "Give a CSV of its predictions instead.",
            )
        model = io.load(path, trusted=asked)
    except UntrustedTypesFoundException as error:
        raise InputError(f"{path.name} is refused: {error}", "Give its predictions.") from error
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, OSError) as error:
        raise InputError(f"{path.name} is no skops file: {error}.", "Save it again.") from error
    _check_trees(path, model)
    return model


def _check_trees(path: Path, model: Any) -> None:
    """Refuse trees whose nodes point outside: they would be followed without a look."""
    from sklearn.tree._tree import Tree

    seen: set[int] = set()
    ahead = [model]
    while ahead:
        thing = ahead.pop()
        if id(thing) in seen:
            continue
        seen.add(id(thing))
        if isinstance(thing, Tree):
            inside = all(
                ((points >= -1) & (points < thing.node_count)).all()
                for points in (thing.children_left, thing.children_right)
            )
            read = thing.feature[thing.children_left >= 0]
            if not inside or ((read < 0) | (read >= thing.n_features)).any():
                raise InputError(f"{path.name} holds a damaged tree.", "Save the model again.")
        elif isinstance(thing, dict):
            ahead += thing.values()
        elif isinstance(thing, list | tuple):
            ahead += thing
        elif isinstance(thing, np.ndarray) and thing.dtype == object:
            ahead += thing.ravel().tolist()
        elif hasattr(thing, "__dict__"):
            ahead += vars(thing).values()


def _of_estimator(model: Any, problem: Problem) -> Predict:
    names = getattr(model, "feature_names_in_", None)

    def inputs(frame: pd.DataFrame) -> Any:
        if names is None:
            return frame.to_numpy()
        absent = [name for name in names if name not in frame]
        if absent:
            raise InputError(f"The model reads {absent[0]!r}, which the data lacks.", "Add it.")
        return frame[list(names)]

    if not problem.is_classification:
        return lambda frame: np.asarray(model.predict(inputs(frame)), dtype=np.float64).reshape(-1)
    order = _order([c.item() if hasattr(c, "item") else c for c in model.classes_], problem)
    if hasattr(model, "predict_proba"):
        return lambda frame: np.asarray(model.predict_proba(inputs(frame)))[:, order]

    def labels(frame: pd.DataFrame) -> np.ndarray:
        return _of_column(pd.Series(model.predict(inputs(frame))), problem)

    return labels


def _order(classes: list[Any], problem: Problem) -> list[int]:
    """Return which column of the model belongs to each of our classes."""
    texts = [str(c) for c in classes]
    wanted = [str(c) for c in problem.classes]
    if sorted(texts) == sorted(wanted):
        return [texts.index(text) for text in wanted]
    if len(texts) == len(wanted) and all(t == str(i) for i, t in enumerate(texts)):
        return list(range(len(wanted)))  # trained on codes, in sorted order
    raise InputError(
        f"The model knows the classes {', '.join(texts[:8])}, the data {', '.join(wanted[:8])}.",
        "Use the same labels.",
    )


def _onnx(path: Path, problem: Problem) -> Predict:
    try:
        import onnxruntime  # type: ignore[import-untyped]  # ships no types
    except ImportError as error:
        raise MissingExtraError(
            "ONNX files need onnxruntime.", "pip install onnxruntime"
        ) from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.log_severity_level = 1, 3
    try:
        session = onnxruntime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:  # the runtime's own errors have no common base
        raise InputError(
            f"{path.name} is no ONNX model: {error}"[:300], "Save it again."
        ) from error
    expected = session.get_inputs()

    def predict(frame: pd.DataFrame) -> np.ndarray:
        told = session.run(None, _tensors(frame, expected))
        return _from_onnx(told, [o.name for o in session.get_outputs()], problem)

    return predict


_TENSORS: dict[str, type[np.generic]] = {
    "tensor(double)": np.float64,
    "tensor(float)": np.float32,
    "tensor(float16)": np.float16,
    "tensor(int64)": np.int64,
    "tensor(int32)": np.int32,
    "tensor(bool)": np.bool_,
}
"""Type of an input, as the runtime names it, to the type of what it is fed; besides text."""


def _tensors(frame: pd.DataFrame, expected: list[Any]) -> dict[str, np.ndarray]:
    """Return what the model is fed: one matrix of numbers, or each column by its name."""
    first = expected[0]
    if len(expected) == 1 and not (first.name in frame and tuple(first.shape[1:]) in ((), (1,))):
        return {first.name: _matrix(frame, first)}
    absent = [entry.name for entry in expected if entry.name not in frame]
    if absent:
        raise InputError(f"The model reads {absent[0]!r}, which the data lacks.", "Add it.")
    return {entry.name: _column(frame[entry.name], entry) for entry in expected}


def _column(column: pd.Series, entry: Any) -> np.ndarray:
    """Return one column in the type and with the dimensions that the model declares."""
    if entry.type == "tensor(string)":
        cells = np.array(as_text(column), dtype=object)
    else:
        kind = _TENSORS.get(entry.type)
        if kind is None:
            raise InputError(
                f"The model reads {entry.name!r} as {entry.type}, which no column can give.",
                "Give a CSV of its predictions instead.",
            )
        numbers = _as_numbers(column)
        if np.dtype(kind).kind in "ib" and not np.isfinite(numbers).all():
            raise InputError(
                f"The model reads {entry.name!r} as {entry.type}, and some of its cells are "
                "missing or no numbers.",
                "Leave these rows out, or give a CSV of its predictions.",
            )
        cells = numbers.astype(kind)
    return cells if len(entry.shape) == 1 else cells[:, None]


def _as_numbers(column: pd.Series) -> np.ndarray:
    """Return float64: dates as days since 1970, yes and no as 1 and 0, as our own files read."""
    if pd.api.types.is_datetime64_any_dtype(column):
        return as_days(column)
    if pd.api.types.is_numeric_dtype(column):
        return column.to_numpy(dtype=np.float64, na_value=np.nan)
    numbers = as_numbers(column)
    return numbers if np.isfinite(numbers).any() else as_truth(column)


def _matrix(frame: pd.DataFrame, entry: Any) -> np.ndarray:
    numeric = frame.select_dtypes(["number", "bool"])
    width = entry.shape[-1] if entry.shape and isinstance(entry.shape[-1], int) else None
    if width is not None and numeric.shape[1] != width:
        raise InputError(
            f"The model reads {width} numbers, the data has {numeric.shape[1]} numeric columns.",
            "Leave the others out with --exclude, in the order of training.",
        )
    kind = _TENSORS.get(entry.type, np.float32)
    return np.asarray(numeric.to_numpy(dtype=np.float64, na_value=np.nan), dtype=kind)


def _from_onnx(told: list[Any], names: list[str], problem: Problem) -> np.ndarray:
    if not problem.is_classification:
        return np.asarray(told[0], dtype=np.float64).reshape(-1)
    for value in told:
        if isinstance(value, list) and value and isinstance(value[0], dict):
            order = _order(list(value[0]), problem)
            keys = [list(value[0])[i] for i in order]
            return np.array([[row[k] for k in keys] for row in value], dtype=np.float64)
        array = np.asarray(value)
        if array.dtype.kind == "f" and array.ndim == 2 and array.shape[1] == problem.width:
            return array.astype(np.float64)
    labels = np.asarray(told[names.index("label") if "label" in names else 0]).reshape(-1)
    return _of_column(pd.Series(labels), problem)
