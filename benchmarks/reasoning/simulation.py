"""Simulate free reasoning in worlds with known bounds: `python benchmarks/reasoning/simulation.py`.

Prints, for each regime, accuracy, abstentions, generator steps, step votes and final votes of
every method and of our policy with the regime's measured rates; `--misjudged` adds rates that
are believed too high or too low by a factor of two, `--price` sweeps the price of a wrong answer.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1])]

from episode import believed, play  # noqa: E402
from methods import METHODS, Method  # noqa: E402
from regimes import REGIMES  # noqa: E402
from world import Regime, World  # noqa: E402

from autoglm_agent.policy import Backjump  # noqa: E402


def measure(method: Method, regime: Regime, seeds: int) -> tuple[float, float, float, float, float]:
    """Return accuracy, abstentions, draws, step votes and final votes; seeds are paired."""
    right = none = draws = votes = finals = 0
    for seed in range(seeds):
        world = World(regime, seed)
        result = method(world)
        right += result is True
        none += result is None
        draws, votes = draws + world.draws, votes + world.votes
        finals += world.final_votes
    return right / seeds, none / seeds, draws / seeds, votes / seeds, finals / seeds


def ours(regime: Regime, *, factor: float = 1.0, price: float | None = None) -> Method:
    """Return our policy as a method, with beliefs off by `factor`."""
    beliefs, policy = believed(regime, factor=factor), Backjump()
    if price is not None:
        beliefs = beliefs.model_copy(update={"price": price})

    def method(world: World) -> bool | None:
        return play(world, policy, beliefs)

    return method


def show(name: str, method: Method, regime: Regime, seeds: int) -> None:
    right, none, draws, votes, finals = measure(method, regime, seeds)
    print(
        f"  {name:<26} accuracy {right:.3f}  abstained {none:.3f}  wrong {1 - right - none:.3f}"
        f"  steps {draws:6.1f}  votes {votes:6.1f}  finals {finals:5.1f}",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=1500)
    parser.add_argument("--regimes", default=",".join(r.name for r in REGIMES))
    parser.add_argument("--misjudged", action="store_true")
    parser.add_argument("--price", default="", help="comma-separated prices of a wrong answer")
    parser.add_argument("--ours-only", action="store_true")
    options = parser.parse_args()
    for regime in REGIMES:
        if regime.name not in options.regimes.split(","):
            continue
        n, p = regime.n, regime.p
        print(f"{regime.name}: {regime.title}; n={n} p={p} n/p={n / p:.1f} n/p^n={n / p**n:.1f}")
        for name, method in {} if options.ours_only else METHODS.items():
            show(name, method, regime, options.seeds)
        show("ours", ours(regime), regime, options.seeds)
        if options.misjudged:
            show("ours, rates believed x2", ours(regime, factor=2), regime, options.seeds)
            show("ours, rates believed /2", ours(regime, factor=0.5), regime, options.seeds)
        for price in filter(None, options.price.split(",")):
            show(f"ours, price {price}", ours(regime, price=float(price)), regime, options.seeds)


if __name__ == "__main__":
    main()
