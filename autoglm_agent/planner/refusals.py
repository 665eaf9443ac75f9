"""What an instruction asks for against itself or against the table, refused in its language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from autoglm_agent.errors import InputError
from autoglm_agent.planner.exclusions import Exclusions
from autoglm_agent.planner.mentions import Mention
from autoglm_agent.planner.metric_words import CLASSIFICATION, REGRESSION
from autoglm_agent.planner.schema import Column, Schema
from autoglm_agent.planner.target import after_verb, is_told
from autoglm_agent.planner.text import Text

_AS_REGRESSION = re.compile(
    r"\bas (?:a )?regression\b|\bregression (?:task|problem)\b|(?:做|作为|用|按)回归|"
    r"回归(?:任务|问题)",
    re.ASCII,
)
_OF_CLASSES = re.compile(r"分类|classif", re.I)
"""What makes *accuracy* more than a way to speak: "classification accuracy"."""
_SPOKEN = ("accuracy", "precision")
"""Metrics whose names are also plain words."""


def refuse_contradiction(
    text: Text, mentions: Iterable[Mention], exclusions: Exclusions, metric: str | None
) -> None:
    """Refuse to predict a column that is to be left out, and classes' measures of a regression.

    Raises:
        InputError: If either is asked for.
    """
    for mention in mentions:
        name = mention.column.name
        inside = text.clause(mention.start)[0] < mention.start
        if any(start <= mention.start < end for start, end in exclusions.ranges):
            continue  # these words bar it; a *score* before it is no verb
        wanted = (inside and after_verb(text, mention.start)) or is_told(text, mention)
        if name in exclusions.columns and wanted:
            raise InputError(
                text.say(
                    f"{name!r} is to be predicted and to be left out as well.",
                    f"{name!r} 既要预测，又要求不用。",
                ),
                text.say("Withdraw one of the two requests.", "请去掉其中一个要求。"),
            )
    told = _AS_REGRESSION.search(text.low)
    if told and metric in CLASSIFICATION and metric not in _SPOKEN:
        words = text.span(*told.span())
        raise InputError(
            text.say(
                f'{metric} does not fit: "{words}" asks for a quantity.',
                f"{metric} 不适用：“{words}”要的是数值。",
            ),
            _one_of(text, REGRESSION),
        )


def refuse_constant(text: Text, target: Column, schema: Schema) -> None:
    """Refuse a target that is empty or always the same.

    Raises:
        InputError: If it is.
    """
    kind, rows, table = target.profile.kind, schema.profile.rows, schema.profile.name
    if kind not in ("constant", "empty"):
        return
    many, whole = (
        (f"all {rows:,} rows", f"全部 {rows:,} 行") if rows > 1 else ("its only row", "仅有的一行")
    )
    holds = "是空的" if kind == "empty" else "只有一个值"
    raise InputError(
        text.say(
            f"Column {target.name!r} of {table} is {kind} in {many}: there is nothing to predict.",
            f"{table} 的列 {target.name!r} 在{whole}中{holds}：没有可预测的。",
        ),
        text.say(
            "Name another column, or give rows with other values in it.",
            "请换一列，或给出该列有其他取值的行。",
        ),
    )


def target_and_group(text: Text, column: Column) -> InputError:
    """Return the refusal of a target whose groups are to be kept whole."""
    return InputError(
        text.say(
            f"{column.name!r} cannot be both the target and the group.",
            f"{column.name!r} 不能既是目标又是分组。",
        ),
        text.say("Name another column.", "请换一列。"),
    )


def is_meant(text: Text, metric: str, told: str, kind: str, target: Column) -> bool:
    """Tell whether a metric is meant: "accuracy" of a quantity is only a way to speak.

    Args:
        text: The instruction.
        metric: The metric read from it.
        told: The words that told it.
        kind: Of the task.
        target: What is predicted.

    Raises:
        InputError: If it is meant and cannot be computed of such a target.
    """
    classes = kind in ("binary", "multiclass")
    names = CLASSIFICATION if classes else REGRESSION
    if metric in names:
        return True
    if metric in _SPOKEN and not classes and not _OF_CLASSES.search(told):
        return False
    raise InputError(
        text.say(
            f"{metric} does not fit: {target.name!r} makes this a {kind} task.",
            f"{metric} 不适用：{target.name!r} 使这成为 {kind} 任务。",
        ),
        _one_of(text, names),
    )


def _one_of(text: Text, metrics: Sequence[str]) -> str:
    names = ", ".join(metrics)
    return text.say(f"Choose one of {names}.", f"请从中选一个：{names}。")
