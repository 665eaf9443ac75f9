"""Splits: disjoint, complete, groups whole, time in order, classes in proportion."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autoglm_agent.automl.data.profile import ColumnProfile, Profile
from autoglm_agent.automl.preparation.grouping import hash_rows, round_significant
from autoglm_agent.automl.preparation.split import (
    SplitPlan,
    assign_folds,
    choose_split,
    fold_pairs,
    holdout_mask,
    holdout_share,
)
from autoglm_agent.chain import Task
from autoglm_agent.errors import InputError

EMPTY = Profile("t", "0", 0, ())


def plan_of(kind: str, column: str | None = None, share: float = 0.2, folds: int = 5) -> SplitPlan:
    return SplitPlan(kind, column, share, folds, "", kind == "duplicate_groups")


@given(
    sizes=st.lists(st.integers(3, 60), min_size=2, max_size=6),
    share=st.sampled_from([0.2, 0.25, 0.3]),
    seed=st.integers(0, 5),
)
@settings(max_examples=40, deadline=None)
def test_every_class_is_on_both_sides_in_proportion(sizes, share, seed):
    y = np.repeat(np.arange(len(sizes)), sizes)
    plan = plan_of("stratified", share=share)
    mask = holdout_mask(plan, pd.DataFrame({"x": y}), y, seed)
    for code, size in enumerate(sizes):
        held = int(mask[y == code].sum())
        assert 1 <= held < size
        assert abs(held - share * size) <= 1
    assert abs(mask.sum() - share * len(y)) <= len(sizes)


def test_a_class_with_two_rows_is_not_held_out():
    y = np.array([0] * 50 + [1] * 48 + [2] * 2)
    for seed in range(10):
        mask = holdout_mask(plan_of("stratified"), pd.DataFrame({"x": y}), y, seed)
        assert not mask[y == 2].any()


def test_stratified_folds_validate_each_row_once_and_share_each_class():
    y = np.array([0] * 83 + [1] * 19)
    folds = assign_folds(plan_of("stratified"), pd.DataFrame({"x": y}), y, 3)
    assert sorted(np.unique(folds)) == [0, 1, 2, 3, 4]
    for code in (0, 1):
        counts = np.bincount(folds[y == code], minlength=5)
        assert counts.max() - counts.min() <= 1


def test_regression_keeps_the_quantiles_of_the_target():
    y = np.random.default_rng(0).lognormal(0, 1.5, 1000)
    mask = holdout_mask(plan_of("random"), pd.DataFrame({"x": y}), y, 0)
    top = y >= np.quantile(y, 0.9)
    assert mask.sum() == pytest.approx(200, abs=1)
    assert mask[top].sum() == pytest.approx(20, abs=2)


def test_the_seed_decides_and_repeats():
    y = np.random.default_rng(0).normal(size=300)
    frame = pd.DataFrame({"x": y, "g": np.arange(300) // 7})
    for plan in (plan_of("random"), plan_of("group", "g")):
        first = holdout_mask(plan, frame, y, 1)
        assert np.array_equal(first, holdout_mask(plan, frame, y, 1))
        assert not np.array_equal(first, holdout_mask(plan, frame, y, 2))
        assert np.array_equal(assign_folds(plan, frame, y, 1), assign_folds(plan, frame, y, 1))


@given(
    groups=st.lists(st.integers(0, 12), min_size=30, max_size=200).filter(
        lambda g: len(set(g)) >= 3
    ),
    seed=st.integers(0, 9),
)
@settings(max_examples=60, deadline=None)
def test_groups_stay_whole_and_no_side_is_empty(groups, seed):
    frame = pd.DataFrame({"g": groups})
    y = (np.arange(len(groups)) % 3 == 0).astype(int)
    plan = plan_of("group", "g")
    mask = holdout_mask(plan, frame, y, seed)
    assert mask.any()
    assert not mask.all()
    assert not set(frame.g[mask]) & set(frame.g[~mask])
    assert set(y[~mask]) == set(y)
    train = frame[~mask]
    folds = assign_folds(plan, train, y[~mask], seed)
    assert (
        train.groupby("g").apply(lambda rows: len(set(folds[train.index.isin(rows.index)]))).max()
        == 1
    )
    if train.g.nunique() >= 2:
        assert folds.max() >= 1
    assert (folds >= 0).all()


def test_group_holdouts_are_near_their_share_and_balanced():
    rng = np.random.default_rng(0)
    groups = rng.integers(0, 200, 4000)
    y = rng.random(4000) < 0.1 + 0.3 * (groups % 2)
    mask = holdout_mask(plan_of("group", "g"), pd.DataFrame({"g": groups}), y.astype(int), 0)
    assert mask.mean() == pytest.approx(0.2, abs=0.02)
    assert y[mask].mean() == pytest.approx(y.mean(), abs=0.02)


@pytest.mark.parametrize("ties", [1, 7])
def test_a_time_holdout_is_strictly_later_and_ties_stay_together(ties):
    days = pd.to_datetime("2024-01-01") + pd.to_timedelta(np.arange(200) // ties, unit="D")
    frame = pd.DataFrame({"t": days}).sample(frac=1, random_state=1).reset_index(drop=True)
    y = np.random.default_rng(0).normal(size=200)
    plan = plan_of("time", "t")
    mask = holdout_mask(plan, frame, y, 0)
    assert frame.t[mask].min() > frame.t[~mask].max()
    assert mask.mean() == pytest.approx(0.2, abs=0.03)
    train = frame[~mask]
    folds = assign_folds(plan, train, y[~mask], 0)
    assert sorted(np.unique(folds)) == [-1, 0, 1, 2, 3, 4]
    for fit, validate in fold_pairs(plan, folds):
        assert train.t.iloc[fit].max() < train.t.iloc[validate].min()


@given(
    times=st.lists(st.integers(0, 6), min_size=12, max_size=60).filter(lambda t: len(set(t)) > 2)
)
@settings(max_examples=60, deadline=None)
def test_time_splits_survive_any_ties(times):
    frame, y = pd.DataFrame({"t": times}), np.zeros(len(times))
    plan = plan_of("time", "t")
    mask = holdout_mask(plan, frame, y, 0)
    assert frame.t[mask].min() > frame.t[~mask].max()
    folds = assign_folds(plan, frame[~mask], y[~mask], 0)
    assert folds.max() >= 0
    assert (folds == -1).any()
    for fit, validate in fold_pairs(plan, folds):
        assert frame.t[~mask].iloc[fit].max() < frame.t[~mask].iloc[validate].min()


def test_rows_with_equal_features_stay_together():
    rng = np.random.default_rng(0)
    base = pd.DataFrame({"a": rng.normal(size=150), "b": rng.choice(["x", "y", None], 150)})
    frame = base.iloc[rng.integers(0, 150, 600)].reset_index(drop=True)
    y = rng.integers(0, 2, 600)
    plan = plan_of("duplicate_groups")
    mask = holdout_mask(plan, frame, y, 0)
    keys = hash_rows(frame)
    assert mask.mean() == pytest.approx(0.2, abs=0.02)
    assert not set(keys[mask]) & set(keys[~mask])
    folds = assign_folds(plan, frame[~mask], y[~mask], 0)
    sides = pd.DataFrame({"k": keys[~mask], "f": folds}).groupby("k").f.nunique()
    assert sides.max() == 1


def test_groups_linked_by_a_duplicate_are_one_group():
    frame = pd.DataFrame({"g": [1, 1, 2, 2, 3, 3, 4, 4] * 5, "x": np.arange(40.0)})
    frame.loc[0, "x"] = frame.loc[2, "x"] = -1.0
    plan = SplitPlan("group", "g", 0.25, 3, "", duplicates=True)
    for seed in range(8):
        mask = holdout_mask(plan, frame, np.zeros(0), seed)
        assert len(set(mask[frame.g.isin([1, 2])])) == 1


def test_hashes_see_ten_digits_and_not_more():
    a = pd.DataFrame({"x": [0.1 + 0.2, 1e10 / 3, -5e-20, 0.0, np.nan]})
    b = pd.DataFrame({"x": [0.3, 1e10 / 3 + 1e-3, -5e-20, -0.0, np.nan]})
    c = pd.DataFrame({"x": [0.3000001, 1e10 / 3 + 10, -6e-20, 1e-300, 0.0]})
    assert np.array_equal(hash_rows(a), hash_rows(b))
    assert not (hash_rows(a) == hash_rows(c)).any()


def test_hashes_ignore_the_order_of_columns_but_not_their_names():
    frame = pd.DataFrame({"a": [1, 2], "b": ["u", "v"]})
    swapped = pd.DataFrame({"b": [1, 2], "a": ["u", "v"]})
    assert np.array_equal(hash_rows(frame), hash_rows(frame[["b", "a"]]))
    assert not np.array_equal(hash_rows(frame), hash_rows(swapped))


def test_large_integers_are_not_rounded():
    frame = pd.DataFrame({"x": [100_000_000_001, 100_000_000_002]})
    assert len(set(hash_rows(frame))) == 2


def test_a_date_hashes_alike_in_every_unit():
    nano = pd.DataFrame({"t": pd.to_datetime(["2024-01-01", None]).astype("datetime64[ns]")})
    seconds = pd.DataFrame({"t": pd.to_datetime(["2024-01-01", None]).astype("datetime64[s]")})
    assert np.array_equal(hash_rows(nano), hash_rows(seconds))
    assert len(set(hash_rows(nano))) == 2


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_rounding_never_moves_a_number_by_more_than_its_last_digit(value):
    rounded = round_significant(np.array([value]))[0]
    assert abs(rounded - value) <= 1e-9 * abs(value)


def test_the_share_grows_for_small_tables_and_is_capped_for_large_ones():
    assert holdout_share(50) == 0.3
    assert holdout_share(499) == 0.25
    assert holdout_share(500) == holdout_share(100_000) == 0.2
    assert holdout_share(1_000_000) * 1_000_000 == 20_000


def test_the_task_decides_the_split():
    frame = pd.DataFrame({"y": [0, 1] * 300, "t": range(600), "g": [1, 2, 3] * 200})
    kinds = {
        "stratified": Task(kind="binary", target="y"),
        "random": Task(kind="regression", target="t"),
        "time": Task(kind="binary", target="y", time_column="t"),
        "group": Task(kind="binary", target="y", group_column="g"),
    }
    for kind, task in kinds.items():
        plan = choose_split(task, EMPTY, frame)
        assert plan.kind == kind
        assert plan.folds == 5
        assert SplitPlan.from_json(plan.to_json()) == plan
        assert plan.reason.endswith(".")
    duplicates = choose_split(kinds["stratified"], EMPTY, frame, group_duplicates=True)
    assert duplicates.kind == "duplicate_groups"
    assert not duplicates.oob_allowed


def test_folds_are_bounded_by_the_rarest_class():
    frame = pd.DataFrame({"y": [0] * 500 + [1] * 3})
    assert choose_split(Task(kind="binary", target="y"), EMPTY, frame).folds == 3


def test_a_time_split_by_remedy_needs_to_know_its_column():
    task = Task(kind="regression", target="y")
    frame = pd.DataFrame({"y": range(50)})
    dates = tuple(ColumnProfile(c, "date", "str", 0, 9) for c in ("start", "end"))
    assert choose_split(task, EMPTY, frame, requested="time:start").column == "start"
    one = Profile("t", "0", 50, dates[:1])
    assert choose_split(task, one, frame, requested="time").column == "start"
    with pytest.raises(InputError, match="'start', 'end'"):
        choose_split(task, Profile("t", "0", 50, dates), frame, requested="time")
    with pytest.raises(InputError, match="no split called"):
        choose_split(task, EMPTY, frame, requested="forward")
