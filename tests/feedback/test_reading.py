"""What users say of a result, read into typed edits."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from feedback.customers import customers_profile

from autoglm_agent.chain import Budget, Chain, Step, Usage
from autoglm_agent.errors import InputError
from autoglm_agent.planner.characters import is_chinese
from autoglm_agent.planner.feedback import Edit, read_feedback, verdicts_of
from autoglm_agent.policy import decide

SENTENCES = [
    json.loads(line)
    for line in (Path(__file__).parent / "sentences.jsonl").read_text("utf-8").splitlines()
]
PHRASINGS: dict[str, list[str]] = json.loads(
    (Path(__file__).parent / "phrasings.json").read_text("utf-8")
)
ORDER = ("profile_data", "plan_task", "prepare_data", "train_models", "evaluate_model")


def read(words: str) -> list[Edit]:
    return read_feedback(words, customers_profile(), target="churn", latency_ms=12.0, seconds=40.0)


def chain_of_tools() -> Chain:
    chain = Chain(question="Predict churn")
    for tool in ORDER:
        chain = chain.grown(Step(tool=tool, args={"n": tool}))
    return chain


@pytest.mark.parametrize("told", SENTENCES, ids=[s["words"] for s in SENTENCES])
def test_a_sentence_gives_the_right_edit_and_the_right_step(told: dict[str, object]) -> None:
    edits = read(str(told["words"]))
    assert [e.kind for e in edits] == [told["kind"]]
    assert edits[0].step == told["step"]
    wanted = told.get("args") or {}
    assert isinstance(wanted, dict)
    assert {k: edits[0].args.get(k) for k in wanted} == wanted
    assert edits[0].said


@pytest.mark.parametrize("told", SENTENCES, ids=[s["words"] for s in SENTENCES])
def test_the_change_is_told_in_the_language_of_the_wish(told: dict[str, object]) -> None:
    words = str(told["words"])
    chinese = [is_chinese(re.sub(r"\b[a-z]+(?:_[a-z]+)*\b", "", e.said)) for e in read(words)]
    assert set(chinese) == {is_chinese(words)}


@pytest.mark.parametrize("kind", PHRASINGS)
def test_each_way_to_say_it_is_read(kind: str) -> None:
    found = {words: [edit.kind for edit in read(words)] for words in PHRASINGS[kind]}
    assert {words: kinds for words, kinds in found.items() if kinds != [kind]} == {}


def test_what_is_not_understood_is_told_in_the_language_of_the_words() -> None:
    with pytest.raises(InputError, match="看不出要改什么"):
        read("月亮是圆的")
    with pytest.raises(InputError, match="cannot tell what to change"):
        read("The moon is made of cheese")


def test_the_corpus_is_large_enough_and_in_two_languages() -> None:
    chinese = [s for s in SENTENCES if any("\u4e00" <= c <= "\u9fff" for c in s["words"])]
    assert len(SENTENCES) >= 40
    assert len(chinese) >= 20
    assert len({s["kind"] for s in SENTENCES}) >= 18


@pytest.mark.parametrize("told", SENTENCES, ids=[s["words"] for s in SENTENCES])
def test_the_policy_goes_back_to_that_step_and_no_further(told: dict[str, object]) -> None:
    verdicts = verdicts_of(read(str(told["words"])))
    if told["step"] is None:
        assert verdicts == ()
        return
    judged = Step(claim="the result", final=True, verdicts=verdicts)
    decision = decide(chain_of_tools(), judged, (), Usage(), Budget())
    assert decision.action == "jump"
    assert ORDER[decision.to] == told["step"]


def test_several_wishes_in_one_message_are_all_read() -> None:
    edits = read("Do not use zip code, recall must be 0.9, and it is too slow. No neural networks!")
    assert {e.kind for e in edits} == {
        "drop_columns", "hold_recall", "limit_latency", "exclude_families",
    }  # fmt: skip
    judged = Step(claim="r", final=True, verdicts=verdicts_of(edits))
    decision = decide(chain_of_tools(), judged, (), Usage(), Budget())
    assert ORDER[decision.to] == "prepare_data"


@pytest.mark.parametrize("words", ["", "hello there", "今天天气怎么样", "purple monkey dishwasher"])
def test_what_says_nothing_is_asked_about(words: str) -> None:
    with pytest.raises(InputError, match=r"cannot tell what to change|看不出要改什么"):
        read(words)


def test_a_column_that_is_not_there_is_told_with_near_names() -> None:
    with pytest.raises(InputError, match="no such column"):
        read("do not use the shoe size")


def test_an_assumed_number_is_told() -> None:
    assert "half of the present time" in read("too slow")[0].assumed
    assert read("too slow")[0].args == {"max_latency_ms": 6.0}
    assert read("predictions within 3 ms")[0].assumed == ""


def test_the_target_itself_is_never_left_out() -> None:
    with pytest.raises(InputError):
        read("do not use churn")


def test_words_are_quoted_as_the_user_wrote_them() -> None:
    words = "Bitte: Do NOT use Zip-Code, danke"
    assert read(words)[0].words in words


@pytest.mark.parametrize(
    "words", ["do not use zip code and judge by F1", "judge by F1 and do not use zip code"]
)
def test_a_list_of_columns_does_not_swallow_the_next_wish(words: str) -> None:
    assert {e.kind for e in read(words)} == {"drop_columns", "set_metric"}


def test_a_column_that_is_not_there_is_told_even_beside_one_that_is() -> None:
    with pytest.raises(InputError, match="no such column"):
        read("do not use zip code and shoe size")
