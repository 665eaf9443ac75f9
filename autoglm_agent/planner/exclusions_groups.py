"""Words that bar several columns at once: "id columns", "dates", "zone columns", 经纬度."""

from __future__ import annotations

import re

from autoglm_agent.planner.grammar import PREDICT, PREDICT_ZH, QUESTION
from autoglm_agent.planner.lexicon import concepts_of
from autoglm_agent.planner.meaning.near import numbered_column
from autoglm_agent.planner.resolve import column_for, columns_for
from autoglm_agent.planner.schema import Column, Schema
from autoglm_agent.planner.text import Text, stem, word_set

AND = word_set(
    """
    and or nor plus 和 与 及 以及 跟 或 还有 并
    """
)
NOT_COLUMNS = word_set(
    """
    neural network networks deep model models modelling modeling modelled ensemble ensembles
    gpu internet code coding overfitting leakage leak missing jargon delay error errors help
    tuning more than previous instruction instructions training xgboost lightgbm tree trees
    forest boosting cross validation any anything one it them this that these those
    explanation explanations outlier outliers duplicates duplicate null nulls empty rows row
    label labels 标签 标注
    time waste wasting losing loss alarm alarms message messages false too much so 建模 训练 模型
    建 解释 神经网络 深度学习 缺失值 超过 担心 预测 漏 说 多
    """
)
OTHER_REQUEST = word_set(
    """
    make makes ensure keep use report test train split finish stop give hold let do don show tell
    i we you evaluate validate be then optimise optimize maximise minimise score measure aim try
    start end limit take run please thanks thank cheers build want need must should will would also
    too altogether entirely completely either that's it's
    """
)
"""Words that begin another request or only round off this one."""
IDS = word_set(
    """
    id ids identifier identifiers 编号 标识 标识符 主键
    """
)
_NUMBERS = word_set("number id code no 编号 号码 编码 代码 号")
"""Words for what numbers a thing."""
_SORTS = word_set("time times delay rows error message code")
"""What follows a column's word, though alone it is none."""
_KINDS = {
    "date": "date", "dates": "date", "日期": "date", "text": "text", "texts": "text",
    "文本": "text", "free": "text",
    "constant": "constant", "constants": "constant", "empty": "empty", "numeric": "number",
    "numerical": "number",
    "categorical": "category",
}  # fmt: skip
_BOTH = (
    (re.compile(r"\b(?:parents?(?:'s|')?|parental)(?= )"), "mother's", "father's"),
    (re.compile(r"父母(?:双方)?的?|双亲的?|家长的?"), "母亲", "父亲"),
    (re.compile(r"\b(?:both |the two )?(?:teams?|sides?)(?:'s|')?(?= )"), "home", "away"),
    (re.compile(r"(?:两队|双方|主客队|主客场)的?"), "主队", "客队"),
)
"""Words for two of a kind, and for either of them."""
_COLLECTIVE = frozenset({"coordinates"})
_MODAL = word_set("must should shall has have needs need may can cannot will would takes comes")
_SUBJECT = 4
_COLUMN_WORDS = word_set(
    """
    column columns feature features variable variables field fields attributes 列 字段 变量 特征
    """
)


def begins_request(text: Text, index: int) -> bool:
    """Tell a sentence of its own from one more item: "... and each prediction *must* be fast".

    Args:
        text: The instruction.
        index: The first token after *and*.
    """
    end = text.clause(text.tokens[index].start)[1]
    after = [t for t in text.tokens[index + 1 :][:_SUBJECT] if t.start < end]
    return any(token.low in _MODAL for token in after)


def named_group(text: Text, schema: Schema, index: int) -> tuple[list[str], int] | None:
    """Match "zone columns": all columns with that word in their names."""
    if index + 1 >= len(text.tokens) or text.tokens[index + 1].low not in _COLUMN_WORDS:
        return None
    word = text.tokens[index].stem
    names = [c.name for c in schema.columns if any(part.says(word) for part in c.parts)]
    return (names, index + 2) if names and text.tokens[index].low not in IDS else None


def group_or_synonym(text: Text, schema: Schema, index: int) -> tuple[list[str], int] | None:
    """Match "id columns", "date columns" or a synonym such as 性别 for `gender`."""
    token = text.tokens[index]
    after = text.tokens[index + 1].low if index + 1 < len(text.tokens) else ""
    if token.low in IDS:
        ids = [c.name for c in schema.columns if c.profile.kind == "id" or c.identifies]
        return (ids, index + 1) if ids or after in _COLUMN_WORDS else None
    if token.low in _KINDS and after in _COLUMN_WORDS:
        kind = _KINDS[token.low]
        return [c.name for c in schema.columns if c.profile.kind == kind], index + 2
    if token.stem in PREDICT or token.low in PREDICT_ZH | QUESTION | NOT_COLUMNS:
        return None
    for size in (4, 3, 2, 1):
        last = index + size - 1
        if last >= len(text.tokens) or not text.joined(index, last):
            continue
        words = [t.low for t in text.tokens[index : last + 1]]
        if words[0] in OTHER_REQUEST or any(_no_name(w, i, schema) for i, w in enumerate(words)):
            continue
        if size == 1 and (names := _collective(token.stem, schema)):
            return names, last + 1
        if both := of_both(text.norm[token.start : text.tokens[last].end], schema):
            return both, last + 1
        phrase = text.norm[token.start : text.tokens[last].end]
        found = columns_for(phrase, schema)
        if size > 1 and words[-1] in _NUMBERS and not _of_thing(text, index, last, found, schema):
            numbered = numbered_column(phrase, schema)
            found = [numbered] if numbered is not None else found
        if found:
            return [column.name for column in found], last + 1
    return None


def by_first_word(text: Text, schema: Schema, index: int) -> tuple[list[str], int] | None:
    """Match "hold time" to `hold_sec`, where *time* says of what sort the column is.

    Args:
        text: The instruction.
        schema: The table's columns.
        index: The first of the two words.
    """
    if index + 1 >= len(text.tokens) or text.tokens[index + 1].low not in _SORTS:
        return None
    word = text.tokens[index].stem
    found = [c.name for c in schema.columns if any(part.says(word) for part in c.parts)]
    return (found, index + 2) if len(found) == 1 and text.joined(index, index + 1) else None


def _of_thing(text: Text, first: int, last: int, found: list[Column], schema: Schema) -> bool:
    """Tell whether columns found for "school code" say *school*, not a number or code alone."""
    thing = text.norm[text.tokens[first].start : text.tokens[last - 1].end]
    said = {token.stem for token in text.tokens[first:last]}
    return any(
        c.identifies or c in columns_for(thing, schema) or said & {part.stem for part in c.parts}
        for c in found
    )


def of_both(phrase: str, schema: Schema) -> list[str]:
    """Return the columns of the two that one word means: *parents' education*, 父母学历.

    Both must be there, each a column of its own.
    """
    for words, one, other in _BOTH:
        match = words.search(phrase.lower())
        if match is None:
            continue
        rest = (phrase[: match.start()], phrase[match.end() :])
        found = [column_for(f"{rest[0]}{side}{rest[1]}", schema) for side in (one, other)]
        if all(found) and found[0] is not found[1] and any(part.strip() for part in rest):
            return [column.name for column in found if column is not None]
    return []


def _no_name(word: str, place: int, schema: Schema) -> bool:
    """Tell whether a word is of no column; *code* may end the name of one, not begin it."""
    if place and word in _NUMBERS:
        return False
    if word in NOT_COLUMNS and place and word not in AND:
        return not any(part.says(stem(word)) for c in schema.columns for part in c.parts)
    return word in AND or word in NOT_COLUMNS


def _collective(word: str, schema: Schema) -> list[str]:
    """Return the columns of a word that means several: *coordinates*, 经纬度."""
    if not any(c.name in _COLLECTIVE for c in concepts_of(word)):
        return []
    return [c.name for c in schema.columns if c.concepts & _COLLECTIVE]
