"""Texts and images judged as tables are: sealed first, chosen by folds, assessed once, checked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from autoglm_agent.automl.preparation.vault import Vault
from autoglm_agent.automl.raw.inputs import CONTENT, Family, RawInputs
from autoglm_agent.automl.raw.judging import run_raw, told
from autoglm_agent.automl.raw.sealing import seal
from autoglm_agent.automl.run.clock import Deadline
from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.errors import InputError
from autoglm_agent.text.classify import load_text_model, predict_texts, run_texts
from autoglm_agent.text.plain import fit_words
from autoglm_agent.text.reading import text_inputs

FOOD = ["soup", "bread", "cake", "cheese", "salad", "noodles"]
SPORT = ["goal", "match", "league", "coach", "stadium", "referee"]
FILL = ["about", "yesterday", "really", "people", "thought", "again", "story", "morning"]


def talk(n: int, seed: int = 0, clear: float = 0.9) -> tuple[list[str], list[str]]:
    rng = np.random.default_rng(seed)
    texts, labels = [], []
    for _ in range(n):
        label = str(rng.choice(["food", "sport"]))
        words = (FOOD if label == "food" else SPORT) if rng.random() < clear else FILL
        texts.append(
            " ".join([*rng.choice(FILL, 6), *rng.choice(words, 2), str(rng.integers(999))])
        )
        labels.append(label)
    return texts, labels


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    texts, labels = talk(240)
    path = tmp_path_factory.mktemp("data") / "talk.csv"
    pd.DataFrame({"said": texts, "label": labels}).to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def finished(table: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, dict]:
    workspace = Workspace(tmp_path_factory.mktemp("runs") / "talk")
    return workspace, run_texts(workspace, table, seconds=60)


def test_a_clear_task_is_verified_with_an_interval_and_a_rival(finished: Any) -> None:
    _, result = finished
    assert result["status"] == "verified", result["message"]
    assert result["honest"]["value"] > 0.85
    assert result["honest"]["low"] < result["honest"]["value"] <= result["honest"]["high"]
    assert result["gain"]["low"] > 0
    asked = {v["check"]: v["status"] for v in result["checks"]}
    assert {"V01", "V03", "V04", "V15", "V30", "V32", "V38"} <= set(asked)
    assert "unknown" not in asked.values(), result["checks"]
    assert set(result["robustness"]["scores"]) == {"typos", "capitals"}
    assert result["robustness"]["scores"]["capitals"] == 1.0
    assert "VERIFIED" in told(result)


def test_the_holdout_is_read_once_and_a_second_call_gives_the_same_result(
    finished: Any, table: Path
) -> None:
    workspace, result = finished
    assert run_texts(workspace, table, seconds=60) == result
    assert len(Vault.readings(workspace)) == 1


def test_the_saved_model_predicts_new_texts(finished: Any) -> None:
    workspace, _ = finished
    told_now = predict_texts(workspace, ["the coach and the referee", "soup with bread"])
    assert told_now["predicted"].tolist() == ["sport", "food"]
    assert np.allclose(told_now[["p_food", "p_sport"]].sum(axis=1), 1)


def test_the_report_and_the_list_of_runs_know_such_a_run(finished: Any) -> None:
    workspace, result = finished
    assert result["report"] == str(workspace.file("report.html"))
    page = Path(result["report"]).read_text("utf-8")
    assert f"{result['honest']['value']:.3f}"[:4] in page
    assert "of the accuracy is left" in page


def test_noise_is_not_called_verified(tmp_path: Path) -> None:
    texts, labels = talk(160, clear=0.0)
    result = run_raw(
        Workspace(tmp_path / "run"), text_inputs(texts, labels, "noise"),
        [Family("words", fit_words)], instruction="",
    )  # fmt: skip
    assert result["status"] == "unverified"
    assert any(v["check"] == "V30" and v["status"] == "fail" for v in result["checks"])


def test_equal_inputs_stay_on_one_side(tmp_path: Path) -> None:
    texts, labels = talk(60)
    inputs = text_inputs(texts * 3, labels * 3, "thrice")
    workspace = Workspace(tmp_path / "run")
    prepared = seal(workspace, inputs, metric=None, seed=0)
    held = Vault(workspace, prepared.vault_id).row_numbers()
    assert not {texts[i % 60] for i in held} & {texts[i % 60] for i in prepared.rows}
    folds = pd.Series(prepared.folds).groupby(prepared.X[CONTENT].to_numpy()).nunique()
    assert (folds == 1).all()


def test_contradictory_labels_are_told(tmp_path: Path) -> None:
    texts, labels = talk(60)
    inputs = text_inputs([*texts, texts[0]], [*labels, "food" if labels[0] == "sport" else "sport"],
                         "contrary")  # fmt: skip
    prepared = seal(Workspace(tmp_path / "run"), inputs, metric=None, seed=0)
    assert any("different labels" in note for note in prepared.notes)


def test_a_slow_family_is_left_out_and_the_first_is_finished(tmp_path: Path) -> None:
    def slow(values: Any, codes: np.ndarray, classes: int, *, seed: int, deadline: Deadline) -> Any:
        while not deadline.over:
            pass
        return fit_words(values, codes, classes, seed=seed, deadline=deadline)

    texts, labels = talk(100)
    result = run_raw(
        Workspace(tmp_path / "run"), text_inputs(texts, labels, "x"),
        [Family("words", fit_words), Family("slow", slow)], instruction="", seconds=0.01,
    )  # fmt: skip
    assert result["model"]["family"] == "words"
    slowest = next(c for c in result["candidates"] if c["id"] == "slow")
    assert slowest["status"] == "failed"


def test_a_blend_is_saved_with_its_members(tmp_path: Path) -> None:
    class Half:
        """Knows three words of each class."""

        def __init__(self, start: int) -> None:
            self.food, self.sport = FOOD[start : start + 3], SPORT[start : start + 3]

        def predict(self, values: Any) -> np.ndarray:
            food = np.array([any(w in str(v) for w in self.food) for v in values])
            sport = np.array([any(w in str(v) for w in self.sport) for v in values])
            share = 0.48 + 0.4 * sport - 0.4 * food
            return np.stack([1 - share, share], axis=1)

        def save(self, workspace: Workspace, model_id: str) -> None:
            texts, labels = talk(60)
            codes = np.array([int(label == "sport") for label in labels])
            fit_words(texts, codes, 2, seed=0, deadline=Deadline()).save(workspace, model_id)

    def half(start: int) -> Any:
        return lambda values, codes, classes, *, seed, deadline: Half(start)

    texts, labels = talk(200)
    workspace = Workspace(tmp_path / "run")
    result = run_raw(
        workspace, text_inputs(texts, labels, "x"),
        [Family("first", half(0)), Family("last", half(3))], instruction="",
    )  # fmt: skip
    assert result["model"]["family"].startswith("blend of")
    again = load_text_model(workspace, result["model"]["id"])
    assert again.predict(["soup"]).shape == (1, 2)


def test_too_few_inputs_or_one_class_are_refused(tmp_path: Path) -> None:
    texts, labels = talk(30)
    empty = pd.DataFrame({"n": range(5)})
    with pytest.raises(InputError, match="too few"):
        seal(Workspace(tmp_path / "a"), RawInputs("text", texts[:5], labels[:5], "x", empty),
             metric=None, seed=0)  # fmt: skip
    with pytest.raises(InputError, match="class"):
        seal(Workspace(tmp_path / "b"), text_inputs(texts, ["a"] * 30, "x"), metric=None, seed=0)
    with pytest.raises(InputError, match="30 texts have 2 labels"):
        text_inputs(texts, ["a", "b"], "x")
