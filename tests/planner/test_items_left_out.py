"""Lists of columns to leave out whose items describe a column and do not name it."""

from __future__ import annotations

import pytest
from planner_tables import make_profile

from autoglm_agent.errors import InputError
from autoglm_agent.planner.endings import asks_for_ending, ending_column
from autoglm_agent.planner.schema import schema_of
from autoglm_agent.planner.task_parser import parse_task

AUCTIONS = make_profile(
    "auctions",
    7000,
    {
        "lot_id": "id",
        "seller": "category A:3000|B:4000",
        "auditor": "category Kim:3000|Lee:4000",
        "bids": "integer 0 90 80",
        "room_temp": "number 10 30 90",
        "wood_type": "category oak:3000|pine:4000",
        "usd_estimate": "number 1 90000 900",
        "paint_color": "category red:4000|blue:3000",
        "sale_outcome": "category sold:5000|unsold:1500|withdrawn:500",
        "hammer_price": "number 1 90000 900",
    },
)
PORTS = make_profile(
    "港口",
    6000,
    {
        "入港船数": "integer 0 90 80",
        "离港船数": "integer 0 90 80",
        "泊位": "category 一:3000|二:3000",
        "吞吐量": "number 0 900 800",
    },
)


@pytest.mark.parametrize(
    ("words", "columns"),
    [
        ("without peeking at the bids or the room temp", ("bids", "room_temp")),
        ("No peeking at the bids and the seller", ("bids", "seller")),
        ("ignoring the seller and the number of bids", ("seller", "bids")),
        ("leave out the bids, the seller and who audited it", ("bids", "seller", "auditor")),
        ("ignore the bids and how it ended", ("bids", "sale_outcome")),
        ("leave hardwood and the seller out", ("wood_type", "seller")),
        ("leave out the bids and the estimate money", ("bids", "usd_estimate")),
    ],
)
def test_items_that_describe_a_column_are_left_out(words: str, columns: tuple[str, ...]) -> None:
    task = parse_task(f"Predict hammer_price, {words}", AUCTIONS)
    assert task.target == "hammer_price"
    assert task.exclude == columns


@pytest.mark.parametrize(
    ("words", "columns"),
    [("入港和离港的数都别用", ("入港船数", "离港船数")), ("不要用离港的数", ("离港船数",))],
)
def test_chinese_items_begin_a_name(words: str, columns: tuple[str, ...]) -> None:
    assert parse_task(f"预测吞吐量，{words}", PORTS).exclude == columns


def test_the_last_character_of_a_compound_tells_the_column() -> None:
    assert parse_task("预测hammer_price，别用漆色", AUCTIONS).exclude == ("paint_color",)


@pytest.mark.parametrize(
    ("words", "asks"),
    [
        ("where does each parcel end up?", True),
        ("what becomes of the animals", True),
        ("预测包裹最后的去向", True),
        ("where is the parcel now", False),
    ],
)
def test_how_things_end_is_asked_for(words: str, asks: bool) -> None:
    assert asks_for_ending(words) is asks


def test_an_ending_is_a_column_of_classes() -> None:
    found = ending_column(schema_of(AUCTIONS).columns)
    assert found is not None
    assert found.name == "sale_outcome"
    assert ending_column(schema_of(PORTS).columns) is None


@pytest.mark.parametrize(
    ("words", "columns"),
    [
        ("don't look at how many bids there are", ("bids",)),
        ("pretend you don't know the seller or the bids", ("bids", "seller")),
        ("the model may not know the seller", ("seller",)),
        ("the seller and the number of bids are off limits", ("bids", "seller")),
        ("不许偷看seller和bids", ("bids", "seller")),
        ("seller和bids就当不知道", ("bids", "seller")),
        ("假装不知道seller", ("seller",)),
    ],
)
def test_further_ways_to_leave_columns_out(words: str, columns: tuple[str, ...]) -> None:
    task = parse_task(f"Predict hammer_price, {words}", AUCTIONS)
    assert (task.target, tuple(sorted(task.exclude))) == ("hammer_price", columns)


PEOPLE = make_profile(
    "clients",
    9000,
    {
        "CustomerId": "id",
        "Surname": "text",
        "Debtor": "category 0:8000|1:1000",
        "Tuition fees up to date": "category 0:1000|1:8000",
        "DOM": "integer 0 400 300",
        "Exited": "category 0:8000|1:1000",
    },
)


@pytest.mark.parametrize(
    ("words", "columns"),
    [
        ("预测 Exited，别把姓氏和客户编号放进模型", ("Surname", "CustomerId")),
        ("Predict Exited. Don't feed the family name into the model", ("Surname",)),
        ("Predict Exited without the family name", ("Surname",)),
        ("预测 Exited，DOM不要用于建模", ("DOM",)),
        ("预测 Exited，DOM 这一列 please drop 掉", ("DOM",)),
        (
            "Predict Exited. Don't show the model whether they are debtors or whether tuition is "
            "paid up.",
            ("Debtor", "Tuition fees up to date"),
        ),
    ],
)
def test_a_column_is_left_out_by_what_its_name_means(words: str, columns: tuple[str, ...]) -> None:
    assert parse_task(words, PEOPLE).exclude == columns


@pytest.mark.parametrize(
    ("words", "strange"),
    [
        ("预测 Exited，别把鞋码和客户编号放进模型", "鞋码"),
        ("预测 Exited，鞋码和DOM别用", "鞋码"),
        ("预测 Exited，DOM和鞋码别用", "鞋码"),
        ("预测 Exited，DOM、鞋码和CustomerId别用", "鞋码"),
        ("Predict Exited; DOM and the shoe size must not be used", "shoe size"),
        ("Predict Exited; the shoe size and DOM must not be used", "shoe size"),
    ],
)
def test_an_item_that_is_no_column_is_told(words: str, strange: str) -> None:
    with pytest.raises(InputError, match=strange):
        parse_task(words, PEOPLE)


def test_what_and_joins_before_a_column_may_be_another_wish() -> None:
    assert parse_task("Predict Exited. Recall, and DOM is out of bounds.", PEOPLE).exclude == (
        "DOM",
    )


STAFF = make_profile(
    "staff",
    1470,
    {
        "EmployeeNumber": "integer 1 2068 1470",
        "Age": "integer 18 60 43",
        "Department": "category Sales:446|R&D:961|HR:63",
        "Attrition": "category No:1233|Yes:237",
    },
)


@pytest.mark.parametrize(
    "words",
    [
        "不要用员工的血型", "不要用员工血型", "don't use the employee's blood type",
        "把员工的 blood type 那一列从 features 里去掉", "鞋码和部门都别当特征",
        "鞋码和部门没什么用，去掉",
    ],
)  # fmt: skip
def test_something_of_whom_rows_are_about_is_not_their_number(words: str) -> None:
    """What is no column is told, also where a word of it, or the next item, means a column."""
    with pytest.raises(InputError, match=r"no such column|没有这样的列"):
        parse_task(f"预测 Attrition，{words}", STAFF)


@pytest.mark.parametrize(
    ("words", "barred"),
    [
        ("不要用员工编号", ("EmployeeNumber",)),
        ("不要用员工信息建模", ("EmployeeNumber",)),
        ("without the employee's age", ("Age",)),
        ("年龄和部门都别当特征", ("Age", "Department")),
        ("年龄属于敏感信息，不能拿来当特征", ("Age",)),
        ("Department 大半是空的，drop 掉吧", ("Department",)),
        ("Age has no place in this", ("Age",)),
        ("Age is discriminating, so don't let the model see it", ("Age",)),
    ],
)
def test_what_is_said_of_a_column_in_the_clause_before_is_left_out(
    words: str, barred: tuple[str, ...]
) -> None:
    task = parse_task(f"预测 Attrition，{words}", STAFF)
    assert (task.target, task.exclude) == ("Attrition", barred)


@pytest.mark.parametrize(
    "words",
    ["别看准确率，换 AUC", "don't look at accuracy, use AUC", "别老盯着准确率，改用AUC来评"],
)
def test_a_measure_that_does_not_count_is_no_column_to_leave_out(words: str) -> None:
    task = parse_task(f"预测 Attrition，{words}", STAFF)
    assert (task.metric, task.exclude) == ("roc_auc", ())
