"""`make_features` as a step of a run: where it stands, what it hands on, and that it may fail."""

from __future__ import annotations

from autoglm_agent.planner.conversation import Call, Talk
from autoglm_agent.planner.proposals import ORDER, propose

TOOLS = tuple(ORDER)


def talk(*calls: Call) -> Talk:
    return Talk("predict y", "t.csv", None, list(calls))


def call(name: str, ok: bool = True, **ids: str) -> Call:
    text = f"{name} done" if ok else "StoreError: broken"
    return Call(name, {"of": name}, text, ok, ids, ())


def before(kind: str = "regression") -> list[Call]:
    return [
        call("profile_data", data_id="d"), call("plan_task", task_id="t", kind=kind),
        call("prepare_data", prepared_id="p", kind=kind),
    ]  # fmt: skip


def test_features_are_made_between_preparation_and_training_and_handed_on():
    made = propose(talk(*before()), TOOLS)
    assert (made.tool, made.args) == ("make_features", {"prepared_id": "p"})
    training = propose(talk(*before(), call("make_features", features_id="f")), TOOLS)
    assert training.tool == "train_models"
    assert training.args == {"prepared_id": "p", "features_id": "f"}


def test_without_the_tool_the_work_is_as_it_was():
    others = [name for name in TOOLS if name != "make_features"]
    training = propose(talk(*before()), others)
    assert (training.tool, training.args) == ("train_models", {"prepared_id": "p"})


def test_a_failure_does_not_end_the_run():
    training = propose(talk(*before(), call("make_features", ok=False)), TOOLS)
    assert (training.tool, training.args) == ("train_models", {"prepared_id": "p"})


def test_data_prepared_again_has_features_of_its_own():
    again = call("prepare_data", prepared_id="p2", kind="regression")
    first = call("make_features", features_id="f")
    made = propose(talk(*before(), first, again), TOOLS)
    assert (made.tool, made.args["prepared_id"]) == ("make_features", "p2")


def test_tasks_without_a_target_have_none():
    assert propose(talk(*before("clustering")), TOOLS).tool == "train_models"
