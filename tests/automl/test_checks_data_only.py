"""`check_data`: what can be said of a table before any search, and the whole set of faults."""

from __future__ import annotations

import pandas as pd
import pytest
from checks_run import context_of, honest_table, table_of

from autoglm_agent.automl.checks.data_only import check_data
from autoglm_agent.automl.checks.registry import run_checks
from autoglm_agent.automl.data.profile import profile_table
from autoglm_agent.chain import Task, refutations


def checked(frame, kind="binary", target="answer"):
    table = table_of(frame)
    return check_data(None, table, profile_table(table), Task(kind=kind, target=target))


def test_a_clean_table_raises_no_failure():
    verdicts = checked(honest_table().drop(columns="number"))
    assert not refutations(verdicts)
    assert {"V03", "V10", "V13", "V14", "V15", "V16", "V21", "V30", "V39"} <= {
        v.check for v in verdicts
    }
    assert verdicts[-1].status == "pass"


def test_a_copy_a_near_copy_and_duplicates_are_told_at_once_and_healed_together(tmp_path):
    frame = honest_table().drop(columns="number")
    frame["copied"] = frame["answer"]
    near = frame["answer"].map({"yes": "won", "no": "lost"})
    near[::50] = "won"
    frame["near"] = near
    frame = pd.concat([frame, frame.iloc[::5]], ignore_index=True)
    failing = {v.check: v for v in refutations(checked(frame))}
    assert set(failing) == {"V10", "V15"}
    assert set(failing["V10"].columns) == {"copied", "near"}
    arguments = {k: v for f in failing.values() for k, v in f.remedies[0].args.items()}
    healed = context_of(tmp_path, frame, "answer", **arguments)
    assert not refutations(run_checks(healed, "data"))


def test_noise_has_no_signal():
    frame = honest_table().drop(columns="number")
    frame["answer"] = frame["answer"].sample(frac=1, random_state=0).to_numpy()
    assert checked(frame)[-1].status == "warn"


@pytest.mark.parametrize("kind", ["profile", "clustering", "anomaly"])
def test_a_task_without_a_target_is_checked_as_far_as_it_goes(kind):
    verdicts = checked(honest_table().drop(columns="number"), kind, None)
    assert not refutations(verdicts)
    assert {v.status for v in verdicts} <= {"pass", "warn", "na"}
