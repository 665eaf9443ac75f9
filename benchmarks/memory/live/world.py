"""Tasks in made-up words: what a word does can only be known from examples, or by trying.

A task starts from a number and names words; each word adds or takes away a constant:

    17 ZOR MIP ZOR

and its solution says what each word does, and what comes of it:

    zor+4:17>21
    mip-3:21>18
    zor+4:18>22
    Answer: 22

What the words mean is a world; a stream of tasks lives in one, a model is trained on very many.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from autoglm_agent.chain import Chain, Step, Verdict

WORDS = tuple(a + b for a in ("zo", "mi", "te", "lu", "ka", "re") for b in "rpnk")
MEANINGS = tuple(sign * size for sign in (1, -1) for size in range(1, 6))
HIGHEST = 40
LENGTH = 4

World = dict[str, int]
"""What each word adds."""


@dataclass(frozen=True)
class Task:
    """A task with what its words mean in it.

    Attributes:
        start: The first number.
        words: What is done with it, in order.
        world: What the words mean here.
    """

    start: int
    words: tuple[str, ...]
    world: World

    @property
    def text(self) -> str:
        """What a model is asked."""
        return f"{self.start} {' '.join(self.words).upper()}"

    @property
    def lines(self) -> list[str]:
        """The right lines, the answer last."""
        value, lines = self.start, []
        for word in self.words:
            after = value + self.world[word]
            lines.append(f"{word}{self.world[word]:+d}:{value}>{after}")
            value = after
        return [*lines, f"Answer: {value}"]


def a_world(rng: random.Random) -> World:
    """Return a world drawn at random."""
    return {word: rng.choice(MEANINGS) for word in WORDS}


def a_task(rng: random.Random, words: Sequence[str], world: World) -> Task:
    """Return a task of some of the words whose values all lie between 0 and the highest."""
    while True:
        chosen = tuple(rng.choices(words, k=LENGTH))
        value = start = rng.randint(0, HIGHEST)
        inside = True
        for word in chosen:
            value += world[word]
            inside = inside and 0 <= value <= HIGHEST
        if inside:
            return Task(start, chosen, world)


class Replays:
    """A sound verifier: it executes the words of the task at hand; a claim is one line."""

    check = "words"

    def __init__(self, task: Task) -> None:
        self._lines = task.lines

    def __call__(self, step: Step, chain: Chain) -> list[Verdict]:
        """Return the verdict on the line that is due."""
        due = self._lines[min(len(chain.steps), LENGTH)]
        if (f"Answer: {step.claim}" if step.final else step.claim) == due:
            return [Verdict(check=self.check, status="pass", sound_pass=True)]
        return [Verdict(check=self.check, status="fail", fact="Executed, the line is wrong.")]
