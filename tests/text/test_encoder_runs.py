"""Texts on an encoder: frozen vectors, an adapter and the whole of it, saved and loaded."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

from tiny_backbones import save_bert

from autoglm_agent.automl.run.clock import Deadline
from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.errors import InputError
from autoglm_agent.text.classify import WAYS, load_text_model, run_texts
from autoglm_agent.text.tuned import encoder_family
from autoglm_agent.text.unlearned import zero_shot_family


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(save_bert(tmp_path_factory.mktemp("models") / "bert"))


def talk(n: int) -> tuple[list[str], np.ndarray]:
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 2, n)
    words = (["good", "fine", "great"], ["bad", "poor", "awful"])
    fill = ["the", "soup", "is", "it", "a", "team"]
    return [" ".join([*rng.choice(fill, 3), str(rng.choice(words[c]))]) for c in codes], codes


@pytest.mark.parametrize("way", WAYS)
def test_each_way_learns_and_comes_back_from_disk_the_same(
    encoder: str, way: str, tmp_path: Path
) -> None:
    texts, codes = talk(200)
    model = encoder_family(encoder, way).fit(texts, codes, 2, seed=0, deadline=Deadline())
    told = model.predict(texts)
    if way != "full":  # five epochs at a low rate only begin to move so small an encoder
        assert (told.argmax(axis=1) == codes).mean() > 0.75
    workspace = Workspace(tmp_path / "run")
    model.save(workspace, "m")
    assert np.allclose(load_text_model(workspace, "m").predict(texts), told, atol=1e-6)


def test_a_run_with_an_encoder_tries_its_frozen_vectors(encoder: str, tmp_path: Path) -> None:
    texts, codes = talk(120)
    table = tmp_path / "t.csv"
    said = [f"{text} {i}" for i, text in enumerate(texts)]
    pd.DataFrame({"said": said, "label": codes}).to_csv(table, index=False)
    result = run_texts(Workspace(tmp_path / "run"), table, encoder=encoder, seconds=100)
    assert [c["id"] for c in result["candidates"]][:2] == ["words", "frozen bert"]
    assert result["status"] == "verified", result["message"]
    with pytest.raises(InputError, match="no way 'lora'"):
        run_texts(Workspace(tmp_path / "b"), table, encoder=encoder, ways=["lora"])
    with pytest.raises(InputError, match="needs an encoder"):
        run_texts(Workspace(tmp_path / "c"), table, ways=["full"])


def test_zero_shot_is_judged_beside_what_has_learned(tmp_path: Path) -> None:
    nli = {0: "contradiction", 1: "neutral", 2: "entailment"}
    folder = save_bert(
        tmp_path / "nli", "BertForSequenceClassification", id2label=nli,
        label2id={v: k for k, v in nli.items()},
    )  # fmt: skip
    texts, codes = talk(60)
    table = tmp_path / "t.csv"
    said = [f"{text} {i}" for i, text in enumerate(texts)]
    labels = np.array(["good", "bad"])[codes]
    pd.DataFrame({"said": said, "label": labels}).to_csv(table, index=False)
    workspace = Workspace(tmp_path / "run")
    result = run_texts(workspace, table, inference=str(folder), seconds=100)
    tried = {c["id"]: c["score"] for c in result["candidates"]}
    assert tried["words"] > tried["zero-shot nli"]  # random weights know nothing
    model = zero_shot_family(str(folder), ["bad", "good"]).fit(
        texts, codes, 2, seed=0, deadline=Deadline()
    )
    model.save(workspace, "z")
    told = load_text_model(workspace, "z").predict(texts[:3])
    assert np.array_equal(told, model.predict(texts[:3]))
    assert np.allclose(told.sum(axis=1), 1)
