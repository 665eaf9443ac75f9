"""How a chain fares after it was remembered: credit, rank, retirement, near-duplicates."""

from __future__ import annotations

import sqlite3

import numpy as np
import pytest

from autoglm_agent.chain import Chain, Step, Verdict
from autoglm_agent.errors import InputError
from autoglm_agent.memory.browsing import stats
from autoglm_agent.memory.ranking import diverse, merits, outworn, reliability
from autoglm_agent.memory.record import agreement_of
from autoglm_agent.memory.truth import Hit


def standing(memory, key):
    found = memory.get(key)
    return found.state, found.uses, round(found.wins, 3), round(found.losses, 3)


@pytest.fixture
def pair(memory, make_chain):
    """Two solutions of one task."""
    return [
        memory.remember("Predict churn", make_chain(n), family="a", summary={}) for n in range(2)
    ]


def test_a_run_is_credited_to_what_it_was_shown_once(memory, pair):
    shown = memory.recall("Predict churn", family="a", k=2, run="r1")
    assert [m.uses for m in shown] == [0, 0]
    assert standing(memory, pair[0]) == ("active", 1, 0, 0)
    memory.credit("r1", True, family="a")
    memory.credit("r1", False, family="a")
    assert [standing(memory, key) for key in pair] == [("active", 1, 0.125, 0)] * 2
    memory.credit("r2", True, family="a")  # was shown nothing
    assert standing(memory, pair[0]) == ("active", 1, 0.125, 0)


def test_the_nearer_example_gets_more_of_the_credit(memory, make_chain):
    near = memory.remember("Predict churn of customers", make_chain(0), family="a", summary={})
    far = memory.remember("Predict wear of engines", make_chain(1), family="a", summary={})
    memory.recall("Predict churn of customers", family="a", k=2, run="r")
    memory.credit("r", True, family="a")
    assert memory.get(near).wins > 3 * memory.get(far).wins


def test_a_chain_whose_reuse_keeps_failing_loses_rank_and_is_retired(memory, make_chain, caplog):
    key = memory.remember("Predict churn", make_chain(), family="a", summary={})
    ranks = []
    for run in range(12):
        (shown,) = memory.recall("Predict churn", family="a", k=1, run=f"r{run}")
        ranks.append(shown.rank)
        if memory.credit(f"r{run}", False, family="a") == [key]:
            break
    assert len(ranks) > 2, "not for a first misfortune"
    assert ranks == sorted(ranks, reverse=True)
    assert ranks[-1] < ranks[0] - 0.05
    assert "keep failing" in caplog.text
    assert memory.get(key).state == "retired"
    assert memory.recall("Predict churn", family="a") == []
    assert memory.count() == 1, "kept, but not recalled"


def test_a_failure_says_little_where_everything_fails(memory, pair):
    for run in range(60):
        memory.credit(f"hard{run}", False, family="a")
    memory.recall("Predict churn", family="a", k=1, run="r")
    memory.credit("r", False, family="a")
    assert sum(memory.get(key).losses for key in pair) < 0.25


def test_what_is_verified_anew_comes_back_from_retirement(memory, pair, make_chain):
    memory.truth.move(pair[0], "retired")
    assert memory.remember("Predict churn", make_chain(0), family="a", summary={}) == pair[0]
    assert standing(memory, pair[0]) == ("active", 0, 0, 0)
    assert pair[0] in {m.id for m in memory.recall("Predict churn", family="a")}


def test_reverify_judges_every_step_anew(memory, pair):
    memory.truth.move(pair[0], "quarantined")
    doubt = memory.reverify(pair[0], lambda step, chain: [Verdict(check="x", status="fail")])
    assert "refuted" in doubt
    assert memory.get(pair[0]).state == "quarantined"
    seen: list[tuple[int, int]] = []

    def judge(step: Step, chain: Chain) -> list[Verdict]:
        seen.append((len(chain.steps), len(step.verdicts)))
        return [Verdict(check="again", status="pass")]

    assert memory.reverify(pair[0], judge) == ""
    assert seen == [(0, 0), (1, 0)]
    assert memory.get(pair[0]).checks == ("again",)
    with pytest.raises(InputError, match="is unknown"):
        memory.reverify("nothing", judge)


def test_a_near_duplicate_confirms_what_is_there(memory, make_chain):
    first = memory.remember("Predict churn of customers", make_chain(), family="a", summary={})
    again = memory.remember("Predict churn of customers!", make_chain(), family="a", summary={})
    assert again == first
    assert memory.count() == 1
    assert memory.get(first).wins == 1
    other_data = memory.remember(
        "Predict churn of customers?", make_chain(), family="a", summary={}, signature={"rows": 9}
    )
    other_task = memory.remember("Predict churn of staff", make_chain(), family="a", summary={})
    assert len({first, other_data, other_task}) == memory.count() == 3


def test_ids_of_data_do_not_make_another_solution(memory, make_chain):
    keys = {
        memory.remember(text, make_chain(args={"data_id": n}), family="a", summary={})
        for n, text in enumerate(["Predict churn of customers", "Predict churn of customers."])
    }
    assert len(keys) == 1


def hit(seq, values, *, wins=0.0, losses=0.0, seen="2026-01-01T00:00:00+00:00", cost="{}"):
    return Hit(seq, str(seq), np.asarray(values, np.float32), wins, losses, 0, seen, cost)


def test_older_outcomes_fade(memory, make_chain):
    key = memory.remember("Predict churn", make_chain(), family="a", summary={})
    for run in range(30):
        memory.recall("Predict churn", family="a", k=1, run=f"r{run}")
        memory.credit(f"r{run}", True, family="a")
    assert 2 < memory.get(key).wins < 2.5, "a long past does not outweigh the present"


def test_a_success_says_little_where_everything_succeeds(memory, pair):
    for run in range(60):
        memory.credit(f"easy{run}", True, family="a")
    memory.recall("Predict churn", family="a", k=2, run="r")
    memory.credit("r", True, family="a")
    assert 0 < sum(memory.get(key).wins for key in pair) < 0.02


def test_an_example_is_judged_by_how_far_it_agrees_with_what_was_verified(memory):
    def chain(*claims):
        verdict = Verdict(check="V", status="pass")
        return Chain(steps=tuple(Step(claim=c, verdicts=(verdict,)) for c in claims))

    good = memory.remember("Predict churn now", chain(*"abcd"), family="a", summary={})
    bad = memory.remember("Predict churn then", chain(*"axyz"), family="a", summary={})
    memory.recall("Predict churn", family="a", k=2, run="r")
    memory.credit("r", True, family="a", chain=chain(*"abcd"), recur=True)
    assert (memory.get(good).wins, memory.get(good).losses) == (1.0, 0.0)
    assert (memory.get(bad).wins, memory.get(bad).losses) == (0.25, 0.75)
    assert agreement_of(chain(*"abc"), chain(*"acb")) == pytest.approx(2 / 3)
    assert agreement_of(chain(), chain()) == 0


def test_proven_fresh_and_cheap_chains_rank_before_others_that_are_as_near():
    same = [1.0, 0.0]
    proven, failing, plain = (
        hit(1, same, wins=5), hit(2, same, losses=5), hit(3, same)
    )  # fmt: skip
    scores = merits([proven, failing, plain], [0.8] * 3)
    assert scores[0] > scores[2] > scores[1]
    fresh, old, odd = (
        hit(1, same, seen=s)
        for s in ("2100-01-01T00:00:00+00:00", "2001-01-01T00:00:00+00:00", "never")
    )
    scores = merits([fresh, old, odd], [0.8] * 3)
    assert scores[0] > scores[1] >= scores[2]
    costs = ['{"tokens": 10}', '{"tokens": 1000}', '{"tokens": 100}', "[", "{}"]
    cheap, dear, usual, *_ = merits([hit(n, same, cost=c) for n, c in enumerate(costs)], [0.8] * 5)
    assert cheap > usual > dear


def test_similarity_outweighs_everything_learnt_about_a_far_chain():
    near, far = hit(1, [1, 0], losses=1), hit(2, [0, 1], wins=50)
    scores = merits([near, far], [0.9, 0.5])
    assert scores[0] > scores[1]


def test_what_is_shown_is_not_all_alike():
    twins = [hit(1, [1, 0]), hit(2, [1, 0.01]), hit(3, [0.6, 0.8])]
    assert diverse(twins, [0.9, 0.89, 0.8], weight=0.3) == [0, 2, 1]
    assert diverse(twins, [0.9, 0.89, 0.8], weight=0) == [0, 1, 2]
    assert diverse([], []) == []


def test_reliability_is_a_beta_posterior_and_retires_what_is_surely_bad():
    assert reliability(0, 0) == pytest.approx(2 / 3)
    assert reliability(8, 1) > reliability(0, 0) > reliability(0, 3)
    assert not outworn(0, 2)
    assert outworn(0, 4)
    assert not outworn(10, 4)


def test_figures_tell_how_the_memory_has_fared(memory, pair):
    memory.recall("Predict churn", family="a", k=2, run="r")
    memory.credit("r", True, family="a")
    memory.truth.move(pair[1], "retired")
    told = stats(memory.truth)
    shelves = {s["state"]: s for s in told["shelves"]}
    assert (shelves["active"]["count"], shelves["retired"]["count"]) == (1, 1)
    assert shelves["active"]["wins"] == pytest.approx(0.125)
    assert told["runs"] == [{"family": "a", "runs": 1, "verified": 1}]


def test_sums_agree_with_a_count_after_any_history(memory, make_chain):
    rng = np.random.default_rng(0)
    keys = []
    for number in range(40):
        keys.append(memory.remember(f"t {number}", make_chain(number), family="a", summary={}))
        key = keys[rng.integers(len(keys))]
        action = rng.integers(4)
        if action == 0:
            memory.forget(key)
        elif action == 1:
            memory.truth.move(key, ["retired", "quarantined", "active"][rng.integers(3)])
    with sqlite3.connect(memory.truth.path) as db:
        query = "SELECT count(*) FROM chains JOIN standing USING (id) WHERE state = 'active'"
        (active,) = db.execute(query).fetchone()
    db.close()
    assert memory.truth.shelf("chain", "a").size == active
    assert len(memory.recall("t", family="a", k=99)) == active
    memory.settle()
    space = memory.search.space("chain", "a")
    memory.search.index.follow(space)
    query_vector = memory.search.embed(["t"])[0]
    assert len(memory.search.index.nearest(space, query_vector, 99).ids) == active
