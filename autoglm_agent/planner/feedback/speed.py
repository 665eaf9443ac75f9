"""How fast a prediction must come, and how long the training may take."""

from __future__ import annotations

import re

from autoglm_agent.planner.durations import find_durations
from autoglm_agent.planner.feedback import words as say
from autoglm_agent.planner.feedback.talk import Talk
from autoglm_agent.planner.slots import Found
from autoglm_agent.planner.text import Text, read_text

FASTER = 0.5
"""Share of the present latency that "too slow" asks for, if the words give no number."""
_IS_ENOUGH = re.compile(
    r"\b(?:is|are|will be|would be|should be|'s) (?:really |more than |quite )?(?:plenty|enough|"
    r"fine|ok(?:ay)?|sufficient|all (?:i|we) (?:need|have))\b|就?(?:足够|够了|就行|就好|够用)",
    re.ASCII,
)
"""What follows the time that is wished for, where another is complained of."""
_IS_TOO_LONG = re.compile(
    r"\b(?:is|are|was|were) (?:way |far |much |a bit |really )?(?:too (?:long|much|slow)|"
    r"ridiculous|excessive|overkill)\b|(?:太|有点|过于)(?:长|久|慢|多)了?",
    re.ASCII,
)
"""What follows the time that is complained of."""
_IS = re.compile(
    r"\W*(?:models? )?(?:is|are|was|were|都|也)?\s?(?:much |way |far )?(?:too |so |very |太|很)?"
)
"""What stands between models and what is said of them."""


def read_speed(talk: Talk) -> None:
    """Read limits for a prediction and for the training, told or only wished."""
    budget, latency = _durations(talk.text)
    if latency is not None:
        talk.add("limit_latency", f"predict a row within {latency.value:g} ms", latency.start,
                 latency.end, max_latency_ms=latency.value)  # fmt: skip
    training = talk.first(say.SLOW_TRAINING)
    longer = talk.first(say.LONGER)
    if budget is not None:
        talk.add("set_budget", f"train for {budget.value:g} s", budget.start, budget.end,
                 time_budget_s=budget.value)  # fmt: skip
        for match in filter(None, (training, longer)):
            talk.text.use(*match.span())
    elif training or longer:
        chosen = training or longer
        assert chosen is not None
        wanted = (talk.seconds or 30.0) * (0.5 if training else 3.0)
        talk.add("set_budget", f"train for {wanted:.3g} s", *chosen.span(),
                 assumed="half of the time" if training else "three times as long",
                 time_budget_s=round(wanted, 3))  # fmt: skip
    slow = talk.first(say.SLOW)
    if slow and not (latency or budget or training or _of_models(talk, slow.start())):
        wanted = round((talk.latency_ms or 10.0) * FASTER, 3)
        talk.add("limit_latency", f"predict a row within {wanted:g} ms", *slow.span(),
                 assumed="half of the present time" if talk.latency_ms else "5 ms",
                 max_latency_ms=wanted)  # fmt: skip


def _of_models(talk: Talk, place: int) -> bool:
    """Tell "random forests are too slow, drop them", where kinds of models are, not predictions."""
    before = max((end for _, end in talk.text.used if end <= place), default=None)
    told = before is not None and any(edit.kind == "exclude_families" for edit in talk.edits)
    return told and bool(_IS.fullmatch(talk.text.low[before:place]))


def _durations(text: Text) -> tuple[Found[float] | None, Found[float] | None]:
    """Return the wished time for the training and for a prediction, not one complained of."""
    for pattern, lead in ((_IS_ENOUGH, "within "), (_IS_TOO_LONG, "")):
        match = pattern.search(text.low)
        if match is None:
            continue
        start, end = text.clause(match.start())
        told = text.norm[start : match.start()] if lead else text.norm[end:]
        budget, latency = find_durations(read_text(f"{lead}{told}"))
        if budget is not None or latency is not None:
            place = (start, end) if lead else (start, len(text.norm))
            return _at(budget, *place), _at(latency, *place)
    return find_durations(text)


def _at(found: Found[float] | None, start: int, end: int) -> Found[float] | None:
    return None if found is None else Found(found.value, start, end, found.confidence)
