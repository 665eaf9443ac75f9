"""Words between chat clients and the backend: chores told from wishes, names made harmless."""

from __future__ import annotations

from pathlib import Path

import pytest

from autoglm_agent.errors import InputError
from autoglm_agent.serving.answers import answer_of, failure_of, without_places
from autoglm_agent.serving.chores import chore_answer
from autoglm_agent.serving.openai_wire import markdown, read_request


@pytest.mark.parametrize(
    "words",
    [
        "Predict churn",
        "Predict whether a short title sells. Data: books.csv",
        "Predict the column chat_title of conversations.csv",
        "预测聊天标题的点击率",
        "do not use the title",
        "a" * 700 + " title of the conversation",
    ],
)
def test_a_persons_wish_is_no_chore(words: str) -> None:
    assert chore_answer(words) is None


def test_a_title_in_plain_words_is_the_persons_first_line_cut_at_a_word() -> None:
    asked = "Provide a concise, 5-word-or-less title for the conversation:\n\nUser: Predict "
    told = chore_answer(
        asked + "which of our many customers will leave us during next winter\nAI: x"
    )
    assert told == "Predict which of our many customers will leave us during…"


def test_a_name_in_an_answer_loads_no_picture_and_lines_stay_lines() -> None:
    told = markdown("`![x](//evil/p.png)`\n<img src=x> a < b, 3 <4")
    assert "](" not in told
    assert "\\<img" in told
    assert "a < b, 3 <4" in told
    assert told.splitlines()[0].endswith("  ")


def test_words_lose_what_no_database_keeps() -> None:
    body = {"model": "autoglm", "messages": [{"role": "user", "content": "a\0b \ud83d c"}]}
    assert read_request(body, "ada", None)[0].words == "ab ? c"


def test_folders_of_the_machine_are_taken_off_names() -> None:
    home, tables = Path("/srv/runs"), Path("/srv/tables")
    upload = f"/srv/runs/uploads/{'a' * 32}/t.csv is empty"
    assert without_places(upload, home, [tables]) == "t.csv is empty"
    assert without_places('{"x": "/srv/runs/r1/models"}', home, []) == '{"x": "r1/models"}'
    assert without_places("/srv/tables/b/t.csv", home, [tables]) == "b/t.csv"


def test_an_answer_ends_with_where_its_report_is_in_its_own_language() -> None:
    events = [{"event": "run.concluded", "text": "得分 0.9。\n报告：/srv/runs/r1/report.html"}]
    told = answer_of("r1", {"status": "verified"}, events)
    assert told == "得分 0.9。\n报告：/v1/runs/r1/report"
    assert failure_of(InputError("p", "r")) == "p\nr"
