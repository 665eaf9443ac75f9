"""What the unit at the end of a column's name says is measured: `film_um`, `ac_kw`, `wind_ms`."""

_QUANTITIES = {
    "power": "w kw mw kwp wp hp kva",
    "energy consumption": "wh kwh mwh",
    "weight mass 重量": "千克 公斤 吨 g kg t lb lbs oz ton tons tonne tonnes",
    "distance length 距离 里程": "公里 千米 m km mi ft yd cm inch inches",
    "time duration 时间 时长": "秒 分钟 小时 天 s sec secs min mins h hr hrs ms",
    "temperature": "c f k degc degf celsius fahrenheit",
    "pressure": "bar mbar pa kpa mpa psi torr mmhg",
    "volume": "l ml dm3 m3 cm3",
    "speed": "kmh kph mph ms rpm",
    "amount cost price": "eur usd gbp cny inr dollars euros pounds yuan rmb 元 万元",
    "share percentage rate": "pct percent",
    "thickness": "um nm",
    "area": "m2 sqm sqft ha acre acres",
    "voltage": "v kv mv",
    "frequency": "hz khz mhz ghz",
    "concentration": "ppm ppb mgdl mmol",
    "hardness": "hv hrc",
}


def _by_unit() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for words, units in _QUANTITIES.items():
        for unit in units.split():
            found[unit] = (*found.get(unit, ()), *words.split())
    return found


QUANTITIES = _by_unit()
"""Words for what each unit measures; a unit may stand for two."""
