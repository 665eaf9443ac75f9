"""State simulators: a user's world judges steps, with the place and the conflict of a fault."""

from __future__ import annotations

from dataclasses import dataclass

from autoglm_agent.chain import Chain, Step
from autoglm_agent.verifiers import Refuted, StateSimulator, judge_step


@dataclass(frozen=True)
class Heap:
    left: int
    turns: int = 0


def start(question: str) -> Heap | None:
    return Heap(int(question)) if question.isdigit() else None


def apply(heap: Heap, step: Step) -> Heap | None:
    if not step.claim.isdigit():
        return None
    taken = int(step.claim)
    if not 1 <= taken <= min(3, heap.left):
        raise Refuted(
            f"{taken} cannot be taken from {heap.left}.", field="claim", span=(0, 1), conflicts=(0,)
        )
    return Heap(heap.left - taken, heap.turns + 1)


def goal(heap: Heap, step: Step) -> str | None:
    return f"{heap.left} are left." if heap.left else None


NIM = StateSimulator(start, apply, goal=goal, check="nim", name=lambda heap: str(heap.left))


def chain(*claims: str, question: str = "7") -> Chain:
    return Chain(question=question, steps=tuple(Step(claim=claim) for claim in claims))


def test_a_possible_step_passes_and_names_the_state_it_leads_to():
    (verdict,) = NIM(Step(claim="3"), chain("3"))
    assert (verdict.status, verdict.state, verdict.sound_pass) == ("pass", "1", False)


def test_the_same_state_has_one_name_however_it_is_reached():
    one = NIM(Step(claim="1"), chain("3", "2"))[0].state
    other = NIM(Step(claim="3"), chain("2", "1"))[0].state
    assert one == other == "1"


def test_an_impossible_step_is_refuted_with_its_place():
    (verdict,) = NIM(Step(claim="4"), chain("3"))
    assert verdict.fact == "4 cannot be taken from 4."
    assert (verdict.status, verdict.sound) == ("fail", True)
    assert (verdict.field, verdict.span, verdict.conflicts) == ("claim", (0, 1), (0,))


def test_a_step_that_rests_on_an_impossible_one_names_it():
    (verdict,) = NIM(Step(claim="1"), chain("2", "9", "1"))
    assert verdict.status == "fail"
    assert 1 in verdict.conflicts
    assert verdict.fact.startswith("It rests on step 2, which is wrong: 9 cannot")


def test_a_final_step_must_reach_the_goal():
    assert NIM(Step(claim="3", final=True), chain("3"))[0].fact == "1 are left."
    assert NIM(Step(claim="1", final=True), chain("3", "3"))[0].status == "pass"
    assert NIM(Step(claim="Done.", final=True), chain("3", "3", "1"))[0].status == "pass"


def test_other_questions_and_steps_that_say_nothing_are_not_judged():
    assert NIM(Step(claim="1"), chain(question="What is new?")) == []
    assert NIM(Step(claim="Let us think."), chain("3")) == []


def test_soundness_is_as_declared():
    soft = StateSimulator(start, apply, sound=False, sound_pass=True, check="soft")
    assert not soft(Step(claim="9"), chain())[0].sound
    assert soft(Step(claim="1"), chain())[0].sound_pass


def test_states_of_dataclasses_and_plain_data_have_names_of_their_own():
    plain = StateSimulator(start, apply, check="plain")
    assert plain(Step(claim="1"), chain())[0].state == '{"left":6,"turns":1}'


def test_a_simulator_that_crashes_refutes_nothing():
    broken = StateSimulator(lambda question: 1, lambda state, step: 1 // 0, check="broken")
    (verdict,) = judge_step([broken], Step(claim="1"), Chain())
    assert (verdict.status, verdict.check) == ("unknown", "broken")
