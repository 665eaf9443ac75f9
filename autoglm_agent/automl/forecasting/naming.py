"""What the made columns of a forecast are called in Chinese; in English their names say it."""

from __future__ import annotations

import re
from typing import Any

_NAMES = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (r"naive (.+)", "{0}的简单预测"),
        (r"same season and drift", "上一季同期加漂移"),
        (r"mean of four seasons", "四季同期的均值"),
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
    """Return what a made column is called; the name itself if it is the table's own."""
    for pattern, words in _NAMES:
        if found := pattern.fullmatch(name):
            return words.format(*found.groups())
    return name


def explained_in_chinese(explanation: dict[str, Any]) -> dict[str, Any]:
    """Return an explanation of a forecast with the names of its columns in Chinese."""
    told = dict(explanation)
    for part in _HOLD_NAMES:
        entries = told.get(part)
        if isinstance(entries, list):
            told[part] = [
                {**entry, "column": in_chinese(str(entry.get("column")))}
                if isinstance(entry, dict)
                else entry
                for entry in entries
            ]
    return told
