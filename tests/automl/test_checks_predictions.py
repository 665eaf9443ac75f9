"""V34 to V37 on stored predictions; V21 on feature code; V07, V19, V20 and V38 on plain parts."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from checks_run import context_of, honest_table, verdict

from autoglm_agent.automl.checks.calibration import check_balance, check_calibration
from autoglm_agent.automl.checks.context import CheckContext, NotApplicableError
from autoglm_agent.automl.checks.judged import Judged
from autoglm_agent.automl.checks.labels import check_labels
from autoglm_agent.automl.checks.scramble import scramble_features
from autoglm_agent.automl.checks.serving import ask_alike, shake
from autoglm_agent.automl.checks.shift import compare_columns, tell_apart
from autoglm_agent.automl.checks.slices import check_slices
from autoglm_agent.automl.checks.thresholds import Thresholds
from autoglm_agent.automl.report.wording import wording
from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.automl.scoring.problem import Problem
from autoglm_agent.chain import Task

BINARY = Problem("binary", "roc_auc", (0, 1), 1)
LIMITS = Thresholds()


def asked(tmp_path, check, X, y, p, problem=BINARY):
    context = CheckContext(workspace=Workspace(tmp_path), task=Task(kind="binary", target="y"))
    rows = np.arange(len(y))
    context.cache["judged"] = Judged(X, y, np.column_stack([1 - p, p]), rows, problem, 0.5, {})
    return check(context)


def world(n: int = 1500, strength: float = 3.0, seed: int = 0):
    """Rows, their classes and the true probabilities."""
    rng = np.random.default_rng(seed)
    X = pd.DataFrame({"a": rng.normal(size=n), "group": rng.choice(list("pqrs"), n)})
    p = 1 / (1 + np.exp(-strength * X["a"].to_numpy()))
    return X, (rng.random(n) < p).astype(np.int64), p


@pytest.mark.parametrize(("share", "status"), [(0.0, "pass"), (0.05, "warn"), (0.15, "fail")])
def test_flipped_labels_are_told_by_how_many_and_which(tmp_path, share, status):
    X, y, p = world(strength=12.0)
    wrong = np.random.default_rng(1).random(len(y)) < share
    # A model that learns from wrong labels is never surer than they allow.
    told = share + (1 - 2 * share) * p
    found = asked(tmp_path, check_labels, X, np.where(wrong, 1 - y, y), told)
    assert found.status == status, found.fact
    if share:
        rows = found.evidence["rows"]
        assert wrong[rows].mean() > 0.6


def spelled(tmp_path, words: list[str], kind: str):
    frame = honest_table(200).drop(columns="number")
    many = words * (200 // len(words) + 1)
    frame["answer"] = many[:200]
    return verdict(context_of(tmp_path, frame, "answer", kind), "data", "V34")


def test_a_class_that_is_written_in_several_ways_is_told_with_what_to_merge(tmp_path):
    words = ["yes", "yes ", "YES", "no", "No", "maybe"]
    told = spelled(tmp_path, words, "multiclass")
    assert told.status == "warn"
    assert told.evidence["merge"] == {"No": ["no"], "YES": ["yes", "yes "]}
    assert told.evidence["rows"]["maybe"] > 0
    assert told.remedies[0].kind == "ask"
    assert "'YES' = 'yes' = 'yes '" in told.remedies[0].reason
    assert "learned as 6 different ones" in told.fact
    chinese = wording("zh").fact(told.fact)
    assert chinese.startswith("'answer' 的类别只在大小写或空白上不同，却被当作 6 个不同类别学习：")
    assert chinese.endswith("请在表中统一写法后重新运行。")


def test_classes_that_are_really_different_are_not_to_be_merged(tmp_path):
    told = spelled(tmp_path, ["yes", "no"], "binary")
    assert (told.status, told.remedies) == ("pass", ())
    assert "写法" in wording("zh").fact(told.fact)


def test_honest_overlap_is_no_label_noise(tmp_path):
    assert asked(tmp_path, check_labels, *world(strength=1.5)).status == "pass"


def test_a_model_that_knows_nothing_doubts_no_labels(tmp_path):
    X, y, p = world(strength=12.0)
    drawn = np.random.default_rng(2).permutation(y)
    with pytest.raises(NotApplicableError, match="too little to doubt"):
        asked(tmp_path, check_labels, X, drawn, p)


def test_a_model_that_is_sure_of_no_row_doubts_no_labels(tmp_path):
    """Errors are as frequent among the surest rows, but no more so than the model says itself."""
    X, _, _ = world()
    p = np.where(X["a"] > 0, 0.7, 0.3)
    y = (np.random.default_rng(3).random(len(X)) < p).astype(np.int64)
    with pytest.raises(
        NotApplicableError, match="sure of no row, of the surest only to 70%"
    ) as told:
        asked(tmp_path, check_labels, X, y, p)
    assert "不足以质疑标签" in wording("zh").fact(str(told.value))


@pytest.mark.parametrize(("power", "status"), [(1.0, "pass"), (4.0, "warn")])
def test_overconfidence_is_told(tmp_path, power, status):
    X, y, p = world(strength=1.5)
    odds = (p / (1 - p)) ** power
    found = asked(tmp_path, check_calibration, X, y, odds / (1 + odds))
    assert found.status == status, found.fact


def test_a_rare_class_judged_by_accuracy_is_told(tmp_path):
    X, y, p = world()
    rare = Problem("binary", "accuracy", (0, 1), 1)
    few = np.flatnonzero((y == 0) | (np.random.default_rng(0).random(len(y)) < 0.05))
    part = X.iloc[few].reset_index(drop=True), y[few], p[few]
    assert asked(tmp_path, check_balance, *part, problem=rare).status == "warn"
    assert asked(tmp_path, check_balance, *part).status == "pass"


def test_a_group_that_the_model_gets_wrong_is_named(tmp_path):
    X, y, p = world()
    assert asked(tmp_path, check_slices, X, y, p).status == "pass"
    turned = np.where(X["group"] == "q", 1 - y, y)
    found = asked(tmp_path, check_slices, X, turned, p)
    assert (found.status, found.columns[0]) == ("warn", "group")
    assert "'q'" in found.fact or "= q" in found.fact


def features(kind: str):
    def make(frame: pd.DataFrame, y: np.ndarray) -> np.ndarray:
        values = frame[["a", "b"]].to_numpy()
        if kind == "scaler":
            return (values - values.mean(0)) / values.std(0)
        mean = np.bincount(frame["shop"], y) / np.bincount(frame["shop"])
        return np.column_stack([values, mean[frame["shop"]]])

    return make


@pytest.mark.parametrize(("kind", "status"), [("scaler", "pass"), ("target means", "fail")])
def test_a_shuffled_target_shows_which_features_carry_it(kind, status):
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"a": rng.normal(size=300), "b": rng.normal(size=300)})
    X["shop"] = rng.integers(0, 60, 300)
    y = (X["a"] + rng.normal(size=300) > 0).to_numpy().astype(np.int64)
    found = scramble_features(X, y, BINARY, features(kind))
    assert found.status == status, found.fact
    assert (found.blame == "prepare_data") == (status == "fail")


def test_no_signal_is_said_so():
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(200, 2)), columns=["a", "b"])
    y = rng.integers(0, 2, 200)
    found = scramble_features(X, y, BINARY, features("scaler"))
    assert found.status == "warn"
    assert "No signal" in found.fact


def linear(frame: pd.DataFrame) -> np.ndarray:
    p = 1 / (1 + np.exp(-3 * frame["a"].fillna(0).to_numpy(dtype=float)))
    return np.column_stack([1 - p, p])


def test_a_model_that_scales_by_its_batch_cannot_be_served():
    X = world(200)[0]
    assert ask_alike(linear, X, 1e-5).status == "pass"

    def batchwise(frame: pd.DataFrame) -> np.ndarray:
        p = linear(frame)[:, 1]
        return np.column_stack([1 - (p - p.mean()), p - p.mean()])

    assert ask_alike(batchwise, X, 1e-5).status == "fail"

    def brittle(frame: pd.DataFrame) -> np.ndarray:
        if frame.isna().any().any():
            raise ValueError("NaN")
        return linear(frame)

    found = ask_alike(brittle, X, 1e-5)
    assert found.status == "warn", "no cell of this table was ever missing"
    assert "missing cells" in found.evidence["broken"]

    texts = X.assign(plan=np.where(X["a"] > 0, "basic", "pro"))

    def closed(frame: pd.DataFrame) -> np.ndarray:
        if not set(frame["plan"].dropna()) <= {"basic", "pro"}:
            raise ValueError("a plan that was not there in training")
        return linear(frame)

    assert ask_alike(closed, texts, 1e-5).status == "fail"


def test_a_model_that_hangs_on_the_last_digit_is_not_robust():
    X, y, _ = world(800)
    assert shake(linear, X, y, BINARY, least=0.75, seed=0).status == "pass"
    known = dict(zip(X["a"], y, strict=True))

    def by_heart(frame: pd.DataFrame) -> np.ndarray:
        p = np.array([known.get(a, 0.5) for a in frame["a"]], dtype=float)
        return np.column_stack([1 - p, p])

    assert shake(by_heart, X, y, BINARY, least=0.75, seed=0).status == "warn"


@pytest.mark.parametrize("moved", [False, True])
def test_held_rows_that_were_measured_otherwise_are_told_apart(moved):
    first, second = world(600, seed=1)[0], world(300, seed=2)[0]
    second = second.assign(a=second["a"] * 3 + 2) if moved else second
    adversary = tell_apart(first, second, {}, LIMITS, expected=False, seed=0)
    drift = compare_columns(first, second, LIMITS, expected=False)
    assert {adversary.status, drift.status} == ({"fail"} if moved else {"pass"})
    if moved:
        assert adversary.columns[0] == "a"
        assert drift.columns == ("a",)
        assert tell_apart(first, second, {}, LIMITS, expected=True, seed=0).status == "warn"
