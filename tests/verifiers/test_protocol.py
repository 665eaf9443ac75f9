"""Judging with several verifiers: order by cost, crashes of ours, combinations."""

from __future__ import annotations

import pytest

from autoglm_agent.chain import Chain, Step, Verdict
from autoglm_agent.errors import InputError
from autoglm_agent.verifiers import all_of, any_of, expected_cost, in_order, judge_step

STEP, CHAIN = Step(claim="x"), Chain()


class Saying:
    """A verifier that says what it is told, and notes that it was asked."""

    def __init__(self, check, *verdicts, cost=0.0, calls=0, log=None):
        self.check, self.cost, self.calls = check, cost, calls
        self._verdicts = verdicts
        self._log = log if log is not None else []

    def __call__(self, step, chain):
        self._log.append(self.check)
        if self._verdicts and isinstance(self._verdicts[0], Exception):
            raise self._verdicts[0]
        return [
            Verdict(check=self.check, fact=f"{self.check}: {status}", status=status, **more)
            for status, more in self._verdicts
        ]


PASS, FAIL, UNKNOWN = ("pass", {}), ("fail", {}), ("unknown", {})
VOTE = ("fail", {"sound": False})
PROOF = ("pass", {"sound_pass": True})


def test_the_cheapest_is_asked_first_and_equals_as_given():
    log: list[str] = []
    verifiers = [
        Saying("model", PASS, calls=1, log=log),
        Saying("slow", PASS, cost=1.0, log=log),
        Saying("first", PASS, log=log),
        Saying("second", PASS, log=log),
    ]
    judge_step(verifiers, STEP, CHAIN)
    assert log == ["first", "second", "slow", "model"]


def test_a_dear_verifier_that_often_refutes_may_come_first():
    often, rarely = Saying("often", cost=2.0), Saying("rarely", cost=1.0)
    assert in_order([often, rarely]) == [rarely, often]
    assert in_order([often, rarely], {"often": 0.5, "rarely": 0.05}) == [often, rarely]
    assert expected_cost(Saying("model", calls=3, cost=0.5)) == 6.5


def test_a_sound_refutation_ends_the_asking_and_a_vote_does_not():
    log: list[str] = []
    verifiers = [
        Saying("vote", VOTE, cost=1, log=log),
        Saying("sound", FAIL, cost=2, log=log),
        Saying("never", PASS, cost=3, log=log),
    ]
    assert [v.status for v in judge_step(verifiers, STEP, CHAIN)] == ["fail", "fail"]
    assert log == ["vote", "sound"]


@pytest.mark.parametrize("error", [ValueError("odd \ud800"), RecursionError(), MemoryError("big")])
def test_a_crash_is_unknown_and_ours(error):
    (verdict,) = judge_step([Saying("broken", error)], STEP, CHAIN)
    assert (verdict.status, verdict.check) == ("unknown", "broken")
    assert verdict.fact.startswith(f"The verifier itself failed: {type(error).__name__}")
    assert verdict.to_json()


def test_what_is_no_verdict_is_a_crash_too():
    class Wrong:
        check = "wrong"

        def __call__(self, step, chain):
            return ["fail"]

    (verdict,) = judge_step([Wrong()], STEP, CHAIN)
    assert verdict.status == "unknown"
    assert "str is no verdict" in verdict.fact


def test_seconds_are_filled_in_where_the_verifier_does_not_tell_them():
    told = ("pass", {"seconds": 9.0})
    verdicts = judge_step([Saying("both", PASS, told)], STEP, CHAIN)
    assert 0 < verdicts[0].seconds < 5
    assert verdicts[1].seconds == 9.0


def combined(make, *parts):
    log: list[str] = []
    verifiers = [
        Saying(f"v{i}", *([part] if part else []), cost=i, log=log) for i, part in enumerate(parts)
    ]
    found = make(*verifiers)(STEP, CHAIN)
    assert len(found) <= 1
    verdict = found[0] if found else None
    told = (verdict.status, verdict.sound, verdict.sound_pass) if verdict else None
    return told, log


@pytest.mark.parametrize(
    ("parts", "told", "asked"),
    [
        ([PASS, PASS], ("pass", True, False), 2),
        ([PROOF, PROOF], ("pass", True, True), 2),
        ([PROOF, PASS], ("pass", True, False), 2),
        ([FAIL, PASS], ("fail", True, False), 1),
        ([VOTE, PASS], ("fail", False, False), 2),
        ([VOTE, FAIL], ("fail", True, False), 2),
        ([UNKNOWN, PASS], ("unknown", True, False), 2),
        ([UNKNOWN, FAIL], ("fail", True, False), 2),
        ([None, PASS], ("pass", True, False), 2),
        ([ValueError(), PASS], ("unknown", True, False), 2),
        ([None, None], None, 2),
    ],
)
def test_all_of_needs_every_part(parts, told, asked):
    found, log = combined(all_of, *parts)
    assert found == told
    assert len(log) == asked


@pytest.mark.parametrize(
    ("parts", "told", "asked"),
    [
        ([PASS, FAIL], ("pass", True, False), 1),
        ([PROOF, FAIL], ("pass", True, True), 1),
        ([FAIL, PASS], ("pass", True, False), 2),
        ([FAIL, FAIL], ("fail", True, False), 2),
        ([FAIL, VOTE], ("fail", False, False), 2),
        ([FAIL, UNKNOWN], ("unknown", True, False), 2),
        ([None, FAIL], ("fail", True, False), 2),
        ([None, None], None, 2),
    ],
)
def test_any_of_needs_one_part(parts, told, asked):
    found, log = combined(any_of, *parts)
    assert found == told
    assert len(log) == asked


def test_a_combination_carries_fact_place_and_cost_of_its_parts():
    wrong = ("fail", {"field": "claim", "span": (1, 2), "conflicts": (3,), "calls": 2, "tokens": 9})
    right = ("pass", {"calls": 1, "state": "s"})
    (verdict,) = all_of(Saying("a", right), Saying("b", wrong, cost=1), check="both")(STEP, CHAIN)
    assert (verdict.check, verdict.fact, verdict.field) == ("both", "b: fail", "claim")
    assert (verdict.span, verdict.conflicts, verdict.state) == ((1, 2), (3,), "s")
    assert (verdict.calls, verdict.tokens) == (3, 9)
    assert verdict.evidence["parts"] == [["b", "fail"], ["a", "pass"]]
    nested = all_of(all_of(Saying("deep", calls=2), Saying("more", cost=1)), Saying("x", cost=3))
    assert nested.cost == 2 * 2 + 1 + 3


@pytest.mark.parametrize("make", [all_of, any_of])
def test_nothing_cannot_be_combined(make):
    with pytest.raises(InputError):
        make()
