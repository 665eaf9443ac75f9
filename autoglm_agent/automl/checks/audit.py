"""What can be said of a model that somebody else trained, on a table with the truth.

The model's file is read without running anything of it (`outside`), and the checks that need no
history of the model are asked: of the table, of the predictions, and, where the rows that the
model was trained on are given, of how the two tables relate. What cannot be known from outside
(which rows it has seen, what it was chosen from) is said so.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from autoglm_agent.automl.checks.context import CheckContext
from autoglm_agent.automl.checks.judged import Judged
from autoglm_agent.automl.checks.quality import best_constant, judge_gain, one_rule, thinned
from autoglm_agent.automl.checks.registry import Check, catalogue, run_checks, run_one
from autoglm_agent.automl.checks.sanity import sanity
from autoglm_agent.automl.checks.serving import ask_alike, shake
from autoglm_agent.automl.checks.shift import compare_columns, tell_apart
from autoglm_agent.automl.data.profile import Profile, profile_table, typed_frame
from autoglm_agent.automl.data.table import Table, read_table
from autoglm_agent.automl.outside import TABLES, Predict, load_outside, read_predictions
from autoglm_agent.automl.preparation.grouping import hash_rows
from autoglm_agent.automl.preparation.prepare import Prepared, prepare
from autoglm_agent.automl.preparation.target import plain_target, usable_targets
from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.automl.scoring import metrics
from autoglm_agent.chain import SUPERVISED, Remedy, Status, Task, Verdict
from autoglm_agent.errors import InputError

OF_PREDICTIONS = ("V34", "V35", "V36", "V37")
"""Checks of the catalogue that are asked of the predictions as they stand."""
OF_DIVISION = ("V03", "V15", "V16", "V17", "V18", "V21", "V39")
"""Checks of the data that judge a division of rows or a choice of columns, which is not ours."""


def audit(
    model: str | Path,
    table: Table,
    profile: Profile,
    task: Task,
    *,
    claimed: float | None = None,
    train: Table | None = None,
    seed: int = 0,
) -> list[Verdict]:
    """Check a model that was trained elsewhere.

    Args:
        model: A `.skops` or `.onnx` file, or a CSV or Parquet table of predictions.
        table: Rows with the truth, best not those that the model was trained on.
        profile: Its profile.
        task: The target, and the metric if one is claimed.
        claimed: The score that is claimed on these rows, in the metric's own orientation.
        train: The rows that the model was trained on, if they are known.
        seed: Of everything random.

    Returns:
        The verdicts, those of the predictions first.

    Raises:
        InputError: If the model or the data cannot be used.
    """
    if task.kind not in SUPERVISED:
        raise InputError(f"A {task.kind} task has no model to audit.", "Name a target.")
    with tempfile.TemporaryDirectory(prefix="autoglm-audit-") as folder:
        workspace = Workspace(folder)
        prepared = prepare(workspace, table, profile, task, seed=seed)
        context = CheckContext(
            workspace=workspace, task=task, table_profile=profile, prepared=prepared, seed=seed
        )
        found, predict = _predicted(Path(model), table, profile, prepared)
        asked = [
            Check("V01", "Score recomputed", "data", lambda _: _claim(found, claimed), 0.0),
            Check("V04", "Sane predictions", "data", lambda c: _sane(c, found), 0.0),
        ]
        verdicts = [run_one(check, context) for check in asked]
        if verdicts[-1].status == "fail":
            return verdicts
        context.cache["judged"] = found
        of_predictions = [c for c in catalogue() if c.id in OF_PREDICTIONS and c.stage == "search"]
        asked = [
            Check("V30", "Better than the simplest answers", "data", lambda c: _gain(c, found), 0),
            *of_predictions,
            *_of_model(found, predict, seed),
            *_of_training(found, prepared, train, seed),
        ]
        verdicts += [run_one(check, context) for check in asked]
        told = run_checks(context, "data")
        return verdicts + [_of_table(v) for v in told if v.check not in OF_DIVISION]


def _predicted(
    path: Path, table: Table, profile: Profile, prepared: Prepared
) -> tuple[Judged, Predict | None]:
    frame, task, problem = typed_frame(table, profile), prepared.task, prepared.problem
    keep, _ = usable_targets(task, frame[task.target])
    rows = np.flatnonzero(keep)
    used = frame.iloc[rows]
    y = problem.encode(plain_target(problem, used[task.target]))
    X = used.drop(columns=[str(task.target), *task.exclude]).reset_index(drop=True)
    predict: Predict | None = None
    if path.suffix.lower() in TABLES:
        prediction = read_predictions(read_table(path).frame, rows, problem)
    else:
        predict = load_outside(path, problem)
        try:
            prediction = predict(X)
        except InputError:
            raise
        except Exception as error:  # whatever a foreign model raises
            raise InputError(
                f"The model cannot predict these rows: {type(error).__name__}: {error}"[:400],
                "Give the columns that it was trained on, or a CSV of its predictions.",
            ) from error
    threshold = 0.5
    return Judged(X, y, np.asarray(prediction), rows, problem, threshold, {}), predict


def _claim(found: Judged, claimed: float | None) -> Verdict:
    """V01: the claimed score is the one that the predictions give."""
    metric = found.problem.metric
    value = metrics.score(metric, found.y, found.prediction, found.problem)
    fact = f"{metric} of these predictions is {value:.6g} on {len(found.y)} rows."
    evidence = {"metric": metric, "recomputed": float(value), "claimed": claimed}
    if claimed is None:
        return Verdict(check="V01", status="pass", fact=fact, n=len(found.y), evidence=evidence)
    # A claim is as exact as the digits that it is written with.
    decimals = len(f"{claimed:.10f}".rstrip("0").partition(".")[2])
    room = 0.5 * 10.0**-decimals + 1e-9
    gap = abs(claimed - value)
    wrong = not gap <= room
    fact += f" {claimed:g} was claimed{', which is not so' if wrong else ''}."
    again = Remedy(kind="recompute", step="evaluate_model", reason="Compute the score again.")
    return Verdict(
        check="V01",
        status="fail" if wrong else "pass",
        fact=fact,
        statistic=float(gap),
        threshold=room,
        n=len(found.y),
        evidence=evidence,
        remedies=(again,) if wrong else (),
        blame="evaluate_model" if wrong else None,
    )


def _sane(context: CheckContext, found: Judged) -> Verdict:
    wrong, doubt = sanity(context, found.prediction, baseline=False)
    status: Status = "fail" if wrong else "warn" if doubt else "pass"
    fact = "All predictions are finite, complete and in range."
    if wrong or doubt:
        fact = f"The predictions are not as they should be: {wrong or doubt}."
    retrain = Remedy(kind="retrain", step="train_models", reason="Predict again.")
    return Verdict(
        check="V04",
        status=status,
        fact=fact,
        n=len(found.y),
        remedies=(retrain,) if wrong else (),
        blame="train_models" if wrong else None,
    )


def _gain(context: CheckContext, found: Judged) -> Verdict:
    """V30: against the best constant and the best rule on one column of these rows."""
    prepared = context.need_prepared()
    kept = thinned(np.arange(len(found.y)), context.seed)
    constant = best_constant(context, found.y)
    rows = prepared.X.iloc[np.zeros(len(kept), dtype=int)]
    rivals = {constant.name: constant.predict(rows)}
    # The rule is judged out of fold on the training part; where that part is asked for only.
    place = pd.Series(np.arange(len(prepared.rows)), index=prepared.rows)
    simple = one_rule(context)
    verdict = judge_gain(
        context, found.problem, found.y[kept], found.prediction[kept], rivals, found.threshold,
        "these rows",
    )  # fmt: skip
    mine = np.flatnonzero(np.isin(found.rows, prepared.rows))
    for name, values in simple.items():
        guess = values[place[found.rows[mine]].to_numpy()]
        known = np.isfinite(guess.reshape(len(guess), -1)).all(axis=1)
        args = (found.problem.metric, found.y[mine][known])
        own = metrics.score(*args, found.prediction[mine][known], found.problem)
        other = metrics.score(*args, guess[known], found.problem)
        oriented = metrics.oriented
        if verdict.status == "pass" and oriented(args[0], own) <= oriented(args[0], other):
            fact = f"{verdict.fact} But {name} does better ({other:.4g} against {own:.4g})."
            verdict = verdict.model_copy(update={"status": "warn", "fact": fact})
    return verdict


def _of_model(found: Judged, predict: Predict | None, seed: int) -> list[Check]:
    if predict is None:
        return []
    head = found.X.head(200)

    def slips(context: CheckContext) -> Verdict:
        rows = thinned(np.arange(len(found.y)), seed)[:500]
        least = context.thresholds.robust_warn
        return shake(
            predict, found.X.iloc[rows], found.y[rows], found.problem, least=least, seed=seed
        )

    def alike(_: CheckContext) -> Verdict:
        verdict = ask_alike(predict, head, 1e-4)
        if verdict.status == "fail" and not any(verdict.evidence["gaps"].values()):
            # It cannot take holes: told, because its author may never hand it any.
            return verdict.model_copy(update={"status": "warn", "remedies": (), "blame": None})
        return verdict

    return [
        Check("V07", "Served as it was trained", "data", alike, 0.0),
        Check("V38", "Slips in the cells", "data", slips, 0.0),
    ]


def _of_training(found: Judged, prepared: Prepared, train: Table | None, seed: int) -> list[Check]:
    """Return the checks that need the rows trained on, or one that says that they are unknown."""
    if train is None:
        unknown: Callable[[CheckContext], Verdict] = lambda _: Verdict(  # noqa: E731
            check="V15",
            status="unknown",
            fact="The rows that the model was trained on were not given, so nobody can tell "
            "whether it has seen these.",
        )
        return [Check("V15", "Duplicates of training rows", "data", unknown, 0.0)]
    known = typed_frame(train, profile_table(train))
    shared = [name for name in found.X.columns if name in known.columns]
    if not shared:
        raise InputError(
            "The training table shares no column with the data.", "Give the right one."
        )
    mine, theirs = found.X[shared], known[shared]
    kinds = {name: str(prepared.kinds.get(name, "")) for name in shared if name in prepared.kinds}
    return [
        Check("V15", "Duplicates of training rows", "data", lambda c: _seen(c, theirs, mine), 0.0),
        Check(
            "V19", "Told apart from training rows", "data",
            lambda c: tell_apart(theirs, mine, kinds, c.thresholds, expected=False, seed=seed),
            0.0,
        ),
        Check(
            "V20", "Drift of single columns", "data",
            lambda c: compare_columns(theirs, mine, c.thresholds, expected=False), 0.0,
        ),
    ]  # fmt: skip


def _seen(context: CheckContext, train: pd.DataFrame, judged: pd.DataFrame) -> Verdict:
    limits = context.thresholds
    crossing = np.isin(hash_rows(judged), np.unique(hash_rows(train)))
    share = float(crossing.mean())
    status: Status = "pass"
    fact = "No row judged is a training row."
    if share > limits.duplicates_warn:
        status = "fail" if share > limits.duplicates_fail else "warn"
        fact = f"{int(crossing.sum())} of {len(judged)} rows judged ({share:.1%}) are also among "
        fact += "the rows trained on."
    again = Remedy(
        kind="recompute", step="evaluate_model", reason="Judge on rows that it has not seen."
    )
    return Verdict(
        check="V15",
        status=status,
        fact=fact,
        statistic=round(share, 6),
        threshold=limits.duplicates_fail,
        n=len(judged),
        evidence={"rows": np.flatnonzero(crossing)[:2000].tolist()},
        remedies=(again,) if status == "fail" else (),
        blame="evaluate_model" if status == "fail" else None,
    )


def _of_table(verdict: Verdict) -> Verdict:
    return verdict.model_copy(update={"title": f"{verdict.title} (the table)"})
