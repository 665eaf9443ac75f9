"""V01 recomputes from files, V04 refuses insane predictions, V08 keeps to the budget."""

from __future__ import annotations

import copy
import dataclasses
import shutil

import numpy as np
import pandas as pd
import pytest
from checks_run import assessed, context_of, honest_table, load_oof, searched, store_oof, verdict

from autoglm_agent.automl.run.workspace import Workspace


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    frame = honest_table().drop(columns="number")
    return assessed(searched(context_of(tmp_path_factory.mktemp("run"), frame, "answer")))


@pytest.fixture
def run(made, tmp_path):
    """A copy of one run, to be tampered with."""
    shutil.copytree(made.workspace.path, tmp_path / "run")
    told = {"search": copy.deepcopy(made.search), "assessment": copy.deepcopy(made.assessment)}
    return dataclasses.replace(made, workspace=Workspace(tmp_path / "run"), budget={}, **told)


def without(context, names):
    """Do what the remedy says: the search without these candidates, weights anew."""
    search = context.search
    oof = {k: v for k, v in load_oof(context).items() if k not in names}
    search["candidates"] = [c for c in search["candidates"] if c["id"] not in names]
    kept = search["candidates"][0]
    search |= {"weights": {kept["id"]: 1.0}, "best": kept["id"], "ensemble_score": kept["score"]}
    store_oof(context, oof | {"ensemble": oof[kept["id"]]})
    return context


def test_scores_that_follow_from_the_stored_predictions_pass(run):
    found = verdict(run, "search", "V01")
    assert found.status == "pass"
    assert found.statistic <= found.threshold


def test_a_flattering_score_discards_its_candidate_and_the_rest_passes(run):
    run.search["candidates"][1]["score"] += 0.03
    found = verdict(run, "search", "V01")
    assert (found.status, found.blame) == ("fail", "train_models")
    assert found.remedies[0].kind == "discard_candidates"
    assert found.remedies[0].args == {"discard": ["second"]}
    assert found.statistic == pytest.approx(0.03)
    healed = verdict(without(run, found.remedies[0].args["discard"]), "search", "V01")
    assert healed.status == "pass"


def test_a_missing_row_invalidates_a_candidate_and_names_the_fold(run):
    oof = load_oof(run)
    oof["first"][7] = np.nan
    store_oof(run, oof)
    found = verdict(run, "search", "V01")
    assert found.remedies[0].args == {"discard": ["first"]}
    assert f"fold {run.prepared.folds[7]}" in found.fact


def test_a_missing_fold_score_invalidates_a_candidate(run):
    run.search["candidates"][0]["fold_scores"].pop()
    assert verdict(run, "search", "V01").remedies[0].args == {"discard": ["first"]}


def test_a_stopped_candidate_that_counts_is_told_not_refuted(run):
    oof, first = load_oof(run), run.search["candidates"][0]
    rows = run.prepared.folds == 0
    oof["first"][rows] = oof["ensemble"][rows] = np.nan
    store_oof(run, oof)
    from autoglm_agent.automl.scoring.metrics import score

    problem, y = run.prepared.problem, run.prepared.y
    first["status"] = "stopped"
    first["score"] = score("roc_auc", y[~rows], oof["first"][~rows], problem)
    run.search["ensemble_score"] = score("roc_auc", y[~rows], oof["ensemble"][~rows], problem)
    found = verdict(run, "search", "V01")
    assert found.status == "warn"
    assert "first was stopped" in found.fact


def test_an_ensemble_that_is_not_its_candidates_is_found_again(run):
    run.search["weights"] = {"first": 0.5, "second": 0.5}
    found = verdict(run, "search", "V01")
    assert (found.status, found.remedies[0].kind) == ("fail", "recompute")
    assert found.remedies[0].step == "train_models"


def test_the_assessment_follows_from_the_stored_predictions(run):
    assert verdict(run, "assessment", "V01").status == "pass"
    run.assessment["metrics"]["accuracy"]["value"] += 1e-6
    found = verdict(run, "assessment", "V01")
    assert (found.status, found.blame) == ("fail", "evaluate_model")
    assert "accuracy" in found.fact


def test_missing_predictions_of_the_holdout_are_refuted(run):
    (run.workspace.path / run.assessment["predictions"]).unlink()
    found = verdict(run, "assessment", "V01")
    assert (found.status, found.remedies[0].kind) == ("fail", "recompute")


def test_sane_predictions_pass(run):
    assert verdict(run, "search", "V04").status == "pass"
    assert verdict(run, "assessment", "V04").status == "pass"


@pytest.mark.parametrize(
    ("ill", "told"),
    [
        (lambda p: np.full_like(p, 0.5), "same prediction"),
        (lambda p: p * 1.1, "sum to one"),
        (lambda p: np.where(p == p[3], np.inf, p), "infinite"),
        (lambda p: p[:, :1], "shape"),
    ],
)
def test_insane_predictions_discard_their_candidate_and_heal(run, ill, told):
    oof = load_oof(run)
    oof["second"] = ill(oof["second"])
    store_oof(run, oof)
    found = verdict(run, "search", "V04")
    assert (found.status, found.blame) == ("fail", "train_models")
    assert told in found.fact
    assert found.remedies[0].args == {"discard": ["second"]}
    assert verdict(without(run, ["second"]), "search", "V04").status == "pass"


def test_a_prediction_missing_for_a_held_out_row_is_refuted(run):
    path = run.workspace.path / run.assessment["predictions"]
    pd.read_parquet(path).iloc[1:].to_parquet(path)
    found = verdict(run, "assessment", "V04")
    assert (found.status, found.remedies[0].kind) == ("fail", "retrain")


def test_numbers_far_outside_the_known_range_are_told(tmp_path):
    frame = honest_table().drop(columns="answer")
    run = searched(context_of(tmp_path, frame, "number", "regression"))
    assert verdict(run, "search", "V04").status == "pass"
    oof = load_oof(run)
    oof["first"][0] = 1e6
    store_oof(run, oof)
    found = verdict(run, "search", "V04")
    assert found.status == "warn"
    assert "outside" in found.fact


def test_the_budget_is_kept_overrun_or_broken(run):
    run.budget = {"limit_s": 60.0, "elapsed_s": 60.0}
    assert verdict(run, "assessment", "V08").status == "pass"
    run.budget["elapsed_s"] = 70.0
    assert verdict(run, "assessment", "V08").status == "warn"
    run.budget["elapsed_s"] = 120.0
    found = verdict(run, "assessment", "V08")
    assert (found.status, found.remedies[0].kind) == ("fail", "stop")
    assert found.statistic == pytest.approx(2.0)


def test_too_much_memory_is_refuted(run):
    run.budget = {"memory_limit_mb": 100.0, "peak_memory_mb": 250.0}
    assert verdict(run, "search", "V08").status == "fail"


def test_a_few_seconds_of_fixed_costs_do_not_break_a_tiny_budget(run):
    run.budget = {"limit_s": 2.0, "elapsed_s": 8.0}
    assert verdict(run, "assessment", "V08").status == "warn"
