"""The policy as a table: what follows on which verdict."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoglm_agent.chain import Budget, Chain, Nogood, Outcome, Remedy, Step, Usage, Verdict
from autoglm_agent.policy import decide, exhausted, repeated

NAMES = ["profile_data", "plan_task", "prepare_data", "train_models"]
CHAIN = Chain(steps=tuple(Step(tool=n, args={}, outcome=Outcome()) for n in NAMES[:3]))
DROP = Remedy(kind="drop_columns", step="prepare_data", args={"drop_columns": ["leak"]})


def tried(*verdicts: Verdict, tool: str | None = "train_models") -> Step:
    return Step(tool=tool, args={}, outcome=Outcome(), verdicts=verdicts)


def failing(*remedies: Remedy, check: str = "V10", **rest: object) -> Verdict:
    return Verdict(check=check, status="fail", fact=f"{check} says no.", remedies=remedies, **rest)


def test_a_step_without_refutation_is_accepted() -> None:
    step = tried(Verdict(check="V15", status="warn"), Verdict(check="V10", status="na"))
    decision = decide(CHAIN, step, (), Usage(), Budget())
    assert (decision.action, decision.done) == ("accept", False)


def test_an_accepted_answer_ends_the_chain() -> None:
    assert decide(CHAIN, tried(tool=None), (), Usage(), Budget()).done


def test_the_machine_jumps_to_the_step_that_the_remedy_names() -> None:
    decision = decide(CHAIN, tried(failing(DROP)), (), Usage(), Budget())
    assert (decision.action, decision.to) == ("jump", 2)
    assert decision.nogoods[0].step == CHAIN.steps[2].key
    assert decision.nogoods[0].prefix == CHAIN.cut(2).prefix_key


def test_several_refutations_jump_to_the_earliest_blamed_step_in_one_round() -> None:
    again = Remedy(kind="discard_candidates", step="train_models", args={"discard": ["c1"]})
    decision = decide(
        CHAIN, tried(failing(again, check="V01"), failing(DROP)), (), Usage(), Budget()
    )
    assert decision.to == 2
    assert {n.check for n in decision.nogoods} == {"V01", "V10"}


def test_a_remedy_is_never_tried_twice() -> None:
    first = decide(CHAIN, tried(failing(DROP)), (), Usage(), Budget())
    second = decide(CHAIN, tried(failing(DROP)), first.nogoods, Usage(), Budget())
    assert second.action == "conclude"
    assert "Every known remedy was tried" in second.reason


def test_the_next_remedy_comes_when_the_first_did_not_help() -> None:
    other = Remedy(kind="split_by_time", step="prepare_data", args={"split": "time"})
    first = decide(CHAIN, tried(failing(DROP, other)), (), Usage(), Budget())
    second = decide(CHAIN, tried(failing(DROP, other)), first.nogoods, Usage(), Budget())
    assert second.nogoods[0].remedy == other


@pytest.mark.parametrize(("kind", "action"), [("ask", "ask"), ("stop", "conclude")])
def test_what_only_a_person_can_decide_is_not_retried(kind: str, action: str) -> None:
    remedy = Remedy(kind=kind, step="plan_task", reason="Name the target.")
    assert decide(CHAIN, tried(failing(remedy)), (), Usage(), Budget()).action == action


def test_the_remedy_budget_ends_the_run() -> None:
    decision = decide(CHAIN, tried(failing(DROP)), (), Usage(remedies=6), Budget(remedies=6))
    assert decision.action == "conclude"
    assert "6 of 6 remedies were spent" in decision.reason


def test_a_step_refuted_without_remedy_is_tried_again_and_then_given_up() -> None:
    chain, nogoods = CHAIN, ()
    for expected in ("jump", "jump", "conclude"):
        decision = decide(chain, tried(failing(check="tool")), nogoods, Usage(), Budget())
        assert decision.action == expected
        nogoods += decision.nogoods


def test_a_sound_nogood_forbids_the_same_step_after_the_same_chain_only() -> None:
    decision = decide(CHAIN, tried(failing(DROP)), (), Usage(), Budget())
    blamed = CHAIN.steps[2]
    assert repeated(CHAIN.cut(2), blamed, decision.nogoods)
    assert not repeated(CHAIN.cut(1), blamed, decision.nogoods)
    changed = blamed.model_copy(update={"args": {"drop_columns": ["leak"]}})
    assert not repeated(CHAIN.cut(2), changed, decision.nogoods)


def test_a_soft_nogood_forbids_nothing() -> None:
    soft = Nogood(prefix=CHAIN.prefix_key, step=tried().key, sound=False)
    assert repeated(CHAIN, tried(), (soft,)) is None


def test_a_cap_breaks_before_it_is_passed() -> None:
    assert exhausted(Budget(model_calls=3), Usage(model_calls=2), model_calls=1) is None
    assert exhausted(Budget(model_calls=3), Usage(model_calls=3), model_calls=1)
    assert exhausted(Budget(seconds=10), Usage(seconds=10.5), seconds=0)
    assert exhausted(Budget(seconds=10), Usage(seconds=10.5), model_calls=1) is None


def test_answering_in_words_after_a_tools_error_ends_the_run_with_that_error() -> None:
    failed = failing(check="tool", blame="train_models")
    decision = decide(CHAIN, tried(failed), (), Usage(), Budget())
    answer = tried(failing(check="complete"), tool=None)
    ended = decide(CHAIN, answer, decision.nogoods, Usage(), Budget())
    assert ended.action == "conclude"
    assert ended.refuted[0].check == "tool"
    assert ended.reason == "tool says no."


@given(
    outcomes=st.lists(
        st.lists(st.sampled_from(["a", "b", "c"]), max_size=3, unique=True),
        min_size=80,
        max_size=80,
    ),
    cap=st.integers(0, 8),
)
def test_the_machine_always_ends_within_its_remedies(outcomes: list[list[str]], cap: int) -> None:
    """Whatever the verifiers say, the number of jumps never exceeds the budget."""
    chain, nogoods, usage = Chain(), (), Usage()
    budget = Budget(remedies=cap)
    for columns in outcomes:
        name = NAMES[len(chain.steps)] if len(chain.steps) < 4 else None
        remedy = Remedy(kind="drop_columns", step="prepare_data", args={"drop_columns": columns})
        step = tried(*([failing(remedy)] if columns else []), tool=name)
        decision = decide(chain, step, nogoods, usage, budget)
        if decision.action == "conclude" or decision.done:
            break
        if decision.action == "accept":
            chain = chain.grown(step)
        else:
            chain, nogoods = chain.cut(decision.to), nogoods + decision.nogoods
            usage = usage.plus(remedies=1)
    assert usage.remedies <= cap
    assert all(not s.refuted for s in chain.steps)


def test_a_remedy_that_costs_a_second_reading_waits_for_consent() -> None:
    simpler = Remedy(
        kind="simplify", step="train_models", args={"simplify": True}, needs_consent=True
    )
    chain = CHAIN.grown(Step(tool="train_models", outcome=Outcome()))
    step = tried(failing(simpler, check="V32"), tool="evaluate_model")
    asked = decide(chain, step, (), Usage(), Budget())
    assert (asked.action, asked.asked) == ("ask", simpler)
    allowed = decide(chain, step, (), Usage(), Budget(), consent=True)
    assert (allowed.action, allowed.to) == ("jump", 3)
