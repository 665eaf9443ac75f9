"""A table's model as ONNX answers as the original does, on every family that is claimed."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import onnx
import pandas as pd
import pytest

from autoglm_agent.automl.features.encoder import TableEncoder
from autoglm_agent.automl.features.linear import LinearView
from autoglm_agent.automl.models.base import Fold
from autoglm_agent.automl.models.catboost import fit_catboost
from autoglm_agent.automl.models.constant import fit_constant
from autoglm_agent.automl.models.fitted import FittedModel, Member
from autoglm_agent.automl.models.forest import fit_forest
from autoglm_agent.automl.models.lightgbm import fit_lightgbm
from autoglm_agent.automl.models.linear import fit_linear
from autoglm_agent.automl.models.network import fit_network
from autoglm_agent.automl.onnx.calendar import parts_of_days
from autoglm_agent.automl.onnx.columns import feed
from autoglm_agent.automl.onnx.graph import DOUBLE, Graph
from autoglm_agent.automl.onnx.writing import refusals, written
from autoglm_agent.automl.run.clock import Deadline
from autoglm_agent.automl.scoring.problem import Problem
from autoglm_agent.errors import InputError

ROWS = 402
SHOPS = ROWS // 2
"""Each has two rows: many levels, and none that occurs once."""
BOOSTED = {"rounds": 12, "num_leaves": 8, "min_data_in_leaf": 5, "learning_rate": 0.3}
GROWN = {"trees": 8, "max_features": "sqrt", "min_samples_leaf": 2}
NETWORK = {
    "hidden": (8, 8), "rounds": 3, "patience": 3, "rate": 0.01, "batch": 64, "decay": 0.0,
    "dropout": 0.0,
}  # fmt: skip
CATS = {"rounds": 12, "depth": 4, "learning_rate": 0.3, "native_categories": False}

FAMILIES: dict[str, tuple[str, Any, dict[str, Any]]] = {
    "lightgbm": ("tree", fit_lightgbm, BOOSTED),
    "lightgbm_native": ("tree", fit_lightgbm, {**BOOSTED, "native_categories": True}),
    "lightgbm_means": ("tree", fit_lightgbm, {**BOOSTED, "target_means": True}),
    "extra_trees": ("tree", fit_forest, {"kind": "extra_trees", **GROWN}),
    "random_forest": ("tree", fit_forest, {"kind": "random_forest", **GROWN}),
    "linear": ("linear", fit_linear, {"strengths": [0.01]}),
    "network": ("linear", fit_network, NETWORK),
    "network_pieces": ("linear", fit_network, {**NETWORK, "pieces": 4}),
    "catboost": ("tree", fit_catboost, CATS),
    "catboost_means": ("tree", fit_catboost, {**CATS, "mean_rows": 1}),
    "constant": ("tree", fit_constant, {}),
}


def table(rows: int = ROWS, seed: int = 0) -> pd.DataFrame:
    """A column of each kind, with gaps; another seed brings a level that seed 0 does not have."""
    rng = np.random.default_rng(seed)
    days = pd.Timestamp("1899-12-30") + pd.to_timedelta(rng.integers(0, 60_000, rows), unit="D")
    holes = rng.random(rows) < 0.1
    later = pd.to_timedelta(rng.random(rows), unit="D")
    kinds = ["red", "green", "blue", None] if seed == 0 else ["red", "violet", "blue", None]
    return pd.DataFrame(
        {
            "size": np.where(holes, np.nan, rng.exponential(3.0, rows)),
            "stamp": 1_700_000_000 + rng.integers(0, 50, rows),
            "sold": rng.choice(["yes", "no", None], rows),
            "kind": rng.choice(kinds, rows, p=[0.5, 0.3, 0.1, 0.1]),
            "shop": [f"s{n}" for n in rng.permutation(rows) % SHOPS],
            "day": np.where(holes, pd.NaT, days),
            "moment": pd.Timestamp("2024-02-28 06:30") + later,
        }
    )


def target(frame: pd.DataFrame, kind: str) -> np.ndarray:
    rng = np.random.default_rng(1)
    level = frame["size"].fillna(5.0) + 3.0 * (frame["kind"] == "red") + rng.normal(size=len(frame))
    if kind == "regression":
        return np.exp(level / 4.0).to_numpy()
    return np.searchsorted(np.quantile(level, [0.5] if kind == "binary" else [0.3, 0.6]), level)


def fitted(
    family: str, kind: str, frame: pd.DataFrame | None = None, **more: Any
) -> tuple[FittedModel, pd.DataFrame]:
    view, fit, params = FAMILIES[family]
    frame = table() if frame is None else frame
    if family != "lightgbm_means":
        frame = frame.drop(columns="shop")
    y = target(frame, kind)
    labels = {"binary": ("no", "yes"), "multiclass": ("a", "b", "c"), "regression": ()}[kind]
    metric = "rmse" if kind == "regression" else "log_loss"
    problem = Problem(kind, metric, labels, positive=1 if kind == "binary" else None)
    encoder = TableEncoder().fit(frame)
    X = encoder.transform(frame)
    linear = LinearView(tuple(encoder.coded_)).fit(X)
    seen = linear.transform(X) if view == "linear" else X
    coded, levels = (tuple(encoder.coded_), tuple(encoder.levels_)) if view == "tree" else ((), ())
    half = ROWS // 2
    fold = Fold(seen[half:], y[half:], seen[:half], y[:half], None, coded, levels)
    model = fit({**params, **more}, fold, problem, seed=0, deadline=Deadline()).model
    member = Member("m", 1.0, view, [model, model])
    return FittedModel(problem, encoder.features_, [member], encoder, linear, 0.4), frame


def answers(model: FittedModel, frame: pd.DataFrame) -> list[np.ndarray]:
    import onnxruntime

    session = onnxruntime.InferenceSession(written(model), providers=["CPUExecutionProvider"])
    return session.run(None, feed(model.encoder, frame))


@pytest.mark.parametrize("kind", ["binary", "multiclass", "regression"])
@pytest.mark.parametrize("family", FAMILIES)
def test_every_claimed_family_answers_alike_on_rows_never_seen(family: str, kind: str) -> None:
    if family.startswith("catboost"):
        pytest.importorskip("catboost")
    model, _ = fitted(family, kind)
    rows = table(seed=7)  # levels, gaps and dates that training did not hold
    truth, told = model.predict(rows), answers(model, rows)
    assert refusals(model) == []
    if kind == "regression":
        assert told[0].shape == (ROWS,)
        assert np.abs(told[0] - truth).max() <= 1e-5 * max(1.0, np.abs(truth).max())
        return
    assert told[0].tolist() == model.decide(truth).tolist()
    assert np.abs(told[1] - truth).max() < 1e-5


@pytest.mark.parametrize("family", ["lightgbm", "extra_trees", "catboost"])
def test_gaps_where_training_had_none_go_the_way_of_the_original(family: str) -> None:
    if family.startswith("catboost"):
        pytest.importorskip("catboost")
    whole = table().assign(size=lambda t: t["size"].fillna(-1.0))
    model, _ = fitted(family, "regression", whole)
    rows = table(seed=7).assign(size=np.nan, stamp=np.nan)
    assert np.allclose(answers(model, rows)[0], model.predict(rows), rtol=1e-5)


def test_targets_on_a_log_scale_come_back() -> None:
    for family in ("lightgbm", "linear"):
        more = {"log_target": True} if family == "lightgbm" else {"log": True}
        model, frame = fitted(family, "regression", **more)
        assert np.allclose(answers(model, frame)[0], model.predict(frame), rtol=1e-5)


def test_members_of_several_kinds_are_blended_by_their_weights() -> None:
    (one, frame), (two, _) = fitted("lightgbm_native", "binary"), fitted("linear", "binary")
    one.members[0].weight, two.members[0].weight = 0.7, 0.3
    one.members += two.members
    truth, told = one.predict(frame), answers(one, frame)
    assert np.abs(told[1] - truth).max() < 1e-6
    assert told[0].tolist() == one.decide(truth).tolist()


def test_the_calendar_is_that_of_pandas_for_every_day_of_eight_centuries() -> None:
    import onnxruntime

    graph = Graph()
    parts = graph.beside(parts_of_days(graph, graph.input("days", DOUBLE)))
    graph.output(parts, "parts", DOUBLE, ["n", 5])
    session = onnxruntime.InferenceSession(graph.model({}), providers=["CPUExecutionProvider"])
    days = pd.date_range("1600-01-01", "2399-12-31", unit="s")
    number = (days - pd.Timestamp("1970-01-01")) // pd.Timedelta("1D")
    found = session.run(None, {"days": np.asarray(number, dtype=np.float64)[:, None]})[0]
    truth = [days.year, days.month, days.day, days.day_of_week, days.day_of_year]
    assert (found == np.column_stack(truth)).all()


def notes() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    words = rng.choice(["old", "new", "blue", "house", "car", "dog"], (ROWS, 6))
    told = [" ".join([*drawn, str(i)]) for i, drawn in enumerate(words)]
    return table().drop(columns="shop").assign(note=told)


def growing() -> pd.DataFrame:
    codes = [f"A/{i}" if i % 3 else "A/0" for i in range(ROWS)]
    return table().drop(columns="shop").assign(code=codes)


@pytest.mark.parametrize(("made", "said"), [(notes, "texts ('note')"), (growing, "'code'")])
def test_what_cannot_be_written_is_refused_by_name(made: Any, said: str) -> None:
    model, _ = fitted("constant", "binary")
    model.encoder = TableEncoder().fit(made())
    with pytest.raises(InputError, match="cannot be exported") as error:
        written(model)
    assert said in str(error.value)


def test_catboost_with_categories_is_refused() -> None:
    pytest.importorskip("catboost")
    model, _ = fitted("catboost", "binary", native_categories=True)
    assert refusals(model) == ["it holds CatBoost's statistics of categories"]


def test_the_file_tells_what_it_predicts_and_reads() -> None:
    model, _ = fitted("lightgbm", "binary")
    told = {p.key: p.value for p in onnx.load_from_string(written(model)).metadata_props}
    assert json.loads(told["problem"])["classes"] == ["no", "yes"]
    assert float(told["threshold"]) == 0.4
    assert json.loads(told["inputs"])["moment"] == "date"
