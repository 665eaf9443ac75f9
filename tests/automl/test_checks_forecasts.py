"""What verifies a forecast: it beats the simple one on sealed periods and knew no future."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from shops import AHEAD

from autoglm_agent.automl.checks.context import CheckContext, NotApplicableError
from autoglm_agent.automl.checks.forecasts import check_future
from autoglm_agent.automl.checks.quality import check_holdout_gain
from autoglm_agent.automl.checks.registry import run_checks
from autoglm_agent.automl.checks.sanity import check_holdout_predictions
from autoglm_agent.automl.checks.series import _memory as series_memory
from autoglm_agent.automl.checks.series import check_series
from autoglm_agent.automl.checks.stored import stored_oof
from autoglm_agent.automl.data.profile import Profile, stored_profile
from autoglm_agent.automl.data.table import load_snapshot
from autoglm_agent.automl.forecasting.laying import stored_plan
from autoglm_agent.automl.forecasting.past import Past
from autoglm_agent.automl.preparation.prepare import load_prepared, prepare
from autoglm_agent.automl.run.workspace import Workspace, digest_of
from autoglm_agent.automl.scoring.assess import _scores
from autoglm_agent.automl.scoring.baselines import fit_baselines
from autoglm_agent.automl.scoring.clusters import clusters_of
from autoglm_agent.automl.scoring.metrics import gain_interval
from autoglm_agent.automl.scoring.problem import Problem
from autoglm_agent.chain import Task


def test_the_interval_of_the_figure_is_of_weeks_that_are_wrong_together(shops_run):
    prepared = load_prepared(shops_run, next((shops_run.path / "prepared").iterdir()).name)
    drawn = clusters_of(prepared, prepared.X)
    assert drawn is not None
    days = prepared.X["day"].groupby(drawn).nunique()
    assert set(days.iloc[:-1]) == {AHEAD}


def test_errors_over_time_are_told_beside_those_of_the_simple_forecast(shops_run):
    """A row tells the difference from it, so its error is the value of the row itself."""
    prepared_id = next((shops_run.path / "prepared").iterdir()).name
    context = context_of(shops_run, prepared_id)
    context.search = json.loads(next(shops_run.path.glob("searches/*/search.json")).read_text())
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


def test_on_sealed_rows_too_the_simple_forecast_has_to_be_beaten(shops_copy):
    """Values are judged there, not differences: nought is no rival."""
    good = judged(shops_copy, lambda t: t["predicted"])
    assert (good["V30"].status, good["V04"].status) == ("pass", "pass")
    assert "the simple forecast" in good["V30"].fact
    held = pd.read_parquet(next((shops_copy.path / "predictions").glob("holdout-*.parquet")))
    plain = np.abs(held["actual"] - held["simple"]).mean()
    assert good["V30"].evidence["baseline"] == pytest.approx(plain)
    assert good["V30"].evidence["gains"].popitem()[1]["gain"] == pytest.approx(
        plain - np.abs(held["actual"] - held["predicted"]).mean(), abs=1e-5
    )
    same = judged(shops_copy, lambda t: t["simple"] - 10)
    assert same["V30"].status == "fail"
    assert judged(shops_copy, lambda t: t["actual"] + 5000 * (t.index % 2))["V04"].status == "warn"


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


@pytest.mark.parametrize(("told", "noise", "surely"), [(0.9, 0.0, True), (0.02, 0.2, False)])
def test_a_gain_that_may_be_none_is_not_sure(told, noise, surely):
    rng = np.random.default_rng(0)
    y = rng.normal(size=400)
    prepared = SimpleNamespace(problem=Problem("regression", "mae"))
    prediction, weeks = told * y + rng.normal(0, noise, 400), np.arange(400) // 40
    _, gains = _scores(prepared, y, prediction, {"simple": np.zeros(400)}, weeks, 0.5, 0)
    assert gains["simple"]["surely"] == surely


def test_what_the_assessment_found_unsure_is_refused_by_v30(shops_copy):
    path = next((shops_copy.path / "assessments").glob("*.json"))
    told = json.loads(path.read_text())
    told["simple"]["surely"] = False
    path.write_text(json.dumps(told))
    assert judged(shops_copy, lambda t: t["predicted"])["V30"].status == "fail"


def test_shares_of_the_error_have_to_beat_the_simple_forecast_too(shops_copy):
    profile = Profile.from_json(shops_copy.read_json("profile.json"))
    task = Task(
        kind="forecasting", target="sold", time_column="day", horizon="7 days", metric="mape"
    )
    prepared = prepare(shops_copy, load_snapshot(shops_copy, profile.digest), profile, task)
    assert prepared.simple is not None
    assert not prepared.simple.differs
    found = fit_baselines(prepared.X, prepared.y, prepared.problem, prepared.simple)
    assert found[0].name == prepared.simple.told
    assert list(found[0].predict(prepared.X)) == list(prepared.X["naive sold"])


def test_no_check_that_looks_for_leaks_in_plain_rows_is_asked(shops_run):
    verdicts = {
        v["check"]: v["status"]
        for path in (shops_run.path / "checks").glob("data-*.json")
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


def test_a_row_that_knows_the_future_is_refuted(shops_copy):
    prepared_id = next((shops_copy.path / "prepared").iterdir()).name
    laid_id = load_prepared(shops_copy, prepared_id).data_id
    leak(shops_copy, laid_id, "mean of the last 7")
    verdict = check_future(context_of(shops_copy, prepared_id))
    assert verdict.status == "fail"
    assert verdict.sound
    assert verdict.columns == ("mean of the last 7",)
    assert verdict.remedies[0].args == {"drop_columns": ["mean of the last 7"]}


def test_a_layout_that_looks_ahead_is_refuted(shops_copy, monkeypatch):
    """The rows are stored as this layout makes them; only another future gives it away."""
    honest = Past.last

    def peeking(self, series, origin):
        return honest(self, series, np.minimum(origin + 1, self._latest.shape[1] - 1))

    monkeypatch.setattr(Past, "last", peeking)
    profile = Profile.from_json(shops_copy.read_json("profile.json"))
    task = Task(kind="forecasting", target="sold", time_column="day", horizon="5 days")
    prepared = prepare(shops_copy, load_snapshot(shops_copy, profile.digest), profile, task)
    verdict = check_future(context_of(shops_copy, prepared.id))
    assert verdict.status == "fail"
    assert "last sold" in verdict.columns


def test_a_layout_that_knows_whether_there_is_a_next_value_is_refuted(shops_copy, monkeypatch):
    honest = Past.last

    def knowing(self, series, origin):
        after = self._values[series, np.minimum(origin + 1, self._latest.shape[1] - 1)]
        return honest(self, series, origin) + np.isnan(after)

    monkeypatch.setattr(Past, "last", knowing)
    profile = Profile.from_json(shops_copy.read_json("profile.json"))
    task = Task(kind="forecasting", target="sold", time_column="day", horizon="4 days")
    prepared = prepare(shops_copy, load_snapshot(shops_copy, profile.digest), profile, task)
    assert check_future(context_of(shops_copy, prepared.id)).status == "fail"


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


def test_plain_rows_are_not_asked_about_the_future(shops_copy):
    context = context_of(shops_copy, next((shops_copy.path / "prepared").iterdir()).name)
    context.prepared.data_id = stored_plan(shops_copy, context.prepared.data_id).data_id
    with pytest.raises(NotApplicableError):
        check_future(context)
    context.task = context.task.model_copy(update={"horizon": None})
    verdicts = {v.check: v.status for v in run_checks(context, "data") if v.check == "V44"}
    assert verdicts == {"V44": "na"}
