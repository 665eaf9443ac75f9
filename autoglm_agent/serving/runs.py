"""A run as a server sees it: made, driven by a worker, told of from its folder alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from autoglm_agent.automl.run.workspace import Workspace, list_runs, open_run
from autoglm_agent.errors import InputError, RunNotFoundError
from autoglm_agent.serving.commands import Ended
from autoglm_agent.serving.plots import Plot, plots_of
from autoglm_agent.serving.questions import FOLDER, make_question, question_of
from autoglm_agent.serving.workers import Workers, best_workers
from autoglm_graphs.runs import answer_run, waiting_question
from autoglm_graphs.settings import Settings, new_run_id, write_settings

LONGEST_INSTRUCTION = 20_000
"""Characters of an instruction that are taken."""


class RunFolder:
    """The runs of one server.

    Args:
        home: Folder of all runs.
        model: `provider:model` of the chat model that plans; None for the embedded planner.
        memory: Whether verified chains are recalled and kept.
        workers: What runs commands; None for the best of this system.
    """

    def __init__(
        self,
        home: Path,
        *,
        model: str | None = None,
        memory: bool = True,
        workers: Workers | None = None,
    ) -> None:
        self.home = home
        self.model = model
        self.memory = memory
        self.workers = workers or best_workers()

    def make(self, settings: Settings) -> str:
        """Make the folder of a new run, which any worker can then drive, and return its id.

        Raises:
            InputError: If nothing is asked, or far too much.
        """
        words = settings.instruction.strip()
        if not words or len(words) > LONGEST_INSTRUCTION:
            raise InputError(
                f"The instruction has {len(words)} characters.",
                f"Say in one to {LONGEST_INSTRUCTION} characters what you want.",
            )
        run = new_run_id(f"{Path(settings.data).stem} {words}")
        write_settings(Workspace(self.home / run), settings)
        return run

    def make_question(self, words: str) -> str:
        """Make the folder of a question and return its id.

        Raises:
            InputError: If there is no chat model to answer it, or far too much is asked.
        """
        if not self.model:
            raise InputError("This server has no chat model.", "Start it with --model.")
        if len(words) > LONGEST_INSTRUCTION:
            raise InputError(
                f"The question has {len(words)} characters.", f"Ask {LONGEST_INSTRUCTION} at most."
            )
        return make_question(self.home, words)

    async def drive(self, run: str) -> Ended:
        """Begin a run, or go on with it, to its end in a worker process."""
        workspace = self.open(run)
        if (asked := question_of(workspace)) is not None:
            options = ["--model", str(self.model), "--keep", str(workspace.path), "--json"]
            return await self.workers.run(["ask", *options, "--", asked])
        words = ["resume", "--runs", str(self.home), "--json"]
        words += ["--model", self.model] if self.model else []
        words += [] if self.memory else ["--no-memory"]
        return await self.workers.run([*words, "--", run])

    def open(self, run: str) -> Workspace:
        """Return a run's folder.

        Raises:
            RunNotFoundError: If there is none.
        """
        try:
            return open_run(run, self.home)
        except RunNotFoundError:
            return open_run(run, self.home / FOLDER)

    def result(self, run: str) -> dict[str, Any]:
        """Return a run's result, or that it has not ended."""
        workspace = self.open(run)
        if workspace.has("result.json"):
            return workspace.read_record("result.json", keys=("status",))
        told = {"run": run, "status": "unfinished", "message": "The run has not ended."}
        asked = waiting_question(workspace)
        return {**told, "usage": asked["usage"]} if asked else told

    def ids(self) -> list[str]:
        """Return the ids of all runs, newest first."""
        return list_runs(self.home)[::-1]

    def report(self, run: str) -> str:
        """Return a run's report as one self-contained HTML page.

        Raises:
            InputError: If it has none yet.
        """
        workspace = self.open(run)
        if not workspace.has("report.html"):
            raise InputError(f"Run {run} has no report.", "Wait until it ends, or resume it.")
        return workspace.read_bytes("report.html").decode("utf-8")

    def has_report(self, run: str) -> bool:
        """Whether a run has a report: a question has none, nor has a run before its end."""
        return self.open(run).has("report.html")

    def plots(self, run: str) -> list[Plot]:
        """Return the figures of a run's report, in their order."""
        return plots_of(self.report(run))

    def question(self, run: str) -> dict[str, Any] | None:
        """Return the question that a run waits with, or None."""
        return waiting_question(self.open(run))

    def answer(self, run: str, words: str) -> None:
        """Keep the answer to a run's question, for the worker that goes on with it.

        Raises:
            InputError: If it has no open question.
        """
        answer_run(run, words, runs=self.home)

    def length(self, run: str) -> int:
        """Return how many bytes the run's event log has by now."""
        path = self.open(run).path / "events.jsonl"
        return path.stat().st_size if path.exists() else 0
