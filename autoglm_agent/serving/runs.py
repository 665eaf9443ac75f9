"""A run as a server sees it: made, driven by a worker, told of from its folder alone."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from autoglm_agent.automl.run.workspace import Workspace, list_runs, open_run
from autoglm_agent.errors import InputError
from autoglm_agent.serving.commands import Ended
from autoglm_agent.serving.workers import Workers, best_workers
from autoglm_graphs.settings import Settings, new_run_id, write_settings

_FIGURE = re.compile(r"<svg\b.*?</svg>", re.DOTALL)
_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)
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

    async def drive(self, run: str) -> Ended:
        """Begin a run, or go on with it, to its end in a worker process."""
        words = ["resume", "--runs", str(self.home), "--json"]
        words += ["--model", self.model] if self.model else []
        words += [] if self.memory else ["--no-memory"]
        return await self.workers.run([*words, "--", run])

    def open(self, run: str) -> Workspace:
        """Return a run's folder.

        Raises:
            RunNotFoundError: If there is none.
        """
        return open_run(run, self.home)

    def result(self, run: str) -> dict[str, Any]:
        """Return a run's result, or that it has not ended."""
        workspace = self.open(run)
        if workspace.has("result.json"):
            return workspace.read_record("result.json", keys=("status",))
        return {"run": run, "status": "unfinished", "message": "The run has not ended."}

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

    def plots(self, run: str) -> list[str]:
        """Return the figures of a run's report as SVG documents, in their order."""
        page = self.report(run)
        style = "".join(_STYLE.findall(page))
        return [_document(figure, style) for figure in _FIGURE.findall(page)]


def _document(figure: str, style: str) -> str:
    """Return an inline figure as a document of its own, with the style of its page."""
    head, _, rest = figure.partition(">")
    if "xmlns=" not in head:
        head = head.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)
    return f"{head}><style><![CDATA[{style.replace(']]>', '')}]]></style>{rest}"
