"""How long a recall and a write take, by the size of the store.

    python -m benchmarks.memory.latency --sizes 1000 10000 100000

Each store is filled in bulk, opened by a fresh memory and warmed up by one recall; then single
recalls and single writes are timed, by the wall clock and by the CPU. A write is also timed from
an event loop, together with the longest time that the loop was held up.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from autoglm_agent.chain import Chain, Outcome, Step, Verdict
from autoglm_agent.memory.record import Told, pack
from autoglm_agent.memory.store import ChainMemory

FAMILY = "reasoning"
BATCH = 1000
WORDS = {
    "verb": "predict estimate detect classify forecast rank explain compare count group",
    "thing": "churn price fraud rainfall demand sales defects traffic yield default turnover wear "
    "noise illness energy profit delay damage speed weight quality risk returns visits income",
    "place": "shop bank farm hospital port school mine hotel factory network market office",
}
VERBS, THINGS, PLACES = (text.split() for text in WORDS.values())


def task(rng: random.Random, number: int) -> str:
    """Return a task; many are alike, none is the same as another."""
    words = rng.sample(THINGS, 3)
    return (
        f"{rng.choice(VERBS)} {words[0]} from {words[1]} and {words[2]} in "
        f"{rng.choice(PLACES)} {number}"
    )


def chain(number: int) -> Chain:
    """Return a verified chain of three steps."""
    verdict = Verdict(check="V01", status="pass", fact="The figure was computed again.")
    steps = [
        Step(thought="Look first.", tool="look", args={"n": number}, outcome=Outcome(text="seen")),
        Step(tool="compute", args={"x": number}, outcome=Outcome(text="42"), verdicts=(verdict,)),
        Step(claim=f"The answer is {number}.", final=True),
    ]
    return Chain(steps=tuple(steps))


def fill(folder: Path, size: int) -> float:
    """Fill a store in bulk; return the CPU seconds that it took."""
    rng = random.Random(0)
    began = time.process_time()
    with ChainMemory(folder) as memory:
        for start in range(0, size, BATCH):
            numbers = range(start, min(size, start + BATCH))
            records = [
                pack(task(rng, n), chain(n), FAMILY, Told(), memory.truth.key) for n in numbers
            ]
            vectors = memory.search.embed([record.text for record in records])
            memory.truth.add_many(records, vectors, ["active"] * len(records))
        space = memory.search.space("chain", FAMILY)
        assert space is not None
        memory.search.index.follow(space)
    return time.process_time() - began


def timed(work: Callable[[int], Any], count: int) -> dict[str, float]:
    """Return milliseconds of `count` calls: median and 95th percentile, wall and CPU."""
    wall, cpu = [], []
    for number in range(count):
        began, spent = time.perf_counter(), time.process_time()
        work(number)
        wall.append(1000 * (time.perf_counter() - began))
        cpu.append(1000 * (time.process_time() - spent))
    return {
        "wall_p50": round(float(np.median(wall)), 2),
        "wall_p95": round(float(np.percentile(wall, 95)), 2),
        "cpu_p50": round(float(np.median(cpu)), 2),
        "cpu_p95": round(float(np.percentile(cpu, 95)), 2),
    }


async def held_up(memory: ChainMemory | None, count: int) -> float:
    """Return the longest milliseconds for which an event loop did not turn during writes.

    Without a memory it sleeps instead: what the machine itself does to a loop.
    """
    longest = 0.0
    done = False

    async def watch() -> None:
        nonlocal longest
        while not done:
            began = time.perf_counter()
            await asyncio.sleep(0.001)
            longest = max(longest, 1000 * (time.perf_counter() - began) - 1)

    watcher = asyncio.create_task(watch())
    for number in range(count):
        n = 20_000_000 + number
        if memory is None:
            await asyncio.sleep(0.02)
            continue
        await memory.aremember(f"async task {n}", chain(n), family=FAMILY, summary={})
    done = True
    await watcher
    return round(longest, 2)


def measure(size: int, count: int) -> dict[str, Any]:
    """Return the figures of one size."""
    rng = random.Random(1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "memory"
        filled = fill(folder, size)
        began = time.perf_counter()
        with ChainMemory(folder) as memory:
            memory.recall("predict churn", family=FAMILY)
            opened = time.perf_counter() - began
            tasks = [task(rng, size + n) for n in range(count)]
            recalled = timed(lambda n: memory.recall(tasks[n], family=FAMILY, k=3), count)
            written = timed(
                lambda n: memory.remember(
                    tasks[n], chain(10_000_000 + n), family=FAMILY, summary={}
                ),
                count,
            )
            loop = [asyncio.run(held_up(which, 50)) for which in (memory, None)]
            memory.settle()
            after = timed(lambda n: memory.recall(tasks[n], family=FAMILY, k=3), count)
        disk = sum(p.stat().st_size for p in folder.rglob("*") if p.is_file())
    return {
        "chains": size,
        "fill_cpu_s": round(filled, 1),
        "open_and_first_recall_s": round(opened, 2),
        "recall_ms": recalled,
        "write_ms": written,
        "recall_after_writes_ms": after,
        "event_loop_held_ms": loop[0],
        "idle_loop_held_ms": loop[1],
        "disk_mb": round(disk / 1e6),
    }


def main() -> None:
    """Print one JSON line for each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000])
    parser.add_argument("--count", type=int, default=200, help="recalls and writes timed")
    options = parser.parse_args()
    for size in options.sizes:
        print(json.dumps(measure(size, options.count)), flush=True)


if __name__ == "__main__":
    main()
