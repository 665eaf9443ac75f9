"""Every refutation names the step and the remedies of the table, and a tool can carry them out."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import autoglm_agent.automl.checks as checks
from autoglm_agent.automl.checks.registry import catalogue
from autoglm_agent.chain import Budget, Chain, Remedy, Step, Usage, Verdict
from autoglm_agent.policy import BACKTRACKING, decide, ways_back
from autoglm_agent.policy.table import allowed
from autoglm_tools.prepare_data import PrepareData
from autoglm_tools.train_models import TrainModels

SCHEMAS = {"prepare_data": PrepareData, "train_models": TrainModels}
FOLDER = Path(checks.__file__).parent


def remedies_in_code() -> list[tuple[str, str, list[str]]]:
    """File, kind and argument names of every remedy that a check can give."""
    found = []
    for path in sorted(FOLDER.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Remedy":
                words = {k.arg: k.value for k in node.keywords}
                args = words.get("args")
                names = [k.value for k in args.keys] if isinstance(args, ast.Dict) else []
                step = words["step"].value if isinstance(words["step"], ast.Constant) else ""
                found.append((words["kind"].value, step, names))
    return found


def test_every_remedy_that_a_check_gives_is_in_the_table():
    known = {(way.step, kind) for ways in BACKTRACKING.values() for way in ways
             for kind in way.remedies}  # fmt: skip
    given = {(step, kind) for kind, step, _ in remedies_in_code()}
    assert given
    assert given <= known


def test_the_tools_take_the_arguments_of_every_remedy():
    asked = [(step, name) for _, step, names in remedies_in_code() for name in names]
    assert ("prepare_data", "split") in asked
    assert ("prepare_data", "group_near") in asked
    for step, name in asked:
        assert name in SCHEMAS[step].model_fields, (step, name)


def test_the_table_holds_no_check_that_nobody_asks():
    asked = {check.id for check in catalogue()}
    assert set(BACKTRACKING) - asked <= {"V02", "V22"}, "those two are asked of prose and of code"


@pytest.mark.parametrize("check", sorted(BACKTRACKING))
def test_remedies_are_tried_in_order_and_none_twice(check):
    way = ways_back(check)[0]
    remedies = tuple(Remedy(kind=kind, step=way.step) for kind in way.remedies)
    assert allowed(check, way.step, way.remedies)
    verdict = Verdict(check=check, status="fail", fact="It fails.", remedies=remedies)
    step = Step(tool=way.step, args={"a": 1}, verdicts=(verdict,))
    seen, nogoods, usage = [], (), Usage()
    for _ in range(len(remedies) + 3):
        made = decide(Chain(), step, nogoods, usage, Budget(), consent=True)
        if made.action != "jump":
            break
        seen.append(made.nogoods[0].remedy.kind)
        nogoods += made.nogoods
        usage = usage.plus(remedies=1)
        step = step.model_copy(update={"args": {"a": len(seen) + 1}})
    assert made.action in ("conclude", "ask"), "the machine ends"
    assert seen == [k for k in way.remedies if k not in ("ask", "stop")][: len(seen)]
    assert len(seen) == len(set(seen))
