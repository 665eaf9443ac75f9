"""Whether words are a yes, a no, or something else to be read."""

from __future__ import annotations

from typing import Any

YES = frozenset({"y", "yes", "ok", "okay", "go", "sure", "是", "好", "可以", "同意", "对"})
NO = frozenset({"n", "no", "stop", "cancel", "quit", "q", "否", "不", "不要", "取消", "算了"})


def meaning(answer: Any) -> bool | None:
    """Return True for a yes, False for a no, None for words that are neither.

    Args:
        answer: A boolean, or what a person said.
    """
    if isinstance(answer, bool):
        return answer
    words = str(answer).strip().lower().rstrip(".!。！")
    if words in YES:
        return True
    return False if words in NO or not words else None
