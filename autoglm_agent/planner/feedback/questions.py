"""Questions about a result: why it is so, what matters, what becomes of one row."""

from __future__ import annotations

import re
from typing import Any

from autoglm_agent.planner.feedback import words as say
from autoglm_agent.planner.feedback.talk import Talk
from autoglm_agent.planner.meaning.near import meant_column
from autoglm_agent.planner.resolve import column_for

_EXPLAIN = re.compile(
    r"\b(?:why|explain|how come|what (?:drives|drove|matters|makes|made|explains|influences|"
    r"affects|caused|(?:push(?:es|ed)|pull(?:s|ed)|brought|sent|led|put) "
    r"(?:it|them|that|this|row))|"
    r"wh?ich (?:[a-z]+ ){1,3}?(?:matters?|drives?|counts?|influences?|affects?|decides?|"
    r"determines?|are|is)|"
    r"tell me (?:more )?(?:about|why)|understand why|help me understand|walk me through|"
    r"what(?:'s| is| was) (?:most |so )?important|"
    r"what (?:role|part|effect|impact|influence)|"
    r"how (?:much|strongly|important|big)[a-z ]{0,20} (?:does|do|is|are|did)|"
    r"how (?:does|did|do) (?:it|the model|this|you|they) "
    r"(?:decide|work|think|predict|come|get|arrive|reach)\w*|"
    r"(?:does|do|did) [a-z_ ]{2,30} (?:matter|play (?:a|any) role|influence|"
    r"affect)(?=[^.;!]{0,40}\?))\b|"
    r"(?:怎么|如何|怎样|咋)(?:会)?(?:判断|决定|得出|预测|算|做出|工作|影响)|"
    r"为什么|为何|为啥|凭什么|凭啥|解释|说明一下|讲讲|哪些(?:因素|特征|列|变量|指标|字段)|"
    r"什么(?:因素|原因)|原因|影响(?:到底|究竟)?(?:有)?(?:多大|大不大|大吗)|"
    r"(?:有|有没有|有多大的?|有什么|有啥|什么|多大的?|多少)影响|影响(?:吗|不)|"
    r"起(?:到)?(?:了)?(?:什么|多大的?|啥)?作用|(?:什么|多大的?|啥)作用|重要(?:吗|不|程度)",
    re.ASCII,
)
"""What asks for the reasons of a result."""
_ROW = re.compile(
    r"\b(?:row|record|line|case|customer|patient|sample|no\.?|number|entry)\s*#?\s*(\d+)|#(\d+)|"
    r"第\s*(\d+)\s*(?:行|条|个|号|位|名)",
    re.ASCII,
)
_ASKED_OF = re.compile(
    r"\A(?:\s|那|请问|能不能|能|可以|给我|说说|说一下|讲讲|讲一下|解释一下|解释|在模型里|模型里|"
    r"到底|究竟|的)*(?P<names>[^,;。?!]{1,24}?)(?:在模型(?:里|中))?(?:的)?,?(?:对[^,;。?!]{1,10})?"
    r"(?:到底|究竟)?(?:有|起|影响|是不是|重要|是?怎么|是?如何|为什么)"
)
"""What is asked about in Chinese: 嘴峰长度在模型里到底起了什么作用."""


def read_questions(talk: Talk) -> None:
    """Read a question about the model, a column or a row."""
    why = talk.first(_EXPLAIN)
    if why is None or talk.first(say.READABLE):
        return
    start, end = talk.text.sentence(why.start())
    row = _ROW.search(talk.text.low)
    number = int(row[1] or row[2] or row[3]) if row else None
    columns = list(dict.fromkeys(m.column.name for m in talk.named(start, end)))
    columns = columns or list(dict.fromkeys(m.column.name for m in talk.named(0, end)))
    columns = [name for name in columns if name != talk.target] or columns
    columns = columns or _asked_of(talk, talk.text.norm[start:end])
    about = f"row {number}" if number is not None else ", ".join(columns) or "the model"
    asked_row: dict[str, Any] = {} if number is None else {"row": number}
    talk.add("explain", f"explain {about}", why.start(), end, columns=columns, **asked_row)


def _asked_of(talk: Talk, sentence: str) -> list[str]:
    """Return the columns that a Chinese question is about where no name of theirs is said."""
    match = _ASKED_OF.match(sentence)
    items = re.split(r"、|和|与|及|跟", match["names"]) if match else []
    found = [column_for(i, talk.schema) or meant_column(i, talk.schema.columns) for i in items]
    return [column.name for column in found if column is not None]
