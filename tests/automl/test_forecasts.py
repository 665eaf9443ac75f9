"""A forecast from the table to what comes next, through the real search and the sealed rows."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from autoglm_agent.automl.checks.context import CheckContext, NotApplicableError
from autoglm_agent.automl.checks.forecasts import check_future
from autoglm_agent.automl.checks.quality import check_holdout_gain
from autoglm_agent.automl.checks.registry import run_checks
from autoglm_agent.automl.checks.sanity import check_holdout_predictions
from autoglm_agent.automl.checks.series import _memory as series_memory
from autoglm_agent.automl.checks.series import check_series
from autoglm_agent.automl.checks.stored import stored_oof
from autoglm_agent.automl.data.profile import Profile, stored_profile, typed_frame
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
from autoglm_agent.automl.report.plots_forecast import forecast_doubts, forecast_lines, forecasts_of
from autoglm_agent.automl.report.wording import wording
from autoglm_agent.automl.run.workspace import Workspace, digest_of
from autoglm_agent.automl.scoring.baselines import fit_baselines
from autoglm_agent.automl.scoring.clusters import clusters_of
from autoglm_agent.automl.scoring.metrics import gain_interval
from autoglm_agent.automl.scoring.problem import Problem
from autoglm_agent.chain import Task
from autoglm_agent.errors import InputError
from autoglm_graphs.runs import start_run
from autoglm_graphs.settings import Settings

DAYS, AHEAD = 200, 7


def history(days: int = DAYS, seed: int = 0) -> pd.DataFrame:
    """Two shops with weeks, a trend and what an advert brings; adverts are planned ahead."""
    rng = np.random.default_rng(seed)
    day = np.arange(days + AHEAD)
    frames = []
    for shop, level in (("north", 100.0), ("south", 20.0)):
        advert = (rng.random(len(day)) < 0.3).astype(int)
        week = np.tile([0.0, 0.1, 0.2, 0.1, 0.4, 0.9, 0.6], len(day) // 7 + 1)[: len(day)]
        sold = level * (1 + week + 0.004 * day + 0.8 * advert) + rng.normal(0, level / 30, len(day))
        frames.append(
            pd.DataFrame(
                {
                    "day": pd.date_range("2024-01-01", periods=len(day)).strftime("%Y-%m-%d"),
                    "shop": shop,
                    "advert": advert,
                    "sold": np.where(day < days, sold.round(2), np.nan),
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("data") / "shops.csv"
    history().to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def run(table: Path, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    settings = Settings(
        data=str(table), instruction="Forecast the sales of each shop for the next week", trials=2
    )
    home = tmp_path_factory.mktemp("runs")
    result = start_run(settings, runs=home, memory=False)
    assert result["status"] == "verified", result["message"]
    return Workspace(home / result["run"])


def read(run: Workspace, name: str) -> Any:
    return json.loads((run.path / name).read_text())


def test_the_task_says_how_far_and_of_what(run):
    task = read(run, "task.json")
    assert (task["kind"], task["target"], task["horizon"]) == ("forecasting", "sold", "1 week")
    assert task["series"] == ["shop"]


def test_the_model_is_better_than_the_simple_forecast(run):
    told = read(run, "result.json")["honest"]
    assessment = json.loads(next((run.path / "assessments").glob("*.json")).read_text())
    assert told["metric"] == "mae"
    assert told["value"] < 0.6 * assessment["baseline"]["value"]
    # Figures are of the values themselves, not of differences from a simple forecast.
    assert assessment["metrics"]["r2"]["value"] > 0.95
    assert min(assessment["residuals"]["actual"]) > 10


def test_the_interval_of_the_figure_is_of_weeks_that_are_wrong_together(run):
    prepared = load_prepared(run, next((run.path / "prepared").iterdir()).name)
    drawn = clusters_of(prepared, prepared.X)
    assert drawn is not None
    days = prepared.X["day"].groupby(drawn).nunique()
    assert set(days.iloc[:-1]) == {AHEAD}


def test_errors_over_time_are_told_beside_those_of_the_simple_forecast(run):
    """A row tells the difference from it, so its error is the value of the row itself."""
    prepared_id = next((run.path / "prepared").iterdir()).name
    context = context_of(run, prepared_id)
    context.search = json.loads(next(run.path.glob("searches/*/search.json")).read_text())
    told = stored_oof(context)["ensemble"]
    y = context.need_target().y
    rows = np.isfinite(told) & (context.need_target().folds >= 0)
    verdict = check_series(context)
    scaled = np.abs(told - y)[rows].mean() / np.abs(y)[rows].mean()
    assert verdict.statistic == pytest.approx(scaled, abs=1e-4)
    # Two shops share each day, so one after the other is no series whose memory could be asked.
    assert verdict.evidence["ljung_box_p"] == 1.0


@pytest.mark.parametrize(
    ("remembers", "series", "seen"), [(1, 1, True), (0, 1, False), (1, 2, False)]
)
def test_only_forecasts_one_step_ahead_of_one_series_are_asked_for_a_memory(
    remembers, series, seen
):
    """Forecasts of a period from several origins are wrong together, which proves nothing."""
    rng = np.random.default_rng(0)
    period, step, _ = (a.ravel() for a in np.indices((120, 3, series)))
    noise = rng.normal(size=120)
    wrong = np.cumsum(noise) if remembers else noise
    prepared = SimpleNamespace(
        task=Task(kind="regression", target="sold", horizon="3 periods"),
        X=pd.DataFrame({"day": period, "step": step + 1.0}),
        plan=SimpleNamespace(column="day"),
        y=np.zeros(len(period)),
    )
    p = series_memory(prepared, wrong[period], np.arange(len(period)))
    assert (p < 1e-3) == seen


def judged(copy: Workspace, change: Callable[[pd.DataFrame], pd.Series]) -> dict[str, Any]:
    """Return the checks of the assessment with other stored predictions."""
    context = context_of(copy, next((copy.path / "prepared").iterdir()).name)
    path = next((copy.path / "assessments").glob("*.json"))
    context.assessment = json.loads(path.read_text())
    held = copy.path / context.assessment["predictions"]
    table = pd.read_parquet(held)
    table["predicted"] = change(table)
    table.to_parquet(held)
    return {"V30": check_holdout_gain(context), "V04": check_holdout_predictions(context)}


def test_on_sealed_rows_too_the_simple_forecast_has_to_be_beaten(copy):
    """Values are judged there, not differences: nought is no rival."""
    good = judged(copy, lambda t: t["predicted"])
    assert (good["V30"].status, good["V04"].status) == ("pass", "pass")
    assert "the simple forecast" in good["V30"].fact
    held = pd.read_parquet(next((copy.path / "predictions").glob("holdout-*.parquet")))
    plain = np.abs(held["actual"] - held["simple"]).mean()
    assert good["V30"].evidence["baseline"] == pytest.approx(plain)
    assert good["V30"].evidence["gains"].popitem()[1]["gain"] == pytest.approx(
        plain - np.abs(held["actual"] - held["predicted"]).mean(), abs=1e-5
    )
    same = judged(copy, lambda t: t["simple"] - 10)
    assert same["V30"].status == "fail"
    assert judged(copy, lambda t: t["actual"] + 5000 * (t.index % 2))["V04"].status == "warn"


def test_a_gain_that_is_sure_by_rows_is_none_if_whole_weeks_go_together():
    """Eight good weeks and four bad ones of 60 rows each: few things happened, not many."""
    week = np.repeat(np.arange(12), 60)
    wrong = np.where(week % 3 == 2, 1.0, 0.2) + np.random.default_rng(0).normal(0, 0.01, 720)
    problem = Problem("regression", "mae")
    y, simple = np.zeros(720), np.full(720, 0.6)
    rows = gain_interval("mae", y, wrong, simple, problem, seed=0, level=0.9)
    weeks = gain_interval("mae", y, wrong, simple, problem, seed=0, level=0.9, clusters=week)
    assert rows[0] == weeks[0]
    assert rows[1] > 0 > weeks[1]


def test_what_the_assessment_found_unsure_is_refused_by_v30(copy):
    path = next((copy.path / "assessments").glob("*.json"))
    told = json.loads(path.read_text())
    told["simple"]["surely"] = False
    path.write_text(json.dumps(told))
    assert judged(copy, lambda t: t["predicted"])["V30"].status == "fail"


def test_shares_of_the_error_have_to_beat_the_simple_forecast_too(copy):
    profile = Profile.from_json(copy.read_json("profile.json"))
    task = Task(
        kind="forecasting", target="sold", time_column="day", horizon="7 days", metric="mape"
    )
    prepared = prepare(copy, load_snapshot(copy, profile.digest), profile, task)
    assert prepared.simple is not None
    assert not prepared.simple.differs
    found = fit_baselines(prepared.X, prepared.y, prepared.problem, prepared.simple)
    assert found[0].name == prepared.simple.told
    assert list(found[0].predict(prepared.X)) == list(prepared.X["naive sold"])


def test_every_series_is_told_a_week_with_intervals(run):
    told = pd.read_csv(run.path / "forecasts.csv")
    assert list(told.columns) == ["shop", "day", "prediction", "low", "high"]
    assert list(told["shop"]) == ["north"] * AHEAD + ["south"] * AHEAD
    assert told["day"].iloc[0] == "2024-07-19"  # the day after the last that was sold on
    assert (told["low"] < told["prediction"]).all()
    assert (told["prediction"] < told["high"]).all()
    # A shop that sells five times as much is told with wider intervals.
    width = (told["high"] - told["low"]).groupby(told["shop"]).mean()
    assert width["north"] > 2.5 * width["south"]
    held = read(run, "forecasts.json")["coverage"]
    assert held["n"] > 300
    assert 0.75 < held["held"] <= 1.0


def test_the_result_tells_a_program_what_comes_next(run):
    told = read(run, "result.json")["forecasts"]
    assert (told["horizon"], told["period"], told["count"]) == (AHEAD, "1 day", 2)
    assert Path(told["path"]).exists()
    north = told["series"][0]
    assert (north["key"], len(north["prediction"])) == ("north", AHEAD)
    frame = pd.read_csv(run.path / "forecasts.csv")
    assert north["prediction"] == pytest.approx(frame["prediction"].tolist()[:AHEAD])


def test_past_values_weighed_are_tried_first(run):
    """As in an autoregression, which trees need many more trials to come near to."""
    search = json.loads(next(run.path.glob("searches/*/search.json")).read_text())
    assert [c["family"] for c in search["candidates"][:2]] == ["baseline", "linear"]


def test_forecasts_of_a_model_that_was_left_behind_are_not_told(copy):
    told = copy.read_json("forecasts.json")
    copy.write_json({**told, "model": "another"}, "forecasts.json")
    assert forecasts_of(collect(copy), wording("en")) is None


def test_adverts_that_are_planned_are_used(run):
    future = history()
    told = pd.read_csv(run.path / "forecasts.csv").merge(future, on=["day", "shop"])
    north = told[told["shop"] == "north"]
    with_advert = north.loc[north["advert"] == 1, "prediction"].mean()
    assert with_advert > 1.2 * north.loc[north["advert"] == 0, "prediction"].mean()


def test_a_longer_history_is_forecast_from_its_own_end(run, tmp_path):
    longer = tmp_path / "longer.csv"
    history(DAYS + 30).to_csv(longer, index=False)
    told = predict_file(run, str(longer))
    assert str(told["day"].iloc[0])[:10] == "2024-08-18"
    actual = history(DAYS + 30 + AHEAD).merge(
        told.assign(day=told["day"].astype(str).str[:10]), on=["day", "shop"]
    )
    error = (actual["sold"] - actual["prediction"]).abs() / actual["sold"]
    assert error.mean() < 0.15


def test_a_model_that_is_not_surely_better_gives_way_to_the_simple_forecast(copy, table):
    prepared = load_prepared(copy, next((copy.path / "prepared").iterdir()).name)
    plan = stored_plan(copy, prepared.data_id)
    path = next((copy.path / "assessments").glob("*.json"))
    assessment = json.loads(path.read_text())
    assert assessment["simple"]["surely"]
    assessment["simple"]["surely"] = False
    path.write_text(json.dumps(assessment))
    profile = Profile.from_json(copy.read_json("profile.json"))
    told = save_forecasts(copy, prepared, plan, assessment["model"], profile)
    assert told["by"] == "simple forecast"
    assert "what is forecast is the simple forecast" in told["notes"][0]
    assert 0.8 < told["coverage"]["held"] <= 1.0
    frame = pd.read_csv(copy.path / "forecasts.csv")
    panel = plan.panel(typed_frame(load_snapshot(copy, plan.data_id), profile))
    places = Places(np.repeat([0, 1], AHEAD), panel.last_known.repeat(AHEAD), step_of(frame))
    simple = naive_forecast(plan.layout.naive, Past(panel), places, plan.layout.season)
    assert frame["prediction"].to_numpy() == pytest.approx(simple)
    assert predict_file(copy, str(table))["prediction"].to_numpy() == pytest.approx(simple)
    lines = [
        *forecast_lines(collect(copy), wording("zh")),
        *forecast_doubts(collect(copy), wording("zh")),
    ]
    assert "因此给出的是简单预测" in lines[-1]


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
def test_what_is_doubtful_of_a_history_is_told(run, tmp_path, change, words):
    path = tmp_path / "other.csv"
    change(history()).to_csv(path, index=False)
    notes: list[str] = []
    predict_file(run, str(path), tell=notes.append)
    assert words in " ".join(notes)


def test_a_history_in_other_periods_is_refused(run, tmp_path):
    weekly = history()
    weekly = weekly[pd.to_datetime(weekly["day"]).dt.day_of_week == 0]
    weekly.to_csv(tmp_path / "weekly.csv", index=False)
    with pytest.raises(
        InputError, match="every 1 week; the run learned from one every 1 day"
    ) as no:
        predict_file(run, str(tmp_path / "weekly.csv"))
    assert "new run" in no.value.remedy


def test_a_history_in_shorter_periods_or_without_times_is_refused(run, tmp_path):
    day = history()
    halves = pd.concat([day, day.assign(day=day["day"] + " 12:00:00")])
    halves.to_csv(tmp_path / "halves.csv", index=False)
    with pytest.raises(InputError, match="every 12 hours; the run learned from one every 1 day"):
        predict_file(run, str(tmp_path / "halves.csv"))
    day.assign(day="soon").to_csv(tmp_path / "soon.csv", index=False)
    with pytest.raises(InputError, match="No cell of 'day'"):
        predict_file(run, str(tmp_path / "soon.csv"))


def test_the_command_tells_forecasts_to_a_program(run, table, capsys, monkeypatch):
    from autoglm_agent.cli.after import predict

    predict(
        run.path.name, str(table), out=None, runs=str(run.path.parent), query=None, as_json=True
    )
    told = json.loads(capsys.readouterr().out)
    assert told["predictions"][0]["day"].startswith("2024-07-19")
    assert told["predictions"][0]["low"] < told["predictions"][0]["prediction"]


def test_a_history_that_lacks_a_column_is_refused(run, tmp_path):
    short = tmp_path / "short.csv"
    history().drop(columns=["advert"]).to_csv(short, index=False)
    with pytest.raises(InputError, match="lacks 'advert'"):
        predict_file(run, str(short))


def test_the_report_shows_what_comes_next_in_both_languages(run):
    page = (run.path / "report.html").read_text()
    assert 'id="forecast"' in page
    assert "curve ahead" in page
    record = collect(run)
    for language in ("en", "zh"):
        lines = forecast_lines(record, wording(language))
        assert len(lines) == 3
        assert "2024-07-19" in lines[0]
    shown = forecasts_of(record, wording("en"))
    assert shown is not None
    assert [name for name, _ in shown.plots] == ["north", "south"]


def test_no_check_that_looks_for_leaks_in_plain_rows_is_asked(run):
    verdicts = {
        v["check"]: v["status"]
        for path in (run.path / "checks").glob("data-*.json")
        for v in json.loads(path.read_text())
    }
    assert verdicts["V44"] == "pass"
    assert verdicts["V10"] == verdicts["V15"] == "na"


def context_of(run: Workspace, prepared_id: str) -> CheckContext:
    prepared = load_prepared(run, prepared_id)
    return CheckContext(
        workspace=run, task=prepared.task, prepared=prepared,
        table_profile=stored_profile(run, prepared.data_id),
    )  # fmt: skip


@pytest.fixture
def copy(run: Workspace, tmp_path: Path) -> Workspace:
    import shutil

    shutil.copytree(run.path, tmp_path / "copy")
    return Workspace(tmp_path / "copy")


def test_a_row_that_knows_the_future_is_refuted(copy):
    prepared_id = next((copy.path / "prepared").iterdir()).name
    laid_id = load_prepared(copy, prepared_id).data_id
    leak(copy, laid_id, "mean of the last 7")
    verdict = check_future(context_of(copy, prepared_id))
    assert verdict.status == "fail"
    assert verdict.sound
    assert verdict.columns == ("mean of the last 7",)
    assert verdict.remedies[0].args == {"drop_columns": ["mean of the last 7"]}


def test_a_layout_that_looks_ahead_is_refuted(copy, monkeypatch):
    """The rows are stored as this layout makes them; only another future gives it away."""
    honest = Past.last

    def peeking(self, series, origin):
        return honest(self, series, np.minimum(origin + 1, self._latest.shape[1] - 1))

    monkeypatch.setattr(Past, "last", peeking)
    profile = Profile.from_json(copy.read_json("profile.json"))
    task = Task(kind="forecasting", target="sold", time_column="day", horizon="5 days")
    prepared = prepare(copy, load_snapshot(copy, profile.digest), profile, task)
    verdict = check_future(context_of(copy, prepared.id))
    assert verdict.status == "fail"
    assert "last sold" in verdict.columns


def test_a_layout_that_knows_whether_there_is_a_next_value_is_refuted(copy, monkeypatch):
    honest = Past.last

    def knowing(self, series, origin):
        after = self._values[series, np.minimum(origin + 1, self._latest.shape[1] - 1)]
        return honest(self, series, origin) + np.isnan(after)

    monkeypatch.setattr(Past, "last", knowing)
    profile = Profile.from_json(copy.read_json("profile.json"))
    task = Task(kind="forecasting", target="sold", time_column="day", horizon="4 days")
    prepared = prepare(copy, load_snapshot(copy, profile.digest), profile, task)
    assert check_future(context_of(copy, prepared.id)).status == "fail"


def leak(workspace: Workspace, laid_id: str, column: str) -> None:
    """Write what is to be forecast into a feature of the stored rows."""
    frame = load_snapshot(workspace, laid_id).frame
    frame[column] += 0.01 * frame["sold"]
    buffer = io.BytesIO()
    frame.to_parquet(buffer)
    workspace.write_bytes(buffer.getvalue(), "data", f"{laid_id}.parquet")
    meta = workspace.read_json("data", f"{laid_id}.json")
    meta["sha256"] = digest_of(buffer.getvalue())
    workspace.write_json(meta, "data", f"{laid_id}.json")


def test_plain_rows_are_not_asked_about_the_future(copy):
    context = context_of(copy, next((copy.path / "prepared").iterdir()).name)
    context.prepared.data_id = stored_plan(copy, context.prepared.data_id).data_id
    with pytest.raises(NotApplicableError):
        check_future(context)
    context.task = context.task.model_copy(update={"horizon": None})
    verdicts = {v.check: v.status for v in run_checks(context, "data") if v.check == "V44"}
    assert verdicts == {"V44": "na"}


def test_a_column_left_out_leaves_the_same_rows_sealed(copy):
    profile = Profile.from_json(copy.read_json("profile.json"))
    plain = load_snapshot(copy, profile.digest)
    task = Task(kind="forecasting", target="sold", time_column="day", horizon="7 days")
    whole = prepare(copy, plain, profile, task)
    less = prepare(copy, plain, profile, task, drop_columns=["advert", "step"])
    barred = prepare(copy, plain, profile, task.model_copy(update={"exclude": ("advert",)}))
    assert whole.vault_id == less.vault_id == barred.vault_id
    assert "advert" in whole.features
    assert "advert" not in {*less.features, *barred.features}
    assert "step" in barred.features
    assert "step" not in less.features


def test_one_forecast_is_explained_in_the_units_of_the_target(run, table):
    told = pd.read_csv(run.path / "forecasts.csv")
    found = explain_asked(run, 9)  # the second day of the south
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
    assert explain_asked(run, 9, data=str(table))["prediction"] == found["prediction"]
    with pytest.raises(InputError, match="no forecast 99") as refused:
        explain_asked(run, 99)
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


def test_a_model_of_laid_out_rows_is_not_handed_out_without_what_lays_them(run, tmp_path):
    from autoglm_agent.automl.export.script import export_code
    from autoglm_agent.automl.onnx.exporting import loaded

    for hand_out in (export_code, loaded):
        with pytest.raises(InputError, match="laid out"):
            hand_out(run)


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
