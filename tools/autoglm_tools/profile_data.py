"""`profile_data`: read a table and tell what its columns are."""

from __future__ import annotations

from langchain_core.tools import BaseTool
from pydantic import BaseModel, Field

from autoglm_tools.session import Session
from autoglm_tools.toolkit import Result, as_tool, told


class ProfileData(BaseModel):
    """Arguments of `profile_data`."""

    data: str = Field(description="Path of a CSV, TSV, Parquet, JSON-lines, Excel or SQLite file.")
    query: str | None = Field(None, description="One SELECT statement, for a database file.")


def profile_data(session: Session) -> BaseTool:
    """Make the tool for one run."""

    def work(data: str, query: str | None = None) -> Result:
        from autoglm_agent.automl.data.profile import describe, profile_table
        from autoglm_agent.automl.data.table import read_table, save_snapshot

        table = read_table(session.readable(data), query=query)
        data_id = save_snapshot(table, session.workspace)
        profile = profile_table(table)
        session.workspace.write_json(profile.to_json(), "profile.json")
        ids = {"data_id": data_id}
        notes = "".join(f"\nrepaired while reading: {r}" for r in table.repairs)
        artifact = {
            **ids,
            "rows": profile.rows,
            "columns": len(profile.columns),
            "source": str(data),
            "repairs": list(table.repairs),
        }
        return told(describe(profile) + notes, ids), artifact

    return as_tool(
        "profile_data",
        "Read a table and describe its columns (kind, missing, distinct, levels). First step.",
        ProfileData,
        work,
    )
