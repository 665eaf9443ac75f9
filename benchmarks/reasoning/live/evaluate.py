"""Measure, on held-out problems, what verified steps are worth to a model that errs.

    python -m benchmarks.reasoning.live.evaluate --problems 200

All methods face the same problems and the same weights. Those that sample whole solutions draw
them from one common pool, so that they are compared on the same luck.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import NormalDist, mean

from langchain_core.messages import HumanMessage

from autoglm_agent.chat import LocalChatModel
from benchmarks.reasoning.live.problems import Problem, distinct
from benchmarks.reasoning.live.solve import solve
from benchmarks.reasoning.live.train import Recipe, cache_folder, trained
from benchmarks.reasoning.live.verifier import stated_answer, verified_answer

POOL = 16
"""Whole solutions sampled for each problem."""
HELD_OUT_SEED = 10_000


@dataclass(frozen=True)
class Draw:
    """One whole solution from the pool: what it states, what is verified, what it cost."""

    stated: int | None
    verified: int | None
    tokens: int


@dataclass(frozen=True)
class Row:
    """A method's result over all problems.

    Attributes:
        method: Its name.
        accuracy: Share of problems with the right answer.
        low: Lower end of Wilson's 95 % interval.
        high: Upper end.
        wrong: Share of problems with a wrong answer; the rest was left unanswered.
        tokens: Generated tokens a problem.
    """

    method: str
    accuracy: float
    low: float
    high: float
    wrong: float
    tokens: float


def row(method: str, right: Sequence[bool], answered: Sequence[bool], tokens: float) -> Row:
    """Return the summary of one outcome a problem."""
    n, share = len(right), mean(right)
    z = NormalDist().inv_cdf(0.975)
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    wrong = mean(a and not r for a, r in zip(answered, right, strict=True))
    return Row(method, share, max(0.0, centre - half), min(1.0, centre + half), wrong, tokens)


def sample_pool(model: LocalChatModel, problems: Sequence[Problem]) -> list[list[Draw]]:
    """Return `POOL` whole solutions of each problem."""
    pool = []
    for number, problem in enumerate(problems):
        result = model.generate([[HumanMessage(problem.text)]], n=POOL, seed=number)
        pool.append(
            [
                Draw(
                    stated_answer(one.text),
                    verified_answer(problem.text, one.text),
                    one.message.usage_metadata["output_tokens"],
                )
                for one in result.generations[0]
            ]
        )
    return pool


def pass_at_one(problems: Sequence[Problem], pool: Sequence[Sequence[Draw]]) -> Row:
    """Score the first sample of each problem; the accuracy is the mean over the whole pool."""
    first = [draws[0].stated == p.answer for p, draws in zip(problems, pool, strict=True)]
    one = row("pass@1", first, [True] * len(first), mean(d.tokens for ds in pool for d in ds))
    every = [d.stated == p.answer for p, ds in zip(problems, pool, strict=True) for d in ds]
    return Row(**(asdict(one) | {"accuracy": mean(every), "wrong": 1 - mean(every)}))


def majority(problems: Sequence[Problem], pool: Sequence[Sequence[Draw]], n: int) -> Row:
    """Take the answer that most of n samples state; the first of equals."""
    chosen = [Counter(d.stated for d in draws[:n]).most_common(1)[0][0] for draws in pool]
    return _scored(f"majority@{n}", problems, chosen, [_cost(draws[:n]) for draws in pool])


def best_of(problems: Sequence[Problem], pool: Sequence[Sequence[Draw]], n: int) -> Row:
    """Take the first of n samples of which every step is verified."""
    chosen = [next((d.verified for d in ds[:n] if d.verified is not None), None) for ds in pool]
    return _scored(f"best-of-{n}", problems, chosen, [_cost(draws[:n]) for draws in pool])


def regenerate(problems: Sequence[Problem], pool: Sequence[Sequence[Draw]]) -> Row:
    """Write the whole solution again until every step is verified, `POOL` times at most."""
    chosen, costs = [], []
    for draws in pool:
        tried = next((i for i, d in enumerate(draws, 1) if d.verified is not None), POOL)
        chosen.append(draws[tried - 1].verified)
        costs.append(_cost(draws[:tried]))
    return _scored(f"regenerate, at most {POOL}", problems, chosen, costs)


def _cost(draws: Sequence[Draw]) -> int:
    return sum(draw.tokens for draw in draws)


def _scored(
    method: str,
    problems: Sequence[Problem],
    chosen: Sequence[int | None],
    costs: Sequence[int],
) -> Row:
    right = [answer == p.answer for answer, p in zip(chosen, problems, strict=True)]
    return row(method, right, [answer is not None for answer in chosen], mean(costs))


def evaluate(model: LocalChatModel, problems: Sequence[Problem]) -> list[Row]:
    """Return the results of all methods."""
    greedy = [model.invoke(p.text, temperature=0) for p in problems]
    chosen = [stated_answer(reply.text) for reply in greedy]
    spent = [r.usage_metadata["output_tokens"] for r in greedy if r.usage_metadata]
    rows = [_scored("greedy", problems, chosen, spent)]
    pool = sample_pool(model, problems)
    rows.append(pass_at_one(problems, pool))
    rows += [majority(problems, pool, n) for n in (5, POOL)]
    rows += [best_of(problems, pool, n) for n in (2, 4, 8, POOL)]
    rows.append(regenerate(problems, pool))
    solved = [solve(problem.text, model, seed) for seed, problem in enumerate(problems)]
    costs = [s.tokens for s in solved]
    rows.append(_scored("verified steps", problems, [s.answer for s in solved], costs))
    return rows


def main() -> None:
    """Train the model if need be, evaluate, print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--problems", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--cache", type=Path, default=cache_folder())
    parser.add_argument("--json", type=Path, help="where to write the rows as JSON")
    given = parser.parse_args()
    recipe = Recipe(seed=given.seed)
    folder = trained(recipe, given.cache)
    started = time.process_time()
    model = LocalChatModel(model=str(folder), temperature=1.0, max_tokens=120)
    rows = evaluate(model, distinct(HELD_OUT_SEED + given.seed, recipe.steps, given.problems))
    told = json.loads((folder / "training.json").read_text())
    print(
        f"{given.problems} held-out problems of {recipe.steps} steps; a step is right with "
        f"{told['step_chance']:.3f}; trained in {told['cpu_seconds']:.0f} s of CPU, "
        f"evaluated in {time.process_time() - started:.0f} s"
    )
    print(f"{'method':<26}{'right':>7}{'95 % interval':>16}{'wrong':>8}{'tokens':>9}")
    for r in rows:
        interval = f"{r.low:.3f}-{r.high:.3f}"
        print(f"{r.method:<26}{r.accuracy:>7.3f}{interval:>16}{r.wrong:>8.3f}{r.tokens:>9.1f}")
    if given.json:
        given.json.write_text(json.dumps({"training": told, "rows": [asdict(r) for r in rows]}))


if __name__ == "__main__":
    main()
