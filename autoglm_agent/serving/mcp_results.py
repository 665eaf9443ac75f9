"""What the MCP tools give back: typed, so that clients see an output schema."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field


class Score(BaseModel):
    """A measured score with its interval."""

    metric: str
    value: float
    low: float | None = None
    high: float | None = None
    n: int | None = Field(None, description="Rows that it was measured on.")


class Finding(BaseModel):
    """What one check found."""

    check: str
    title: str = ""
    status: str
    fact: str = ""
    columns: list[str] = Field(default_factory=list)


class RunResult(BaseModel):
    """How a run ended."""

    run: str
    status: str = Field(description="verified, unverified, failed or unfinished.")
    message: str = Field("", description="Why it is not verified, if it is not.")
    target: str | None = None
    kind: str | None = None
    honest: Score | None = Field(None, description="Score on the sealed holdout, read once.")
    naive: Score | None = Field(None, description="The flattering score, to compare.")
    findings: list[Finding] = Field(default_factory=list, description="Checks that failed.")
    backtracks: int = Field(0, description="How often a refuted step was taken back.")
    report: str | None = Field(None, description="URI of the report, an MCP resource.")


class Column(BaseModel):
    """One column of a table."""

    name: str
    kind: str
    missing: int
    distinct: int
    notes: list[str] = Field(default_factory=list)


class TableProfile(BaseModel):
    """What a table's columns are."""

    rows: int
    columns: list[Column]


class Predictions(BaseModel):
    """Predictions of new rows."""

    run: str
    rows: int
    columns: list[str]
    first: list[dict[str, Any]] = Field(description="The first rows.")
    resource: str = Field(description="URI of all rows as CSV, an MCP resource.")


class RunLine(BaseModel):
    """One line of the list of runs."""

    run: str
    status: str


class RunList(BaseModel):
    """Runs, newest first."""

    runs: list[RunLine]


def result_of(told: dict[str, Any]) -> RunResult:
    """Return a run's result without what only a program on the same machine can use."""
    task = told.get("task") or {}
    failed = [c for c in told.get("checks") or () if c.get("status") == "fail"]
    has_report = told["status"] in ("verified", "unverified")
    return RunResult(
        run=told["run"],
        status=told["status"],
        message=told.get("message") or "",
        target=task.get("target"),
        kind=task.get("kind"),
        honest=Score(**told["honest"]) if told.get("honest") else None,
        naive=Score(**told["naive"]) if told.get("naive") else None,
        findings=[Finding(**{k: c[k] for k in Finding.model_fields if k in c}) for c in failed],
        backtracks=len(told.get("backtracks") or ()),
        report=f"autoglm://runs/{told['run']}/report" if has_report else None,
    )
