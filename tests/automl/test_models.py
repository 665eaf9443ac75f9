"""The families of models, and their way to bytes and back."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from sklearn.ensemble import ExtraTreesRegressor
from threadpoolctl import threadpool_limits

from autoglm_agent.automl.export.members import trained_length
from autoglm_agent.automl.export.pieces import boosting, fits
from autoglm_agent.automl.models import catboost
from autoglm_agent.automl.models.base import Fold, OutOfTime
from autoglm_agent.automl.models.catboost import fit_catboost
from autoglm_agent.automl.models.constant import fit_constant
from autoglm_agent.automl.models.forest import _CLASSES, _round_down, fit_forest, grow
from autoglm_agent.automl.models.lightgbm import fit_lightgbm
from autoglm_agent.automl.models.linear import fit_linear
from autoglm_agent.automl.models.network import fit_network
from autoglm_agent.automl.models.pack import pack, unpack
from autoglm_agent.automl.models.pieces import pieces_of, widened
from autoglm_agent.automl.models.tree import fit_tree
from autoglm_agent.automl.run.arrays import array_json, from_npz, json_array, to_npz
from autoglm_agent.automl.run.clock import Deadline
from autoglm_agent.automl.scoring.problem import Problem
from autoglm_agent.errors import MissingExtraError, StoreError


@pytest.fixture(autouse=True)
def _one_thread():
    with threadpool_limits(1, "blas"):
        yield


BOOST = {"learning_rate": 0.1, "num_leaves": 7, "rounds": 60, "min_data_in_leaf": 5}
CATS = {"learning_rate": 0.1, "depth": 4, "rounds": 60, "border_count": 32}
NETWORK = {
    "hidden": [16], "rounds": 30, "patience": 9, "rate": 0.01, "batch": 32, "decay": 0.0,
    "dropout": 0.0,
}  # fmt: skip
FOREST = {"kind": "extra_trees", "trees": 20, "max_features": 1.0}
FAMILIES = {
    "constant": (fit_constant, {}),
    "lightgbm": (fit_lightgbm, BOOST),
    "lightgbm_means": (fit_lightgbm, {**BOOST, "target_means": True}),
    "lightgbm_native": (fit_lightgbm, {**BOOST, "native_categories": True}),
    "forest": (fit_forest, FOREST),
    "random_forest": (fit_forest, {**FOREST, "kind": "random_forest"}),
    "linear": (fit_linear, {"strengths": [0.01, 0.001]}),
    "network": (fit_network, NETWORK),
    "network_pieces": (fit_network, {**NETWORK, "pieces": 8}),
    "tree": (fit_tree, {"max_depth": 4}),
}
if catboost.installed():
    FAMILIES["catboost"] = (fit_catboost, CATS)
    FAMILIES["catboost_codes"] = (fit_catboost, {**CATS, "native_categories": False})
    FAMILIES["catboost_means"] = (fit_catboost, {**CATS, "mean_rows": 1})
needs_catboost = pytest.mark.skipif(not catboost.installed(), reason="catboost is an extra")
PROBLEMS = {
    "binary": Problem("binary", "log_loss", (0, 1)),
    "multiclass": Problem("multiclass", "log_loss", (0, 1, 2)),
    "regression": Problem("regression", "rmse"),
}


def _fold(problem: Problem, n: int = 400, gaps: bool = False) -> Fold:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, 4)).astype(np.float32)
    X[:, 3] = rng.integers(0, 250, n)
    raw = 2 * X[:, 0] + X[:, 1]
    y = 1e6 + 100 * (raw + rng.normal(0, 0.3, n))
    if problem.is_classification:
        y = np.digitize(raw, [0.0] if problem.kind == "binary" else [-1.0, 1.0]).astype(np.int64)
    if gaps:
        X[rng.random(X.shape) < 0.1] = np.nan
    cut = 3 * n // 4
    return Fold(X[:cut], y[:cut], X[cut:], y[cut:], None, (3,), (250,))


def _fit(family: str, problem: Problem, fold: Fold, seed: int = 0):
    function, params = FAMILIES[family]
    return function(params, fold, problem, seed=seed, deadline=Deadline(None)).model


@pytest.mark.parametrize("kind", PROBLEMS)
@pytest.mark.parametrize("family", [f for f in FAMILIES if f != "constant"])
def test_a_family_learns_what_there_is_to_learn(family, kind):
    problem = PROBLEMS[kind]
    fold = _fold(problem)
    got = _fit(family, problem, fold).predict(fold.X_valid)
    assert got.dtype == np.float64
    if kind == "regression":
        assert got.shape == (100,)
        assert np.corrcoef(got, fold.y_valid)[0, 1] > 0.75
    else:
        assert got.shape == (100, problem.width)
        np.testing.assert_allclose(got.sum(axis=1), 1.0, atol=1e-6)
        assert (got.argmax(axis=1) == fold.y_valid).mean() > 0.6


@pytest.mark.parametrize("kind", PROBLEMS)
@pytest.mark.parametrize("family", FAMILIES)
def test_a_packed_model_predicts_the_same_bits(family, kind):
    problem = PROBLEMS[kind]
    fold = _fold(problem)
    model = _fit(family, problem, fold)
    (back,) = unpack(pack([model]))
    assert np.array_equal(back.predict(fold.X_valid), model.predict(fold.X_valid))
    assert type(back) is type(model)


@pytest.mark.parametrize("family", FAMILIES)
def test_the_same_seed_gives_the_same_bits(family):
    problem = PROBLEMS["binary"]
    first = _fit(family, problem, _fold(problem)).predict(_fold(problem).X_valid)
    assert np.array_equal(
        first, _fit(family, problem, _fold(problem)).predict(_fold(problem).X_valid)
    )


def test_the_flat_forest_predicts_what_scikit_learn_does_with_gaps_too():
    fold = _fold(PROBLEMS["regression"], gaps=True)
    model = fit_forest(
        {"kind": "extra_trees", "trees": 10, "min_samples_leaf": 3}, fold,
        PROBLEMS["regression"], seed=5, deadline=Deadline(None),
    ).model  # fmt: skip
    forest = ExtraTreesRegressor(10, bootstrap=True, random_state=5, min_samples_leaf=3)
    want = forest.fit(fold.X, fold.y).predict(fold.X_valid)
    np.testing.assert_allclose(model.predict(fold.X_valid), want, rtol=1e-6)


def test_rounding_a_threshold_keeps_every_answer():
    rng = np.random.default_rng(0)
    x = np.sort(rng.normal(size=1000).astype(np.float32))
    thresholds = (x[1:].astype(np.float64) + x[:-1]) / 2
    rounded = _round_down(thresholds).astype(np.float64)
    assert ((x[:-1] <= thresholds) == (x[:-1] <= rounded)).all()
    assert ((x[1:] <= thresholds) == (x[1:] <= rounded)).all()


def test_out_of_bag_predictions_come_from_trees_that_did_not_see_the_row():
    problem = PROBLEMS["regression"]
    rng = np.random.default_rng(0)
    y = rng.normal(size=300)  # pure noise: only a tree that saw a row can know it
    X = rng.normal(size=(300, 3)).astype(np.float32)
    fold = Fold(X, y, X[:0], y[:0])
    model, oob, _ = grow(
        FOREST, fold, problem, seed=0, deadline=Deadline(None), threads=1, out_of_bag=True
    )
    assert np.isfinite(oob).all()
    assert abs(np.corrcoef(oob, y)[0, 1]) < 0.2
    assert np.corrcoef(model.predict(X), y)[0, 1] > 0.7


def test_boosting_stops_at_the_deadline_with_what_it_has():
    problem = PROBLEMS["regression"]
    fold = _fold(problem, 4000)
    began = time.monotonic()
    fit = fit_lightgbm(
        {**BOOST, "rounds": 10**6, "patience": 10**6, "learning_rate": 1e-3}, fold, problem,
        seed=0, deadline=Deadline(0.4),
    )  # fmt: skip
    assert time.monotonic() - began < 2.5
    assert fit.info["cut"]
    assert fit.info["rounds"] >= 1


def test_rounds_without_a_split_are_no_trees_of_the_best_model():
    """Rounds that sample only a constant column, or too few rows, grow nothing."""
    problem = PROBLEMS["binary"]
    fold = _fold(problem, 160)
    fold.X[:, 2:], fold.X_valid[:, 2:] = 0.0, 0.0
    params = {**BOOST, "rounds": 300, "patience": 40, "learning_rate": 0.05, "num_leaves": 4}
    params |= {"feature_fraction": 0.4, "bagging_fraction": 0.5, "bagging_freq": 1}
    params |= {"min_data_in_leaf": 27}
    found = fit_lightgbm(params, fold, problem, seed=0, deadline=Deadline(None))
    again = fit_lightgbm(
        params | {"rounds": found.info["rounds"]},
        replace(fold, X_valid=fold.X_valid[:0], y_valid=fold.y_valid[:0], cache={}),
        problem, seed=0, deadline=Deadline(None),
    )  # fmt: skip
    assert again.model.parsed.num_trees() < found.info["rounds"]
    assert np.array_equal(found.model.predict(fold.X), again.model.predict(fold.X))


@needs_catboost
def test_catboost_stops_at_the_deadline_with_what_it_has():
    problem = PROBLEMS["regression"]
    began = time.monotonic()
    fit = fit_catboost(
        {**CATS, "rounds": 10**5, "patience": 10**5, "learning_rate": 1e-3},
        _fold(problem, 4000), problem, seed=0, deadline=Deadline(0.4),
    )  # fmt: skip
    assert time.monotonic() - began < 3.0
    assert fit.info["cut"]
    assert 1 <= fit.info["rounds"] <= fit.info["grown"] < 10**5


@needs_catboost
def test_catboost_keeps_its_best_trees_only():
    problem = PROBLEMS["binary"]
    params = {**CATS, "rounds": 400, "patience": 20, "learning_rate": 0.5}
    fit = fit_catboost(params, _fold(problem), problem, seed=0, deadline=Deadline(None))
    assert fit.info["rounds"] < fit.info["grown"] < 400
    assert fit.model.parsed.tree_count_ == fit.info["rounds"]


@needs_catboost
def test_catboost_reads_means_where_levels_have_rows_enough():
    rng = np.random.default_rng(0)
    X = np.column_stack([rng.normal(size=600), rng.integers(0, 6, 600), rng.integers(0, 2, 600)])
    shuffled = np.array([3.0, 0.0, 5.0, 1.0, 4.0, 2.0])
    y = shuffled[X[:, 1].astype(int)] + rng.normal(0, 0.1, 600)
    X = X.astype(np.float32)
    fold = Fold(X[:500], y[:500], X[500:], y[500:], None, (1, 2), (6, 2))
    told = {}
    for rows in (0, 50, 100):
        params = {**CATS, "rounds": 30, "mean_rows": rows}
        told[rows] = fit_catboost(
            params, fold, PROBLEMS["regression"], seed=0, deadline=Deadline(None)
        ).model
    assert told[0].means is None
    assert told[100].means is None  # 83 rows a level are too few
    assert told[50].means.coded == [1]  # and two levels need no order
    assert told[50].coded == [2]
    assert fit_catboost(
        {**CATS, "mean_rows": 50},
        Fold(X[:500], X[:500, 1].astype(int) % 3, X[500:], X[500:, 1].astype(int) % 3, None,
             (1, 2), (6, 2)),
        PROBLEMS["multiclass"], seed=0, deadline=Deadline(None),
    ).model.means is None  # fmt: skip
    assert np.array_equal(X[:, 1], np.rint(X[:, 1]))  # the table itself is as it was
    X[500:, 1] = np.nan  # a gap is read as the overall mean
    assert np.isfinite(told[50].predict(X[500:])).all()


def test_without_catboost_its_family_names_the_extra(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "catboost", None)
    with pytest.raises(MissingExtraError, match="boosters"):
        fit_catboost(CATS, _fold(PROBLEMS["binary"]), PROBLEMS["binary"], seed=0,
                     deadline=Deadline(None))  # fmt: skip


def test_pieces_say_where_a_number_lies_between_quantiles():
    X = np.column_stack([np.arange(101.0), np.arange(101) % 2])
    wide, edges = pieces_of(X, 4)
    assert wide.tolist() == [0]  # a column with two values is left as it is
    np.testing.assert_allclose(edges, [[0, 25, 50, 75, 100]])
    got = widened(np.array([[30.0, 1.0], [-9.0, 0.0], [400.0, 0.0]]), wide, edges)
    np.testing.assert_allclose(
        got[:, 2:], [[0.5, -0.3, -0.5, -0.5], [-0.5] * 4, [0.5] * 4], atol=1e-6
    )


def test_pieces_let_a_network_learn_a_step():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(600, 3)).astype(np.float32)
    y = (np.abs(X[:, 0]) > 0.7) * 10.0 + (X[:, 1] > 0.3) * 5.0
    fold = Fold(X[:400], y[:400], X[400:], y[400:])
    problem, errors = PROBLEMS["regression"], []
    for pieces in (0, 16):
        model = fit_network(
            {**NETWORK, "pieces": pieces, "rounds": 15}, fold, problem, seed=0,
            deadline=Deadline(None),
        ).model  # fmt: skip
        errors.append(float(np.mean((model.predict(fold.X_valid) - fold.y_valid) ** 2)))
    assert errors[1] < 0.8 * errors[0]


def test_a_forest_stops_growing_at_the_deadline():
    problem = PROBLEMS["regression"]
    began = time.monotonic()
    fit = fit_forest(
        {**FOREST, "trees": 10**6}, _fold(problem, 2000), problem, seed=0, deadline=Deadline(0.5)
    )
    assert time.monotonic() - began < 2.0
    assert 10 <= fit.info["trees"] < 10**6


def test_no_time_at_all_is_said_and_not_guessed():
    problem = PROBLEMS["binary"]
    for family in ("forest", "linear", "network"):
        function, params = FAMILIES[family]
        with pytest.raises(OutOfTime):
            function(params, _fold(problem), problem, seed=0, deadline=Deadline(0.0))


def test_a_class_missing_from_a_fold_keeps_its_column():
    problem = Problem("multiclass", "log_loss", (0, 1, 2))
    fold = _fold(PROBLEMS["binary"])  # has no class 2
    extra = ("catboost",) if catboost.installed() else ()
    for family in ("forest", "lightgbm", "linear", "network", "tree", "constant", *extra):
        got = _fit(family, problem, fold).predict(fold.X_valid)
        assert got.shape == (100, 3), family
        assert np.isfinite(got).all()


def test_a_model_packed_before_a_field_was_there_is_still_read():
    fold = _fold(PROBLEMS["regression"])
    model = _fit("linear", PROBLEMS["regression"], fold)
    arrays = from_npz(pack([model]))
    (plain,) = array_json(arrays["json"])
    del plain["smear"]  # has a default, as each later field must
    (back,) = unpack(to_npz({**arrays, "json": json_array([plain])}))
    assert np.array_equal(back.predict(fold.X_valid), model.predict(fold.X_valid))


def test_a_ridge_for_the_logarithmic_error_is_chosen_by_it():
    rng = np.random.default_rng(3)
    X = rng.normal(size=(300, 6)).astype(np.float32)
    y = np.exp(2.0 * X[:, 0] + rng.normal(0, 0.5, 300))
    X[220, 0], y[220] = 4.0, 1.0  # told far too high unless shrunk: it rules the squared error only
    fold = Fold(X[:200], y[:200], X[200:], y[200:], None, (), ())
    params = {"strengths": [10.0, 1.0, 1e-3], "log": True}
    rest = {"seed": 0, "deadline": Deadline(None)}
    problem = Problem("regression", "rmsle")
    told = {
        strength: fit_linear(
            {**params, "strengths": [strength]}, fold, problem, **rest
        ).model.predict(fold.X_valid)
        for strength in params["strengths"]
    }

    def chosen(change: Callable[[np.ndarray], np.ndarray]) -> float:
        truth = change(fold.y_valid)
        return min(told, key=lambda s: float(np.mean((change(told[s]) - truth) ** 2)))

    assert chosen(np.log1p) != chosen(np.asarray)
    assert fit_linear(params, fold, problem, **rest).info["strength"] == chosen(np.log1p)


def test_the_largest_numbers_are_grown_on_without_a_warning(recwarn):
    X = np.full((60, 1), 1e38, dtype=np.float32)
    X[::2] *= -1
    fold = Fold(X, np.arange(60) % 2, X, np.arange(60) % 2, None, (), ())
    fit = fit_forest(FOREST, fold, PROBLEMS["binary"], seed=0, deadline=Deadline(None))
    assert (fit.model.predict(X).argmax(axis=1) == np.arange(60) % 2).all()
    assert not list(recwarn)


def test_damaged_or_foreign_bytes_are_refused():
    problem = PROBLEMS["binary"]
    data = pack([_fit("linear", problem, _fold(problem))])
    with pytest.raises(StoreError):
        unpack(data[: len(data) // 2])
    with pytest.raises(StoreError):
        unpack(data.replace(b"LinearModel", b"HiddenModel"))


@needs_catboost
@pytest.mark.parametrize("kind", ["binary", "multiclass", "regression"])
def test_catboost_refitted_with_few_trees_is_what_the_fold_had(kind):
    problem = PROBLEMS[kind]
    fold, rest = _fold(problem, 600), {"seed": 3, "deadline": Deadline()}
    params = {**CATS, "patience": 5, "learning_rate": 0.8}
    early = fit_catboost({**params, "rounds": 400}, fold, problem, **rest)
    assert early.info["rounds"] < 200
    alone = replace(fold, X_valid=fold.X_valid[:0], y_valid=fold.y_valid[:0], cache={})
    again = fit_catboost({**params, "rounds": early.info["rounds"]}, alone, problem, **rest)
    assert np.allclose(early.model.predict(fold.X_valid), again.model.predict(fold.X_valid))


def test_a_forest_of_slow_trees_stops_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    class Slow(ExtraTreesRegressor):
        def fit(self, X, y, sample_weight=None):
            time.sleep(0.1 * self.n_estimators)
            return super().fit(X, y, sample_weight=sample_weight)

    monkeypatch.setitem(_CLASSES, ("extra_trees", False), Slow)
    X = np.random.default_rng(0).normal(size=(60, 3)).astype(np.float32)
    fold = Fold(X, X[:, 0].astype(np.float64), X[:0], np.empty(0))
    began = time.monotonic()
    params = {"kind": "extra_trees", "trees": 100}
    _, _, info = grow(
        params, fold, Problem("regression", "mae"), seed=0, deadline=Deadline(0.6), threads=1
    )
    assert time.monotonic() - began < 0.9
    assert 2 <= info["trees"] <= 6
    assert info["cut"]


@pytest.mark.parametrize("kind", ["binary", "regression"])
def test_the_clock_says_how_many_trees_grow_but_not_which(kind, monkeypatch: pytest.MonkeyPatch):
    fold, problem = _fold(PROBLEMS[kind]), PROBLEMS[kind]
    hurried = grow(FOREST, fold, problem, seed=3, deadline=Deadline(60.0), threads=1)[0]
    assert len(hurried.sizes) == FOREST["trees"]
    calm = grow(FOREST, fold, problem, seed=3, deadline=Deadline(None), threads=1)[0]
    assert np.array_equal(hurried.predict(fold.X_valid), calm.predict(fold.X_valid))
    monkeypatch.setattr("autoglm_agent.automl.models.forest.CHUNK", 7)
    odd = grow(FOREST, fold, problem, seed=3, deadline=Deadline(None), threads=1)[0]
    assert np.array_equal(odd.predict(fold.X_valid), calm.predict(fold.X_valid))


def test_a_script_repeats_the_rounds_that_found_no_split_too():
    """They left no tree, but numbers were drawn for them."""
    fold = _fold(PROBLEMS["binary"], 160)
    fold.X[:, 2:], fold.X_valid[:, 2:] = 0.0, 0.0
    params = {**BOOST, "rounds": 300, "patience": 40, "learning_rate": 0.05, "num_leaves": 4}
    params |= {"feature_fraction": 0.4, "bagging_fraction": 0.5, "bagging_freq": 1}
    params |= {"min_data_in_leaf": 27}
    found = fit_lightgbm(params, fold, PROBLEMS["binary"], seed=0, deadline=Deadline(None))
    rounds = trained_length("lightgbm", params, found.model, found.info)
    assert found.model.parsed.num_trees() < rounds
    piece = fits.Problem("binary", "log_loss", 2, coded=(3,), levels=(250,))
    again = boosting.fit_lightgbm(params, fits.Fit(0, 0, length=rounds), fold.X, fold.y, piece)
    assert np.array_equal(found.model.predict(fold.X), again(fold.X))
