"""Units that an instruction says in words, and the columns whose names write them: kilos, `_kg`."""

from __future__ import annotations

import re
from collections.abc import Collection

from autoglm_agent.planner.collocations import collocations
from autoglm_agent.planner.schema import Column, Schema
from autoglm_agent.planner.text import Text, stem

_UNITS = {
    "kilos kilo kilograms kilogram kg 公斤 千克": "kg 公斤 千克",
    "grams gram grammes 克": "g 克",
    "tonnes tons tonne ton 吨": "t tn mt ton tons tonne tonnes 吨",
    "pounds lbs": "lb lbs pounds",
    "kilometres kilometers km 公里": "km 公里 千米",
    "miles": "mi miles",
    "metres meters 米": "m 米",
    "centimetres centimeters 厘米": "cm 厘米",
    "millimetres millimeters 毫米": "mm 毫米",
    "litres liters 升": "l 升 ml",
    "dollars bucks 美元": "usd dollars dollar",
    "euros 欧元": "eur euros euro",
    "quid": "gbp",
    "yuan 元 块钱 万元": "元 万元 亿元 cny rmb yuan",
    "degrees 度": "c f k celsius fahrenheit temp",
    "kwh kilowatthours megawatthours watthours 千瓦时 度电": "kwh mwh wh",
    "kilowatts kw 千瓦": "kw mw",
    "percent 百分之": "pct percent",
    "points 分": "points pts",
    "seconds 秒": "sec secs seconds s 秒",
    "minutes mins 分钟": "min mins minutes minute 分钟",
    "hours hrs 小时": "h hr hrs hours hour 小时",
    "days nights 天": "day days nights 天 天数",
    "weeks 周": "wk wks weeks week 周",
    "months 月": "mo mos months month 月",
    "years 年": "yr yrs years year 年",
}
"""Words for units in sentences, and how names of columns write them."""
_HOW_MANY = re.compile(
    r"\b(?:how many|number of) (?P<unit>(?:kilo|mega)?watt[- ]?hours|[a-z]{2,12})\b|"
    r"(?:多少|几)个?(?P<zh>公斤|千克|克|吨|公里|厘米|毫米|米|升|美元|欧元|千瓦时|千瓦|度电|万元|块钱|"
    r"元|秒|分钟|小时|天)",
    re.ASCII,
)
_JOINT = re.compile(r"[- ]")
_ASKING = frozenset(map(stem, ("how", "many", "number", "count", "多少", "几", "多少个")))


def columns_in_unit(low: str, schema: Schema) -> list[Column]:
    """Return the quantities in the unit of which it is asked how many.

    Args:
        low: The open words, lower case.
        schema: The table's columns.
    """
    numeric = [c for c in schema.columns if c.numeric and not c.identifies]
    for match in _HOW_MANY.finditer(low):
        if units := _written(_JOINT.sub("", match["unit"] or match["zh"])):
            return [column for column in numeric if _is_in(column, units)]
    return []


def _is_in(column: Column, units: frozenset[str]) -> bool:
    """Tell whether a name ends in a unit; Chinese names run it together with the rest."""
    han = tuple(unit for unit in units if not unit.isascii())
    glued = bool(han) and column.name.endswith(han) and column.name not in units
    return glued or bool(units & {p.stem for p in (*column.parts[1:], *column.unit)})


def in_other_units(text: Text, schema: Schema, named: Collection[str]) -> list[str]:
    """Return the quantities that are not in the unit asked for, where some column is.

    A column of whose name a word is said stays: hours may be asked for of a column in minutes.

    Args:
        text: The instruction, with the ranges of constraints marked as used.
        schema: The table's columns.
        named: Columns named outright, which are always meant.
    """
    wanted = columns_in_unit(text.open_part, schema)
    if not wanted:
        return []
    units = frozenset().union(*(_written(word) for words in _UNITS for word in words.split()))
    words = [t.stem for t in text.tokens if not text.is_used(t.start)]
    told = [word for word in words if word not in units | _ASKING]
    spoken_of = {anchor.column.name for anchor in collocations(text, schema)}
    return [
        column.name
        for column in schema.columns
        if column.numeric
        and column not in wanted
        and column.name not in {*named, *spoken_of}
        and not any(part.says(word) for part in column.core for word in told)
    ]


def _written(unit: str) -> frozenset[str]:
    """Return how names of columns write a unit; nothing for a word that is none."""
    told = next((names for words, names in _UNITS.items() if unit in words.split()), "")
    return frozenset(map(stem, told.split()))
