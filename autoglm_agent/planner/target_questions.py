"""What is asked, in the user's language, where no one column is clearly the target."""

from __future__ import annotations

from collections.abc import Sequence

from autoglm_agent.errors import TargetError
from autoglm_agent.planner.text import Text

_SHOWN = 80
"""Characters of an instruction that a question repeats."""


def none_clear(text: Text, table: str, names: Sequence[str]) -> TargetError:
    """Return the question that follows where no column reaches the threshold.

    Args:
        text: The instruction; empty is told as such.
        table: Name of the table.
        names: Columns to offer, the likeliest first; empty where none can be a target.
    """
    if names:
        remedy = text.say(
            f"Name the column to predict, for example: predict {names[0]}.",
            f"请说明要预测的列，例如：预测 {names[0]}。",
        )
    else:
        remedy = text.say(
            "Give a table with a column that has several values.", "请给出有不同取值的表。"
        )
    if not text.source.strip():
        return TargetError("The instruction is empty.", remedy, tuple(names))
    listed = ", ".join(names)
    english = f"candidates: {listed}" if names else "none of them can be a target"
    chinese = f"候选：{listed}" if names else "没有一列可以作为目标"
    problem = text.say(
        f'No column of {table} clearly is what "{_said(text)}" asks for; {english}.',
        f"{table} 中没有一列明确是“{_said(text)}”要的；{chinese}。",
    )
    return TargetError(problem, remedy, tuple(names))


def several_likely(text: Text, names: Sequence[str]) -> TargetError:
    """Return the question that follows where several columns are as likely, the best first."""
    listed = ", ".join(names)
    problem = text.say(
        f'"{_said(text)}" may ask for any of these columns: {listed}.',
        f"“{_said(text)}”可能指这些列中的任何一列：{listed}。",
    )
    remedy = text.say(
        f"Name one column to predict, for example: predict {names[0]}.",
        f"请说明要预测哪一列，例如：预测 {names[0]}。",
    )
    return TargetError(problem, remedy, tuple(names))


def _said(text: Text) -> str:
    whole = text.source
    return whole if len(whole) <= _SHOWN else whole[: _SHOWN - 3] + "..."
