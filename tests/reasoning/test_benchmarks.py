"""The benchmark scripts run, agree with what is known in closed form, and keep to their budgets."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "benchmarks/reasoning"

RIGHT = "6 * 4 = 24 (left: 1 1 24)\n24 * 1 = 24 (left: 1 24)\n24 * 1 = 24 (left: 24)"
DEAD = "6 + 4 = 10 (left: 1 1 10)\n10 + 1 = 11 (left: 1 11)\n11 + 1 = 12 (left: 12)"
WRONG = "6 * 4 = 25 (left: 1 1 25)\n25 - 1 = 24 (left: 1 24)\n24 * 1 = 24 (left: 24)"


@pytest.fixture
def scripts(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, ModuleType]]:
    """The scripts as modules, under the short names by which they import each other."""
    monkeypatch.syspath_prepend(str(FOLDER))
    before = set(sys.modules)
    import replay
    import replay_chains
    import replay_trees
    import simulation

    yield {
        "replay": replay,
        "chains": replay_chains,
        "trees": replay_trees,
        "simulation": simulation,
    }
    for name in set(sys.modules) - before:
        if (FOLDER / f"{name}.py").is_file():
            del sys.modules[name]


def write_recordings(folder: Path) -> None:
    samples = [
        {"text": f"Steps:\n{text}\nAnswer: {answer}", "correct": text == RIGHT}
        for text, answer in ((DEAD, "12"), (WRONG, "25"), (RIGHT, "24"), (DEAD, "12"))
    ]
    chains = [{"id": k, "problem": "1 1 4 6", "samples": samples} for k in range(2)]
    trees = [{"steps": tree_steps(), "ys": [f"{RIGHT}\n"], "infos": [{"r": 0}, {"r": 1}]}] * 2
    mistake = {
        "task": "dyck_languages",
        "input": "[ ( )",
        "steps": ["[ ; stack: [", "( ; stack: (", ") ; stack: [", "So the answer is ]"],
        "target": "]",
        "answer": "]",
        "mistake_index": 1,
    }
    for name, rows in (
        ("game24_cot", chains),
        ("game24_tot", trees),
        ("bigbench_mistake", [mistake]),
    ):
        text = "".join(f"{json.dumps(row)}\n" for row in rows)
        (folder / f"{name}.jsonl").write_text(text, encoding="utf-8")


def tree_steps() -> list[dict[str, object]]:
    """Two candidates after the root, of which the worse one was valued higher, and so on."""
    one = [f"{text.splitlines()[0]}\n" for text in (DEAD, RIGHT)]
    two = ["".join(f"{line}\n" for line in text.splitlines()[:2]) for text in (DEAD, RIGHT)]
    return [
        {"x": "1 1 4 6", "ys": [""], "new_ys": one, "values": [20.002, 2.001]},
        {"x": "1 1 4 6", "ys": one, "new_ys": two, "values": [0.003, 60.0]},
        {"x": "1 1 4 6", "ys": two, "new_ys": [f"{RIGHT}\n"], "values": [60.0]},
    ]


def test_one_command_prints_every_table_and_writes_them_as_json(tmp_path: Path) -> None:
    write_recordings(tmp_path)
    told = tmp_path / "told.json"
    command = [sys.executable, str(FOLDER / "replay.py"), "--seeds", "3"]
    command += ["--data", str(tmp_path), "--json", str(told)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    for words in ("pass@1", "majority", "oracle", "naive loop", "ours", "dyck_languages"):
        assert words in done.stdout
    rows = json.loads(told.read_text(encoding="utf-8"))
    chains = {row["method"]: row for row in rows["chains"] if row["budget"] == 400}
    assert chains["pass@1"]["solved"] == 0.25
    assert chains["majority"]["solved"] == 0.0
    assert chains["ours"]["solved"] == 1.0
    assert chains["majority"]["ahead"] == 1.0
    trees = {row["method"]: row for row in rows["trees"]}
    assert trees["as recorded, first answer"]["solved"] == 0.0
    assert trees["as recorded, any of 5 answers"]["solved"] == 1.0
    assert trees["ours"]["solved"] == 1.0
    assert trees["ours"]["cost"] < trees["as recorded, first answer"]["cost"]
    assert rows["mistakes"][-1]["exact"] == 1


def test_a_folder_without_recordings_is_refused_with_the_remedy(tmp_path: Path) -> None:
    command = [sys.executable, str(FOLDER / "replay.py"), "--data", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "--data" in done.stderr.splitlines()[-1]


def test_no_method_exceeds_its_budget_of_lines(tmp_path: Path, scripts) -> None:
    write_recordings(tmp_path)
    chains = scripts["chains"]
    puzzles = chains.load(tmp_path / "game24_cot.jsonl")
    for name, method in chains.methods(chains.beliefs(puzzles)).items():
        for budget in (3, 4, 7, 20):
            for seed in range(10):
                _, lines = method(puzzles[0], budget, seed)
                assert lines <= budget, name


def test_a_recorded_tree_is_searched_within_its_cap_of_calls(tmp_path: Path, scripts) -> None:
    write_recordings(tmp_path)
    trees = scripts["trees"]
    recorded = trees.load(tmp_path / "game24_tot.jsonl")
    assert recorded[0].calls == 5 + 3 * 5
    method = trees.methods(trees.beliefs(recorded))["ours"]
    assert [method(recorded[0], cap, 0)[0] for cap in (1, 2, 3)] == [False, False, True]
    assert all(method(recorded[0], cap, 0)[1] <= cap for cap in range(1, 5))


def test_the_simulated_methods_agree_with_closed_forms(scripts) -> None:
    simulation = scripts["simulation"]
    regime = next(r for r in simulation.REGIMES if r.name == "A")
    naive = simulation.measure(simulation.METHODS["naive loop"], regime, 400)
    assert naive[2] == pytest.approx(10 / 0.9**10, rel=0.12)
    right, none, draws, _, _ = simulation.measure(simulation.ours(regime), regime, 100)
    assert (right, none) == (1.0, 0.0)
    assert draws == pytest.approx(10 / 0.9, rel=0.05)


def test_misjudged_rates_cost_little_where_a_judge_decides_everything(scripts) -> None:
    simulation = scripts["simulation"]
    regime = next(r for r in simulation.REGIMES if r.name == "b")
    for factor in (1.0, 2.0, 0.5):
        right = simulation.measure(simulation.ours(regime, factor=factor), regime, 60)[0]
        assert right > 0.75


@pytest.mark.slow
def test_recorded_chains_and_trees_are_solved_as_often_as_the_best_known_way(
    shared_data: Path, scripts
) -> None:
    replay, folder = scripts["replay"], shared_data / "replay"
    chains = replay.chains(folder / "game24_cot.jsonl", 4, (20, 100))
    ours = [row.solved for row in chains if row.method == "ours"]
    assert ours[0] > 0.2
    assert ours[1] > 0.37
    trees = {row.method: row for row in replay.trees(folder / "game24_tot.jsonl", 1)}
    assert trees["ours"].solved >= 0.74
    assert trees["ours"].cost <= 30
