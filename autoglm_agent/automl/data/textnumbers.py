"""Numbers written for people: `$1,234.50`, `12 %`, `1.234,5`, `(300)`, `23.4 kmpl`."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

_MONEY = re.compile(
    r"^(?:US\$|R\$|[$€£¥₹₽₩₺₫฿]|(?:USD|EUR|GBP|CHF|CNY|JPY|INR|Rs\.?)\s)\s*"
    r"|\s*(?:[$€£¥₹₽₩₺₫฿元]|\s(?:USD|EUR|GBP|CHF|CNY|JPY|INR|kr|zł))$"
)
_PERCENT = re.compile(r"\s*[%％]$")
_GROUP = "[ '’\u00a0\u202f]"
_POINT = re.compile(
    rf"^[+-]?(?:\d{{1,3}}(?:(?:,|{_GROUP})\d{{3}})+(?:\.\d+)?|\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+)$"
)
_COMMA = re.compile(rf"^[+-]?(?:\d{{1,3}}(?:(?:\.|{_GROUP})\d{{3}})+(?:,\d+)?|\d+(?:,\d+)?)$")
# A comma that can only be a decimal comma; dots that can only be thousands.
_COMMA_PROOF = re.compile(
    r"^[+-]?(?:0,\d+|\d+,(?:\d{1,2}|\d{4,})|[\d.]*\.\d{3},\d+)$|\.\d{3}\.\d{3}$"
)
# The same with the two signs exchanged, and two groups of thousands.
_POINT_PROOF = re.compile(
    r"^[+-]?(?:0\.\d+|\d*\.(?:\d{1,2}|\d{4,})|[\d,]*,\d{3}\.\d+)$|,\d{3},\d{3}$"
)
_COMMA_OPEN = re.compile(r"^[+-]?[1-9]\d{0,2},\d{3}$")
_LOSSY = re.compile(r"^\s*[+-]?(?:0\d|\d{19}|\+\d{7})")
_SUFFIX = re.compile(r"^[-+(]?[\d.,][\d.,' ]*?\s*([^\d\s.,)][^\d]{0,9})$")
_ORDINALS = {"st", "nd", "rd", "th"}
_SAMPLE = 300


@dataclass(frozen=True)
class NumberFormat:
    """How a column writes its numbers.

    Attributes:
        decimal: `.` or `,`.
        suffix: A unit of measure after every number, or empty.
    """

    decimal: str = "."
    suffix: str = ""

    def code(self) -> str:
        """Return the format as one text, for `ColumnProfile.format`."""
        return f"number{self.decimal}{self.suffix}"

    @classmethod
    def from_code(cls, code: str) -> NumberFormat:
        """Read what `code` gave."""
        return cls(code[6:7] or ".", code[7:])

    def parse(self, text: str) -> float:
        """Return the number, NaN if the text is none."""
        core = _core(text, self.suffix)
        negative = core.startswith("(") and core.endswith(")")
        if negative:
            core = _core(core[1:-1], self.suffix)
        if not (_POINT if self.decimal == "." else _COMMA).match(core):
            return math.nan
        core = re.sub(_GROUP, "", core)
        core = core.replace(",", "") if self.decimal == "." else core.replace(".", "")
        value = float(core.replace(",", "."))
        return -value if negative else value


@dataclass(frozen=True)
class NumberText:
    """A column of numbers written as text.

    Attributes:
        format: How they are written.
        values: The number of each distinct text, NaN where it is none.
        unit: `money`, `percent`, another unit's name, or None.
        unreadable: Distinct texts that are no numbers.
    """

    format: NumberFormat
    values: dict[str, float]
    unit: str | None
    unreadable: tuple[str, ...]


def detect_numbers(counts: pd.Series) -> NumberText | None:
    """Tell whether a text column holds numbers.

    At least 95 % of the filled cells must be numbers; or half of them, if they are many different
    ones and all others are one or two words (`unknown`). Codes that a number would change
    (leading zeros, more than 18 digits) are no numbers.

    Args:
        counts: Number of cells of each distinct filled text.
    """
    texts = [str(text) for text in counts.index]
    sample = texts[:: max(1, len(texts) // _SAMPLE)]
    if sum(any(c.isdigit() for c in text) for text in sample) < 0.5 * len(sample):
        return None
    if any(_LOSSY.match(text) for text in texts):
        return None
    chosen = NumberFormat(_decimal(sample), _suffix(sample))
    weight = counts.to_numpy(dtype=np.float64)
    if np.mean([not math.isnan(chosen.parse(text)) for text in sample]) < 0.3:
        return None
    values = {text: chosen.parse(text) for text in texts}
    good = np.array([not math.isnan(value) for value in values.values()])
    share = float(weight[good].sum() / weight.sum())
    few_words = int((~good).sum()) <= 2 and int(good.sum()) >= 20 and share >= 0.5
    if share < 0.95 and not few_words:
        return None
    unreadable = tuple(text for text, fine in zip(texts, good, strict=True) if not fine)
    return NumberText(chosen, values, _unit(sample, chosen.suffix), unreadable)


def written_decimal(texts: Sequence[str], *, suffix: str = "") -> str:
    """Return the decimal sign of a column, `.` or `,`; empty if its cells leave it open.

    Args:
        texts: The distinct filled cells; some may be no numbers.
        suffix: A unit after every number.
    """
    cores = [_core(text, suffix) for text in texts]
    if _decimal(cores) == ",":
        return ","
    return "." if any(_POINT_PROOF.search(core) for core in cores) else ""


def is_open(text: str) -> bool:
    """Whether the comma of a number may part thousands as well as decimals: `1,234`."""
    return bool(_COMMA_OPEN.match(_core(text, "")))


def _core(text: str, suffix: str) -> str:
    core = text.strip()
    if suffix and core.endswith(suffix):
        core = core[: -len(suffix)].rstrip()
    sign = ""
    if core[:1] in "+-" and len(core) > 1 and not core[1].isdigit():
        sign, core = core[0], core[1:]
    core = _PERCENT.sub("", _MONEY.sub("", core))
    return sign + core.strip()


def _decimal(sample: Sequence[str]) -> str:
    cores = [_core(text, "") for text in sample]
    proof = sum(bool(_COMMA_PROOF.search(core)) for core in cores)
    contrary = sum(bool(re.search(r"\.\d+$", c) and _POINT.match(c)) for c in cores if "," in c)
    return "," if proof > contrary and proof >= 0.02 * len(cores) else "."


def _suffix(sample: Sequence[str]) -> str:
    found = [match.group(1).strip() for text in sample if (match := _SUFFIX.match(text.strip()))]
    if len(found) < 0.9 * len(sample) or len(set(found)) != 1 or len(set(sample)) < 3:
        return ""
    suffix = found[0]
    special = suffix.lower() in _ORDINALS or _PERCENT.search(suffix) or _MONEY.search(suffix)
    return "" if special or ")" in suffix else suffix


def _unit(sample: Sequence[str], suffix: str) -> str | None:
    if suffix:
        return suffix
    texts = [text.strip().strip("()").lstrip("+-") for text in sample]
    if sum(bool(_MONEY.search(text)) for text in texts) > 0.5 * len(texts):
        return "money"
    if sum(bool(_PERCENT.search(text)) for text in texts) > 0.5 * len(texts):
        return "percent"
    return None
