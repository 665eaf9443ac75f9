"""Chinese characters typed for others that sound alike: 预侧 for 预测, 准确律 for 准确率.

Most Chinese is typed by its sound, so that a slip gives another character of the same sound. Only
words that steer the parser and words for the table's columns are mended, where one character is
another, sounds alike (`pypinyin`) and makes no word with its neighbours (jieba's dictionary, in
`rjieba`): 预期 is not taken for 逾期.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cache, lru_cache

from autoglm_agent.planner.grammar import FILLER_ZH, FUNCTION_ZH
from autoglm_agent.planner.lexicon import chinese_words, concepts_of
from autoglm_agent.planner.schema import Schema
from autoglm_agent.planner.text import read_text, word_set

_COMMANDS = word_set(
    """
    预测 预估 估计 判断 识别 分类 回归 聚类 分群 异常 概览 目标列 目标 准确率 精确率 查准率 召回率
    查全率 均方根误差 均方误差 绝对误差 平均绝对误差 对数损失 决定系数 交叉熵 评估 指标 排除 剔除
    去掉 删除 忽略 去除 不要 不用 别用 不能 禁止 使用 特征 字段 训练集 测试集 训练 测试 验证 分组
    划分 时间 日期 顺序 分钟 小时 毫秒 以内 不超过 误报 漏报 误判 漏判 代价 成本 损失 可解释 解释
    看懂 模型 同一 客户 用户 患者 病人 员工 学生 乘客 顾客 哪些 是否 多少 未来
    """
)
"""Words that steer the parser."""
_SIZES = (4, 3, 2)
_MOST = 60
"""How many unknown characters are looked at."""


def sound_mended(norm: str, schema: Schema) -> str:
    """Return a text with characters set right that only sound like the right ones.

    Args:
        norm: The normalised text; the places of its characters stay as they are.
        schema: The table's columns, whose words are known.
    """
    text = read_text(norm, schema.vocabulary | _COMMANDS)
    edges = {edge for token in text.tokens for edge in (token.start, token.end)}
    edges.update(i + 1 for i, char in enumerate(norm) if char in _NUMERALS)
    singles = {t.start for t in text.tokens if t.cjk and t.end - t.start == 1}
    unknown = sorted(p for p in singles if norm[p] not in _FUNCTION)[:_MOST]
    if text.norm != norm or not unknown:
        return norm
    known = _gaps(_words_for(schema))
    for place in unknown:
        if found := _slip(norm, place, singles, edges, known):
            at, right = found
            norm = norm[:at] + right + norm[at + 1 :]
    return norm


_FUNCTION = frozenset(w for w in FUNCTION_ZH | FILLER_ZH if len(w) == 1).union(
    "与或及跟份几次条名位所前后还又再才就都也很更最先得地着过吗呢吧年月日天十百千万两三四五六七八九大小多少"
    "高低好坏新旧上下里外同属现看说找去有无没拆或者的"
)
"""Characters that stand alone."""
_NUMERALS = frozenset("一二两三四五六七八九十百半")
"""After these a unit begins, whatever word they begin: 三分|钟."""
_NEVER = frozenset("的了着过吗呢吧和与或及计起")
"""Characters that are no slips wherever they stand."""


@lru_cache(maxsize=16)
def _words_for(schema: Schema) -> frozenset[str]:
    """Return the words that steer the parser, of the columns' names, and for what these mean."""
    names = [w for words in schema.cut_names.values() for w in words if not w.isascii()]
    whole = [name for name in schema.by_name if len(name) > _SIZES[0] and not name.isascii()]
    names += [end for name in whole for end in (name[:2], name[-2:])]
    meant = _meaning()
    return _COMMANDS.union(names, *(meant.get(name, ()) for name in schema.concepts))


@cache
def _meaning() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for word in chinese_words():
        for concept in concepts_of(word):
            found.setdefault(concept.name, []).append(word)
    return found


@lru_cache(maxsize=16)
def _gaps(words: frozenset[str]) -> dict[str, list[str]]:
    """Return words by how they look with one of their characters left open."""
    found: dict[str, list[str]] = {}
    for word in words:
        if _SIZES[-1] <= len(word) <= _SIZES[0] and not word.isascii():
            for i in range(len(word)):
                found.setdefault(f"{word[:i]}?{word[i + 1 :]}", []).append(word)
    return found


def _slip(
    norm: str,
    place: int,
    singles: Collection[int],
    edges: set[int],
    known: dict[str, list[str]],
) -> tuple[int, str] | None:
    """Return which character near a place is a slip, and the right one."""
    for size in _SIZES:
        found: set[tuple[int, str]] = set()
        for start in range(max(0, place - size + 1), min(place, len(norm) - size) + 1):
            window = norm[start : start + size]
            if not {start, start + size} <= edges:
                continue
            for i, char in enumerate(window):
                if start + i not in singles or char in _NEVER:
                    continue
                for word in known.get(f"{window[:i]}?{window[i + 1 :]}", ()):
                    if word[i] != char and _sounds(word)[i] == _sounds(char)[0]:
                        found.add((start + i, word[i]))
        if len(found) == 1:
            (slip,) = found
            return None if _makes_a_word(norm, slip[0]) else slip
    return None


@lru_cache(maxsize=512)
def _sounds(word: str) -> tuple[str, ...]:
    """Return how each character of a word is read in it, without tones."""
    from pypinyin import Style, lazy_pinyin

    return tuple(lazy_pinyin(word, style=Style.NORMAL))


def _makes_a_word(norm: str, place: int) -> bool:
    """Tell whether a character and its neighbours are a word of the language."""
    import rjieba

    end = 0
    for word in rjieba.cut(norm, False):
        end += len(word)
        if end > place:
            return len(word) > 1
    return False
