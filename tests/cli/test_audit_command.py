"""`autoglm audit`: the verifier for a model that somebody else trained."""

from __future__ import annotations

import json
import pickle
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.gaussian_process import GaussianProcessClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from autoglm_agent.automl.outside import _check_trees, _tensors
from autoglm_agent.cli.main import main
from autoglm_agent.errors import InputError

TRAINED_ON = 380


@pytest.fixture(scope="module")
def outside(tumours: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A model of our own making, as another team would hand it over."""
    folder = tmp_path_factory.mktemp("outside")
    frame = pd.read_csv(tumours).drop_duplicates()
    columns = list(frame.select_dtypes("number").columns[:6])
    frame = frame[[*columns, "diagnosis"]]
    train, test = frame[:TRAINED_ON], frame[TRAINED_ON:]
    model = make_pipeline(SimpleImputer(), StandardScaler(), LogisticRegression())
    model.fit(train[columns], train["diagnosis"])
    train.to_csv(folder / "train.csv", index=False)
    test.to_csv(folder / "test.csv", index=False)
    chance = model.predict_proba(test[columns])
    named = pd.DataFrame(chance, columns=[f"p_{c}" for c in model.classes_])
    named.to_csv(folder / "told.csv", index=False)
    positive = test["diagnosis"] == model.classes_[1]
    return {
        "folder": folder, "model": model, "columns": columns,
        "auc": float(roc_auc_score(positive, chance[:, 1])),
    }  # fmt: skip


@pytest.fixture
def audit(
    outside: dict[str, Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Any:
    """Run the command on a file of the folder; return the exit code, and what was printed."""

    def run(name: str, *more: str) -> tuple[int, Any]:
        folder = outside["folder"]
        words = [str(folder / name), str(folder / "test.csv"), "--target", "diagnosis", *more]
        monkeypatch.setattr(sys, "argv", ["autoglm", "audit", *words, "--json"])
        with pytest.raises(SystemExit) as ending:
            main()
        out, _ = capsys.readouterr()
        return int(ending.value.code or 0), json.loads(out)

    return run


def level(found: Any, check: str) -> str:
    """Return the level of one check."""
    return str(next(c["level"] for c in found if c["check"] == check))


@pytest.fixture(scope="module")
def skops_file(outside: dict[str, Any]) -> str:
    import skops.io

    skops.io.dump(outside["model"], outside["folder"] / "model.skops")
    return "model.skops"


def test_a_sound_skops_model_passes(audit: Any, skops_file: str) -> None:
    code, found = audit(skops_file)
    assert code == 0
    assert {level(found, check) for check in ("V01", "V04", "V07", "V30")} == {"pass"}


def test_a_score_that_is_not_so_is_refuted(
    audit: Any, skops_file: str, outside: dict[str, Any]
) -> None:
    code, found = audit(skops_file, "--claimed", f"{outside['auc']:.4f}")
    assert (code, level(found, "V01")) == (0, "pass")
    code, found = audit(skops_file, "--claimed", "0.9999")
    assert (code, level(found, "V01")) == (1, "fail")


def test_rows_that_it_was_trained_on_are_told(
    audit: Any, skops_file: str, outside: dict[str, Any]
) -> None:
    folder = outside["folder"]
    whole = pd.concat([pd.read_csv(folder / "train.csv"), pd.read_csv(folder / "test.csv")])
    whole.to_csv(folder / "all.csv", index=False)
    code, found = audit(skops_file, "--train", str(folder / "all.csv"))
    assert code == 1
    assert level(found, "V15") == "fail"
    code, found = audit(skops_file, "--train", str(folder / "train.csv"))
    assert code == 0


def test_predictions_in_a_table_are_enough(audit: Any) -> None:
    code, found = audit("told.csv")
    assert code == 0
    assert level(found, "V30") == "pass"


def test_an_onnx_model_is_judged_as_the_same_model(audit: Any, outside: dict[str, Any]) -> None:
    onnx = pytest.importorskip("onnx")
    pytest.importorskip("onnxruntime")
    from onnx import TensorProto, helper, numpy_helper

    imputer, scaler, linear = (step for _, step in outside["model"].steps)
    del imputer  # this table has no holes; the file shows what a model without one is told
    weights = (linear.coef_[0] / scaler.scale_).astype(np.float32)[:, None]
    offset = linear.intercept_[0] - float(weights[:, 0] @ scaler.mean_)
    nodes = [
        helper.make_node("MatMul", ["x", "w"], ["dot"]),
        helper.make_node("Add", ["dot", "b"], ["odds"]),
        helper.make_node("Sigmoid", ["odds"], ["yes"]),
        helper.make_node("Sub", ["one", "yes"], ["no"]),
        helper.make_node("Concat", ["no", "yes"], ["probabilities"], axis=1),
    ]
    constants = {"w": weights, "b": np.array([offset], np.float32), "one": np.ones(1, np.float32)}
    graph = helper.make_graph(
        nodes, "linear",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [None, len(weights)])],
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, [None, 2])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )  # fmt: skip
    opset = [helper.make_opsetid("", 17)]
    onnx.save(
        helper.make_model(graph, opset_imports=opset, ir_version=8),
        outside["folder"] / "model.onnx",
    )
    code, found = audit("model.onnx")
    assert code == 0
    assert f"{outside['auc']:.4f}" in next(c["fact"] for c in found if c["check"] == "V01")


@pytest.mark.parametrize(
    "estimator",
    [
        RandomForestClassifier(20, random_state=0), HistGradientBoostingClassifier(max_iter=20),
        KNeighborsClassifier(), MLPClassifier((8,), max_iter=500, random_state=0),
        CalibratedClassifierCV(LogisticRegression()), GaussianProcessClassifier(),
    ],
    ids=lambda estimator: type(estimator).__name__,
)  # fmt: skip
def test_the_usual_estimators_can_be_read(
    audit: Any, outside: dict[str, Any], estimator: Any
) -> None:
    import skops.io

    folder, columns = outside["folder"], outside["columns"]
    train = pd.read_csv(folder / "train.csv")
    model = make_pipeline(SimpleImputer(), StandardScaler(), estimator)
    skops.io.dump(model.fit(train[columns], train["diagnosis"]), folder / "usual.skops")
    code, found = audit("usual.skops")
    assert code in (0, 1)
    assert level(found, "V30") == "pass"


def test_a_tree_that_points_outside_is_refused(outside: dict[str, Any]) -> None:
    train = pd.read_csv(outside["folder"] / "train.csv")
    model = make_pipeline(SimpleImputer(), RandomForestClassifier(3, random_state=0))
    model.fit(train[outside["columns"]], train["diagnosis"])
    _check_trees(Path("model.skops"), model)
    model[-1].estimators_[1].tree_.children_left[0] = 10**6
    with pytest.raises(InputError, match="damaged tree"):
        _check_trees(Path("model.skops"), model)


def test_a_pickle_is_never_opened(audit: Any, outside: dict[str, Any]) -> None:
    (outside["folder"] / "model.pkl").write_bytes(pickle.dumps(outside["model"]))
    code, found = audit("model.pkl")
    assert code == 2
    assert "runs code" in found["error"]["problem"]


def test_a_skops_file_with_foreign_classes_is_refused(audit: Any, outside: dict[str, Any]) -> None:
    import skops.io

    skops.io.dump({"path": Path("x")}, outside["folder"] / "odd.skops")
    code, found = audit("odd.skops")
    assert code == 2
    assert "error" in found


@pytest.mark.parametrize("name", ["absent.skops", "test.csv"])
def test_what_is_no_model_is_told_with_a_remedy(audit: Any, name: str) -> None:
    code, found = audit(name)
    assert code == 2
    assert found["error"]["remedy"]


@pytest.mark.parametrize(
    ("kind", "values", "fed"),
    [
        ("double", [1.5, None], [1.5, np.nan]),
        ("float", [1.5, None], [1.5, np.nan]),
        ("int64", [3, 4], [3, 4]),
        ("bool", ["yes", "no"], [True, False]),
        ("string", ["a", None], ["a", ""]),
        ("string", [3.0, 4.5], ["3", "4.5"]),
        ("double", pd.to_datetime(["1970-01-03", None]), [2.0, np.nan]),
    ],
)
@pytest.mark.parametrize("shape", [(None,), (None, 1)], ids=["flat", "tall"])
def test_an_onnx_model_is_fed_in_the_types_that_it_declares(
    kind: str, values: Any, fed: list[Any], shape: tuple[Any, ...]
) -> None:
    pytest.importorskip("onnx")
    runtime = pytest.importorskip("onnxruntime")
    from onnx import TensorProto, helper

    types = {"double": TensorProto.DOUBLE, "float": TensorProto.FLOAT, "int64": TensorProto.INT64,
             "bool": TensorProto.BOOL, "string": TensorProto.STRING}  # fmt: skip
    wanted = helper.make_tensor_value_info("b", types[kind], shape)
    told = helper.make_tensor_value_info("told", types[kind], shape)
    graph = helper.make_graph(
        [helper.make_node("Identity", ["b"], ["told"])], "g", [wanted], [told]
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    session = runtime.InferenceSession(made.SerializeToString(), providers=["CPUExecutionProvider"])
    frame = pd.DataFrame({"a": ["x", "y"], "b": values})
    (found,) = session.run(None, _tensors(frame, session.get_inputs()))
    assert found.shape == (2, 1)[: len(shape)]
    if kind == "string":
        assert found.ravel().tolist() == fed
    else:
        np.testing.assert_array_equal(found.ravel().astype(float), np.array(fed, dtype=float))
