"""What the memory takes, what it gives back, and what it leaves out."""

from __future__ import annotations

import asyncio
import json
import re
import sqlite3
import threading

import pytest
from langchain_tests.integration_tests import RetrieversIntegrationTests

from autoglm_agent.chain import Chain, Outcome, Step, Task, Verdict
from autoglm_agent.errors import InputError
from autoglm_agent.memory.retriever import ChainRetriever
from autoglm_agent.memory.store import ChainMemory

TASKS = [
    "Predict which customers will churn",
    "Estimate the price of a house",
    "Detect fraud in card payments",
    "预测客户是否流失",
    "预测房屋价格",
]


@pytest.fixture
def filled(memory, make_chain):
    for number, text in enumerate(TASKS):
        assert memory.remember(text, make_chain(number), family="automl", summary={"n": number})
    return memory


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("customers at risk of churning", TASKS[0]),
        ("what does a house cost? give the price", TASKS[1]),
        ("which payments are fraud", TASKS[2]),
        ("哪些客户会流失?", TASKS[3]),
        ("房屋的价格是多少", TASKS[4]),
    ],
)
def test_the_chain_of_the_similar_task_comes_first(filled, query, expected):
    found = filled.recall(query, family="automl", k=2)
    assert found[0].text == expected
    assert len(found) == 2
    assert found[0].score > found[1].score


def test_what_was_remembered_comes_back_whole(memory, make_chain):
    chain = make_chain(7)
    summary = {"honest": {"value": 0.84}, "words": "流失"}
    key = memory.remember("Predict churn", chain, family="automl", summary=summary)
    (found,) = memory.recall("Predict churn", family="automl")
    assert (found.id, found.chain, found.summary) == (key, chain, summary)
    assert (found.text, found.family, found.checks) == ("Predict churn", "automl", ("V01",))
    assert found.score == pytest.approx(1.0)
    assert found.created.endswith("+00:00")
    assert found.release


def test_the_same_solution_is_stored_once(memory, make_chain):
    first = memory.remember("Predict churn", make_chain(), family="automl", summary={"s": 1})
    slower = make_chain(outcome=Outcome(text="again", seconds=9), call_id="other")
    again = memory.remember(" Predict churn ", slower, family="automl", summary={"s": 2})
    assert first == again
    assert memory.count() == 1
    assert memory.recall("churn", family="automl")[0].summary == {"s": 1}


def test_another_solution_task_or_family_is_stored_too(memory, make_chain):
    ids = {
        memory.remember("Predict churn", make_chain(0), family="automl", summary={}),
        memory.remember("Predict churn", make_chain(1), family="automl", summary={}),
        memory.remember("Predict rain", make_chain(0), family="automl", summary={}),
        memory.remember("Predict churn", make_chain(0), family="reasoning", summary={}),
    }
    assert len(ids) == memory.count() == 4


def test_families_do_not_mix(filled, make_chain):
    filled.remember(TASKS[0], make_chain(99), family="数学 / maths", summary={})
    assert len(filled.recall(TASKS[0], family="数学 / maths", k=9)) == 1
    assert len(filled.recall(TASKS[0], family="automl", k=9)) == len(TASKS)
    assert filled.recall(TASKS[0], family="nothing here") == []


PASS = Verdict(check="V01", status="pass")


@pytest.mark.parametrize(
    ("steps", "reason"),
    [
        ([], "no steps"),
        ([Step(tool="a")], "no sound verifier"),
        ([Step(tool="a", verdicts=(PASS, Verdict(check="V02", status="fail")))], "refuted"),
        ([Step(verdicts=(PASS, Verdict(check="j", status="fail", sound=False)))], "refuted"),
        ([Step(verdicts=(Verdict(check="j", status="pass", sound=False),))], "no sound verifier"),
        ([Step(verdicts=(Verdict(check="V02", status="na"),))], "no sound verifier"),
        (
            [Step(verdicts=(PASS,)), Step(verdicts=(Verdict(check="V02", status="unknown"),))],
            "no verifier could decide on step 2",
        ),
        ([Step(tool="a", outcome=Outcome(ok=False), verdicts=(PASS,))], "the tool .* failed"),
    ],
)
def test_a_chain_that_is_not_verified_is_refused(memory, caplog, steps, reason):
    chain = Chain(steps=tuple(steps))
    assert memory.remember("Predict churn", chain, family="automl", summary={}) is None
    assert memory.count() == 0
    assert re.search(reason, caplog.text)


def test_a_run_that_ended_unverified_is_refused(memory, make_chain, caplog):
    summary = {"status": "unverified"}
    assert memory.remember("Churn", make_chain(), family="automl", summary=summary) is None
    assert "ended unverified" in caplog.text
    assert memory.remember("Churn", make_chain(), family="automl", summary={"status": "verified"})


def test_a_step_that_no_verifier_applies_to_does_not_spoil_the_chain(memory, make_chain):
    chain = make_chain().grown(Step(tool="report", outcome=Outcome()))
    assert memory.remember("Churn", chain, family="automl", summary={})


@pytest.mark.parametrize(("task", "family"), [("", "automl"), (" \n", "automl"), ("churn", " ")])
def test_an_empty_task_or_family_is_named(memory, make_chain, task, family):
    with pytest.raises(InputError, match="is empty"):
        memory.remember(task, make_chain(), family=family, summary={})


def test_a_parsed_task_is_told_by_its_slots(memory, make_chain):
    task = Task(kind="binary", target="churned", metric="roc_auc")
    memory.remember(task, make_chain(), family="automl", summary={})
    (found,) = memory.recall(task, family="automl")
    assert found.text == "binary churned roc_auc"
    assert found.score == pytest.approx(1.0)


def test_k_and_least_score_limit_the_answer(filled):
    assert len(filled.recall("churn", family="automl", k=1)) == 1
    assert len(filled.recall("churn", family="automl", k=50)) == len(TASKS)
    near = filled.recall(TASKS[0], family="automl", k=50, min_score=0.9)
    assert [m.text for m in near] == [TASKS[0]]
    assert filled.recall("  ", family="automl") == []
    with pytest.raises(InputError, match="k is 0"):
        filled.recall("churn", family="automl", k=0)


def test_the_newer_chain_wins_a_tie(memory, make_chain):
    for number in range(3):
        memory.remember("Predict churn", make_chain(number), family="automl", summary={})
    found = memory.recall("Predict churn", family="automl")
    assert [m.chain.steps[0].args["n"] for m in found] == [2, 1, 0]


def test_a_forgotten_chain_is_gone_and_may_be_learnt_again(filled, folder, make_chain):
    key = filled.recall(TASKS[0], family="automl", k=1)[0].id
    assert filled.forget(key)
    assert not filled.forget(key)
    assert key not in {m.id for m in filled.recall(TASKS[0], family="automl", k=9)}
    assert len(filled.recall(TASKS[0], family="automl", k=4)) == 4
    assert b"Predict which customers" not in (folder / "chains.sqlite3").read_bytes()
    assert filled.remember(TASKS[0], make_chain(0), family="automl", summary={}) == key
    assert filled.recall(TASKS[0], family="automl", k=1)[0].id == key


def test_everything_can_be_forgotten(memory, make_chain):
    key = memory.remember("churn", make_chain(), family="automl", summary={})
    memory.forget(key)
    assert memory.recall("churn", family="automl") == []


def test_odd_values_are_stored_as_json_has_them(memory):
    verdict = Verdict(check="V01", status="pass", statistic=float("nan"), evidence={"x": 1e400})
    chain = Chain(steps=(Step(tool="t", verdicts=(verdict,)),))
    summary = {"auc": float("inf"), "when": {1: float("nan")}}
    memory.remember("churn\ud800\0 rate", chain, family="automl", summary=summary)
    (found,) = memory.recall("churn", family="automl")
    assert found.text == "churn?  rate"
    assert found.summary == {"auc": None, "when": {"1": None}}
    assert found.chain.steps[0].verdicts[0].statistic is None


def tamper(folder, column, value, *, reseal):
    from autoglm_agent.memory.key import installation_key
    from autoglm_agent.memory.truth import SELECT, Record

    with sqlite3.connect(folder / "chains.sqlite3") as db:
        db.execute(f"UPDATE chains SET {column} = ? WHERE text = ?", (value, TASKS[0]))
        if reseal:
            record = Record(*db.execute(f"{SELECT} WHERE text = ?", (TASKS[0],)).fetchone())
            record = record.sealed(installation_key(folder))
            seals = (record.sha256, record.mac, record.id)
            db.execute("UPDATE chains SET sha256 = ?, mac = ? WHERE id = ?", seals)
    db.close()


REFUTED = Chain(steps=(Step(tool="t", verdicts=(PASS, Verdict(check="V2", status="fail"))),))


@pytest.mark.parametrize(
    ("column", "value", "reseal", "told"),
    [
        ("chain", '{"steps": []}', False, "checksum"),
        ("summary", "{}", False, "checksum"),
        ("chain", "{not json", True, "cannot be read"),
        ("chain", '{"steps": [], "evil": 1}', True, "cannot be read"),
        ("chain", json.dumps(REFUTED.to_json()), True, "refuted"),
        ("summary", "[]", True, "no object"),
        ("provenance", "{", True, "cannot be read"),
    ],
)
def test_a_bad_record_is_left_out_and_the_next_ones_come(
    filled, folder, caplog, column, value, reseal, told
):
    tamper(folder, column, value, reseal=reseal)
    found = filled.recall(TASKS[0], family="automl", k=4)
    assert [m.text for m in found].count(TASKS[0]) == 0
    assert len(found) == 4
    assert told in caplog.text


def test_a_damaged_record_heals_when_it_is_remembered_again(filled, folder, make_chain):
    tamper(folder, "summary", "{}", reseal=False)
    filled.remember(TASKS[0], make_chain(0), family="automl", summary={"n": 0})
    assert filled.recall(TASKS[0], family="automl", k=1)[0].summary == {"n": 0}
    assert filled.count() == len(TASKS)


def test_stored_text_is_never_run(memory, make_chain, tmp_path):
    marker = tmp_path / "ran"
    evil = f"__import__('os').system('touch {marker}')"
    chain = make_chain(args={"lc": 1, "type": "constructor", "id": ["os", "system"], "x": evil})
    memory.remember(
        f"{evil}'; DROP TABLE chains; --", chain, family="a' OR 1=1", summary={"e": evil}
    )
    (found,) = memory.recall(evil, family="a' OR 1=1")
    assert found.chain == chain
    assert memory.count() == 1
    assert not marker.exists()


def test_threads_lose_nothing(memory, make_chain):
    def work(first: int) -> None:
        for number in range(first, first + 5):
            memory.remember(f"task {number}", make_chain(number), family="automl", summary={})
            memory.recall(f"task {number}", family="automl", k=2)

    threads = [threading.Thread(target=work, args=(10 * i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert memory.count() == 20
    assert len(memory.recall("task", family="automl", k=30)) == 20


async def test_the_event_loop_is_free_meanwhile(memory, make_chain):
    ids = await asyncio.gather(
        *(memory.aremember("churn", make_chain(i), family="a", summary={}) for i in range(4))
    )
    found = await memory.arecall("churn", family="a", k=9)
    assert {m.id for m in found} == set(ids)
    assert len(found) == 4


class TestRetrieverContract(RetrieversIntegrationTests):
    @pytest.fixture(autouse=True)
    def _memory(self, filled: ChainMemory) -> None:
        self.memory = filled

    @property
    def retriever_constructor(self) -> type[ChainRetriever]:
        return ChainRetriever

    @property
    def retriever_constructor_params(self) -> dict:
        return {"memory": self.memory, "family": "automl"}

    @property
    def retriever_query_example(self) -> str:
        return "customers who churn"


def test_the_retriever_gives_tasks_with_their_chains(filled):
    document = filled.as_retriever(family="automl", k=1).invoke("customers who churn")[0]
    assert document.page_content == TASKS[0]
    assert Chain.from_json(document.metadata["chain"]).steps[0].args == {"n": 0}
    json.dumps(document.metadata)


def test_the_public_names_are_there_and_lazy():
    import autoglm_agent.memory as package

    for name in package.__all__:
        assert getattr(package, name).__name__ == name
    assert dir(package) == sorted(package.__all__)
    with pytest.raises(AttributeError, match="nothing"):
        package.nothing  # noqa: B018
