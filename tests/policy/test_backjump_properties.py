"""Whatever the verifiers say, the policy ends, stays within its means, and is honest."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from autoglm_agent.policy import Backjump, Beliefs, Judged, Left, Move, Rates, Search, Share, Vote

STEP = Rates(check="step", rho=0.3, cost=0.01)
OTHER = Rates(check="other", family="model", calls=1, cost=0.1)
FINAL = Rates(check="final", scope="answer", rho=0.2, cost=0.1)
SOUND = Rates(check="proof", false_accept=Share.of(0.01), false_reject=Share.of(0.01), rho=1)

BELIEFS = st.builds(
    Beliefs,
    p=st.floats(0.1, 0.99).map(Share.of),
    visibility=st.sampled_from([0.0, 0.5, 1.0]),
    length=st.floats(1, 8),
    price=st.sampled_from([0.5, 3.0, 50.0]),
    rates=st.lists(st.sampled_from([STEP, OTHER, FINAL, SOUND]), unique=True).map(tuple),
)
LEFT = st.builds(
    Left,
    steps=st.none() | st.integers(0, 40),
    calls=st.none() | st.integers(0, 60),
    finals=st.none() | st.integers(0, 5),
)


@dataclass
class Driver:
    """Does what the moves ask, with votes, keys and lengths drawn by hypothesis."""

    data: st.DataObject
    beliefs: Beliefs
    allowed: Left
    trace: list[tuple[Judged, Move]] = field(default_factory=list)
    steps: int = 0
    calls: int = 0
    finals: int = 0

    @property
    def left(self) -> Left:
        def rest(cap: int | None, spent: int) -> int | None:
            return None if cap is None else cap - spent

        return Left(
            steps=rest(self.allowed.steps, self.steps),
            calls=rest(self.allowed.calls, self.calls),
            finals=rest(self.allowed.finals, self.finals),
        )

    def candidate(self, position: int) -> Judged:
        self.steps += 1
        self.calls += 1
        draw = self.data.draw
        return Judged(
            final=position >= 5 or draw(st.booleans()),
            key=draw(st.sampled_from(["", "a", "b", "c"])),
            state=draw(st.booleans()),
            blame=draw(st.none() | st.integers(0, 6)),
            conflicts=tuple(draw(st.lists(st.integers(0, 6), max_size=2))),
            exhausted=draw(st.integers(0, 9)) == 0,
        )

    def vote(self, judged: Judged, check: str) -> Judged:
        rates = self.beliefs.of(check)
        self.calls += rates.calls
        self.finals += rates.scope == "answer"
        draw = self.data.draw
        word = Vote(check=check, accepts=draw(st.booleans()), sound=draw(st.integers(0, 3)) == 0)
        return judged.model_copy(update={"votes": (*judged.votes, word)})

    def run(self, policy: Backjump, most: int = 4000) -> Move:
        search, length = Search(), 0
        judged = self.candidate(0)
        for _ in range(most):
            move = policy.next(search, judged, self.beliefs, self.left)
            self.trace.append((judged, move))
            assert move.search.to_json() == Search.from_json(move.search.to_json()).to_json()
            assert len(move.search.right) == len(move.search.keys) == len(move.search.names)
            if move.action == "conclude":
                return move
            search = move.search
            if move.action == "vote":
                judged = self.vote(judged, str(move.check))
                continue
            assert move.to == len(search.right)
            assert move.to <= length + 1
            length = move.to
            judged = self.candidate(length)
        raise AssertionError("the search did not end")


POLICY = Backjump(most_draws=60)


@settings(max_examples=80, deadline=None)
@given(data=st.data(), beliefs=BELIEFS, left=LEFT)
def test_every_search_ends_within_its_allowance(
    data: st.DataObject, beliefs: Beliefs, left: Left
) -> None:
    driver = Driver(data, beliefs, left)
    driver.run(POLICY)
    # The first candidate is drawn before the policy is asked.
    assert left.steps is None or driver.steps <= max(1, left.steps)
    assert left.calls is None or driver.calls <= max(1, left.calls)
    assert left.finals is None or driver.finals <= left.finals


@settings(max_examples=80, deadline=None)
@given(data=st.data(), beliefs=BELIEFS)
def test_a_sound_nogood_never_enters_again(data: st.DataObject, beliefs: Beliefs) -> None:
    driver = Driver(data, beliefs, Left(steps=40))
    driver.run(POLICY)
    before = Search()
    for judged, move in driver.trace:
        prefix = before.keys[-1] if before.keys else ""
        if judged.key and f"{prefix}/{judged.key}" in before.refuted:
            assert move.action not in ("extend", "vote")
            assert move.status != "verified"
        before = move.search


@settings(max_examples=80, deadline=None)
@given(data=st.data(), beliefs=BELIEFS)
def test_no_answer_is_called_verified_after_a_failed_final_check(
    data: st.DataObject, beliefs: Beliefs
) -> None:
    driver = Driver(data, beliefs, Left(steps=40))
    move = driver.run(POLICY)
    judged = driver.trace[-1][0]
    last = {v.check: v for v in judged.votes if beliefs.of(v.check).scope == "answer"}
    refuted = any(vote.sound and not vote.accepts for vote in judged.votes)
    if move.status == "verified":
        assert not refuted
        assert all(vote.accepts for vote in last.values())
    if refuted:
        assert move.status in (None, "abstained")


@settings(max_examples=30, deadline=None)
@given(data=st.data(), beliefs=BELIEFS)
def test_equal_inputs_give_equal_moves_and_survive_json(
    data: st.DataObject, beliefs: Beliefs
) -> None:
    driver = Driver(data, beliefs, Left(steps=30))
    driver.run(POLICY)
    before, left = Search(), Left(steps=5, calls=50)
    for judged, move in driver.trace:
        revived = [
            kind.from_json(value.to_json())
            for kind, value in ((Search, before), (Judged, judged), (Beliefs, beliefs))
        ]
        once = POLICY.next(before, judged, beliefs, left)
        assert once == POLICY.next(*revived, left)
        assert Move.from_json(once.to_json()) == once
        before = move.search
