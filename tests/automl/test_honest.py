"""The honest score pays for the choice, keeps what was not chosen, and V05 and V31 use it."""

from __future__ import annotations

import numpy as np
import pytest
from checks_run import context_of, honest_table, load_oof, searched, store_oof, verdict

from autoglm_agent.automl.scoring.honest import effective_number, honest_score, quick_correction
from autoglm_agent.automl.scoring.improvement import compare, select_significant
from autoglm_agent.automl.scoring.metrics import score
from autoglm_agent.automl.scoring.problem import Problem

BINARY = Problem("binary", "roc_auc", (0, 1), 1)


def guesses(count: int, n: int, seed: int = 0) -> tuple[dict[str, np.ndarray], np.ndarray]:
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 2, n)
    told = rng.random((count, n))
    return {str(k): np.column_stack([1 - p, p]) for k, p in enumerate(told)}, y


def test_the_best_of_many_guesses_is_worth_nothing():
    found = honest_score(*guesses(200, 300), BINARY, repeats=300)
    assert found.naive > 0.56
    assert found.value == pytest.approx(0.5, abs=0.03)
    assert found.low < 0.5 < found.high
    assert found.optimism > 2 * found.se
    assert found.effective > 150


def test_a_single_candidate_keeps_its_score():
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 400)
    p = np.clip(0.5 + 0.3 * (y - 0.5) + rng.normal(0, 0.2, 400), 0.01, 0.99)
    one = {"a": np.column_stack([1 - p, p])}
    found = honest_score(one, y, BINARY, repeats=300)
    assert found.value == pytest.approx(score("roc_auc", y, one["a"], BINARY), abs=0.006)
    assert found.low < found.naive < found.high


@pytest.mark.parametrize("metric", ["rmse", "mae"])
def test_losses_are_corrected_upwards(metric):
    rng = np.random.default_rng(1)
    y = rng.normal(size=200)
    oofs = {str(k): rng.normal(0, 0.3, 200) for k in range(100)}
    found = honest_score(oofs, y, Problem("regression", metric), repeats=300)
    assert found.naive < found.value
    assert found.low < found.value < found.high
    assert found.optimism > 0


def test_copies_of_one_candidate_count_as_one():
    oofs, y = guesses(1, 200)
    same = [oofs["0"]] * 30
    assert effective_number(same, y, BINARY) == pytest.approx(1.0, abs=0.05)
    assert quick_correction(0.8, 0.01, 1.0) == 0.8
    assert quick_correction(0.8, 0.01, 1000.0) < 0.77


def test_the_corrected_test_is_slower_to_believe_than_the_plain_one():
    rng = np.random.default_rng(0)
    false_alarms = plain = 0
    for _ in range(400):
        # Folds share their training rows: a common error makes their differences alike.
        shift = rng.normal(0, 0.5)
        x = rng.normal(size=5) + shift
        false_alarms += compare(x, np.zeros(5), 0.25).p < 0.05
        plain += compare(x, np.zeros(5), 0.0).p < 0.05
    assert false_alarms < plain
    assert false_alarms / 400 < 0.08
    sure = compare(np.array([0.9, 0.91, 0.92, 0.9, 0.91]), np.full(5, 0.8), 0.25)
    assert sure.better(0.05, 0.75)
    assert not compare(np.array([0.8]), np.array([0.7]), 0.25).better(0.05, 0.75)


def test_false_discoveries_are_held():
    p = np.r_[np.full(3, 1e-6), np.linspace(0.05, 1, 97)]
    assert select_significant(p, 0.1).tolist() == [True] * 3 + [False] * 97
    assert not select_significant(np.array([]), 0.1).any()


def test_a_cherry_picked_guess_is_refuted_and_an_honest_model_is_not(tmp_path):
    frame = honest_table(500).drop(columns="number")
    run = searched(context_of(tmp_path, frame, "answer"))
    assert verdict(run, "search", "V05").status == "pass"
    oof, y = load_oof(run), run.need_prepared().y
    told = run.search["candidates"][0]
    lucky, _ = guesses(150, len(y), 3)
    scores = {n: score("roc_auc", y, p, run.need_prepared().problem) for n, p in lucky.items()}
    best = max(scores, key=lambda n: scores[n])
    run.search |= {
        "candidates": [{**told, "id": n, "score": s} for n, s in scores.items()],
        "weights": {best: 1.0}, "best": best, "ensemble_score": scores[best],
        "naive_score": scores[best],
    }  # fmt: skip
    store_oof(run, {**lucky, "ensemble": lucky[best]})
    run.cache.clear()
    found = verdict(run, "search", "V05")
    assert (found.status, found.blame) == ("fail", "train_models")
    assert [r.kind for r in found.remedies] == ["simplify", "stop"]
    assert oof
