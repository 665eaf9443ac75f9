"""How figures are written: the same digits for the same thing in every sentence and table."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import TypeGuard

SECONDS = {"ms": "{n} ms", "s": "{n} s", "min": "{m} min {s:02d} s", "h": "{h} h {m:02d} min"}
"""How durations of each size are written in English."""

_MOST_DECIMALS = 8
_UNBOUNDED = {"rmse", "mae"}
_LOSSES = {"log_loss", "brier", "rmse", "mae", "mape", "rmsle"}


def greater_is_better(metric: str) -> bool:
    """Return whether a larger value of the metric is a better one."""
    # Asked here and not of `automl.metrics`, whose scikit-learn costs a second to import.
    return metric not in _LOSSES


def digits(metric: str, values: Iterable[float | None]) -> int:
    """Return the decimals with which all scores of one comparison are written.

    Three for metrics on a fixed scale; four significant digits of the largest value for
    metrics in the unit of the target.
    """
    known = [abs(v) for v in values if v is not None and math.isfinite(v)]
    if metric not in _UNBOUNDED or not known or max(known) == 0:
        return 3
    return max(0, min(_MOST_DECIMALS, 3 - math.floor(math.log10(max(known)))))


def fixed(value: float | None, decimals: int) -> str:
    """Write a number with so many decimals and thousands separators; `–` if there is none.

    With an exponent where the digits would not tell the size: beyond 1e15, and nothing but zeros.
    """
    if not _known(value):
        return "–"
    if abs(value) >= 1e15 or (decimals >= _MOST_DECIMALS and 0 < abs(value) < 1e-6):
        return _with_exponent(value)
    text = f"{value:,.{decimals}f}"
    return text.lstrip("-") if float(text.replace(",", "")) == 0 else text


def _known(value: float | None) -> TypeGuard[float]:
    return isinstance(value, int | float) and math.isfinite(value)


def count(value: float | None) -> str:
    """Write a whole number with thousands separators."""
    return fixed(value, 0)


def plain(value: float | None) -> str:
    """Write any number with four significant digits, without an exponent where it can be."""
    if not _known(value):
        return "–"
    if value == 0:
        return "0"
    size = math.floor(math.log10(abs(value)))
    if size >= 15 or size < -6:
        return _with_exponent(value)
    if size >= 3:
        return f"{value:,.0f}"
    return f"{value:.{3 - size}f}".rstrip("0").rstrip(".")


def _with_exponent(value: float) -> str:
    return re.sub(r"e([+-])0*", lambda m: "e" + m[1].strip("+"), f"{value:.4g}")


def share(part: float | None, whole: float = 1.0) -> str:
    """Write a share in percent: `12 %`, `0.4 %`, `< 0.1 %`."""
    if not _known(part) or not whole:
        return "–"
    percent = 100 * part / whole
    if percent == 0 or percent >= 9.95:
        return f"{min(percent, 99.9):.1f} %" if 99.5 <= percent < 100 else f"{percent:.0f} %"
    return f"{percent:.1f} %" if percent >= 0.05 else "< 0.1 %"


def seconds(value: float | None, forms: Mapping[str, str] = SECONDS) -> str:
    """Write a duration: `8 ms`, `0.42 s`, `12.3 s`, `2 min 05 s`, `1 h 02 min`.

    Args:
        value: Seconds.
        forms: How durations of each size are written, with the keys of `SECONDS`.
    """
    if not _known(value):
        return "–"
    if value < 0.0995:
        return forms["ms"].format(n=f"{1000 * value:.0f}")
    if value < 59.95:
        return forms["s"].format(n=f"{value:.2f}" if value < 9.995 else f"{value:.1f}")
    minutes, rest = divmod(round(value), 60)
    if minutes < 60:
        return forms["min"].format(m=minutes, s=rest)
    hours, minutes = divmod(minutes, 60)
    return forms["h"].format(h=hours, m=minutes)


def offset(value: float | None) -> str:
    """Write a time since the start as a clock: `00:07`, `1:02:09`."""
    if not _known(value):
        return ""
    minutes, rest = divmod(max(0, int(value)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes:02d}:{rest:02d}"


def moment(value: float | str | None) -> str:
    """Write a time of day in UTC from seconds since 1970 or ISO text; other text is kept."""
    if value is None or value == "":
        return "–"
    try:
        when = (
            datetime.fromtimestamp(value, UTC)
            if isinstance(value, int | float)
            else datetime.fromisoformat(value)
        )
    except (ValueError, OverflowError, OSError):
        return str(value)
    return when.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC") if when.tzinfo else str(value)


def plural(number: int, one: str, many: str = "") -> str:
    """Write a number with its noun: `1 column`, `7 columns`."""
    return f"{count(number)} {one if number == 1 else many or one + 's'}"
