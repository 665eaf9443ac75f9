"""`explain` and `compare`: why a result is what it is."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from autoglm_agent.automl.run.workspace import Workspace, open_run
from autoglm_agent.cli.console import print_json
from autoglm_agent.cli.running import existing
from autoglm_agent.errors import InputError

if TYPE_CHECKING:
    from autoglm_agent.automl.explain.words import Language


def explain(
    run_id: str,
    row: int | None,
    *,
    data: str | None,
    change: bool,
    fixed: Sequence[str],
    free: Sequence[str],
    goal: tuple[float, float] | None,
    language: str | None,
    runs: str | None,
    as_json: bool,
) -> None:
    """Print the plain summary of a run, or one row's explanation."""
    if language not in (None, "en", "zh"):
        raise InputError(f"There is no summary in {language!r}.", "Use --lang en or --lang zh.")
    workspace = open_run(run_id, runs)
    spoken = cast("Language", language) if language else _language_of(workspace)
    if row is None:
        _need_row({"--data": data, "--what-if": change, "--fixed": fixed, "--free": free,
                   "--goal": goal})  # fmt: skip
        _whole(workspace, spoken, as_json)
        return
    from autoglm_agent.automl.explain.asked import explain_asked
    from autoglm_agent.automl.explain.telling import row_text

    found = explain_asked(
        workspace, row, data=existing(data) if data else None, change=change, fixed=fixed,
        free=free, goal=goal, tell=lambda note: print(f"note: {note}", file=sys.stderr),
    )  # fmt: skip
    if as_json:
        print_json({"run": run_id, **found})
    else:
        print(row_text(found, language=spoken))


def _need_row(given: dict[str, object]) -> None:
    """Refuse options that say something of a row where none is named."""
    named = [option for option, value in given.items() if value]
    if named:
        raise InputError(
            f"{', '.join(named)} is about one row, and no row is named.",
            "Name it by its number, from 1: `autoglm explain RUN 17`; without a row and without "
            "these the whole model is explained.",
        )


def _language_of(workspace: Workspace) -> Language:
    """Return the language of the run's request."""
    from autoglm_agent.planner.characters import is_chinese

    words = workspace.read_record("run.json", keys=("instruction",))["instruction"]
    return "zh" if is_chinese(str(words)) else "en"


def _whole(workspace: Workspace, language: Language, as_json: bool) -> None:
    from autoglm_agent.automl.explain.asked import explanation_of
    from autoglm_agent.automl.explain.summary import plain_summary

    found = explanation_of(workspace)
    lines = plain_summary(found, workspace.read_record("result.json"), language=language)
    if as_json:
        print_json({"run": workspace.path.name, "summary": lines, "explanation": found})
    else:
        print("\n".join(lines))


def compare(first: str, second: str, *, runs: str | None, as_json: bool) -> None:
    """Print two runs side by side."""
    from autoglm_agent.automl.compare import compare_runs

    told = compare_runs(open_run(first, runs), open_run(second, runs))
    if as_json:
        print_json(told)
    else:
        print(told["text"])
