"""V10 by arithmetic, V11 to V13 and units: planted faults and their clean twins."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from checks_run import context_of, verdict


def bill(n: int = 700, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    distance = rng.gamma(2, 3, n)
    frame = pd.DataFrame({"distance": distance, "people": rng.integers(1, 5, n)})
    frame["base"] = np.round(2 + 2 * distance + rng.normal(0, 2, n), 2)
    frame["tip"] = np.round(rng.gamma(2, 1.5, n), 2)
    frame["toll"] = np.where(rng.random(n) < 0.2, np.round(rng.gamma(3, 2, n), 2), 0.0)
    frame["hour"] = rng.integers(0, 24, n)
    return frame


def test_parts_that_sum_to_the_target_are_named(tmp_path):
    frame = bill()
    fee = np.random.default_rng(1).choice([0.5, 1.0, 3.3], len(frame))
    frame["total"] = (frame["base"] + frame["tip"] + frame["toll"] + fee).round(2)
    found = verdict(context_of(tmp_path, frame, "total", "regression"), "data", "V10")
    assert found.status == "fail"
    assert {"base", "tip", "toll"} <= set(found.columns)
    assert not {"people", "hour"} & set(found.columns)
    assert set(found.columns) <= set(found.remedies[0].args["drop_columns"])


def test_a_difference_and_a_product_are_named_too(tmp_path):
    frame = bill()
    profit = frame.assign(profit=(frame["base"] - frame["tip"] * 3).round(2), cost=frame["tip"] * 3)
    found = verdict(context_of(tmp_path, profit, "profit", "regression"), "data", "V10")
    assert {"base", "cost"} <= set(found.columns), found.fact
    frame = frame.assign(price=frame["tip"] + 1, amount=frame["people"] * 2)
    frame["turnover"] = frame["price"] * frame["amount"]
    found = verdict(context_of(tmp_path, frame, "turnover", "regression"), "data", "V10")
    assert {"price", "amount"} <= set(found.columns), found.fact


@pytest.mark.parametrize("noise", [0.0, 3.0])
def test_an_honest_linear_target_is_no_sum(tmp_path, noise):
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(600, 5)), columns=list("abcde"))
    X["y"] = X.to_numpy() @ [30.0, 12.0, 41.0, 7.0, 19.0] + rng.normal(0, noise, 600)
    assert verdict(context_of(tmp_path, X, "y", "regression"), "data", "V10").status == "pass"


def test_a_grade_that_fixes_the_price_is_named(tmp_path):
    rng = np.random.default_rng(0)
    frame = bill()
    level = rng.integers(0, 60, len(frame))
    frame["grade"] = np.array([f"g{v}" for v in level], dtype=object)
    frame["price"] = (rng.permutation(60) * 40.0)[level] + rng.normal(0, 40, len(frame))
    found = verdict(context_of(tmp_path, frame, "price", "regression"), "data", "V10")
    assert (found.status, found.columns) == ("fail", ("grade",)), found.fact


def test_a_district_that_tells_a_part_is_honest(tmp_path):
    frame = bill()
    rng = np.random.default_rng(0)
    level = rng.integers(0, 30, len(frame))
    frame["district"] = np.array([f"d{v}" for v in level], dtype=object)
    frame["price"] = rng.normal(0, 1, 30)[level] + 0.3 * frame["distance"] + rng.normal(0, 1, 700)
    assert verdict(context_of(tmp_path, frame, "price", "regression"), "data", "V10").status == (
        "pass"
    )


def shops(encoded_on: str, seed: int = 0) -> pd.DataFrame:
    """A column of means of the target per shop, of these rows or of an earlier year."""
    rng = np.random.default_rng(seed)
    n, count = 1500, 150
    shop = rng.integers(0, count, n)
    chance = 1 / (1 + np.exp(-rng.normal(0, 0.4, count)))
    y, earlier = rng.random(n) < chance[shop], rng.random(n) < chance[shop]
    source = y if encoded_on == "these rows" else earlier
    mean = (np.bincount(shop, source) + 2 * source.mean()) / (np.bincount(shop) + 2)
    frame = pd.DataFrame({"rate": mean[shop], "a": rng.normal(size=n), "b": rng.normal(size=n)})
    return frame.assign(sold=np.where(y, "yes", "no").astype(object))


def test_means_of_the_target_over_all_rows_are_named(tmp_path):
    found = verdict(context_of(tmp_path, shops("these rows"), "sold"), "data", "V10")
    assert (found.status, found.columns) == ("fail", ("rate",)), found.fact


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_means_of_an_earlier_year_are_honest(tmp_path, seed):
    found = verdict(context_of(tmp_path, shops("earlier", seed), "sold"), "data", "V10")
    assert found.status == "pass", found.fact


def churn(closed: bool, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    n = 800
    X = pd.DataFrame(rng.normal(size=(n, 4)), columns=list("abcd"))
    left = X["a"] + X["b"] + rng.normal(0, 1.5, n) > 0.5
    known = left & (rng.random(n) < 0.9) if closed else rng.random(n) < 0.4
    reason = rng.choice(["price", "moved", "service"], n).astype(object)
    X["reason"] = np.where(known, reason, None)
    return X.assign(left=np.where(left, "yes", "no").astype(object))


def test_a_column_filled_only_for_one_outcome_is_refuted_and_dropped(tmp_path):
    frame = churn(closed=True)
    found = verdict(context_of(tmp_path, frame, "left"), "data", "V13")
    assert (found.status, found.columns) == ("fail", ("reason",))
    healed = context_of(tmp_path, frame, "left", **found.remedies[0].args)
    assert verdict(healed, "data", "V13").status == "pass"
    assert verdict(context_of(tmp_path, churn(False), "left"), "data", "V13").status == "pass"


def test_a_name_that_speaks_of_afterwards_is_told_if_it_tells_anything(tmp_path):
    frame = churn(False)
    rng = np.random.default_rng(0)
    code = (frame["left"] == "yes").to_numpy()
    frame["refund_amount"] = code * 1.0 + rng.normal(0, 0.9, len(frame))
    frame["final_note"] = rng.normal(size=len(frame))
    found = verdict(context_of(tmp_path, frame, "left"), "data", "V12")
    assert (found.status, found.columns) == ("warn", ("refund_amount",))


@pytest.mark.parametrize(("name", "status"), [("size", "warn"), ("refund_amount", "fail")])
def test_a_model_that_hangs_on_one_column_is_told_and_refuted_if_it_is_known_late(
    tmp_path, name, status
):
    rng = np.random.default_rng(0)
    n = 1500
    X = pd.DataFrame(rng.normal(size=(n, 4)), columns=["a", "b", "c", name])
    y = X[name] * 2 + 0.3 * X["a"] + rng.logistic(size=n) > 0
    frame = X.assign(y=np.where(y, "yes", "no").astype(object))
    found = verdict(context_of(tmp_path, frame, "y"), "data", "V11")
    assert (found.status, found.columns) == (status, (name,)), found.fact


@pytest.mark.parametrize("factor", [1000.0, 0.01, None])
def test_rows_in_another_unit_are_listed(tmp_path, factor):
    frame = bill()
    odd = np.random.default_rng(0).random(len(frame)) < 0.05
    frame["mass"] = 60 + 10 * np.random.default_rng(1).normal(size=len(frame))
    if factor:
        frame.loc[odd, "mass"] *= factor
    found = verdict(context_of(tmp_path, frame, "base", "regression"), "data", "V38")
    assert found.status == ("warn" if factor else "pass")
    if factor:
        assert found.columns == ("mass",)
        assert set(found.evidence["rows"]) <= set(np.flatnonzero(odd))
        assert len(found.evidence["rows"]) > 0.6 * odd.sum()
