"""Units and dimensions: a quantity has the unit asked for, and conversions are right."""

from __future__ import annotations

import math
import re
import threading
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import Any

from autoglm_agent.errors import InputError
from autoglm_agent.verifiers.constraints import Constraint
from autoglm_agent.verifiers.equality import shows
from autoglm_agent.verifiers.evaluation import evaluate
from autoglm_agent.verifiers.expressions import ExpressionError, Number, parse

_LOCK = threading.Lock()
_QUANTITY = re.compile(
    r"(?<![\w.,])(?P<number>-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:[eE][+-]?\d{1,2})?)\s?"
    r"(?P<unit>°?[^\W\d_][\w°µΩ]{0,20}(?:\s?[/*^]\s?[\w]{1,20}){0,4})"
)
_EQUALS = re.compile(r"\s*(?:=|is|equals|are)\s*$")


class Units(Constraint):
    """Refute a quantity of the wrong dimension, and a conversion that is wrong.

    Every "5 km = 5000 m" in the claim is checked; a printed decimal may be rounded at its last
    digit.

    Args:
        unit: Unit whose dimension the claim's only quantity must have, for example `m/s`; None
            checks the conversions alone.
        **options: See `Constraint`.

    Raises:
        InputError: If `unit` is no unit.
    """

    check = "units"
    constraint = "Quantities must have fitting units."
    title = "Units and dimensions are right"
    cost = 1.5e-3

    def __init__(self, unit: str | None = None, **options: Any) -> None:
        super().__init__(**options)
        self._unit = unit
        if unit is not None and _unit(unit) is None:
            raise InputError(f"{unit!r} is no unit.", "Give one such as 'm/s' or 'kilogram'.")

    def judge(self, text: str) -> tuple[str, str]:
        """Judge the conversions, then the dimension."""
        found = [(m, _unit(m["unit"])) for m in list(_QUANTITY.finditer(text))[:50]]
        known = [(match, unit) for match, unit in found if unit is not None]
        converted = 0
        for (left, unit), (right, other) in pairwise(known):
            if not _EQUALS.fullmatch(text[left.end() : right.start()]):
                continue
            converted += 1
            fault = _conversion(left, unit, right, other)
            if fault:
                return "fail", fault
        if self._unit is None:
            return ("pass", "") if converted else ("unknown", "The claim converts no unit.")
        if not known:
            return "unknown", "The claim has no quantity with a unit."
        match, unit = known[-1]
        wanted = _unit(self._unit)
        if wanted is not None and unit.dimensionality != wanted.dimensionality:
            told = f"{unit.dimensionality}, not {wanted.dimensionality}"
            return "fail", f'"{match.group()}" has the dimension {told}.'
        return "pass", ""


def _conversion(left: re.Match[str], unit: Any, right: re.Match[str], other: Any) -> str:
    """Return what is wrong with "left = right", or nothing."""
    if unit.dimensionality != other.dimensionality:
        return f'"{left.group()}" and "{right.group()}" have different dimensions.'
    try:
        number, claimed = parse(left["number"]), parse(right["number"])
        with _LOCK:
            value = _registry().Quantity(float(evaluate(number)), unit).to(other).magnitude
        said = float(evaluate(claimed))
    except (ExpressionError, OverflowError):
        return ""
    if math.isclose(value, said, rel_tol=1e-9, abs_tol=1e-12):
        return ""
    if shows(evaluate(claimed), Fraction(value), _digit(claimed)):
        return ""
    # What the rounding of the left side can explain is no fault.
    share = float(_digit(number)) / 2 / max(abs(float(evaluate(number))), 1e-9)
    if abs(value - said) <= abs(value) * share:
        return ""
    return f'"{left.group()}" is {value:.6g} {right["unit"]}, not {right["number"]}.'


def _digit(number: Any) -> Fraction:
    places = number.places if isinstance(number, Number) else None
    return Fraction(1, 10**places) if places else Fraction(0)


def _unit(text: str) -> Any:
    """Return pint's unit for a text, None where it has none.

    Only names and the signs `* / ^` reach pint.
    """
    import pint

    if not re.fullmatch(r"[\w°µΩ\s/*^]{1,60}", text):
        return None
    with _LOCK:
        try:
            return _registry().Unit(text.replace("^", "**"))
        except (pint.PintError, ValueError, TypeError, AttributeError, SyntaxError):
            return None
        except Exception as error:  # noqa: BLE001 - pint's tokenizer raises its own kinds
            del error
            return None


@lru_cache(maxsize=1)
def _registry() -> Any:
    import pint

    return pint.UnitRegistry(cache_folder=None)
