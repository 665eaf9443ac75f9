"""The words that bar the columns named before them: "... must not be used", "... 不参与建模"."""

from __future__ import annotations

import re

KIND_WORD = (
    r"(?:columns?|features?|variables?|fields?|这一列|"
    r"这列|那一列|列|字段|变量|特征|这两列|都|也|就)"
)
REASON = (
    r"(?:(?:因为?|由于|按照?|出于|涉及|根据|鉴于)?(?:合规|隐私|监管|法规|规定|政策|伦理|法律|公平)"
    r"(?:性)?(?:要求|原因|问题|考虑|规定|限制|上)?|"
    r"(?:都)?(?:属于|涉及|是)?敏感(?:性)?(?:信息|属性|字段|特征|数据)?|"
    r"(?:会|可能)?(?:有|带来|涉及|造成)?歧视(?:性|嫌疑)?)"
)
_BARRED = (
    r"(?:excluded|ignored|dropped|left out|removed|omitted|discarded|skipped|off limits|forbidden|"
    r"hidden|kept out|disregarded|disallowed|left aside|not allowed|"
    r"off the table|banned|prohibited|taboo|out of bounds)"
)
_USED = r"(?:used|included|considered|allowed|to be used|part of|among|fed|in the model|an input)"
_NOT = r"(?:not|n't|no|never)"
AFTER_EN = (
    rf"(?:is|are|was|were|isn't|aren't|wasn't|weren't)(?: also| yet| clearly)?(?: {_NOT})?"
    r"(?<=n't|not| no|ver) (?:an? |to be |for |in |among |the |yet )*(?:features?|inputs?|"
    r"predictors?|used|available|use|modelling|modeling|allowed|considered|included|permitted|"
    r"acceptable|wanted|needed|known|looked at|taken into account)|"
    r"(?:is|are|was|were|would be)(?: only| just)? (?:known|available|recorded|filled in|set|"
    r"measured) (?:only |just )?(?:after|at the end|later|once|when|too late)|"
    r"(?:is|are|would be)(?: clearly| just| also)? (?:discriminat\w+|unfair|illegal|"
    r"(?:too )?sensitive(?! to))|"
    r"(?:is|are|would be)(?: clearly| just| also)? (?:a |an )?(?:leak\w*|cheat\w*|"
    r"giveaways?|spoilers?)|(?:leaks?|gives?) (?:away )?(?:the |us |it )?(?:answer|target|label|"
    r"outcome|away)|would (?:leak|be cheating|give)|"
    r"(?:does|do|should|must|may|can|shall)(?: not|n't| never) (?:play (?:a|any) (?:role|part)|"
    r"matter|count|enter|influence|appear|go in|be (?:known|seen|touched|looked at|relied on|"
    r"taken into account|a feature|features|inputs?|an input|predictors?|among|part of))|"
    r"(?:can't|mustn't|shouldn't) (?:play|matter|count|enter|influence|appear)|"
    r"plays? no (?:role|part)|(?:has|have) no (?:business|place) (?:in|being|here|there)|"
    r"has to play no|(?:should|must|can|has to|have to|needs? to) (?:go\b|be gone|disappear)|"
    r"(?:being )?(?:excluded|removed|dropped|left out|omitted|taken out|put aside|set aside)"
    r"(?= ?(?:[.,;)]|\Z|from\b|before\b|first\b))|"
    r"(?:not (?:allowed|permitted)|forbidden|prohibited|banned|off[- ]limits)(?= ?(?:[.,;)!]|\Z))|"
    rf"(?:should|must|may|can|shall|is|are|will|has to|have to|needs to)\s+(?:be |stay |remain )?"
    rf"{_BARRED}|(?:should|must|may|can|shall|is|are|will|do|does)(?: not|n't| never)\s+(?:be )?"
    rf"{_USED}|(?:cannot|can't) be {_USED}|(?:must|should|has to|have to) (?:stay|be left|be "
    rf"kept) out"
)
_AFTER_ZH = (
    r"不要考虑|不能考虑|不可以?考虑|不得考虑|别考虑|不要用|不要使用|不用|不能用|不能使用|不可用|"
    r"不得使用|不允许使用|禁止使用|不参与|不参加|"
    r"(?:不要|不能|不得|不应该?|不可以?|不许|不准|不该|不|别|请勿|勿)(?:再)?(?:被)?(?:拿来|用来|"
    r"拿去|拿)?"
    r"(?:当|做|作|算)(?:作|成|为)?(?:模型的?|建模的?)?(?:输入)?(?:特征|输入|变量|自变量|因子)了?|"
    r"(?:不要|不能|不得|不应该?|不可以?|不许|不准|别|请勿|勿)(?:再)?(?:拿来|拿去)(?:用|预测|建模|"
    r"训练)?了?|"
    r"不进入|(?:不要|不得|不应|不许|不准|别|请勿|勿)(?:参与|参加|进入|放进|放入|作为|当作|用作|"
    r"纳入|加入)|"
    r"不能作为|不可作为|不得作为|不应作为|不能当|不能进|不应使用|不该用|不准用|不进模型|不入模|"
    r"不作为|不当作|不纳入|不放进|不放入|不加入|不考虑|不使用|不要|去掉|去除|剔除|"
    r"排除(?:在外|掉)?|删除|删掉|拿掉|移除|忽略|除外|以外|之外|屏蔽|不许用|不予考虑|不作考虑|别用|"
    r"(?:别|不要|不能|不得|不许|不准|勿)碰|勿用|不能要|不可以(?:使用|用)|不允许(?:使用|用)|"
    r"(?:就)?(?:当作?|视为|假装)(?:不知道|没有|看不[到见]|不存在)|"
    r"不能参与|不能参加|不应参与|禁用|别进(?:模型)?|别放进|别放|"
    r"(?:drop|remove|exclude|delete|skip|ignore) ?(?:掉|了)|"
    r"(?:会|可能)?(?:泄露|泄漏|暴露)(?:答案|目标|标签|结果|信息)|"
    r"(?:是|属于)?事后(?:才|信息|数据)(?:知道|有|产生)?|预测时(?:还)?(?:拿不到|不知道|未知|没有)"
)
ALWAYS_AFTER = re.compile(
    r"不参|不进|不入|不作为|作为|(?:特征|输入|变量|因子|拿[来去](?:用|预测|建模|训练)?)了?\Z|参与|"
    r"参加|当作|用作|纳入|加入|放进|"
    r"放入|进入|不能当|不能进|别进|别放进|不当作|除外|以外|之外|不能参|不应参|泄|暴露|事后|预测时",
    re.ASCII,
)
AFTER = re.compile(
    rf"\A[\"'\s)]*{KIND_WORD}?\s*{REASON}?(?:{AFTER_EN}|"
    rf"(?:请|一律|统统|全部|必须|需要?|应该?|都?得|要|可以|就|先|也|都)*(?:{_AFTER_ZH}))",
    re.ASCII,
)
TRIGGER = re.compile(rf"\b(?:{AFTER_EN})|(?:{_AFTER_ZH})", re.ASCII)
