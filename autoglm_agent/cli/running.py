"""`run`, `demo`, `resume`: from the options to a finished run."""

from __future__ import annotations

import os
import shlex
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from autoglm_agent import errors
from autoglm_agent.automl.run.backends import check_backend
from autoglm_agent.automl.run.workspace import Workspace, open_run, runs_home
from autoglm_agent.automl.search.engines import check_search
from autoglm_agent.cli.console import Exit, lived, on_terminal, print_json
from autoglm_agent.cli.progress import Progress
from autoglm_agent.errors import AutoGLMError, InputError, ModelError, TargetError

DEFAULT_BUDGET_S = 60.0
_ENDINGS = (signal.SIGINT, signal.SIGTERM)
"""Ctrl-C, and what `docker stop` and job schedulers send before they kill."""


def run(
    data: str,
    instruction: str,
    *,
    runs: str | None,
    time_budget: float | None,
    trials: int | None,
    seed: int,
    slots: dict[str, Any],
    query: str | None,
    model: str | None,
    memory: bool,
    unattended: bool,
    consent: bool,
    as_json: bool,
    features: bool = False,
    backend: str | None = None,
    search: str = "auto",
    families: Sequence[str] = (),
    export: str | None = None,
    approve: Sequence[str] = (),
    recipe: str | None = None,
) -> None:
    """Run a task; see `autoglm run --help`."""
    from autoglm_graphs.runs import start_run
    from autoglm_graphs.settings import Settings

    if families:  # what cannot be trained says so before anything is
        from autoglm_agent.automl.search.experimental import check_experimental

        check_experimental(families)
    if export:
        from autoglm_agent.automl.export.wished import check_export

        check_export(export, families=families, features=features)
    settings = Settings(
        instruction=instruction,
        data=existing(data),
        time_budget=time_budget or spoken_budget(instruction) or DEFAULT_BUDGET_S,
        trials=trials,
        seed=seed,
        slots={k: v for k, v in slots.items() if v is not None},
        query=query,
        consent=consent,
        features=features,
        backend=check_backend(backend),
        search=check_search(search),
        recipe=_recipe(recipe),
        families=tuple(families),
        export=export,
        ask=bool(approve),
        approve=tuple(approve),
        command=shlex.join(["autoglm", *sys.argv[1:]]),
    )
    ask = None if unattended or as_json or not sys.stdin.isatty() else asked_on_terminal
    _finish(
        lambda progress: start_run(
            settings,
            runs=runs,
            model=model,
            memory=memory,
            listener=progress.on_event,
            ask=progress.asking(ask) if ask else None,
            elapsed=lived(),
        ),
        settings.time_budget,
        runs,
        as_json,
    )


def _recipe(choice: str | None) -> str | None:
    """Return the choice, a path made absolute, after a look whether it is a recipe at all."""
    from autoglm_agent.planner.paradigms.library import recipes_from
    from autoglm_agent.planner.paradigms.setting import NONE

    if choice is None or choice == NONE:
        return choice
    recipes_from(choice)
    path = os.path.expanduser(choice)
    return os.path.abspath(path) if os.path.exists(path) else choice


def demo(*, runs: str | None, time_budget: float | None, seed: int, as_json: bool) -> None:
    """Write the demonstration's table and run it as any other."""
    from autoglm_agent.automl.demo import INSTRUCTION, write_demo_table

    folder = Workspace(runs_home(runs) / "demo")
    path = write_demo_table(folder.file("breast_cancer.csv"))
    run(
        str(path),
        INSTRUCTION,
        runs=runs,
        time_budget=time_budget,
        trials=None,
        seed=seed,
        slots={},
        query=None,
        model=None,
        memory=True,
        unattended=True,
        consent=False,
        as_json=as_json,
    )


def resume(
    run_id: str,
    *,
    runs: str | None,
    model: str | None,
    memory: bool,
    as_json: bool,
    answer: str | None = None,
) -> None:
    """Go on with a run; see `autoglm resume --help`."""
    from autoglm_graphs.runs import answer_run, resume_run
    from autoglm_graphs.settings import read_settings

    budget = read_settings(open_run(run_id, runs)).time_budget
    if answer is not None:
        answer_run(run_id, answer, runs=runs)
    _finish(
        lambda progress: resume_run(
            run_id,
            runs=runs,
            model=model,
            memory=memory,
            listener=progress.on_event,
            elapsed=lived(),
        ),
        budget,
        runs,
        as_json,
    )


def existing(data: str) -> str:
    """Return the absolute path of a data file.

    Raises:
        InputError: If there is no such file, or it is no table.
    """
    path = os.path.expanduser(data)
    if os.path.isdir(path) or path.lower().endswith(".npz"):
        what = "a folder, not a file" if os.path.isdir(path) else "a file of arrays, not a table"
        raise InputError(
            f"{data[:200]!r} is {what}.",
            "Give the path of one file. For classes of images: autoglm images train; of texts: "
            "autoglm text train.",
        )
    if not os.path.exists(path):  # of the two `exists`, this one takes any text for an answer
        raise InputError(f"There is no file {data[:200]!r}.", "Check the path.")
    return os.path.abspath(path)


def spoken_budget(instruction: str) -> float | None:
    """Return the seconds that the instruction itself allows, if it says so."""
    from autoglm_agent.planner.durations import find_durations
    from autoglm_agent.planner.text import read_text

    found, _ = find_durations(read_text(instruction, ()))
    return found.value if found else None


def asked_on_terminal(question: dict[str, Any]) -> Any:
    """Ask the person at the terminal; a consent is yes or no, anything else a name."""
    import typer

    if question.get("kind"):  # a plan or a remedy to approve
        return typer.prompt(question["question"], err=True)
    if question["consent"]:
        return typer.confirm(f"{question['question']} Read the holdout a second time?", err=True)
    names = question["candidates"]
    hint = f" ({', '.join(names)})" if names else ""
    return typer.prompt(f"{question['question']}\nWhich column{hint}?", err=True)


@contextmanager
def interruptible(progress: Progress) -> Iterator[None]:
    """Let Ctrl-C, or a request to end, end the work even where a library swallows the exception.

    What is raised while C code calls back into Python is printed and lost, so the interruption
    is also remembered, and raised again at the next event of the run.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(number: int, frame: object) -> None:
        del frame
        progress.interrupted = number
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in _ENDINGS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _finish(
    work: Callable[[Progress], dict[str, Any]],
    time_budget: float | None,
    runs: str | None,
    as_json: bool,
) -> None:
    with Progress(time_budget, live=on_terminal() and not as_json) as progress:
        try:
            with interruptible(progress):
                result = work(progress)
        except KeyboardInterrupt:
            progress.stop()
            tell_interruption(progress.run, runs, as_json)
            raise Exit(128 + (progress.interrupted or signal.SIGINT)) from None
        except ModelError as failed:
            raise with_way_on(failed, progress.run, runs) from failed
    error = result.get("error")
    if result["status"] == "failed" and error:
        raise _as_error(error)
    if as_json:
        print_json(result)
    elif result["status"] == "asked":
        where = f" --runs {runs}" if runs else ""
        print(f"{result['message']}\nGo on: autoglm resume {result['run']}{where} --answer yes")
    else:
        from autoglm_agent.automl.report import summary_text

        print(summary_text(Workspace(result["paths"]["run"])))
    raise Exit(0 if result["status"] == "verified" else 1)


def tell_interruption(run: str | None, runs: str | None, as_json: bool) -> None:
    """Say how to go on where the run stands; nothing if there is no run yet."""
    where = f" --runs {runs}" if runs else ""
    way = f"autoglm resume {run}{where}" if run else None
    print("Interrupted." + (f" Go on with: {way}" if way else ""), file=sys.stderr)
    if as_json:
        print_json({"status": "interrupted", "run": run or None, "resume": way})


def with_way_on(error: ModelError, run: str | None, runs: str | None) -> ModelError:
    """Return the error with the command that goes on where the run stands; as it is without one."""
    if not run:
        return error
    where = f" --runs {runs}" if runs else ""
    way = f"Go on with: autoglm resume {run}{where} --model NAME"
    return ModelError(error.problem, f"{error.remedy} {way}")


def _as_error(error: dict[str, Any]) -> AutoGLMError:
    """Return the error that ended a run, as the command tells errors."""
    problem, remedy = str(error["message"]), str(error.get("remedy") or "")
    if error["type"] == "TargetError":
        hint = remedy or "Name the column in the instruction or with --target."
        return TargetError(problem, hint, tuple(error.get("candidates") or ()))
    kind = getattr(errors, str(error["type"]), AutoGLMError)
    return kind(problem, remedy) if issubclass(kind, AutoGLMError) else AutoGLMError(problem)
