"""The catalogue: order, what happens when a check crashes, when time is over, when it is kept."""

from __future__ import annotations

import json

import pytest
from checks_run import context_of, honest_table, searched

from autoglm_agent.automl.checks import registry
from autoglm_agent.automl.checks.context import CheckContext, NotApplicableError
from autoglm_agent.automl.checks.registry import Check, catalogue, run_checks, run_one
from autoglm_agent.automl.run.clock import Deadline
from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.chain import Task, Verdict


def passing(context):
    return Verdict(check="V99", status="pass")


def crashing(context):
    raise RuntimeError("division by cucumber")


@pytest.fixture
def empty(tmp_path):
    return CheckContext(workspace=Workspace(tmp_path), task=Task(kind="profile"))


def test_needed_checks_come_first_then_the_most_valuable_then_the_cheapest():
    for stage in registry.STAGES:
        places = [(c.optional, c.worth, c.cost) for c in catalogue() if c.stage == stage]
        assert places == sorted(places)
        assert places


def test_the_first_checks_are_asked_at_their_stages():
    asked = {(check.id, check.stage) for check in catalogue()}
    assert {("V10", "data"), ("V15", "data"), ("V39", "data"), ("V03", "data")} <= asked
    assert {("V01", "search"), ("V04", "search"), ("V08", "search"), ("V30", "search")} <= asked
    assert {(v, "assessment") for v in ("V01", "V03", "V04", "V08", "V30", "V32")} <= asked


def test_a_crash_in_a_check_is_unknown_and_tells_the_error(empty):
    verdict = run_one(Check("V99", "Cucumbers", "data", crashing, 0.0), empty)
    assert verdict.status == "unknown"
    assert "division by cucumber" in verdict.fact
    assert verdict.title == "Cucumbers"


def test_an_optional_check_is_not_run_when_the_time_is_over(empty):
    empty.task = Task(kind="binary", target="answer")
    empty.deadline = Deadline(0.0)
    late = run_one(Check("V99", "", "data", passing, 0.0), empty)
    assert (late.status, late.fact) == ("unknown", "Not run: time.")
    kept = run_one(Check("V99", "", "data", passing, 0.0, optional=False), empty)
    assert kept.status == "pass"


def test_a_check_without_its_subject_does_not_apply(empty):
    for stage in registry.STAGES:
        assert {v.status for v in run_checks(empty, stage)} == {"na"}, stage
    with pytest.raises(NotApplicableError):
        empty.need_search()


def test_seconds_are_measured_and_verdicts_are_json(tmp_path):
    context = searched(context_of(tmp_path, honest_table(), "answer", drop_columns=["number"]))
    verdicts = run_checks(context, "search")
    assert all(v.seconds >= 0 and v.title and v.fact for v in verdicts)
    assert [Verdict.from_json(json.loads(json.dumps(v.to_json()))) for v in verdicts] == verdicts


def test_nothing_is_called_verified_because_time_was_short():
    asked = {(check.id, check.stage) for check in catalogue() if not check.optional}
    assert {(v, "assessment") for v in ("V01", "V03", "V04", "V08", "V30", "V32")} <= asked
    assert {("V03", "data"), ("V10", "data"), ("V15", "data")} <= asked
