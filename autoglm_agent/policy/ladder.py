"""How the next candidate is asked for, after so many refusals.

An identical question brings back the same answers: of five samples about two are distinct. Each
rung changes what the model is likely to say: first the refuted candidates are excluded, then
several distinct ones are asked for in one call, then the examples or the form of the question
change, then the temperature or the model, and at last the step before is given up.
"""

from __future__ import annotations

import math

from autoglm_agent.policy.search import Depth, Rung

LADDER: tuple[tuple[int, Rung], ...] = ((7, "switch"), (4, "reformulate"), (2, "distinct"))
"""From how many refusals in a row each rung is taken; one that was refused before counts twice."""
MOST_DISTINCT = 8
HARDEST = 0.3
"""Share of acceptances at a hard position; even it has at least one in `patience` draws."""


def rung(depth: Depth) -> Rung:
    """Return the rung for a position."""
    trouble = depth.rejects + depth.repeats
    return next((step for least, step in LADDER if trouble >= least), "same")


def distinct(depth: Depth) -> int:
    """Return how many distinct candidates the next call should ask for.

    One at first, and more with each refusal (progressive widening; Coulom, "Computing Elo
    Ratings of Move Patterns in the Game of Go", 2007).
    """
    return 1 if depth.rejects < 2 else min(MOST_DISTINCT, 1 + depth.rejects)


def patience(accept: float) -> int:
    """Return after how many refusals in a row a position is given up without other evidence.

    So many would follow each other by chance only once in a hundred.

    Args:
        accept: Probability that a candidate is accepted after a right chain.
    """
    share = max(0.05, min(HARDEST, accept))
    return math.ceil(math.log(0.01) / math.log(1 - share))
