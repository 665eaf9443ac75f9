"""What people say of a result that they would have otherwise, in English and Chinese."""

from __future__ import annotations

import re

FAMILIES: dict[str, tuple[str, ...]] = {
    r"logistic(?: regression)?|linear(?: models?| regression)?|ridge|lasso|"
    r"逻辑回归|线性(?:模型|回归)?|岭回归": ("linear",),
    r"random forests?|随机森林": ("random_forest",),
    r"extra[- ]?trees|extremely randomi[sz]ed trees|极端随机树": ("extra_trees",),
    r"forests?|森林": ("random_forest", "extra_trees"),
    r"cat ?boost": ("catboost",),
    r"light ?gbm|lgbm": ("lightgbm",),
    r"xg ?boost|gradient boost\w*|boost(?:ing|ed trees|ers?)|gbdt|gbm|"
    r"提升树|梯度提升|提升": ("lightgbm", "catboost"),
    r"neural net(?:work)?s?|deep learning|deep nets?|nets?|networks?|mlps?|"
    r"神经网络|深度学习|深度模型": ("network",),
    r"(?:single |small )?decision trees?|决策树": ("tree",),
}
"""Names of model families, as expressions, to the families of the search."""

ALL_FAMILIES = ("lightgbm", "catboost", "extra_trees", "random_forest", "linear", "network")

_P = re.ASCII
WHY_NOT = re.compile(
    r"\bwhy (?:not|no|didn'?t|did(?: you)? not|don'?t|wasn'?t|isn'?t|was|is|did you (?:skip|drop|"
    r"avoid|reject))\b|what about\b|how about\b|how (?:does|did|would|well|good|bad)\b|"
    r"\b(?:did|have|has) (?:you|it|anyone) (?:also |ever |even )?(?:tr(?:y|ied)|test(?:ed)?|"
    r"consider(?:ed)?|look(?:ed)? at)\b|试过|试了|考虑过|(?:表现|效果|成绩)(?:好|差)?(?:吗|如何)|"
    r"为什么(?:不|没|没有)|为何(?:不|没)|怎么(?:不|没)|"
    r"怎么样|如何", _P,
)  # fmt: skip
EXPLAIN = re.compile(
    r"\b(?:why|explain|how come|what (?:drives|matters|makes|explains|influences)|"
    r"which (?:columns?|features?|variables?|factors?) (?:matter|drive|are|is|count)|"
    r"tell me (?:more )?(?:about|why)|understand why|help me understand|"
    r"what(?:'s| is| was) (?:most |so )?important|"
    r"how (?:does|did) (?:it|the model|this) (?:decide|work|think|predict|come)\w*)\b|"
    r"(?:怎么|如何|怎样)(?:判断|决定|得出|预测|算|做出|工作)|"
    r"为什么|为何|解释|说明一下|哪些(?:因素|特征|列|变量)|什么(?:因素|原因)|原因", _P,
)  # fmt: skip
ROW = re.compile(
    r"\b(?:row|record|line|case|customer|no\.?|number|sample)\s*#?\s*(\d+)|"
    r"第\s*(\d+)\s*(?:行|条|个)",
    _P,
)
KEEP = re.compile(
    r"\b(?:bring|put|add|take) (?:it |the )?(?:[^.;,]{1,40} )?back(?: in)?\b|"
    r"\b(?:re-?include|restore|keep using|"
    r"keep|use|include|add|allow) (?=[^.;,]{0,60}\b(?:again|anyway|after all|regardless|"
    r"nevertheless|"
    r"although|even though|back)\b)|\b(?:bring|put) back\b|\bi (?:still )?want (?:to use |"
    r"to keep )|\bkeep (?:the )?(?![^.;,]*\b(?:out|together|apart|away|whole|each|all|every|"
    r"separate|off|same|it|under|below)\b)(?=[^.;,]{2,30}(?:[.;,!]|\Z))|"
    r"还是(?:要)?(?:用|保留)|保留|重新(?:加入|使用|用)|加回|恢复|仍然(?:用|使用)|继续使用|"
    r"坚持(?:用|使用)", _P,
)  # fmt: skip
AT_LEAST = re.compile(
    r"(?P<m>recall|sensitivity|true positive rate|precision|accuracy|(?:roc[- ]?)?auc|"
    r"f1(?:[- ]score)?|"
    r"召回率?|查全率|精确率|查准率|精准率|准确率|正确率)"
    r"[^.;,\d]{0,40}?(?P<v>0?\.\d+|1\.0|\d{1,3}(?:\.\d+)?\s?(?:%|percent|％))|"
    r"(?P<v2>0?\.\d+|\d{1,3}(?:\.\d+)?\s?(?:%|percent|％))\s*(?:的|of\s+the\s+)?\s*"
    r"(?P<m2>recall|sensitivity|precision|accuracy|auc|f1|召回率?|查全率|精确率|查准率|准确率)|"
    r"(?:find|catch|detect|identify|找出|抓住|识别|捕捉|覆盖)(?: at least|至少|出)?\s*"
    r"(?P<v3>\d{1,3}(?:\.\d+)?\s?(?:%|percent|％)|0?\.\d+)(?P<m3>)", _P,
)  # fmt: skip
FALSE_ALARMS = re.compile(
    r"false[- ](?:alarms?|positives?)|wrong alarms?|crying wolf|flag\w* (?:too many|innocent|good)|"
    r"too many (?:alerts|alarms|warnings)|误报|虚警|误判|误杀|误伤|错杀|骚扰", _P,
)  # fmt: skip
MISSES = re.compile(
    r"false[- ]negatives?|\bmiss(?:es|ed|ing)?\b(?! values?)|overlook\w*|slip(?:s|ping)? through|"
    r"let(?:s|ting)? [^.;,]{1,20} through|漏报|漏掉|漏检|漏|错过|遗漏", _P,
)  # fmt: skip
READABLE = re.compile(
    r"black[- ]?box|(?:can(?:no|')?t|cannot|hard to|difficult to|impossible to|not able to|"
    r"unable to|nobody can) "
    r"(?:explain|understand|interpret|read|follow|defend|justify)|interpretab\w*|"
    r"explainab\w*|transparent|(?:too |so |very )*(?:hard|complicated|complex|difficult) to "
    r"(?:explain|understand|interpret|read|follow|defend|justify)|"
    r"(?:be )?able to (?:explain|understand|interpret|read|justify)|"
    r"(?:must|should|needs? to|has to|have to|wants? to) (?:understand|follow|read) (?:it|this|"
    r"the model)|能解释(?!一?下|吗|为)|看得懂|难解释|解释清楚|"
    r"(?:something|a model|one) (?:that )?(?:i|we|they|people) can (?:read|explain|"
    r"understand|follow)|"
    r"simple enough to (?:read|explain)|white[- ]?box|黑盒|黑箱|可解释|看不懂|解释不清|"
    r"无法解释|说不清|透明|"
    r"不好解释|难以解释|能看懂|读得懂", _P,
)  # fmt: skip
SLOW_TRAINING = re.compile(
    r"(?:train\w*|search\w*|run(?:ning|s)?|wait\w*|fit\w*)[^.;]{0,30}(?:too long|slow|forever|ages|"
    r"hours)|(?:too long|forever|ages) to (?:train|run|finish|wait)|too slow to train|"
    r"训练(?:[^。,，;]{0,8})(?:太久|太慢|太长|时间长)|等(?:得)?太久|跑(?:得)?太(?:久|慢)", _P,
)  # fmt: skip
LONGER = re.compile(
    r"train (?:it )?(?:for )?(?:much )?longer|more (?:training )?time|search (?:longer|"
    r"more)|try harder|"
    r"take (?:your|more) time|spend more time|keep (?:searching|training|trying)|"
    r"(?:多|再|继续)(?:训练|搜索|跑|花)(?:一会|久|些|一下|点)?|训练(?:久|长)一?点|"
    r"时间(?:可以)?(?:更|再)?(?:长|多)", _P,
)  # fmt: skip
SLOW = re.compile(
    r"\btoo slow\b|\bslow\b|\bfaster\b|\bquicker\b|\bspeed (?:it |this )?up\b|\blatency\b|"
    r"respon[sd]\w* time|"
    r"takes too long|not fast enough|(?:加快|提高|提升)[^,;。]{0,6}(?:速度|效率)|"
    r"太慢|慢了|更快|快一?点|提速|加速|延迟|响应", _P,
)  # fmt: skip
SIMPLER = re.compile(
    r"overfit\w*|over[- ]fit\w*|too (?:complex|complicated|big|large|heavy)|simpler|"
    r"smaller model|less complex|"
    r"memori[sz]\w*|regulari[sz]e|过拟合|太复杂|简单(?:一)?(?:点|些)|更简单|"
    r"模型(?:要|能)?(?:再|更)?(?:小|轻|精简)(?:一?[点些])?|模型太大|死记", _P,
)  # fmt: skip
NEW_TARGET = re.compile(
    r"(?:predict|forecast|estimate|target (?:should be|is|must be|column is)|the target is|"
    r"i meant|target to|not [\w ]{2,30},? but(?: rather)?)\s+|"
    r"(?:目标(?:列)?(?:应该|应当)?(?:是|为|改成|换成|改为)|改为?预测|改成预测|应该预测|"
    r"要预测|预测的是|换成预测|是预测)", _P,
)  # fmt: skip
INSTEAD = re.compile(
    r"\binstead\b|\brather\b|\bwrong (?:target|column)|\bnot what i (?:wanted|asked)|\bi meant\b|"
    r"target (?:should|is|must)|change the target|\bnot \w+,? but\b|"
    r"目标|改|应该预测|不对|搞错|弄错|我(?:是)?想|"
    r"换成预测|不是预测|要预测的", _P,
)  # fmt: skip
POSITIVE = re.compile(r"positive (?:class|label)|正类|正样本|正例", _P)
WEIGHTS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("speed", re.compile(r"speed|latency|fast\w*|速度|快慢|时延", _P)),
    ("memory", re.compile(r"memory|size|footprint|内存|体积|大小", _P)),
    (
        "quality",
        re.compile(r"accura\w*|quality|score|performance|precision|准确\w*|质量|精度|效果", _P),
    ),
)
MATTERS = re.compile(
    r"(?:matters?|counts?|important|weigh\w*|priorit\w*)(?: much| far| a lot|"
    r" way)? (?:more|most|less)|more important|"
    r"\bcares? (?:much |far |a lot )?more (?:about|for)\b|"
    r"(?:is|are) (?:my|our|the) (?:top )?priority|prefer \w+ over|\bover (?:accuracy|speed|"
    r"quality)|"
    r"比[^。,，]{1,10}(?:更)?重要|更(?:看重|重要|在乎|关心)|优先", _P,
)  # fmt: skip
RATING = re.compile(
    r"\b(?P<n>[1-5])\s?(?:/\s?5|out of 5|of 5|stars?)|(?P<z>[1-5一二三四五])\s?(?:星|分)|"
    r"(?P<fair>\bnot bad\b|\A\W*(?:ok(?:ay)?|fine|还行|还可以|一般|凑合)\W*\Z)|"
    r"(?P<good>\A\W*(?:(?:very|pretty|really|quite|so) )?(?:good|nice|cool)\W*\Z|"
    r"\bi (?:really )?like (?:it|this)\b|\b(?:great|perfect|excellent|well done|good (?:job|"
    r"work)|love it|thanks?|thank you|"
    r"i(?:'m| am) happy|looks good|satisfied)\b|很好|太好了|满意|不错|完美|谢谢)|"
    r"(?P<bad>\A\W*(?:(?:very|pretty|really|quite|so) )?bad\W*\Z|"
    r"\A\W*不(?:太|够)?(?:好|行)\W*\Z|\b(?:useless|terrible|awful|bad job|"
    r"disappoint\w*|hate it)\b|没用|很差|太差|"
    r"糟糕|失望|不满意)", _P,
)  # fmt: skip
BAN = re.compile(
    r"\b(?:no|not|never|without|avoid|exclude|drop|skip|remove|ban|don'?t|stop using|get rid of|"
    r"hate|dislike|leave out|forbid\w*|instead of|anything but)\b|不要|别|不用|不能|禁止|"
    r"去掉|排除|不许|不想", _P,
)  # fmt: skip
ONLY = re.compile(
    r"\b(?:only|just|nothing but|solely|stick to|restrict\w*|switch to|use|prefer|want|try|"
    r"go with)\b|"
    r"只|仅|改用|换成|就用|优先用|用", _P,
)  # fmt: skip
RANDOM_SPLIT = re.compile(
    r"random(?:ly)? (?:split|shuffl\w*)|split[^.;]{0,20}random\w*|shuffle the rows|"
    r"随机(?:划分|切分|分)",
    _P,
)
NOT_FOR = re.compile(r"(?:不能|不得|不可|不许|禁止)(?:被)?用(?:于|在|来)", _P)
