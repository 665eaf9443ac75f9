"""What a column is: kinds, numbers written as text, dates, ids, and the prompt's view of them."""

from __future__ import annotations

import json
import time
import uuid
from dataclasses import asdict

import numpy as np
import pandas as pd
import pytest

from autoglm_agent.automl.data.profile import Profile, profile_table, typed_frame
from autoglm_agent.automl.data.table import Table, read_table
from tests.automl.mixed import mixed_table


def table_of(**columns) -> Table:
    return Table(pd.DataFrame(columns), "t.csv", "0" * 16)


def column_of(values, name="x"):
    frame = pd.DataFrame({name: values})
    table = Table(frame, "t.csv", "0" * 16)
    profile = profile_table(table)
    return profile.columns[0], typed_frame(table, profile)[name]


def has_note(profile, words: str) -> bool:
    return any(words in note for note in profile.notes)


# --- numbers written as text ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("texts", "numbers", "unit"),
    [
        (["$1,234.50", "$12", "-$3.10", "($4.00)"], [1234.5, 12, -3.1, -4], "money"),
        (["1.234,50 €", "12,00 €", "3,1 €"], [1234.5, 12, 3.1], "money"),
        (["12 %", "7.5%", "100 %"], [12, 7.5, 100], "percent"),
        (["1.234,5", "0,25", "12"], [1234.5, 0.25, 12], None),
        (["1,234", "5,678", "12,345,678"], [1234, 5678, 12345678], None),
        (["1 234,5", "12 000", "3,25"], [1234.5, 12000, 3.25], None),
        (["23.4 kmpl", "17 kmpl", "9.05 kmpl"], [23.4, 17, 9.05], "kmpl"),
        (["1.234.567", "2.345.678"], [1234567, 2345678], None),
        ([" 5", "6 ", "7"], [5, 6, 7], None),
        (["USD 5", "USD 6.5", "USD 7"], [5, 6.5, 7], "money"),
    ],
)
def test_numbers_written_as_text_are_numbers(texts, numbers, unit):
    column, typed = column_of(texts * 10)
    assert column.kind == "number"
    assert column.unit == unit
    assert has_note(column, "written as text")
    assert typed.tolist()[: len(texts)] == pytest.approx(numbers)
    assert column.maximum == max(numbers)


def test_blanks_among_numbers_are_missing(tmp_path):
    path = tmp_path / "telco.csv"
    path.write_text("TotalCharges\n" + "".join(f"{i}.5\n" for i in range(100)) + '" "\n" "\n')
    table = read_table(path)
    profile = profile_table(table)
    column = profile.column("TotalCharges")
    assert (column.kind, column.missing, column.dtype) == ("number", 2, "str")
    assert has_note(column, "2 cells hold only blanks")
    assert typed_frame(table, profile)["TotalCharges"].isna().sum() == 2


def test_a_single_cell_that_is_no_number_is_missing_and_counted():
    column, typed = column_of([f"${i}.00" for i in range(99)] + ["n.b."])
    assert column.kind == "number"
    assert has_note(column, "1 cells are no numbers ('n.b.')")
    assert typed.isna().sum() == 1


def test_one_word_among_many_numbers_is_missing():
    column, _ = column_of([str(i) for i in range(60)] + ["unknown"] * 30)
    assert column.kind == "number"


@pytest.mark.parametrize(
    "texts",
    [
        ["00123", "00124", "90210"],
        ["1" * 30, "2" * 30],
        ["1st", "2nd", "3rd"],
        ["0", "1", "2", "3+"],
        ["1.2.3", "1.2.4"],
        ["12:30", "13:45"],
        ["A1", "B2"],
        ["555-1234", "555-9876"],
        ["10.0.0.1", "192.168.1.1"],
        ["10-20", "20-30"],
    ],
)
def test_codes_are_no_numbers(texts):
    column, typed = column_of(texts * 10)
    assert column.kind == "category"
    assert typed.tolist() == texts * 10


NOON = "2020-02-01T11:30:00"


# --- dates --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("texts", "first", "last"),
    [
        (["2020-01-31", "2020-02-01"], "2020-01-31", "2020-02-01"),
        (
            ["2020-01-31 10:00:00", "2020-02-01 11:30:00"],
            "2020-01-31T10:00:00",
            "2020-02-01T11:30:00",
        ),
        (
            ["2020-01-31T10:00:00Z", "2020-01-31T12:00:00+01:00"],
            "2020-01-31T10:00:00",
            "2020-01-31T11:00:00",
        ),
        (["31/01/2020", "01/02/2020"], "2020-01-31", "2020-02-01"),
        (["01/31/2020", "02/01/2020"], "2020-01-31", "2020-02-01"),
        (["31.01.2020", "1.2.2020"], "2020-01-31", "2020-02-01"),
        (["31-Jan-2020", "01-Feb-2020"], "2020-01-31", "2020-02-01"),
        (["January 31, 2020", "February 1, 2020"], "2020-01-31", "2020-02-01"),
        (["1/31/20 5:00 PM", "2/1/20 6:00 AM"], "2020-01-31T17:00:00", "2020-02-01T06:00:00"),
        (["2020/01/31", "2020/02/01"], "2020-01-31", "2020-02-01"),
        (["2020-01", "2020-02"], "2020-01-01", "2020-02-01"),
        (["1066-10-14", "2999-12-31"], "1066-10-14", "2999-12-31"),
        (["2020年1月31日", "2020年2月1日"], "2020-01-31", "2020-02-01"),
    ],
)
def test_common_date_formats_are_dates(texts, first, last):
    column, typed = column_of(texts * 5)
    assert column.kind == "date"
    assert (column.first, column.last) == (first, last)
    assert typed.dtype.kind == "M"
    assert typed.isna().sum() == 0


def test_day_and_month_without_evidence_follow_the_order_of_the_rows():
    days = pd.date_range("2020-01-01", "2020-12-12", freq="D")
    days = [d for d in days if d.day <= 12]
    for pattern in ("%d/%m/%Y", "%m/%d/%Y"):
        column, typed = column_of([d.strftime(pattern) for d in days])
        assert typed.tolist() == days
        assert has_note(column, "ambiguous")


def test_day_and_month_without_any_evidence_are_told():
    column, typed = column_of(["02/01/2020", "01/02/2020", "05/04/2020", "03/03/2020"] * 3)
    assert has_note(column, "month first")
    assert typed[0] == pd.Timestamp("2020-02-01")


def test_two_date_formats_in_one_column_are_both_read():
    column, typed = column_of(["2020-01-31"] * 5 + [f"{d}.02.2020" for d in range(13, 18)])
    assert column.kind == "date"
    assert has_note(column, "two date formats")
    assert typed.isna().sum() == 0


def test_a_single_cell_that_is_no_date_is_missing_and_counted():
    dates = [str(d.date()) for d in pd.date_range("2020-01-01", periods=99)]
    column, typed = column_of([*dates, "2020-02-31"])
    assert column.kind == "date"
    assert has_note(column, "1 cells are no dates")
    assert typed.isna().sum() == 1


def test_numbers_that_no_model_can_hold_are_drawn_in_and_told():
    column, typed = column_of([1.5, -1e308, 1e308, 2.5, float("inf")] * 20)
    assert column.kind == "number"
    assert has_note(column, "numbers beyond 1e+38")
    assert typed[np.isfinite(typed)].abs().max() == 1e38
    assert np.isinf(typed).sum() == 20, "what is infinite is handled as such"
    json.dumps(asdict(column), allow_nan=False)


def test_integers_that_are_dates():
    days = pd.date_range("1999-01-31", periods=40)
    column, typed = column_of([int(d.strftime("%Y%m%d")) for d in days])
    assert column.kind == "date"
    assert has_note(column, "integer-coded dates")
    assert typed.tolist() == list(days)
    seconds, typed = column_of([1_600_000_000 + 86_400 * i for i in range(30)], "created_at")
    assert (seconds.kind, seconds.first) == ("date", "2020-09-13T12:26:40")
    assert typed[0] == pd.Timestamp("2020-09-13 12:26:40")


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ([1990 + i % 30 for i in range(60)], "year_built"),
        (list(range(1950, 2020)), "year"),
        ([20_000_000 + 37 * i for i in range(60)], "population"),
        ([1_600_000_000 + 86_400 * i * i for i in range(60)], "revenue"),
    ],
)
def test_integers_that_are_no_dates_stay_integers(values, name):
    assert column_of(values, name)[0].kind == "integer"


# --- ids, text, categories, booleans ------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("PassengerId", list(range(1, 101))),
        ("customerID", [f"{i:04d}-XQZ" for i in range(100)]),
        ("Unnamed: 0", list(range(100))),
        ("x", [str(uuid.UUID(int=i * 7**40)) for i in range(100)]),
        ("order_no", [536_365 + 7 * i for i in range(100)]),
        ("whatever", list(range(500, 600))),
        ("user_id", [(i * 7919) % 100_003 for i in range(100)]),
    ],
)
def test_keys_are_ids(name, values):
    assert column_of(values, name)[0].kind == "id"


@pytest.mark.parametrize(
    ("name", "values", "kind"),
    [
        ("price", [100_000 + (i * 7919) % 50_021 for i in range(200)], "integer"),
        ("fare", [i * 1.37 for i in range(200)], "number"),
        ("store_id", [i % 40 for i in range(400)], "integer"),
        ("patient_id", [f"P{i % 50:03d}" for i in range(400)], "category"),
        ("name", [f"Braund, Mr. Owen {w}" for w in map(str, range(200))], "text"),
        ("x", list(range(100)), "integer"),
        ("rank", list(range(100)), "integer"),
        ("start", [f"{i // 60}:{i % 60:02d}" for i in range(100)], "text"),
        ("paid", [i * i for i in range(100)], "integer"),
        ("width", [i * 3 for i in range(100)], "integer"),
    ],
)
def test_measurements_and_repeated_keys_are_no_ids(name, values, kind):
    column, _ = column_of(values, name)
    assert column.kind == kind
    assert has_note(column, "repeated key") == name.endswith("_id")


def test_language_is_text_and_words_are_categories():
    sentences = [f"the item {i} was late and the box was broken" for i in range(100)]
    assert column_of(sentences)[0].kind == "text"
    assert column_of(["red", "green", "blue"] * 30)[0].kind == "category"
    assert column_of([f"zone {i % 30}" for i in range(300)])[0].kind == "category"
    zones = [f"a rather long label of category number {i % 5}" for i in range(300)]
    assert column_of(zones)[0].kind == "category"


def test_yes_and_no_are_boolean_and_keep_their_words():
    column, typed = column_of(["Yes", "No", "Yes", None] * 5)
    assert column.kind == "boolean"
    assert column.levels == (("Yes", 10), ("No", 5))
    assert set(typed.dropna()) == {"Yes", "No"}
    assert column_of([True, False] * 5)[1].dtype == bool
    male = column_of(["male", "female"] * 5)[0]
    assert male.kind == "category"


def test_zero_and_one_stay_integers_with_levels():
    column, typed = column_of([0, 1, 1] * 5)
    assert (column.kind, column.levels) == ("integer", (("1", 10), ("0", 5)))
    assert typed.dtype == np.int64


def test_integers_with_gaps_are_integers_and_floats_when_typed():
    column, typed = column_of(pd.array([1, None, 3], dtype="Int64"))
    assert column.kind == "integer"
    assert column.levels == (("1", 1), ("3", 1))
    assert typed.dtype == np.float64
    whole = column_of([1.0, np.nan, 2.0])[0]
    assert (whole.kind, whole.levels) == ("integer", (("1", 1), ("2", 1)))


def test_constant_and_empty_columns():
    assert column_of(["x"] * 5)[0].kind == "constant"
    assert column_of([7] * 5)[0].kind == "constant"
    assert column_of([None] * 5)[0].kind == "empty"
    assert column_of(pd.Series([" ", ""], dtype="str"))[0].kind == "empty"
    assert column_of(["x", None])[0].kind == "category"  # missing or not: two states


def test_objects_and_categories_are_taken_as_text():
    mixed = column_of(pd.Series([1, "x", None] * 5, dtype=object))[0]
    assert (mixed.kind, mixed.missing, mixed.distinct) == ("category", 5, 2)
    assert column_of(pd.Series(["a", "b"] * 5, dtype="category"))[0].kind == "category"


def test_infinite_numbers_do_not_spoil_the_statistics():
    column, _ = column_of([1.5, np.inf, 2.5, -np.inf])
    assert (column.minimum, column.maximum, column.mean) == (1.5, 2.5, 2.0)
    assert has_note(column, "2 infinite values")


def test_levels_that_differ_in_case_only_are_told():
    assert has_note(column_of(["Yes please", "yes please", "never"] * 5)[0], "differ only in case")


def test_the_statistics_are_those_of_pandas():
    values = np.random.default_rng(0).normal(size=500)
    column, _ = column_of(values)
    series = pd.Series(values)
    assert column.mean == pytest.approx(series.mean())
    assert column.sd == pytest.approx(series.std())
    assert column.median == pytest.approx(series.median())


# --- the profile as a whole -----------------------------------------------------------------


def test_a_profile_survives_json():
    table = mixed_table(50)
    profile = profile_table(table)
    again = Profile.from_json(json.loads(json.dumps(profile.to_json(), allow_nan=False)))
    assert again == profile
    pd.testing.assert_frame_equal(typed_frame(table, again), typed_frame(table, profile))


def test_columns_are_found_by_name():
    profile = profile_table(table_of(a=[1, 2], b=["x", "y"]))
    assert profile.names() == ("a", "b")
    assert profile.column("b").name == "b"
    with pytest.raises(KeyError):
        profile.column("c")


def test_duplicate_rows_are_counted():
    assert profile_table(table_of(a=[1, 1, 2, 1], b=["x", "x", "y", "x"])).duplicate_rows == 2


def test_thirty_thousand_rows_of_twenty_columns_take_little_time():
    table = mixed_table(30_000)
    start = time.process_time()
    profile = profile_table(table)
    typed_frame(table, profile)
    assert time.process_time() - start < 3.0  # 0.6 s alone; generous for a shared machine
    assert profile.column("when").kind == "date"
    assert profile.column("money").unit == "money"


def test_typed_frame_reads_single_rows_by_the_profile_it_was_given():
    table = table_of(d=["13/02/2020", "01/02/2020"] * 20, m=["1,5", "1,234"] * 20)
    profile = profile_table(table)
    row = table_of(d=["01/02/2020"], m=["1,234"])
    typed = typed_frame(row, profile)
    assert typed["d"][0] == pd.Timestamp("2020-02-01")
    assert typed["m"][0] == pytest.approx(1.234)


def test_typed_frame_keeps_names_rows_and_unknown_columns():
    table = table_of(a=["$1", "$2", "$3"], b=[1, 2, 3])
    more = table_of(b=[3], z=["new"], a=["$9"])
    typed = typed_frame(more, profile_table(table))
    assert typed.to_dict("list") == {"b": [3], "z": ["new"], "a": [9.0]}


@pytest.mark.parametrize("layout", ["%Y%m%dT%H%M%S", "%Y%m%dT%H%M", "%Y-%m-%dT%H:%M:%S"])
def test_compact_dates_with_a_time_are_dates(layout: str) -> None:
    days = pd.date_range("2014-05-02", periods=60, freq="D")
    column, typed = column_of([day.strftime(layout) for day in days])
    assert column.kind == "date"
    assert list(typed) == list(days)
