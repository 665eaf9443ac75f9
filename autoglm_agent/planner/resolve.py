"""From a few words to a real column, where the instruction says that a column is meant."""

from __future__ import annotations

import re
from functools import lru_cache

from autoglm_agent.planner.abbreviations import shortens
from autoglm_agent.planner.anchor import Anchor
from autoglm_agent.planner.anchors import name_anchors
from autoglm_agent.planner.grammar import BREAKS, CONTEXT
from autoglm_agent.planner.lexicon import FLAGS, concepts_of
from autoglm_agent.planner.meaning.near import asks_number, numbers
from autoglm_agent.planner.mentions import find_mentions
from autoglm_agent.planner.parts import Part
from autoglm_agent.planner.schema import Column, Schema
from autoglm_agent.planner.senses import Sense, senses
from autoglm_agent.planner.text import Text, distance, key_of, read_text

_SURE, _TIE = 0.5, 0.025
_SHORTEST, _LONG = 7, 10
_RUN, _LONGEST = 2, 4
_ENGLISH = {"时间": "time", "日期": "date", "编号": "id", "名称": "name", "类型": "type",
            "类别": "category", "状态": "status", "等级": "level"}  # fmt: skip
"""What columns are called that say no more than the end of a phrase does."""
_THE_COUNT = re.compile(r"的(?:人)?(?:数|数量|数目|个数|次数|数据|那一?列|这一?列)\Z")
"""Ends of phrases that say no more than that a column of numbers is meant."""
_HEADS = {"色": "颜色", "龄": "年龄", "价": "价格", "重": "重量", "型": "类型", "址": "地址",
          "温": "温度", "薪": "工资", "籍": "国籍", "费": "费用"}  # fmt: skip
"""What the last character of a compound stands for by itself."""
_COMPOUND = 4
"""Characters of a Chinese compound that may have parts."""
_CALLED = re.compile(r"(?:名称|名字|代码|编码)\Z")
"""Ends that say only what a thing is called."""
_SIDES = 3
"""Columns that one word may mean together: home and away, minimum, mean and maximum."""


def column_for(phrase: str, schema: Schema) -> Column | None:
    """Return the one column that a phrase means: by name, by entity (`patient`) or by synonym.

    Args:
        phrase: A few words, for example `whole occupations`, `性别`.
        schema: The table's columns.

    Returns:
        The column, or None when there is none or more than one as good.
    """
    found = _best(phrase, schema) or _in_pieces(phrase, schema)
    return found[0] if len(found) == 1 else None


def columns_for(phrase: str, schema: Schema) -> list[Column]:
    """Return the columns that a phrase means; several where it says what they have in common.

    "Goals" means `h_goals` and `a_goals` alike: no word prefers one of them.

    Args:
        phrase: A few words.
        schema: The table's columns.
    """
    found = _best(phrase, schema) or _in_pieces(phrase, schema)
    if len(found) < 2:
        return list(found)
    heads = {column.core[-1].stem for column in found}
    text = read_text(phrase, schema.vocabulary)
    told = all(any(c.core[-1].says(t.stem) for t in text.tokens) for c in found)
    meant = told or frozenset.intersection(*(c.core[-1].concepts for c in found))
    alike = len(heads) == 1 or all(c.name.lower() in schema.mirrored for c in found)
    return list(found) if alike and meant and len(found) <= _SIDES else []


def _run_named(text: Text, schema: Schema) -> Column | None:
    """Return the one column of a Chinese name with all of a phrase but what is measured in it.

    实际送达时间 is `实际送达_分钟`: 实际送达 stands in its name, and minutes are a 时间.
    """
    words = text.norm.strip().rpartition("的")[2]
    said, tail = words[:-_RUN], words[-_RUN:]
    if len(said) < _RUN or said.isascii() or tail.isascii():
        return None
    meant = {c.name for c in concepts_of(tail)}
    timed = [
        column
        for column in schema.columns
        if any(part.says(tail) or part.concepts & meant for part in column.measure)
    ]
    for size in range(len(said), _RUN - 1, -1) if timed else ():
        found = [column for column in timed if said[-size:] in column.name]
        if found:
            return found[0] if len(found) == 1 else None
    return None


def _tail_named(phrase: str, schema: Schema) -> Column | None:
    """Return the column of one general word that ends a Chinese phrase: 随访*时间*, `time`.

    Not where the phrase means what another column is called.
    """
    words = phrase.strip()
    key = _ENGLISH.get(words[-_RUN:])
    if key is None or len(words) <= _RUN + 1 or any(char.isascii() for char in words):
        return None
    found = [column for column in schema.columns if column.key == key]
    told = words[:-_RUN]
    meant = {c.name for c in (*concepts_of(words), *concepts_of(told))}
    # A number of listings is no name of one: 房源名称 is `name` beside `host_listings_count`.
    named = any(
        column.concepts & meant
        for column in schema.columns
        if not (key == "name" and column.numeric)
    )
    return found[0] if len(found) == 1 and not named else None


def _begun_by(phrase: str, schema: Schema) -> Column | None:
    """Return the one Chinese column whose name begins with a phrase: 出站人数 for 出站的数."""
    words = _THE_COUNT.sub("", phrase.strip())
    if len(words) < _RUN or words.isascii():
        return None
    found = [c for c in schema.columns if c.name.startswith(words)]
    return found[0] if len(found) == 1 else None


def _by_last_character(phrase: str, schema: Schema) -> tuple[Column, ...]:
    """Return the one column of what the last character of a compound says: 毛色, `color`."""
    words = phrase.strip()
    whole = _HEADS.get(words[-1:]) if len(words) > 1 else None
    found = _best(whole, schema) if whole is not None and whole not in words else ()
    return found if len(found) == 1 else ()


def _in_pieces(phrase: str, schema: Schema) -> tuple[Column, ...]:
    """Return what the parts of a Chinese compound mean, which is a word itself: 缺陷|数量.

    What says only that a thing is called something is left out: 商户**名称**.
    """
    words = phrase.strip()
    if words.isascii() or words not in schema.vocabulary or len(words) < _COMPOUND:
        return ()
    found = _best(words, schema, cut=True)
    bare = _CALLED.sub("", words)
    return found or (_best(bare, schema) if len(bare) >= _RUN and bare != words else ())


@lru_cache(maxsize=4096)
def _best(phrase: str, schema: Schema, *, cut: bool = False) -> tuple[Column, ...]:
    text = read_text(phrase, schema.vocabulary - {phrase} if cut else schema.vocabulary)
    mentions = find_mentions(text, schema)
    if mentions:
        return (mentions[0].column,)
    if misspelt := _misspelt(phrase, schema):
        return (misspelt,)
    if text.tokens and (run := _run_named(text, schema)):
        return (run,)
    if found := _begun_by(phrase, schema) or _tail_named(phrase, schema):
        return (found,)
    scores: dict[str, float] = {}
    told: dict[str, set[int]] = {}
    amount = any(c.hint == "amount" for t in text.tokens for c in concepts_of(t.stem))
    for anchor in name_anchors(text, schema, [], senses(text)):
        score = _entity_score(anchor, amount=amount)
        scores[anchor.column.name] = max(scores.get(anchor.column.name, 0.0), score)
        told.setdefault(anchor.column.name, set()).update(range(anchor.first, anchor.last + 1))
    ranked = sorted(scores.items(), key=lambda item: -item[1])
    if not ranked or ranked[0][1] < _SURE:
        only = _partly_named(text, schema) or _all_shortened(text, schema)
        return (only,) if only is not None else _by_last_character(phrase, schema)
    best = tuple(schema.by_name[n] for n, score in ranked if ranked[0][1] - score < _TIE)
    if len(best) == 1 and _something_of(phrase, text, best[0]):
        return ()
    if len(best) > 1 and len(text.tokens) > 1 and (only := _partly_named(text, schema)):
        return (only,)
    # 客队进球数 is the goals of that side: more words speak for them than for its name.
    most = max(len(told[column.name]) for column in best)
    return tuple(column for column in best if len(told[column.name]) == most)


def _something_of(phrase: str, text: Text, column: Column) -> bool:
    """Tell whether a phrase means something of what rows are about, and not its number: 员工的血型.

    The column's name is then said by a first word that others follow, of which it says nothing.
    """
    if asks_number(phrase) or not (column.identifies or numbers(column.name)):
        return False
    meaning = senses(text)
    told = [i for i, t in enumerate(text.tokens) if t.low not in BREAKS | CONTEXT | {"的"}]
    said = [_in_name(text, meaning, i, column, light=True) for i in told]
    return len(said) > 1 and said[0] and not any(said[1:])


def _partly_named(text: Text, schema: Schema) -> Column | None:
    """Return the one column in whose name every word of a phrase stands: *performance*, `perf_rtg`.

    What a target would need, that the last word of the name be said, is not needed of a column
    that is only to be found.
    """
    meaning = senses(text)
    told = [i for i, t in enumerate(text.tokens) if t.low not in BREAKS | CONTEXT | {"的"}]
    words = [text.tokens[i].stem for i in told]
    whole = [
        column
        for column in schema.columns
        if words
        and all(any(p.says(w) for p in column.parts) for w in words)
        and any(p.says(w) for p in column.core for w in words)
    ]
    if len(whole) == 1 and len(words) > 1:
        return whole[0]
    for light in (False, True):
        # A light word may be all that is said of a name: 评分 of `rev_score`.
        found = [
            column
            for column in schema.columns
            if told and all(_in_name(text, meaning, i, column, light=light) for i in told)
        ]
        if found:
            return found[0] if len(found) == 1 else None
    return None


def _in_name(text: Text, meaning: list[Sense], index: int, column: Column, *, light: bool) -> bool:
    """Tell whether a word stands in a column's name, or one of the same meaning."""
    word, names = text.tokens[index].stem, _by_itself(meaning[index])
    return any(
        (
            not part.light
            or part in column.measure
            or (light and part is column.parts[-1] and _names_a_thing(part))
        )
        and (part.says(word) or bool(part.concepts & names))
        for part in column.parts
    )


def _names_a_thing(part: Part) -> bool:
    return part.stem not in FLAGS and not part.stem.isdigit()


def _by_itself(sense: Sense) -> set[str]:
    """Return what a word means by itself, and with its neighbours where it means nothing else."""
    names = {c.name for c in sense.concepts}
    return (names - sense.own if sense.phrase else names) or names


def _all_shortened(text: Text, schema: Schema) -> Column | None:
    """Return the one column each part of whose name shortens its word: *credit score*, `cr_score`.

    A part begins its word with two letters or more; light ones at the end of a name may be unsaid.
    """
    words = [t.low for t in text.tokens if t.low not in BREAKS | CONTEXT]
    if not 2 <= len(words) <= _LONGEST or not all(w.isascii() and w.isalpha() for w in words):
        return None
    found = []
    for column in schema.columns:
        names = schema.cut_names[column.name]
        rest = column.parts[len(words) :]
        if len(names) < len(words) or not all(part.light for part in rest):
            continue
        pairs = list(zip(names, words, strict=False))
        if all(len(n) >= _RUN and (w.startswith(n) or shortens(n, w)) for n, w in pairs):
            found.append(column)
    return found[0] if len(found) == 1 else None


def _misspelt(phrase: str, schema: Schema) -> Column | None:
    """Return the one column whose name of several words a phrase writes with a slip."""
    key = key_of(phrase)
    if len(key) < _SHORTEST or not key.isascii() or " " not in phrase.strip():
        return None
    limit = 1 if len(key) < _LONG else 2
    near = [c for c in schema.columns if len(c.parts) > 1 and distance(key, c.key, limit) <= limit]
    return near[0] if len(near) == 1 else None


def _entity_score(anchor: Anchor, *, amount: bool) -> float:
    """Undo the discount that ids get as targets: here an id may be what is looked for.

    Not where the words say a quantity: the days of a stay are not its number.
    """
    if amount:
        return anchor.score
    return min(1.0, anchor.score * 4 + 0.05) if anchor.column.identifies else anchor.score
