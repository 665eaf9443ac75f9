"""Whether a model is wanted whose decisions people can follow, in the many ways of saying so."""

from __future__ import annotations

import re

from autoglm_agent.planner.slots import Found
from autoglm_agent.planner.text import Text

_WHY_ZH = (
    r"(?=[,;。!?地的了吧呢 ]|\Z|[为怎它其每]|原因|如何|道理|依据|理由|规则|逻辑|过程|模型|结果|"
    r"判断|决策|预测)"
)
"""What may follow 弄清楚 where the model's reasons are meant, and not a fact: 弄清楚谁会买."""
_INTERPRETABLE = re.compile(
    r"\b(?:interpretab\w+|explainab\w+|explain(?:s|ed|ing)?|transparen\w+|(?:white|"
    r"glass)[- ]box|understandab\w+|comprehensib\w+|"
    r"readable|legible|traceable|"
    r"easy to (?:understand|explain|read|follow|interpret)|human[- ]readable|simple enough|"
    r"score ?cards?(?:[- ]style)?|inspectable|auditab\w+|intelligib\w+|justify (?:each|every|the|"
    r"a|its)|"
    r"(?:not a|no|nothing|never a|avoid(?:ing)? (?:a )?)[- ]?black[- ]box(?:es)?|"
    r"reasons? for (?:each|every)|interpret (?:the|it|its)|"
    r"whose (?:reasoning|logic|decisions) |"
    r"follow (?:the|its|your|each) (?:reasoning|logic|decision)|"
    r"be able to (?:read|follow|understand|audit|inspect)|"
    r"(?:regulators?|auditors?|doctors?|boss|management|people|clinicians?|humans?|stakeholders?|"
    r"managers?|physicians?|\w+(?:ors|ers|ists|ants|ents|ians|ees|ves|people|staff|users|team)) "
    r"(?:can|could|may|should|must|need to|has to|have to) "
    r"(?:read|follow|see|check|understand|audit|inspect))\b|"
    r"\b(?:wants?|needs?|like|able|has|have|must|should) to (?:understand|see|know) (?:why|"
    r"the reasons?)\b|\bto understand (?:it|the model|its (?:decisions|logic))\b|"
    r"\bunderstand why\b|\b(?:clear|give|show|with) reasons?\b|"
    r"\b\w+ (?:can|could) (?:read|follow|understand|interpret|check|explain) "
    r"(?:it|them|this|that)\b|"
    r"\b(?:he|she|they|we|i|you|\w+s) can (?:interpret|explain|defend|justify)\b|"
    r"\b(?:model|tree|rules?|something|one|it|formula)(?: that| which)? "
    r"(?:(?:the|our|my|a|an|any) )?\w{1,20} (?:can|could|may|am able to|are able to) "
    r"(?:actually |easily |also |still )?"
    r"(?:read|understand|follow|see through|check|show|present)\b|"
    r"\bthat (?:an? |the |our |my )?\w{3,20}(?:'s? \w{3,20})? (?:can|could|may) "
    r"(?:actually |easily )?(?:read|understand|follow|check)\b|"
    r"\bsimple (?:\w+ )?formula\b|"
    r"\b(?:understand|know|see|learn|show|tell|explain)(?: me| us)? (?:how|why) (?:it|the model|"
    r"they|decisions?|predictions?) (?:\w+ )?(?:decid\w+|work\w*|think\w*|arriv\w+|predict\w*|"
    r"come\w*|concludes?|says?|is made|are made)\b|\b(?:clear|obvious|plain) (?:why|how|what) |"
    r"\bunderstand (?:the|its|each|every) (?:decision|prediction|model|result|outcome|reason)s?\b|"
    r"\b(?:which|what) (?:factors?|variables?|features?|drivers?|things?) (?:matter|drive|count|"
    r"play|influence|affect|are (?:most )?important|cause)\w*|\bwhat drives\b|"
    r"\b(?:give|tell|provide)[^.;,!?]{0,30} (?:the )?reasons?\b|"
    r"\b(?:explain(?:s|able)? itself|self[- ]explanatory|easily (?:explained|understood)|"
    r"nothing opaque|not opaque|(?:simple|plain|clear|visible|readable) rules?|"
    r"rules (?:\w+ ){1,3}(?:visible|readable|clear|simple)|insights? into how|"
    r"(?:keep|have|make) the model simple|plain enough|simple (?:model )?that)\b|"
    r"so that [\w ]{1,30} understands?\b|can understand\b"
    r"|(?:能|可以|要|好|便于)?(?:讲|说|解释|念)给[^，,;。]{1,10}?(?:听|懂)"
    r"|可解释|解释性|能解释|解释给|向[^，,;。]{1,12}解释|(?:说明|给出|解释|"
    r"讲出)[^，,;。]{0,8}(?:原因|理由|依据|为什么)|(?:向|给|跟)[^，,;。]{1,8}(?:说明|交代|解释|"
    r"讲清)|透明|白盒|看得懂|看懂|能懂|听得懂|能听懂|"
    r"说清楚?(?:原因|理由)|讲清楚?(?:原因|理由)|(?:向|给|跟|和)[^，,;。]{1,8}(?:说清|说得清)|"
    r"易懂|容易理解|能理解|便于解释|方便解释|易于解释|要解释|能说清|说得清|可以解释|能够解释|"
    r"(?:容易|好|方便|便于|可以被|能被|可被|自我|自带)解释|"
    rf"(?:看|说|讲|弄|搞)得?(?:明白|清楚?){_WHY_ZH}|"
    r"说得?出[^，,;。]{0,6}(?:道理|依据|原因|理由|所以然)|有理有据|(?:看|说|指)出[^，,;。]{0,6}"
    r"(?:因素|原因|依据)|"
    r"(?:哪些|什么)(?:因素|原因|变量|特征)[^，,;。]{0,4}(?:起|重要|影响|导致|在起|最)|"
    r"(?:明白|知道|清楚|理解)(?:是)?(?:为什么|为何|原因|怎么(?:判断|得出|来的))|"
    r"(?:简单|通俗)(?:易懂|好懂|明了|直观)|好懂|规则(?:要|得|必须)?(?:清楚|清晰|简单|明确|可见)|"
    rf"(?:弄|搞)得?懂{_WHY_ZH}|"
    r"(?:方便|便于|好)(?:跟|向|和|给)[^，,;。]{1,6}(?:讲|说|交代|汇报)|"
    r"解释得|可理解|方便理解|看得清|知道原因|可追溯|可审计|(?:不要|不能|不用|别用|拒绝|非|不接受|不可以?|不得|别|不想)[^,;。]{0,3}黑[盒箱]|给出理由|"
    r"给出原因|好理解|讲清|讲得清|讲明白|说明白",
    re.ASCII,
)
_READER = re.compile(
    r"(?:模型|结果)?(?:要|得|必须|需要|能|最好)*(?:让|给|使|叫)[\u3400-\u9fff]{1,10}\Z"
)
_NOT_INTERPRETABLE = re.compile(
    r"(?:not|n't|no|needn't|without|black box)[\w ]{0,20}\Z|不必\Z|(?:不需要|不必|无需|不用|"
    r"不要求)[^，,;。]{0,6}\Z",
    re.ASCII,
)


def _use_reader(text: Text, place: int) -> None:
    """Mark for whom the model is to be plain as read: 医生 of "要让医生看得懂"."""
    start = text.clause(place)[0]
    if reader := _READER.search(text.low[start:place]):
        text.use(start + reader.start(), place)


def find_interpretable(text: Text) -> Found[bool] | None:
    """Return the wish for a model that can be understood, and mark its words as read.

    Args:
        text: The instruction.
    """
    for match in _INTERPRETABLE.finditer(text.low):
        if not _NOT_INTERPRETABLE.search(text.low[max(0, match.start() - 30) : match.start()]):
            text.use(*match.span())
            _use_reader(text, match.start())
            return Found(True, *match.span(), 0.9)
    return None
