"""The worked simulators on generated worlds: right chains pass, the first wrong step is found."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoglm_agent.chain import Chain, Step
from autoglm_agent.verifiers import Verifier
from autoglm_agent.verifiers.tasks import dyck, game24, holdings, parts_of_arithmetic
from autoglm_agent.verifiers.tasks.brackets import CLOSING, closing
from autoglm_agent.verifiers.tasks.game24 import reachable

SEEDS = st.integers(0, 10**9)


def first_refuted(verifier: Verifier, question: str, steps: list[str]) -> int | None:
    chain = Chain(question=question)
    for index, text in enumerate(steps):
        step = Step(claim=text, final=index == len(steps) - 1)
        if any(v.status == "fail" for v in verifier(step, chain)):
            return index
        chain = chain.grown(step)
    return None


def spaced(symbols: str) -> str:
    return " ".join(symbols)


def bracket_world(random_: random.Random) -> tuple[str, list[str]]:
    """A random prefix of a Dyck word, and the steps that read and close it."""
    symbols, stack, steps = "", "", ["We process the input.", "stack: empty"]
    for _ in range(random_.randint(3, 25)):
        opens = not stack or random_.random() < 0.55
        symbol = random_.choice(list(CLOSING)) if opens else CLOSING[stack[-1]]
        stack = stack + symbol if opens else stack[:-1]
        symbols += symbol
        steps.append(f"{symbol} ; stack: {spaced(stack) or 'empty'}")
    shown = f'"{spaced(stack)}"' if stack else "empty"
    steps.append(f"Now, we have reached the end. The final stack is {shown}.")
    steps.append(f"So, we need {spaced(closing(stack))}. So the answer is {spaced(closing(stack))}")
    return spaced(symbols), steps


@given(SEEDS)
def test_brackets_read_rightly_pass(seed):
    question, steps = bracket_world(random.Random(seed))
    assert first_refuted(dyck(), question, steps) is None


@given(SEEDS)
def test_a_wrong_stack_is_found_where_it_is_written(seed):
    random_ = random.Random(seed)
    question, steps = bracket_world(random_)
    at = random_.randrange(2, len(steps) - 2)
    symbol, stack = steps[at].split(" ; stack: ")
    wrong = "( " + stack if stack != "empty" else "("
    assert first_refuted(dyck(), question, [*steps[:at], f"{symbol} ; stack: {wrong}"]) == at
    skipped = [*steps[:at], steps[-2]]
    assert first_refuted(dyck(), question, skipped) == at, "the input is not at its end"


@pytest.mark.parametrize(
    ("steps", "first"),
    [
        (["( ; stack: (", ""], 0),
        (["[ ; stack: [", "] ; stack: empty", ""], 1),
        (["[ ; stack: [", "( ; stack: [ (", ") ; stack: [", "] ; stack: empty", "( ; stack: ("], 4),
        (["[ ; stack: [", "Now, we have reached the end. The final stack is [."], 1),
    ],
)
def test_other_symbols_than_those_of_the_input_are_refuted(steps, first):
    assert first_refuted(dyck(), "[ ( ) ]", steps) == first


NAMES = ("Ann", "Ben", "Cleo", "Dan", "Eve")
THINGS = ("red ball", "blue ball", "Moby Dick", "right winger", "The Great Gatsby", "Emma")


def swap_world(random_: random.Random) -> tuple[str, list[str], list[str]]:
    """A question with swaps, its steps, and the same steps with one holding changed each."""
    people = list(NAMES[: random_.randint(3, 5)])
    held = dict(zip(people, random_.sample(THINGS, len(people)), strict=True))
    clauses = [f"{person} has {thing}" for person, thing in held.items()]
    begin = ", ".join(clauses[:-1]) + ", and " + clauses[-1]
    steps = [f"At the start: {listed(held)}."]
    broken = [""]
    told = []
    for _ in range(random_.randint(2, 5)):
        one, other = random_.sample(people, 2)
        held[one], held[other] = held[other], held[one]
        told.append(f"{one} and {other} swap things.")
        steps.append(f"{one} and {other} swap: {listed(held)}.")
        wrong = held | {one: held[other], other: held[one]}
        broken.append(f"{one} and {other} swap: {listed(wrong)}.")
    question = f"At the start, they hold: {begin}.\n{' Then, '.join(told)} At the end, {one} has"
    steps.append(f"At the end, {one} has {held[one]}.")
    return question, steps, broken


def listed(held: dict[str, str]) -> str:
    return ", ".join(f"{person}: {thing}" for person, thing in held.items())


@given(SEEDS)
def test_swaps_told_rightly_pass_and_a_wrong_one_is_found(seed):
    random_ = random.Random(seed)
    question, steps, broken = swap_world(random_)
    assert first_refuted(holdings(), question, steps) is None
    at = random_.randrange(1, len(broken))
    assert first_refuted(holdings(), question, [*steps[:at], broken[at]]) == at
    skipped = [*steps[:at], steps[-1]]
    assert first_refuted(holdings(), question, skipped) == at, "a swap is still to be made"


@pytest.mark.parametrize(
    ("claim", "wanted"),
    [
        ("A: blue, B: red, C: green", "pass"),
        ("A and B swap: A: blue, B: red", "pass"),
        ("A B: A blue, B red", "pass"),
        ("Ann and Ben swap balls, Ann has the blue ball.", "pass"),
        ("Ann and Ben swap balls, Ann has the red ball.", "fail"),
        ("A: blue, B: blue, C: green", "fail"),
        ("Ben and Cleo swap balls.", "fail"),
        ("So the answer is (B)", "fail"),
        ("Let us think.", "none"),
    ],
)
def test_holdings_are_read_in_short_forms(claim, wanted):
    question = (
        "They each hold a ball: Ann has a red ball, Ben has a blue ball, and Cleo has a green "
        "ball.\nFirst, Ann and Ben swap balls. Then, Ben and Cleo swap balls. At the end, Ann has "
        "the\nOptions:\n(A) red ball.\n(B) blue ball.\n(C) green ball."
    )
    chain = Chain(question=question, steps=(Step(claim="A: red, B: blue, C: green"),))
    found = holdings()(Step(claim=claim), chain)
    assert (found[0].status if found else "none") == wanted


PARTS = "((2 * 3 - 1) - (4 + 1)) ="
DEFINED = 'This can be written as "A - B", where A = (2 * 3 - 1) and B = (4 + 1).'
A, B = "Let's calculate A = (2 * 3 - 1) = (6 - 1) = 5.", "Let's calculate B = (4 + 1) = 5."
JOINED = "Then, the final equation is A - B = 5 - 5 = 0. So the answer is 0"


@pytest.mark.parametrize(
    ("steps", "first"),
    [
        ([DEFINED, A, B, JOINED], None),
        ([DEFINED, A.replace("(6 - 1)", "(6 + 1)")], 1),
        ([DEFINED, A.replace("= 5.", "= 4.")], 1),
        ([DEFINED, "Let's calculate A = (2 * 3 + 1) = 7."], 1),
        ([DEFINED, A, B, JOINED.replace("5 - 5", "5 - 4").replace("= 0.", "= 1.")], 3),
        ([DEFINED, A, B, JOINED.replace("is 0", "is 1")], 3),
        ([DEFINED.replace("(4 + 1)", "(4 - 1)"), A], 0),
        ([DEFINED.replace("A - B", "A + B"), A], 0),
        ([DEFINED, A, B, "So the answer is 7"], 3),
        ([DEFINED, A, "Let's calculate B = (4 + 1) / 0 = 5."], 2),
    ],
)
def test_parts_of_arithmetic_are_followed(steps, first):
    assert first_refuted(parts_of_arithmetic(), PARTS, steps) == first


def test_stepwise_judging_leaves_the_decomposition_alone():
    wrong = DEFINED.replace("A - B", "A + B")
    assert first_refuted(parts_of_arithmetic(whole=False), PARTS, [wrong, A, B]) is None


GAME = "4 5 6 10"


@pytest.mark.parametrize(
    ("steps", "first"),
    [
        (["10 - 4 = 6 (left: 5 6 6)", "6 - 5 = 1 (left: 1 6)", "6 * 1 = 6 (left: 6)"], 2),
        (["10 - 4 = 6 (left: 5 6 6)", "6 / 6 = 1 (left: 1 5)"], 1),
        (["10 - 4 = 5 (left: 5 5 6)", ""], 0),
        (["10 - 4 = 6 (left: 5 6)", ""], 0),
        (["10 - 7 = 3 (left: 3 4 5 6)", ""], 0),
        (["5 * 6 = 30 (left: 4 10 30)", "10 - 4 = 6 (left: 6 30)", "30 - 6 = 24 (left: 24)"], None),
        (["5 * 6 = 30", "10 - 4 = 6", "30 - 6 = 24", "Answer: 5 * 6 - (10 - 4) = 24"], None),
        (["Answer: 5 * 6 - (10 - 4) = 24"], None),
        (["Answer: 5 * 6 - 6 = 24"], 0),
        (["Answer: 4 + 5 + 6 + 10 = 24"], 0),
        (["10 / 6 = 1.667 (left: 1.667 4 5)", "1.667 * 4 = 6.667 (left: 5 6.667)", ""], 2),
    ],
)
def test_the_game_of_24_is_refereed_exactly(steps, first):
    assert first_refuted(game24(), GAME, steps) == first


def test_a_dead_end_is_refuted_where_the_game_looks_ahead():
    chain = Chain(question=GAME)
    dead = Step(claim="4 * 5 = 20 (left: 6 10 20)")
    assert game24()(dead, chain)[0].status == "pass"
    assert reachable((Fraction(6), Fraction(10), Fraction(20))) is (
        game24(look_ahead=True)(dead, chain)[0].status == "pass"
    )
    hopeless = Chain(question="1 1 1 1")
    step = Step(claim="1 + 1 = 2 (left: 1 1 2)")
    assert game24(look_ahead=True)(step, hopeless)[0].fact == "24 cannot be reached from 1 1 2."


@pytest.mark.parametrize("make", [dyck, holdings, parts_of_arithmetic, game24])
def test_questions_of_another_kind_are_left_alone(make):
    chain = Chain(question="What is the capital of France?")
    assert make()(Step(claim="Paris, so the answer is (A) 24.", final=True), chain) == []
