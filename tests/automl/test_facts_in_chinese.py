"""Every fact that a check words is told in Chinese, too: read from the checks' own sources."""

from __future__ import annotations

import ast
import re
from itertools import product
from pathlib import Path

import pytest

import autoglm_agent.automl.checks as checks
from autoglm_agent.automl.report.wording import wording

HOME = Path(checks.__file__).parent
CHINESE = re.compile("[\u4e00-\u9fff]")
WORDED = {"fact", "reason", "question"}
"""Arguments and variables that hold what a reader is told."""
FIGURE, NAME, OPEN = "7", "'col'", "\0"
"""What stands in a place: a figure, a name, or one of the two, which the source does not tell."""


def template(node: ast.AST) -> str | None:
    """Return a string as a sample, with `OPEN` where a figure or a name may stand."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if not isinstance(node, ast.JoinedStr):
        return None
    parts = []
    for value in node.values:
        if isinstance(value, ast.Constant):
            parts.append(str(value.value))
            continue
        assert isinstance(value, ast.FormattedValue)
        form = ast.unparse(value.format_spec) if value.format_spec else ""
        percent = "%" if "%" in form else ""
        parts.append(f"{FIGURE}{percent}" if form else NAME if value.conversion > 0 else OPEN)
    return "".join(parts)


def variants(sample: str) -> list[str]:
    """Return a sample with every choice of figures and names in its open places."""
    first, *rest = sample.split(OPEN)
    ways = product((FIGURE, NAME), repeat=len(rest))
    return [first + "".join(a + b for a, b in zip(way, rest, strict=True)) for way in ways]


def facts(path: Path) -> list[str]:
    """Return the whole sentences that a module words: facts, reasons of remedies, questions."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found: list[ast.AST] = []
    for node in ast.walk(tree):
        told = isinstance(node, ast.keyword) and node.arg in WORDED
        kept = isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in WORDED
        if told or kept:
            found.append(node.value)
        elif (
            isinstance(node, ast.Raise)
            and isinstance(node.exc, ast.Call)
            and ast.unparse(node.exc.func) != "InputError"
        ):
            found += node.exc.args[:1]  # why a check does not apply
    samples = [template(n) for top in found for n in choices(top)] + joined(tree)
    whole = re.compile(rf"[A-Z'7{OPEN}].*[a-z]+ .*[a-z]+.*[.?]")
    return sorted({s for s in samples if s and whole.fullmatch(s)})


def joined(tree: ast.Module) -> list[str | None]:
    """Return the facts that are told in pieces: `fact = ...`, then `fact += ...`."""
    found: list[str | None] = []
    told = ""
    pieces = [n for n in ast.walk(tree) if isinstance(n, ast.Assign | ast.AugAssign)]
    for node in sorted(pieces, key=lambda piece: piece.lineno):
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        if ast.unparse(target) != "fact":
            continue
        piece = template(node.value) or ""
        whole = not told or told.endswith((".", "?"))
        told = piece if isinstance(node, ast.Assign) else piece.lstrip() if whole else told + piece
        found.append(told)
    return found


def choices(node: ast.AST) -> list[ast.AST]:
    """Return both sides of a conditional expression, and any other one itself."""
    if isinstance(node, ast.IfExp):
        return [*choices(node.body), *choices(node.orelse)]
    return [node]


MODULES = sorted(p.name for p in HOME.glob("*.py") if facts(p))


def test_facts_are_found_in_most_families() -> None:
    assert len(MODULES) > 15
    assert sum(len(facts(HOME / name)) for name in MODULES) > 60


@pytest.mark.parametrize("name", MODULES)
def test_every_fact_of_a_family_has_a_chinese_wording(name: str) -> None:
    say = wording("zh")
    english = [
        fact
        for fact in facts(HOME / name)
        if not any(CHINESE.search(say.fact(told)) for told in variants(fact))
    ]
    assert english == []


def test_a_reason_within_a_fact_is_told_in_chinese_too() -> None:
    fact = "'ward' is a copy of the target: its levels are the classes under other names "
    told = wording("zh").fact(fact + "(agreement 99.5%).")
    assert told == "'ward' 是目标的翻版：它的取值就是换了名字的类别（一致率 99.5%）。"


@pytest.mark.parametrize(
    "fact",
    [
        "11 columns are learned from.",
        "18 columns are learned from, 2 were left out (customerID, gender).",
        "9 columns are learned from. Mostly missing: Cabin, Age. More than 50 levels: Ticket.",
        "9 columns are learned from. Almost always the same value: a. Collinear: b and 3 more.",
        "8 columns; no use to learn from: same.",
        "8 columns, none of them useless.",
    ],
)
def test_what_columns_are_learned_from_is_told_in_chinese(fact: str) -> None:
    told = wording("zh").fact(fact)
    assert not re.search(r"[a-z]{3,} [a-z]{3,} | and ", told), told


@pytest.mark.parametrize("silhouette", [0.1, 0.3, 0.6])
@pytest.mark.parametrize("agreement", [None, 0.2, 0.9])
@pytest.mark.parametrize("stopped", ["finished", "time"])
def test_what_is_found_without_a_target_is_told_in_chinese(silhouette, agreement, stopped):
    from autoglm_agent.automl.unsupervised.tasks import _text_of_anomalies, _text_of_clusters

    groups = {
        "k": 4, "method": "k-means", "silhouette": silhouette, "chance_silhouette": 0.08,
        "stability": 0.8, "held_out": {"agreement": agreement, "n": 30}, "stopped": stopped,
        "tried": [{"k": 4}], "clusters": [],
    }  # fmt: skip
    unusual = {"unusual": 3, "n": 90, "agreement": 0.7, "rows": []}
    for text in (_text_of_clusters(groups), _text_of_anomalies(unusual)):
        told = wording("zh").fact(text.splitlines()[0])
        assert not re.search(r"[a-z]{3,}", told.replace("k-means", "")), told
