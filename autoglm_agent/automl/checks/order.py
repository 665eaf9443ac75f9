"""V14: the place of a row in the file should not tell its target.

A file sorted by its target, or collected class after class, makes every row number and every
running id a leak, and a split without shuffling a trap. Only the row number is looked at: the mean
of the target among a row's neighbours in the file.
"""

from __future__ import annotations

import numpy as np

from autoglm_agent.automl.checks.context import CheckContext, NotApplicableError
from autoglm_agent.automl.checks.registry import Check
from autoglm_agent.automl.checks.skills import auc_skill
from autoglm_agent.automl.scoring.problem import Problem
from autoglm_agent.chain import Verdict

BLOCKS = 20
MOST_ROWS = 5_000


def check_order(context: CheckContext) -> Verdict:
    """V14: told when the row number alone predicts the target."""
    prepared, limits = context.need_target(), context.thresholds
    if prepared.plan.kind == "time":
        raise NotApplicableError("The rows are divided by time, so their order is used.")
    order = np.argsort(prepared.rows, kind="stable")
    if len(order) < 3 * BLOCKS:
        raise NotApplicableError(f"{len(order)} rows are too few to tell an order.")
    if len(order) > MOST_ROWS:
        order = order[np.linspace(0, len(order) - 1, MOST_ROWS).astype(np.int64)]
    y = prepared.y[order]
    skill = _skill(y, prepared.problem)
    rng = np.random.default_rng([context.seed, 14])
    p = 1.0
    if skill >= limits.order_skill:
        chance = [_skill(rng.permutation(y), prepared.problem) for _ in range(limits.permutations)]
        p = (1 + sum(value >= skill for value in chance)) / (1 + len(chance))
    ordered = skill >= limits.order_skill and p <= limits.order_p
    fact = "The place of a row in the file tells nothing of the target."
    if ordered:
        fact = f"The rows are ordered: the row number alone reaches a skill of {skill:.2f} "
        fact += f"(p = {p:.3f}). The split here is shuffled; running numbers must stay out."
    return Verdict(
        check="V14",
        status="warn" if ordered else "pass",
        fact=fact,
        statistic=round(skill, 4),
        threshold=limits.order_skill,
        n=len(y),
        evidence={"p": round(p, 4), "blocks": BLOCKS},
        blame="prepare_data" if ordered else None,
    )


def _skill(y: np.ndarray, problem: Problem) -> float:
    """Skill of the mean of a row's neighbours."""
    block = np.arange(len(y)) * BLOCKS // len(y)
    truth = np.eye(problem.width)[y] if problem.is_classification else y[:, None].astype(float)
    # Leaving a row out of its own mean would tie the guess to its truth with the wrong sign, so
    # every other row of a block is guessed from the rest.
    half = np.arange(len(y)) % 2
    guess = np.empty_like(truth)
    for side in (0, 1):
        other = half != side
        sums = np.stack([np.bincount(block[other], c[other], BLOCKS) for c in truth.T], axis=1)
        counts = np.maximum(np.bincount(block[other], minlength=BLOCKS), 1)
        guess[half == side] = (sums / counts[:, None])[block[half == side]]
    if problem.is_classification:
        return max(0.0, auc_skill(y, guess, problem))
    spread = float(((truth - truth.mean()) ** 2).sum())
    return max(0.0, 1.0 - float(((truth - guess) ** 2).sum()) / spread) if spread > 0 else 0.0


CHECKS = (Check("V14", "Order of the rows", "data", check_order, 0.3, worth=2, forecasts=False),)
