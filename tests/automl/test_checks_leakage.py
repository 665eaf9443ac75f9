"""V10 finds the target in disguise and leaves honest strength alone; V13 tells of missingness."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from checks_run import context_of, honest_table, verdict


def plant(name: str, code: np.ndarray) -> np.ndarray:
    """Make a leaking column from class codes."""
    rng = np.random.default_rng(3)
    n, width = len(code), int(code.max()) + 1
    names = np.array(["blue", "green", "red", "grey", "pink"][:width], dtype=object)
    words = np.array(["the", "customer", "called", "twice", "today", "again"], dtype=object)
    flips = {"flips": 0.02, "many flips": 0.05}.get(name, 0.0)
    wrong = np.where(rng.random(n) < flips, (code + 1) % width, code)
    if name in ("flips", "many flips", "renamed"):
        return names[wrong]
    if name == "noise":
        return code + rng.normal(0, 0.08, n)
    if name == "scaled":
        return 1000 - 17 * code
    if name == "spare":
        spare = np.array([f"{v} (old)" for v in names], dtype=object)
        return np.where(rng.random(n) < 0.3, spare[code], names[code])
    if name == "text":
        labels = np.array([f"ended{v}" for v in names], dtype=object)
        rest = [" ".join(rng.choice(words, 4)) for _ in range(n)]
        return np.array(
            [f"{r} {labels[c]} {i}" for i, (r, c) in enumerate(zip(rest, code, strict=True))],
            object,
        )
    return code


PLANTS = ("copy", "scaled", "renamed", "spare", "flips", "noise", "text")


def classes(target: pd.Series) -> np.ndarray:
    return np.unique(target, return_inverse=True)[1]


@pytest.mark.parametrize("name", [*PLANTS, "many flips"])
def test_a_planted_copy_is_caught_dropped_and_the_rest_is_clean(tmp_path, name):
    frame = honest_table().drop(columns="number")
    frame.insert(0, "zz", plant(name, classes(frame["answer"])))
    found = verdict(context_of(tmp_path, frame, "answer"), "data", "V10")
    assert (found.status, found.blame) == ("fail", "prepare_data")
    remedy = found.remedies[0]
    assert (remedy.kind, remedy.step, remedy.args) == (
        "drop_columns", "prepare_data", {"drop_columns": ["zz"]},
    )  # fmt: skip
    assert "'zz'" in found.fact
    healed = verdict(context_of(tmp_path, frame, "answer", **remedy.args), "data", "V10")
    assert healed.status == "pass"


@pytest.mark.parametrize(
    ("table", "name"),
    [*(("iris", name) for name in PLANTS), ("breast_cancer", "flips"), ("breast_cancer", "noise")],
)
def test_a_copy_is_caught_where_honest_columns_are_nearly_perfect(tmp_path, table, name):
    from sklearn import datasets

    data = getattr(datasets, f"load_{table}")(as_frame=True)
    frame = data.data.iloc[:, :6].assign(zz=plant(name, data.target.to_numpy()), goal=data.target)
    kind = "multiclass" if table == "iris" else "binary"
    found = verdict(context_of(tmp_path, frame, "goal", kind), "data", "V10")
    assert (found.status, found.columns) == ("fail", ("zz",))


@pytest.mark.parametrize(
    ("table", "kind"),
    [("iris", "multiclass"), ("wine", "multiclass"), ("breast_cancer", "binary"),
     ("digits", "multiclass"), ("diabetes", "regression")],
)  # fmt: skip
def test_classical_tables_raise_no_alarm(tmp_path, table, kind):
    from sklearn import datasets

    data = getattr(datasets, f"load_{table}")(as_frame=True)
    context = context_of(tmp_path, data.data.assign(goal=data.target), "goal", kind)
    assert verdict(context, "data", "V10").status == "pass"


@pytest.mark.parametrize(
    ("file", "target", "kind"),
    [("titanic", "Survived", "binary"), ("german_credit", "credit_risk", "binary"),
     ("telco_churn", "Churn", "binary"), ("adult", "income", "binary"),
     ("wine_white", "quality", "multiclass"), ("california", "median_house_value", "regression"),
     ("ames", "price", "regression"), ("taxis", "fare", "regression")],
)  # fmt: skip
def test_real_tables_raise_no_alarm(tmp_path, shared_data, file, target, kind):
    frame = pd.read_csv(shared_data / f"{file}.csv").head(3000)
    counts = frame[target].value_counts()
    if kind != "regression":
        frame = frame[frame[target].isin(counts[counts >= 10].index)]
    found = verdict(context_of(tmp_path, frame, target, kind), "data", "V10")
    assert found.status in ("pass", "warn"), found.fact


def target_twin(name: str, y: np.ndarray) -> np.ndarray:
    rng = np.random.default_rng(4)
    if name == "noise":
        return y + rng.normal(0, 0.05 * y.std(), len(y))
    if name == "monotone":
        return np.exp(y / y.std())
    if name == "buckets":
        bucket = pd.qcut(y, 5, labels=False)
        return np.array(["qux", "bar", "foo", "baz", "tip"], dtype=object)[bucket]
    return y


@pytest.mark.parametrize("name", ["copy", "noise", "monotone", "buckets"])
def test_a_planted_copy_of_a_number_is_caught_and_dropping_it_heals(tmp_path, name):
    frame = honest_table().drop(columns="answer")
    frame["zz"] = target_twin(name, frame["number"].to_numpy())
    found = verdict(context_of(tmp_path, frame, "number", "regression"), "data", "V10")
    assert (found.status, found.columns) == ("fail", ("zz",))
    sign = "inflating" if name == "noise" else "same"
    assert found.evidence["findings"][0]["sign"] == sign
    args = found.remedies[0].args
    healed = verdict(context_of(tmp_path, frame, "number", "regression", **args), "data", "V10")
    assert healed.status == "pass"


def test_every_offender_is_named_in_one_remedy(tmp_path):
    frame = honest_table().drop(columns="number")
    code = classes(frame["answer"])
    frame = frame.assign(one=plant("renamed", code), two=plant("flips", code), three=1 - code)
    found = verdict(context_of(tmp_path, frame, "answer"), "data", "V10")
    assert set(found.remedies[0].args["drop_columns"]) == {"one", "two", "three"}


def test_a_strong_column_that_the_others_match_is_not_refuted(tmp_path):
    rng = np.random.default_rng(5)
    answer = rng.integers(0, 2, 600)
    frame = pd.DataFrame({f"x{i}": 2.4 * answer + rng.normal(size=600) for i in range(4)})
    frame["answer"] = np.where(answer == 1, "yes", "no").astype(object)
    found = verdict(context_of(tmp_path, frame, "answer"), "data", "V10")
    assert found.statistic >= 0.8
    assert found.status == "pass"


def test_an_imperfect_flag_that_carries_the_score_alone_is_refuted(tmp_path):
    frame = honest_table(1500).drop(columns="number")
    rng = np.random.default_rng(6)
    code = classes(frame["answer"])
    # Five spellings, so that it is no renaming, each right in all but two per cent of the rows.
    closed = np.where(rng.random(1500) < 0.02, 1 - code, code) * 5 + rng.integers(0, 5, 1500)
    frame["reason"] = np.array([f"code {'abcdefghij'[v]}" for v in closed], dtype=object)
    found = verdict(context_of(tmp_path, frame, "answer"), "data", "V10")
    assert (found.status, found.columns) == ("fail", ("reason",))
    assert found.evidence["findings"][0]["sign"] == "inflating"


def test_too_few_rows_to_tell_do_not_apply(tmp_path):
    frame = honest_table(36).drop(columns="number")
    assert verdict(context_of(tmp_path, frame, "answer"), "data", "V10").status == "na"


def test_missing_values_that_give_the_target_away_are_refuted(tmp_path):
    frame = honest_table().drop(columns="number")
    assert verdict(context_of(tmp_path / "a", frame, "answer"), "data", "V13").status == "pass"
    frame["closed_on"] = np.where(frame["answer"] == "yes", frame["b"], np.nan)
    found = verdict(context_of(tmp_path / "b", frame, "answer"), "data", "V13")
    assert (found.status, found.columns) == ("fail", ("closed_on",))


def test_odd_columns_do_not_break_the_check(tmp_path):
    frame = honest_table().drop(columns="number")
    n = len(frame)
    rng = np.random.default_rng(7)
    frame["huge"] = np.where(rng.random(n) < 0.1, np.inf, 1e300 * rng.normal(size=n))
    frame["rare"] = np.where(np.arange(n) == 5, 1.0, np.nan)
    frame["when"] = pd.date_range("2024-01-01", periods=n, freq="h")
    frame["flag"] = pd.array(rng.choice([True, False, None], n), dtype="boolean")
    frame["word"] = pd.array(["客户已经离开", "还在", None, "x y"] * (n // 4), dtype="str")
    found = verdict(context_of(tmp_path, frame, "answer"), "data", "V10")
    assert found.status == "pass", found.fact


def test_a_copy_is_caught_under_a_split_by_time(tmp_path):
    frame = honest_table().drop(columns="number")
    frame["when"] = pd.date_range("2024-01-01", periods=len(frame), freq="D")
    frame["zz"] = frame["answer"].map({"yes": 1, "no": 0})
    context = context_of(tmp_path, frame, "answer", split="time:when")
    assert verdict(context, "data", "V10").columns == ("zz",)


def test_a_number_whose_classes_overlap_is_no_copy_however_many_they_are(tmp_path):
    rng = np.random.default_rng(0)
    code = rng.integers(0, 20, 1_500)
    frame = pd.DataFrame({"answer": [f"class {c}" for c in code], "other": rng.normal(size=1_500)})
    frame["number"] = code + rng.normal(0, 0.8, 1_500)
    found = verdict(context_of(tmp_path / "a", frame, "answer", "multiclass"), "data", "V10")
    assert not [f for f in found.evidence["findings"] if f["sign"] == "same"], found.fact
    frame["number"] = code + rng.normal(0, 0.1, 1_500)
    found = verdict(context_of(tmp_path / "b", frame, "answer", "multiclass"), "data", "V10")
    assert found.status == "fail"
