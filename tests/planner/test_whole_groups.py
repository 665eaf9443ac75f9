"""Whole groups on one side of the split, in the turns that people have for it."""

from __future__ import annotations

import pytest
from planner_tables import make_profile

from autoglm_agent.errors import InputError
from autoglm_agent.planner.groups_columns import tells_groups
from autoglm_agent.planner.schema import schema_of
from autoglm_agent.planner.task_parser import parse_task

ACCIDENTS = make_profile(
    "accidents",
    5000,
    {
        "Driver_ID": "integer 1 3000 2500",
        "Year": "integer 1999 2021 23",
        "Severity": "category Slight:3000|Serious:1500|Fatal:500",
        "Cost": "number 0 90000 3000",
    },
)
CARS = make_profile(
    "二手车",
    8000,
    {
        "车主编号": "integer 1 6000 6000",
        "品牌": "category 大众:3000|丰田:3000|宝马:2000",
        "售价": "number 1 100 900",
    },
)


@pytest.mark.parametrize(
    "words",
    [
        "without putting the same driver into train and test",
        "for drivers that the model has not seen",
        "evaluate on new drivers only",
        "and split so that a driver's rows are not divided",
        "and split at the level of the driver",
        "with the driver as the group",
        "GroupKFold on driver",
        "so that no driver occurs in training and in test",
        "where train and test share no drivers",
        "and each driver's records should be only in one of the two sets",
        "so that it works for unseen drivers",
        "with driver-wise cross validation",
        "avoid leakage between rows of the same driver",
    ],
)
def test_turns_that_name_the_groups(words: str) -> None:
    task = parse_task(f"Predict the severity, {words}", ACCIDENTS)
    assert (task.target, task.group_column) == ("Severity", "Driver_ID")
    assert not task.exclude
    assert task.time_column is None


@pytest.mark.parametrize(
    "words",
    [
        "每位车主的数据要么全在训练集，要么全在测试集",
        "把车主作为分组",
        "要能用在新车主身上",
        "训练集和测试集的车主要完全不同",
    ],
)
def test_chinese_turns_that_name_the_groups(words: str) -> None:
    task = parse_task(f"预测售价，{words}", CARS)
    assert (task.target, task.group_column) == ("售价", "车主编号")


def test_new_rows_are_no_groups() -> None:
    task = parse_task("Predict the severity, train on old rows and test on new rows", ACCIDENTS)
    assert (task.time_column, task.group_column) == ("Year", None)


@pytest.mark.parametrize(
    "words",
    [
        "Predict the severity but keep all accidents of one driver on the same side of the split.",
        "Predict the severity and keep all accidents of one driver on one side of the split",
        "How severe is it? Make sure the same driver never appears in both train and test data.",
    ],
)
def test_the_goal_before_the_groups_stays_and_make_sure_names_no_make(words: str) -> None:
    columns = {**{"make": "category Ford:2000|Fiat:3000"}, **{
        "Driver_ID": "integer 1 3000 2500",
        "Severity": "category Slight:3000|Serious:1500|Fatal:500",
    }}  # fmt: skip
    task = parse_task(words, make_profile("accidents", 5000, columns))
    assert (task.target, task.group_column) == ("Severity", "Driver_ID")


TREES = make_profile(
    "street_trees",
    20000,
    {
        "tree_id": "id",
        "block_id": "integer 100 9000 4000",
        "tourney_id": "category a:7000|b:7000|c:6000",
        "VNDR_CD": "integer 1 900 880",
        "unit_nr": "integer 1 100 100",
        "景区名称": "category 东湖:9000|西湖:8000|南湖:3000",
        "girth": "number 1 90 800",
        "health": "category Good:15000|Fair:4000|Poor:1000",
    },
)


@pytest.mark.parametrize(
    ("words", "column"),
    [
        ("trees on the same block must stay on the same side of the split", "block_id"),
        ("同一个 vendor 的树不能拆到训练和测试两边", "VNDR_CD"),
        ("keep all rows of one unit on the same side of the split", "unit_nr"),
        ("keep every tournament together in the split", "tourney_id"),
        ("a scenic area must not be split between training and test", "景区名称"),
    ],
)
def test_a_thing_whose_rows_stay_together_is_found_by_its_name_or_meaning(
    words: str, column: str
) -> None:
    task = parse_task(f"Predict health. {words[0].upper()}{words[1:]}.", TREES)
    assert (task.target, task.group_column) == ("health", column)


def test_what_another_sentence_names_is_not_the_group() -> None:
    words = (
        "Predict health. Trees on the same block must stay on the same side of the split. "
        "Leave out tourney_id."
    )
    task = parse_task(words, TREES)
    assert (task.group_column, task.exclude) == ("block_id", ("tourney_id",))


@pytest.mark.parametrize(
    "words",
    [
        "Predict health. A cheese must not be split between training and test.",
        "Predict health. Keep every cheese on the same side of the split.",
    ],
)
def test_a_thing_that_no_column_tells_is_asked_about(words: str) -> None:
    with pytest.raises(InputError, match="keeps groups whole"):
        parse_task(words, TREES)


def test_codes_tell_things_apart_and_quantities_do_not() -> None:
    told = {column.name for column in schema_of(TREES).columns if tells_groups(column)}
    assert told == {
        "tree_id",
        "block_id",
        "tourney_id",
        "VNDR_CD",
        "unit_nr",
        "景区名称",
        "health",
    }


def test_halves_of_a_table_are_no_groups_by_meaning() -> None:
    table = make_profile(
        "trees",
        20000,
        {
            "tree_id": "id",
            "zone": "category n:9000|s:11000",
            "girth": "number 1 90 800",
            "health": "category Good:15000|Fair:4000|Poor:1000",
        },
    )
    with pytest.raises(InputError, match="keeps groups whole"):
        parse_task("Predict health. Keep every area together in the split.", table)


def test_a_side_of_the_split_is_not_the_thing_kept() -> None:
    table = make_profile(
        "trees",
        20000,
        {
            "lato": "category a:9000|b:6000|c:5000",
            "girth": "number 1 90 800",
            "health": "category Good:15000|Fair:4000|Poor:1000",
        },
    )
    with pytest.raises(InputError, match="keeps groups whole"):
        parse_task("Predict health. Keep every cheese on the same side of the split.", table)


@pytest.mark.parametrize(
    ("words", "column"),
    [
        ("预测是否欺诈，同一张卡不要同时出现在训练和测试里", "card_no"),
        ("预测是否欺诈，每张卡要么全在训练集要么全在测试集", "card_no"),
        ("预测是否欺诈，测试集里的卡不能在训练集出现过", "card_no"),
        ("预测是否欺诈，留出整张卡做测试", "card_no"),
        ("预测是否欺诈，同一辆车的记录要放在同一边", "vehicle_id"),
        ("预测是否欺诈，按车分组划分", "vehicle_id"),
        ("预测是否欺诈，同一批次的样本不要拆开", "批次号"),
        ("预测是否欺诈，同一地点（Locality）的样本要整组放在训练集或测试集里", "Locality"),
    ],
)
def test_a_thing_of_one_character_and_one_told_in_brackets(words: str, column: str) -> None:
    table = make_profile(
        "payments",
        9000,
        {
            "card_no": "category C1:4000|C2:3000|C3:2000",
            "vehicle_id": "text",
            "班次": "category 早:4000|中:3000|晚:2000",
            "批次号": "text",
            "Locality": "category a:4000|b:3000|c:2000",
            "amount": "number 1 90 800",
            "is_fraud": "category 0:8000|1:1000",
        },
    )
    assert parse_task(words, table).group_column == column


def test_each_thing_on_one_side_is_found_by_meaning() -> None:
    table = make_profile(
        "customers",
        9000,
        {
            "Geography": "category France:4000|Spain:3000|Germany:2000",
            "Surname": "text",
            "Age": "integer 18 90 70",
            "Exited": "category 0:8000|1:1000",
        },
    )
    words = "A classifier for Exited; each country has to sit entirely in either train or test."
    assert parse_task(words, table).group_column == "Geography"


VISITS = make_profile(
    "visits",
    9000,
    {
        "patient_id": "integer 1 3000 2800",
        "hospital": "category A:3000|B:3000|C:3000",
        "visit_date": "date 2020-01-01 2023-06-30",
        "age": "integer 18 90 70",
        "readmitted": "category yes:2000|no:7000",
    },
)


@pytest.mark.parametrize(
    "before", ["预测 readmitted，", "预测 readmitted ", "预测病人是否会再入院。"]
)
@pytest.mark.parametrize(
    "words",
    [
        "用新的医院来测试", "测试集用没见过的医院", "训练和测试的医院不能重叠",
        "同一医院的数据不要拆开", "确保每个医院只出现在一边", "医院不能跨训练和测试",
    ],
)  # fmt: skip
def test_groups_after_any_mark_or_blank_are_never_lost(before: str, words: str) -> None:
    task = parse_task(before + words, VISITS)
    found = (task.target, task.group_column, task.time_column, task.exclude)
    assert found == ("readmitted", "hospital", None, ())


@pytest.mark.parametrize(
    "words",
    [
        "test on new hospitals", "rows of the same hospital must not be split",
        "the same hospital must not appear in train and test",
        "a hospital must not be in both sets",
    ],
)  # fmt: skip
def test_a_thing_on_one_side_is_neither_left_out_nor_a_time(words: str) -> None:
    task = parse_task(f"Predict readmitted, {words}", VISITS)
    found = (task.target, task.group_column, task.time_column, task.exclude)
    assert found == ("readmitted", "hospital", None, ())


SHOPS = make_profile(
    "shops",
    9000,
    {
        "Store": "integer 1 1115 800",
        "StoreType": "category a:4000|b:3000|c:2000",
        "Customers": "integer 0 3000 900",
        "Sales": "number 0 40000 5000",
    },
)


@pytest.mark.parametrize(
    "words", ["同一家店的数据得整个放在一边", "rows of one store must stay together"]
)
def test_a_whole_number_that_is_called_as_the_thing_itself_tells_its_groups(words: str) -> None:
    assert parse_task(f"预测 Sales，{words}", SHOPS).group_column == "Store"


FLIGHTS = make_profile(
    "flights",
    9000,
    {
        "ORIGIN": "category ATL:3000|ORD:3000|DFW:3000",
        "DEST": "category ATL:3000|ORD:3000|DFW:3000",
        "Pilot_Name": "category Ann:4000|Bob:3000|Cy:2000",
        "Review Text": "text",
        "DELAY": "number 0 90 80",
        "Score": "number 0 9 90",
    },
)


@pytest.mark.parametrize(
    ("words", "group"),
    [
        ("Model DELAY and keep all flights from one departure airport together", "ORIGIN"),
        ("Score for each origin, holding out entire pilots so that no pilot's rows are in both "
         "train and test", "Pilot_Name"),
    ],
)  # fmt: skip
def test_two_words_tell_the_groups_together_and_a_goal_tells_none(words: str, group: str) -> None:
    assert parse_task(words, FLIGHTS).group_column == group


def test_what_belongs_to_a_thing_without_a_column_makes_no_groups() -> None:
    with pytest.raises(InputError, match="整组划分"):
        parse_task("预测 DELAY，同一款机型的评论不要既出现在训练集又出现在测试集", FLIGHTS)
