"""Slips in words of command, and names whose words could be taken for something else."""

from __future__ import annotations

import pytest
from planner_tables import make_profile

from autoglm_agent.errors import InputError
from autoglm_agent.planner.task_parser import parse_task

CELLS = make_profile(
    "radio_cells",
    9000,
    {
        "cell": "id",
        "region": "category north:5000|south:4000",
        "drop_rate": "number 0 9 800",
        "dl_speed_mbps": "number 1 400 900",
        "ul_speed_mbps": "number 1 90 900",
        "alarms": "integer 0 40 41",
        "failure_24h": "category 0:8500|1:500",
    },
)
SHOTS = make_profile(
    "shots",
    7000,
    {
        "shot_id": "id",
        "shot_type": "category wrist:4000|snap:2000|slap:1000",
        "distance": "number 1 90 700",
        "score_gap": "integer -5 5 11",
        "goal": "category 0:6400|1:600",
    },
)
CALLS = make_profile(
    "harbour",
    4000,
    {
        "CALL": "id",
        "TUG_CNT": "integer 0 6 7",
        "DRAFT_M": "number 2 16 140",
        "CGO_TN": "number 0 90000 3000",
        "berth": "category A:2000|B:2000",
    },
)
TENDERS = make_profile(
    "招标",
    3000,
    {
        "项目编号": "id",
        "日期": "date 2020-01-01 2022-12-31",
        "省份": "category 浙江:1500|江苏:1500",
        "品种": "category 甲:1500|乙:1500",
        "项目类别": "category 工程:1500|货物:1000|服务:500",
        "最低价": "number 1 900 800",
        "最高价": "number 2 990 800",
        "是否流标": "category 否:2700|是:300",
    },
)
PLAYERS = make_profile(
    "hoops",
    500,
    {
        "player": "id",
        "height": "integer 170 225 50",
        "Pos": "category G:200|F:200|C:100",
        "points": "number 0 40 300",
    },
)


def test_a_command_with_an_e_left_out() -> None:
    task = parse_task("predict alarms with mean absolut error, at most 5 minuts", CELLS)
    assert (task.target, task.metric, task.time_budget_s) == ("alarms", "mae", 300)
    assert parse_task("find suspicous rows", CELLS).kind == "anomaly"


def test_what_happens_within_some_hours_is_no_time_to_work() -> None:
    task = parse_task("24小时内是否会发生故障?", CELLS)
    assert (task.target, task.time_budget_s) == ("failure_24h", None)
    assert parse_task("24小时内将发生的告警数", CELLS).time_budget_s is None
    assert parse_task("预测故障，2小时内完成", CELLS).time_budget_s == 7200
    assert parse_task("预测故障，10分钟内将结果给我", CELLS).time_budget_s == 600


def test_a_name_that_begins_like_a_request_to_leave_out() -> None:
    task = parse_task("Drop rate prediction, R squared", CELLS)
    assert (task.target, task.exclude) == ("drop_rate", ())
    task = parse_task("Predict alarms. Drop rate and region should be removed.", CELLS)
    assert set(task.exclude or ()) == {"drop_rate", "region"}
    assert parse_task("Predict alarms, drop region", CELLS).exclude == ("region",)


def test_something_or_no_such_thing() -> None:
    task = parse_task("goal or no goal, no distance please", SHOTS)
    assert (task.target, task.exclude) == ("goal", ("distance",))


def test_kinds_told_apart_from_the_others_leave_nothing_out() -> None:
    task = parse_task("Can we tell wrist, snap and slap apart from the other columns?", SHOTS)
    assert (task.target, task.exclude) == ("shot_type", ())


def test_tonnes_are_no_tugs() -> None:
    assert parse_task("How many tonnes will a vessel unload?", CALLS).target == "CGO_TN"


def test_all_of_a_chinese_name_but_its_form() -> None:
    assert parse_task("预测项目会不会流标", TENDERS).target == "是否流标"


def test_stats_of_a_player_ask_for_no_profile() -> None:
    words = "Which position does a man play given his height and stats?"
    assert parse_task(words, PLAYERS).kind == "multiclass"
    assert parse_task("show me the stats only", PLAYERS).kind == "profile"


def test_download_and_upload() -> None:
    task = parse_task("Download speed, without upload speed", CELLS)
    assert (task.target, task.exclude) == ("dl_speed_mbps", ("ul_speed_mbps",))


def test_what_cannot_be_left_out_is_answered_with_names_near_in_meaning() -> None:
    with pytest.raises(InputError) as told:
        parse_task("Predict 是否流标, do not use the lowest bid", TENDERS)
    assert "最低价" in str(told.value)
