"""The words of free reasoning's search: what is judged, what is known, what is done next.

A search walks over chains. The driver (a graph, a replay, a simulation) draws one candidate
step at a time, tells the policy what the verifiers said of it, and does what the `Move` asks:

    extend    the candidate enters the chain; draw a step after it
    resample  the candidate is refused; draw another after the same chain
    vote      ask one verifier about the same candidate, then come back with one more vote
    jump      cut the chain to `to` steps, then draw after what is left
    conclude  stop; `status` says how honestly

The policy is a pure function: the same search, judgement, beliefs and allowance give the same
move, and everything it must remember is in `Search`, which is plain JSON and lives in the
state of a graph. It knows no model, no prompt, no clock and no truth, only votes.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, Protocol

from pydantic import Field

from autoglm_agent.chain import Datum
from autoglm_agent.policy.beliefs import Beliefs

Rung = Literal["same", "distinct", "reformulate", "switch", "pop", "abstain"]
"""How the next candidate is asked for, each rung changing what the model is likely to say:
`same` step with the refuted candidates excluded; several `distinct` candidates in one call;
`reformulate` with other examples or as a formal claim; `switch` temperature or model; `pop` the
step before; `abstain`."""

MoveKind = Literal["extend", "resample", "vote", "jump", "conclude"]

Ending = Literal["verified", "unverified", "abstained"]
"""`verified`: every final check passed when last asked; `unverified`: an answer stands that was
not refuted for certain, but that was not confirmed either; `abstained`: no answer stands."""


class Vote(Datum):
    """One verifier's word on a step."""

    check: str
    """The verifier's id, as in `Beliefs.rates`."""
    accepts: bool
    sound: bool = False
    """Whether the word is certain: a sound refutation, or a proof."""


class Judged(Datum):
    """What is known of the candidate that was drawn last."""

    votes: tuple[Vote, ...] = ()
    """In the order in which they were given; votes of earlier rounds included."""
    final: bool = False
    """Whether the candidate answers the question; its final checks are then among the votes."""
    key: str = ""
    """Canonical key of the candidate; empty where it has none, and then it is never a nogood."""
    state: bool = False
    """Whether `key` names the state that the candidate leads to, so that the way there no longer
    matters for what comes after it."""
    blame: int | None = None
    """Index of the accepted step that a sound verifier holds to be wrong."""
    conflicts: tuple[int, ...] = ()
    """Indices of accepted steps of which, says a sound verifier, one is wrong if this one is
    right."""
    silent: tuple[str, ...] = ()
    """Verifiers that have nothing to say of this candidate; they are not asked again."""
    pending: int = Field(default=0, ge=0)
    """Candidates after the same chain that are drawn but not judged yet; they cost no call."""
    exhausted: bool = False
    """Whether there is no candidate: the generator has nothing more to say after this chain."""


class Depth(NamedTuple):
    """What was seen of the candidates for one position of the chain.

    A tuple, as `Visit` is: a search holds one for each step, and all are written at each step.
    """

    draws: int = 0
    rejects: int = 0
    """In a row, since the chain before this position last changed."""
    repeats: int = 0
    """Of these, candidates that had been refused before."""
    odds: float = 0.0
    """Log-odds that this position is a hard one, beyond the prior in `Beliefs.hard`."""
    silent: tuple[str, ...] = ()
    """Verifiers that had nothing to say of any candidate for this position."""


class Visit(NamedTuple):
    """What was seen after one prefix, in all its visits."""

    draws: int = 0
    fresh: int = 0
    """Of these, candidates that came for the first time."""
    odds: float = 0.0
    """Log-odds that the prefix is right, by the votes on what came after it."""


class Search(Datum):
    """The search stack: everything that the policy remembers between two moves."""

    seed: int = 0
    right: tuple[float, ...] = ()
    """For each accepted step, the probability that it and all before it are right."""
    keys: tuple[str, ...] = ()
    """Prefix key after each accepted step."""
    names: tuple[str, ...] = ()
    """Name, as in `refuted`, of each accepted step; empty where it has none."""
    depths: tuple[Depth, ...] = ()
    refuted: tuple[str, ...] = ()
    """Sound nogoods, as `prefix/key`; they are permanent."""
    doubted: dict[str, int] = Field(default_factory=dict)
    """Soft nogoods, as `prefix/key`, and how often each came back; they reopen."""
    visits: dict[str, Visit] = Field(default_factory=dict)
    """By prefix key; only of prefixes and candidates that have keys."""
    length: int = 0
    """Longest position at which a final step was seen; 0 before one was."""
    draws: int = 0
    """Candidates judged so far."""
    accepts: int = 0
    """Candidates that entered the chain, those that left it again included."""
    foreseen: float = 0.0
    """How many of the draws were expected to enter, by the beliefs alone."""
    trust: float = 0.0
    """Sum of their probabilities of being right when they entered."""
    foretrust: float = 0.0
    """The same sum as expected by the beliefs alone."""
    asked: int = 0
    """Votes asked for about the present candidate."""
    moves: int = 0
    jumps: int = 0
    final_checks: int = 0
    final_rejects: int = 0


class Left(Datum):
    """What may still be spent; None means no cap."""

    steps: int | None = None
    """Candidates that may still be judged."""
    calls: int | None = None
    """Model calls, for candidates and for verifiers that are models."""
    finals: int | None = None
    """Final checks."""


class Move(Datum):
    """What the driver does next."""

    action: MoveKind
    to: int
    """Length of the chain that is kept: with the candidate for `extend` and for a conclusion
    with an answer, without it for `resample` and `vote`."""
    check: str | None = None
    """For `vote`: the id of the verifier to ask."""
    distinct: int = Field(default=1, ge=0)
    """Distinct candidates that the next model call should ask for; 0 means that no call is
    needed, for a pending candidate is judged next."""
    rung: Rung = "same"
    status: Ending | None = None
    """For `conclude`."""
    confidence: float = Field(default=0.0, ge=0, le=1)
    """Probability that the chain that is kept is right, as far as the beliefs are."""
    reason: str = ""
    search: Search


class SearchPolicy(Protocol):
    """Anything that can say what is next."""

    def next(self, search: Search, judged: Judged, beliefs: Beliefs, left: Left) -> Move:
        """Return the next move.

        Args:
            search: What the last move returned; `Search(seed=...)` at the beginning.
            judged: The candidate drawn last, with all its votes so far.
            beliefs: How far the generator and the verifiers can be trusted.
            left: What may still be spent, this candidate's costs already taken off.
        """
        ...
