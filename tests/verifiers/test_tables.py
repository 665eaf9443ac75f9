"""Claims about tables: values are compared, and the database can reach nothing else."""

from __future__ import annotations

import datetime
import time

import pandas as pd
import pytest

from autoglm_agent.chain import Chain, Step
from autoglm_agent.errors import InputError
from autoglm_agent.verifiers import Tables

TRIPS = pd.DataFrame(
    {
        "fare": [10, 14, 9],
        "tip": [1.5, None, 2.25],
        "city": ["Ulm", "Köln", "Ulm"],
        "day": [datetime.date(2024, 1, day) for day in (1, 2, 3)],
    }
)


def judged(query: object, seconds: float = 5, **more: object):
    step = Step(claim="See the query.", check={"kind": "sql", "query": query, **more})
    (verdict,) = Tables({"trips": TRIPS}, seconds=seconds)(step, Chain())
    return verdict


@pytest.mark.parametrize(
    ("query", "equals", "wanted"),
    [
        ("select count(*) from trips", 3, "pass"),
        ("select count(*) from trips", 3.0, "pass"),
        ("select count(*) from trips", 4, "fail"),
        ("select avg(fare) from trips", 11, "pass"),
        ("select sum(fare) / 7.0 from trips", 4.71, "pass"),
        ("select sum(fare) / 7.0 from trips", 4.8, "fail"),
        ("select max(city) from trips", "Ulm", "pass"),
        ("select max(city) from trips", "Köln", "fail"),
        ("select tip from trips where fare = 14", None, "pass"),
        ("select max(day) from trips", "2024-01-03", "pass"),
        ("select fare > 10 from trips where fare = 14", True, "pass"),
        ("select distinct city from trips order by 1", ["Köln", "Ulm"], "pass"),
        ("select distinct city from trips order by 1 desc", ["Köln", "Ulm"], "fail"),
        (
            "select city, sum(fare) from trips group by 1 order by 1",
            [["Köln", 14], ["Ulm", 19]],
            "pass",
        ),
        ("select min(fare), max(fare) from trips", [9, 14], "pass"),
        ("select fare from trips where fare > 99", [], "pass"),
        ("select fare from trips", 10, "fail"),
        ("select round(avg(tip), 2)::decimal(9, 2) from trips", 1.88, "pass"),
    ],
)
def test_values_are_compared_as_people_write_them(query, equals, wanted):
    verdict = judged(query, equals=equals)
    assert verdict.status == wanted, verdict.fact


def test_a_mismatch_tells_what_the_table_says():
    assert judged("select count(*) from trips", equals=4).fact == "The query gives 3, not 4."


def test_without_a_value_the_query_must_only_run():
    assert judged("select * from trips").status == "pass"
    assert "fares" in judged("select fares from trips").fact


@pytest.mark.parametrize(
    "query",
    [
        "drop table trips",
        "select 1; drop table trips",
        "insert into trips values (1)",
        "copy trips to '/tmp/stolen.csv'",
        "select * from read_csv('/etc/passwd')",
        "select * from '/etc/passwd'",
        "install httpfs",
        "set enable_external_access = true",
        "select getenv('HOME')",
        "select * from TRIPS_FRAME",
        "not sql at all",
        "",
    ],
)
def test_what_is_not_one_select_over_the_tables_is_refuted(query):
    trips_frame = TRIPS  # a name that DuckDB would find in Python if it were let
    assert len(trips_frame) == 3
    assert judged(query).status == "fail"


def test_an_endless_query_is_stopped_and_refutes_nothing():
    started = time.monotonic()
    endless = "select count(*) from range(100000000000) a, range(1000000) b"
    assert judged(endless, seconds=0.5, equals=1).status == "unknown"
    assert time.monotonic() - started < 20


@pytest.mark.parametrize("query", [None, 3, ["select 1"], "select " + "1," * 20_000 + "1"])
def test_what_is_no_query_is_unknown(query):
    assert judged(query).status == "unknown"


def test_rows_as_dicts_and_arrow_tables_will_do():
    step = Step(check={"kind": "sql", "query": "select sum(a) from t", "equals": 3})
    assert Tables({"t": [{"a": 1}, {"a": 2}]})(step, Chain())[0].status == "pass"


def test_no_table_is_an_error_of_the_caller():
    with pytest.raises(InputError):
        Tables({})
