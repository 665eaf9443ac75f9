"""The division of texts or images: equal ones stay on one side, and the holdout is sealed first."""

from __future__ import annotations

import numpy as np
import pandas as pd

from autoglm_agent.automl.preparation.prepare import Prepared, load_prepared, save_prepared
from autoglm_agent.automl.preparation.split import (
    SplitPlan,
    assign_folds,
    holdout_mask,
    holdout_share,
)
from autoglm_agent.automl.preparation.vault import Vault
from autoglm_agent.automl.raw.inputs import ALIKE, CONTENT, RawInputs
from autoglm_agent.automl.raw.likeness import alike
from autoglm_agent.automl.run.workspace import Workspace, digest_of
from autoglm_agent.automl.scoring.problem import Problem, labels_of
from autoglm_agent.chain import Task, digest
from autoglm_agent.errors import InputError

LEAST_ROWS = 20
MANY_ROWS = 20_000
"""From here on three folds tell enough."""


def seal(workspace: Workspace, inputs: RawInputs, *, metric: str | None, seed: int) -> Prepared:
    """Divide the inputs and seal the holdout; the same arguments give the same division.

    Args:
        workspace: The run's folder.
        inputs: What was read.
        metric: scikit-learn's name; accuracy by default.
        seed: Of the division.

    Raises:
        InputError: If there are too few inputs, or fewer than two classes.
    """
    count = len(inputs.values)
    if count < LEAST_ROWS:
        many = f"{count} {inputs.kind}s are" if count != 1 else f"One {inputs.kind} is"
        raise InputError(
            f"{many} too few to learn from and to check.",
            f"Give {LEAST_ROWS} at least.",
        )
    frame = inputs.frame()
    labels = pd.Series(list(inputs.labels), name="label")
    classes = labels_of(labels)
    if len(classes) < 2:
        raise InputError(
            f"All {count} {inputs.kind}s have the label {str(classes[0])[:60]!r}.",
            "Give examples of two classes at least.",
        )
    problem = Problem.of(
        "binary" if len(classes) == 2 else "multiclass", labels, metric=metric or "accuracy"
    )
    y = problem.encode(labels)
    data_id = digest([*frame[CONTENT], *map(str, labels)])
    prepared_id = digest([data_id, problem.to_json(), seed])
    if workspace.has("prepared", prepared_id, "meta.json"):
        return load_prepared(workspace, prepared_id)
    plan = _plan(inputs.kind, y)
    frame[ALIKE], notes = alike(inputs, frame[CONTENT].tolist())
    held = holdout_mask(plan, frame[[ALIKE]], y, seed)
    rows = np.arange(len(frame))
    vault_id = digest([data_id, digest_of(rows[held].tobytes())])
    Vault.seal(workspace, vault_id, frame[held], y[held], rows[held])
    train = frame[~held].reset_index(drop=True)
    task = Task(kind=problem.kind, target="label", metric=problem.metric)
    prepared = Prepared(
        id=prepared_id,
        data_id=data_id,
        vault_id=vault_id,
        problem=problem,
        plan=plan,
        X=train,
        y=y[~held],
        rows=rows[~held],
        folds=assign_folds(plan, train[[ALIKE]], y[~held], seed),
        kinds={str(name): "text" for name in train.columns},
        dropped={},
        holdout_rows=int(held.sum()),
        seed=seed,
        task=task,
        notes=(*inputs.notes, *notes, *_contradictions(frame, y)),
    )
    save_prepared(workspace, prepared)
    workspace.write_json(task.to_json(), "task.json")
    return prepared


def _plan(kind: str, y: np.ndarray) -> SplitPlan:
    rarest = int(np.bincount(y).min())
    if rarest < 3:
        raise InputError(
            f"A class has {rarest} example(s).", "Give three of each at least, or leave it out."
        )
    share = holdout_share(len(y))
    folds = max(2, min(3 if len(y) >= MANY_ROWS else 5, rarest - 1))
    reason = f"{share:.0%} held out at random, classes in proportion; equal {kind}s stay together."
    return SplitPlan("duplicate_groups", None, share, folds, reason, True)


def _contradictions(frame: pd.DataFrame, y: np.ndarray) -> list[str]:
    """Tell of equal inputs with different labels."""
    kinds = pd.Series(y).groupby(frame[CONTENT].to_numpy()).nunique()
    odd = int((kinds > 1).sum())
    return [f"{odd} input(s) occur with different labels."] if odd else []
