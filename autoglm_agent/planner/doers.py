"""People and firms that a table numbers: the one `caller_id` for 报障人, `estate_agent` for 中介.

Whom a group of rows belongs to is called by many words. Where a sentence tells by the form of its
word that a person or a firm is meant, and only one column is of such, it is that column.
"""

from __future__ import annotations

import re

from autoglm_agent.planner.grammar import ENTITIES
from autoglm_agent.planner.lexicon import concepts_of
from autoglm_agent.planner.schema import Column, Schema
from autoglm_agent.planner.text import stem, word_set

_DOER_ZH = re.compile(r"[\u3400-\u9fff]{1,4}(?:人|者|员|户|主|商|方|师|生|家)\Z")
_DOER_EN = re.compile(r"[a-z]{3,}(?:er|or|ee|ist|ian|ant|(?<!m)ent|man)s?\Z")
_NO_DOERS = frozenset(map(stem, word_set(
    """
    number order quarter center weather water gender corner error floor color letter paper power
    tower river timer meter filter sensor motor reactor conveyor door factor sector component
    department event content percent treatment apartment payment shipment segment document
    experiment element assessment continent current comment plant variant restaurant other winter
    summer computer folder server router priority
    """
)))  # fmt: skip
"""Words that only end like those of people."""
_NAME_ZH = re.compile(r"(?:编号|编码|代码|号码|名称|姓名|ID|id|号|名)\Z")


def doer_for(words: str, schema: Schema, *, told: bool = False) -> Column | None:
    """Return the one column of people or firms where a word tells that such is meant.

    Args:
        words: A noun, in English or Chinese.
        schema: The table's columns.
        told: Whether the words around it tell already that a person or a firm is meant.
    """
    word = words.strip().lower()
    formed = _DOER_EN.fullmatch(word) and stem(word) not in _NO_DOERS
    if not (told or formed or _DOER_ZH.search(word)):
        return None
    if _known(word, schema):
        return None
    found = [column for column in schema.columns if _of_doers(column)]
    return found[0] if len(found) == 1 else None


def _known(word: str, schema: Schema) -> bool:
    """Tell whether the table has a column of its own for a word."""
    names = {c.name for c in concepts_of(stem(word))}
    return any(
        part.says(stem(word)) or part.concepts & names or (not word.isascii() and word in c.name)
        for c in schema.columns
        for part in c.parts
    )


def _of_doers(column: Column) -> bool:
    """Tell whether a name tells of people or firms that rows share."""
    if column.profile.kind not in ("id", "category", "text") or column.two_valued:
        return False
    if not column.name.isascii():
        return bool(_DOER_ZH.search(_NAME_ZH.sub("", column.name)))
    if column.profile.kind != "id" and len(column.parts) > 2:
        return False
    words = [word for word in re.split(r"[^a-z]+", _split_humps(column.name).lower()) if word]
    return any(
        stem(word) in ENTITIES or (_DOER_EN.fullmatch(word) and stem(word) not in _NO_DOERS)
        for word in words
    )


def _split_humps(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name)
