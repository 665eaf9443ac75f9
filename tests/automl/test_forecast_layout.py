"""Series on a grid, and rows that know only their past."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autoglm_agent.automl.data.profile import profile_table, typed_frame
from autoglm_agent.automl.data.table import Table
from autoglm_agent.automl.forecasting.doubts import doubled, live_series
from autoglm_agent.automl.forecasting.laying import lay_out, past_forecasts, table_of
from autoglm_agent.automl.forecasting.panel import Panel, find_series, make_panel
from autoglm_agent.automl.forecasting.past import NAIVE, Past, Places, naive_forecast
from autoglm_agent.automl.forecasting.periods import find_frequency
from autoglm_agent.automl.forecasting.plan import make_plan, naive_errors
from autoglm_agent.automl.forecasting.rows import Layout, lay_rows
from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.chain import Task
from autoglm_agent.errors import InputError


def dates(start: str, periods: int, freq: str) -> pd.Series:
    return pd.Series(pd.date_range(start, periods=periods, freq=freq))


def shops(days: int = 40) -> pd.DataFrame:
    when = dates("2024-01-01", days, "D")
    frames = [
        pd.DataFrame({"day": when, "shop": shop, "town": town, "sold": np.arange(days) * factor})
        for shop, town, factor in (("a", "X", 1.0), ("b", "Y", 10.0))
    ]
    return pd.concat(frames, ignore_index=True)


def planned(frame: pd.DataFrame, **slots: object):
    table = Table(frame, "t", "0" * 16)
    profile = profile_table(table)
    task = Task(kind="forecasting", **{"target": "sold", "time_column": "day", **slots})
    return make_plan(typed_frame(table, profile), profile, task)


def test_an_end_by_date_is_counted_from_the_last_known_value():
    frame = shops(80)
    frame.loc[frame["day"] > "2024-03-03", "sold"] = np.nan
    plan, _ = planned(frame, horizon="until 2024-03-10")
    assert plan.horizon == 7


def test_the_column_that_tells_series_apart_is_found():
    plan, panel = planned(shops())
    assert plan.series == ("shop",) or plan.series == ("town",)
    assert panel.values.shape == (2, 40)
    assert panel.values[1, 3] == 30.0
    assert list(panel.last_known) == [39, 39]


def test_all_rows_of_a_period_are_added_up_where_that_is_asked():
    plan, panel = planned(shops(), series=(), per_period="sum")
    assert panel.values.shape == (1, 40)
    assert panel.values[0, 4] == 44.0
    assert plan.gathers
    assert planned(shops(), series=(), per_period="mean")[1].values[0, 4] == 22.0


def test_no_series_are_made_of_a_column_that_does_not_fill_them():
    frame = pd.DataFrame({"day": np.repeat(dates("2024-01-01", 50, "D"), 4), "sold": 1.0})
    frame["who"] = [f"w{i // 2}" for i in range(200)]
    profile = profile_table(Table(frame, "t", "0" * 16))
    numbers = find_frequency(frame["day"]).number(frame["day"])
    assert find_series(frame, profile, "day", "sold", numbers) == ()


@pytest.mark.parametrize(
    ("who", "why"),
    [
        (np.arange(200) % 2, "each has two rows a day"),
        (np.arange(200) % 60, "each has rows on 4 of 50 days"),
    ],
)
def test_no_series_are_made_where_rows_of_a_day_stay_together_or_hardly_any_is_filled(who, why):
    frame = pd.DataFrame({"day": np.repeat(dates("2024-01-01", 50, "D"), 4), "sold": 1.0})
    frame["who"] = [f"w{i}" for i in who]
    profile = profile_table(Table(frame, "t", "0" * 16))
    numbers = find_frequency(frame["day"]).number(frame["day"])
    assert find_series(frame, profile, "day", "sold", numbers) == (), why


def test_days_without_an_event_are_nought_and_a_day_that_is_not_over_is_not_known():
    hours = [10, 12, 30, 33, 100, 130, 131, 155, 180, 200, 215, 231, 250, 275, 290, 310, 333, 340]
    times = pd.Timestamp("2024-01-01 00:30") + pd.to_timedelta([0, *hours], "h")
    frame = pd.DataFrame({"day": times, "sold": 1.0})
    frame.loc[3, "day"] += pd.Timedelta("7min")
    plan, panel = planned(frame, per_period="sum")
    assert plan.frequency.events
    assert list(panel.values[0, :5]) == [3.0, 2.0, 0.0, 0.0, 1.0]
    # The last event is of four o'clock: what that day comes to is not known yet.
    assert np.isnan(panel.values[0, -1])
    assert panel.last_known[0] == panel.values.shape[1] - 2
    averaged = planned(frame, per_period="mean")[1]
    assert np.isnan(averaged.values[0, 2])


def test_what_the_table_tells_of_later_periods_is_known_in_advance():
    frame = pd.DataFrame({"day": dates("2024-01-01", 60, "D"), "sold": np.arange(60.0)})
    frame["sale"] = np.arange(60) % 5
    frame["rain"] = np.arange(60) % 7 * 1.0
    frame.loc[50:, ["sold", "rain"]] = np.nan
    plan, _ = planned(frame, horizon="7 days")
    assert plan.layout.ahead == ("sale",)
    assert plan.layout.past == ("rain",)


def series(values: np.ndarray) -> Panel:
    frame = pd.DataFrame({"day": dates("2024-01-01", len(values), "D"), "sold": values})
    return make_panel(
        frame, find_frequency(frame["day"]), time="day", target="sold", series=(),
        gathered="mean", numeric=(), fixed=(),
    )  # fmt: skip


def places(origin: int, step: int) -> Places:
    return Places(np.zeros(1, np.int64), np.array([origin]), np.array([step]))


def test_simple_forecasts_are_what_they_are_called():
    values = np.tile([1.0, 2, 3, 4, 5, 6, 7], 6) + np.repeat(np.arange(6) * 10.0, 7)
    past = Past(series(values))
    told = {name: naive_forecast(name, past, places(27, 3), 7)[0] for name in NAIVE}
    assert told["last value"] == values[27]
    assert told["same season"] == values[23]
    assert told["same season and drift"] == values[30]
    assert told["last value and the same change"] == values[27] + values[23] - values[20]
    assert told["same season and smoothed change"] == pytest.approx(values[23] + 10)
    assert told["mean of a season"] == pytest.approx(values[21:28].mean())
    assert told["mean of four seasons"] == pytest.approx(values[[23, 16, 9, 2]].mean())


def test_values_that_may_be_sealed_do_not_choose_the_simple_forecast():
    # Many series end early, so that the first half of the periods holds most of the values.
    rng = np.random.default_rng(0)
    values = np.full((9, 120), np.nan)
    values[:, :40] = rng.normal(size=(9, 40))
    values[0, 40:] = np.arange(80) * 5.0
    frame = pd.DataFrame(
        {
            "day": np.tile(pd.date_range("2024-01-01", periods=120), 9),
            "who": np.repeat([f"w{i}" for i in range(9)], 120),
            "sold": values.ravel(),
        }
    )
    later = frame.assign(sold=frame["sold"].where(frame["day"] < "2024-02-08", 7.0))
    chosen = [
        naive_errors(planned(part, horizon="2 days", series=("who",))[1], 2, 7)
        for part in (frame, later.assign(sold=later["sold"].where(frame["sold"].notna())))
    ]
    assert chosen[0] == chosen[1]


def test_a_drift_over_less_than_two_seasons_is_not_told():
    past = Past(series(np.arange(30.0)))
    assert naive_forecast("same season and drift", past, places(13, 1), 7)[0] == 14.0
    assert naive_forecast("same season and drift", past, places(12, 1), 7)[0] == 6.0


def test_the_last_value_stands_in_where_a_simple_forecast_has_no_past():
    values = np.arange(30.0)
    values[10] = np.nan
    for name in NAIVE:
        assert naive_forecast(name, Past(series(values)), places(4, 1), 7)[0] == pytest.approx(
            2.0 if name == "mean of a season" else 4.0
        )
    assert naive_forecast("same season", Past(series(values)), places(16, 1), 7)[0] == 16.0


def test_one_mistyped_year_does_not_end_all_other_series():
    plan, panel = planned(shops(40), horizon="3 days", series=("shop",))
    three = np.full((3, 400), np.nan)
    three[:2, :40], three[2, 399] = 1.0, 1.0
    assert list(live_series(replace(panel, values=three), plan)) == [0, 1, 2]
    three[1, 20:] = np.nan
    three[2, 399], three[2, :40] = np.nan, 1.0
    assert list(live_series(replace(panel, values=three), plan)) == [0, 2]


def test_only_single_periods_with_several_rows_are_doubtful():
    frame = shops(40)
    plan, panel = planned(pd.concat([frame, frame[:3]]), horizon="3 days", series=("shop",))
    assert doubled(panel, plan)[0].startswith("3 of 80 periods have several rows, the first 2024-")
    plan, panel = planned(pd.concat([frame, frame]), horizon="3 days", series=("shop",))
    assert doubled(panel, plan) == []


def test_moments_that_name_a_zone_are_told_in_utc(tmp_path):
    hours = pd.date_range("2024-03-01", periods=300, freq="h", tz="Europe/Berlin")
    frame = pd.DataFrame({"at": [t.isoformat() for t in hours], "load": np.arange(300) % 24 * 1.0})
    table = Table(frame, "load.csv", "0" * 16)
    task = Task(kind="forecasting", target="load", time_column="at", horizon="6 hours")
    plan = lay_out(Workspace(tmp_path), table, profile_table(table), task)[3]
    assert plan.zoned
    panel = plan.panel(typed_frame(table, profile_table(table)))
    assert plan.when(panel, np.array([0]))[0] == hours[0]
    assert not planned(shops())[0].zoned


def test_without_a_value_to_compare_the_last_value_is_the_simple_forecast():
    values = np.full((40, 60), np.nan)
    values[:, 0] = 1.0
    values[0, 1:] = np.arange(59.0)
    crowded = replace(series(np.arange(60.0)), values=values)
    assert naive_errors(crowded, 3, 7) is not None
    json.dumps(naive_errors(crowded, 3, 7), allow_nan=False)


def test_more_than_a_season_ahead_the_last_whole_season_is_meant():
    values = np.arange(40.0)
    assert naive_forecast("same season", Past(series(values)), places(20, 9), 7)[0] == values[15]


def test_a_rising_season_is_best_told_with_how_it_rises():
    values = np.tile([0.0, 5, 9, 4, 2, 8, 1], 10) + np.arange(70) * 2.0
    values += np.random.default_rng(0).normal(0, 1, 70)
    errors = naive_errors(series(values), 7, 7)
    assert "change" in min(errors, key=lambda name: errors[name])
    assert errors["same season and drift"] < errors["same season"] / 2
    assert errors["same season"] == pytest.approx(14.0, abs=1.0)


def test_what_held_in_the_beginning_does_not_choose_the_simple_forecast():
    """An eighth of the history has no season and jumps; then there is one."""
    rng = np.random.default_rng(0)
    begun = rng.normal(size=20).cumsum() * 50
    later = np.tile([0.0, 5, 9, 4, 2, 8, 1], 20) + rng.normal(0, 0.1, 140)
    errors = naive_errors(series(np.concatenate([begun, later])), 7, 7)
    assert min(errors, key=lambda name: errors[name]) == "mean of four seasons"


def test_without_a_season_a_trend_is_told_by_its_last_and_its_smoothed_change():
    errors = naive_errors(series(np.arange(60) ** 1.5), 3, 1)
    assert set(errors) == set(NAIVE[:4])
    assert errors["last value and the same change"] < errors["last value"] / 3
    assert errors["same season and smoothed change"] < errors["last value"] / 3


@settings(max_examples=25, deadline=None)
@given(st.integers(8, 55), st.integers(0, 2**16), st.booleans())
def test_no_feature_of_a_row_is_of_a_later_time(cut, seed, relative):
    rng = np.random.default_rng(seed)
    values = rng.normal(size=60)
    values[rng.random(60) < 0.1] = np.nan
    layout = Layout("sold", 7, 7, 28, "same season", relative)
    panel, other = series(values), series(np.where(np.arange(60) > cut, 99.0, values))
    origin = np.arange(7, cut + 1).repeat(7)
    step = np.tile(np.arange(1, 8), len(origin) // 7)
    known = Places(np.zeros(len(origin), np.int64), origin, step)
    pd.testing.assert_frame_equal(
        lay_rows(panel, layout, known, "day"), lay_rows(other, layout, known, "day")
    )


def test_a_value_is_the_simple_forecast_and_what_is_learned():
    frame = shops()
    frame["sold"] += np.random.default_rng(0).normal(size=len(frame))
    plan, panel = planned(frame, horizon="3 days")
    chosen = past_forecasts(panel, plan, seed=0)
    rows = table_of(panel, plan, chosen)
    assert plan.layout.relative
    whole = rows["sold"] + rows["naive sold"]
    assert np.allclose(whole, panel.values[chosen.series, chosen.period])
    assert set(rows["step"]) == {1.0, 2.0, 3.0}
    assert (rows["day"].diff().dropna() >= pd.Timedelta(0)).all()


def test_a_forecast_is_made_when_a_value_has_come_in():
    frame = shops(60)
    frame.loc[frame["day"] == "2024-01-31", "sold"] = np.nan
    plan, panel = planned(frame, horizon="3 days", series=("shop",))
    chosen = past_forecasts(panel, plan, seed=0)
    gap = 30
    assert gap - 1 in chosen.origin
    assert gap not in chosen.origin
    assert gap not in chosen.period


def test_a_share_of_the_error_is_learned_from_the_values_themselves():
    plan, panel = planned(shops(), horizon="3 days", metric="mape")
    rows = table_of(panel, plan, past_forecasts(panel, plan, seed=0))
    assert not plan.layout.relative
    assert rows["naive sold"].nunique() > 30
    assert rows["sold"].max() == 390.0


def test_where_a_simple_forecast_is_never_wrong_the_values_are_learned():
    frame = pd.DataFrame({"day": dates("2024-01-01", 70, "D"), "sold": np.arange(70) % 7 * 1.0})
    plan, panel = planned(frame, horizon="3 days")
    assert not plan.layout.relative
    assert table_of(panel, plan, past_forecasts(panel, plan, seed=0))["sold"].nunique() == 7


def test_a_column_called_like_one_that_is_made_keeps_apart():
    frame = shops().rename(columns={"town": "step"})
    plan, panel = planned(frame, horizon="3 days", series=("shop",))
    rows = table_of(panel, plan, past_forecasts(panel, plan, seed=0))
    assert {"step", "step (given)"} <= set(rows)


@pytest.mark.parametrize(
    ("frame", "slots", "words"),
    [
        (shops(8), {}, "too short"),
        (shops(40), {"horizon": "30 days"}, "at least 120 periods, or ask for at most 10"),
        (shops().assign(sold="many"), {}, "Only numbers"),
        (shops(), {"time_column": "town"}, "no dates"),
        (shops(), {"time_column": "days"}, "day"),
        (shops(), {"series": ("shops",)}, "shop"),
        (shops(), {"time_column": None}, "needs a column of dates"),
        (shops(2), {}, "2 different values"),
    ],
)
def test_what_cannot_be_forecast_is_refused_with_the_reason(frame, slots, words):
    with pytest.raises(InputError, match=words) as raised:
        planned(frame, **slots)
    assert raised.value.remedy
