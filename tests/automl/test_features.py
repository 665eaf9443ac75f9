"""Raw columns become numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from autoglm_agent.automl.features.encoder import TableEncoder
from autoglm_agent.automl.features.kinds import feature_kinds
from autoglm_agent.automl.features.linear import LinearView
from autoglm_agent.automl.features.target import TargetMeans
from autoglm_agent.automl.features.text import TextEncoder
from autoglm_agent.automl.features.written import as_written, written_formats
from autoglm_agent.errors import InputError


def _frame(n: int = 200) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    start = pd.Timestamp("2021-01-01") + pd.to_timedelta(rng.integers(0, 500, n), unit="D")
    return pd.DataFrame(
        {
            "amount": np.where(rng.random(n) < 0.1, np.nan, rng.lognormal(3, 1, n)),
            "flag": rng.random(n) < 0.5,
            "colour": rng.choice(["red", "green", "blue", None], n, p=[0.5, 0.3, 0.1, 0.1]),
            "start": start,
            "end": start + pd.to_timedelta(rng.integers(1, 9, n), unit="h"),
            "note": [f"the {w} dog barks at {v}" for w, v in zip(
                rng.choice(["big", "small"], n), rng.integers(0, 99, n), strict=True)],
            "same": 1,
        }
    )  # fmt: skip


def test_each_column_gets_its_kind():
    kinds = feature_kinds(_frame())
    assert kinds == {
        "amount": "number", "flag": "boolean", "colour": "category", "start": "date",
        "end": "date", "note": "text", "same": "drop",
    }  # fmt: skip


def test_the_kind_that_a_profile_tells_wins():
    frame = pd.DataFrame({"code": [1, 2, 3] * 10})
    assert feature_kinds(frame)["code"] == "number"
    assert feature_kinds(frame, {"code": "category"})["code"] == "category"


def test_an_id_column_is_left_out():
    frame = pd.DataFrame({"customer_id": range(50), "x": range(50)})
    assert feature_kinds(frame) == {"customer_id": "drop", "x": "number"}


def test_the_matrix_is_float32_and_rows_do_not_depend_on_their_neighbours():
    frame = _frame()
    encoder = TableEncoder().fit(frame)
    whole = encoder.transform(frame)
    assert whole.dtype == np.float32
    assert whole.shape == (200, len(encoder.names_)) == (200, len(encoder.sources_))
    one_by_one = np.vstack([encoder.transform(frame.iloc[[i]]) for i in (0, 7, 199)])
    np.testing.assert_allclose(one_by_one, whole[[0, 7, 199]], rtol=1e-4, atol=1e-5)


def test_dates_give_the_time_between_them():
    frame = _frame()
    encoder = TableEncoder().fit(frame)
    column = encoder.transform(frame)[:, encoder.names_.index("end - start (hours)")]
    want = (frame["end"] - frame["start"]).dt.total_seconds() / 3600
    np.testing.assert_allclose(column, want, atol=1e-3)


def test_date_parts_are_those_of_the_calendar():
    frame = pd.DataFrame({"d": pd.to_datetime(["2024-02-29 06:30", "1969-07-20 00:00", None])})
    encoder = TableEncoder({"d": "date"}).fit(frame)
    made = pd.DataFrame(encoder.transform(frame), columns=encoder.names_)
    assert made.iloc[0][["d (year)", "d (month)", "d (day)", "d (weekday)"]].tolist() == [
        2024, 2, 29, 3,
    ]  # fmt: skip
    assert made.iloc[1]["d (weekday)"] == 6
    assert made["d (hour)"].tolist()[:2] == [6.5, 0.0]
    assert made.iloc[2].isna().all()


def test_codes_follow_frequency_and_unknown_levels_have_their_own():
    encoder = TableEncoder({"c": "category"}).fit(
        pd.DataFrame({"c": ["b"] * 3 + ["a"] * 2 + ["z"]})
    )
    codes = encoder.transform(pd.DataFrame({"c": ["b", "a", "z", "new", None]}))[:, 0]
    assert codes[:4].tolist() == [0, 1, 2, 3]
    assert np.isnan(codes[4])


def test_numbers_and_dates_written_as_text_are_read_alike():
    frame = _frame()
    encoder = TableEncoder().fit(frame)
    told = frame.assign(
        amount=[None if np.isnan(v) else f"${v:,.10f}" for v in frame["amount"]],
        start=frame["start"].dt.strftime("%Y-%m-%d"),
        flag=frame["flag"].map({True: "yes", False: "no"}),
    )
    np.testing.assert_allclose(encoder.transform(told), encoder.transform(frame), rtol=1e-4)


def test_large_close_numbers_stay_apart_in_float32():
    seconds = pd.DataFrame({"t": 1_700_000_000 + np.arange(100)})
    matrix = TableEncoder({"t": "number"}).fit(seconds).transform(seconds)
    assert len(np.unique(matrix)) == 100


def test_missing_columns_are_named_and_further_ones_ignored():
    frame = _frame()
    encoder = TableEncoder().fit(frame)
    encoder.transform(frame.assign(more=1)[frame.columns[::-1]])
    with pytest.raises(InputError, match="'amount', 'note'"):
        encoder.transform(frame.drop(columns=["amount", "note"]))


def test_text_brings_like_texts_together():
    texts = ["refund my broken order please now", "the delivery came quickly and well"] * 60
    frame = pd.DataFrame({"t": [f"{t} {i}" for i, t in enumerate(texts)]})
    matrix = TableEncoder({"t": "text"}).fit(frame).transform(frame)[:, 2:]
    scaled = matrix / np.linalg.norm(matrix, axis=1, keepdims=True)
    assert scaled[0] @ scaled[2] > scaled[0] @ scaled[1] + 0.3


def test_the_linear_view_has_no_gaps_and_unit_scale():
    frame = _frame()
    encoder = TableEncoder().fit(frame)
    matrix = encoder.transform(frame)
    view = LinearView(tuple(encoder.coded_)).fit(matrix)
    made = view.transform(matrix)
    assert np.isfinite(made).all()
    assert made.shape[1] > matrix.shape[1]  # one-hot and an indicator of missing amounts
    assert np.abs(made[:, : len(view.plain_)].mean(axis=0)).max() < 0.2
    assert np.isfinite(view.transform(np.full_like(matrix[:2], np.nan))).all()


def test_target_means_do_not_tell_a_row_its_own_label():
    rng = np.random.default_rng(0)
    codes = np.arange(600, dtype=np.float32)[:, None]  # every level occurs once
    y = rng.normal(size=(600, 1))
    inner = TargetMeans([0], smoothing=0.1).fit_transform(codes, y)[:, 0]
    assert abs(np.corrcoef(inner, y[:, 0])[0, 1]) < 0.15
    plain = TargetMeans([0], smoothing=0.1).fit(codes, y).transform(codes)[:, 0]
    assert np.corrcoef(plain, y[:, 0])[0, 1] > 0.9  # without cross-fitting it does


def test_target_means_of_unknown_and_missing_codes_are_finite():
    means = TargetMeans([0]).fit(np.array([[0.0], [1.0], [1.0]]), np.array([[0.0], [1.0], [1.0]]))
    made = means.transform(np.array([[9.0], [np.nan], [1.0]], dtype=np.float32))
    assert np.isfinite(made).all()
    assert made[2, 0] > made[0, 0]


def test_numbers_and_dates_written_for_people_are_found_and_read():
    frame = pd.DataFrame(
        {
            "paid": ["$1,200.50", "$3.00", None, "$7"] * 39 + ["n/a", "$8.10"] * 2,
            "since": ["12.03.2021", "01.04.2021", "30.12.2020", None] * 40,
            "day": [20210101 + i % 28 for i in range(160)],
            "speed": ["4 kmpl", "5.5 kmpl", "6 kmpl", "7.1 kmpl"] * 40,
            "code": ["0123", "0456"] * 80,
            "word": ["x1 a", "y2 b"] * 80,
            "plain": np.arange(160.0),
        }
    )
    formats = written_formats(frame)
    assert formats == {
        "since": "%d.%m.%Y", "day": "%Y%m%d", "speed": "number.kmpl",
        "paid": "number.",
    }  # fmt: skip
    read = as_written(frame, formats)
    assert read["paid"].iloc[:2].tolist() == [1200.5, 3.0]
    assert read["paid"].isna().sum() == 41
    assert read["since"].iloc[0] == pd.Timestamp("2021-03-12")
    assert read["day"].iloc[5] == pd.Timestamp("2021-01-06")
    assert read["code"].iloc[0] == "0123"
    assert as_written(read, formats).equals(read)
    one = as_written(frame.iloc[[1]], formats)
    assert one["paid"].item() == 3.0
    assert as_written(frame.iloc[:0], formats).empty


def test_the_words_of_a_text_are_numbered_by_plain_integers():
    texts = pd.DataFrame({"t": [f"red apple {i}" for i in range(30)]})
    encoder = TextEncoder().fit(texts)
    numbers = [i for v in encoder.vectorizers_ for i in v.vocabulary_.values()]
    assert numbers
    assert {type(i) for i in numbers} == {int}
