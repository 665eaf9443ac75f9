"""V10 and V13 on leaks as they occur in public tables: arithmetic, flags, texts, filled cells."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from checks_run import context_of, verdict

Leaky = tuple[pd.DataFrame, str, set[str]]


def weather(n: int = 900, seed: int = 0) -> tuple[pd.DataFrame, np.random.Generator]:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "temp": rng.normal(15, 8, n).round(1),
            "wind": rng.gamma(2, 5, n).round(1),
            "season": rng.choice(["winter", "spring", "summer"], n),
            "age": rng.integers(18, 80, n),
        }
    )
    return frame, rng


def trip() -> Leaky:
    frame, rng = weather()
    seconds = (frame["wind"] * 90 * rng.lognormal(0, 0.4, len(frame))).round() + 60
    begin = pd.Timestamp("2016-01-01") + pd.to_timedelta(rng.integers(0, 10**7, len(frame)), "s")
    end = begin + pd.to_timedelta(seconds, "s")
    return frame.assign(pickup=begin, dropoff=end, seconds=seconds), "seconds", {
        "pickup", "dropoff",
    }  # fmt: skip


def readings() -> Leaky:
    frame, rng = weather()
    used = (frame["temp"].abs() * 3 * rng.lognormal(0, 0.3, len(frame))).round(1) + 5
    frame["before"] = rng.uniform(1e4, 9e4, len(frame)).round(1)
    frame["now"] = (frame["before"] + used).round(1)
    return frame.assign(used=used), "used", {"before", "now"}


def days() -> Leaky:
    frame, rng = weather()
    stay = rng.poisson(np.exp(0.3 + 0.01 * frame["age"]))
    begin = pd.Timestamp("2016-01-01") + pd.to_timedelta(rng.integers(0, 900, len(frame)), "D")
    end = begin + pd.to_timedelta(stay, "D")
    return frame.assign(admitted=begin, left=end, stay=stay), "stay", {"admitted", "left"}


def marks(weights: tuple[float, float, float]) -> Leaky:
    frame, rng = weather()
    talent, names = rng.normal(65, 10, len(frame)), ["oral", "project", "exam"]
    for name in names:
        frame[name] = (talent + rng.normal(0, 9, len(frame))).round(1)
    frame["mark"] = (frame[names] @ weights).round(2)
    return frame, "mark", set(names)


def body() -> Leaky:
    frame, rng = weather()
    frame["height"] = rng.normal(1.7, 0.1, len(frame)).round(2)
    frame["mass"] = (22 * frame["height"] ** 2 * rng.lognormal(0, 0.2, len(frame))).round(1)
    frame["index"] = (frame["mass"] / frame["height"] ** 2).round(1)
    return frame, "index", {"height", "mass"}


def discounted() -> Leaky:
    frame, rng = weather()
    frame["price"] = rng.gamma(3, 20, len(frame)).round(2) + 1
    frame["units"] = rng.integers(1, 14, len(frame))
    frame["discount"] = rng.choice([0, 0.1, 0.2, 0.3], len(frame))
    frame["sales"] = (frame["price"] * frame["units"] * (1 - frame["discount"])).round(2)
    return frame, "sales", {"price", "units", "discount"}


def logarithm() -> Leaky:
    frame, rng = weather()
    frame["parts"] = rng.gamma(3, 40, len(frame)).round(2)
    frame["labour"] = rng.gamma(2, 60, len(frame)).round(2)
    total = frame["parts"] + frame["labour"]
    return frame.assign(log_cost=np.log(total).round(4)), "log_cost", {"parts", "labour"}


def price_list() -> Leaky:
    frame, rng = weather(2000)
    model, trim = rng.integers(0, 8, len(frame)), rng.integers(0, 5, len(frame))
    frame["model"] = np.array([f"m{i}" for i in model], object)
    frame["trim"] = np.array([f"t{i}" for i in trim], object)
    frame["price"] = rng.normal(20000, 6000, (8, 5)).round(-2)[model, trim]
    return frame, "price", {"model", "trim"}


def label() -> Leaky:
    frame, rng = weather()
    frame["price"] = (40 + 3 * frame["temp"] + rng.normal(0, 20, len(frame))).clip(2).round(2)
    frame["tag"] = [f"now only USD {v:,.2f} incl. tax" for v in frame["price"]]
    return frame, "price", {"tag"}


NUMBERS: dict[str, Callable[[], Leaky]] = {
    "end minus begin": trip,
    "reading minus reading": readings,
    "whole days between two dates": days,
    "an average": lambda: marks((1 / 3, 1 / 3, 1 / 3)),
    "a weighted mark": lambda: marks((0.2, 0.3, 0.5)),
    "a ratio with a square": body,
    "price, units and discount": discounted,
    "logarithm of a sum": logarithm,
    "a price list of two keys": price_list,
    "a price tag as text": label,
}


@pytest.mark.parametrize("name", NUMBERS)
def test_what_gives_a_number_away_is_named_and_nothing_else(tmp_path, name):
    frame, target, columns = NUMBERS[name]()
    found = verdict(context_of(tmp_path, frame, target, "regression"), "data", "V10")
    assert found.status == "fail", found.fact
    assert set(found.columns) == columns, found.fact
    assert set(found.remedies[0].args["drop_columns"]) == columns


def test_a_double_of_the_target_does_not_hide_the_parts(tmp_path):
    frame, _ = weather(300)
    rng = np.random.default_rng(1)
    parts = [f"part{i}" for i in range(7)]
    for name in parts:
        frame[name] = rng.beta(4, 3, len(frame)).round(4)
    frame["total"] = frame[parts].sum(axis=1).round(3)
    frame["rank"] = frame["total"].rank(ascending=False)
    found = verdict(context_of(tmp_path, frame, "total", "regression"), "data", "V10")
    assert set(found.columns) == {*parts, "rank"}, found.fact


@pytest.mark.parametrize(
    "weights", [(0.5, 0.5, 0.0), (0.3, 0.3, 0.4)], ids=["equal weights", "weights that add to one"]
)
def test_weights_alone_make_no_formula_where_the_rows_are_not_exact(tmp_path, weights):
    frame, _, _ = marks(weights)
    frame["mark"] += np.random.default_rng(2).normal(0, 1.0, len(frame))
    found = verdict(context_of(tmp_path, frame, "mark", "regression"), "data", "V10")
    assert found.status == "pass", found.fact


def failures(rest: float, seed: int = 0) -> pd.DataFrame:
    """Four rare kinds of failure; a share of the failures is of no kind."""
    frame, rng = weather(3000, seed)
    kinds = ["wear", "heat", "power", "strain"]
    for name in kinds:
        frame[name] = (rng.random(len(frame)) < 0.02).astype(int)
    other = rng.random(len(frame)) < rest
    frame["failed"] = np.where((frame[kinds].sum(axis=1) > 0) | other, "yes", "no").astype(object)
    return frame


def test_flags_that_are_the_class_together_are_named(tmp_path):
    found = verdict(context_of(tmp_path, failures(0.001), "failed"), "data", "V10")
    assert found.status == "fail"
    assert set(found.columns) == {"wear", "heat", "power", "strain"}, found.fact


def test_flags_of_a_part_of_the_class_are_honest_reasons(tmp_path):
    found = verdict(context_of(tmp_path, failures(0.3), "failed"), "data", "V10")
    assert found.status != "fail", found.fact


def test_one_column_a_class_is_the_class(tmp_path):
    frame, rng = weather()
    level = np.digitize(frame["temp"] + rng.normal(0, 6, len(frame)), [10, 20])
    for number, name in enumerate(["is_low", "is_mid", "is_high"]):
        frame[name] = (level == number).astype(int)
    frame["level"] = np.array(["low", "mid", "high"], object)[level]
    found = verdict(context_of(tmp_path, frame, "level", "multiclass"), "data", "V10")
    assert set(found.columns) == {"is_low", "is_mid", "is_high"}, found.fact


@pytest.mark.parametrize(("other", "status"), [(0.0, "fail"), (0.2, "pass")])
def test_a_column_filled_for_one_outcome_only_is_refuted_however_rare(tmp_path, other, status):
    frame, rng = weather()
    died = rng.random(len(frame)) < 0.4
    filled = (died & (rng.random(len(frame)) < 0.12)) | (~died & (rng.random(len(frame)) < other))
    frame["found"] = np.where(filled, rng.integers(1, 300, len(frame)), np.nan)
    frame["fate"] = np.where(died, "died", "lived").astype(object)
    found = verdict(context_of(tmp_path, frame, "fate"), "data", "V13")
    assert found.status == status, found.fact
    assert found.columns == (("found",) if status == "fail" else ())
