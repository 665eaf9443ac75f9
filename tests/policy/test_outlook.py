"""What is planned: where a chain is redone, how long it is tried, which rates are believed."""

from __future__ import annotations

import pytest

from autoglm_agent.policy import Backjump, Beliefs, Judged, Left, Rates, Search, Share, Vote
from autoglm_agent.policy.outlook import Outlook, outlook

LEFT = Left(steps=100)


def plan(accept: list[float], wrong: list[float], trust: list[float]) -> Outlook:
    return Outlook(
        chance=0.5,
        accept=tuple(accept),
        wrong=tuple(wrong),
        trust=tuple(trust),
        leak=0.0,
        miss=0.0,
        price=3.0,
    )


def test_hidden_errors_cost_the_whole_pass_and_the_gain_is_success_over_draws() -> None:
    ahead = plan([0.5, 0.5, 0.5], [0.5, 0.5, 0.5], [0.9, 0.9, 0.9])
    gains = ahead.gains((0.8, 0.7), (1.0, 1.0, 1.0))
    assert gains == pytest.approx((0.9**3 / 6, 0.8 * 0.9**2 / 4, 0.7 * 0.9 / 2))


def test_where_errors_show_a_doubtful_prefix_is_tried_a_few_times_before_it_is_left() -> None:
    """A step that nothing checks is right with .28, the next one shows with .28 that it was."""
    ahead = plan([1.0, 0.28], [1.0, 1e-4], [0.28, 1.0])
    right, stays = 0.28, 0
    while ahead.best((right,), (1.0, 1.0), 0) == 1:
        right = right * 0.72 / (right * 0.72 + 1 - right)
        stays += 1
    assert stays in (2, 3)


def test_what_comes_again_after_a_prefix_makes_it_worth_less() -> None:
    ahead = plan([0.5, 0.5], [0.5, 0.0001], [0.6, 0.9])
    assert ahead.best((0.6,), (1.0, 1.0), 0) == 1
    assert ahead.best((0.6,), (1.0, 0.05), 0) == 0


def test_a_verifier_that_is_silent_at_a_position_is_not_counted_on_there() -> None:
    exact = Rates(check="end", false_accept=Share.of(0.001), false_reject=Share.of(0.001), rho=1)
    beliefs = Beliefs(p=Share.of(0.3), hard=0.0, length=2, visibility=1, rates=(exact,))
    judged = Judged(key="a", state=True, silent=("end",))
    move = Backjump().next(Search(), judged, beliefs, LEFT)
    ahead = outlook(move.search, beliefs, 1, 2)
    assert move.action == "extend"
    assert ahead.trust[0] == pytest.approx(0.3, abs=0.05)
    assert ahead.trust[1] == pytest.approx(1.0, abs=0.05)
    assert ahead.draws[0] < 1.3 < 3 < ahead.draws[1]


@pytest.mark.parametrize(
    ("accept", "reject"), [(0.95, 0.174), (0.072, 0.948), (0.892, 0.192), (0.6, 0.2)]
)
def test_a_judge_that_is_said_to_know_nothing_is_believed_to_know_something(
    accept: float, reject: float
) -> None:
    rates = Rates(check="judge", false_accept=Share.of(accept), false_reject=Share.of(reject))
    believed = rates.errors
    assert sum(believed) == pytest.approx(0.65)
    assert believed[0] / believed[1] == pytest.approx(accept / reject)


@pytest.mark.parametrize(("accept", "reject"), [(0.3, 0.1), (0.05, 0.4), (0.95, 0.0)])
def test_rates_of_useful_judges_and_of_programs_are_believed_as_they_are(
    accept: float, reject: float
) -> None:
    rates = Rates(check="judge", false_accept=Share.of(accept), false_reject=Share.of(reject))
    assert rates.errors == pytest.approx((accept, reject))


def test_a_program_that_refuses_nothing_right_may_pass_almost_everything() -> None:
    rates = Rates(check="prose", false_accept=Share.of(0.94), false_reject=Share.of(0.006))
    assert rates.errors == pytest.approx((0.94, 0.006), rel=0.02)


def test_a_step_that_was_left_comes_back_with_what_was_learnt_after_it() -> None:
    """Sound refutations after a step lower its chance; it is no nogood for that."""
    sure = Rates(check="end", false_accept=Share.of(0.001), false_reject=Share.of(0.001), rho=1)
    beliefs = Beliefs(p=Share.of(0.3), hard=0.0, length=2, visibility=1, rates=(sure,))
    policy, search = Backjump(), Search()
    first = Judged(key="a", state=True, silent=("end",))
    chances = []
    for number in range(40):
        move = policy.next(search, first, beliefs, LEFT)
        assert move.action == "extend"
        chances.append(move.search.right[-1])
        search = move.search
        while search.right:
            no = Vote(check="end", accepts=False, sound=True)
            dead = Judged(votes=(no,), final=True, key=f"{number}/{search.draws}", state=True)
            search = policy.next(search, dead, beliefs, LEFT).search
        if len(chances) == 3:
            break
    assert chances[0] > chances[1] > chances[2]
    assert not search.doubted


def test_a_candidate_refused_by_votes_reopens_once_nothing_new_comes() -> None:
    judge = Rates(check="judge", false_accept=Share.of(0.3), false_reject=Share.of(0.1), rho=1)
    beliefs = Beliefs(p=Share.of(0.5), visibility=0.0, length=2, rates=(judge,))
    no = Judged(votes=(Vote(check="judge", accepts=False),), key="a", silent=("judge",))
    search, moves = Search(), []
    for _ in range(60):
        move = Backjump().next(search, no, beliefs, LEFT)
        moves.append(move.action)
        if move.action != "resample":
            break
        search = move.search
    assert moves[0] == "resample"
    assert moves[-1] == "extend"
