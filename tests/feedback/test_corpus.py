"""What users say of results over many tables becomes the right edits: the labelled corpus."""

from __future__ import annotations

import pytest

from benchmarks.instructions.feedback import corpus, read, right, tables

CORPUS = corpus()
LEAST = 0.95
"""Share of the sentences of each language that must be right; a word lost elsewhere costs some."""


@pytest.fixture(scope="module")
def results() -> list[tuple[dict[str, object], bool]]:
    profiles = tables()
    return [(row, right(row["edits"], read(row, profiles[row["table"]]))) for row in CORPUS]


@pytest.mark.parametrize("language", ["en", "zh", "mixed"])
def test_nearly_all_sentences_of_a_language_become_the_right_edits(results, language) -> None:
    wrong = [row["words"] for row, good in results if row["lang"] == language and not good]
    count = sum(row["lang"] == language for row, _ in results)
    assert len(wrong) <= (1 - LEAST) * count, wrong


def test_what_no_edit_can_mean_is_asked_about(results) -> None:
    assert [row["words"] for row, good in results if not row["edits"] and not good] == []


def test_every_kind_of_edit_is_in_the_corpus() -> None:
    kinds = {edit["kind"] for row in CORPUS for edit in row["edits"]}
    assert len(kinds) >= 17
