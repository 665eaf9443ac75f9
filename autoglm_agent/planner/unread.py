"""Conditions that no slot can hold: they are told, so that nobody believes them to be kept.

"Predict churn for customers in Ohio, with a precision of at least .9" names rows and a bound; the
model is trained on all rows and promises no bound. Found are values of columns that are not the
target, comparisons of columns with numbers, and bounds on measures; a condition said in other
words stays unseen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from autoglm_agent.planner.mentions import Mention
from autoglm_agent.planner.schema import Column, Schema
from autoglm_agent.planner.text import Text, word_set

_PLAIN_LEVELS = word_set(
    """
    yes no true false none other others unknown good bad high low medium normal average total
    single married basic new old open closed day night data table model time test
    train best worst first last positive negative class group type year month week weekend default
    active inactive free paid regular standard small large long short missing predict value values
    是 否 有 无 其他 未知 正常 高 中 低 好 坏
    """
)
_LEAST_LATIN, _LEAST_HAN = 4, 2
_BEFORE = re.compile(
    r"(?:\b(?:only|just|solely|for|among|amongst|in|within|of|from|with|on|at|who are|that are|"
    r"which are)\s+)+(?:(?:the|a|an|all|our|my|those|people|customers|rows|cases|those)\s+)*"
    r"[\"'(]?\Z",
    re.ASCII,
)
_NUMBER = r"[-+]?\d[\d,.]*\s?(?:%|k\b|m\b|万|元|岁)?"
_MORE = (
    r"(?:>=?|<=?|≥|≤|(?:is |are |was |of )?(?:above|over|below|under|at least|at most|more than|"
    r"less than|greater than|higher than|lower than|larger than|smaller than|older than|"
    r"younger than|between)|大于|超过|高于|不低于|低于|小于|不足|不超过|少于|多于)"
)
_COMPARED = re.compile(rf"\s*{_MORE}\s*{_NUMBER}|\s*(?:在)?{_NUMBER}(?:以上|以下|以内)", re.ASCII)
_PEOPLE = re.compile(
    rf"\b(?:only |just )?(?:for|among|of|from|with|where|whose)\s+(?:[\w-]+\s+){{0,3}}?"
    rf"(?:older|younger|over|under|above|below)\s+(?:than\s+)?{_NUMBER}"
    rf"|(?:仅|只)(?:针对|对|看|考虑|分析)?{_NUMBER}(?:以上|以下)的[\u3400-\u9fff]{{1,6}}",
    re.ASCII,
)
_MEASURE = (
    r"(?:recall|precision|accuracy|auc|f1|sensitivity|specificity|r2|rmse|mae|error|召回率|精确率|"
    r"准确率|查准率|查全率|误差)"
)
_BOUND = re.compile(
    rf"{_MEASURE}\s*(?:(?:must|should|has to|needs to)\s+)?(?:be\s+|of\s+|stay\s+)?"
    rf"(?:>=?|<=?|≥|≤|at least|at most|above|over|below|under|不低于|不高于|至少|大于|超过|达到|"
    rf"要达到|必须达到|要在)\s*(?:0?\.\d+|\d+(?:\.\d+)?\s?%?)(?:以上|以下|以内)?",
    re.ASCII,
)


_OF_ROWS = re.compile(r"\b(?:where|whose|having|with|if|for|and)\s+(?:the |a |their )?\Z", re.ASCII)
_LOOKED_AT = re.compile(
    r"(?:只|仅)(?:看|针对|对|考虑|分析|关注|保留|限于?)[^,，。;；预]{1,20}[,，](?=[^。]*(?:预测|判断|估计|分类))"
)


def condition_spans(text: Text, mentions: Iterable[Mention]) -> list[tuple[int, int]]:
    """Return where rows are picked, so that no target is looked for there.

    "Churn where tenure is above 12" asks for churn; 只看女性客户，预测流失 does not ask to look.
    """
    found = [match.span() for match in _LOOKED_AT.finditer(text.low)]
    for mention in mentions:
        match = _COMPARED.match(text.low, mention.end)
        if match is None:
            continue
        before = _OF_ROWS.search(text.low, 0, mention.start)
        start, end = text.clause(mention.start)
        alone = not text.low[start : mention.start].strip() and match.end() >= end - 1
        if (before and before.start() > 0) or (alone and start > 0):
            found.append((mention.start, match.end()))
    return found


def unread_conditions(
    text: Text,
    schema: Schema,
    mentions: Iterable[Mention],
    target: Column | None,
    rows: Iterable[tuple[int, int]] = (),
) -> tuple[str, ...]:
    """Return the user's words that set a condition which the task does not carry, in order.

    Args:
        text: The instruction, with what has been understood marked.
        schema: The table's columns.
        mentions: Where columns are named.
        target: The column to predict.
        rows: What `condition_spans` found.
    """
    named = list(mentions)
    spans = [
        *rows, *_bounds(text), *_compared(text, named, target),
        *_levels(text, schema, named, target),
    ]  # fmt: skip
    kept: list[tuple[int, int]] = []
    for start, end in sorted(spans, key=lambda s: (s[0], -s[1])):
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
    return tuple(text.span(start, end).strip(" ,，.。") for start, end in kept)


def _bounds(text: Text) -> Iterator[tuple[int, int]]:
    for match in _BOUND.finditer(text.low):
        yield match.span()


def _compared(
    text: Text, mentions: list[Mention], target: Column | None
) -> Iterator[tuple[int, int]]:
    for mention in mentions:
        match = _COMPARED.match(text.low, mention.end)
        other = target is None or mention.column.name != target.name
        if match and other and not text.is_used(mention.start):
            yield mention.start, match.end()
    for match in _PEOPLE.finditer(text.low):
        if not text.is_used(match.end() - 1):
            yield match.span()


def _levels(
    text: Text, schema: Schema, mentions: list[Mention], target: Column | None
) -> Iterator[tuple[int, int]]:
    own = {level.strip().lower() for level, _ in target.profile.levels} if target else set()
    for column in schema.by_name.values():
        if column is target or column.profile.kind not in ("category", "boolean", "text"):
            continue
        for level, _ in column.profile.levels:
            word = level.strip().lower()
            if word in own or not _telling(word):
                continue
            for match in re.finditer(_whole(word), text.low):
                start, end = match.span()
                covered = any(m.start < end and start < m.end for m in mentions)
                if covered or text.is_used(start):
                    continue
                before = _BEFORE.search(text.low, 0, start)
                if before:
                    yield before.start(), end
                elif not word.isascii():
                    yield start, end


def _telling(word: str) -> bool:
    """Whether a level is no everyday word, and no number."""
    if word in _PLAIN_LEVELS or not any(c.isalpha() for c in word):
        return False
    return len(word) >= (_LEAST_LATIN if word.isascii() else _LEAST_HAN)


def _whole(word: str) -> str:
    if not word.isascii():
        return re.escape(word)
    return rf"(?<![a-z0-9_]){re.escape(word)}s?(?![a-z0-9_])"
