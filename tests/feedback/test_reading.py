"""What users say of a result, read into typed edits."""

from __future__ import annotations

import contextlib
import json
import re
import time
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


@pytest.mark.parametrize(
    "words", ["only decision trees please", "只用决策树", "use a decision tree"]
)
def test_trees_alone_are_searched_among_what_a_person_can_read(words: str) -> None:
    """A usual search trains no single tree: without the rest it would train nothing."""
    edit = read(words)[0]
    assert edit.kind == "only_families"
    assert edit.args == {"interpretable": True, "without_families": ["linear"]}


@pytest.mark.parametrize("words", ["no xgboost please", "别用xgboost", "不要KNN"])
def test_what_no_search_trains_needs_no_training_again(words: str) -> None:
    edit = read(words)[0]
    assert (edit.kind, edit.args, edit.step) == ("exclude_families", {"without_families": []}, None)
    assert verdicts_of([edit]) == ()


def test_what_no_search_trains_cannot_be_all_that_is_trained() -> None:
    with pytest.raises(InputError, match="No search trains svm"):
        read("use only an SVM")


def test_a_list_of_models_is_one_wish() -> None:
    edits = read("no lightgbm, no catboost and no random forests")
    assert [e.args for e in edits] == [
        {"without_families": ["lightgbm", "catboost", "random_forest"]}
    ]


@pytest.mark.parametrize(
    ("words", "least"),
    [
        ("make sure that you catch nine out of ten of the leavers", 0.9),
        ("at least three quarters of them must be found", 0.75),
        ("要走的人里百分之九十五都得抓出来", 0.95),
        ("十个里至少要找出八个", 0.8),
        ("至少要找出七成五的流失客户", 0.75),
    ],
)
def test_a_floor_for_recall_may_be_told_in_everyday_words(words: str, least: float) -> None:
    edits = read(words)
    assert [(e.kind, e.args) for e in edits] == [("hold_recall", {"min_recall": least})]


@pytest.mark.parametrize(
    "words",
    [
        "of those you flag, at least half must really leave",
        "when it says yes it should be right at least 5 times out of 10",
        "报出来的人里至少一半得是真的",
    ],
)
def test_a_floor_for_precision_is_about_what_the_model_says(words: str) -> None:
    assert [(e.kind, e.args) for e in read(words)] == [("hold_precision", {"min_precision": 0.5})]


def test_half_of_the_rows_is_no_floor() -> None:
    with pytest.raises(InputError):
        read("you must catch up, at least half of the rows in the test set are there")


@pytest.mark.parametrize(
    "words", ["put the shoe size back", "把鞋码加回来", "鞋码怎么没了？放回去"]
)
def test_what_is_to_come_back_and_is_no_column_is_told(words: str) -> None:
    with pytest.raises(InputError, match=r"used again|重新使用"):
        read(f"{words}, use F1")


def test_what_goes_back_to_a_measure_is_no_column() -> None:
    assert [e.kind for e in read("put the metric back to F1")] == ["set_metric"]


def test_the_former_target_is_left_out_only_if_that_is_said() -> None:
    assert [e.kind for e in read("predict contract, not churn")] == ["set_target"]
    edits = {e.kind: e.args for e in read("选错列了，要预测的是 contract，churn 也别拿来当特征")}
    assert edits["drop_columns"] == {"drop_columns": ["churn"]}


@pytest.mark.parametrize(
    ("words", "goal"),
    [
        ("I would give up some accuracy for more speed", "speed"),
        ("a little less accurate is fine, speed matters more than accuracy", "speed"),
        ("Getting it right is what counts, I don't mind how slow it is", "quality"),
        ("牺牲一点精度换取速度", "speed"),
    ],
)
def test_one_goal_may_be_given_up_for_another(words: str, goal: str) -> None:
    assert [(e.kind, e.args) for e in read(words)] == [("set_weights", {"weights": {goal: 2.0}})]


@pytest.mark.parametrize(
    ("words", "seconds"),
    [
        ("Five minutes for so few rows? One minute is plenty.", 60.0),
        ("ten minutes of training is way too long, finish in 90 seconds", 90.0),
        ("训练时间可以放宽到半小时", 1800.0),
    ],
)
def test_the_time_that_is_wished_for_counts_not_the_one_complained_of(
    words: str, seconds: float
) -> None:
    assert [(e.kind, e.args) for e in read(words)] == [("set_budget", {"time_budget_s": seconds})]


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("try a neural network", "why_not"),
        ("试试神经网络", "why_not"),
        ("don't try catboost", "exclude_families"),
        ("only try linear models", "only_families"),
        ("I don't know whether random forest was tried", "why_not"),
        ("随机森林太慢了，别用", "exclude_families"),
    ],
)
def test_who_wants_a_kind_of_model_tried_asks_how_it_does(words: str, kind: str) -> None:
    """A search tries every kind anyway; nothing else is thrown out for it."""
    assert [e.kind for e in read(words)] == [kind]


@pytest.mark.parametrize(
    "piece",
    [
        "lightgbm x ",
        "lightgbm. ",
        "no catboost x; ",
        "随机森林不行。",
        "put x back, ",
        "find half, ",
    ],
)
def test_words_of_any_length_are_read_in_time(piece: str) -> None:
    """Whoever talks to a served agent may send anything: reading must not grow with the square."""
    began = time.process_time()
    with contextlib.suppress(InputError):
        read((piece * 8000)[:8000])
    assert time.process_time() - began < 8.0


def test_a_floor_in_one_sentence_does_not_silence_a_complaint_in_another() -> None:
    words = "Too many slip through, and no networks please. Recall must be at least 0.9."
    assert {e.kind for e in read(words)} == {"set_costs", "exclude_families", "hold_recall"}
    assert [e.kind for e in read("Too many slip through, recall must be 0.9")] == ["hold_recall"]


def test_a_question_takes_only_its_own_sentence() -> None:
    kinds = [e.kind for e in read("Which columns decide it? And do not use neural networks.")]
    assert kinds == ["explain", "exclude_families"]
    assert [e.args.get("row") for e in read("Row 88 came out too high. What pushed it up?")] == [88]


def test_what_is_to_go_may_be_named_a_sentence_before() -> None:
    words = "zip_code is basically the answer. Nobody knows it in advance. Take it out."
    assert [e.args for e in read(words)] == [{"drop_columns": ["zip_code"]}]


def test_points_of_a_rating_are_no_minutes() -> None:
    assert [(e.kind, e.args) for e in read("这次的结果我给两分，满分五分")] == [
        ("rate", {"rating": 2})
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("use F1, and make the fonts bigger", "not understood: and make the fonts bigger"),
        ("不要用邮编，顺便导出成 PDF", "没有看懂：顺便导出成 PDF"),
    ],
)
def test_a_second_wish_that_is_not_understood_is_told(words: str, said: str) -> None:
    first, unread = read(words)
    assert first.kind in ("set_metric", "drop_columns")
    assert (unread.kind, unread.said, unread.step) == ("unread", said, None)


def test_a_reason_is_no_second_wish() -> None:
    assert [e.kind for e in read("use F1, our auditors know nothing else")] == ["set_metric"]
