"""Which wording of the instructions is used: a bandit on verified outcomes.

Thompson sampling (Thompson 1933) over a few fixed wordings: each has a Beta posterior of ending
verified, a sample is drawn from each and the best one is used. The draws come from a seed, so a
run that is resumed composes the same prompt.
"""

from __future__ import annotations

import random
from collections.abc import Mapping

VARIANTS: dict[str, str] = {
    "plain": """You solve a problem as a chain of small steps. You propose one step at a time; \
verifiers check it before it counts. A refuted step comes back with the reason.""",
    "formal": """You solve a problem as a chain of small steps. Make each claim exact and \
checkable by a program: an equation, a value, a query, a quotation. Verifiers check each step \
before it counts; a refuted step comes back with the reason.""",
    "careful": """You solve a problem as a chain of small steps. Before you propose a step, \
recompute it and look at what was refuted already. Verifiers check each step before it counts.""",
}
"""Name to wording; names are kept with the outcomes, so a wording that changes needs a new one."""

Tally = tuple[float, float]
"""Times it ended verified, and times it did not."""


def choose(tallies: Mapping[str, Tally], seed: int) -> str:
    """Return the name of the variant to use.

    Args:
        tallies: Outcomes by variant; one that is missing was never tried.
        seed: Decides the draws.
    """
    draw = random.Random(seed)  # noqa: S311 - no secret is made
    sampled = {
        name: draw.betavariate(1 + tallies.get(name, (0, 0))[0], 1 + tallies.get(name, (0, 0))[1])
        for name in VARIANTS
    }
    return max(sampled, key=lambda name: sampled[name])
