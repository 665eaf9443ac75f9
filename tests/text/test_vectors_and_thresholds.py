"""Vectors, abstention and typos."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tiny_backbones import save_bert

from autoglm_agent.text.abstaining import choose_threshold
from autoglm_agent.text.embeddings import TextEmbedder
from autoglm_agent.text.typos import mistype, robustness_to_typos


def test_vectors_are_the_masked_means_of_the_last_layer_whatever_the_batch(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    from transformers import AutoModel, AutoTokenizer

    folder = save_bert(tmp_path / "bert")
    texts = ["the soup is very good", "ball", "anna went to berlin but not to paris .", "ball"]
    told = TextEmbedder(str(folder), batch_size=2).embed(texts)
    model, tokenizer = AutoModel.from_pretrained(folder), AutoTokenizer.from_pretrained(folder)
    for text, vector in zip(texts, told.vectors, strict=True):
        with torch.inference_mode():
            state = model(**tokenizer(text, return_tensors="pt")).last_hidden_state[0].mean(0)
        assert np.allclose(vector, state / state.norm(), atol=1e-5)
    assert told.method == "model"


def test_without_a_model_vectors_are_hashed_and_say_so() -> None:
    told = TextEmbedder().embed(["the price of bread", "bread's price", "a train to the beach"])
    assert told.method == "hashing"
    assert np.allclose(np.linalg.norm(told.vectors, axis=1), 1, atol=1e-5)
    near, far = told.vectors[0] @ told.vectors[1], told.vectors[0] @ told.vectors[2]
    assert near > far + 0.2
    assert TextEmbedder().embed([]).vectors.shape == (0, 0)


def test_the_threshold_answers_as_much_as_the_wanted_accuracy_allows() -> None:
    rng = np.random.default_rng(0)
    confidence = rng.random(4000)
    right = rng.random(4000) < 0.5 + 0.5 * confidence
    chosen = choose_threshold(confidence, right, 0.9)
    kept = confidence >= chosen.threshold
    assert right[kept].mean() == pytest.approx(chosen.accuracy)
    assert chosen.coverage == pytest.approx(kept.mean())
    assert chosen.low >= 0.9
    assert 0.6 < chosen.threshold < 0.9  # 0.9 right on average from 0.6 on, with certainty later
    assert choose_threshold(confidence, right, 0.95).threshold > chosen.threshold


def test_where_no_confidence_is_good_enough_nothing_is_answered() -> None:
    none = choose_threshold([0.9, 0.8, 0.7], [True, True, False], 0.99)
    assert none.threshold > 1
    assert none.coverage == 0
    ties = choose_threshold([1.0] * 200, [True] * 100 + [False] * 100, 0.6)
    assert ties.coverage == 0  # the hundred right ones cannot be told from the others


def test_typos_spare_short_words_and_first_letters_and_come_at_their_rate() -> None:
    rng = np.random.default_rng(0)
    text = "the parcel which arrived yesterday was completely broken " * 50
    slipped = mistype(text, rng, 0.3)
    pairs = list(zip(text.split(), slipped.split(), strict=True))
    changed = [(a, b) for a, b in pairs if a != b]
    assert all(len(a) >= 4 and a[0] == b[0] for a, b in changed)
    assert 0.2 < len(changed) / sum(len(a) >= 4 for a, _ in pairs) < 0.4
    assert mistype(text, rng, 0.0) == text


def test_robustness_is_noisy_by_clean_accuracy() -> None:
    def whole_words(texts: list[str]) -> list[str]:
        return ["a" if "parcel" in text else "b" for text in texts]

    texts = ["parcel"] * 200 + ["anything"] * 200
    told = robustness_to_typos(whole_words, texts, ["a"] * 200 + ["b"] * 200, rate=0.5)
    assert told.clean == 1.0
    assert 0.65 < told.score < 0.85  # half of the parcels are mistyped, nothing else changes
    assert told.score == told.noisy
