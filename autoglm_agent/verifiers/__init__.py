"""Verifiers: from a step, and the chain it would join, to verdicts with evidence.

Sound ones refute alone: schema, arithmetic, algebra, state simulators, code, tables,
constraints, units, quotes. Soft ones vote: entailment, agreement, judge. Each loads what it
needs when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from autoglm_agent.verifiers.protocol import Verifier, expected_cost, in_order, judge_step

if TYPE_CHECKING:
    from autoglm_agent.verifiers.agreement import Agreement
    from autoglm_agent.verifiers.algebra import Algebra
    from autoglm_agent.verifiers.arithmetic import Arithmetic
    from autoglm_agent.verifiers.code import CodeTests, GeneratedTests
    from autoglm_agent.verifiers.combine import AllOf, AnyOf, all_of, any_of
    from autoglm_agent.verifiers.constraints import (
        Choice,
        Constraint,
        Dates,
        ExactMatch,
        Lines,
        Matches,
        NumberRange,
    )
    from autoglm_agent.verifiers.entailment import Entailment
    from autoglm_agent.verifiers.judge import Judge
    from autoglm_agent.verifiers.quotes import Quotes
    from autoglm_agent.verifiers.schema import Schema
    from autoglm_agent.verifiers.simulators import Refuted, StateSimulator
    from autoglm_agent.verifiers.tables import Tables
    from autoglm_agent.verifiers.units import Units

_HOMES = {
    "Agreement": "agreement",
    "Algebra": "algebra",
    "AllOf": "combine",
    "AnyOf": "combine",
    "Arithmetic": "arithmetic",
    "Choice": "constraints",
    "CodeTests": "code",
    "Constraint": "constraints",
    "Dates": "constraints",
    "Entailment": "entailment",
    "ExactMatch": "constraints",
    "GeneratedTests": "code",
    "Judge": "judge",
    "Lines": "constraints",
    "Matches": "constraints",
    "NumberRange": "constraints",
    "Quotes": "quotes",
    "Refuted": "simulators",
    "Schema": "schema",
    "StateSimulator": "simulators",
    "Tables": "tables",
    "Units": "units",
    "all_of": "combine",
    "any_of": "combine",
}

__all__ = [
    "Agreement",
    "Algebra",
    "AllOf",
    "AnyOf",
    "Arithmetic",
    "Choice",
    "CodeTests",
    "Constraint",
    "Dates",
    "Entailment",
    "ExactMatch",
    "GeneratedTests",
    "Judge",
    "Lines",
    "Matches",
    "NumberRange",
    "Quotes",
    "Refuted",
    "Schema",
    "StateSimulator",
    "Tables",
    "Units",
    "Verifier",
    "all_of",
    "any_of",
    "expected_cost",
    "in_order",
    "judge_step",
]


def __getattr__(name: str) -> Any:
    """Load a verifier's module when its name is first used."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
