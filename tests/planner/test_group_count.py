"""How many groups a clustering finds, as the words say it."""

from __future__ import annotations

import pytest
from planner_tables import tables

from autoglm_agent.errors import InputError
from autoglm_agent.planner.task_parser import parse_task


@pytest.mark.parametrize(
    ("words", "count"),
    [
        ("Cluster the customers into 5 groups", 5),
        ("group the rows into four natural segments", 4),
        ("segment them, k = 7", 7),
        ("把客户聚成五类", 5),
        ("将数据分成3个组", 3),
        ("Cluster the customers", None),
        ("把客户分群", None),
    ],
)
def test_the_number_of_groups_is_read(words: str, count: int | None) -> None:
    task = parse_task(words, next(iter(tables().values())))
    assert (task.kind, task.groups) == ("clustering", count)


@pytest.mark.parametrize("words", ["cluster into 1 group", "cluster the rows into 900 groups"])
def test_a_number_that_makes_no_groups_is_refused(words: str) -> None:
    with pytest.raises(InputError, match="groups"):
        parse_task(words, next(iter(tables().values())))
