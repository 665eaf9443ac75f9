"""One case: a table, prepared, searched and assessed by the engine, as far as a fault needs."""

from __future__ import annotations

import hashlib
import tempfile
import time
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from autoglm_agent.automl.checks.context import CheckContext
from autoglm_agent.automl.checks.registry import Stage, run_checks
from autoglm_agent.automl.data.profile import profile_table
from autoglm_agent.automl.data.table import Table
from autoglm_agent.automl.preparation.prepare import prepare
from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.automl.scoring.assess import assess
from autoglm_agent.automl.search.engine import run_search
from autoglm_agent.chain import Task, Verdict


@dataclass
class Case:
    """A run in a temporary folder.

    Attributes:
        context: What the checks look at.
        seconds: CPU seconds of the engine and of the checks.
    """

    context: CheckContext
    seconds: dict[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, frame: pd.DataFrame, target: str, kind: str, metric: str | None = None) -> Case:
        """Prepare a table."""
        frame = frame.reset_index(drop=True)
        name = hashlib.sha256(pd.util.hash_pandas_object(frame).to_numpy().tobytes()).hexdigest()
        table = Table(frame, "t.csv", name[:16])
        task = Task(kind=kind, target=target, metric=metric)  # type: ignore[arg-type]
        workspace, profile = Workspace(tempfile.mkdtemp(prefix="leakbench-")), profile_table(table)
        began = time.process_time()
        prepared = prepare(workspace, table, profile, task)
        context = CheckContext(
            workspace=workspace, task=task, table_profile=profile, prepared=prepared
        )
        return cls(context, {"engine": time.process_time() - began, "checks": 0.0})

    def search(self, trials: int = 1) -> Case:
        """Search a few candidates."""
        began = time.process_time()
        p = self.context.need_prepared()
        result = run_search(
            p.X, p.y, p.problem, p.folds, oob_allowed=p.plan.oob_allowed, kinds=p.kinds,
            trials=trials, n_jobs=1,
        )  # fmt: skip
        self.context.search = result.save(self.context.workspace, "m", p.id, trials=trials)
        self.seconds["engine"] += time.process_time() - began
        return self

    def assess(self) -> Case:
        """Read the vault."""
        began = time.process_time()
        search = self.context.need_search()
        self.context.assessment = assess(
            self.context.workspace, self.context.need_prepared(), "m",
            naive_score=search["naive_score"], cv_score=search["ensemble_score"],
        )  # fmt: skip
        self.seconds["engine"] += time.process_time() - began
        return self

    def check(self, stage: Stage) -> list[Verdict]:
        """Run the checks of a stage."""
        began = time.process_time()
        found = run_checks(self.context, stage)
        self.seconds["checks"] += time.process_time() - began
        return found

    def rewrite(self, **changes: Any) -> None:
        """Change what the search claims."""
        self.context.search = {**self.context.need_search(), **changes}

    def store(self, oof: dict[str, np.ndarray]) -> None:
        """Replace the stored out-of-fold predictions."""
        from autoglm_agent.automl.run.arrays import to_npz

        arrays = {("ensemble" if n == "ensemble" else f"oof.{n}"): v for n, v in oof.items()}
        self.context.workspace.write_bytes(
            to_npz(arrays, compressed=True), "searches", "m", "oof.npz"
        )
        self.context.cache.clear()
