"""What a reader types next: the run's commands as they have to be written here."""

from __future__ import annotations

import shlex

from autoglm_agent.automl.report.collect import RunRecord
from autoglm_agent.automl.run.workspace import runs_home


def predict_command(record: RunRecord) -> str:
    """Return the command that predicts with a run's model."""
    rows = "LONGER_HISTORY.csv" if record.forecasts else "NEW_ROWS.csv"
    return f"autoglm predict {_named(record)} {rows}"


def feedback_command(record: RunRecord, words: str) -> str:
    """Return the command that has something done otherwise.

    Args:
        record: The run.
        words: What stands for the wish.
    """
    return f'autoglm feedback {_named(record)} "{words}"'


def _named(record: RunRecord) -> str:
    """Return a run's id, and where it lies if that is not where runs are looked for."""
    home = record.folder.parent.absolute()
    return record.id if home == runs_home() else f"{record.id} --runs {shlex.quote(str(home))}"
