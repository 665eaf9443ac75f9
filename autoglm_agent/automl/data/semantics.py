"""What a column is for, judged by its name and the shape of its values.

The rules, in the order in which `kind_of_*` asks them:

- *id*: (nearly) every value occurs once, and the name says so (`customerID`, `order_no`), or the
  integers count the rows, or the strings look like codes (one token with digits). Measurements,
  prices, years and text are no ids, however unique.
- *text*: language: several words or many characters, seldom repeated.
- *category*: everything else that is not a number or date. Yes/no words are *boolean*; the
  integers 0 and 1 stay *integer*, with their levels.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

MIN_ROWS_FOR_ID = 20
_CAMEL = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+|[^\W\d_A-Za-z]+")
_STRONG = {"id", "ids", "uuid", "guid", "key", "pk", "identifier", "ssn", "iban", "imei", "vin"}
_STRONG |= {"编号", "序号"}
_WEAK = {"no", "nr", "num", "number", "code", "serial", "ref", "reference", "index", "idx", "row"}
_WEAK |= {"ticket", "account", "rownum", "rownames", "unnamed", "pid", "sku"}
_GLUED = re.compile(
    r"^(?:user|customer|cust|client|order|passenger|row|record|account|transaction|trans|product|"
    r"patient|employee|emp|case|ticket|session|member|student|person|item|loan|policy|invoice|"
    r"device|store|shop|household|sample|subject|property|listing|vendor|seller|trip|ride)_?id$"
)
_NEVER = {"year", "years", "month", "day", "week", "date", "time", "timestamp", "hour", "minute"}
_NEVER |= {"age", "price", "amount", "income", "salary", "rank", "score", "step", "period", "t"}
_TIME_WORDS = {"date", "time", "timestamp", "ts", "datetime", "day", "epoch", "at", "dt", "dob"}
_TIME_WORDS |= {"created", "updated", "modified", "日期", "时间"}
_CODE = re.compile(r"^[^\W_][\w.:/#+\-]*$")
# Times of day and quantities with a unit are one token with digits as well.
_MEASURE = re.compile(r"^\d{1,2}:\d{2}(?::\d{2})?$|^[\d.,]+[A-Za-z%]{1,3}$")
_YES_NO = (
    {"yes", "no"}, {"y", "n"}, {"true", "false"}, {"t", "f"}, {"on", "off"}, {"ja", "nein"},
    {"oui", "non"}, {"si", "no"}, {"sí", "no"}, {"是", "否"}, {"有", "无"},
)  # fmt: skip


def words_of(name: str) -> list[str]:
    """Return the lower-case words of a column name (`customerID` gives customer, id)."""
    return [word.lower() for word in _CAMEL.findall(name)]


def names_a_time(name: str) -> bool:
    """Whether a name speaks of a date or time."""
    words = words_of(name)
    return bool(_TIME_WORDS & set(words)) or any(w.endswith(("date", "time")) for w in words)


def id_hint(name: str) -> int:
    """Return how strongly a name says *identifier*: 2, 1, 0, or -1 if it says the opposite."""
    words = words_of(name)
    if _STRONG & set(words) or _GLUED.match(name.lower()):
        return 2
    if _NEVER & set(words):
        return -1
    return 1 if words and (words[-1] in _WEAK or words[0] == "unnamed") else 0


def is_integer_id(name: str, values: np.ndarray, distinct: int) -> bool:
    """Tell an integer key.

    Args:
        name: Column name.
        values: Filled values, int64.
        distinct: Number of different ones.
    """
    n = len(values)
    if n < MIN_ROWS_FOR_ID or distinct < 0.95 * n:
        return False
    hint = id_hint(name)
    if hint == 2:
        return True
    if hint == 1:
        return distinct == n
    # Without a telling name, only the row number itself: n, n + 1, n + 2 in the file's order.
    years = values.min() >= 1500 and values.max() <= 2200
    counting = n >= 50 and bool(np.all(np.diff(values) == 1))
    return counting and hint == 0 and len(name) > 1 and not years


def is_text_id(name: str, texts: pd.Series, distinct: int) -> bool:
    """Tell a key written as text.

    Args:
        name: Column name.
        texts: Filled cells.
        distinct: Number of different ones.
    """
    n = len(texts)
    if n < MIN_ROWS_FOR_ID or distinct < 0.95 * n:
        return False
    sample = texts.iloc[:: max(1, n // 500)].tolist()
    codes = np.mean([bool(_CODE.match(t)) and len(t) <= 64 for t in sample])
    digits = np.mean([any(c.isdigit() for c in t) for t in sample])
    if id_hint(name) == 2:
        return bool(codes >= 0.5)
    measures = np.mean([bool(_MEASURE.match(t)) for t in sample])
    hexadecimal = np.mean([bool(re.fullmatch(r"[0-9a-fA-F-]{8,64}", t)) for t in sample])
    return bool((codes >= 0.9 and digits >= 0.8 and measures < 0.5) or hexadecimal >= 0.95)


def is_repeated_key(name: str, n: int, distinct: int) -> bool:
    """Whether a column named like an identifier repeats its values: it may group the rows."""
    return id_hint(name) == 2 and 20 < distinct < 0.95 * n


def is_language(texts: pd.Series, distinct: int) -> bool:
    """Tell text from categories.

    Args:
        texts: Filled cells.
        distinct: Number of different ones.
    """
    n = len(texts)
    unique = distinct / max(1, n)
    if distinct <= 20 and n > 40:
        return False
    sample = texts.iloc[:: max(1, n // 500)].tolist()
    words = float(np.mean([len(t.split()) or len(t) / 2 for t in sample]))
    length = float(np.mean([len(t) for t in sample]))
    if unique > 0.95 and n >= 50:
        return True
    if unique > 0.5 and (words >= 3 or length >= 30):
        return True
    return distinct > 50 and unique > 0.2 and (words >= 5 or length >= 50)


def is_yes_no(levels: list[str]) -> bool:
    """Whether two levels are yes and no in some spelling."""
    return len(levels) == 2 and {level.strip().lower() for level in levels} in _YES_NO
