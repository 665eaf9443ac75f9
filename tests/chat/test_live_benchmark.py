"""The live benchmark's parts: problems, the verifier, the trained model and its real loading."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from autoglm_agent.chain import Chain, Step
from benchmarks.reasoning.live.problems import Problem, distinct, problems
from benchmarks.reasoning.live.verifier import StepVerifier, stated_answer, verified_answer


def some(count: int = 100) -> list[Problem]:
    return list(itertools.islice(problems(3, 5, held_out=False), count))


def test_a_solution_is_right_by_python_itself() -> None:
    for problem in some():
        scope: dict[str, int] = {}
        for part in problem.text.split(";"):
            exec(part, {}, scope)
        assert list(scope.values())[-1] == problem.answer


def test_what_is_held_out_is_never_trained_on() -> None:
    held_out = {p.text for p in distinct(10_000, 2, 100)}
    assert len(held_out) == 100
    seen = {p.text for p in itertools.islice(problems(0, 2, held_out=False), 5000)}
    assert not held_out & seen


def test_the_verifier_accepts_every_right_solution() -> None:
    for problem in some():
        assert verified_answer(problem.text, problem.solution) == problem.answer


def test_the_verifier_refutes_every_solution_with_one_character_changed() -> None:
    for problem in some(20):
        for at, old in enumerate(problem.solution.rstrip()):
            for new in "07=a+":
                changed = problem.solution[:at] + new + problem.solution[at + 1 :]
                same = new == old or (new == "0" and not problem.solution[at - 1].isdigit())
                if not same:
                    assert verified_answer(problem.text, changed) is None, changed


def test_the_verifier_speaks_the_protocol() -> None:
    chain = Chain(question="a=5+2;b=a*3", steps=(Step(claim="a=5+2=7"),))
    (verdict,) = StepVerifier()(Step(claim="b=7*3=22"), chain)
    assert (verdict.status, verdict.sound, verdict.fact) == ("fail", True, "7*3 is not 22.")
    (verdict,) = StepVerifier()(Step(claim="b=7*3=21"), chain)
    assert (verdict.status, verdict.sound_pass) == ("pass", True)
    whole = chain.grown(Step(claim="b=7*3=21"))
    (verdict,) = StepVerifier()(Step(claim="21", final=True), whole)
    assert verdict.status == "pass"
    (verdict,) = StepVerifier()(Step(claim="7", final=True), chain)
    assert verdict.status == "fail"


def test_a_final_answer_before_all_steps_is_refuted() -> None:
    assert verified_answer("a=5+2;b=a*3", "a=5+2=7\nAnswer: 7\n") is None
    assert stated_answer("a=5+2=7\nAnswer: 7\n") == 7


def test_training_is_decided_by_its_seed_and_loads_as_any_model(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    pytest.importorskip("transformers")
    from autoglm_agent.chat import LocalChatModel
    from benchmarks.reasoning.live.train import Recipe, trained

    recipe = Recipe(updates=3, batch=2, width=16, layers=1)
    first, second = trained(recipe, tmp_path / "one"), trained(recipe, tmp_path / "two")
    weights = "model.safetensors"
    assert (first / weights).read_bytes() == (second / weights).read_bytes()
    other = trained(Recipe(seed=1, updates=3, batch=2, width=16, layers=1), tmp_path / "one")
    assert (other / weights).read_bytes() != (first / weights).read_bytes()
    reply = LocalChatModel(model=str(first), max_tokens=9, seed=0).invoke("a=5+2;b=a*3")
    assert reply.usage_metadata["input_tokens"] == len("a=5+2;b=a*3\n") + 1


def test_our_method_tries_a_refuted_step_again_and_counts_what_it_cost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("torch")
    from autoglm_agent.chat import LocalChatModel
    from benchmarks.reasoning.live import solve
    from benchmarks.reasoning.live.train import Recipe, trained

    monkeypatch.setattr(solve, "MOST_STEPS", 12)
    folder = trained(Recipe(updates=1, batch=2, width=16, layers=1), tmp_path)
    model = LocalChatModel(model=str(folder), temperature=1.0)
    solved = solve.solve("a=5+2", model, seed=0)  # this model knows nothing: it must give up
    assert solved.answer is None
    assert 1 < solved.calls <= 12
    assert solved.calls <= solved.tokens <= solve.LONGEST_STEP * solved.calls
    again = solve.solve("a=5+2", model, seed=0)
    assert again == solved


def test_the_evaluation_faces_every_method_with_the_same_problems(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("torch")
    from autoglm_agent.chat import LocalChatModel
    from benchmarks.reasoning.live import solve
    from benchmarks.reasoning.live.evaluate import POOL, evaluate
    from benchmarks.reasoning.live.train import Recipe, trained

    monkeypatch.setattr(solve, "MOST_STEPS", 12)
    folder = trained(Recipe(updates=1, batch=2, width=16, layers=1), tmp_path)
    model = LocalChatModel(model=str(folder), temperature=1.0, max_tokens=6)
    rows = {row.method: row for row in evaluate(model, distinct(10_000, 1, 1))}
    assert {"greedy", "pass@1", f"majority@{POOL}", f"best-of-{POOL}"} < rows.keys()
    ours = rows["verified steps"]
    assert (ours.accuracy, ours.wrong) == (0.0, 0.0)  # it knows nothing and says nothing wrong
    assert ours.tokens > rows["pass@1"].tokens
