"""The operator language: what it computes, what it learns, and what it refuses."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from autoglm_agent.automl.semantic.encoder import SemanticEncoder
from autoglm_agent.automl.semantic.evaluate import SHRINK
from autoglm_agent.automl.semantic.expressions import MOST_DEPTH, Expression, type_of
from autoglm_agent.automl.semantic.ideas import MOST_PROPOSED, read_proposals
from autoglm_agent.automl.semantic.names import grids, sequences, sides
from autoglm_agent.automl.semantic.units import Unit, alike, product, unit_of
from autoglm_agent.errors import InputError

KINDS = {
    "price_usd": "number", "tax_usd": "number", "area_m2": "number", "length_km": "number",
    "length_m": "number", "city": "category", "town": "category", "sold": "date",
    "built": "date", "note": "text", "v1": "number", "v2": "number", "id": "drop",
}  # fmt: skip
FRAME = pd.DataFrame(
    {
        "price_usd": [10.0, 20.0, 30.0, np.nan],
        "tax_usd": [1.0, 0.0, 3.0, 4.0],
        "area_m2": [2.0, 0.0, 5.0, 4.0],
        "city": ["a", "b", "a", None],
        "town": ["a", "c", "b", "b"],
        "sold": pd.to_datetime(["2024-01-06", "2024-01-08", None, "2024-03-01"]),
        "built": pd.to_datetime(["2024-01-01", "2024-01-01", "2024-01-01", "2024-02-29"]),
        "note": ["Ab 3.5 cd", "", "12 12", "none"],
        "v1": [1.0, 2.0, 3.0, 4.0],
        "v2": [4.0, 3.0, 2.0, 1.0],
    }
)


def values(op: str, *of: object, value: str = "") -> list[float]:
    data = {"op": op, "of": list(of), **({"value": value} if value else {})}
    return SemanticEncoder([data], KINDS).fit_transform(FRAME)[:, 0].tolist()


@pytest.mark.parametrize(
    ("op", "of", "value", "expected"),
    [
        ("difference", ["price_usd", "tax_usd"], "", [9, 20, 27, np.nan]),
        ("ratio", ["price_usd", "area_m2"], "", [5, np.nan, 6, np.nan]),
        ("share", ["tax_usd", "price_usd"], "", [1 / 11, 0, 3 / 33, np.nan]),
        ("most", ["v1", "v2"], "", [4, 3, 3, 4]),
        ("trend", ["v1", "v2"], "", [3, 1, -1, -3]),
        ("gap_days", ["sold", "built"], "", [5, 7, np.nan, 1]),
        ("date_part", ["sold"], "weekend", [1, 0, np.nan, 0]),
        ("date_part", ["sold"], "quarter", [1, 1, np.nan, 1]),
        ("same", ["city", "town"], "", [1, 0, 0, np.nan]),
        ("count_equal", ["city", "town"], "b", [0, 1, 1, 1]),
        ("number_in", ["note"], "", [3.5, np.nan, 12, np.nan]),
        ("digit_count", ["note"], "", [2, np.nan, 4, 0]),
        ("group_count", ["town"], "", [0.25, 0.25, 0.5, 0.5]),
        ("cross", ["v1", "town"], "", [0, 1, 2, 3]),
    ],
)
def test_an_operator_computes_what_its_name_says(op, of, value, expected):
    assert np.allclose(values(op, *of, value=value), expected, equal_nan=True)


def test_a_group_mean_is_drawn_towards_the_mean_of_all_rows():
    overall = 20.0
    means = {"a": (40 + SHRINK * overall) / (2 + SHRINK), "b": overall, None: overall}
    expected = [means[city] for city in ["a", "b", "a", None]]
    assert np.allclose(values("group_mean", "price_usd", "city"), expected)


def test_what_is_learnt_on_training_rows_alone_serves_new_rows():
    expressions = [
        {"op": "group_gap", "of": ["price_usd", "city"]},
        {"op": "cross", "of": ["city", "town"]},
        {"op": "group_count", "of": ["town"]},
    ]
    encoder = SemanticEncoder(expressions, KINDS).fit(FRAME.iloc[:2])
    new = FRAME.iloc[2:].assign(price_usd=[1e6, 1e6])
    first = encoder.transform(new)
    alone = encoder.transform(new.iloc[:1])
    assert np.array_equal(first[:1], alone)  # a row's value does not depend on its company
    assert first[0, 1] == 2.0  # a pair never seen has the code after the last
    assert first[0, 2] == 0.0


def test_the_order_of_rows_and_further_columns_change_nothing():
    expressions = [{"op": "product", "of": ["v1", {"op": "log", "of": ["v2"]}]}]
    encoder = SemanticEncoder(expressions, KINDS).fit(FRAME)
    turned = FRAME.iloc[::-1].assign(extra=1)
    assert np.array_equal(encoder.transform(turned)[::-1], encoder.transform(FRAME))


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ({"op": "sum", "of": ["price_usd", "area_m2"]}, "adds like to like"),
        ({"op": "difference", "of": ["length_km", "length_m"]}, "adds like to like"),
        ({"op": "sum", "of": ["price_usd", "v1"]}, "adds like to like"),
        ({"op": "__import__", "of": ["v1"]}, "no operator"),
        ({"op": "log", "of": ["nothing"]}, "no usable column"),
        ({"op": "log", "of": ["id"]}, "no usable column"),
        ({"op": "log", "of": ["city"]}, "takes a number"),
        ({"op": "gap_days", "of": ["sold", "price_usd"]}, "takes a date"),
        ({"op": "same", "of": ["city"]}, "takes 2 argument"),
        ({"op": "count_equal", "of": ["city", "town"]}, "needs a value"),
        ({"op": "date_part", "of": ["sold"], "value": "__class__"}, "no date part"),
        ({"op": "group_mean", "of": ["v1", {"op": "cross", "of": ["city", "town"]}]}, "a column"),
        ({"op": "log", "of": "v1"}, "no list"),
        ({"op": "log", "of": ["v1"], "code": "x"}, "an object with op"),
        ("v1 + v2", "an object with op"),
    ],
)
def test_what_is_not_of_the_language_is_refused(expression, words):
    with pytest.raises(InputError, match=words):
        type_of(Expression.from_json(expression), KINDS)


def test_a_deep_or_wide_expression_is_refused():
    deep: dict[str, object] = {"op": "log", "of": ["v1"]}
    for _ in range(MOST_DEPTH + 1):
        deep = {"op": "log", "of": [deep]}
    with pytest.raises(InputError, match="deep"):
        Expression.from_json(deep)
    wide = {"op": "sum", "of": ["v1"] * 64}
    with pytest.raises(InputError, match="too large"):
        type_of(Expression.from_json(wide), KINDS)


def test_units_multiply_and_cancel():
    money, area = unit_of("price_usd"), unit_of("lot area")
    assert area == Unit((("length", 2),))
    assert str(product([money, area], (1, -1))) == "length^-2 money"
    assert product([money, money], (1, -1)) == Unit()
    assert unit_of("area_m2").dimensions == (("length", 2),)
    assert unit_of("V12") is None
    assert alike([None, None])
    assert not alike([None, money])


def test_names_tell_grids_sequences_and_sides():
    board = [f"{r}-{c}-square" for r in ("bottom", "top", "middle")
             for c in ("middle", "left", "right")]  # fmt: skip
    grid = grids(board)[0]
    assert grid.cells[0] == ("top-left-square", "top-middle-square", "top-right-square")
    assert len(grid.lines()) == 8
    assert sequences(["bill_3", "bill_1", "age", "bill_2"]) == [("bill_1", "bill_2", "bill_3")]
    assert sequences(["x1", "x2", "x3"]) == []
    assert sides(["left-weight", "right-weight", "age"]) == [
        ("weight", "left-weight", "right-weight")
    ]


def test_proposals_of_a_model_are_read_or_told_as_refused():
    good = {"op": "ratio", "of": ["price_usd", "area_m2"]}
    together = {"name": "sizes", "expressions": [good, {"op": "log", "of": ["area_m2"]}]}
    bad = ["import os", {"op": "system", "of": ["ls"]}, {"expressions": []}, 3]
    ideas, refused = read_proposals([good, together, *bad], KINDS)
    assert [len(idea.expressions) for idea in ideas] == [1, 2]
    assert {idea.source for idea in ideas} == {"model"}
    assert len(refused) == len(bad)
    assert len(read_proposals([good] * (MOST_PROPOSED + 3), KINDS)[1]) == 3
