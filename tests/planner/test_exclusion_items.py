"""No item of a list of columns to be left out is lost without a word."""

from __future__ import annotations

import pytest
from planner_tables import make_profile

from autoglm_agent.errors import TargetError
from autoglm_agent.planner.task_parser import parse_task

CALLS = make_profile(
    "calls",
    900,
    {
        "wait_sec": "number 0 900 700",
        "hold_sec": "number 0 900 700",
        "talk_time_sec": "number 0 900 700",
        "agent_id": "category a1:300|a2:300|a3:300",
        "MCC": "category 5999:400|5411:500",
        "merchant": "category x:300|y:300|z:300",
        "elec_kWh": "number 0 900 700",
    },
)
SALES = make_profile(
    "销售",
    900,
    {
        "销量": "number 0 900 700",
        "商品编码": "category p1:300|p2:300|p3:300",
        "商品名称": "category a:300|b:300|c:300",
        "门店编号": "category s1:450|s2:450",
        "拨打次数": "integer 0 9 9",
    },
)


@pytest.mark.parametrize(
    ("table", "words", "barred"),
    [
        (CALLS, "predict wait_sec without talk time or hold time", {"talk_time_sec", "hold_sec"}),
        (CALLS, "predict wait_sec without hold time", {"hold_sec"}),
        (CALLS, "Predict wait_sec. Leave out the merchant name and the MCC.", {"merchant", "MCC"}),
        (CALLS, "Predict wait_sec, skip the merchant, and use MAE", {"merchant"}),
        (CALLS, "预测 wait_sec，不要用坐席编号", {"agent_id"}),
        (SALES, "Predict 销量. Leave out product name and product code.", {"商品名称", "商品编码"}),
        (SALES, "Predict 销量 and ignore the shop number", {"门店编号"}),
    ],
)
def test_every_item_is_barred(table: object, words: str, barred: set[str]) -> None:
    assert set(parse_task(words, table).exclude) == barred  # type: ignore[arg-type]


def test_a_column_named_like_a_metric_is_none_where_it_is_barred() -> None:
    assert parse_task("Predict merchant. Leave out the MCC.", CALLS).metric is None


def test_gas_is_not_electricity() -> None:
    with pytest.raises(TargetError):
        parse_task("Predict gas consumption.", CALLS)
