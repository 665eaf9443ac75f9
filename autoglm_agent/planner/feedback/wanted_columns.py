"""Columns that feedback wants: back among the features, as the target, with a positive class."""

from __future__ import annotations

import re

from autoglm_agent.errors import InputError
from autoglm_agent.planner.characters import is_chinese
from autoglm_agent.planner.feedback import words as say
from autoglm_agent.planner.feedback.talk import Talk
from autoglm_agent.planner.meaning.near import meant_column, near_in_meaning
from autoglm_agent.planner.resolve import column_for
from autoglm_agent.planner.schema import Column
from autoglm_agent.planner.task_parser import parse_task
from autoglm_agent.planner.told_class import told_level

_AROUND = re.compile(
    r"\A(?:\s|把|将|让|请|麻烦|the\b|it\b|please\b|pls\b|怎么|为什么|明明|我|给我)+|"
    r"(?:\s|这一?列|那一?列|这个|列|字段|特征|也|都|再|重新|请|给我|怎么|我?(?:明明|本来|"
    r"还是)?(?:要用|想用|需要|得用)的?|能不能|可不可以|能否|可以|columns?\b|features?\b|"
    r"as well\b|too\b|please\b|pls\b|back\b|again\b)+\Z",
    re.ASCII,
)
"""What stands around a name: 把年龄加回来."""
_ITEMS = re.compile(r"、|和|与|及|以及|还有|,|\band\b|\bor\b", re.ASCII)
_SURE = 0.7
"""Confidence from which a column is taken that is said in other words than its name."""
_SURELY_BACK = re.compile(r"\bback\b|[加放拿补添捡弄还]回|恢复|还原|重新", re.ASCII)
"""What cannot be said but of a column that was left out."""
_BACK = 2
"""Clauses before "put it back" in which a column may be named."""
_IT = re.compile(r"(?:it|them|that|this|those|both|来|去|它|它们|这个|这列|那列)")
_LOST = re.compile(
    r"(?P<name>[^,;。!?]{1,30}?)(?:怎么|为什么|为啥|咋)?(?:被|给)?(?:我)?(?:明明)?(?:没了|不见了|"
    r"被?(?:扔|删|去|丢|踢|剔除)(?:掉|除)?了)|"
    r"(?P<called>[^,;。!?]{1,12}?)(?:这个|那个|这一|那一|这|那)(?:字段|列|特征|变量)|"
    r"(?:怎么|为什么|为啥|咋)把(?P<taken>[^,;。!?]{1,30}?)(?:扔|删|去|丢|踢|剔除|排除)(?:掉|"
    r"除)?了?",
    re.ASCII,
)
"""What is missed: 怎么把月收入删掉了？加回来."""


def read_keep(talk: Talk) -> None:
    """Read which columns are to be used again."""
    match = talk.first(say.KEEP)
    if match is None or say.BAN.search(talk.text.low[max(0, match.start() - 12) : match.start()]):
        return
    start, end = talk.text.clause(match.start())
    named = talk.named(start, end)
    columns = list(dict.fromkeys(m.column.name for m in named))
    begin = start
    if columns:  # "bring X back and train longer" asks for more
        start = min(match.start(), named[0].start)
        end = max(match.end(), named[-1].end)
        begin = start
    if not columns:
        around = (talk.text.norm[match.end() : end], talk.text.norm[start : match.start()])
        columns = next(filter(None, (_columns_of(talk, words) for words in around)), [])
    for _ in range(_BACK):  # "X 可以用，加回去": what stands before is what is meant
        if columns or begin == 0:
            break
        begin, last = talk.text.clause(begin - 1)[0], begin
        before = list(dict.fromkeys(m.column.name for m in talk.named(begin, last)))
        columns = before or _missed(talk, begin, last)
    if columns:
        listed = ", ".join(columns)
        talk.add("keep_columns", f"use {listed} again", start, end, keep_columns=columns)
        talk.text.use(begin, end)
    elif _SURELY_BACK.search(match.group()):
        talk.doubts.append((start, end, _no_such(talk, talk.text.span(start, end))))


def _no_such(talk: Talk, words: str) -> InputError:
    near = ", ".join(near_in_meaning(words, talk.schema, 3))
    return InputError(
        talk.text.say(
            f"I cannot tell which column is to be used again: {words[:80]!r}.",
            f"从“{words[:80]}”中看不出要重新使用哪一列。",
        ),
        talk.text.say(f"Near names: {near}.", f"相近的列：{near}。"),
    )


def _missed(talk: Talk, start: int, end: int) -> list[str]:
    """Return the columns of a clause that says that they were lost, or are needed."""
    clause = talk.text.norm[start:end]
    lost = _LOST.search(clause)
    return _columns_of(talk, (lost["name"] or lost["taken"] or lost["called"]) if lost else clause)


def _columns_of(talk: Talk, words: str) -> list[str]:
    """Return the columns that some words list, each found by its name or by its meaning."""
    found: list[str] = []
    for item in _ITEMS.split(words):
        name = _AROUND.sub("", _AROUND.sub("", item)).strip(" \"'.?!")
        if not name or _IT.fullmatch(name):
            continue
        column = _asked(talk, name) or meant_column(name, talk.schema.columns)
        if column is None:
            return []
        found.append(column.name)
    return list(dict.fromkeys(found))


_WANTED = re.compile(
    r"(?:\bit(?:'s| is| was) |\b(?:picked|chose|took) the wrong (?:column|target|thing)\W+)"
    r"(?:it(?:'s| is) )?(?:the )?(?P<a>[^.;,!?]{2,40}?),? (?:column )?(?:that )?(?:i|we)"
    r"(?:'d| would)? (?:like|want|need|meant|wanted)\b|"
    r"\bit(?:'s| is| was) (?:the )?(?P<d>[^.;,!?]{2,40}?)(?: column)? (?:that |which )?"
    r"(?:should|ought to|has to|must) (?:be|have been) (?:predicted|forecast|the target)|"
    r"(?:\A|[.;!?,]\s*)(?:the )?(?P<b>[^.;,!?]{2,40}?) is what (?:i|we) "
    r"(?:want|need|meant|wanted)\b|"
    r"(?:本来|其实|应该|原本|是)?(?:想|要|想要)?(?:预测|预估|猜|看)的(?:其实|应该|本来)?"
    r"(?:是|不是[^,;。]{1,12}[,，]?而是)(?P<c>[^,;。!?]{1,20})",
    re.ASCII,
)
"""What should have been predicted."""
_NO_OTHER = re.compile(
    r"\b(?:instead|rather|please|pls|now|then|not)\b.*|(?:吧|才对|才是|啊|呀|哦)+\Z", re.ASCII
)


def read_target(talk: Talk) -> None:
    """Read which other column should have been predicted."""
    name = re.escape((talk.target or "").lower())
    other = name and re.search(
        rf"(?:\bnot|rather than|instead of) (?:the )?{name}\b|(?:不是|而非|而不是)\s?{name}",
        talk.text.low,
    )
    if not (other or say.INSTEAD.search(talk.text.low)):
        return
    for match in talk.matches(say.NEW_TARGET):
        if talk.text.is_used(match.end()):
            continue
        named = [m for m in talk.named(match.end() - 1) if m.start - match.end() < 24]
        words = talk.text.norm[
            match.end() : min(match.end() + 40, talk.text.clause(match.end())[1])
        ]
        column = named[0].column if named else _asked(talk, words)
        if column is not None and column.name not in (talk.target, talk.time):
            end = named[0].end if named else talk.text.clause(match.end())[1]
            _set_target(talk, column, match.start(), end)
            break
    else:
        _read_wanted(talk)


def _read_wanted(talk: Talk) -> None:
    for match in talk.matches(_WANTED):
        words = match["a"] or match["b"] or match["c"] or match["d"]
        column = _asked(talk, words)
        if column is not None and column.name not in (talk.target, talk.time):
            _set_target(talk, column, *match.span())
            return


def _set_target(talk: Talk, column: Column, start: int, end: int) -> None:
    talk.add("set_target", f"predict {column.name}", start, end, target=column.name)
    talk.target = column.name


def _asked(talk: Talk, words: str) -> Column | None:
    """Return the column that some words ask for, by name or as an instruction would."""
    words = _NO_OTHER.sub("", words).strip(" \"'")
    if not words:
        return None
    if (column := column_for(words, talk.schema)) is not None:
        return column
    verb = "预测" if is_chinese(words) else "predict "
    try:
        task = parse_task(f"{verb}{words}", talk.schema.profile)
    except InputError:
        return None
    told = task.evidence.get("target")
    sure = told is not None and told.confidence >= _SURE
    return talk.schema.by_name[task.target] if task.target and sure else None


_POSITIVE = re.compile(
    r"positive(?:s\b| (?:class|label|one|case|outcome)|\b(?!ly))|\b(?:class|level|one|case|"
    r"label) (?:that )?(?:we|i)(?:'re|'m| are| am)? "
    r"(?:after|interested in|looking for|care about|want)\b|正类|正样本|正例|阳性|(?:关心|要找|"
    r"关注)的(?:类|是)",
    re.ASCII,
)


def read_positive(talk: Talk) -> None:
    """Read which class of the target is the positive one."""
    match = talk.first(_POSITIVE)
    if match is None or talk.target not in talk.schema.by_name:
        return
    column = talk.schema.by_name[talk.target or ""]
    told = told_level(talk.text, column)
    level = told[0] if told else _level_near(talk, column, match.start())
    if level is not None:
        first, last = talk.text.clause(match.start())
        talk.add("set_positive_class", f"the positive class is {level}", first, last,
                 positive_class=level)  # fmt: skip


def _level_near(talk: Talk, column: Column, place: int) -> str | None:
    """Return the level that is named nearest to where the positive class is spoken of.

    A level that is a word of the language, as *No*, is looked for as it is written, too.
    """
    start, end = talk.text.sentence(place)
    sentence = talk.text.low[start:end]
    for text, at, levels in (
        (sentence, start, [(level, level.lower()) for level, _ in column.profile.levels]),
        (talk.text.norm, 0, [(level, level) for level, _ in column.profile.levels]),
    ):
        spots = [
            (abs(at + spot.start() - place), level)
            for level, written in levels
            for spot in re.finditer(
                rf"(?<!not )(?<![A-Za-z0-9_]){re.escape(written)}(?![A-Za-z0-9_])", text
            )
        ]
        if spots:
            return min(spots)[1]
    return None
