"""Entities: those of transformers' pipeline with a model, lists and patterns without one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tiny_backbones import WORDS, save_bert

from autoglm_agent.text.entities import Gazetteer, TokenTagger, entity_finder

TAGS = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("torch")
    return save_bert(
        tmp_path_factory.mktemp("models") / "ner", "BertForTokenClassification",
        id2label=dict(enumerate(TAGS)), label2id={tag: i for i, tag in enumerate(TAGS)},
    )  # fmt: skip


def test_entities_equal_those_of_transformers_pipeline(folder: Path) -> None:
    from transformers import pipeline

    rng = np.random.default_rng(0)
    texts = [" ".join(rng.choice(WORDS, 14)) for _ in range(15)] + ["anna", "Anna went to Berlin ."]
    theirs = pipeline("ner", model=str(folder), aggregation_strategy="simple", device="cpu")
    found = 0
    for text, ours in zip(texts, TokenTagger(str(folder)).find(texts), strict=True):
        wanted = theirs(text)
        assert [(e.start, e.end, e.type) for e in ours] == [
            (w["start"], w["end"], w["entity_group"]) for w in wanted
        ]
        assert np.allclose([e.score for e in ours], [w["score"] for w in wanted], atol=1e-5)
        found += len(ours)
    assert found > 40


def test_long_texts_are_read_to_their_end(folder: Path) -> None:
    tagger = TokenTagger(str(folder))
    long = " ".join(["the ball and the team"] * 60 + ["anna went to berlin"])
    ends = [e.end for e in tagger.find([long])[0]]
    assert max(ends) > len(long) - 40
    starts = [e.start for e in tagger.find([long])[0]]
    assert starts == sorted(set(starts))


def test_scores_below_the_threshold_are_left_out(folder: Path) -> None:
    tagger = TokenTagger(str(folder))
    every = tagger.find(["anna went to berlin and paris ."])[0]
    cut = float(np.median([e.score for e in every]))
    some = tagger.find(["anna went to berlin and paris ."], threshold=cut)[0]
    assert some == [e for e in every if e.score >= cut]
    assert len(some) < len(every)


def test_lists_and_patterns_find_what_they_were_told_and_say_how() -> None:
    finder = Gazetteer({"ORG": ["Acme", "Acme Corp"], "LOC": ["Berlin"]})
    text = (
        "The team met Jane Doe of Acme Corp in berlin on 3 May 2024. "
        "It cost $1,200 or 15 % more; write to jane@acme.com."
    )
    found = {e.text: (e.type, e.method) for e in finder.find([text])[0]}
    assert found == {
        "Jane Doe": ("NAME", "capitals"),
        "Acme Corp": ("ORG", "list"),
        "berlin": ("LOC", "list"),
        "3 May 2024": ("DATE", "pattern"),
        "$1,200": ("MONEY", "pattern"),
        "15 %": ("PERCENT", "pattern"),
        "jane@acme.com": ("EMAIL", "pattern"),
    }
    assert all(text[e.start : e.end] == e.text for e in finder.find([text])[0])


def test_names_with_signs_are_taken_literally_and_guesses_can_be_left_out() -> None:
    finder = entity_finder(names={"ORG": ["A+ (Berlin)", ".*"]})
    assert [e.text for e in finder.find(["we like A+ (Berlin) most"])[0]] == ["A+ (Berlin)"]
    assert entity_finder().find(["we met Jane Doe"], threshold=0.9) == [[]]
