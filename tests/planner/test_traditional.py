"""Traditional characters and Taiwan's words are read as what they are on the mainland."""

from __future__ import annotations

import time

import pytest
from planner_tables import make_profile

from autoglm_agent.planner.characters import normalise
from autoglm_agent.planner.task_parser import parse_task

USERS = make_profile(
    "users",
    3000,
    {
        "用户编号": "id",
        "性别": "category 男:1600|女:1400",
        "城市": "category 台北:2000|高雄:1000",
        "年龄": "integer 18 90 70",
        "是否流失": "category 否:2400|是:600",
    },
)


@pytest.mark.parametrize(
    "words",
    [
        "預測使用者是否流失，不要用性別和城市，評估指標用 F1，五分鐘以內",
        "預測用戶會不會流失 不考慮性別和城市 用F1評估 限時 5 分鐘",
        "使用者流失模型，剔除性別與城市這兩個欄位，F1，五分鐘內給結果",
    ],
)
def test_every_wish_is_read(words: str) -> None:
    task = parse_task(words, USERS)
    told = (task.target, task.exclude, task.metric, task.time_budget_s)
    assert told == ("是否流失", ("性别", "城市"), "f1", 300.0)


def test_what_is_quoted_are_the_users_own_characters() -> None:
    task = parse_task("預測使用者是否流失，剔除性別", USERS)
    assert task.evidence["exclude"].span == "剔除性別"


def test_columns_with_traditional_names_are_found() -> None:
    table = make_profile(
        "homes", 900, {"房價": "number 1 9 800", "樓層": "integer 1 30 30", "屋齡": "number 0 60 9"}
    )
    for words in ("预测房价，不要用楼层", "預測房價，不要用樓層", "房價預測 樓層不參與"):
        task = parse_task(words, table)
        assert (task.target, task.exclude) == ("房價", ("樓層",))


@pytest.mark.parametrize(
    ("source", "normal"),
    [
        ("按欄位", "按字段"),
        ("公車誤點", "公交车误点"),
        ("使用者數", "用户数"),
        ("資料  夾", "数据  夹"),
        ("ＡＵＣ　大於 ０.９", "AUC 大于0.9"),
    ],
)
def test_each_character_knows_its_place(source: str, normal: str) -> None:
    text, places = normalise(source)
    assert text == normal
    assert len(places) == len(text)
    assert list(places) == sorted(places)
    assert places[-1] == len(source) - 1


def test_long_texts_take_linear_time() -> None:
    def seconds(text: str) -> float:
        began = time.process_time()
        normalise(text)
        return time.process_time() - began

    for piece in ("使用者資料", "公車", "預測 不要用 ", "用 ", "3 分 "):
        normalise(piece)
        assert seconds(piece * (8000 // len(piece))) < 0.5
