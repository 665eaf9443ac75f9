"""Numbers written in Chinese: 三十五, 一百五, 五万, 半."""

from __future__ import annotations

_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_LARGE = {"万": 10_000, "亿": 100_000_000}


def chinese_number(word: str) -> float:
    """Read a number in digits or in Chinese words.

    Args:
        word: For example `15`, `2.5`, `半`, `十五`, `三千二`, `五万`.
    """
    if word == "半":
        return 0.5
    if word[0].isascii():
        return float(word)
    whole, total, digit, unit = 0, 0, 0, 10
    for char in word:
        if char in _LARGE:
            whole, total, digit, unit = (whole + total + digit) * _LARGE[char], 0, 0, _LARGE[char]
        elif char in _UNITS:
            total += (digit or 1) * _UNITS[char]
            digit, unit = 0, _UNITS[char]
        else:
            digit = _DIGITS[char]
            unit = 10 if digit == 0 else unit
    if digit and unit > 10 and word[-2:-1] not in ("零", "〇"):
        digit *= unit // 10  # 三千二 is 3200
    return float(whole + total + digit)
