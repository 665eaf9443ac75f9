"""What the words say and what a chat model reads become one task; a contradiction is asked."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import BaseMessage
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command
from planner_tables import make_profile

from autoglm_agent import create_automl_agent
from autoglm_agent.errors import InputError, TargetError
from autoglm_agent.planner.merging import Merged, merge_readings
from autoglm_agent.testing import script_of, tool_call

TABLE = make_profile(
    "shop", 900,
    {
        "age": "integer 18 80 60", "gender": "category f:400|m:500", "zip": "integer 1 999 300",
        "visits": "integer 1 12 12", "signed": "date 2020-01-01 2021-01-01",
        "spend": "number 0 900 700", "left": "boolean no:800|yes:100",
    },
)  # fmt: skip


def merged(words: str, **model: Any) -> Merged:
    return merge_readings(words, TABLE, model)


def test_where_both_agree_the_words_are_the_evidence() -> None:
    found = merged("predict spend, RMSE", target="spend", metric="rmse", kind="regression")
    assert found.task == merged("predict spend, RMSE").task
    assert found.notes == ()
    assert found.task.evidence["metric"].source == "instruction"


def test_a_slot_that_only_the_model_names_is_taken_as_its_own() -> None:
    task = merged("predict spend", metric="mae", exclude=["zip"]).task
    assert (task.metric, task.exclude) == ("mae", ("zip",))
    assert {task.evidence[slot].source for slot in ("metric", "exclude")} == {"model"}


def test_quoted_words_stand_against_the_model_and_say_so() -> None:
    found = merged("predict spend, RMSE", metric="mae")
    assert found.task.metric == "rmse"
    (note,) = found.notes
    assert "rmse" in note
    assert "mae" in note


def test_what_only_the_data_suggested_gives_way_to_the_model() -> None:
    assert merged("predict left").task.positive_class == "yes"
    found = merged("predict left", positive_class="No")
    assert found.task.positive_class == "no"
    assert found.task.evidence["positive_class"].source == "model"
    assert "data alone" in found.notes[0]


def test_columns_to_leave_out_are_united_where_the_words_name_them() -> None:
    words = "Predict spend. Do not use gender. The zip is doubtful."
    found = merged(words, exclude=["zip", "age", "spend"])
    assert set(found.task.exclude) == {"gender", "zip"}
    assert any("age" in note for note in found.notes)


@pytest.mark.parametrize(
    ("words", "model", "candidates"),
    [
        ("predict spend", {"target": "visits"}, ("spend", "visits")),
        ("classify visits", {"kind": "regression"}, ("multiclass", "regression")),
        ("cluster the customers", {"target": "left"}, ("clustering", "left")),
        ("cluster the customers", {"kind": "anomaly"}, ("clustering", "anomaly")),
    ],
)
def test_a_contradiction_about_target_or_kind_is_a_question(
    words: str, model: dict[str, Any], candidates: tuple[str, str]
) -> None:
    with pytest.raises(TargetError) as raised:
        merged(words, **model)
    assert raised.value.candidates == candidates


def test_a_target_that_the_words_leave_open_is_the_models() -> None:
    task = merged("the thing that matters most", target="spend").task
    assert (task.target, task.evidence["target"].source) == ("spend", "model")


@pytest.mark.parametrize(
    "model",
    [
        {"target": "nothing"}, {"exclude": ["nothing"]}, {"time_column": "nothing"},
        {"metric": "roc_auc"}, {"metric": "beauty"},
    ],
)  # fmt: skip
def test_what_does_not_exist_or_fit_is_told_back_to_the_model(model: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        merged("predict spend", **model)


def test_a_level_that_the_target_lacks_is_told_back() -> None:
    with pytest.raises(InputError, match="no class"):
        merged("predict left", positive_class="perhaps")


def planned(messages: list[BaseMessage], **args: Any) -> Any:
    """Return the call of `plan_task` for the data that the prompt tells of."""
    told = "\n".join(str(m.text) for m in messages)
    (data_id,) = set(re.findall(r'"data_id": "(\w+)"', told))
    return tool_call("plan_task", data_id=data_id, instruction="Predict spend", **args)


@pytest.mark.parametrize(("answer", "source"), [("visits", "user"), ("spend", "user")])
def test_an_agent_asks_which_reading_is_meant_and_the_answer_decides(
    tmp_path: Path, answer: str, source: str
) -> None:
    rows = [f"{i % 50},{i * 7 % 13},{i * 3.5 % 91}" for i in range(120)]
    table = tmp_path / "shop.csv"
    table.write_text("\n".join(["age,visits,spend", *rows]) + "\n", encoding="utf-8")
    model = script_of(
        [
            tool_call("profile_data", data=str(table)),
            lambda m: planned(m, target="visits", confirmed=["target"]),
            lambda m: planned(m, target=answer),
        ]
    )
    agent = create_automl_agent(
        model, runs=tmp_path, memory=False, ask=True, approve=("plan",),
        checkpointer=InMemorySaver(),
    )  # fmt: skip
    config: Any = {"configurable": {"thread_id": "1"}}
    agent.invoke({"messages": [("user", f"Predict spend. Data: {table}")]}, config)
    asked = agent.get_state(config).interrupts[0].value
    assert asked["candidates"] == ["spend", "visits"]
    agent.invoke(Command(resume=answer), config)
    plan = agent.get_state(config).interrupts[0].value["question"]
    assert f"target: {answer} ({source})" in plan


SALES = make_profile(
    "sales",
    3650,
    {
        "date": "date 2023-01-01 2023-12-31",
        "store": "category A:1825|B:1825",
        "sales": "number 0 900 3000",
    },
)


def test_a_model_may_say_of_which_series_and_how_far_a_forecast_looks() -> None:
    merged = merge_readings("Forecast sales over time", SALES, {"horizon": "2 weeks"})
    assert (merged.task.kind, merged.task.horizon) == ("forecasting", "2 weeks")
    assert merged.task.evidence["horizon"].source == "model"
    told = merge_readings("Forecast sales over time", SALES, {"series": ["store"]})
    assert told.task.series == ("store",)
    said = merge_readings("Forecast sales for the next 3 days", SALES, {"horizon": "2 weeks"})
    assert said.task.horizon == "3 days"


def test_what_only_forecasts_have_is_no_part_of_another_task() -> None:
    merged = merge_readings("Predict sales by store", SALES, {"horizon": "2 weeks"})
    assert (merged.task.kind, merged.task.horizon) == ("regression", None)


@pytest.mark.parametrize("slots", [{"horizon": "soon"}, {"series": ["branch"]}])
def test_a_horizon_or_series_that_is_none_is_refused(slots: dict[str, object]) -> None:
    with pytest.raises(InputError, match=r"no horizon|no column 'branch'"):
        merge_readings("Forecast sales over time", SALES, slots)
