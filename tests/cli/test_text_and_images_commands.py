"""`autoglm text` and `autoglm images`, as a user calls them."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_digits

from autoglm_agent.cli.console import finish
from autoglm_agent.cli.main import app


def run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: object
) -> tuple[int, str]:
    monkeypatch.setattr(sys, "argv", ["autoglm", *map(str, words)])
    code = finish(app)
    return code, capsys.readouterr().out


def test_texts_are_classified_without_examples(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out = run(
        monkeypatch, capsys, "text", "classify", "my money back please", "zzz", "--label", "refund",
        "--label", "delivery", "--describe", "refund=money back", "--json",
    )  # fmt: skip
    assert code == 0
    assert [row["label"] for row in json.loads(out)] == ["refund", None]
    code, out = run(monkeypatch, capsys, "text", "entities", "pay $5 to Acme", "--name", "ORG=acme")
    assert [line.split("\t")[:2] for line in out.splitlines()] == [["MONEY", "$5"], ["ORG", "Acme"]]
    code, _ = run(monkeypatch, capsys, "text", "entities", "x", "--name", "acme")
    assert code == 2


def test_texts_are_learned_and_predicted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    rng = np.random.default_rng(0)
    labels = rng.choice(["food", "sport"], 120)
    words = {"food": ["soup", "bread", "cake"], "sport": ["goal", "match", "coach"]}
    texts = [f"{rng.choice(words[k])} {rng.choice(words[k])} {i}" for i, k in enumerate(labels)]
    table = tmp_path / "t.csv"
    pd.DataFrame({"said": texts, "label": labels}).to_csv(table, index=False)
    code, out = run(
        monkeypatch, capsys, "text", "train", table, "--runs", tmp_path / "runs", "--json"
    )
    assert code == 0
    result = json.loads(out)
    code, out = run(
        monkeypatch, capsys, "text", "predict", result["run"], "soup", "the coach", "--runs",
        tmp_path / "runs",
    )  # fmt: skip
    assert [line.split("\t")[0] for line in out.splitlines()] == ["food", "sport"]
    code, out = run(monkeypatch, capsys, "runs", "--runs", tmp_path / "runs", "--json")
    assert json.loads(out)[0]["status"] == "verified"


def test_what_cannot_be_learned_leaves_no_run_behind(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    table, home = tmp_path / "t.csv", tmp_path / "runs"
    pd.DataFrame({"said": ["soup", "goal"] * 30, "label": ["food", "sport"] * 30}).to_csv(
        table, index=False
    )
    for wrong in (["--label", "nope"], ["--way", "blah"], ["--metric", "blah"]):
        code, _ = run(monkeypatch, capsys, "text", "train", table, "--runs", home, *wrong)
        assert code == 2, wrong
        assert not list(home.iterdir()), wrong
    (tmp_path / "file").touch()
    code, _ = run(monkeypatch, capsys, "text", "train", table, "--runs", tmp_path / "file" / "x")
    assert code == 2


def test_images_are_learned_from_an_array(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    data = load_digits()
    np.savez(tmp_path / "d.npz", images=data.images[:200], y=data.target[:200])
    code, out = run(
        monkeypatch, capsys, "images", "train", tmp_path / "d.npz", "--family", "linear", "--runs",
        tmp_path / "runs",
    )  # fmt: skip
    assert code == 0, out
    assert out.startswith("VERIFIED: linear has accuracy ")
    assert "noisy / clean" in out
