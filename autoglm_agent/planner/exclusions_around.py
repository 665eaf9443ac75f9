"""Turns of phrase that bar the columns in their middle.

"I don't want A and B to be used", "don't feed A into the model", "不要把 A 作为特征".
"""

from __future__ import annotations

import re

_LIST = r"(?P<list>[^.;!?,]{2,60}?)"
_LIST_ZH = r"(?P<list>[^,;。!?同]{1,40}?)"
_THESE_ZH = r"(?:[这那][一两三几]?[列项个])?(?:等|这些|都)?(?:字段|列|特征|变量|信息)?"
_END_ZH = r"(?=[,;。!?]|\Z)"

AROUND = (
    re.compile(
        r"\b(?:do not|don't|never|would not|wouldn't) (?:want|wish|like)(?: to (?:see|have))? "
        rf"{_LIST} (?:to be |being |be |get )?(?:(?:used|included|considered|"
        r"involved|taken into account|looked at|fed in)\b|(?:in|inside|among|as) (?:it\b|"
        r"(?:the |an? )?(?:model|features?|inputs?|predictors?|variables?|data)\b))"
    ),
    re.compile(
        r"\b(?:do not|don't|never|must not|cannot|can't) (?:feed|give|show|hand|pass) "
        rf"{_LIST} (?:in)?to (?:it|the (?:model|algorithm|learner))\b"
    ),
    re.compile(
        r"(?<!not )(?<!n't )(?<!longer )(?<!nothing )(?<!never )(?<!nobody )"
        r"\b(?:forbid\w*|prohibit\w*|bans|rul(?:es|ed) out|do(?:es)? not (?:allow|permit)|"
        rf"doesn't (?:allow|permit)|won't (?:allow|permit)) (?:us )?(?:the use of |using |to use )?"
        rf"{_LIST} (?:as (?:an? )?|for |in |from |among )(?:the )?(?:model\b|inputs?\b|features?\b|"
        r"predictors?\b|variables?\b|modelling\b|modeling\b|prediction\b)"
    ),
    re.compile(
        rf"\b(?:won't|will not|don't|do not|cannot|can't) (?:yet )?(?:know|have) {_LIST} "
        r"(?:at (?:the time of )?(?:prediction|scoring|serving)(?: time)?|"
        r"when (?:we|it|the model|you) (?:predict|scor)\w*|in advance|beforehand|at that time)\b"
    ),
    re.compile(
        r"\b(?:leav(?:e|ing)|put(?:ting)?|set(?:ting)?|tak(?:e|ing)|throw(?:ing)?|kick(?:ing)?) "
        rf"{_LIST} (?:aside|away|out of (?:it|the (?:model|features?|data)))\b"
    ),
    re.compile(
        r"(?:\A|[,;.!?] ?)(?:but )?not "
        r"(?!(?:per|by|for|each|every|in|on|to|at|of|with|only|just|all|an?|the same)\b)"
        rf"{_LIST}(?=[,;.!]|\Z)"
    ),
    re.compile(rf"\bdelet(?:e|ing) {_LIST}(?=[,;.!]|\Z| and predict| from\b)"),
    re.compile(
        rf"(?:把|将){_LIST_ZH}{_THESE_ZH}(?:都|先|全)?"
        r"(?:排除|去掉|剔除|删掉|删除|去除|拿掉|移除|忽略|屏蔽|扔掉|撇开|"
        r" ?(?:drop|remove|exclude|delete|ignore|skip) ?)(?:在外|掉|了)?"
    ),
    re.compile(
        rf"(?:把|将){_LIST_ZH}{_THESE_ZH}(?:都|先|全)?从[^,;。]{{0,6}}?"
        r"(?P<of>特征|模型|变量|输入|features?|model|inputs?|variables?)\s?(?:列表|集|集合)?(?:里|"
        r"中)?面?"
        r"(?:都|先|全)?(?:排除|去掉|剔除|删掉|删除|去除|拿掉|移除|踢掉|扔掉)(?:掉|了)?"
    ),
    re.compile(
        r"(?:不要|别|不能|不得|不可以?|不许|不准|不|避免)让(?:模型|它|算法)"
        rf"(?:看到|知道|接触到?|用到?|使用|学到|参考){_LIST_ZH}{_END_ZH}"
    ),
    re.compile(
        r"(?:不要|别|请勿|不许|不能|不得|不准|不可以?|不应该?|不想|不希望|避免)(?:再)?(?:把|将|让|"
        r"拿|用)"
        rf"{_LIST_ZH}{_THESE_ZH}"
        r"(?:作为|当作?|做成?|放进|放入|放到|放在|加入|加进|加到|纳入|用作|用于|用来|用在|拿来|"
        r"输入|喂给|算进|"
        r"参与|进入|进到|进)[^,;。!?]{0,10}"
    ),
    re.compile(
        r"(?:模型|特征|训练数据|输入)(?:里|中|里面|当中)?(?:都)?(?:不能|不要|不得|不许|不应该?|"
        r"不可以?|别)"
        r"(?:有|出现|包含|包括|含有?|用到|用|使用|看到|接触到?|知道)"
        rf"{_LIST_ZH}{_THESE_ZH}{_END_ZH}"
    ),
)
"""Each names as `list` what it bars; with `of`, what it bars can be nothing but columns."""
