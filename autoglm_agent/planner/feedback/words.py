"""What people say of a result that they would have otherwise, in English and Chinese."""

from __future__ import annotations

import re

_P = re.ASCII
KEEP = re.compile(
    r"\b(?:bring|put|add|take) (?:it |the )?(?:[^.;,]{1,40} )?back(?: in)?\b|"
    r"\b(?:re-?include|restore|keep using|"
    r"keep|use|include|add|allow) (?=[^.;,]{0,60}\b(?:again|anyway|after all|regardless|"
    r"nevertheless|"
    r"although|even though|back)\b)|\b(?:bring|put) back\b|\bi (?:still )?want (?:to use |"
    r"to keep )|\bkeep (?:the )?(?!\w+ing\b)(?![^.;,]*\b(?:out|together|apart|away|whole|each|all|"
    r"every|separate|off|same|it|under|below)\b)(?=[^.;,]{2,30}(?:[.;,!]|\Z))|"
    r"还是(?:要)?(?:用|保留)|保留|重新(?:加入|使用|用)|(?:加|放|拿|补|添|捡|弄|还)回|还原|恢复|"
    r"仍然(?:用|使用)|继续使用|"
    r"坚持(?:用|使用)", _P,
)  # fmt: skip
FALSE_ALARMS = re.compile(
    r"false[- ](?:alarms?|positives?)|wrong alarms?|crying wolf|flag\w* (?:too many|innocent|good)|"
    r"too many (?:alerts|alarms|warnings)|误报|虚警|误判|误杀|误伤|错杀|骚扰|"
    r"\b(?:call|bother|contact|annoy|disturb|mail|ring)\w* [^.;,]{2,30} (?:who|that) (?:were|are|"
    r"was|is|would|will) (?:never|not)\b|\bfor nothing\b|"
    r"\bneedlessly\b|\bunnecessarily\b", _P,
)  # fmt: skip
MISSES = re.compile(
    r"false[- ]negatives?|\bmiss(?:es|ed|ing)?\b(?! values?)|overlook\w*|slip(?:s|ping)? through|"
    r"let(?:s|ting)? [^.;,]{1,20} through|"
    r"did(?: not|n't) (?:spot|catch|notice|detect|see) (?:them|it|him|her)?|\bwe (?:didn't|"
    r"did not) (?:spot|catch|notice)|漏报|漏掉|漏检|漏|错过|遗漏", _P,
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
    r"(?:something|a model|one) (?:that |which )?"
    r"(?:i|we|they|people|(?:my|our|the|a) \w+(?: \w+)?) (?:can|could) "
    r"(?:actually |easily )?(?:read|explain|understand|follow)|"
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
    r"train (?:it )?(?:for )?(?:much |a bit |a little )?longer|more (?:training )?time|"
    r"search (?:longer|"
    r"more)|try harder|take (?:your|more) time|spend (?:some )?more time|take as long as|"
    r"keep (?:searching|training|trying)|(?:train\w*|search\w*|time) (?:was|is|were) (?:far |way |"
    r"much )?too short|"
    r"(?:多|再|继续) ?(?:训练|搜索|跑|花|train|run|search|搜|找|试) ?(?:得?久|长|一会|些|一下|点|"
    r"一阵)?|(?:训练|train\w*|跑|搜索?)(?:得)? ?(?:再|更)?(?:久|长)一?[点些]|"
    r"时间(?:也)?(?:可以)?(?:(?:更|再)?(?:放|拉|延|加|调)?(?:长|多)|(?:太|有点|过于|不够)(?:短|少|"
    r"长))(?<!太长)(?<!点长)", _P,
)  # fmt: skip
SLOW = re.compile(
    r"\btoo slow\b|\bslow\b|\bfaster\b|\bquicker\b|\bspeed (?:it |this )?up\b|\blatency\b|"
    r"respon[sd]\w* time|"
    r"takes too long|not fast enough|(?:加快|提高|提升)[^,;。]{0,6}(?:速度|效率)|"
    r"太慢|慢了|更快|快(?:一)?[点些]|提速|加速|延迟|响应|"
    r"(?<![用行打刷员保医IC])卡(?:半天|住(?!址)|死(?!亡)|顿|得(?!分))", _P,
)  # fmt: skip
SIMPLER = re.compile(
    r"overfit\w*|over[- ]fit\w*|too (?:complex|complicated|big|large|heavy)|simpler|"
    r"smaller model|less complex|"
    r"memori[sz]\w*|regulari[sz]e|过拟合|太复杂|简单(?:一)?(?:点|些)|更简单|"
    r"模型(?:要|能)?(?:再|更)?(?:小|轻|精简)(?:一?[点些])?|模型太大|死记|"
    r"\b(?:train\w*|seen|familiar)\b[^.;!?]{0,60}\b(?:falls? apart|fails?|collaps\w+|breaks? down|"
    r"(?:much |far )(?:worse|poor\w*|bad\w*)|hopeless|useless|drops|struggl\w+)\b[^.;!?]{0,20}\b"
    r"(?:on|for|in|with|at)\b[^.;!?]{0,12}\b(?:new|unseen|test|fresh|real|holdout|hold-out)\b|"
    r"训练(?:集|数据|时)?[^。;!?]{0,12}(?:满分|完美|很好|特别好|极高|全对|很高)[^。;!?]{0,16}"
    r"(?:测试|新|没见过|未见过|线上|换)[^。;!?]{0,12}"
    r"(?:不行|很差|崩|掉|差远|差很多|差一大截|垮|低)", _P,
)  # fmt: skip
UNREAD = re.compile(r"看不懂|(?:can(?:no|')?t|cannot|hard to|difficult to) (?:understand|read)", _P)
"""What may be said of a measure as well as of a model."""
NOT_SEEN = re.compile(
    r"\b(?:do not|don't|dont|can't|cannot|could not|couldn't|did not|didn't) (?:see|find) "
    r"(?:it|them|that|this|any|why|how|the point)\b[^.;,!?]*", _P,
)  # fmt: skip
"""What was looked for in the result in vain; nothing is to be left out."""
AS_FEATURE = re.compile(
    r"\b(?:features?|predictors?|inputs?|(?:do not|don't|never|cannot|can't) use|without)\b|"
    r"特征|自变量|不要用|别用|不能用",
    _P,
)
"""What bars the former target from what another is predicted with."""
NEW_TARGET = re.compile(
    r"(?:predict|forecast|estimate|target (?:should be|is|must be|column is)|the target is|"
    r"i meant|target to|not [\w ]{2,30},? but(?: rather)?)\s+|"
    r"(?:目标(?:列)?(?:应该|应当)?(?:是|为|改成|换成|改为)|改为?预测|改成预测|应该预测|"
    r"要预测|预测的是|换成预测|是预测)", _P,
)  # fmt: skip
INSTEAD = re.compile(
    r"\binstead\b|\brather\b|\bwrong (?:target|column|thing|one)|\bnot what i (?:wanted|asked)|"
    r"\bi meant\b|target (?:should|is|must)|change the target|\bnot \w+,? but\b|"
    r"目标|改|应该预测|不对|搞错|弄错|选错|我(?:其实|本来|原本|是)*想|预测的(?:其实|本来)*是|"
    r"换成预测|不是预测|要预测的", _P,
)  # fmt: skip
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
    r"\bworth (?:\w+ ){0,3}more\b|(?:is|are) (?:my|our|the) (?:top )?priority|prefer \w+ over|"
    r"\bover (?:accuracy|speed|quality)|"
    r"比[^。,，]{1,10}(?:更)?(?:重要|要紧|关键|优先)|更(?:看重|重要|要紧|在乎|关心)|优先|"
    r"\bwhat (?:really )?(?:counts|matters)\b|\ball (?:that )?(?:i|we) (?:really )?care about\b|"
    r"只(?:在乎|关心|看重)|只要(?=[^,;。]{0,3}(?:速度|快|准|精度|质量|效果|内存|小))", _P,
)  # fmt: skip
GIVEN_UP = re.compile(
    r"\b(?:give up|giving up|put(?:ting)? up with|sacrific\w*|"
    r"trade(?: off| away)?|trading|lose|losing|live with|accept|afford|spare|"
    r"(?:do not|don't|would not|wouldn't) (?:mind|care)(?: about)?(?: if| how)?|no matter how|"
    r"never mind)\b|牺牲|放弃|损失|降低|舍弃|换取|不在乎|不介意|无所谓|没关系|不要紧|不怕|"
    r"可以(?=[^,;。]{0,6}[慢低差大]一?点)",
    _P,
)  # fmt: skip
"""What is given up for something else: "a bit of accuracy in exchange for speed"."""
WORTH = (
    ("speed", re.compile(r"speed|latency|fast\w*|quick\w*|slow\w*|速度|快|慢|时延|延迟", _P)),
    ("memory", re.compile(r"memory|size|footprint|small\w*|\bbig\w*|large\w*|light\w*|heav\w*|"
                          r"bulk\w*|内存|体积|大小|小|轻", _P)),
    ("quality", re.compile(
        r"accura\w*|quality|score|performance|precis\w*|\bright\b|\bcorrect\w*|"
        r"\bhow (?:close|good|right)\b|准确?\w*|质量|精度|效果", _P)),
)  # fmt: skip
"""The goals, also by what is said of a model that reaches or misses them."""
DIGITS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5} | {
    digit: value
    for value, pair in enumerate(("1一", "2二两", "3三", "4四", "5五"), 1)
    for digit in pair
}
"""Stars and points as they are written."""
RATING = re.compile(
    r"(?<!to )(?<!-)\b(?P<n>[1-5]|one|two|three|four|five)\s?(?:/\s?5|(?:points? |"
    r"stars? )?out of (?:5|five)|"
    r"of (?:5|five)\b|[- ]?stars?\b)|(?P<z>[1-5一二两三四五])\s?(?:颗)?(?:星|分)|"
    r"(?P<fair>\bnot bad\b|\A\W*(?:ok(?:ay)?|fine|还行|还可以|一般|凑合)\W*\Z)|"
    r"(?P<good>\A\W*(?:(?:very|pretty|really|quite|so) )?(?:good|nice|cool)\W*\Z|"
    r"\bi (?:really )?(?:like|love) (?:it|this)\b|\b(?:great|perfect|excellent|awesome|amazing|"
    r"fantastic|"
    r"impressive|brilliant|well done|(?:good|nice|great|solid|lovely) (?:job|work|one|result|"
    r"stuff)|love it|thanks?|thank you|better than (?:i|we) (?:expected|thought|hoped)|"
    r"(?:i|we)(?:'m| am|'re| are) (?:really |very |quite |so )?(?:happy|pleased|impressed)|"
    r"looks (?:really |very )?(?:good|great)|satisfied)\b|"
    r"很好|太好了|挺好|真好|满意|不错|完美|谢谢|很棒|太棒|真棒|厉害|给力|赞|辛苦了|干得漂亮|"
    r"做得好)|(?P<bad>\A\W*(?:(?:very|pretty|really|quite|so) )?bad\W*\Z|"
    r"\A\W*不(?:太|够)?(?:好|行)\W*\Z|\b(?:useless|terrible|awful|rubbish|garbage|horrible|crap|"
    r"(?:bad|poor) (?:job|work|result)|disap+oint\w*|hate it|not (?:good|happy|satisfied|"
    r"impressed))\b|没用|很差|太差|太烂|垃圾|一塌糊涂|不咋地|不怎么样|糟糕|失望|不满意|不满)",
    _P,
)
"""How well somebody likes a result."""
BAN = re.compile(
    r"\b(?:no|not|never|without|avoid|exclude|drop|skip|remove|ban|don'?t|stop using|get rid of|"
    r"hate|dislike|leave out|forbid\w*|instead of|anything but)\b|不要|别|不用|(?<!能)不能|禁止|"
    r"去掉|排除|不许|不想", _P,
)  # fmt: skip
RANDOM_SPLIT = re.compile(
    r"random(?:ly)? (?:split|shuffl\w*)|split[^.;]{0,20}random\w*|shuffle the rows|"
    r"随机(?:划分|切分|分)",
    _P,
)
NOT_FOR = re.compile(r"(?:不能|不得|不可|不许|禁止)(?:被)?用(?:于|在|来)", _P)
