"""Zero-shot classes and inference: the numbers of transformers' pipeline, batched and cached."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

from tiny_backbones import WORDS, save_bert

from autoglm_agent.errors import InputError
from autoglm_agent.text.inference import InferenceModel
from autoglm_agent.text.zero_shot import InferenceZeroShot, WordOverlap, zero_shot

NLI = {0: "CONTRADICTION", 1: "NEUTRAL", 2: "ENTAILMENT"}
LABELS = ["sport", "food", "money", "travel"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_bert(
        tmp_path_factory.mktemp("models") / "nli", "BertForSequenceClassification",
        id2label=NLI, label2id={v: k for k, v in NLI.items()},
    )  # fmt: skip


def talk(n: int, seed: int = 0) -> list[str]:
    rng = np.random.default_rng(seed)
    return [" ".join(rng.choice(WORDS, rng.integers(1, 30))) for _ in range(n)]


@pytest.mark.parametrize("several", [False, True])
def test_scores_equal_those_of_transformers_pipeline(folder: Path, several: bool) -> None:
    from transformers import pipeline

    texts = [*talk(12), " ".join(WORDS * 4), "", "unknownword"]
    theirs = pipeline("zero-shot-classification", model=str(folder), device="cpu")
    ours = zero_shot(str(folder)).classify(texts, LABELS, several=several)
    for text, choice in zip(texts, ours, strict=True):
        if not text:
            continue  # the pipeline refuses an empty text
        wanted = theirs(text, LABELS, multi_label=several)
        assert choice.label == wanted["labels"][0]
        assert list(choice.scores) == wanted["labels"]
        assert np.allclose(list(choice.scores.values()), wanted["scores"], atol=1e-6)


def test_one_label_is_judged_alone_as_in_the_pipeline(folder: Path) -> None:
    from transformers import pipeline

    theirs = pipeline("zero-shot-classification", model=str(folder), device="cpu")
    choice = zero_shot(str(folder)).classify(["the soup is good"], ["food"])[0]
    wanted = theirs("the soup is good", ["food"])
    assert choice.score == pytest.approx(wanted["scores"][0], abs=1e-6)


@pytest.mark.slow
def test_throughput_is_at_least_the_pipelines(folder: Path) -> None:
    from transformers import pipeline

    theirs = pipeline("zero-shot-classification", model=str(folder), device="cpu")
    ours = InferenceZeroShot(InferenceModel(str(folder)))
    texts = talk(60, seed=1)
    theirs(texts[:4], LABELS, batch_size=32)
    ours.classify(talk(4, seed=2), LABELS)
    began = time.process_time()
    theirs(texts, LABELS, batch_size=32)
    middle = time.process_time()
    ours.classify(texts, LABELS)
    assert time.process_time() - middle <= middle - began


def test_what_was_asked_before_is_not_run_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = InferenceModel(str(folder), batch_size=3)
    pairs = [(text, "this is food .") for text in talk(7)]
    first = model.logits(pairs)
    calls: list[int] = []
    run = model._run
    monkeypatch.setattr(model, "_run", lambda new, told: (calls.append(len(new)), run(new, told)))
    assert np.array_equal(model.logits(pairs[::-1])[::-1], first)
    model.logits([*pairs, ("a new text", "this is food .")])
    assert calls == [0, 1]


def test_inference_tells_three_probabilities(folder: Path) -> None:
    told = InferenceModel(str(folder)).infer([("the soup is good", "the soup is not bad")] * 2)
    assert told[0] == told[1]
    total = told[0].entailment + told[0].neutral + told[0].contradiction
    assert total == pytest.approx(1.0, abs=1e-6)
    assert told[0].verdict in ("entailment", "neutral", "contradiction")


def test_unsure_answers_are_withheld(folder: Path) -> None:
    tool = zero_shot(str(folder))
    texts = talk(20)
    plain = tool.classify(texts, LABELS)
    assert all(c.label for c in plain)
    cut = sorted(c.score for c in plain)[10]
    careful = tool.classify(texts, LABELS, threshold=cut)
    assert [c.label is not None for c in careful] == [c.score >= cut for c in plain]
    ranked = [list(c.scores.values()) for c in plain]
    leads = [scores[0] - scores[1] for scores in ranked]
    apart = tool.classify(texts, LABELS, margin=float(np.median(leads)))
    assert [c.label is not None for c in apart] == [x >= np.median(leads) for x in leads]


def test_a_model_without_entailment_or_without_a_head_is_refused(tmp_path: Path) -> None:
    plain = save_bert(tmp_path / "plain", "BertForSequenceClassification")
    with pytest.raises(InputError, match="none is entailment"):
        InferenceModel(str(plain))
    headless = save_bert(tmp_path / "headless")
    with pytest.raises(InputError, match="lack 2 tensors"):
        InferenceModel(str(headless))
    with pytest.raises(InputError, match="no folder"):
        InferenceModel("./nowhere")


def test_weights_that_are_pickles_are_refused(folder: Path, tmp_path: Path) -> None:
    import shutil

    import safetensors.torch
    import torch

    shutil.copytree(folder, tmp_path / "m")
    state = safetensors.torch.load_file(tmp_path / "m" / "model.safetensors")
    torch.save(state, tmp_path / "m" / "pytorch_model.bin")
    (tmp_path / "m" / "model.safetensors").unlink()
    with pytest.raises(InputError, match="no weights in safetensors"):
        InferenceModel(str(tmp_path / "m"))


def test_without_a_model_shared_words_decide_and_strangers_get_no_answer() -> None:
    tool = WordOverlap({"refund": "money back, returned, reimburse", "delivery": "parcel, shipped"})
    told = tool.classify(
        ["I want my money back", "where is my parcel", "zzz qqq"], ["refund", "delivery"]
    )
    assert [c.label for c in told] == ["refund", "delivery", None]
    assert {c.method for c in told} == {"tfidf"}
    assert sum(told[0].scores.values()) == pytest.approx(1.0)


def test_labels_are_needed() -> None:
    with pytest.raises(InputError, match="No labels"):
        zero_shot().classify(["a"], ["", " "])
    assert zero_shot().classify([], ["a"]) == []
