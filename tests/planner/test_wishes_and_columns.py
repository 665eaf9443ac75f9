"""What a wish asks for must be what the column can be; where it is, little is needed to find it."""

from __future__ import annotations

import pytest
from planner_tables import make_profile

from autoglm_agent.automl.data.profile import Profile
from autoglm_agent.errors import TargetError
from autoglm_agent.planner.task_parser import parse_task

HEARTS = make_profile(
    "hearts",
    900,
    {
        "PatientID": "id",
        "Age": "integer 20 80 50",
        "ChestPainType": "category ASY:400|NAP:300|TA:200",
        "MaxHR": "integer 60 200 110",
        "ExerciseAngina": "category N:500|Y:400",
        "HeartDisease": "category 0:400|1:500",
    },
)
STAFF = make_profile(
    "staff",
    900,
    {
        "EmployeeNumber": "id",
        "Department": "category Sales:400|Research:500",
        "NumCompaniesWorked": "integer 0 9 10",
        "YearsAtCompany": "integer 0 40 41",
        "JobSatisfaction": "integer 1 4 4",
        "MonthlyIncome": "integer 1000 20000 800",
    },
)
PUPILS = make_profile(
    "pupils",
    400,
    {
        "school": "category GP:300|MS:100",
        "address": "category U:300|R:100",
        "age": "integer 15 22 8",
        "Medu": "integer 0 4 5",
        "Fedu": "integer 0 4 5",
        "paid": "category no:200|yes:200",
        "internet": "category no:100|yes:300",
        "absences": "integer 0 32 24",
    },
)
CARS = make_profile(
    "cars",
    900,
    {
        "car_no": "id",
        "Model": "category Golf:500|Focus:400",
        "fuel": "category petrol:500|diesel:400",
        "mileage_kmpl": "number 8 30 200",
        "km_driven": "integer 10 200000 700",
        "Price": "integer 500 90000 700",
        "days_to_sell": "integer 1 240 200",
        "Color": "category red:400|blue:500",
    },
)
TRUCKS = make_profile(
    "trucks",
    900,
    {"FuelType": "category petrol:500|diesel:400", "Power_hp": "integer 50 600 240"},
)
HOUSES = make_profile(
    "houses",
    900,
    {
        "building_type": "category Office:400|School:500",
        "heating_system": "category gas:400|heat pump:300|oil:200",
    },
)
RETURNS = make_profile(
    "退货",
    900,
    {"退货原因": "category 尺码:300|质量:200|无:400", "是否退货": "category 是:500|否:400"},
)
SHOP = make_profile(
    "门店",
    900,
    {"门店": "category 东:400|西:500", "数量": "integer 1 60 48", "单价": "number 1 900 300"},
)
ORDERS = make_profile(
    "外卖",
    900,
    {
        "订单编号": "id",
        "出餐时长_min": "number 1 60 200",
        "配送时长_min": "number 1 90 300",
        "是否超时": "category 是:100|否:800",
    },
)
FARM = make_profile(
    "farm",
    900,
    {
        "Item": "category Wheat:300|Maize:300|Potatoes:300",
        "average_rain_fall_mm_per_year": "number 50 3000 200",
        "hg_per_ha_yield": "integer 50 500000 800",
    },
)
MATCHES = make_profile(
    "matches",
    900,
    {
        "FTHG": "integer 0 9 10",
        "FTAG": "integer 0 9 10",
        "HY": "integer 0 7 8",
        "AY": "integer 0 9 9",
        "Attendance": "integer 2000 80000 800",
    },
)
CHARGING = make_profile(
    "charging",
    900,
    {
        "sessionId": "id",
        "kwhTotal": "number 0 24 360",
        "dollars": "number 0 8 190",
        "chargeTimeHrs": "number 0.1 55 700",
        "platform": "category ios:500|web:400",
    },
)
BATCHES = make_profile(
    "batches",
    900,
    {
        "batch_id": "id",
        "room": "category R1:450|R2:450",
        "flushes": "integer 1 5 5",
        "days_to_first_flush": "integer 9 48 40",
        "yield_kg": "number 1 300 700",
        "vintage": "integer 1988 2020 31",
        "Processing_Method": "category Washed:500|Natural:400",
        "epc_band": "category A:300|B:300|C:300",
        "energy_kwh_year": "number 2000 90000 800",
    },
)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (HEARTS, "How many days will a patient stay in hospital?"),
        (STAFF, "predict how many sick days each employee takes next year"),
        (STAFF, "预测员工的绩效评分"),
        (PUPILS, "Predict the household income of each student's family."),
        (TRUCKS, "Predict the fuel consumption in litres per 100 km."),
        (SHOP, "预测每个门店的店员人数。"),
        (ORDERS, "预测患者的住院天数。"),
        (
            make_profile(
                "rent", 900, {"Rented Bike Count": "integer 0 3000 800", "Hour": "integer 0 23 24"}
            ),
            "Predict how much a rental costs.",
        ),
        (
            make_profile(
                "homes", 900, {"floor_area_sqm": "number 20 500 300", "floors": "integer 1 9 9"}
            ),
            "Predict the rent per square metre.",
        ),
        (
            make_profile("people", 900, {"Customer": "id", "Income": "integer 0 90000 800"}),
            "Predict the number of children of a customer.",
        ),
    ],
)
def test_a_column_that_cannot_be_what_is_asked_for_is_not_taken(table: Profile, words: str) -> None:
    with pytest.raises(TargetError):
        parse_task(words, table)


@pytest.mark.parametrize(
    ("table", "words", "target"),
    [
        (STAFF, "Predict which department somebody works in.", "Department"),
        (STAFF, "Which department does an employee work in?", "Department"),
        (PUPILS, "Does the student live in an urban or a rural area?", "address"),
        (PUPILS, "how many lessons will a student miss?", "absences"),
        (HEARTS, "Does a patient get chest pain during exercise?", "ExerciseAngina"),
        (CARS, "How long will a car stay on the lot before it is sold?", "days_to_sell"),
        (CARS, "fuel economy of a car", "mileage_kmpl"),
        (CARS, "Price model: ignore Color", "Price"),
        (ORDERS, "How many minutes does a delivery take?", "配送时长_min"),
        (ORDERS, "商家出餐要多久?", "出餐时长_min"),
        (FARM, "Which crop is grown?", "Item"),
        (FARM, "一年下多少雨？", "average_rain_fall_mm_per_year"),
        (MATCHES, "How many goals will the home team score?", "FTHG"),
        (MATCHES, "How many yellow cards will the visitors get?", "AY"),
        (MATCHES, "客队进几个球？", "FTAG"),
        (CHARGING, "How long does it take to charge the car?", "chargeTimeHrs"),
        (CHARGING, "What does a charging session cost?", "dollars"),
        (CHARGING, "Predict how many kWh a session uses.", "kwhTotal"),
        (CHARGING, "用户从哪个平台登录？", "platform"),
        (BATCHES, "How many days until the first flush?", "days_to_first_flush"),
        (BATCHES, "How many kilos will a batch give?", "yield_kg"),
        (BATCHES, "In which year was the batch made?", "vintage"),
        (BATCHES, "How were the beans processed?", "Processing_Method"),
        (HOUSES, "How is the building heated?", "heating_system"),
        (RETURNS, "为什么退货？", "退货原因"),
        (BATCHES, "Which energy band does the batch get?", "epc_band"),
    ],
)
def test_what_can_be_meant_is_found(table: Profile, words: str, target: str) -> None:
    assert parse_task(words, table).target == target


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


@pytest.mark.parametrize(
    ("table", "words", "barred"),
    [
        (
            PUPILS,
            "Does the pupil have internet? Leave out the parents' education.",
            ("Medu", "Fedu"),
        ),
        (PUPILS, "预测缺课次数，不要用父母学历", ("Medu", "Fedu")),
        (
            ORDERS,
            "预测是否超时. Ignore 配送时长_min, and each prediction must come back in 5 ms.",
            ("配送时长_min",),
        ),
        (
            make_profile(
                "cars",
                900,
                {
                    "Monthly_Premium_Auto": "integer 61 298 202",
                    "Total_Claim_Amount": "number 0 2000 800",
                },
            ),
            "Predict the total claim amount. Leave out the monthly premium.",
            ("Monthly_Premium_Auto",),
        ),
        (MATCHES, "Predict the attendance without the goals.", ("FTHG", "FTAG")),
    ],
)
def test_what_is_barred_is_found(table: Profile, words: str, barred: tuple[str, ...]) -> None:
    assert parse_task(words, table).exclude == barred


@pytest.mark.parametrize(
    "words",
    ["Predict Price, a model I can read", "Predict Price. A formula the dealers can read, please."],
)
def test_what_one_can_read_is_interpretable(words: str) -> None:
    assert parse_task(words, CARS).interpretable is True


def test_the_reader_of_a_plain_model_is_no_target() -> None:
    table = make_profile(
        "门诊",
        900,
        {"医生职称": "category 主任:500|主治:400", "是否复诊": "category 是:500|否:400"},
    )
    assert parse_task("是不是来复诊的？模型要让医生看得懂。", table).target == "是否复诊"


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
        ("把玩家自动聚成几类，不需要预测", PLAYERS, {"kind": "clustering", "target": None}),
        ("A model of the level that a player can understand.", PLAYERS, {"interpretable": True}),
        ("预测level，要能讲给师傅听懂", PLAYERS, {"interpretable": True}),
        ("Group the players by behaviour", PLAYERS, {"kind": "clustering", "target": None}),
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
