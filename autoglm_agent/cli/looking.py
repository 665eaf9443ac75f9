"""`profile`, `check`, `audit`: look at a table without training a model."""

from __future__ import annotations

from typing import Any

from autoglm_agent.automl.data.profile import Profile, profile_table
from autoglm_agent.automl.data.table import Table, read_table
from autoglm_agent.chain import Verdict, refutations
from autoglm_agent.cli.console import Exit, print_json
from autoglm_agent.cli.running import existing

MARKS = {"pass": "[green]pass[/]", "warn": "[yellow]warn[/]", "fail": "[red]fail[/]"}


def profile(data: str, *, query: str | None, as_json: bool) -> None:
    """Print what the columns are."""
    from autoglm_agent.automl.report.numbers import plural

    _, found = _read(data, query)
    if as_json:
        print_json(found.to_json())
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table as Grid

    grid = Grid("column", "kind", "missing", "distinct", "values", "notes")
    for column in found.columns:
        grid.add_row(
            escape(column.name),
            column.kind,
            f"{column.missing / max(1, found.rows):.1%}",
            str(column.distinct),
            escape(_values(column)),
            escape("; ".join(column.notes)),
        )
    console = Console()
    console.print(grid)
    console.print(f"{plural(found.rows, 'row')}, {plural(len(found.columns), 'column')}")
    for repair in found.repairs:
        console.print(f"repaired while reading: {repair}", markup=False)


def check(data: str, target: str, *, query: str | None, as_json: bool) -> None:
    """Print what the checks find in a table; exit 1 if one fails."""
    from autoglm_agent.automl.checks.data_only import check_data
    from autoglm_tools.plan_task import understand

    table, found = _read(data, query)
    task = understand(f"Predict `{target}`", found, fixed={"target": target})
    verdicts = check_data(None, table, found, task)
    findings = [_finding(v) for v in verdicts]
    if as_json:
        print_json(findings)
    else:
        _print_findings(verdicts)
    raise Exit(1 if refutations(verdicts) else 0)


def audit(
    model: str,
    data: str,
    *,
    slots: dict[str, Any],
    claimed: float | None,
    train: str | None,
    query: str | None,
    as_json: bool,
) -> None:
    """Print what the checks find in somebody's model; exit 1 if one fails."""
    from autoglm_agent.automl.checks.audit import audit as work
    from autoglm_tools.plan_task import understand

    table, found = _read(data, query)
    fixed = {name: value for name, value in slots.items() if value is not None}
    task = understand(f"Predict `{slots['target']}`", found, fixed=fixed)
    known = read_table(existing(train)) if train else None
    verdicts = work(existing(model), table, found, task, claimed=claimed, train=known)
    if as_json:
        print_json([_finding(v) for v in verdicts])
    else:
        _print_findings(verdicts)
    raise Exit(1 if refutations(verdicts) else 0)


def _read(data: str, query: str | None) -> tuple[Table, Profile]:
    table = read_table(existing(data), query=query)
    return table, profile_table(table)


def _values(column: Any) -> str:
    if column.levels:
        return ", ".join(level for level, _ in column.levels[:4])[:60]
    if column.minimum is not None and column.maximum is not None:
        return f"{column.minimum:g} … {column.maximum:g}"
    return f"{column.first} … {column.last}" if column.first else ""


def _finding(verdict: Verdict) -> dict[str, Any]:
    remedy = verdict.remedies[0].to_json() if verdict.remedies else None
    return {
        "check": verdict.check,
        "title": verdict.title,
        "level": verdict.status,
        "columns": list(verdict.columns),
        "statistic": verdict.statistic,
        "threshold": verdict.threshold,
        "fact": verdict.fact,
        "remedy": remedy,
    }


def _print_findings(verdicts: list[Verdict]) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table as Grid

    grid = Grid("check", "title", "level", "what was found", "remedy")
    for verdict in verdicts:
        remedy = verdict.remedies[0].kind if verdict.remedies else ""
        grid.add_row(
            verdict.check,
            escape(verdict.title),
            MARKS.get(verdict.status, verdict.status),
            escape(verdict.fact),
            remedy,
        )
    Console().print(grid)
