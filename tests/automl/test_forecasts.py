"""A forecast from the table to what comes next, through the real search and the sealed rows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from shops import AHEAD, DAYS, history

from autoglm_agent.automl.data.profile import Profile, typed_frame
from autoglm_agent.automl.data.table import load_snapshot
from autoglm_agent.automl.explain.asked import explain_asked
from autoglm_agent.automl.explain.telling import row_text
from autoglm_agent.automl.forecasting.future import Band, Bands, bands_of, save_forecasts
from autoglm_agent.automl.forecasting.laying import stored_plan
from autoglm_agent.automl.forecasting.naming import explained_in_chinese, in_chinese
from autoglm_agent.automl.forecasting.past import Past, Places, naive_forecast
from autoglm_agent.automl.predict import predict_file
from autoglm_agent.automl.preparation.prepare import load_prepared, prepare
from autoglm_agent.automl.report.collect import collect
from autoglm_agent.automl.report.grounding import TEMPLATE
from autoglm_agent.automl.report.plots_forecast import forecast_doubts, forecast_lines, forecasts_of
from autoglm_agent.automl.report.wording import wording
from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.chain import Task
from autoglm_agent.errors import InputError
from autoglm_graphs.runs import start_run
from autoglm_graphs.settings import Settings


def read(run: Workspace, name: str) -> Any:
    return json.loads((run.path / name).read_text())


def test_the_task_says_how_far_and_of_what(shops_run):
    task = read(shops_run, "task.json")
    assert (task["kind"], task["target"], task["horizon"]) == ("forecasting", "sold", "1 week")
    assert task["series"] == ["shop"]


def test_the_model_is_better_than_the_simple_forecast(shops_run):
    told = read(shops_run, "result.json")["honest"]
    assessment = json.loads(next((shops_run.path / "assessments").glob("*.json")).read_text())
    assert told["metric"] == "mae"
    assert told["value"] < 0.6 * assessment["baseline"]["value"]
    # Figures are of the values themselves, not of differences from a simple forecast.
    assert assessment["metrics"]["r2"]["value"] > 0.95
    assert min(assessment["residuals"]["actual"]) > 10


def test_every_series_is_told_a_week_with_intervals(shops_run):
    told = pd.read_csv(shops_run.path / "forecasts.csv")
    assert list(told.columns) == ["shop", "day", "prediction", "low", "high"]
    assert list(told["shop"]) == ["north"] * AHEAD + ["south"] * AHEAD
    assert told["day"].iloc[0] == "2024-07-19"  # the day after the last that was sold on
    assert (told["low"] < told["prediction"]).all()
    assert (told["prediction"] < told["high"]).all()
    # A shop that sells five times as much is told with wider intervals.
    width = (told["high"] - told["low"]).groupby(told["shop"]).mean()
    assert width["north"] > 2.5 * width["south"]
    held = read(shops_run, "forecasts.json")["coverage"]
    assert held["n"] > 300
    assert 0.75 < held["held"] <= 1.0


def test_the_result_tells_a_program_what_comes_next(shops_run):
    told = read(shops_run, "result.json")["forecasts"]
    assert (told["horizon"], told["period"], told["count"]) == (AHEAD, "1 day", 2)
    assert Path(told["path"]).exists()
    north = told["series"][0]
    assert (north["key"], len(north["prediction"])) == ("north", AHEAD)
    frame = pd.read_csv(shops_run.path / "forecasts.csv")
    assert north["prediction"] == pytest.approx(frame["prediction"].tolist()[:AHEAD])


def test_past_values_weighed_are_tried_first(shops_run):
    """As in an autoregression, which trees need many more trials to come near to."""
    search = json.loads(next(shops_run.path.glob("searches/*/search.json")).read_text())
    assert [c["family"] for c in search["candidates"][:2]] == ["baseline", "linear"]


def test_forecasts_of_a_model_that_was_left_behind_are_not_told(shops_copy):
    told = shops_copy.read_json("forecasts.json")
    shops_copy.write_json({**told, "model": "another"}, "forecasts.json")
    assert forecasts_of(collect(shops_copy), wording("en")) is None


def test_adverts_that_are_planned_are_used(shops_run):
    future = history()
    told = pd.read_csv(shops_run.path / "forecasts.csv").merge(future, on=["day", "shop"])
    north = told[told["shop"] == "north"]
    with_advert = north.loc[north["advert"] == 1, "prediction"].mean()
    assert with_advert > 1.2 * north.loc[north["advert"] == 0, "prediction"].mean()


def test_a_longer_history_is_forecast_from_its_own_end(shops_run, tmp_path):
    longer = tmp_path / "longer.csv"
    history(DAYS + 30).to_csv(longer, index=False)
    told = predict_file(shops_run, str(longer))
    assert str(told["day"].iloc[0])[:10] == "2024-08-18"
    actual = history(DAYS + 30 + AHEAD).merge(
        told.assign(day=told["day"].astype(str).str[:10]), on=["day", "shop"]
    )
    error = (actual["sold"] - actual["prediction"]).abs() / actual["sold"]
    assert error.mean() < 0.15


def test_a_model_that_is_not_surely_better_gives_way_to_the_simple_forecast(shops_copy, shops_file):
    prepared = load_prepared(shops_copy, next((shops_copy.path / "prepared").iterdir()).name)
    plan = stored_plan(shops_copy, prepared.data_id)
    path = next((shops_copy.path / "assessments").glob("*.json"))
    assessment = json.loads(path.read_text())
    assert assessment["simple"]["surely"]
    assessment["simple"]["surely"] = False
    path.write_text(json.dumps(assessment))
    profile = Profile.from_json(shops_copy.read_json("profile.json"))
    told = save_forecasts(shops_copy, prepared, plan, assessment["model"], profile)
    assert told["by"] == "simple forecast"
    assert "what is forecast is the simple forecast" in told["notes"][0]
    assert 0.8 < told["coverage"]["held"] <= 1.0
    kept = pd.read_parquet(next((shops_copy.path / "predictions").glob("holdout-*.parquet")))
    laid = load_snapshot(shops_copy, prepared.data_id).frame.iloc[kept["row"]]
    low, high = Bands.from_json(told["intervals"]).limits(laid, plan.layout)
    off = (kept["actual"] - kept["simple"]).to_numpy()
    assert told["coverage"]["held"] == pytest.approx(
        ((off >= low) & (off <= high)).mean(), abs=1e-4
    )
    frame = pd.read_csv(shops_copy.path / "forecasts.csv")
    panel = plan.panel(typed_frame(load_snapshot(shops_copy, plan.data_id), profile))
    places = Places(np.repeat([0, 1], AHEAD), panel.last_known.repeat(AHEAD), step_of(frame))
    simple = naive_forecast(plan.layout.naive, Past(panel), places, plan.layout.season)
    assert frame["prediction"].to_numpy() == pytest.approx(simple)
    assert predict_file(shops_copy, str(shops_file))["prediction"].to_numpy() == pytest.approx(
        simple
    )
    assert "因此给出的是简单预测" in forecast_doubts(collect(shops_copy), wording("zh"))[-1]


def test_a_run_of_an_earlier_version_is_read(shops_copy, shops_file):
    """Its simple forecast was a name, its plan told no doubts, its forecasts not who made them."""
    folder = next((shops_copy.path / "prepared").iterdir())
    now = load_prepared(shops_copy, folder.name)
    meta = json.loads((folder / "meta.json").read_text())
    plan = next(shops_copy.path.glob("data/*.forecast.json"))
    told = json.loads(plan.read_text())
    forecasts = shops_copy.read_json("forecasts.json")
    meta["simple"] = meta["simple"]["name"]
    del told["doubts"], told["zoned"], forecasts["by"], forecasts["notes"]
    (folder / "meta.json").write_text(json.dumps(meta))
    plan.write_text(json.dumps(told))
    shops_copy.write_json(forecasts, "forecasts.json")
    assert load_prepared(shops_copy, folder.name).simple == now.simple
    assert len(predict_file(shops_copy, str(shops_file))) == 2 * AHEAD


def test_where_no_model_is_found_the_simple_forecast_is_given(tmp_path):
    """Noise around a week: a mean of weeks is all that there is to know."""
    rng = np.random.default_rng(0)
    day = pd.date_range("2023-01-02", periods=210)
    sold = np.tile([5.0, 6, 7, 6, 8, 12, 10], 30) * 10 + rng.normal(0, 8, 210)
    frame = pd.DataFrame({"day": day.strftime("%Y-%m-%d"), "sold": sold.round(2)})
    frame.to_csv(tmp_path / "noise.csv", index=False)
    settings = Settings(
        data=str(tmp_path / "noise.csv"), instruction="Forecast sold for the next 7 days", trials=2
    )
    result = start_run(settings, runs=tmp_path / "runs", memory=False)
    assert result["status"] == "unverified"
    assert result["forecasts"]["horizon"] == 7
    run = Workspace(tmp_path / "runs" / result["run"])
    told = run.read_json("forecasts.json")
    assert told["by"] == "simple forecast"
    assert told["naive"] in told["notes"][0]
    assert len(pd.read_csv(run.path / "forecasts.csv")) == 7
    assert len(predict_file(run, str(tmp_path / "noise.csv"))) == 7


def step_of(frame: pd.DataFrame) -> np.ndarray:
    return np.tile(np.arange(1, AHEAD + 1), len(frame) // AHEAD)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda t: pd.concat([t, t[t["day"].between("2024-02-01", "2024-02-05")]]),
         "10 of 414 periods have several rows, the first 2024-02-01 of north; they were added up"),
        (lambda t: t[(t["shop"] == "north") | (t["day"] < "2024-04-01")], "long past: 'south'"),
        (lambda t: t[t["day"] > "2024-07-15"], "of 'north', 'south' has fewer than the 14 values"),
        (lambda t: t[t["sold"].notna()], "tells it for 0 of 14 periods"),
    ],
)  # fmt: skip
def test_what_is_doubtful_of_a_history_is_told(shops_run, tmp_path, change, words):
    path = tmp_path / "other.csv"
    change(history()).to_csv(path, index=False)
    notes: list[str] = []
    predict_file(shops_run, str(path), tell=notes.append)
    assert words in " ".join(notes)


def test_a_history_in_other_periods_is_refused(shops_run, tmp_path):
    weekly = history()
    weekly = weekly[pd.to_datetime(weekly["day"]).dt.day_of_week == 0]
    weekly.to_csv(tmp_path / "weekly.csv", index=False)
    with pytest.raises(
        InputError, match="every 1 week; the run learned from one every 1 day"
    ) as no:
        predict_file(shops_run, str(tmp_path / "weekly.csv"))
    assert "new run" in no.value.remedy


def test_a_history_in_shorter_periods_or_without_times_is_refused(shops_run, tmp_path):
    day = history()
    halves = pd.concat([day, day.assign(day=day["day"] + " 12:00:00")])
    halves.to_csv(tmp_path / "halves.csv", index=False)
    with pytest.raises(InputError, match="every 12 hours; the run learned from one every 1 day"):
        predict_file(shops_run, str(tmp_path / "halves.csv"))
    day.assign(day="soon").to_csv(tmp_path / "soon.csv", index=False)
    with pytest.raises(InputError, match="No cell of 'day'"):
        predict_file(shops_run, str(tmp_path / "soon.csv"))


def test_the_command_tells_forecasts_to_a_program(shops_run, shops_file, capsys, monkeypatch):
    from autoglm_agent.cli.after import predict

    predict(
        shops_run.path.name,
        str(shops_file),
        out=None,
        runs=str(shops_run.path.parent),
        query=None,
        as_json=True,
    )
    told = json.loads(capsys.readouterr().out)
    assert told["predictions"][0]["day"].startswith("2024-07-19")
    assert told["predictions"][0]["low"] < told["predictions"][0]["prediction"]


def test_a_history_that_lacks_a_column_is_refused(shops_run, tmp_path):
    short = tmp_path / "short.csv"
    history().drop(columns=["advert"]).to_csv(short, index=False)
    with pytest.raises(InputError, match="lacks 'advert'"):
        predict_file(shops_run, str(short))


def test_the_report_shows_what_comes_next_in_both_languages(shops_run):
    page = (shops_run.path / "report.html").read_text()
    assert 'id="forecast"' in page
    assert "curve ahead" in page
    assert TEMPLATE not in page  # what comes next is a figure that was measured
    record = collect(shops_run)
    for language in ("en", "zh"):
        lines = forecast_lines(record, wording(language))
        assert len(lines) == 3
        assert "2024-07-19" in lines[0]
    shown = forecasts_of(record, wording("en"))
    assert shown is not None
    assert [name for name, _ in shown.plots] == ["north", "south"]


def test_a_column_left_out_leaves_the_same_rows_sealed(shops_copy):
    profile = Profile.from_json(shops_copy.read_json("profile.json"))
    plain = load_snapshot(shops_copy, profile.digest)
    task = Task(kind="forecasting", target="sold", time_column="day", horizon="7 days")
    whole = prepare(shops_copy, plain, profile, task)
    drops = ["advert", "step", "naive sold"]
    less = prepare(shops_copy, plain, profile, task, drop_columns=drops)
    assert "naive sold" in less.features  # what has to be beaten is always there
    barred = prepare(shops_copy, plain, profile, task.model_copy(update={"exclude": ("advert",)}))
    assert whole.vault_id == less.vault_id == barred.vault_id
    assert "advert" in whole.features
    assert "advert" not in {*less.features, *barred.features}
    assert "step" in barred.features
    assert "step" not in less.features


def test_one_forecast_is_explained_in_the_units_of_the_target(shops_run, shops_file):
    told = pd.read_csv(shops_run.path / "forecasts.csv")
    found = explain_asked(shops_run, 9)  # the second day of the south
    assert found["of"]["series"] == "south"
    assert found["of"]["time"] == told["day"].iloc[8]
    assert found["prediction"] == pytest.approx(told["prediction"].iloc[8])
    total = found["base"] + sum(part["share"] for part in found["parts"])
    assert total == pytest.approx(found["prediction"])
    shown = {part["column"]: part["value"] for part in found["parts"]}
    last = history()[lambda t: (t["shop"] == "south") & t["sold"].notna()]["sold"].iloc[-1]
    assert shown["last sold"] == pytest.approx(last)
    for language, word in (("en", "the simple forecast"), ("zh", "简单预测")):
        assert word in row_text(found, language=language)
    assert explain_asked(shops_run, 9, data=str(shops_file))["prediction"] == found["prediction"]
    with pytest.raises(InputError, match="no forecast 99") as refused:
        explain_asked(shops_run, 99)
    assert "1 to 14" in refused.value.remedy


def test_made_columns_have_chinese_names():
    names = {
        "last sold": "最近的sold", "sold 3 before the last": "sold（倒数第 3 期之前）",
        "sold 2 seasons before": "sold（2 季之前）", "mean of the last 28": "最近 28 期的均值",
        "naive 销售额": "销售额的简单预测", "step": "向前的期数", "advert": "advert",
    }  # fmt: skip
    assert {name: in_chinese(name) for name in names} == names
    found = {"importance": [{"column": "last sold", "mean": 1.0}], "n": 3}
    assert explained_in_chinese(found)["importance"][0]["column"] == "最近的sold"
    assert explained_in_chinese(found, ["last sold"]) == found


def test_a_model_of_laid_out_rows_is_not_handed_out_without_what_lays_them(shops_run, tmp_path):
    from autoglm_agent.automl.export.script import export_code
    from autoglm_agent.automl.onnx.exporting import loaded

    for hand_out in (export_code, loaded):
        with pytest.raises(InputError, match="laid out"):
            hand_out(shops_run)


def test_intervals_widen_with_the_steps_that_are_harder():
    rng = np.random.default_rng(3)
    step = np.tile(np.arange(1, 11), 400)
    bands = bands_of(rng.normal(0, step), step, 10)
    width = [band.high - band.low for band in bands]
    assert [band.upto for band in bands][-1] == 10
    assert width == sorted(width)
    inside = bands[-1]
    late = rng.normal(0, 10, 4000)
    assert 0.87 < ((late > inside.low) & (late < inside.high)).mean() < 0.94
    assert Bands.from_json(Bands(tuple(bands), 2.0).to_json()) == Bands(tuple(bands), 2.0)


def test_an_interval_holds_the_forecast_even_of_a_model_that_leans():
    bands = bands_of(np.random.default_rng(0).normal(9, 1, 400), np.ones(400, dtype=int), 1)
    assert bands[0].low == 0.0
    assert bands[0].high > 10


def test_few_residuals_give_one_interval_for_all_steps():
    bands = bands_of(np.linspace(-1, 1, 30), np.tile([1, 2, 3], 10), 3)
    assert bands == [Band(3, bands[0].low, bands[0].high)]
    assert bands[0].low < -0.8
    assert bands[0].high > 0.8
