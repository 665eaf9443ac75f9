"""How far the generator and each verifier are trusted: counters that start from measured rates.

A verifier errs in two ways: it lets a wrong step pass (*false accept*) or refuses a right one
(*false reject*). Both are Beta counters, by verifier and kind of task, so that a few labelled
outcomes move a default and many replace it. Words of one judge on one text are correlated, and
`rho` says how much: `k` of them count as `k / (1 + (k - 1) * rho)` (the design effect of Kish,
"Survey Sampling", 1965).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal, Self

from pydantic import Field

from autoglm_agent.chain import Datum

Scope = Literal["step", "answer"]
"""`step` verifiers judge every step; `answer` verifiers judge a final step with its chain."""


MOST_ERRORS = 0.65
"""Sum of the two error rates of a judge that is believed at most."""
FEW_ERRORS = 0.05
"""A verifier with less of one error than this is somewhat like a program."""


class Share(Datum):
    """A probability, known as well as `seen` observations make it (mean of a Beta)."""

    hits: float = Field(ge=0)
    seen: float = Field(gt=0)

    @classmethod
    def of(cls, mean: float, weight: float = 20.0) -> Self:
        """Return a share with the given mean that weighs as much as `weight` observations."""
        return cls(hits=mean * weight, seen=weight)

    @property
    def mean(self) -> float:
        """The probability."""
        return self.hits / self.seen

    def plus(self, hit: bool) -> Share:
        """Return the share after one more observation."""
        return Share(hits=self.hits + hit, seen=self.seen + 1)


class Rates(Datum):
    """What is known of one verifier on one kind of task."""

    check: str
    task: str = ""
    """Kind of task; empty: any."""
    scope: Scope = "step"
    family: str = ""
    """Verifiers of one family err together, for example prompts of one model; empty: its own."""
    false_accept: Share = Share.of(0.3)
    false_reject: Share = Share.of(0.1)
    rho: float = Field(default=0.7, ge=0, le=1)
    """Correlation of the family's words on one text; a program repeats itself: 1."""
    cost: float = Field(default=0.1, ge=0)
    """Of one vote, in generator steps."""
    calls: int = Field(default=0, ge=0)
    """Model calls that one vote costs."""

    @property
    def errors(self) -> tuple[float, float]:
        """Shares of false accepts and false rejects, as far as they can be believed.

        A verifier whose errors sum to 1 knows nothing, and hardly any is used that knows next to
        nothing; where counters say so, they are likelier wrong than the verifier, and both are
        taken down by one factor. A program that hardly ever errs in one way may err as often as
        it likes in the other.
        """
        return _believed(self.false_accept.mean, self.false_reject.mean)

    def learnt(self, accepts: bool, right: bool) -> Rates:
        """Return the rates after a vote whose truth became known."""
        if right:
            return self.model_copy(update={"false_reject": self.false_reject.plus(not accepts)})
        return self.model_copy(update={"false_accept": self.false_accept.plus(accepts)})


@lru_cache(maxsize=1024)
def _believed(accept: float, reject: float) -> tuple[float, float]:
    """Return both error rates, taken down as far as `Rates.errors` says."""
    program = max(0.0, 1 - min(accept, reject) / FEW_ERRORS)
    most = MOST_ERRORS + (1 - MOST_ERRORS) * program
    shrink = most / max(most, accept + reject)
    return shrink * accept, shrink * reject


class Beliefs(Datum):
    """What the policy holds to be true of the world that it searches.

    The defaults are for a model that is right in about seven of eight steps, whose errors hide
    from later checks half of the time.
    """

    task: str = ""
    p: Share = Share.of(0.88, weight=10)
    """Probability that a candidate after a right chain is right."""
    hard: float = Field(default=0.01, ge=0, lt=1)
    """Share of positions that are hard."""
    p_hard: float = Field(default=0.15, gt=0, lt=1)
    """Probability that a candidate for a hard position is right."""
    visibility: float = Field(default=0.5, ge=0, le=1)
    """Probability that a verifier of a later step sees that the chain before it is wrong."""
    length: float = Field(default=6.0, ge=1)
    """Steps that a chain is expected to have while no final step was seen."""
    price: float = Field(default=3.0, gt=0)
    """How many times worse a wrong answer is than doing the work once more."""
    rates: tuple[Rates, ...] = ()
    """Of the verifiers that can be asked, by task and check."""

    def of(self, check: str) -> Rates:
        """Return the rates of a verifier: its own on this task, on any task, or the default."""
        general = None
        for rates in self.rates:
            if rates.check == check:
                if rates.task == self.task:
                    return rates
                if not rates.task:
                    general = rates
        return general or Rates(check=check, task=self.task)

    def updated(self, check: str, accepts: bool, right: bool) -> Beliefs:
        """Return the beliefs after a vote whose truth became known.

        Args:
            check: The verifier that voted.
            accepts: What it said.
            right: What is true, by a sound verifier or a person.
        """
        old = self.of(check)
        new = old.model_copy(update={"task": self.task}).learnt(accepts, right)
        kept = (r for r in self.rates if (r.check, r.task) != (check, self.task))
        return self.model_copy(update={"rates": (*kept, new)})

    def drawn(self, right: bool) -> Beliefs:
        """Return the beliefs after a candidate whose truth became known."""
        return self.model_copy(update={"p": self.p.plus(right)})
