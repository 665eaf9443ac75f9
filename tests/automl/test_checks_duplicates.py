"""V15: rows known from training, and the remedy that keeps them on one side."""

from __future__ import annotations

import numpy as np
import pandas as pd
from checks_run import context_of, honest_table, verdict


def test_a_table_without_duplicates_passes(tmp_path):
    frame = honest_table().drop(columns="number")
    found = verdict(context_of(tmp_path, frame, "answer"), "data", "V15")
    assert (found.status, found.statistic) == ("pass", 0.0)


def test_duplicates_across_the_split_are_refuted_and_grouping_heals(tmp_path):
    frame = honest_table().drop(columns="number")
    frame = pd.concat([frame, frame.iloc[::4]], ignore_index=True)
    found = verdict(context_of(tmp_path, frame, "answer"), "data", "V15")
    assert (found.status, found.blame) == ("fail", "prepare_data")
    assert found.statistic > 0.05
    remedy = found.remedies[0]
    assert (remedy.kind, remedy.args) == ("group_duplicates", {"group_duplicates": True})
    healed = context_of(tmp_path, frame, "answer", **remedy.args)
    assert verdict(healed, "data", "V15").status == "pass"
    assert verdict(healed, "data", "V03").status == "pass"


def test_a_few_duplicates_are_told_only(tmp_path):
    frame = honest_table(2000).drop(columns="number")
    frame = pd.concat([frame, frame.iloc[:6]], ignore_index=True)
    found = verdict(context_of(tmp_path, frame, "answer"), "data", "V15")
    assert found.status == "warn"
    assert 0 < found.statistic <= 0.01


def test_equal_rows_by_nature_are_told_only(tmp_path):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({name: rng.choice(list("abc"), 600) for name in "pqrs"})
    frame["answer"] = np.where((frame["p"] == "a") ^ (rng.random(600) < 0.3), "yes", "no")
    found = verdict(context_of(tmp_path, frame, "answer"), "data", "V15")
    assert found.status == "warn"
    assert "chance alone" in found.fact
