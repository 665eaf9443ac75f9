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
from dataclasses import asdict, dataclass, replace
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
    """One whole solution from the pool: its answer, the verified one, tokens written and read."""

    stated: int | None
    verified: int | None
    tokens: int
    read: int


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
        read: Prompt tokens a problem; samples of one prompt read it once.
    """

    method: str
    accuracy: float
    low: float
    high: float
    wrong: float
    tokens: float
    read: float


def row(
    method: str,
    problems: Sequence[Problem],
    chosen: Sequence[int | None],
    tokens: Sequence[int],
    read: Sequence[int],
) -> Row:
    """Return the summary of one answer a problem; None is no answer."""
    right = [answer == p.answer for answer, p in zip(chosen, problems, strict=True)]
    answered = [answer is not None for answer in chosen]
    low, high = wilson(sum(right), len(right))
    wrong = mean(a and not r for a, r in zip(answered, right, strict=True))
    return Row(method, mean(right), low, high, wrong, mean(tokens), mean(read))


def wilson(hits: int, n: int) -> tuple[float, float]:
    """Return Wilson's 95 % interval of a share."""
    z, share = NormalDist().inv_cdf(0.975), hits / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return max(0.0, centre - half), min(1.0, centre + half)


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
                    one.message.usage_metadata["input_tokens"],
                )
                for one in result.generations[0]
            ]
        )
    return pool


def pass_at_one(problems: Sequence[Problem], pool: Sequence[Sequence[Draw]]) -> Row:
    """Score every sample of the pool on its own; the interval is that of one sample each."""
    every = [d for draws in pool for d in draws]
    owners = [p for p, draws in zip(problems, pool, strict=True) for _ in draws]
    stated, tokens = [d.stated for d in every], [d.tokens for d in every]
    whole = row("pass@1", owners, stated, tokens, [d.read for d in every])
    low, high = wilson(round(whole.accuracy * len(problems)), len(problems))
    return replace(whole, low=low, high=high)


def majority(problems: Sequence[Problem], pool: Sequence[Sequence[Draw]], n: int) -> Row:
    """Take the answer that most of n samples state; the first of equals."""
    chosen = [Counter(d.stated for d in draws[:n]).most_common(1)[0][0] for draws in pool]
    read = [draws[0].read for draws in pool]
    return row(f"majority@{n}", problems, chosen, [_cost(ds[:n]) for ds in pool], read)


def best_of(problems: Sequence[Problem], pool: Sequence[Sequence[Draw]], n: int) -> Row:
    """Take the first of n samples of which every step is verified."""
    chosen = [next((d.verified for d in ds[:n] if d.verified is not None), None) for ds in pool]
    read = [draws[0].read for draws in pool]
    return row(f"best-of-{n}", problems, chosen, [_cost(ds[:n]) for ds in pool], read)


def regenerate(problems: Sequence[Problem], pool: Sequence[Sequence[Draw]]) -> Row:
    """Write the whole solution again until every step is verified, `POOL` times at most."""
    chosen, costs, read = [], [], []
    for draws in pool:
        tried = next((i for i, d in enumerate(draws, 1) if d.verified is not None), POOL)
        chosen.append(draws[tried - 1].verified)
        costs.append(_cost(draws[:tried]))
        read.append(tried * draws[0].read)
    return row(f"regenerate, at most {POOL}", problems, chosen, costs, read)


def _cost(draws: Sequence[Draw]) -> int:
    return sum(draw.tokens for draw in draws)


def evaluate(model: LocalChatModel, problems: Sequence[Problem]) -> list[Row]:
    """Return the results of all methods."""
    greedy = [model.invoke(p.text, temperature=0) for p in problems]
    used = [reply.usage_metadata for reply in greedy]
    wrote, read = [u["output_tokens"] for u in used], [u["input_tokens"] for u in used]
    rows = [row("greedy", problems, [stated_answer(r.text) for r in greedy], wrote, read)]
    pool = sample_pool(model, problems)
    rows.append(pass_at_one(problems, pool))
    rows += [majority(problems, pool, n) for n in (5, POOL)]
    rows += [best_of(problems, pool, n) for n in (2, 4, 6, 8, POOL)]
    rows.append(regenerate(problems, pool))
    solved = [solve(problem.text, model, seed) for seed, problem in enumerate(problems)]
    wrote, read = [s.tokens for s in solved], [s.read for s in solved]
    rows.append(row("verified steps", problems, [s.answer for s in solved], wrote, read))
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
    print(f"{'method':<26}{'right':>7}{'95 % interval':>16}{'wrong':>8}{'tokens':>9}{'read':>8}")
    for r in rows:
        interval = f"{r.low:.3f}-{r.high:.3f}"
        print(
            f"{r.method:<26}{r.accuracy:>7.3f}{interval:>16}{r.wrong:>8.3f}"
            f"{r.tokens:>9.1f}{r.read:>8.1f}"
        )
    if given.json:
        given.json.write_text(json.dumps({"training": told, "rows": [asdict(r) for r in rows]}))


if __name__ == "__main__":
    main()
