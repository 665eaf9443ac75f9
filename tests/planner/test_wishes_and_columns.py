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
