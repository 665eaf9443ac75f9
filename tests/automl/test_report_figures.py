"""How figures are written and how axes are divided."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoglm_agent.automl.report import numbers as num
from autoglm_agent.automl.report.svg import Scale, clip, tick_text, ticks


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (num.share(0), "0 %"),
        (num.share(0.0004), "< 0.1 %"),
        (num.share(0.004), "0.4 %"),
        (num.share(0.123), "12 %"),
        (num.share(0.9996), "99.9 %"),
        (num.share(1), "100 %"),
        (num.share(3, 12), "25 %"),
        (num.share(None), "–"),
        (num.seconds(0.0081), "8 ms"),
        (num.seconds(0.42), "0.42 s"),
        (num.seconds(12.34), "12.3 s"),
        (num.seconds(59.97), "1 min 00 s"),
        (num.seconds(125), "2 min 05 s"),
        (num.seconds(3725), "1 h 02 min"),
        (num.plain(1e-6), "0.000001"),
        (num.plain(1234567.0), "1,234,567"),
        (num.plain(0.25), "0.25"),
        (num.plain(-3.14159), "-3.142"),
        (num.plain(float("nan")), "–"),
        (num.plain(1e20), "1e20"),
        (num.plain(1e-9), "1e-9"),
        (num.fixed(9.5279759e37, 0), "9.528e37"),
        (num.fixed(-1.5e-12, num.digits("rmse", [1.5e-12])), "-1.5e-12"),
        (num.fixed(1e-9, 3), "0.000"),
        (num.fixed(-0.0001, 3), "0.000"),
        (num.count(12345), "12,345"),
        (num.offset(3729.5), "1:02:09"),
        (num.offset(7), "00:07"),
        (num.moment(0), "1970-01-01 00:00 UTC"),
        (num.moment("yesterday"), "yesterday"),
        (num.plural(1, "column"), "1 column"),
    ],
)
def test_a_figure_is_written_as_people_do(written: str, expected: str) -> None:
    assert written == expected


@pytest.mark.parametrize(
    ("metric", "values", "decimals"),
    [
        ("roc_auc", [0.91, 0.5], 3),
        ("rmse", [48231.2, 80000], 0),
        ("rmse", [0.0123, 0.02], 5),
        ("mae", [4.2], 3),
        ("rmse", [], 3),
        ("rmse", [0.0], 3),
    ],
)
def test_scores_of_one_comparison_have_equal_digits(
    metric: str, values: list[float], decimals: int
) -> None:
    assert num.digits(metric, values) == decimals


@given(st.floats(-1e9, 1e9), st.floats(1e-6, 1e9))
def test_ticks_lie_within_the_range_and_can_be_told_apart(low: float, width: float) -> None:
    high = low + width
    if high - low < 1e-9 * max(abs(low), abs(high)):
        return
    marks = ticks(low, high)
    assert 1 <= len(marks) <= 12
    slack = 1e-6 * (high - low)
    assert all(low - slack <= mark <= high + slack for mark in marks)


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 1, ["0", "0.25", "0.50", "0.75", "1.00"]),
        (0.94, 0.99, ["0.94", "0.96", "0.98"]),
        (0, 400_000, ["0", "100k", "200k", "300k", "400k"]),
        (-3, 3, ["-2", "0", "2"]),
    ],
)
def test_tick_labels_carry_the_digits_they_need(
    low: float, high: float, expected: list[str]
) -> None:
    marks = ticks(low, high)
    assert [tick_text(mark, marks) for mark in marks] == expected


def test_a_scale_of_equal_values_is_not_empty() -> None:
    scale = Scale(5, 5, 0, 100)
    assert scale(5) == pytest.approx(50)


@given(st.text(max_size=60), st.integers(2, 30))
def test_a_clipped_text_keeps_to_its_limit(text: str, limit: int) -> None:
    shown = clip(text, limit)
    assert len(shown) <= limit
    assert shown == text or shown.endswith("…")
