"""`predict` and `audit` on rows that are written otherwise than the training's."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from autoglm_agent.automl.data.textnumbers import is_open, written_decimal
from autoglm_agent.cli.main import main

Command = Any


def shop(rows: int = 300) -> pd.DataFrame:
    """A table of two numbers, a category and a class that they tell."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(rows, 2)).round(4), columns=["x1", "x2"])
    frame["cat"] = rng.choice(list("abc"), rows)
    told = frame["x1"] + frame["x2"] + (frame["cat"] == "a") + 0.5 * rng.normal(size=rows)
    return frame.assign(bought=np.where(told > 0.3, "yes", "no"))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("runs")


def started(home: Path, frame: pd.DataFrame, name: str, words: str) -> str:
    from autoglm_graphs.runs import start_run
    from autoglm_graphs.settings import Settings

    frame.to_csv(home / f"{name}.csv", index=False)
    settings = Settings(data=str(home / f"{name}.csv"), instruction=words, trials=1)
    return str(start_run(settings, runs=home / "r", memory=False)["run"])


@pytest.fixture(scope="module")
def bought(home: Path) -> str:
    """A run of `shop`."""
    return started(home, shop(), "shop", "Predict bought")


@pytest.fixture
def autoglm(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    """Run the command; return exit code, output and what it said besides."""

    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["autoglm", *words])
        monkeypatch.setitem(os.environ, "AUTOGLM_RUNS", str(home / "r"))
        with pytest.raises(SystemExit) as ending:
            main()
        out, err = capsys.readouterr()
        return int(ending.value.code or 0), out, err

    return run


def predicted(autoglm: Command, run: str, text: str, folder: Path) -> tuple[pd.DataFrame, str]:
    (folder / "new.csv").write_text(text, encoding="utf-8")
    out = folder / "told.csv"
    code, _, err = autoglm("predict", run, str(folder / "new.csv"), "--out", str(out))
    assert code == 0, err
    return pd.read_csv(out), err


def test_decimal_commas_are_read_as_in_profiling(
    autoglm: Command, bought: str, tmp_path: Path
) -> None:
    points = "x1,x2,cat\n0.126,-0.3,b\n-0.132,0.5,b\n1.640,-1.4,a\n"
    commas = 'x1,x2,cat\n"0,126",-0.3,b\n"-0,132",0.5,b\n"1,640",-1.4,a\n'
    wanted, _ = predicted(autoglm, bought, points, tmp_path)
    told, err = predicted(autoglm, bought, commas, tmp_path)
    pd.testing.assert_frame_equal(told, wanted)
    assert err == ""


def test_a_comma_that_may_mean_two_things_is_told(
    autoglm: Command, bought: str, tmp_path: Path
) -> None:
    _, err = predicted(autoglm, bought, 'x1,x2,cat\n"1,234",0,a\n"2,345",0,b\n', tmp_path)
    assert err.startswith("note: 'x1': '1,234' may be a thousand or a decimal")
    assert len(err.splitlines()) == 1
    _, err = predicted(autoglm, bought, 'x1,x2,cat\n"1,234.5",0,a\n"2,345",0,b\n', tmp_path)
    assert err == ""


def test_cells_that_the_model_cannot_use_are_told_once_a_column(
    autoglm: Command, bought: str, tmp_path: Path
) -> None:
    text = 'x1,x2,cat\n0.1,1,a\n"a\u202ebc",1e400,zzz\n,1,\n1e400,1,zzz\n'
    told, err = predicted(autoglm, bought, text, tmp_path)
    assert list(told.columns) == ["prediction", "probability_no", "probability_yes"]
    assert err.splitlines() == [
        "note: 'x1': 2 cells of 4 cannot be read as a finite number, first 'a\\u202ebc' in row "
        "2; treated as missing.",
        "note: 'x2': 1 cell of 4 cannot be read as a finite number, first 'inf' in row 2; treated "
        "as missing.",
        "note: 'cat': 2 cells of 4 hold a value that training did not, first 'zzz' in row 2; "
        "treated as an unseen level.",
    ]
    code, out, _ = autoglm("predict", bought, str(tmp_path / "new.csv"), "--json")
    assert code == 0
    assert [f"note: {note}" for note in json.loads(out)["notes"]] == err.splitlines()


@pytest.mark.parametrize(
    ("texts", "sign"),
    [
        (["0,126", "1,234"], ","),
        (["1,5", "abc"], ","),
        (["1,234", "2,345"], ""),
        (["1,234", "2.5"], "."),
        (["1,234,567"], "."),
        (["1.234.567", "1.234"], ","),
        (["1.234", "2.345"], ""),
        (["-0.5"], "."),
        (["abc"], ""),
    ],
)
def test_the_decimal_sign_is_told_by_the_whole_column(texts: list[str], sign: str) -> None:
    assert written_decimal(texts) == sign


def test_a_comma_is_open_where_three_digits_follow() -> None:
    assert [is_open(t) for t in ("1,234", "-12,345", "0,126", "1,2345", "1,23", "a,bcd")] == [
        True, True, False, False, False, False,
    ]  # fmt: skip


def test_the_audit_reads_what_predict_writes_and_says_what_to_give_for_our_own_file(
    autoglm: Command, bought: str, home: Path, tmp_path: Path
) -> None:
    table, target = str(home / "shop.csv"), ("--target", "bought", "--json")
    assert autoglm("predict", bought, table, "--out", str(tmp_path / "p.csv"))[0] == 0
    _, out, _ = autoglm("audit", str(tmp_path / "p.csv"), table, *target)
    told = pd.read_csv(tmp_path / "p.csv")
    score = roc_auc_score(pd.read_csv(table)["bought"] == "yes", told["probability_yes"])
    assert f"is {score:.6g} on 300 rows" in json.loads(out)[0]["fact"]
    (model,) = (home / "r" / bought).glob("models/*/model.skops")
    code, _, err = autoglm("audit", str(model), table, *target)
    assert code == 2
    assert "is a model of this package" in err
    assert "remedy: Audit `autoglm export RUN --format onnx`" in err
    told[["prediction"]].rename(columns={"prediction": "x"}).assign(y=1).to_csv(
        tmp_path / "odd.csv", index=False
    )
    assert "Name it `prediction`" in autoglm("audit", str(tmp_path / "odd.csv"), table, *target)[2]


def test_a_row_is_explained_in_the_language_that_is_asked_for(
    autoglm: Command, bought: str
) -> None:
    words = ("explain", bought, "2", "--what-if")
    code, out, _ = autoglm(*words, "--lang", "zh")
    assert code == 0
    first, *_, last = out.splitlines()
    assert first.startswith("第 2 行：“yes”的概率为 ")
    assert last == "这只说明模型会怎么说，并不说明实际会发生什么"
    assert "若 " in out
    assert " 变为 " in out
    english = autoglm(*words)[1]
    assert english.startswith("row 2: probability of yes ")
    assert len(english.splitlines()) == len(out.splitlines())


def test_a_row_of_another_table_is_read_as_predict_reads_it(
    autoglm: Command, bought: str, tmp_path: Path
) -> None:
    (tmp_path / "new.csv").write_text('x1,x2,cat\n"0,126",0.5,a\n"-0,5",,zz\n')
    words = ("explain", bought, "2", "--data", str(tmp_path / "new.csv"))
    code, out, err = autoglm(*words)
    assert code == 0
    assert "x1 = -0.5\n" in out
    assert "x2 = missing\n" in out
    assert err.startswith("note: 'cat': 1 cell of 2 holds a value that training did not")
    assert "x2 = 缺失\n" in autoglm(*words, "--lang", "zh")[1]


def test_where_no_column_may_change_that_is_said(autoglm: Command, bought: str) -> None:
    fixed = ("--fixed", "x1", "--fixed", "x2", "--fixed", "cat")
    out = autoglm("explain", bought, "2", "--what-if", *fixed)[1]
    assert out.splitlines()[-1] == "no column may change: x1, x2, cat are fixed"


def test_an_option_about_a_row_needs_a_row(autoglm: Command, bought: str, home: Path) -> None:
    code, _, err = autoglm("explain", bought, "--data", str(home / "shop.csv"))
    assert (code, err.splitlines()[0]) == (
        2,
        "error: --data is about one row, and no row is named.",
    )


def groups() -> pd.DataFrame:
    rng = np.random.default_rng(1)
    centres = np.repeat([(0, 0), (6, 6), (0, 8)], 70, axis=0)
    return pd.DataFrame(rng.normal(centres, 0.4), columns=["a", "b"])


def test_new_rows_get_the_number_of_their_group(
    autoglm: Command, home: Path, tmp_path: Path
) -> None:
    run = started(home, groups(), "groups", "Cluster the rows into 3 groups")
    told, err = predicted(autoglm, run, "a,b\n0,0.1\n6,5.9\n0.2,8\nx,8\n", tmp_path)
    assert list(told.columns) == ["cluster"]
    (kept,) = (home / "r" / run / "predictions").glob("rows-*.parquet")
    wanted = pd.read_parquet(kept).set_index("row")["cluster"]
    assert told["cluster"].tolist()[:3] == [wanted[0], wanted[70], wanted[140]]
    assert "first 'x' in row 4; treated as missing" in err
    (tmp_path / "other.csv").write_text("c\n1\n")
    code, _, err = autoglm("predict", run, str(tmp_path / "other.csv"))
    assert (code, "lacks the columns 'a', 'b'" in err) == (2, True)
    code, _, err = autoglm("explain", run)
    assert (code, "task is clustering" in err) == (2, True)


def test_new_rows_are_told_how_unusual_they_are(
    autoglm: Command, home: Path, tmp_path: Path
) -> None:
    rng = np.random.default_rng(2)
    run = started(
        home,
        pd.DataFrame(rng.normal(size=(200, 3)), columns=list("tpv")),
        "odd",
        "Find unusual rows",
    )
    told, _ = predicted(autoglm, run, "v,t,p\n0,0.1,0\n12,-11,15\n", tmp_path)
    assert told["unusual"].tolist() == [False, True]
    assert told["score"].is_monotonic_increasing
