"""V22: feature code that lets held-out rows or the target into the features.

The code is read as a syntax tree and never run. Four patterns of the literature (Yang et al. 2022,
https://doi.org/10.1145/3551349.3556918; Drobnjakovic et al. 2025, https://arxiv.org/abs/2503.14723)
are looked for:

    overlap        something is fitted before the rows are divided, or on test rows
    target         means or other aggregates by group of the target, before the division
    resampling     rows are made or drawn (oversampling) before the division
    multi-test     the score on the test rows is looked at more than once, as in a loop

What only rescales (a scaler, an imputer) leaks so little that it is told and not refuted.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from autoglm_agent.chain import Remedy, Status, Verdict

_SPLITS = {"train_test_split", "split", "kfold", "cross_val_score", "cross_validate",
           "cross_val_predict", "GridSearchCV"}  # fmt: skip
_FITS = {"fit", "fit_transform", "fit_resample", "partial_fit"}
_HARMLESS = ("scal", "imput", "normaliz", "standardi")
_USES_TARGET = ("targetencod", "selectkbest", "selectpercentile", "select", "rfe", "boruta", "lda",
                "pls", "meanencod", "leaveoneout", "catboostencod", "woe", "encoder_y")  # fmt: skip
_RESAMPLE = {"fit_resample", "resample", "SMOTE", "RandomOverSampler", "ADASYN"}
_SCORES = {"score", "accuracy_score", "roc_auc_score", "f1_score", "log_loss",
           "mean_squared_error", "r2_score", "evaluate"}  # fmt: skip


@dataclass(frozen=True)
class Taint:
    """One suspicious call.

    Attributes:
        kind: `overlap`, `target`, `resampling`, `multi-test` or `rescaling`.
        line: Its line.
        text: The call, shortened.
    """

    kind: str
    line: int
    text: str


def check_code(source: str) -> Verdict:
    """Ask V22 of a piece of Python code.

    Args:
        source: The code, as text; it is not run.

    Returns:
        FAIL with the lines if the features or scores can be tainted; `unknown` if it is no Python.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        fact = f"The code cannot be read: {type(error).__name__}."
        return Verdict(check="V22", title="Tainted code", status="unknown", fact=fact)
    found = sorted(set(_taints(tree)), key=lambda t: t.line)
    hard = [t for t in found if t.kind != "rescaling"]
    status: Status = "fail" if hard else "warn" if found else "pass"
    fact = "No step of the code lets held-out rows or the target into the features."
    if found:
        first = (hard or found)[0]
        fact = f"Line {first.line} ({first.kind}): {first.text}"
        fact += "; fit it within the training rows." if hard else "; harmless, but not clean."
    again = Remedy(kind="recompute", step="prepare_data", reason="Divide the rows first.")
    return Verdict(
        check="V22",
        title="Tainted code",
        status=status,
        fact=fact,
        statistic=float(len(hard)),
        threshold=0.0,
        n=source.count("\n") + 1,
        evidence={"taints": [{"kind": t.kind, "line": t.line, "text": t.text} for t in found]},
        remedies=(again,) if hard else (),
        blame="prepare_data" if hard else None,
    )


def _taints(tree: ast.Module) -> Iterator[Taint]:
    calls = sorted((n for n in ast.walk(tree) if isinstance(n, ast.Call)), key=lambda n: n.lineno)
    split = min((c.lineno for c in calls if _name(c.func) in _SPLITS), default=None)
    makers = _makers(tree)
    for call in calls:
        name = _name(call.func)
        early = split is not None and call.lineno < split
        told = " ".join([_owner(call.func, makers), name]).lower()
        names = [n.lower() for n in _names(call)]
        on_test = any("test" in n or "valid" in n or "holdout" in n for n in names)
        target = any(n in ("y", "target", "label", "labels", "ys") for n in names)
        if name in _RESAMPLE and early:
            yield Taint("resampling", call.lineno, _short(call))
        elif name in _FITS and (early or on_test) and not _within(names):
            uses_target = any(word in told for word in _USES_TARGET) or (target and len(names) > 1)
            harmless = any(word in told for word in _HARMLESS) and not on_test
            if harmless and not uses_target:
                yield Taint("rescaling", call.lineno, _short(call))
            else:
                yield Taint("overlap", call.lineno, _short(call))
        elif name in ("transform", "mean", "agg", "map") and early and _by_target(call):
            yield Taint("target", call.lineno, _short(call))
        elif name in ("concat", "vstack", "append") and on_test and "train" in " ".join(names):
            yield Taint("overlap", call.lineno, _short(call))
    for loop in (n for n in ast.walk(tree) if isinstance(n, ast.For | ast.While)):
        for call in (n for n in ast.walk(loop) if isinstance(n, ast.Call)):
            names = [n.lower() for n in _names(call)]
            if _name(call.func) in _SCORES and any("test" in n or "holdout" in n for n in names):
                yield Taint("multi-test", call.lineno, _short(call))


def _within(names: list[str]) -> bool:
    """A model fitted on training rows, whatever it is called."""
    return any("train" in n for n in names) and not any("test" in n for n in names)


def _makers(tree: ast.Module) -> dict[str, str]:
    """Return variable name to the class that made it, where one can see it."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    found[target.id] = _name(node.value.func)
    return found


def _owner(node: ast.expr, makers: dict[str, str]) -> str:
    """Return the class whose method is called, or the text before the dot."""
    if not isinstance(node, ast.Attribute):
        return ""
    inner = node.value
    if isinstance(inner, ast.Call):
        return _name(inner.func)
    if isinstance(inner, ast.Name):
        return makers.get(inner.id, inner.id)
    return ""


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _names(call: ast.Call) -> list[str]:
    """Return the variables and column names among the arguments."""
    parts = [*call.args, *(k.value for k in call.keywords)]
    inner = [n for part in parts for n in ast.walk(part)]
    return [n.id for n in inner if isinstance(n, ast.Name)] + [
        n.value for n in inner if isinstance(n, ast.Constant) and isinstance(n.value, str)
    ]


def _by_target(call: ast.Call) -> bool:
    """Whether it aggregates the target by groups: `groupby(...)[target].mean()`."""
    grouped = targeted = False
    for node in ast.walk(call.func):
        if isinstance(node, ast.Call) and _name(node.func) == "groupby":
            grouped = True
        if isinstance(node, ast.Subscript):
            words = [n.value for n in ast.walk(node.slice) if isinstance(n, ast.Constant)]
            words += [n.id for n in ast.walk(node.slice) if isinstance(n, ast.Name)]
            targeted |= any(str(w).lower() in ("y", "target", "label", "outcome") for w in words)
        if isinstance(node, ast.Attribute) and node.attr in ("target", "y", "label"):
            targeted = True
    return grouped and targeted


def _short(call: ast.Call) -> str:
    text = ast.unparse(call)
    return text if len(text) <= 80 else f"{text[:77]}..."
