"""What a column is, by what its values are: *Maize* and *Wheat* are crops, whatever its name says.

Many names say only that there are sorts (`Item`, `Category`, `Class`, `Area`). The values then say
of what, and a person who asks for it uses that word.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache

from autoglm_agent.planner.anchor import Anchor
from autoglm_agent.planner.schema import Column, Schema
from autoglm_agent.planner.text import Text, stem, word_set, words_of

_KINDS = """
crop crops cereal plant grain 作物 农作物 庄稼|wheat maize corn rice barley oats soybean soybeans \
    soy potato potatoes cassava sorghum cotton sugarcane rye millet beans lentils chickpea canola \
    sunflower yams plantains tomato tomatoes|小麦 玉米 水稻 大豆 棉花 土豆 马铃薯 高粱 花生
fruit fruits 水果|apple apples banana bananas orange oranges grape grapes mango mangoes pear \
    peach papaya watermelon pomegranate lemon kiwi|苹果 香蕉 橙子 葡萄 芒果 西瓜 梨
colour color colours colors 颜色|red blue black white green yellow grey gray silver brown \
    orange purple pink gold beige|红 红色 蓝 蓝色 黑 黑色 白 白色 绿 绿色 银 银色 灰 灰色
country countries nation nationality 国家 国籍|india brazil mexico usa us uk germany france spain \
    italy china japan canada kenya nigeria russia poland netherlands sweden england argentina \
    portugal belgium turkey australia indonesia pakistan egypt korea|中国 美国 日本 德国 法国 英国
city cities town 城市|london paris berlin madrid rome york chicago boston tokyo delhi mumbai \
    seattle austin sydney amsterdam milan munich hamburg vienna shanghai beijing|上海 北京 广州 \
    深圳 杭州 成都 武汉 南京 重庆 西安
month months 月份|january february march april june july august september october november \
    december jan feb mar apr jun jul aug sep oct nov dec|一月 二月 三月 四月 五月 六月
weekday weekdays 星期 周几|monday tuesday wednesday thursday friday saturday sunday mon tue wed \
    thu fri sat sun|周一 周二 周三 周四 周五 星期一 星期二 星期三
season seasons 季节|spring summer autumn winter fall|春 夏 秋 冬 春季 夏季 秋季 冬季
cabin travel_class flight_class 舱位 舱等|economy eco business first|经济舱 商务舱 头等舱
continent continents 大洲|europe asia africa oceania america antarctica|欧洲 亚洲 非洲
animal animals species 动物|dog dogs cat cats bird birds rabbit horse cow sheep pig goat fish|\
    狗 猫 鸟 兔
sport sports discipline 运动 项目|football soccer basketball tennis swimming athletics cycling \
    rowing boxing gymnastics volleyball hockey golf baseball rugby|足球 篮球 网球 游泳 排球
language languages 语言|english french german spanish chinese italian japanese hindi portuguese \
    russian arabic|英语 法语 德语 中文 日语
fuel fuels 燃料 燃油|petrol gasoline diesel electric hybrid cng lpg gas|汽油 柴油 电动 混动
genre genres 流派 风格|rock pop jazz metal folk techno classical blues country hiphop rap \
    electronic comedy drama horror thriller action romance|摇滚 流行 爵士 喜剧 恐怖 动作
meal meals 餐别|breakfast lunch dinner supper brunch|早餐 午餐 晚餐
religion faith 宗教|christian muslim hindu buddhist jewish catholic protestant|基督教 佛教
payment payment_method 支付方式 付款方式|cash card credit debit paypal invoice voucher transfer \
    cheque check|现金 微信 支付宝 银行卡 信用卡
weather conditions 天气|sunny rainy cloudy clear clouds rain snow fog mist windy stormy \
    thunderstorm|晴 阴 雨 雪 多云 雾
transport vehicle mode 运输方式 交通方式 交通工具|car bus train bike bicycle walk tram metro \
    subway taxi plane ship truck road rail air|公路 铁路 航空 水运 汽车 火车
position role 位置|forward striker midfielder midfield defender goalkeeper keeper winger attack \
    defence guard center|前锋 中场 后卫 门将
size sizes 尺寸 尺码 大小|small medium large xl xs tiny huge|小 中 大
diagnosis disease illness 疾病 诊断|flu pneumonia diabetes asthma cancer hypertension migraine \
    covid malaria tuberculosis bronchitis|流感 肺炎 糖尿病 哮喘 高血压
"""
_NAMELESS = frozenset(
    map(stem, word_set("item category class type group kind name area label code product value "
                       "option variety unit segment 类别 类型 种类 名称 分类 分组 品类"))
)  # fmt: skip
_NAMED = 0.75
"""What it counts where the name itself says something."""
_SCORE, _HALF, _LEAST, _MOST_LEVELS = 0.9, 2, 2, 60


@cache
def _kinds() -> tuple[tuple[frozenset[str], frozenset[str]], ...]:
    found = []
    for row in _KINDS.replace("\\\n", "").strip().splitlines():
        names, english, chinese = row.split("|")
        nouns = frozenset(stem(name.replace("_", " ")) for name in names.split())
        found.append((nouns, word_set(f"{english} {chinese}")))
    return tuple(found)


def kinds_of_levels(text: Text, schema: Schema) -> Iterator[Anchor]:
    """Yield an anchor where a noun says of what kind the values of the one such column are.

    It counts more where the name of the column tells nothing.

    Args:
        text: The instruction, with the ranges of constraints marked as used.
        schema: The table's columns.
    """
    for column, nouns in _told(schema):
        for index, token in enumerate(text.tokens):
            said = token.stem in nouns or (token.cjk and token.stem.endswith(tuple(nouns)))
            if said and not text.is_used(token.start):
                telling = {p.stem for p in column.parts} - _NAMELESS
                yield Anchor(column, index, index, _NAMED if telling else _SCORE, "kind")


@lru_cache(maxsize=16)
def _told(schema: Schema) -> tuple[tuple[Column, frozenset[str]], ...]:
    """Return the columns with the nouns of what their values are, where no other has the same."""
    found: list[tuple[Column, frozenset[str]]] = []
    for column in schema.columns:
        if column.profile.kind != "category":
            continue
        levels = [frozenset(words_of(level)) for level, _ in column.profile.levels[:_MOST_LEVELS]]
        for nouns, values in _kinds():
            count = sum(bool(level & values) for level in levels)
            if count >= _LEAST and _HALF * count >= len(levels):
                found.append((column, nouns))
    taken = [nouns for _, nouns in found]
    return tuple(item for item in found if taken.count(item[1]) == 1)
