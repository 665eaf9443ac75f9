"""Words that mean a column only together, and stand apart: *miss* ... *lessons*, 下 ... 雨.

A verb and its noun, in either order and with other words between, name a thing that tables have
one word for: who misses lessons has *absences*. Each line holds the words of one side, those of
the other, and what they mean together as names of columns write it.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from autoglm_agent.planner.anchor import Anchor
from autoglm_agent.planner.lexicon import concepts_of, phrase_key
from autoglm_agent.planner.schema import Column, Schema
from autoglm_agent.planner.text import Text, stem, word_set

_PAIRS = """
miss skip skips missed|class classes lesson lessons school lecture lectures|absences
absent off|work school sick days|absences absenteeism
where position role|play plays pitch court|position
where|live living reside resides|residence address neighborhood location city region
where|born birth|birthplace
where|made built produced manufactured|origin country
where|sit sits seated|seat cabin
where|work works working|department workplace
where|happen happens happened occur occurs|location place
strong fast hard strength force|wind winds blow blows breeze|wind_speed
direction way|wind winds|wind_direction
stay stays stayed|hospital ward clinic inpatient|length_of_stay
come comes back return returns again|hospital ward clinic inpatient|readmission
stay stays sit sits before until|lot market listed sold sell sells|days_on_market days_to_sale
work works worked|extra late longer beyond|overtime
contain contains has have use uses with|swear profanity rude obscene curse explicit|explicit
text message reminder|sent send sends receive received message|sms
drive driven drives covered clocked|miles kilometres kilometers km odometer far|mileage
sleep sleeps slept|long hours night much|sleep
pain angina|exercise exercising exertion|exercise_angina
produce produces yield yields harvest harvested|hectare acre field plot farm|crop_yield
fall falls|rain raindrops showers|rainfall
cost costs pay pays|ship shipping deliver delivering posting|shipping_cost
take takes need needs|deliver delivery shipping ship|delivery_time
speak speaks spoken|language tongue languages|language
own owns rent rents|home house flat apartment|home_ownership
live lives many big|household family|household_size
score scores scored net nets|goals goal|goals
finish finishes finished|place rank position first standing|rank position
raise rise increase|salary pay wage|salary_hike
smoke smokes smoked|cigarettes cigarette packs|cigarettes
drink drinks|alcohol beer wine|alcohol
give gives gave leave leaves|stars star|rating
people inhabitants residents|live many|population
hurt injured wounded harmed|people persons many|injuries
killed die died|people persons many|deaths
wait waits waited waiting queue queues|long minutes time hours|wait_time
quickly fast soon long|answer answers reply replies respond responds react|response_time
last lasts long|call calls|call_duration
watch watches watched|long minutes hours time|watch_time
pay pays paid settle settles|card cash how method|payment_method
deliver ship shipped transport transported|how mode method|shipping_mode
miss misses missed skip skips attend attends|visit appointment appointments consultation|\
    no_show noshow attendance
book books booked reserve reserved|advance ahead early earlier|lead_time
cancel cancels cancelled canceled|before past times previously|previous_cancellations
answer answers answered fill filled complete|survey questionnaire|answering_survey survey
提前|预订 预定 订|lead_time
回答 填 填写 答|问卷|answering_survey survey questionnaire
开 营 营业|店铺 门店 店 商店|open
可 能|预订 预定|availability
can|booked rented reserved|availability
下 降|雨 雨水|rainfall
send sends bring brings give gives ship|back return|returned returns
进 入|球 粒|goals
打 给|星 颗 几颗星 几星|rating
住 待|院 医院 病房|length_of_stay
缺 旷 逃 翘|课 课程|absences
踢 打 司职|位置|position
住|哪 哪里 哪个区 什么地方|residence address neighborhood location city region
刮 吹|风|wind_speed
风|多大 级 强|wind_speed
跑 开 行驶|公里 里程 多远|mileage
睡|小时 多久 觉|sleep
修 维修|小时 多久 工时 多长时间|repair_hours repair_time maintenance
"""
_SCORE, _MOST = 0.84, 2
_REACH = 9
"""How many tokens may stand between the two words."""


@cache
def _pairs() -> tuple[tuple[frozenset[str], frozenset[str], tuple[str, ...]], ...]:
    rows = _PAIRS.replace("\\\n", "").strip().splitlines()
    found = []
    for row in rows:
        one, other, meant = row.split("|")
        found.append(
            (
                frozenset(map(stem, word_set(one))),
                frozenset(map(stem, word_set(other))),
                tuple(phrase_key(name.split("_")) for name in meant.split()),
            )
        )
    return tuple(found)


def collocations(text: Text, schema: Schema) -> Iterator[Anchor]:
    """Yield an anchor at either of two words apart for the one column that they mean together.

    Args:
        text: The instruction, with the ranges of constraints marked as used.
        schema: The table's columns.
    """
    for start, end in text.sentences():
        first, last = text.token_at(start), text.token_at(end)
        places: dict[str, int] = {}
        for index in range(first, last):
            if not text.is_used(text.tokens[index].start):
                places.setdefault(text.tokens[index].stem, index)
        for one, other, meant in _pairs():
            here, there = one & places.keys(), other & places.keys()
            if not here or not there:
                continue
            pairs = [
                (places[a], places[b])
                for a in here
                for b in there
                if a != b and abs(places[a] - places[b]) <= _REACH
            ]
            for column in _meant(meant, schema) if pairs else ():
                for index in min(pairs):
                    yield Anchor(column, index, index, _SCORE, "pair")


def _meant(keys: tuple[str, ...], schema: Schema) -> list[Column]:
    """Return the column that the first of some names means, or the two of both sides."""
    for key in keys:
        words = key.split()
        names = {c.name for c in concepts_of(key)}
        found = [
            column
            for column in schema.columns
            if not column.identifies
            and (
                names & column.concepts
                or all(any(part.says(word) for part in column.parts) for word in words)
            )
        ]
        if found:
            return found if len(found) <= _MOST else []
    return []
