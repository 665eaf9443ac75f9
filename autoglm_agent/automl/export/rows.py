"""Which rows a script trains on: dealt anew where that gives the same, else written down."""

from __future__ import annotations

import base64
import textwrap
import zlib
from dataclasses import dataclass

import numpy as np
import pandas as pd

from autoglm_agent.automl.export.pieces import rows as piece
from autoglm_agent.automl.preparation.prepare import Prepared
from autoglm_agent.automl.preparation.target import plain_target, present
from autoglm_agent.automl.preparation.vault import Vault
from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.automl.scoring.problem import Problem


@dataclass(frozen=True)
class Described:
    """How the rows are dealt.

    Attributes:
        code: Source of the functions `deal` and `repeat`.
        uses: Functions of `pieces.rows` that occur in it.
    """

    code: str
    uses: tuple[str, ...]


def described_rows(
    workspace: Workspace, prepared: Prepared, problem: Problem, target: pd.Series
) -> Described:
    """Describe which rows are held out and which fold validates which row.

    Args:
        workspace: The run's folder; of the vault only the row numbers are read.
        prepared: The training rows.
        problem: What is predicted.
        target: The target of all rows of the table, as `typed_frame` gave it.
    """
    dealt = np.full(len(target), piece.UNUSED, dtype=np.int8)
    dealt[Vault(workspace, prepared.vault_id).row_numbers()] = piece.HELD_OUT
    dealt[prepared.rows] = prepared.folds
    folds = int(prepared.folds.max()) + 1
    plan, seed = prepared.plan, prepared.seed
    # Groups and times keep their folds: a repetition differs by its seeds alone.
    anew = plan.oob_allowed and not (prepared.folds == -1).any()
    repeat = (
        "def repeat(y: np.ndarray, folds: np.ndarray, number: int) -> np.ndarray:\n"
        '    """Return the folds of a repetition."""\n    return '
        + (f"deal_again(y, int(folds.max()) + 1, {seed}, number)" if anew else "folds")
    )
    used = ("deal_again",) if anew else ()
    usable = present(target)
    y = np.full(len(target), -1 if problem.classes else np.nan)
    known = usable & np.isin(np.arange(len(target)), np.flatnonzero(dealt > piece.UNUSED))
    y = y.astype(np.int64) if problem.classes else y
    y[known] = problem.encode(plain_target(problem, target[known]))
    if plan.kind in ("stratified", "random") and (known == usable).all():
        again = piece.deal_rows(y, usable, plan.holdout_share, folds, seed)
        if np.array_equal(again, dealt):
            usable_code = "y >= 0" if problem.classes else "np.isfinite(y)"
            code = (
                "def deal(y: np.ndarray) -> np.ndarray:\n"
                '    """Return the fold of each row, or that it is held out."""\n'
                f"    return deal_rows(y, {usable_code}, {plan.holdout_share}, {folds}, {seed})"
            )
            return Described(f"{code}\n\n\n{repeat}", ("deal_rows", *used))
    packed = base64.b85encode(zlib.compress(dealt.tobytes(), 9)).decode()
    lines = "\n".join(f'    "{line}",' for line in textwrap.wrap(packed, 92))
    code = (
        f"# {plan.kind} split: the fold of each row, packed.\nROWS = (\n{lines}\n)\n\n\n"
        "def deal(y: np.ndarray) -> np.ndarray:\n"
        '    """Return the fold of each row, or that it is held out."""\n'
        "    rows = written_rows(ROWS)\n"
        "    if len(rows) != len(y):\n"
        '        raise SystemExit(f"The split is for {len(rows)} rows; this table has {len(y)}.")\n'
        "    return rows"
    )
    return Described(f"{code}\n\n\n{repeat}", ("written_rows", *used))
