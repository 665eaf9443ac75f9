"""The characters of an instruction in one form, and what its blanks stand for.

Full-width letters, curly quotes and traditional characters are folded, and each character keeps the
place it came from. Between Chinese words a blank can be nothing at all (未来 14 天) or a comma
(预测房价 不要用面积). Every expression used here runs in linear time.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from itertools import pairwise
from typing import Any

_FOLD = str.maketrans("“”„«»「」『』‘’`´。、；！？", '"""""""""\'\'\'\';、;!?')
_OF_TAIWAN = {
    "使用者": "用户", "资料": "数据", "栏位": "字段", "变数": "变量", "变异数": "方差",
    "机率": "概率", "丛集": "聚类", "专案": "项目", "资讯": "信息", "讯息": "消息",
    "点选": "点击", "网路": "网络", "软体": "软件", "硬体": "硬件", "计程车": "出租车",
    "公车": "公交车", "捷运": "地铁", "脚踏车": "自行车",
}  # fmt: skip
"""What is another word, not another character, in Taiwan."""
_IN_TAIWAN = re.compile("|".join(_OF_TAIWAN))
_PIECE = re.compile(r"[^\s,;:!?、，。；：！？]+")
"""What stands between two blanks or marks."""
_OPEN = re.compile(
    r"(?:\A.{0,3}(?:预测|预估|预报|估计|判断|识别)|用|按|按照|根据|以|对|把|将|和|与|及|或|的|是|为|在|让|"
    r"同一个?|去掉|剔除|排除|除去|不要|不含|忽略|留出|[每各]个?|列|目标|限时|预算|时间|最多|超过|延迟|"
    r"耗时|低于|小于|少于|约|未来|接下来|今后|往后|提前|之后)\Z"
)
"""What a name or a figure follows: the blank after it sets that off."""
_GOES_ON = re.compile(r"(?:先后|整组)?(?:划分|拆分|切分|分组|留出)")
"""What belongs to a name before it: 按 申请日期 划分."""
_LATIN = re.compile(r"[A-Za-z]")
_UNIT = re.compile(r"毫?秒|分钟|个?小时|[倍个元天日周月年次条]")
_BARRED = re.compile(r"(?<=\w\w)(?:不要|不能|不可以?|不得|不许|不准|别|不)用\Z")
"""What may have named already what is not to be used: 性别不要用, but 建模时不要用."""
_MEASURE = re.compile(
    r"(?:macro|micro|weighted|roc|pr)?[- _]?(?:auc|f1|mae|rmse|mape|mse|r2|logloss|log|accuracy|"
    r"recall|precision|kappa|mcc)\b",
    re.I,
)
"""A measure, which is no name that the words before it could bar."""
_BARS_NEXT = re.compile(
    r"(?:请|千万|一定|务必|最好|另外|但是?|同时|此外|注意|记得|我们|麻烦|建模时|训练时|训练的时候|建模过程中|模型里|特征里|"
    r"出于[^ ,，]{1,6}考虑|按照?规定|为了[^ ,，]{1,4})?"
    r"(?:(?:不要|别|不能|不可以?|不得|不许|不准|禁止)(?:使用|用|考虑)(?!于|来|作|做|在|了|吧|建模|训练|特征)|"
    r"(?:去掉|排除|剔除|删除|忽略)(?!即可|就|吧|了|掉|它))[\u3400-\u9fff]{2}"
)
"""What bars the names after it, so that the name before it ends a wish: 预测 Churn 别用性别."""
_TAKES = re.compile(
    r"(?:请|最好)?(?:训练|跑|限时|最多|预算|时间|(?:不要|不能?|别)超过|控制在|给你|只有)[^,，]{0,6}?"
    r"(?:\d|[一二两三四五六七八九十半])[^,，]{0,5}?(?:秒|分|小时|钟|min|s\b|h\b|\Z)|"
    r"(?:训练|限时|最多|控制在)\Z"
)
"""A time for the work, which ends the wish before it: 预测 Churn 训练3分钟."""
_DIVIDES = re.compile(
    r"同一|测试集?[要用里中的]|训练集?(?:和|与)测试|(?:确保|保证|避免|防止)(?:每|同一|任何)|"
    r"[\u3400-\u9fff]{1,6}不能跨"
)
"""How rows are to be divided, which ends the wish before it: 预测 Churn 同一客户要放在一起."""
_OWN_CLAUSE = re.compile(
    r"不要|不用|不能|不可|不得|不许|不准|不参与|不参加|不超过|不多于|不超出|别用|别把|去掉|去除|剔除|排除|除去|"
    r"同一|代价|相当于|划分|拆分|分组|留出|以内|之内|最多|限时|预算|指标|评价|评估|尽量|最好|希望|要求|宁可|解释|"
    r"误差|召回|精确率|准确率|[零一二两三四五六七八九十半\d]{1,4}个?(?:秒钟?|分钟|小时)|\A(?:预测|预估|请|只用|仅用|按)"
)
"""What makes the words between two blanks a clause: a wish of its own."""
_SET_OFF = re.compile(r"(?<=[\u3400-\u9fff]) (?=\d)|(?<=\d) (?=[\u3400-\u9fff])")


def normalise(source: str) -> tuple[str, tuple[int, ...]]:
    """Bring a text into one form; also return the source index of each result character.

    Traditional characters and Taiwan's words become those of the mainland. A blank that only sets a
    figure off from Chinese (未来 14 天) is dropped: no word begins there. One that parts two wishes
    (预测房价 不要用面积 限时五分钟) becomes the comma that it stands for.
    """
    if source.isascii() and "`" not in source:
        return source, tuple(range(len(source)))
    forms = [_folded(char) for char in source]
    places = [place for place, form in enumerate(forms) for _ in form]
    text = "".join(forms)
    for edits in (_rewordings, _blanks):
        text, places = _edited(text, places, edits(text))
    return text, tuple(places)


def _edited(
    text: str, places: list[int], edits: Iterable[tuple[int, int, str]]
) -> tuple[str, list[int]]:
    """Put other words for ranges of a text; each begins and ends where what it replaces did."""
    parts: list[str] = []
    kept: list[int] = []
    done = 0
    for start, end, words in edits:
        parts += text[done:start], words
        kept += places[done:start]
        if words:
            kept += [places[min(start + k, end - 1)] for k in range(len(words) - 1)]
            kept.append(places[end - 1])
        done = end
    return "".join([*parts, text[done:]]), kept + places[done:]


def _rewordings(text: str) -> Iterator[tuple[int, int, str]]:
    for match in _IN_TAIWAN.finditer(text):
        yield *match.span(), _OF_TAIWAN[match.group()]


def _blanks(text: str) -> Iterator[tuple[int, int, str]]:
    pauses = _pauses(text)
    set_off = {match.start() for match in _SET_OFF.finditer(text)}
    for place in sorted(pauses | set_off):
        yield place, place + 1, "," if place in pauses else ""


def _pauses(text: str) -> set[int]:
    """Return where a blank is what parts two clauses of Chinese."""
    return {
        last.end()
        for last, following in pairwise(_PIECE.finditer(text))
        if text[last.end() : following.start()].strip(" ") == ""
        and _parts(last.group(), following.group())
    }


def _parts(last: str, following: str) -> bool:
    if not is_chinese(last):
        return any(turn.match(following) for turn in (_BARS_NEXT, _TAKES, _DIVIDES))
    if _LATIN.match(last[-1]) and _LATIN.match(following):
        return False  # two words of one name: 用log loss评估
    if _GOES_ON.match(following):
        return False  # a name set off by blanks: 按 deadline 划分
    if last[-1].isdigit() and _UNIT.match(following):
        return False
    if _BARRED.search(last):
        return bool(_OWN_CLAUSE.search(following) or _MEASURE.match(following))
    clause = is_chinese(following) and _OWN_CLAUSE.search(following)
    return bool(clause) and not _OPEN.search(last)


@lru_cache(maxsize=8192)
def _folded(char: str) -> str:
    folded = unicodedata.normalize("NFKC", char.translate(_FOLD))
    if not "\u3400" <= folded <= "\u9fff":
        return folded
    return str(_simplifier().convert(folded))


@cache
def _simplifier() -> Any:
    """Return OpenCC's converter; its dictionaries are read when Chinese is first met (10 ms)."""
    from opencc import OpenCC

    return OpenCC("t2s")


def is_chinese(text: str) -> bool:
    """Tell whether a text should be answered in Chinese.

    Args:
        text: Any text; column names in Latin letters do not make a Chinese sentence English.
    """
    han = sum("\u3400" <= c <= "\u9fff" for c in text)
    words = len(re.findall(r"[A-Za-z]+", text))
    return han > 0 and han >= words
