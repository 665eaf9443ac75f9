"""SQL expressions: one row in, one number out, and nothing else can be reached."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from autoglm_agent.automl.semantic.expressions import Expression, type_of
from autoglm_agent.automl.semantic.sql import LONGEST, check_sql, evaluate_sql
from autoglm_agent.errors import InputError

COLUMNS = ["price", "city", "sold at"]
KINDS = {"price": "number", "city": "category", "sold at": "date"}
FRAME = pd.DataFrame(
    {
        "price": ["1.5", "2", "x", "4"],
        "city": ["Bonn", "Rome", None, "Bonn"],
        "sold at": ["2024-01-31", "2024-02-29", "2024-03-01", None],
    }
)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("price * 2 + 1", [4, 5, np.nan, 9]),
        ("CASE WHEN city = 'Bonn' THEN 1 ELSE 0 END", [1, 0, 0, 1]),
        ('month("sold at")', [1, 2, 3, np.nan]),
        ("length(city) -- a comment", [4, 4, np.nan, 4]),
        ("coalesce(price, -1)", [1.5, 2, -1, 4]),
        ("1 / 0", [np.nan] * 4),
        ("CAST(city AS INTEGER)", [np.nan] * 4),
        ("city LIKE 'B%' AND price BETWEEN 1 AND 2", [1, 0, np.nan, 0]),
    ],
)
def test_an_expression_gives_one_number_a_row(expression, expected):
    found = evaluate_sql(expression, FRAME, COLUMNS, KINDS)
    finite = np.where(np.isinf(found), np.nan, found)
    assert np.allclose(finite, expected, equal_nan=True)


@pytest.mark.parametrize(
    "attack",
    [
        "(SELECT 1)", "sum(price)", "sum(price) OVER ()", "price) AS a, (price",
        "1 FROM data; DROP TABLE data; --", "1) FROM data UNION SELECT (2", "price; SELECT 1",
        "read_csv('/etc/passwd')", "read_text('/etc/passwd')", "getenv('HOME')", "random()",
        "current_setting('memory_limit')", "nextval('s')", "repeat('a', 1000000000)",
        "list_transform([price], x -> x + 1)[1]", "COLUMNS('p.*')", "data.price", "rowid", "now()",
        "price::STRUCT(a INT)", "$1", "price > ANY(SELECT 1)", "EXISTS(SELECT 1)", "unnest([1])",
        "other", "*", "pg_sleep(9)", "range(1000000000)", "sql_auto_complete('x')", "''::BLOB",
        "query('SELECT 1')", "duckdb_settings()", "system.main.abs(price)", "",
    ],
)  # fmt: skip
def test_what_is_more_than_an_expression_of_the_columns_is_refused(attack):
    with pytest.raises(InputError):
        evaluate_sql(attack, FRAME, COLUMNS, KINDS)


def test_only_declared_columns_are_read_and_long_ones_are_refused():
    check_sql("price + 1", ["price"])
    with pytest.raises(InputError, match="column"):
        check_sql("price + 1", ["city"])
    with pytest.raises(InputError, match="characters"):
        check_sql("1" + " + 1" * LONGEST, [])


def test_it_is_an_operator_of_the_language_with_the_same_refusals():
    good = Expression.from_json({"op": "sql", "of": ["price"], "value": "ln(price)"})
    assert type_of(good, KINDS).kind == "number"
    bad = Expression.from_json({"op": "sql", "of": ["price"], "value": "(SELECT 1)"})
    with pytest.raises(InputError, match="subquery"):
        type_of(bad, KINDS)


def test_rows_keep_their_order_in_a_large_table():
    frame = pd.DataFrame({"price": np.arange(300_000)[::-1]})
    found = evaluate_sql("price * 2", frame, ["price"], {"price": "number"})
    assert np.array_equal(found, np.arange(300_000)[::-1] * 2.0)
