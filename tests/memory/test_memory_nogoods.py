"""Refuted steps come back as warnings when the situation does."""

from __future__ import annotations

import sqlite3

import pytest

from autoglm_agent.chain import Nogood
from autoglm_agent.errors import InputError


def nogood(number=0, **fields):
    told = {
        "prefix": f"p{number}", "step": f"s{number}", "tool": "train_models",
        "args": {"n": number}, "reason": f"`id{number}` leaks", "check": "V10",
    }  # fmt: skip
    return Nogood(**{**told, **fields})


def test_the_same_task_is_warned_and_another_is_not(memory):
    memory.nogoods.remember("Predict churn of customers", [nogood()], family="a")
    (warned,) = memory.nogoods.recall("Predict the churn of customers", family="a")
    assert warned.nogood == nogood()
    assert warned.to_json() == {
        "task": "Predict churn of customers", "tool": "train_models", "args": {"n": 0},
        "check": "V10", "reason": "`id0` leaks", "times": 1,
    }  # fmt: skip
    assert memory.nogoods.recall("Forecast rainfall in spring", family="a") == []
    assert memory.nogoods.recall("Predict churn of customers", family="b") == []


def test_only_what_was_refuted_after_the_same_steps_if_they_are_given(memory):
    memory.nogoods.remember("Predict churn", [nogood(0), nogood(1)], family="a")
    (warned,) = memory.nogoods.recall("Predict churn", family="a", prefix="p1")
    assert warned.nogood.step == "s1"


def test_the_same_refutation_is_counted(memory):
    for _ in range(3):
        memory.nogoods.remember("Predict churn", [nogood()], family="a")
    memory.nogoods.remember("Predict churn!", [nogood()], family="a")
    (warned,) = memory.nogoods.recall("Predict churn", family="a")
    assert warned.times == 4


def test_an_opinion_and_a_refutation_without_reason_are_passed_over(memory):
    unsound = [nogood(0, sound=False), nogood(1, reason="")]
    assert memory.nogoods.remember("Predict churn", unsound, family="a") == []
    assert memory.nogoods.recall("Predict churn", family="a") == []


def test_nogoods_are_no_chains(memory, make_chain):
    memory.nogoods.remember("Predict churn", [nogood()], family="a")
    assert memory.count() == 0
    assert memory.recall("Predict churn", family="a") == []
    key = memory.remember("Predict churn", make_chain(), family="a", summary={})
    assert [m.id for m in memory.recall("Predict churn", family="a", k=9)] == [key]
    (warned,) = memory.nogoods.recall("Predict churn", family="a")
    assert memory.forget(warned.id)
    assert memory.nogoods.recall("Predict churn", family="a") == []


@pytest.mark.parametrize(("column", "value"), [("chain", "{"), ("text", "changed"), ("mac", "00")])
def test_a_nogood_that_is_not_what_was_stored_is_left_out(memory, folder, column, value, caplog):
    memory.nogoods.remember("Predict churn", [nogood()], family="a")
    with sqlite3.connect(folder / "chains.sqlite3") as db:
        db.execute(f"UPDATE chains SET {column} = ?", (value,))
    db.close()
    assert memory.nogoods.recall("Predict churn", family="a") == []
    assert "left out" in caplog.text


def test_an_empty_task_is_named(memory):
    with pytest.raises(InputError, match="task is empty"):
        memory.nogoods.remember(" ", [nogood()], family="a")
    assert memory.nogoods.recall(" ", family="a") == []
