"""Preparation: what is refused, what is set aside, and that nothing of the holdout is in X."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from autoglm_agent.automl.data import profile as profiling
from autoglm_agent.automl.data.table import Table
from autoglm_agent.automl.preparation.grouping import hash_rows
from autoglm_agent.automl.preparation.prepare import load_prepared, prepare
from autoglm_agent.automl.preparation.vault import Vault
from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.chain import Task
from autoglm_agent.errors import InputError, StoreError, TargetError
from autoglm_agent.faults import InjectedFault


@pytest.fixture
def workspace(tmp_path):
    return Workspace(tmp_path / "run")


def table_of(frame: pd.DataFrame) -> tuple[Table, profiling.Profile]:
    table = Table(frame, "t.csv", "0123456789abcdef")
    return table, profiling.profile_table(table)


def shop(n: int = 200) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    spent = rng.gamma(2, 30, n).round(2)
    return pd.DataFrame(
        {
            "customer_id": [f"C{i:05d}" for i in range(n)],
            "when": pd.date_range("2024-01-01", periods=n, freq="D").strftime("%Y-%m-%d"),
            "shop": rng.choice(["north", "south", "east", "west"], n),
            "spent": spent,
            "items": rng.integers(1, 9, n),
            "left": np.where(spent + rng.normal(0, 20, n) > 60, "yes", "no"),
        }
    )


BINARY = Task(kind="binary", target="left")


def made(workspace, frame, task=BINARY, **rest):
    return prepare(workspace, *table_of(frame), task, **rest)


def refused(workspace, frame, task=BINARY, error=InputError, **rest) -> str:
    with pytest.raises(error) as caught:
        made(workspace, frame, task, **rest)
    assert caught.value.exit_code == 2
    assert caught.value.remedy
    return str(caught.value)


def test_rows_are_divided_and_everything_fits_together(workspace):
    prepared = made(workspace, shop())
    assert len(prepared.X) + prepared.holdout_rows == 200
    assert len(prepared.X) == len(prepared.y) == len(prepared.rows) == len(prepared.folds)
    assert prepared.problem.classes == ("no", "yes")
    assert prepared.problem.positive == 1
    assert set(prepared.kinds) == set(prepared.features)
    assert "left" not in prepared.X
    assert "customer_id" in prepared.dropped
    assert pd.api.types.is_datetime64_any_dtype(prepared.X["when"])
    json.dumps(prepared.summary(), allow_nan=False)


def test_no_held_out_row_is_in_training(workspace):
    prepared = made(workspace, shop())
    vault = Vault(workspace, prepared.vault_id)
    assert not set(vault.row_hashes(prepared.features)) & set(hash_rows(prepared.X))
    frame, y, rows = vault.open("m")
    assert not set(rows) & set(prepared.rows)
    assert sorted([*rows, *prepared.rows]) == list(range(200))
    assert "left" not in frame
    assert prepared.problem.encode(shop()["left"].iloc[rows]).tolist() == y.tolist()


def test_preparing_again_loads_the_same(workspace, monkeypatch):
    first = made(workspace, shop(), seed=3)
    monkeypatch.setattr("autoglm_agent.automl.preparation.prepare.select_rows", None)
    again = made(workspace, shop(), seed=3)
    pd.testing.assert_frame_equal(first.X, again.X)
    assert first.summary() == again.summary()
    assert np.array_equal(first.folds, again.folds)
    assert first.task == again.task
    assert first.problem == again.problem


@pytest.mark.parametrize("point", ["write.vault", "rename.vault", "write.prepared"])
@pytest.mark.parametrize("nth", [1, 2, 3])
def test_a_crash_between_files_is_mended_by_the_next_call(workspace, monkeypatch, point, nth):
    whole = made(Workspace(workspace.path.with_name("other")), shop())
    monkeypatch.setattr("autoglm_agent.faults._passed", __import__("collections").Counter())
    monkeypatch.setenv("AUTOGLM_FAULT", f"{point}:{nth}:raise")
    with pytest.raises(InjectedFault):
        made(workspace, shop())
    monkeypatch.delenv("AUTOGLM_FAULT")
    assert made(workspace, shop()).summary() == whole.summary()


def test_a_damaged_file_is_named(workspace):
    prepared = made(workspace, shop())
    path = workspace.path / "prepared" / prepared.id / "train.parquet"
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(StoreError, match=r"train\.parquet was changed"):
        load_prepared(workspace, prepared.id)
    path.unlink()
    with pytest.raises(StoreError, match=r"train\.parquet is missing"):
        load_prepared(workspace, prepared.id)


def test_words_that_no_slot_holds_do_not_prepare_the_table_anew(workspace):
    first = made(workspace, shop())
    assert (
        made(workspace, shop(), BINARY.model_copy(update={"unread": ("in Ohio",)})).id == first.id
    )


def test_limits_of_a_later_task_count_and_the_holdout_stays(workspace):
    first = made(workspace, shop())
    later = made(workspace, shop(), BINARY.model_copy(update={"max_latency_ms": 1.0}))
    assert later.task.max_latency_ms == 1.0
    assert later.vault_id == first.vault_id


def test_three_groups_of_unlike_size_leave_two_to_validate_each_other(workspace):
    frame = shop(260)
    frame["group"] = ["a"] * 240 + ["b"] * 10 + ["c"] * 10
    task = Task(kind="regression", target="spent", group_column="group")
    prepared = made(workspace, frame, task)
    assert sorted(np.unique(prepared.folds)) == [0, 1]


def test_equal_rows_cannot_stay_together_where_nearly_all_are_equal(workspace):
    frame = pd.DataFrame({"x": [0, 1] * 50, "y": np.linspace(0, 1, 100)})
    task = Task(kind="regression", target="y")
    assert "2 different" in refused(workspace, frame, task, group_duplicates=True)


def test_dropping_columns_keeps_the_vault(workspace):
    one = made(workspace, shop())
    two = made(workspace, shop(), drop_columns=["spent"])
    three = made(workspace, shop(), BINARY.model_copy(update={"exclude": ("items",)}))
    assert len({one.id, two.id, three.id}) == 3
    assert one.vault_id == two.vault_id == three.vault_id
    assert two.dropped["spent"] == "dropped after a check"
    assert three.dropped["items"] == "excluded by the instruction"
    assert made(workspace, shop(), seed=1).vault_id != one.vault_id


def test_useless_columns_go_with_a_reason(workspace):
    frame = shop().assign(same=1, copy=lambda f: f.spent, empty=None, rare=None)
    frame.loc[3, "rare"] = 5.0
    dropped = made(workspace, frame).dropped
    assert dropped["copy"] == "the same values as 'spent'"
    assert dropped["same"] == "always 1"
    assert dropped["empty"] == "no values"
    assert {"spent", "shop", "items"}.isdisjoint(dropped)


@pytest.mark.parametrize("name", ["Left", "left ", "LEFT", "le ft"])
def test_a_missing_target_is_refused_with_near_names(workspace, name):
    with pytest.raises(TargetError) as caught:
        made(workspace, shop(), Task(kind="binary", target=name))
    assert caught.value.candidates[0] == "left"
    assert "'left'" in str(caught.value)


def test_rows_without_a_target_are_set_aside_and_counted(workspace):
    frame = shop()
    frame.loc[[4, 9, 50], "left"] = None
    prepared = made(workspace, frame)
    assert "3 rows without a usable 'left' set aside (row 5, 10, 51)." in prepared.notes
    assert {4, 9, 50}.isdisjoint(prepared.rows)
    assert len(prepared.X) + prepared.holdout_rows == 197


def test_infinite_targets_are_set_aside(workspace):
    frame = shop()
    frame.loc[7, "spent"] = np.inf
    prepared = made(workspace, frame, Task(kind="regression", target="spent"))
    assert np.isfinite(prepared.y).all()
    assert prepared.notes == ("1 row without a usable 'spent' set aside (row 8).",)


def test_infinite_values_of_a_feature_are_missing_on_both_sides(workspace):
    frame = shop()
    frame.loc[::9, "spent"] = [np.inf, -np.inf] * 11 + [np.inf]
    prepared = made(workspace, frame)
    assert prepared.X["spent"].isna().sum() == sum(row % 9 == 0 for row in prepared.rows)
    held, _, _ = Vault(workspace, prepared.vault_id).open("m")
    assert not np.isinf(held["spent"]).any()


def test_a_mostly_missing_target_is_refused(workspace):
    frame = shop()
    frame.loc[:120, "left"] = None
    assert "missing or infinite in 121 of 200 rows" in refused(workspace, frame)


@pytest.mark.parametrize("rows", [0, 3, 9])
def test_tiny_tables_are_refused(workspace, rows):
    assert "at least 10" in refused(workspace, shop().head(rows))


def test_ten_rows_are_enough(workspace):
    frame = shop(10).assign(left=["yes", "no"] * 5)
    prepared = made(workspace, frame)
    assert prepared.holdout_rows >= 2
    assert len(set(prepared.y)) == 2


def test_one_class_is_refused(workspace):
    assert "one class only, 'yes'" in refused(workspace, shop().assign(left="yes"))


def test_an_id_as_target_is_refused(workspace):
    told = refused(workspace, shop(), Task(kind="multiclass", target="customer_id"))
    assert "looks like an id" in told


def test_a_quantity_as_class_is_refused(workspace):
    told = refused(workspace, shop(), Task(kind="multiclass", target="spent"))
    assert "looks like a quantity" in told


def test_a_class_with_one_row_is_set_aside(workspace):
    frame = shop()
    frame.loc[0, "shop"] = "moon"
    prepared = made(workspace, frame, Task(kind="multiclass", target="shop"))
    assert prepared.problem.classes == ("east", "north", "south", "west")
    assert any("'moon'" in note for note in prepared.notes)


def test_a_single_row_of_the_second_class_is_refused(workspace):
    frame = shop().assign(left=["yes", *["no"] * 199])
    assert "Only one class of 'left' has more than one row" in refused(workspace, frame)


def test_two_rows_of_the_second_class_cannot_be_judged(workspace):
    frame = shop().assign(left=["yes", "yes", *["no"] * 198])
    assert "fewer than two classes" in refused(workspace, frame)


def test_three_rows_of_the_second_class_are_on_both_sides(workspace):
    frame = shop().assign(left=["yes"] * 3 + ["no"] * 197)
    prepared = made(workspace, frame)
    assert (prepared.y == 1).sum() == 2


def test_a_binary_task_with_three_values_is_refused_and_lists_them(workspace):
    frame = shop().assign(left=lambda f: np.where(f["items"] > 7, "maybe", f.left))
    assert "'maybe', 'no', 'yes'" in refused(workspace, frame)


def test_a_text_target_for_a_regression_names_the_cell(workspace):
    frame = shop().assign(price=[*map(str, range(120)), *["a lot", "little"] * 40])
    told = refused(workspace, frame, Task(kind="regression", target="price"))
    assert "is text in 80 rows" in told
    assert "'a lot' in row 121" in told


def test_a_column_of_words_is_no_target_for_a_regression(workspace):
    told = refused(workspace, shop(), Task(kind="regression", target="shop"))
    assert "is text, for example" in told
    assert "in row 1" in told


def test_a_stray_word_in_a_numeric_target_is_set_aside_and_told(workspace):
    frame = shop().assign(price=[*map(str, range(199)), "a lot"])
    prepared = made(workspace, frame, Task(kind="regression", target="price"))
    assert prepared.notes == (
        "Unreadable and so missing in 'price': 1 row, for example 'a lot' in row 200.",
        "1 row without a usable 'price' set aside (row 200).",
    )


def test_a_constant_number_is_refused(workspace):
    told = refused(workspace, shop().assign(spent=3.5), Task(kind="regression", target="spent"))
    assert "always 3.5" in told


def test_an_unknown_positive_class_lists_the_levels(workspace):
    told = refused(workspace, shop(), BINARY.model_copy(update={"positive_class": "gone"}))
    assert "'no', 'yes'" in told


@pytest.mark.parametrize(
    ("levels", "wish", "positive"),
    [
        (("churn", "stay"), None, "churn"),
        (("stay", "churn"), None, "stay"),
        ((1, 0), None, 1),
        ((0, 1), None, 1),
        (("Yes", "No"), "yes", "Yes"),
        (("a", "b"), "B", "b"),
    ],
)
def test_the_positive_class_is_told_or_says_yes_or_is_rare(workspace, levels, wish, positive):
    frame = shop().assign(left=[levels[0]] * 60 + [levels[1]] * 140)
    problem = made(workspace, frame, BINARY.model_copy(update={"positive_class": wish})).problem
    assert problem.classes[problem.positive] == positive


def test_whole_floats_are_integer_classes(workspace):
    frame = shop().assign(left=lambda f: (f.left == "yes").astype(float))
    frame.loc[0, "left"] = None
    assert made(workspace, frame).problem.classes == (0, 1)


def test_a_metric_of_another_kind_is_refused(workspace):
    assert "rmse" in refused(workspace, shop(), BINARY.model_copy(update={"metric": "rmse"}))


def test_unknown_columns_are_refused_with_near_names(workspace):
    told = refused(workspace, shop(), BINARY.model_copy(update={"exclude": ("Shops",)}))
    assert "'Shops' is not in the table" in told
    assert "'shop'" in told
    assert "'spend'" in refused(workspace, shop(), drop_columns=["spend"])
    assert "'spent'" in refused(workspace, shop(), drop_columns=["spend"])


def test_the_target_cannot_be_dropped(workspace):
    assert "is the target" in refused(workspace, shop(), drop_columns=["left"])


def test_dropping_everything_is_refused(workspace):
    drops = ["when", "shop", "spent", "items"]
    assert "No column is left" in refused(workspace, shop(), drop_columns=drops)


def test_a_table_of_nothing_but_the_target_is_refused(workspace):
    assert "there is only the target" in refused(workspace, shop()[["left"]])


def test_a_time_task_holds_out_the_last_rows(workspace):
    frame = shop().sample(frac=1, random_state=0).reset_index(drop=True)
    prepared = made(workspace, frame, BINARY.model_copy(update={"time_column": "when"}))
    held, _, _ = Vault(workspace, prepared.vault_id).open("m")
    assert held["when"].min() > prepared.X["when"].max()
    assert (prepared.folds == -1).sum() > 0


def test_rows_without_a_date_are_set_aside_in_a_time_task(workspace):
    frame = shop()
    frame.loc[[3, 4], "when"] = None
    prepared = made(workspace, frame, BINARY.model_copy(update={"time_column": "when"}))
    assert any(note.startswith("2 rows without a 'when'") for note in prepared.notes)


def test_a_time_column_of_words_is_refused(workspace):
    told = refused(workspace, shop(), BINARY.model_copy(update={"time_column": "shop"}))
    assert "holds no dates, for example" in told


def test_late_classes_are_set_aside_and_told(workspace):
    frame = shop()
    frame["left"] = np.where(np.arange(200) > 195, "moved", frame.left)
    task = Task(kind="multiclass", target="left", time_column="when")
    prepared = made(workspace, frame, task)
    assert prepared.problem.classes == ("no", "yes")
    assert any("training never saw ('moved')" in note for note in prepared.notes)


def test_a_group_task_holds_out_whole_groups(workspace):
    prepared = made(workspace, shop(), BINARY.model_copy(update={"group_column": "shop"}))
    held, _, _ = Vault(workspace, prepared.vault_id).open("m")
    table = shop().iloc[prepared.rows]
    assert not set(held["shop"]) & set(table["shop"])
    assert "shop" in prepared.dropped
    for fold in np.unique(prepared.folds):
        inside = set(table["shop"][prepared.folds == fold])
        assert not inside & set(table["shop"][prepared.folds != fold])


@pytest.mark.parametrize("groups", [1, 2])
def test_too_few_groups_are_refused(workspace, groups):
    frame = shop().assign(shop=[f"s{i % groups}" for i in range(200)])
    task = BINARY.model_copy(update={"group_column": "shop"})
    assert f"has {groups} group" in refused(workspace, frame, task)


def test_duplicates_stay_on_one_side_when_asked(workspace):
    frame = pd.concat([shop(100)] * 3, ignore_index=True)
    frame["customer_id"] = [f"C{i:05d}" for i in range(300)]
    loose, tight = made(workspace, frame), made(workspace, frame, group_duplicates=True)
    assert tight.vault_id != loose.vault_id
    for prepared, together in ((loose, False), (tight, True)):
        mine = set(hash_rows(prepared.X))
        theirs = set(Vault(workspace, prepared.vault_id).row_hashes(prepared.features))
        assert bool(mine & theirs) is not together


def test_a_task_without_target_keeps_a_random_fifth(workspace):
    prepared = made(workspace, shop(1000), Task(kind="clustering"))
    assert prepared.problem is None
    assert prepared.holdout_rows == 200
    assert len(prepared.y) == 0
    assert load_prepared(workspace, prepared.id).summary() == prepared.summary()
    frame, y, _ = Vault(workspace, prepared.vault_id).open("m")
    assert len(frame) == 200
    assert len(y) == 0


def test_a_supervised_task_needs_a_target(workspace):
    assert "needs a target" in refused(workspace, shop(), Task(kind="binary"))
