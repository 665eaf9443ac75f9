"""Near copies, labels given away and wrong labels are found, and not where there are none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_digits

from autoglm_agent.automl.preparation.vault import Vault
from autoglm_agent.automl.raw.inputs import ALIKE, RawInputs
from autoglm_agent.automl.raw.likeness import alike
from autoglm_agent.automl.raw.sealing import seal
from autoglm_agent.automl.raw.shortcuts import Learned, best_words, check_shortcuts
from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.images.classify import image_inputs
from autoglm_agent.text.classify import run_texts
from autoglm_agent.text.reading import text_inputs

WORDS = [a + b for a in ("ka", "lo", "mi", "ru", "se", "to", "vu", "na") for b in "bdfgklmnprst"]


def talk(n: int, words: int = 20, seed: int = 0) -> tuple[list[str], list[str]]:
    """Texts whose class is told by which half of the words is more frequent."""
    rng = np.random.default_rng(seed)
    texts, labels = [], []
    for _ in range(n):
        label = int(rng.integers(2))
        half = WORDS[:48] if label else WORDS[48:]
        pool = [rng.choice(half if rng.random() < 0.75 else WORDS) for _ in range(words)]
        texts.append(" ".join(pool))
        labels.append("first" if label else "second")
    return texts, labels


def groups(inputs: RawInputs) -> tuple[list[str], list[str]]:
    return alike(inputs, inputs.frame()["content"].tolist())


def photos(n: int, seed: int = 0, side: int = 32) -> np.ndarray:
    """Smooth random images, one unlike the other."""
    rng = np.random.default_rng(seed)
    coarse = rng.uniform(0, 255, (n, 8, 8, 3))
    return np.kron(coarse, np.ones((1, side // 8, side // 8, 1))).astype(np.uint8)


def test_a_brighter_noisier_image_is_a_near_copy_and_another_is_not() -> None:
    images = photos(60)
    rng = np.random.default_rng(1)
    spoilt = np.clip(images[:5] * 0.8 + 20 + rng.normal(0, 5, images[:5].shape), 0, 255)
    inputs = image_inputs(np.concatenate([images, spoilt.astype(np.uint8)]), [0, 1] * 32 + [0], "x")
    names, notes = groups(inputs)
    assert names[60:] == names[:5]
    assert len(set(names)) == 60
    assert "10 images are almost equal" in notes[0]


def test_images_of_one_shade_are_not_thrown_together() -> None:
    flat = np.stack([np.full((16, 16, 1), shade, np.uint8) for shade in range(0, 200, 5)])
    names, notes = groups(image_inputs(flat, list(range(40)), "flat"))
    assert len(set(names)) == 40
    assert not notes


def test_digits_have_hardly_any_near_copies() -> None:
    X, y = load_digits(return_X_y=True)
    names, _ = groups(image_inputs((X * 15).astype(np.uint8).reshape(-1, 8, 8, 1), y, "digits"))
    assert 0 < len(X) - len(set(names)) < 10


@pytest.mark.parametrize(
    "change",
    [
        lambda t: t.upper() + "!!",
        lambda t: t.replace(" ", ",  "),
        lambda t: t + " indeed",
    ],
    ids=["capitals", "commas", "a word more"],
)
def test_a_retyped_text_is_a_near_copy(change: Any) -> None:
    texts, labels = talk(80)
    names, _ = groups(text_inputs([*texts, change(texts[3])], [*labels, labels[3]], "x"))
    assert names[80] == names[3]
    assert len(set(names)) == 80


def test_short_texts_that_share_most_words_stay_apart() -> None:
    texts = [f"the soup is very {word}" for word in WORDS[:40]]
    assert len(set(groups(text_inputs(texts, ["a", "b"] * 20, "x"))[0])) == 40


def test_where_near_copies_are_the_rule_they_are_told_and_not_kept_together() -> None:
    texts, labels = talk(30)
    inputs = text_inputs([*texts, *(t + " indeed" for t in texts)], labels * 2, "x")
    names, notes = groups(inputs)
    assert len(set(names)) == 60
    assert "too many" in notes[0]


def test_near_copies_lie_on_one_side_of_the_split(tmp_path: Path) -> None:
    texts, labels = talk(200)
    more = [text + " indeed" for text in texts[:15]]
    inputs = text_inputs([*texts, *more], [*labels, *labels[:15]], "x")
    workspace = Workspace(tmp_path / "run")
    prepared = seal(workspace, inputs, metric=None, seed=0)
    held = set(Vault(workspace, prepared.vault_id).row_numbers().tolist())
    assert all((i in held) == (200 + i in held) for i in range(15))
    assert ALIKE in prepared.X
    assert any("almost equal" in note for note in prepared.notes)


def test_a_label_that_stands_in_the_text_fails_and_topical_words_do_not() -> None:
    texts, labels = talk(200)
    codes = np.array([label == "second" for label in labels]).astype(int)
    learned = Learned(np.arange(100), np.arange(100, 200), 0.9)

    def verdict(said: list[str]) -> Any:
        return check_shortcuts(
            text_inputs(said, labels, "x"), said, codes, ("first", "second"), learned
        )

    assert verdict(texts).status == "pass"
    leaky = [f"label={label} {text}" for text, label in zip(texts, labels, strict=True)]
    told = verdict(leaky)
    assert told.status == "fail"
    assert told.blame == "prepare_data"
    assert "'second'" in told.fact
    assert best_words(leaky, codes, 2) == [("first", 1.0), ("second", 1.0)]


def test_a_watermark_on_the_rim_is_warned_of() -> None:
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 200)
    images = rng.integers(0, 255, (200, 32, 32, 1)).astype(np.uint8)
    images[:, 12:20, 12:20] = np.where(y == 1, 220, 30)[:, None, None, None]
    learned = Learned(np.arange(150), np.arange(150, 200), 1.0)
    clean = check_shortcuts(image_inputs(images, y, "x"), images, y, (0, 1), learned)
    assert clean.status == "pass"
    marked = images.copy()
    marked[y == 1, :2] = 255
    told = check_shortcuts(image_inputs(marked, y, "x"), marked, y, (0, 1), learned)
    assert told.status == "warn"
    assert "watermarks" in told.fact


def test_tiny_images_have_no_rim() -> None:
    images, y = photos(40, side=8), np.array([0, 1] * 20)
    told = check_shortcuts(image_inputs(images, y, "x"), images, y, (0, 1), Learned(y, y, 1.0))
    assert told.status == "na"


@pytest.mark.parametrize("share", [0.0, 0.12])
def test_wrong_labels_are_told_of_texts(tmp_path: Path, share: float) -> None:
    texts, labels = talk(500, words=30)
    rng = np.random.default_rng(5)
    flipped = rng.random(500) < share
    said = [("second" if x == "first" else "first") if f else x
            for x, f in zip(labels, flipped, strict=True)]  # fmt: skip
    path = tmp_path / "talk.csv"
    path.write_text(
        "label,text\n" + "\n".join(f"{x},{t}" for x, t in zip(said, texts, strict=True)), "utf-8"
    )
    result = run_texts(Workspace(tmp_path / "run"), path, seconds=60)
    told = {v["check"]: v for v in result["checks"]}
    assert {"V10", "V15", "V16", "V34", "V38"} <= set(told)
    assert told["V34"]["status"] == ("warn" if share else "pass")
    assert result["status"] == "verified", result["message"]
    if share:
        rows = told["V34"]["evidence"]["rows"]
        assert np.mean(flipped[rows]) > 0.8
