"""Columns whose names are alike, or that a wish says in other words: which of them is meant."""

from __future__ import annotations

import pytest
from planner_tables import make_profile

from autoglm_agent.errors import TargetError
from autoglm_agent.planner.task_parser import parse_task


@pytest.mark.parametrize(
    ("columns", "words", "target"),
    [
        (
            {
                "fault": "text",
                "故障类型": "category 甲:400|乙:500",
                "设备类型": "category 丙:400|丁:500",
            },
            "What type of fault is it?",
            "故障类型",
        ),
        (
            {"totalPrice": "number 10 900 800", "price": "number 1 90000 800"},
            "预测每套房的成交总价",
            "totalPrice",
        ),
        (
            {"totalPrice": "number 10 900 800", "price": "number 1 90000 800"},
            "What will a flat sell for in total?",
            "totalPrice",
        ),
        ({"mpg": "number 10 90 80", "mileage": "integer 1 90000 800"}, "跑了多少里程", "mileage"),
        (
            {"维修工时": "number 1 40 200", "运行小时": "number 1 90000 800"},
            "修一次要花多少小时？",
            "维修工时",
        ),
        (
            {"O3": "number 1 400 800", "CO": "integer 100 10000 118"},
            "Predict the ozone concentration.",
            "O3",
        ),
        (
            {"price_eur_mwh": "number 9 110 800", "temp_c": "number 1 40 200"},
            "预测电价",
            "price_eur_mwh",
        ),
        (
            {"fuel": "category petrol:500|diesel:400", "brand": "category A:500|B:400"},
            "判断车辆使用什么燃料",
            "fuel",
        ),
        (
            {"gender": "category F:500|M:400", "amt": "number 1 900 800"},
            "guess the cardholder's gendr",
            "gender",
        ),
        (
            {
                "status_group": "category ok:400|broken:300|weak:200",
                "water_quality": "category soft:500|salty:400",
            },
            "Predict the status of a water point",
            "status_group",
        ),
        (
            {
                "Class": "category Business:500|Eco:300|Eco Plus:100",
                "Type of Travel": "category Business travel:500|Personal Travel:400",
            },
            "乘客坐的是什么舱位？",
            "Class",
        ),
        (
            {"minutes_played": "integer 0 3000 800", "market_value_eur": "integer 0 900000 800"},
            "Estimate the total minutes a player spends on the field",
            "minutes_played",
        ),
        (
            {
                "listening_time_minutes": "number 0 120 800",
                "episode_length_minutes": "number 3 300 800",
            },
            "How long will people listen to an episode?",
            "listening_time_minutes",
        ),
        (
            {"请假天数": "integer 0 40 41", "通勤时间_分钟": "integer 5 150 140"},
            "上下班路上要多久？",
            "通勤时间_分钟",
        ),
        (
            {
                "publication_day": "category Monday:400|Sunday:500",
                "published_on": "date 2021-01-01 2023-12-31",
            },
            "On which weekday is it published?",
            "publication_day",
        ),
        (
            {"adults": "integer 0 9 10", "lead_time": "integer 0 700 400"},
            "How far in advance do guests book?",
            "lead_time",
        ),
        (
            {"imdb_score": "number 1 10 80", "mpaa_rating": "category R:500|PG:400"},
            "Predict the IMDb score of a movie",
            "imdb_score",
        ),
        (
            {"heart_disease": "category 0:800|1:100", "age": "integer 1 90 80"},
            "who has got a heart condition?",
            "heart_disease",
        ),
    ],
)
def test_names_alike_are_told_apart(columns: dict[str, str], words: str, target: str) -> None:
    assert parse_task(words, make_profile("table", 900, columns)).target == target


JOBS = make_profile(
    "jobs",
    900,
    {
        "job_id": "id",
        "hotel": "category City Hotel:500|Resort Hotel:400",
        "salary_min": "integer 0 90000 800",
        "salary_max": "integer 0 90000 800",
        "applications": "integer 0 900 500",
        "required_experience": "category Entry:400|Senior:300|Executive:200",
        "department": "category Sales:400|Engineering:300|Marketing:200",
    },
)


@pytest.mark.parametrize(
    ("words", "target"),
    [
        ("How many people apply for the job?", "applications"),
        ("What is the highest salary offered?", "salary_max"),
        ("How much experience is required?", "required_experience"),
    ],
)
def test_verbs_and_participles_say_what_nouns_do(words: str, target: str) -> None:
    assert parse_task(words, JOBS).target == target


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        (
            {"star_type": "category Dwarf:500|Giant:400"},
            "Predict the number of planets around the star.",
        ),
        (
            {"hotel": "category City Hotel:500|Resort Hotel:400"},
            "Predict what the guest spends at the hotel bar.",
        ),
        (
            {"price": "number 1 900 400", "room_type": "category Private:500|Shared:400"},
            "Predict the cleaning fee.",
        ),
    ],
)
def test_what_stands_beside_the_wish_is_not_the_wish(columns: dict[str, str], words: str) -> None:
    with pytest.raises(TargetError):
        parse_task(words, make_profile("table", 900, columns))


@pytest.mark.parametrize(
    ("columns", "words", "target"),
    [
        (
            {"Payment": "category Cash:500|Card:400", "gross income": "number 1 90 800"},
            "How will the customer pay?",
            "Payment",
        ),
        (
            {"cpu_pct": "number 0 100 800", "crashed": "category no:800|yes:100"},
            "预测CPU使用率",
            "cpu_pct",
        ),
        (
            {"员工人数": "integer 1 5000 800", "企业编号": "id"},
            "企业有多少员工？",
            "员工人数",
        ),
        (
            {"站点": "category 甲:500|乙:400", "拥挤等级": "category 舒适:500|一般:200|拥挤:200"},
            "车站有多拥挤？",
            "拥挤等级",
        ),
        (
            {"Geography": "category France:500|Spain:400", "CustomerId": "id"},
            "客户来自哪个国家？",
            "Geography",
        ),
        (
            {"installment": "number 15 900 800", "purpose": "category car:500|home:400"},
            "每个月要还多少钱？",
            "installment",
        ),
        ({"卡种": "category 月卡:500|年卡:400", "会员号": "id"}, "会员办的是哪种卡？", "卡种"),
        (
            {"reviews_per_month": "number 0 58 700", "number_of_reviews": "integer 0 600 390"},
            "How many reviews does a place get per month?",
            "reviews_per_month",
        ),
    ],
)
def test_the_noun_asked_for_and_the_whole_name_decide(
    columns: dict[str, str], words: str, target: str
) -> None:
    assert parse_task(words, make_profile("table", 900, columns)).target == target


def test_the_end_of_a_phrase_bars_the_column_of_that_general_word() -> None:
    table = make_profile(
        "hearts", 300, {"time": "integer 4 285 148", "DEATH_EVENT": "category 0:200|1:100"}
    )
    assert parse_task("预测患者是否死亡，不用随访时间。", table).exclude == ("time",)


def test_what_belongs_to_one_thing_stays_in_one_fold() -> None:
    table = make_profile(
        "stones", 900, {"price": "number 1 9 300", "dealer": "category D1:300|D2:300|D3:300"}
    )
    task = parse_task("这颗钻石值多少钱？同一个经销商的钻石放在同一折。", table)
    assert (task.target, task.group_column) == ("price", "dealer")


def test_a_year_asked_for_is_no_class() -> None:
    table = make_profile(
        "flats",
        900,
        {"Area Type": "category Super Area:500|Built Area:400", "Rent": "integer 1 9 9"},
    )
    with pytest.raises(TargetError):
        parse_task("Predict the year the house was built.", table)


def test_hours_may_be_asked_of_a_column_in_minutes() -> None:
    table = make_profile(
        "flights", 900, {"delay_minutes": "integer 0 900 300", "Price": "integer 1 9 9"}
    )
    assert parse_task("How many hours is the delay?", table).target == "delay_minutes"


STEEL = make_profile(
    "plates",
    1900,
    {
        "TypeOfSteel": "category A300:777|A400:1123",
        "X_Perimeter": "integer 2 10449 399",
        "Y_Perimeter": "integer 1 18152 317",
        "Pixels_Areas": "integer 2 152655 920",
        "Steel_Plate_Thickness": "integer 40 300 24",
        "bikes_rented": "integer 0 900 500",
    },
)
COURSES = make_profile(
    "courses",
    900,
    {
        "Outcome": "category Pass:500|Fail:400",
        "mean_score": "number 0 100 90",
        "total_clicks": "integer 0 9000 800",
        "goals": "integer 0:300|1:200|2:200|3:100|4:100",
    },
)
PLAYERS = make_profile(
    "players",
    18000,
    {
        "tail_num": "id",
        "retention_1": "category 0:10000|1:8000",
        "retention_7": "category 0:14000|1:4000",
        "level": "integer 1 480 400",
    },
)


@pytest.mark.parametrize(
    ("words", "table", "slots"),
    [
        ("Is a plate made of A300 or A400?", STEEL, {"target": "TypeOfSteel", "kind": "binary"}),
        ("A400还是A300", STEEL, {"target": "TypeOfSteel"}),
        (
            "Estimate the area in pixels, without the two perimeter columns.",
            STEEL,
            {"target": "Pixels_Areas", "exclude": ("X_Perimeter", "Y_Perimeter")},
        ),
        ("Predict the bikes rented in an hour.", STEEL, {"time_budget_s": None}),
        ("Predict the bikes rented, done in an hour.", STEEL, {"time_budget_s": 3600.0}),
        ("Predict retention after 7 days", PLAYERS, {"target": "retention_7"}),
        ("Predict next-day retention", PLAYERS, {"target": "retention_1"}),
        ("Who is retained after one day?", PLAYERS, {"target": "retention_1"}),
        ("预测次日留存", PLAYERS, {"target": "retention_1"}),
        ("预测玩家第七天是否留存", PLAYERS, {"target": "retention_7"}),
        ("把玩家自动聚成几类，不需要预测", PLAYERS, {"kind": "clustering", "target": None}),
        ("A model of the level that a player can understand.", PLAYERS, {"interpretable": True}),
        ("预测level，要能讲给师傅听懂", PLAYERS, {"interpretable": True}),
        ("Group the players by behaviour", PLAYERS, {"kind": "clustering", "target": None}),
        ("Which natural blocs are there?", PLAYERS, {"kind": "clustering", "target": None}),
        ("I have no label in mind", PLAYERS, {"kind": "clustering", "target": None}),
        (
            "Predict level with a model that does not use retention_1",
            PLAYERS,
            {"target": "level", "exclude": ("retention_1",)},
        ),
        (
            "predict Outcome, without mean_score and total_clicks",
            COURSES,
            {"target": "Outcome", "exclude": ("mean_score", "total_clicks")},
        ),
        ("预测进球数", COURSES, {"target": "goals", "kind": "regression"}),
    ],
)
def test_values_numbers_and_times_that_names_share(words, table, slots):
    task = parse_task(words, table)
    assert {slot: getattr(task, slot) for slot in slots} == slots
