"""V14, V16, V17, V18: what binds rows together, planted and absent."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from checks_run import context_of, verdict


def visits(linked: bool, n: int = 900, seed: int = 0) -> pd.DataFrame:
    """Rows of patients; linked ones share an outcome and a measure of their own."""
    rng = np.random.default_rng(seed)
    patient = rng.integers(0, n // 6, n)
    trait = rng.normal(size=n // 6)[patient] if linked else rng.normal(size=n)
    fate = rng.normal(size=n // 6)[patient] if linked else rng.normal(size=n)
    a = rng.normal(size=n)
    y = np.where(a + 2 * fate + rng.normal(0, 0.5, n) > 0, "ill", "well").astype(object)
    return pd.DataFrame({"patient_id": patient, "a": a, "trait": trait, "state": y})


def drifting(moving: bool, n: int = 1200, seed: int = 0) -> pd.DataFrame:
    """Daily rows; in a moving world the level wanders and neighbours in time are alike."""
    rng = np.random.default_rng(seed)
    day = pd.date_range("2024-01-01", periods=n, freq="h")
    level = np.cumsum(rng.normal(0, 1, n)) if moving else np.zeros(n)
    a = rng.normal(size=n)
    frame = pd.DataFrame({"date": day, "a": a, "y": level + 2 * a + rng.normal(0, 1, n)})
    return frame.sample(frac=1, random_state=seed).reset_index(drop=True)


def measured(copies: float, n: int = 800, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    X = pd.DataFrame(rng.normal(size=(n, 5)), columns=list("abcde"))
    X["y"] = np.where(X["a"] + rng.normal(size=n) > 0, "yes", "no").astype(object)
    again = X.sample(frac=copies, random_state=1)
    again[list("abcde")] += rng.normal(0, 1e-4, (len(again), 5))
    return pd.concat([X, again]).sample(frac=1, random_state=2).reset_index(drop=True)


def test_groups_across_the_folds_are_refuted_and_a_group_split_heals(tmp_path):
    frame = visits(linked=True)
    found = verdict(context_of(tmp_path, frame, "state"), "data", "V18")
    assert (found.status, found.columns, found.blame) == ("fail", ("patient_id",), "prepare_data")
    remedy = found.remedies[0]
    assert (remedy.kind, remedy.args) == ("split_by_group", {"split": "group:patient_id"})
    healed = verdict(context_of(tmp_path, frame, "state", **remedy.args), "data", "V18")
    assert healed.status == "pass"


def test_groups_that_share_nothing_are_no_trap(tmp_path):
    assert verdict(context_of(tmp_path, visits(False), "state"), "data", "V18").status == "pass"


def test_a_wandering_world_needs_a_split_by_time(tmp_path):
    frame = drifting(moving=True)
    found = verdict(context_of(tmp_path, frame, "y", "regression"), "data", "V17")
    assert (found.status, found.columns) == ("fail", ("date",)), found.fact
    assert found.remedies[0].args == {"split": "time:date"}
    again = context_of(tmp_path, frame, "y", "regression", split="time:date")
    assert verdict(again, "data", "V17").status == "pass"


def test_dates_that_say_nothing_are_no_trap(tmp_path):
    found = verdict(context_of(tmp_path, drifting(False), "y", "regression"), "data", "V17")
    assert found.status == "pass", found.fact


def test_near_copies_are_refuted_and_kept_together_by_the_remedy(tmp_path):
    frame = measured(0.15)
    found = verdict(context_of(tmp_path, frame, "y"), "data", "V16")
    assert (found.status, found.blame) == ("fail", "prepare_data")
    planted = {i for i, v in enumerate(frame.round(2).duplicated(keep=False)) if v}
    assert len(planted & set(found.evidence["rows"])) > 0.9 * len(found.evidence["rows"])
    remedy = found.remedies[0]
    assert (remedy.kind, remedy.args) == ("group_near_duplicates", {"group_near": True})
    assert verdict(context_of(tmp_path, frame, "y", **remedy.args), "data", "V16").status == "pass"


@pytest.mark.parametrize("seed", [0, 1])
def test_rows_that_are_near_by_chance_are_no_copies(tmp_path, seed):
    assert (
        verdict(context_of(tmp_path, measured(0, seed=seed), "y"), "data", "V16").status == "pass"
    )


@pytest.mark.parametrize("ordered", [True, False])
def test_a_sorted_file_is_told(tmp_path, ordered):
    frame = measured(0)
    frame = frame.sort_values("y").reset_index(drop=True) if ordered else frame
    found = verdict(context_of(tmp_path, frame, "y"), "data", "V14")
    assert found.status == ("warn" if ordered else "pass"), found.fact
