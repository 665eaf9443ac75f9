"""What counts as good: metrics and the values they must reach, costs, weights, a rating."""

from __future__ import annotations

import re

from autoglm_agent.planner.costs import find_costs
from autoglm_agent.planner.feedback import words as say
from autoglm_agent.planner.feedback.talk import Talk
from autoglm_agent.planner.metric_words import REGRESSION, find_metric

HEAVIER = 3.0
"""How much more a mistake counts that "matters more", if the words give no number."""


_NOT_GIVEN = re.compile(r"(?:\b(?:cannot|not|never|won't|no way to)|can't|n't)\s(?:\w+ )?\Z")


def read_metric(talk: Talk) -> None:
    """Read the measure that models are judged by."""
    taken = [(m.start, m.end) for m in talk.mentions] + list(talk.text.used)
    if (
        talk.first(say.MATTERS)
        and sum(1 for _, pattern in say.WEIGHTS if pattern.search(talk.text.low)) > 1
    ):
        return
    metric = find_metric(talk.text, taken, costs=True)
    if metric is not None and not any(edit.kind == "set_metric" for edit in talk.edits):
        talk.add("set_metric", f"judge models by {metric.value}", metric.start, metric.end,
                 metric=metric.value)  # fmt: skip


def read_forecast_metric(talk: Talk) -> None:
    """Read the measure of a forecast before "mean" and "per" are read as something else."""
    if talk.forecasts:
        taken = [(m.start, m.end) for m in talk.mentions] + list(talk.text.used)
        metric = find_metric(talk.text, taken, costs=True)
        if metric is not None and metric.value in REGRESSION:
            read_metric(talk)


def read_costs(talk: Talk) -> None:
    """Read what a miss and a false alarm cost, or which of them is the worse one."""
    costs = find_costs(talk.text)
    if costs is not None and not talk.text.is_used(costs.start):
        talk.add("set_costs", f"a miss costs {costs.fn:g}, a false alarm {costs.fp:g}",
                 costs.start, costs.end, costs={"fn": costs.fn, "fp": costs.fp})  # fmt: skip
        return
    alarms, misses = talk.first(say.FALSE_ALARMS), talk.first(say.MISSES)
    if (alarms is None and misses is None) or _is_held(talk, alarms or misses):
        return
    worse = alarms or misses
    assert worse is not None
    if alarms and misses:  # "I would rather miss some than have false alarms"
        worse = _worse(talk, alarms, misses)
    heavier = "fp" if worse is alarms else "fn"
    lighter = "fn" if heavier == "fp" else "fp"
    word = {"fp": "false alarm", "fn": "miss"}
    talk.add(
        "set_costs", f"a {word[heavier]} costs {HEAVIER:g} times a {word[lighter]}", *worse.span(),
        assumed=f"{HEAVIER:g} times, as no number was said",
        costs={heavier: HEAVIER, lighter: 1.0},
    )  # fmt: skip
    for other in (alarms, misses):
        if other is not None:
            talk.text.use(*other.span())


def _is_held(talk: Talk, match: re.Match[str] | None) -> bool:
    """Tell whether what is complained of is given a floor in the same sentence."""
    start, end = talk.text.sentence(match.start()) if match else (0, 0)
    sentence = talk.text.span(start, end)
    floors = ("hold_recall", "hold_precision")
    return any(edit.kind in floors and edit.words in sentence for edit in talk.edits)


def _worse(talk: Talk, alarms: re.Match[str], misses: re.Match[str]) -> re.Match[str]:
    """Return which of two mistakes is the worse one, where both are named."""
    first, second = sorted((alarms, misses), key=lambda match: match.start())
    between = talk.text.low[first.end() : second.start()]
    before = talk.text.low[: first.start()]
    if re.search(r"rather|宁可|宁愿|prefer", before) or re.search(
        r"less|not as|better than|acceptable|fine|没那么|不如|好过|可以接受", between
    ):
        return second
    return first


def read_weights(talk: Talk) -> None:
    """Read which goal matters more than the others: speed, memory, the measure."""
    if _read_trade(talk):
        return
    match = talk.first(say.MATTERS)
    if match is None:
        return
    start, end = talk.text.sentence(match.start())
    sentence = talk.text.low[start:end]
    places = sorted(
        (found.start(), name)
        for name, pattern in say.WEIGHTS
        if (found := pattern.search(sentence))
    )
    if not places or (len(places) == 1 and "care" in match.group() and _names_metric(talk)):
        return
    less = re.search(r"\bless\b|不如|没有", sentence)
    _weigh(talk, places[-1][1] if less and len(places) > 1 else places[0][1], start, end)


def _read_trade(talk: Talk) -> bool:
    """Read "a bit of accuracy in exchange for speed" and "I do not mind how slow it is"."""
    given = talk.first(say.GIVEN_UP)
    if given is None:
        return False
    start, end = talk.text.sentence(given.start())
    if _NOT_GIVEN.search(talk.text.low[start : given.start()]):
        return False  # "we cannot put up with slow answers"
    after, before = talk.text.low[given.end() : end], talk.text.low[start : given.start()]
    lost = [(found.start(), name) for name, p in say.WORTH if (found := p.search(after))]
    if not lost:
        return False
    first = min(lost)[1]
    others = [name for _, name in sorted(lost) if name != first]
    others = [name for name in others if (name == "quality") != (first == "quality")]
    wanted = [name for name, p in say.WORTH if p.search(before) and name != first] + others
    if not wanted and first != "quality" and say.MATTERS.search(talk.text.low):
        wanted = ["quality"]
    if not wanted:
        return False
    _weigh(talk, wanted[0], start, end)
    return True


def _weigh(talk: Talk, goal: str, start: int, end: int) -> None:
    talk.add("set_weights", f"{goal} weighs twice as much", start, end,
             assumed="twice, as no number was said", weights={goal: 2.0})  # fmt: skip


def _names_metric(talk: Talk) -> bool:
    """Tell "I care more about precision", a metric, from "about speed"."""
    return find_metric(talk.text, list(talk.text.used), costs=True) is not None


def read_rating(talk: Talk) -> None:
    """Read how well the user likes the result, from 1 to 5."""
    told = list(talk.matches(say.RATING))
    starred = [m for m in told if m["n"] or m["z"]]  # "not bad, four stars"
    if not told or (talk.edits and not starred):
        return
    match = (starred or told)[0]
    digit = match["n"] or match["z"]
    value = say.DIGITS.get(digit, 0) if digit else 0
    value = value or (5 if match["good"] else 4 if match["fair"] else 1)
    negated = re.search(r"\bnot\b|不", talk.text.low[max(0, match.start() - 6) : match.start()])
    if negated and match["good"]:
        value = 2
    talk.add("rate", f"rate the result {value} of 5", *match.span(), rating=value)
