"""Words of prediction tasks, English and Chinese: what people call the things they predict.

A *concept* is a set of words that mean the same in a column name and in an instruction; *near*
concepts may stand for each other when the table supports it. A *domain* is a field of life; a
qualifier from a domain the table knows nothing of ("the **stock** price") speaks against a match.
The tables are general on purpose: no word is here because of one data set.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from autoglm_agent.planner.column_words import COLUMN_WORDS
from autoglm_agent.planner.concept_words import CONCEPTS, NEAR
from autoglm_agent.planner.everyday import EVERYDAY
from autoglm_agent.planner.text import stem, word_set, words_of

Hint = Literal["yesno", "class", "amount", ""]

_COMPOUND, _LONG = 3, 4
_HAN = re.compile(r"[\u3400-\u9fff]+")
_PLAIN = re.compile(r"[a-z]+(?: [a-z]+)*")
_DOMAINS = """
housing|house houses home homes housing property properties apartment apartments flat flats \
    estate room rooms bedroom bedrooms bathroom bathrooms floor floors garage neighborhood \
    neighbourhood basement roof lot kitchen rent landlord|房 房子 房屋 房价 住宅 小区 楼层 二手房 \
    房产 公寓 租金 房租 租房 户型 装修 朝向 楼盘 房龄
vehicles|car cars vehicle vehicles automobile mileage engine fuel transmission horsepower \
    odometer diesel petrol make truck motorcycle|车 汽车 二手车 车辆 里程 发动机 油耗
markets|stock stocks share shares equity bitcoin crypto cryptocurrency ethereum forex \
    currency currencies index ticker dividend bond bonds commodity gold silver oil nasdaq \
    volatility close|股票 股价 股市 比特币 基金 汇率 走势 黄金 原油 大盘 期货 债券 加密货币
travel|passenger passengers trip trips taxi taxis cab ride rides fare pickup dropoff flight \
    flights airline carrier airport ticket voyage cabin embarked arrival departure ship train \
    journey plane planes aircraft jet take-off landing|\
乘客 航班 出租车 行程 机票 车票 船 航空 旅客 打车
medical|chronic acute kidney renal liver lung lungs thyroid brain infection virus pregnancy \
    patient patients disease blood pressure bmi cholesterol glucose insulin tumour tumor \
    diagnosis hospital smoker chest heart health medical medicine insurance insured clinical \
    doctor symptom cell cells radius cancer chol thalach cp surgery treatment visit|患者 病人 \
    医疗 血压 血糖 诊断 医院 体检 症状 治疗 保险 健康
credit|loan loans credit bank account balance deposit applicant applicants debt installment \
    lender mortgage borrower|贷款 信用 银行 信贷 借款 还款 余额 存款 定期存款 理财
telecom|customer customers client subscriber contract tenure plan internet phone streaming \
    charges service monthly|客户 用户 套餐 合约 宽带 话费
employment|employee employees staff worker job salary department overtime company years \
    satisfaction performance occupation person people workclass education income capital hours hr \
    teacher teachers|员工 雇员 部门 岗位 加班 绩效 职业 老师 教师
education|student students school grade grades study exam absences failures university course \
    teacher teachers|学生 学校 成绩 考试 课程 老师 教师 班级
retail|product products store stores sale sales item items order orders purchase promo \
    promotion revenue quantity units sold shop supermarket|商品 门店 销售 订单 促销 超市 店铺
hotels|booking bookings guest guests hotel hotels reservation adr meal resort|酒店 预订 订房 客人
energy|energy power electricity appliance appliances lights temperature humidity consumption \
    heating solar|能源 电力 用电 能耗 温度 湿度
weather|weather rain wind temperature humidity windspeed temp hum snow storm forecast climate \
    tomorrow's|天气 风速 降雨 气温 湿度 气候 下雨
food|wine wines alcohol acidity sulphates sugar beer food cheese coffee restaurant \
    meal|葡萄酒 白酒 红酒 酒 食品 餐厅
jewellery|diamond diamonds carat cut clarity gem gems jewel|钻石 克拉 净度 珠宝
nature|cap gill stalk spore odor habitat mushrooms flower flowers petal sepal iris plant \
    plants species animal animals abalone fish bird birds shell rings mushroom penguin penguins \
    bill flipper|花 鸢尾花 植物 动物 鱼 鸟 蘑菇 企鹅
cycling|bike bikes bicycle bicycles cycling rental rentals casual registered|自行车 单车 租车 \
    共享单车
messages|text message messages email emails mail sms comment comments review reviews tweet \
    tweets post|短信 邮件 评论 消息 文本
payments|transaction transactions merchant card amount payment|交易 商户 刷卡 信用卡 支付
industry|machine machines sensor sensors vibration rpm pressure torque wear tool equipment \
    maintenance|设备 机器 传感器 振动 压力 转速
business|company companies firm firms shipping corporation enterprise industry|公司 企业 航运 集团
sports|team teams player players match game games league season goals football soccer \
    basketball|球队 球员 比赛 联赛 足球 篮球
family|marriage wedding wife husband boyfriend girlfriend divorce|婚礼 恋爱 老婆 老公 男朋友 女朋友
crime|steal steals stolen stole theft thefts thief thieves robbery robberies burglary burglaries \
    crime crimes police|被盗 被偷 偷走 失窃 盗窃 犯罪 小偷
politics|election elections vote votes party president gdp inflation unemployment|选举 投票 \
    通胀 失业率
"""

GENERIC_TARGETS = word_set(
    """
    target label labels class y outcome output response result res dependent classification
    classlabel targetclass
    目标 标签 类别 结果 目标列 因变量 目标变量
    """
)
"""Column names that say "this is what is to be predicted" and nothing else."""

VAGUE_TARGETS = word_set("status state flag condition group 状态 标志 标识")
"""Names that may say the same of a column with two values."""

LIGHT = word_set(
    """
    is has was will be the a an of in on to at by per and or flag ind indicator yn status
    label class bracket band y n amount usd eur gbp cny dollars euro euros yuan
    rmb inr pounds unit yrs yr used level category code group avg
    average mean median total sum min max log std final sale selling num number no nr nb nbr id
    count score rate ratio name lvl pct
    percent d h w wh annum seconds second minutes minute type current
    event reported confirmed detected occurred minimum maximum rms cls am pm
    last next monthly yearly
    annual daily
    weekly hourly month year day kwh km mm cm kg cc g mg ml l lb lbs oz m ft sec s ms hz kw \
    mw v c f k 是否 是 的 数 量 额 率 值
    """
)
"""Parts of column names that add little to their meaning."""

UNITS = word_set(
    """
    nm um mtorr torr mpa kpa pa psi bar mbar hz khz mhz ghz db lux ppm ppb mmhg bpm kcal cal joule
    tonnes tonne tons ton t ha acre acres min mins hrs hr sec secs usd eur gbp cny inr pct percent
    celsius fahrenheit degc degf deg kwh mwh kw mw wh kva kvar mah gb mb tb kb inch inches ft yd mi
    dm dm3 cm3 l wk wks mth mo mos day days per yr nm kn ka wp kwp
    mph kmh kph rpm m2 m3 sqm sqft dl mgdl mmol km mm cm kg lb lbs oz ml
    元 万元 千克 公斤 厘米 毫米 公里 小时 分钟 天 岁
    """
)
"""Units at the end of a name: `thickness_nm`."""

FLAGS = word_set(
    """
    is has was will be seconds second minutes minute d h w wh annum event reported confirmed
    detected occurred flag ind indicator yn statu status label class bracket target usd eur
    gbp cny dollar euro yuan rmb inr pound unit
    used yr y n final sell sal selling g mg ml l lb oz m mm cm km kg ft sec s ms hz kw \
    mw kwh cc v c f k 是否 是 的
    """
)
"""Light parts that say only what form a column has."""


SMALL = word_set("a an the of to my our your his her its their this that")
"""Words that phrases in sentences have and names leave out."""


@dataclass(frozen=True)
class Concept:
    """A thing people predict or name, with the kind of values it has."""

    name: str
    hint: Hint


@cache
def _tables() -> tuple[
    dict[str, tuple[Concept, ...]], dict[str, frozenset[str]], dict[str, frozenset[str]]
]:
    words: dict[str, list[Concept]] = {}
    for line in (CONCEPTS + COLUMN_WORDS).strip().splitlines():
        if not line:
            continue
        name, hint, english, chinese = line.split("|")
        concept = Concept(name, hint)  # type: ignore[arg-type]
        for word in [*english.split(), *chinese.split()]:
            entries = words.setdefault(phrase_key(word.split("_")), [])
            if concept not in entries:
                entries.append(concept)
    for name, entry in _glossary().items():
        concept = Concept(name, entry["values"])
        for word in [*entry["en"], *entry["zh"]]:
            for key in _keys(word):
                entries = words.setdefault(key, [])
                if concept not in entries:
                    entries.append(concept)
    _add_everyday(words)
    near: dict[str, set[str]] = {}
    for pair in NEAR.replace("\n", "|").strip("|").split("|"):
        one, other = pair.split()
        near.setdefault(one, set()).add(other)
        near.setdefault(other, set()).add(one)
    domains: dict[str, set[str]] = {}
    for line in _DOMAINS.strip().splitlines():
        name, english, chinese = line.split("|")
        for word in [*english.split(), *chinese.split()]:
            domains.setdefault(stem(word), set()).add(name)
    return (
        {k: tuple(v) for k, v in words.items()},
        {k: frozenset(v) for k, v in near.items()},
        {k: frozenset(v) for k, v in domains.items()},
    )


@cache
def _said_at_length() -> dict[str, list[Concept]]:
    return {}


def said_at_length(run: str) -> tuple[Concept, ...]:
    """Return what a Chinese turn of phrase means that is no word, so that no cut is made by it."""
    return tuple(_said_at_length().get(run, ())) if _tables() else ()


def _add_everyday(words: dict[str, list[Concept]]) -> None:
    """Give everyday phrases the meaning of the words that columns are called by."""
    for line in EVERYDAY.replace(" \\\n    ", " ").strip().splitlines():
        name, english, chinese = line.split("|")
        key = phrase_key(without_articles(name.split()))
        meant = words.setdefault(key, [Concept(name.replace(" ", "_"), "")])
        for phrase in [*english.split(","), *chinese.split()]:
            for key in _keys(phrase.strip()):
                long = not key.isascii() and len(key) >= _LONG and key not in words
                entries = (_said_at_length() if long else words).setdefault(key, [])
                entries += [concept for concept in meant if concept not in entries]


def _keys(word: str) -> list[str]:
    """Return the look-up keys of the glossary's word: as it is, and without its articles.

    There are sixteen thousand: of the plain ones it is seen at once where to cut them.
    """
    if not word.isascii():
        parts = [word] if _HAN.fullmatch(word) else words_of(word)
        return [phrase_key(parts)]
    parts = word.split() if _PLAIN.fullmatch(word) else words_of(word)
    bare = without_articles(parts)
    return [phrase_key(parts)] if bare == parts else [phrase_key(parts), phrase_key(bare)]


@cache
def _glossary() -> dict[str, dict[str, Any]]:
    """Return the concepts of the glossary files, one file per field of life."""
    return {name: entry for page in _page_names() for name, entry in _page(page).items()}


@cache
def pages_of(name: str) -> frozenset[str]:
    """Return the pages of the glossary, one for a field of life, that a concept stands on."""
    return frozenset(page for page in _page_names() if name in _page(page))


@cache
def _page_names() -> tuple[str, ...]:
    folder = files("autoglm_agent.planner") / "words"
    return tuple(sorted(p.name for p in folder.iterdir() if p.name.endswith(".json")))


@cache
def _page(name: str) -> dict[str, Any]:
    found = files("autoglm_agent.planner") / "words" / name
    return dict(json.loads(found.read_text(encoding="utf-8")))


def without_articles(parts: list[str]) -> list[str]:
    """Return the words without articles, pronouns and "of", which names leave out."""
    return [part for part in parts if part not in SMALL] or parts


def phrase_key(parts: list[str]) -> str:
    """Return the look-up key of a word or a phrase: its stems joined by one space."""
    return " ".join(stem(part) for part in parts)


def concepts_of(key: str) -> tuple[Concept, ...]:
    """Return the concepts that a word or phrase (as `phrase_key`) may mean."""
    return _tables()[0].get(key) or said_at_length(key)


@cache
def hint_of(name: str) -> Hint:
    """Return what values the named concept has; the empty hint where that is not told."""
    return _hints().get(name, "")


@cache
def _hints() -> dict[str, Hint]:
    return {c.name: c.hint for found in _tables()[0].values() for c in found}


def compound_concepts(word_stem: str) -> tuple[Concept, ...]:
    """Return what a word means; of a Chinese compound also what its last part means.

    The head comes last: 打车费用 is a kind of 费用.
    """
    found = concepts_of(word_stem)
    if word_stem.isascii() or len(word_stem) < 3:
        return found
    if word_stem.endswith("值"):  # 振动值 is what vibration comes to
        found = (*found, *(c for c in concepts_of(word_stem[:-1]) if c not in found))
    tails = (concepts_of(word_stem[cut:]) for cut in range(1, len(word_stem) - 1))
    return (*found, *(c for c in next((t for t in tails if t), ()) if c not in found))


def leading_concepts(word_stem: str) -> tuple[Concept, ...]:
    """Return what the parts before the last one of a Chinese compound mean: 住院 of 住院费用.

    Where a compound is itself a word of the lexicon, the cut does not show them otherwise.
    """
    if word_stem.isascii() or len(word_stem) < _COMPOUND:
        return ()
    found: list[Concept] = []
    place, last = 0, len(word_stem) - 1
    while place < last:
        pieces = (word_stem[place:end] for end in range(last, place, -1))
        piece = next((p for p in pieces if concepts_of(p)), "")
        found += [c for c in concepts_of(piece) if c not in found]
        place += len(piece) or 1
    return tuple(found)


def near_concepts(name: str) -> frozenset[str]:
    """Return the names of the concepts that are near the named one."""
    return _tables()[1].get(name, frozenset())


def domains_of(word_stem: str) -> frozenset[str]:
    """Return the fields of life that a stemmed word belongs to."""
    return _tables()[2].get(word_stem, frozenset())


@cache
def english_words() -> frozenset[str]:
    """Every single English word of the concepts, as it is written."""
    lines = [line for line in (CONCEPTS + COLUMN_WORDS).strip().splitlines() if line]
    told = [word for line in lines for word in line.split("|")[2].split()]
    told += [word for entry in _glossary().values() for word in entry["en"]]
    return frozenset(word for word in told if word.isascii() and word.isalpha())


@cache
def chinese_words() -> frozenset[str]:
    """Every Chinese word of the lexicon, for the longest-match cut."""
    concepts, _, domains = _tables()
    return frozenset(w for w in [*concepts, *domains] if not w.isascii())
