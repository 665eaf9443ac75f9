"""Names run together, measures and costs that keep to their words, and requests that contradict."""

from __future__ import annotations

from typing import Any

import pytest
from planner_tables import make_profile

from autoglm_agent.automl.data.profile import Profile
from autoglm_agent.errors import InputError, TargetError
from autoglm_agent.planner.schema import schema_of
from autoglm_agent.planner.task_parser import parse_task


def table(**columns: str) -> Profile:
    return make_profile("t", 900, columns)


HOMES = table(
    house_no="id",
    famsize="integer 1 9 9",
    Mwork="category office:400|shop:300|none:200",
    Fwork="category office:500|shop:300|none:100",
    balance="number -90 9000 700",
    rent_due="boolean no:700|yes:200",
    customer_segment="category basic:500|plus:300|gold:100",
    visits_day="date 2021-01-01 2023-12-30",
    walkers="integer 0 60 58",
    cnt="integer 0 400 300",
    cust_id="integer 1 300 300",
    cr_limit="number 100 9000 500",
)
SHIPPING = table(
    包裹编号="id",
    下单时间="date 2022-01-01 2023-06-30",
    预计到达_分钟="integer 10 90 80",
    实际到达_分钟="integer 10 200 150",
    箱号="integer 1 200 200",
    重量_千克="number 0.1 30 200",
    是否破损="boolean 否:850|是:50",
)


def read(words: str, profile: Profile) -> dict[str, Any]:
    return dict(parse_task(words, profile).to_json())


@pytest.mark.parametrize(
    ("words", "target"),
    [
        ("Predict the family size.", "famsize"),
        ("What is the mother's work?", "Mwork"),
        ("classify the father's work", "Fwork"),
    ],
)
def test_words_side_by_side_give_the_name_that_runs_them_together(words: str, target: str) -> None:
    assert read(words, HOMES)["target"] == target


def test_a_short_word_does_not_stand_for_the_initial_of_a_name() -> None:
    with pytest.raises(TargetError):
        parse_task("Predict my work.", HOMES)


def test_a_measure_is_read_although_a_column_is_called_like_a_part_of_it() -> None:
    task = read("Predict rent_due, judged by balanced accuracy", HOMES)
    assert (task["target"], task["metric"]) == ("rent_due", "balanced_accuracy")


def test_a_segment_that_a_column_is_named_after_is_predicted_and_not_searched_for() -> None:
    assert read("Which customer segment does a home belong to?", HOMES)["kind"] == "multiclass"
    assert read("Cluster the homes into 4 segments.", HOMES)["kind"] == "clustering"


def test_what_is_counted_by_name_goes_before_the_column_of_counts() -> None:
    assert read("number of walkers per day", HOMES)["target"] == "walkers"


def test_a_count_of_what_befalls_the_things_is_not_the_count_of_the_things() -> None:
    assert read("Predict how many homes are visited", HOMES)["target"] == "cnt"
    with pytest.raises(TargetError):
        parse_task("Predict how many homes see a burglary", HOMES)


def test_what_follows_the_costs_is_still_read() -> None:
    task = read("预测 rent_due，漏报一次损失300元，误报一次损失20元，不要用 walkers", HOMES)
    assert task["costs"] == {"fn": 300.0, "fp": 20.0}
    assert task["exclude"] == ["walkers"]


@pytest.mark.parametrize(
    ("words", "costs"),
    [
        ("预测是否破损，漏掉一件等于误报8件", {"fn": 8.0, "fp": 1.0}),
        ("预测是否破损，误判一件顶得上漏报两件", {"fn": 1.0, "fp": 2.0}),
        ("哪些包裹会破损？没查出来一件赔200，误报一件亏10", {"fn": 200.0, "fp": 10.0}),
    ],
)
def test_costs_are_told_as_money_lost_or_as_so_many_of_the_other_mistake(
    words: str, costs: dict[str, float]
) -> None:
    assert read(words, SHIPPING)["costs"] == costs


def test_the_goal_stays_open_where_the_same_clause_asks_for_a_split() -> None:
    task = read("Predict rent_due but test on customers the model has never seen.", HOMES)
    assert (task["target"], task["group_column"]) == ("rent_due", "cust_id")


@pytest.mark.parametrize(
    ("words", "profile", "group"),
    [
        ("Predict rent_due. The same customer may rent two homes, never put him on both sides "
         "of the split.", HOMES, "cust_id"),
        ("预测是否破损，同一个箱的记录只能放在一边", SHIPPING, "箱号"),
        ("Predict rent_due. No customer (cust_id) in both train and test.", HOMES, "cust_id"),
    ],
)  # fmt: skip
def test_groups_are_told_by_the_same_one_and_by_what_must_not_be_in_both(
    words: str, profile: Profile, group: str
) -> None:
    task = read(words, profile)
    assert task["group_column"] == group
    assert not task["exclude"]


@pytest.mark.parametrize(
    ("words", "profile", "barred"),
    [
        ("预测是否破损，预计时间不要用", SHIPPING, {"预计到达_分钟"}),
        ("预测是否破损，预计到达时间、重量别用", SHIPPING, {"预计到达_分钟", "重量_千克"}),
        ("预测是否破损。只有事后才知道实际到达时间，这一列别用", SHIPPING, {"实际到达_分钟"}),
        ("预测 rent_due，walkers 和 cnt 都别用", HOMES, {"walkers", "cnt"}),
        ("预测 rent_due，walkers和人数cnt都不能用", HOMES, {"walkers", "cnt"}),
        ("预测 rent_due，walkers别进模型", HOMES, {"walkers"}),
        ("Predict rent_due. walkers and cnt are post-event, take them out.", HOMES,
         {"walkers", "cnt"}),
        ("Predict rent_due. Leave out the credit limit and counts (cnt, walkers).", HOMES,
         {"cnt", "walkers"}),
        ("Predict rent_due without the credit limit", HOMES, {"cr_limit"}),
    ],
)  # fmt: skip
def test_columns_are_barred_by_list_by_pronoun_and_by_description(
    words: str, profile: Profile, barred: set[str]
) -> None:
    task = read(words, profile)
    assert set(task["exclude"]) >= barred
    assert task["target"] not in task["exclude"]


def test_the_name_after_a_verb_of_prediction_is_no_part_of_a_list_that_is_barred() -> None:
    task = read("预测重量_千克，预计到达_分钟和实际到达_分钟都别用", SHIPPING)
    assert task["target"] == "重量_千克"
    assert set(task["exclude"]) == {"预计到达_分钟", "实际到达_分钟"}


@pytest.mark.parametrize(
    "words",
    [
        "Predict walkers, but drop walkers from the data.",
        "Predict walkers as a regression, judged by ROC AUC.",
    ],
)
def test_requests_that_contradict_each_other_are_refused(words: str) -> None:
    with pytest.raises(InputError) as raised:
        parse_task(words, HOMES)
    assert not isinstance(raised.value, TargetError)


@pytest.mark.parametrize(
    "words",
    [
        "Predict rent_due with a model whose coefficients she can interpret.",
        "预测 rent_due，结果要能跟房东说清楚原因",
        "I want a simple formula for rent_due.",
    ],
)
def test_a_model_that_people_can_read_is_asked_for_in_many_ways(words: str) -> None:
    assert read(words, HOMES)["interpretable"] is True


def test_a_chinese_unit_at_the_end_of_a_name_says_what_is_measured() -> None:
    (unit,) = schema_of(SHIPPING).by_name["实际到达_分钟"].measure
    assert unit.says("时间")
