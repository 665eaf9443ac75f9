"""The MCP server: the tools, a run's reports and plots as resources, prompts to begin with.

Every tool that needs the processor is a worker process: the server answers while it works, and
a client that cancels a call stops the work. Failures are tool errors with a remedy.
"""

from __future__ import annotations

import asyncio
import csv
import itertools
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, TypeVar

from mcp.server import MCPServer
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import Completion, CompletionArgument, ToolAnnotations
from pydantic import Field

from autoglm_agent import __version__
from autoglm_agent.errors import AutoGLMError
from autoglm_agent.serving.commands import document_of
from autoglm_agent.serving.following import Tail, line_of, share_done
from autoglm_agent.serving.mcp_results import (
    Column,
    Finding,
    Predictions,
    RunLine,
    RunList,
    RunResult,
    TableProfile,
    result_of,
)
from autoglm_agent.serving.places import Places
from autoglm_agent.serving.runs import RunFolder
from autoglm_graphs.settings import Settings

INSTRUCTIONS = (
    "AutoGLM finds, verifies and explains models for tables. Begin with profile_table, then "
    "run_automl with the user's own words. Figures are measured on sealed rows: quote them as "
    "they are told. A result that is not `verified` must be told as such."
)
SHOWN_ROWS = 20
MOST_COMPLETIONS = 100
"""The protocol allows no more in one answer."""
READS = ToolAnnotations(read_only_hint=True, open_world_hint=False)
WORKS = ToolAnnotations(read_only_hint=False, destructive_hint=False, open_world_hint=False)
T = TypeVar("T")

Data = Annotated[str, Field(description="Table file: absolute, or relative to an allowed folder.")]
Words = Annotated[str, Field(description="What is wanted, in the user's own words.", min_length=1)]
Target = Annotated[str, Field(description="Name of the target column.")]
Run = Annotated[str, Field(description="Id of a run.", pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]


def build_mcp_server(runs: RunFolder, places: Places) -> MCPServer[Any]:
    """Return the server; `run` it on stdio or streamable HTTP.

    Args:
        runs: Where runs are kept and how they are driven.
        places: Folders from which tables may be read.
    """
    server: MCPServer[Any] = MCPServer(
        "autoglm", title="AutoGLM", instructions=INSTRUCTIONS, version=__version__
    )
    _add_looking(server, runs, places)
    _add_runs(server, runs, places)
    _add_resources(server, runs)
    _add_prompts(server)
    _add_completion(server, runs)
    return server


def _add_looking(server: MCPServer[Any], runs: RunFolder, places: Places) -> None:
    async def told(*words: str) -> Any:
        return document_of(await runs.workers.run(words))

    @server.tool(title="Profile a table", annotations=READS)
    async def profile_table(data: Data) -> TableProfile:
        """Describe the columns of a table: kinds, missing and distinct values, oddities."""

        async def work() -> TableProfile:
            found = await told("profile", "--json", "--", str(places.readable(data)))
            columns = [{k: c[k] for k in Column.model_fields} for c in found["columns"]]
            return TableProfile(rows=found["rows"], columns=[Column(**c) for c in columns])

        return await _telling(work())

    @server.tool(title="Plan a task", annotations=READS)
    async def plan_task(data: Data, instruction: Words) -> dict[str, Any]:
        """Show how an instruction is understood on a table; train nothing."""

        async def work() -> dict[str, Any]:
            path = places.readable(data)
            return dict(await told("plan", "--json", "--", str(path), instruction))

        return await _telling(work())

    @server.tool(title="Check a table", annotations=READS)
    async def check_table(data: Data, target: Target) -> list[Finding]:
        """Look for leaks, duplicates and other traps in a table before anything is trained."""

        async def work() -> list[Finding]:
            path = places.readable(data)
            found = await told("check", "--json", f"--target={target}", "--", str(path))
            return [Finding(status=f["level"], **_without_level(f)) for f in found]

        return await _telling(work())


def _without_level(found: dict[str, Any]) -> dict[str, Any]:
    return {key: found[key] for key in ("check", "title", "fact", "columns")}


def _add_runs(server: MCPServer[Any], runs: RunFolder, places: Places) -> None:
    @server.tool(title="Find and verify a model", annotations=WORKS)
    async def run_automl(
        data: Data,
        instruction: Words,
        ctx: Context[Any, Any],
        time_budget_s: Annotated[float, Field(description="Seconds.", gt=0, le=86_400)] = 60.0,
        trials: Annotated[
            int | None, Field(description="Train exactly this many candidates.", ge=1, le=1000)
        ] = None,
        target: Annotated[
            str | None, Field(description="Target column, only to overrule the words.")
        ] = None,
    ) -> RunResult:
        """Find a model for a table and a sentence, verify it and write a report. Long.

        Progress is reported. Cancelling stops the work; resume_run goes on with it.
        """

        async def work() -> RunResult:
            settings = Settings(
                data=str(places.readable(data)),
                instruction=instruction,
                time_budget=time_budget_s,
                trials=trials,
                slots={"target": target} if target else {},
            )
            return await _driven(runs, runs.make(settings), ctx)

        return await _telling(work())

    @server.tool(title="Go on with a run", annotations=WORKS)
    async def resume_run(run: Run, ctx: Context[Any, Any]) -> RunResult:
        """Go on with a run that was cancelled or interrupted; nothing is done twice."""

        async def work() -> RunResult:
            runs.open(run)
            return await _driven(runs, run, ctx)

        return await _telling(work())

    @server.tool(title="Result of a run", annotations=READS)
    async def get_result(run: Run) -> RunResult:
        """Tell how a run ended, or that it has not."""

        async def work() -> RunResult:
            return result_of(runs.result(run))

        return await _telling(work())

    @server.tool(title="List the runs", annotations=READS)
    async def list_runs(
        limit: Annotated[int, Field(description="At most this many.", ge=1, le=500)] = 50,
    ) -> RunList:
        """List the runs, newest first."""
        newest = runs.ids()[:limit]
        return RunList(runs=[RunLine(run=r, status=_status(runs, r)) for r in newest])

    @server.tool(title="Predict new rows", annotations=WORKS)
    async def predict_rows(run: Run, data: Data) -> Predictions:
        """Predict the rows of a table with the model of a finished run."""

        async def work() -> Predictions:
            out = runs.open(run).file("predictions", "mcp.csv")
            words = ["predict", "--json", f"--runs={runs.home}", f"--out={out}", "--"]
            words += [run, str(places.readable(data))]
            told = document_of(await runs.workers.run(words))
            with open(out, encoding="utf-8", newline="") as stream:
                first = list(itertools.islice(csv.DictReader(stream), SHOWN_ROWS))
            return Predictions(
                run=run,
                rows=told["rows"],
                columns=told["columns"],
                first=first,
                resource=f"autoglm://runs/{run}/predictions",
            )

        return await _telling(work())


def _add_resources(server: MCPServer[Any], runs: RunFolder) -> None:
    @server.resource("autoglm://runs/{run}/report", title="Report", mime_type="text/html")
    def report(run: str) -> str:
        """A run's report: one self-contained page without scripts."""
        return runs.report(run)

    @server.resource("autoglm://runs/{run}/result", title="Result", mime_type="application/json")
    def result(run: str) -> dict[str, Any]:
        """A run's result as data."""
        return runs.result(run)

    @server.resource("autoglm://runs/{run}/plots", title="Plots", mime_type="application/json")
    def plots(run: str) -> list[str]:
        """The URIs of a run's plots."""
        count = len(runs.plots(run))
        return [f"autoglm://runs/{run}/plots/{number}" for number in range(1, count + 1)]

    @server.resource("autoglm://runs/{run}/plots/{number}", title="Plot", mime_type="image/svg+xml")
    def plot(run: str, number: int) -> str:
        """One plot of a run's report."""
        figures = runs.plots(run)
        if not 1 <= number <= len(figures):
            raise ValueError(f"Run {run} has plots 1 to {len(figures)}.")
        return figures[number - 1].svg

    @server.resource("autoglm://runs/{run}/forecasts", title="Forecasts", mime_type="text/csv")
    def forecasts(run: str) -> str:
        """What a run forecast: one row a series and period, with a 90 % interval."""
        return runs.open(run).read_bytes("forecasts.csv").decode("utf-8")

    @server.resource("autoglm://runs/{run}/predictions", title="Predictions", mime_type="text/csv")
    def predictions(run: str) -> str:
        """The predictions that predict_rows wrote last."""
        return runs.open(run).read_bytes("predictions", "mcp.csv").decode("utf-8")


def _add_prompts(server: MCPServer[Any]) -> None:
    @server.prompt(title="Find a model for a table")
    def find_model(data: Data, goal: Words) -> str:
        """Begin with a table and a goal."""
        return (
            f"Profile the table {data!r} with profile_table, check that the goal can be read off "
            f"it with plan_task, then call run_automl with exactly these words: {goal!r}. Tell "
            "the score on the sealed rows with its interval, each failed check and what was done "
            "about it, and whether the result is verified."
        )

    @server.prompt(title="Explain a result")
    def explain_result(run: Run) -> str:
        """Explain a finished run to somebody who knows the data but no statistics."""
        return (
            f"Call get_result for run {run!r} and read the resource autoglm://runs/{run}/report. "
            "Explain in plain words what was found, how sure it is and what was refuted on the "
            "way. Quote only figures that stand there."
        )


def _add_completion(server: MCPServer[Any], runs: RunFolder) -> None:
    completion: Callable[[Any], Any] = server.completion()  # type: ignore[no-untyped-call]

    async def complete(ref: Any, argument: CompletionArgument, context: Any) -> Completion | None:
        """Complete the id of a run, newest first, in templates and in the prompt."""
        del ref, context
        if argument.name != "run":
            return None
        found = [run for run in runs.ids() if run.startswith(argument.value)]
        shown = found[:MOST_COMPLETIONS]
        return Completion(values=shown, total=len(found), has_more=len(found) > len(shown))

    completion(complete)


async def _telling(work: Awaitable[T]) -> T:
    """Wait for a tool's work; what fails on purpose becomes a tool error with its remedy."""
    try:
        return await work
    except AutoGLMError as error:
        remedy = f"\nremedy: {error.remedy}" if error.remedy else ""
        told = f"{type(error).__name__}: {error.problem}{remedy}"
        raise ToolError(told) from None


async def _driven(runs: RunFolder, run: str, ctx: Context[Any, Any]) -> RunResult:
    """Drive a run to its end and report its events as progress; a cancelled call kills it."""
    tail = Tail(runs.open(run).file("events.jsonl"))
    driving = asyncio.ensure_future(runs.drive(run))
    accepted = 0
    try:
        await ctx.report_progress(0.0, 1.0, f"run {run}")
        async for event in tail.follow(driving.done):
            accepted += event.get("event") == "step.accepted"
            if line := line_of(event):
                await ctx.report_progress(share_done(accepted), 1.0, line)
        return result_of(document_of(await driving))
    finally:
        driving.cancel()


def _status(runs: RunFolder, run: str) -> str:
    try:
        return str(runs.result(run)["status"])
    except AutoGLMError:
        return "damaged"
