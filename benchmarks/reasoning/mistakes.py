"""How well step verifiers find the first mistake of a recorded chain, and at which cost.

Replays BIG-Bench-Mistake (Tyen et al. 2024: PaLM-2's chains on BIG-bench tasks, with the index of
the first wrong step): each step is judged as an addition to the steps before it. A mistake is
*exact* where the first refuted step is the one the label names; a *false alarm* is any refutation
in a chain that is labelled as free of mistakes. Some of these chains end with an answer that is
not the recorded right one, so their labels contradict themselves: alarms on them are counted, and
told apart.

    python benchmarks/reasoning/mistakes.py --data bigbench_mistake.jsonl
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from autoglm_agent.chain import Chain, Step
from autoglm_agent.verifiers import Verifier
from autoglm_agent.verifiers.tasks import dyck, holdings, parts_of_arithmetic

DATA = Path(__file__).resolve().parents[3] / "shared/data/replay/bigbench_mistake.jsonl"
STEPWISE: dict[str, Verifier] = {
    "dyck_languages": dyck(),
    "multistep_arithmetic": parts_of_arithmetic(whole=False),
    "tracking_shuffled_objects": holdings(),
}
"""Each step by what question and steps before it say."""
WHOLE: dict[str, Verifier] = {"multistep_arithmetic": parts_of_arithmetic("parts, whole")}
"""Also whether the parts are those of the question's expression, which the labels leave open."""


@dataclass
class Count:
    """What was found in the chains of one task."""

    task: str
    verifier: str
    mistakes: int = 0
    found: int = 0
    exact: int = 0
    clean: int = 0
    alarms: int = 0
    contradicted: int = 0
    """Chains labelled clean whose recorded answer is not the right one."""
    contradicted_alarms: int = 0
    steps: int = 0
    seconds: float = 0.0
    """Of CPU time."""

    @property
    def exact_share(self) -> float:
        """Share of the mistakes that are found at the labelled step."""
        return self.exact / max(self.mistakes, 1)

    @property
    def alarm_share(self) -> float:
        """Share of the chains labelled clean that are refuted."""
        return self.alarms / max(self.clean, 1)

    @property
    def consistent_alarm_share(self) -> float:
        """The same without the chains whose label contradicts their answer."""
        alarms = self.alarms - self.contradicted_alarms
        return alarms / max(self.clean - self.contradicted, 1)

    def plus(self, other: Count) -> Count:
        """Return both counts together."""
        mine, theirs = asdict(self), asdict(other)
        names = {"task": self.task, "verifier": self.verifier}
        return Count(**{k: mine[k] + theirs[k] for k in mine if k not in names}, **names)


def first_refuted(verifier: Verifier, question: str, steps: list[str]) -> tuple[int | None, int]:
    """Return the index of the first refuted step, None where all pass, and the steps judged."""
    chain = Chain(question=question)
    for index, text in enumerate(steps):
        step = Step(claim=text, final=index == len(steps) - 1)
        if any(v.status == "fail" for v in verifier(step, chain)):
            return index, index + 1
        chain = chain.grown(step)
    return None, len(steps)


def add(count: Count, record: dict[str, Any], verifier: Verifier) -> None:
    """Judge one chain and count the outcome."""
    started = time.process_time()
    index, judged = first_refuted(verifier, record["input"], record["steps"])
    count.seconds += time.process_time() - started
    count.steps += judged
    label = record["mistake_index"]
    if label is not None:
        count.mistakes += 1
        count.found += index is not None
        count.exact += index == label
        return
    contradicted = record["answer"].strip(" .") != record["target"].strip(" .")
    count.clean += 1
    count.alarms += index is not None
    count.contradicted += contradicted
    count.contradicted_alarms += contradicted and index is not None


def replay(path: Path, verifiers: dict[str, Verifier]) -> list[Count]:
    """Judge all chains of the tasks that have a verifier.

    Args:
        path: One JSON object a line: `input`, `steps`, `target`, `answer`, `mistake_index`, `task`.
        verifiers: Task to verifier.
    """
    counts = {task: Count(task, verifier.check) for task, verifier in verifiers.items()}
    for record in records(path):
        task = record["task"]
        if task in counts:
            add(counts[task], record, verifiers[task])
    return [count for count in counts.values() if count.steps]


def records(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the recorded chains."""
    with path.open(encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines if line.strip())


def total(counts: Iterable[Count]) -> Count:
    """Return the counts of all tasks together."""
    together = Count("all", "")
    for count in counts:
        together = together.plus(count)
    return together


def table(counts: Iterable[Count]) -> str:
    """Return the counts as text, a task a line."""
    head = (
        f"{'task':<27}{'verifier':<14}{'mistakes':>9}{'found':>7}{'exact':>7}{'%':>7}"
        f"{'clean':>7}{'alarms':>8}{'%':>6}   {'of consistent labels':<22}{'us/step':>8}"
    )
    lines = [head, "-" * len(head)]
    for c in counts:
        alarms = c.alarms - c.contradicted_alarms
        consistent = f"{alarms}/{c.clean - c.contradicted} = {c.consistent_alarm_share:.1%}"
        lines.append(
            f"{c.task:<27}{c.verifier:<14}{c.mistakes:>9}{c.found:>7}{c.exact:>7}"
            f"{100 * c.exact_share:>7.1f}{c.clean:>7}{c.alarms:>8}{100 * c.alarm_share:>6.1f}   "
            f"{consistent:<22}{1e6 * c.seconds / max(c.steps, 1):>8.0f}"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--data", type=Path, default=DATA, help="recorded chains, JSON lines")
    options = parser.parse_args()
    if not options.data.is_file():
        parser.error(f"{options.data} is no file; give the recorded chains with --data")
    stepwise = replay(options.data, STEPWISE)
    print(table([*stepwise, total(stepwise), *replay(options.data, WHOLE)]))
    contradicted = sum(count.contradicted for count in stepwise)
    print(
        f"\n{contradicted} chains are labelled as free of mistakes and end with a wrong answer; "
        "'of consistent labels' leaves them out."
    )


if __name__ == "__main__":
    main()
