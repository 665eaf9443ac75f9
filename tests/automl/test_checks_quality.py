"""V30: better than the simplest answers; V32: the search keeps its promise."""

from __future__ import annotations

import pytest
from checks_run import assessed, context_of, honest_table, searched, verdict


def run_of(folder, kind="binary", noise=False):
    target, other = ("answer", "number") if kind == "binary" else ("number", "answer")
    frame = honest_table(800).drop(columns=other)
    return searched(context_of(folder, frame, target, kind), noise)


@pytest.mark.parametrize("kind", ["binary", "regression"])
def test_a_useful_model_beats_the_constants(tmp_path, kind):
    run = assessed(run_of(tmp_path, kind))
    for stage in ("search", "assessment"):
        found = verdict(run, stage, "V30")
        assert found.statistic > 0, found.fact
        # On few held-out rows a rule on one column may come close, which is told.
        assert found.status == "pass" or "alone does about as well" in found.fact
    assert verdict(run, "search", "V30").status == "pass"


@pytest.mark.parametrize("kind", ["binary", "regression"])
def test_guessing_is_refuted_with_an_honest_stop(tmp_path, kind):
    run = assessed(run_of(tmp_path, kind, noise=True), noise=True)
    for stage in ("search", "assessment"):
        found = verdict(run, stage, "V30")
        assert (found.status, found.blame) == ("fail", "train_models")
        assert found.remedies[0].kind == "stop"


def test_a_model_that_one_column_matches_is_told(tmp_path):
    frame = honest_table()[["a", "answer"]].assign(a=lambda f: f["a"].round().clip(-1, 1))
    found = verdict(searched(context_of(tmp_path, frame, "answer")), "search", "V30")
    assert found.status == "warn"
    assert "'a' alone" in found.fact


def test_a_promise_that_is_kept_passes(tmp_path):
    found = verdict(assessed(run_of(tmp_path)), "assessment", "V32")
    assert found.status == "pass"


def test_a_promise_that_is_broken_is_refuted_and_a_modest_one_heals(tmp_path):
    run = assessed(run_of(tmp_path))
    honest = run.search["ensemble_score"]
    run.search["ensemble_score"] = 1.0
    run.search["candidates"][0]["se"] = 0.001
    found = verdict(run, "assessment", "V32")
    assert (found.status, found.blame) == ("fail", "train_models")
    assert [(r.kind, r.needs_consent) for r in found.remedies] == [("simplify", True)]
    assert found.remedies[0].args == {"simplify": True}
    run.search["ensemble_score"] = honest
    assert verdict(run, "assessment", "V32").status == "pass"
