"""Further ways to say that whole groups are divided, in which one noun tells the groups.

Where `groups` reads what a whole sentence keeps apart, these are fixed turns: "a driver's rows are
not divided", "with the driver as the group", "players that the model has not seen".
"""

from __future__ import annotations

import re
from collections.abc import Callable

from autoglm_agent.planner.schema import Column
from autoglm_agent.planner.text import Text

Named = Callable[[tuple[int, int]], Column | None]
"""What returns the column that tells the groups of the noun in a range."""

_HAN = r"\u3400-\u9fff"
NAME = rf"(?:[\w-]{{3,40}}|[\w-]{{0,9}}[{_HAN}][\w{_HAN}-]{{0,19}})"
COUNT_ZH = (
    "(?:个|名|位|台|家|头|只|辆|件|条|张|间|所|支|批|口|本|艘|棵|匹|栋|幢|趟|块|根|笔|份|颗|架|幅|"
    "款(?!项|式)|套(?!餐)|座(?!位))"
)
"""What Chinese counts things with: 同一**辆**车."""
NAME_ZH = rf"(?:[{_HAN}]{{1,8}}?| ?[a-z][\w.-]{{1,39}} ?)"
"""A noun or a column's name, which may be in the other script than the sentence."""
_NOUN = rf"(?P<noun>{NAME})"
_BOTH_SETS_ZH = (
    r"(?:(?:被)?(?:同时|既|跨|横跨|分|出现|落|混|重叠|一起|散)[^,;。]{0,12}(?:训练|测试|验证|train|test|两[边侧])"
    r"[^,;。]{0,12}|(?:被)?(?:拆|分)(?:开|散|到|成))"
)
_KNOWS = r"(?:it|the model|the training(?: set| data)?|we|you|i)"
_MUST = r"(?:must|should|may|can|have to|need to|are to|ought to)"
_TURNS = tuple(
    re.compile(pattern, re.ASCII)
    for pattern in (
        rf"\b(?:a|an|one|each|every|any|no|the same) {_NOUN}'s (?:\w+ ){{1,3}}?(?:(?:are|is|be|"
        r"must|should|may|can|not|never|to|do|does|get|being) ){1,4}"
        r"(?:divided|split|separated|torn|spread|scattered|distributed)\b[^.;,!?]{0,30}",
        r"\b(?:split\w*|divid\w+|partition\w*|separat\w+)(?: \w+){0,4} (?:at|on) "
        rf"(?:the )?(?:level of (?:the |each |a )?{_NOUN}|(?P<other>[\w-]{{3,40}})[- ]level)\b",
        rf"(?<![\w{_HAN}]){_NOUN} as (?:the |a |my )?group(?:s|ing)?"
        r"(?: (?:column|key|variable|id|label)s?)?\b",
        r"\bgroup(?:s|ing)?(?: (?:column|key|variable|id|label))?(?: is| are| =|=|:) ?(?:the )?"
        rf"{_NOUN}",
        r"\bgroup(?:ed)?[ -]?k[ -]?fold(?:s)?(?: cv)?(?: \w+)? (?:on|by|over|with|per|of) (?:the )?"
        rf"{_NOUN}",
        rf"\b(?:test\w*|validat\w*|evaluat\w*|check\w*|scor\w+)[^.;!?]{{0,20}}? (?:on|with|for|of) "
        rf"(?:only )?(?:new|unseen|other|different|fresh) {_NOUN}",
        rf"(?<![\w{_HAN}]){_NOUN} (?:that |which |who |whom )?{_KNOWS} "
        r"(?:(?:has|have|had|was|were|did) ?(?:n't|not|never) |never )(?:yet |ever )?"
        r"(?:seen|saw|see|met|meet|encountered|come across|been trained on)\b",
        rf"\b(?:leak\w*|overlap\w*)[^.;!?]{{0,30}}? (?:of|from|by|in) (?:a|an|one|each|the same|a "
        rf"single|any) {_NOUN}",
        rf"\b(?:leak\w*|overlap\w*|shar\w+) (?:of |across |between )(?:the )?{_NOUN}"
        r"(?= (?:between|across|in)\b)",
        rf"\bno {_NOUN} (?:should |must |may |can )?(?:be |to )?(?:occur|appear|show|turn|"
        r"end|stand|is|are|found)\w*(?: up)? in (?:the )?(?:both|train\w*|test\w*)[^.;,!?]{0,30}",
        r"\b(?:train\w*|test\w*|sets|sides|splits|parts)\b[^.;,!?]{0,30} (?:(?:not|never|n't) "
        r"(?:share|have) (?:any |the same )?|(?:share|have) (?:no |different |other )(?:common )?)"
        rf"{_NOUN}(?: in common)?",
        rf"\b(?:a|an|one|each|every|any) {_NOUN}'s (?:\w+ ){{1,6}}?"
        r"(?:only (?:in|on)|in only|in exactly) one (?:of )?(?:the )?(?:two |both )?(?:sets?|"
        r"sides?|parts?|splits?)\b",
        r"\b(?:work\w*|generali[sz]\w*|hold\w* up|usable|used|good)\b[^.;,!?]{0,20} "
        rf"(?:for|on|with|to) (?:unseen|never[- ]seen|unknown) {_NOUN}",
        rf"\bno {_NOUN} (?:{_MUST} |is allowed to |gets to )?(?:straddl|span|cross|bridg)\w* "
        r"(?:the |both |over |between )*(?:split|sets?|sides?|parts?|boundar\w+|train\w*)\b",
        rf"\b(?:of|from) (?:a|an|one|each|every|any|the same) {_NOUN} (?:\w+ ){{0,4}}?"
        r"(?:in|on|into|to|at) (?:only |exactly |just )?(?:one|a single|the same) "
        r"(?:side|set|part|split|fold|half)\b",
        rf"\b(?:each|every|a|any) {_NOUN} (?:\w+ )?(?:belong|go|fall|land|stay|sit|end|be|is)\w* "
        r"(?:up )?(?:entirely|wholly|completely|fully|only|exclusively) (?:to|in|into|on|within)\b",
        rf"\btest(?:ed|ing)? (?!set|data|row|result|part|record|sample){_NOUN} {_MUST} be "
        r"(?:all |completely |entirely |brand )*(?:new|unseen|different|other)\b(?! than)",
        rf"(?<![\w{_HAN}]){_NOUN} (?:in|of|for) (?:the )?(?:test|hold[- ]?out|validation)(?:ing)?"
        rf"(?: set| data| part)? {_MUST} be (?:all |completely |entirely |brand )*"
        r"(?:new|unseen|different|other)\b(?! than)(?: to (?:it|the model))?",
        rf"\b(?:keep|hold|put)\w* (?:the |all )?{_NOUN} (?:separate|apart|distinct|disjoint)\b"
        r"[^.;,!?]{0,12}(?:between|across|in|for) (?:the )?(?:train|test|split)\w*(?: and \w+)?",
        rf"整{COUNT_ZH}?(?P<noun>{NAME_ZH})(?:一起)?(?:留出|留作|留下|拿出来)",
        rf"(?<![\w{_HAN}]){_NOUN}[- ]wise (?:cross[- ])?(?:validation|folds?|splits?|cv)\b",
        r"(?:用在|用于|用到|适用于|推广到|泛化到|迁移到)(?:新的?|没见过的|未见过的|陌生的?)"
        rf"(?P<noun>{NAME_ZH})(?:身上|上|(?=[,;。]|$))",
        rf"训练集?(?:和|与|、|跟)测试集?(?:里|中)?的?(?P<noun>{NAME_ZH})"
        r"(?:要|得|必须|应该?)?(?:完全|彼此|互相)?(?:不同|不一样|不能相同|不重复|互不|没有交集|不相交)",
        rf"(?:防止|避免|不要|不能|不得|别)(?:让)?(?:同一|相同){COUNT_ZH}?"
        rf"(?P<noun>{NAME_ZH})(?:的[^,;。]{{1,6}}?)?(?:泄[露漏]|跑|混|进|落|出现|分|拆)[^,;。]{{0,12}}",
        rf"(?:同一|相同){COUNT_ZH}?(?P<noun>{NAME_ZH})"
        r"(?:的[^,;。]{1,6}?)?(?:不要|不能|不得|不可以?|别|不许)(?:被)?(?:拆|分|打散|切)[^,;。]{0,8}",
        rf"(?:每|一|任何一?|任一){COUNT_ZH}(?P<noun>{NAME_ZH})"
        r"(?:的[^,;。]{1,6}?)?(?:要么|只能|必须|应该?|都|得|要|整个|全部)[^,;。]{0,6}(?:训练|测试)[^;。]{0,16}",
        rf"(?:测试|验证)集?(?:里|中|上|用)?的(?P<noun>{NAME_ZH})(?:都|必须|要|得|应该?|应当){{1,2}}"
        r"(?:是)?(?:全新|新|没见过|未见过|训练(?:集)?(?:里|中)?没)[^,;。]{0,8}",
        rf"(?:按照?|用|以|依照?|根据) ?(?P<noun>{NAME_ZH})(?:来|做|进行)?(?:分组|整组|整体|成组)"
        r"(?:划分|切分|拆分|分割|交叉验证|验证|留出|折)[^,;。]{0,6}",
        rf"\bwhole {_NOUN} (?:in|for|as) (?:the )?(?:test\w*|hold[- ]?out|validation)"
        r"(?: set| data)?",
        rf"(?:同一|相同|一样){COUNT_ZH}?(?:的)?(?P<noun>{NAME_ZH})"
        r"(?:的[^,;。]{1,8}?)?(?:必须|需要|应该?|都|得|要|只能|一定要?){0,2}(?:放|分|划|留|出现|归|被)?(?:在|到|进)?"
        r"(?:同一?(?:边|侧|个?集合?|份|组|折)|一(?:边|侧|起)|一个集合)[^,;。]{0,6}",
        r"(?:分组|整组|组)(?:列|字段|变量|依据|键)?(?:,组)?(?:是|为|用|选|:) ?"
        rf"(?P<noun>{NAME_ZH})(?=[,;。]|$)",
        rf"(?:测试|验证)集?(?:里|中|上|用)?的(?P<noun>{NAME_ZH})(?:都|必须|要|得|应该?|不能|不要|不得|不会|不应|没有?|别)"
        r"[^,;。]{0,4}训练[^,;。]{0,8}(?:没|未|出现|见过)[^,;。]{0,4}",
        rf"(?<![{_HAN}])(?!同一|相同)(?P<noun>{NAME_ZH})(?:都|绝)?(?:不要|不能|不可以?|不得|不许|别|勿|不应该?){_BOTH_SETS_ZH}",
        rf"用(?:一些|全)?(?:新的?|没见过的?|未见过的?|不同的|陌生的) ?(?P<noun>{NAME_ZH}) ?"
        r"(?:来|去|做|进行|当)?(?:测试|验证|评估|检验)",
        r"\b(?:rows?|records?|samples?|observations?|entries|data) (?:of|from|for) "
        rf"(?:a|an|one|each|every|any|the same) {_NOUN} {_MUST} (?:not|never) be "
        r"(?:split|separated|divided|torn|cut|spread|scattered)\b[^.;,!?]{0,30}",
        rf"(?:把|以|用|将)(?P<noun>{NAME_ZH})(?:当作|作为|当|做|为)(?:分)?组(?!合)",
    )
)
_GOES_ON = re.compile(
    rf"{_BOTH_SETS_ZH}|\s(?:(?:in|on|into) )?(?:both )?(?:in )?(?:the )?"
    r"(?:train\w*(?: set| data)? (?:and|or) (?:in )?(?:the )?test|"
    r"test\w*(?: set| data)? (?:and|or) (?:in )?(?:the )?train)|"
    r"\s(?:in|on) (?:both|two) (?:sets|sides|parts|halves|splits)\b"
)
_BOTH = re.compile(
    rf"(?:without|avoid|no) (?:[a-z]+ing )?(?:the |any |a )?(?:same |single |one )?[\w{_HAN}-]+"
    r"(?: [\w-]+){0,6}? (?:both|train\w* (?:and|as)|test\w* (?:and|as)|across|two sides|"
    rf"either side)\b|no [\w{_HAN}-]+(?: \w+){{0,2}} (?:straddl|span|cross|bridg)\w* |"
    r"(?:without|no) (?:looking|peeking) (?:in|into|at) the future\b|"
    r"(?:不要|不能|别|不得|避免|不可以?)(?:使?用|看|偷看)到?(?:未来|以后|之后|将来)的?(?:数据|信息|记录)",
    re.ASCII,
)

_SHARED = re.compile(r"\bshar\w+ \Z", re.ASCII)
"""Before *no*: two sets share no drivers."""


def told_groups(text: Text, named: Named) -> tuple[Column, int, int] | None:
    """Return the column whose groups a fixed turn keeps whole, with the range of the turn.

    Args:
        text: The instruction.
        named: From the place of a noun to the column of its groups.
    """
    for turn in _TURNS:
        for match in turn.finditer(text.low):
            which = "noun" if match["noun"] else "other"
            if text.is_used(match.start()):
                continue
            if (column := named(match.span(which))) is not None:
                return column, *match.span()
    return None


def tells_a_split(text: Text, place: int) -> bool:
    """Tell "without the same player in train and test" from a column to be left out.

    "Without looking into the future" speaks of the split as well.

    Args:
        text: The instruction.
        place: Where the barring word begins.
    """
    before = text.low[max(0, place - 10) : place]
    return bool(_BOTH.match(text.low, place) or _SHARED.search(before))


def goes_on_to_split(text: Text, place: int) -> bool:
    """Tell "X 不要|同时出现在训练和测试里", which keeps X apart, from "X 不要", which bars it.

    Args:
        text: The instruction.
        place: Where the barring word ends.
    """
    return _GOES_ON.match(text.low, place) is not None
