"""What the made columns of a forecast are called in Chinese; in English their names say it."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

NAIVE_IN_CHINESE = {
    "last value": "最近一个值",
    "mean of a season": "一季的均值",
    "last value and the same change": "最近一个值加上一季同期的变化",
    "same season and smoothed change": "上一季同期加平滑后的逐季变化",
    "same season": "上一季同期",
    "same season and drift": "上一季同期加漂移",
    "mean of four seasons": "四季同期的均值",
}
"""What the simple forecasts of `past.NAIVE` are called."""
_NAMES = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (r"naive (.+)", "{0}的简单预测"),
        (r"mean of the last (\d+)", "最近 {0} 期的均值"),
        (r"mean of the (\d+) before these", "再往前 {0} 期的均值"),
        (r"spread of the last (\d+)", "最近 {0} 期的波动"),
        (r"(.+) (\d+) before the last", "{0}（倒数第 {1} 期之前）"),
        (r"(.+) (\d+) seasons? before", "{0}（{1} 季之前）"),
        (r"(.+) (\d+) before", "{0}（{1} 期之前）"),
        (r"last (.+)", "最近的{0}"),
        (r"(.+) \(given\)", "{0}（表中给出）"),
        (r"step", "向前的期数"),
    )
)
_HOLD_NAMES = ("importance", "effects", "slices", "limits", "parts")


def in_chinese(name: str) -> str:
    """Return what a made column is called; the name itself if it looks like none."""
    if name in NAIVE_IN_CHINESE:
        return NAIVE_IN_CHINESE[name]
    for pattern, words in _NAMES:
        if found := pattern.fullmatch(name):
            return words.format(*found.groups())
    return name


def explained_in_chinese(explanation: dict[str, Any], own: Collection[str] = ()) -> dict[str, Any]:
    """Return an explanation of a forecast with the names of its columns in Chinese.

    Args:
        explanation: Content of `explain.json`, or one row's explanation.
        own: Names of the table's own columns, which stay.
    """
    told = dict(explanation)
    for part in _HOLD_NAMES:
        entries = told.get(part)
        if isinstance(entries, list):
            told[part] = [
                {**entry, "column": in_chinese(str(entry["column"]))}
                if isinstance(entry, dict) and entry.get("column") not in (None, *own)
                else entry
                for entry in entries
            ]
    return told
