"""What is kept of a run's time for what follows on the training."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from autoglm_agent.automl.data.profile import profile_table
from autoglm_agent.automl.data.table import Table
from autoglm_agent.automl.preparation.prepare import Prepared, prepare
from autoglm_agent.automl.run.clock import Deadline
from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.chain import Task
from autoglm_tools import afterwards
from autoglm_tools.checking import allowance
from autoglm_tools.session import (
    CHECKS_MOST,
    EXPLAINING_MOST,
    LEAST_SECONDS,
    LEAST_SHARE,
    WRITING,
    Session,
)


@pytest.fixture
def prepared(tmp_path: Path) -> Prepared:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(400, 3)), columns=list("abc"))
    frame["y"] = np.where(frame["a"] + rng.normal(size=400) > 0, "yes", "no")
    table = Table(frame, "t.csv", "0123456789abcdef")
    return prepare(
        Workspace(tmp_path), table, profile_table(table), Task(kind="binary", target="y")
    )


def test_scores_of_more_held_out_rows_are_kept_more_time_for(prepared):
    few, many = (
        min(afterwards._resampling(replace(prepared, holdout_rows=n)) for _ in range(3))
        for n in (200, 20_000)
    )
    assert many > 3 * few > 0


def test_a_run_without_held_out_rows_keeps_time_to_write(prepared):
    assert afterwards._resampling(replace(prepared, holdout_rows=0)) == 0.0
    assert afterwards.seconds_afterwards(replace(prepared, holdout_rows=0)) > 0.1


def test_a_table_sorted_by_class_is_priced_like_a_mixed_one(prepared):
    ordered = replace(prepared, y=np.sort(prepared.y), holdout_rows=50)
    assert 0 < afterwards._resampling(ordered) < 100


@pytest.mark.parametrize(
    ("whole", "after", "expected"),
    [
        (100.0, 10.0, 77.0),
        (600.0, 10.0, 590.0 - CHECKS_MOST - EXPLAINING_MOST),
        (10.0, 9.0, 10.0 * LEAST_SHARE),
        (0.1, 9.0, LEAST_SECONDS),
    ],
    ids=[
        "shares for the checks and the explanation",
        "no more than they need",
        "at least a share to train",
        "enough for one model",
    ],
)
def test_training_leaves_what_follows_its_time(tmp_path, whole, after, expected):
    session = Session(Workspace(tmp_path), deadline=Deadline(whole))
    seconds = session.training_seconds(None, None, after)
    assert seconds == pytest.approx(expected, abs=0.5)
    assert session.training_seconds(1.0, None, after) == 1.0


@pytest.fixture
def stopped_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now)


@pytest.mark.usefixtures("stopped_clock")
def test_optional_checks_do_not_touch_the_time_of_the_explanation(tmp_path):
    session = Session(Workspace(tmp_path), deadline=Deadline(30.0))
    kept = session.kept_for_explanation
    assert kept == pytest.approx(1.5)
    late = Deadline(kept)
    assert allowance(late, "search", {"seconds": 20.0}, kept=kept).left < 0.01
    assert allowance(late, "search", {"seconds": 20.0}).left > 0.4


@pytest.mark.usefixtures("stopped_clock")
@pytest.mark.parametrize(("left", "least"), [(30.0, EXPLAINING_MOST), (2.5, 1.5), (0.5, 0.2)])
def test_the_explanation_leaves_the_report_its_time(tmp_path, left, least):
    session = Session(Workspace(tmp_path), deadline=Deadline(left))
    deadline = session.time_for_explanation()
    assert deadline is not None
    assert deadline.left == pytest.approx(least)
    assert deadline.left <= max(left - WRITING, 0.4 * left) + 1e-6
