"""`export_model`: the run's model as one ONNX file."""

from __future__ import annotations

from dataclasses import asdict

from langchain_core.tools import BaseTool
from pydantic import BaseModel

from autoglm_tools.session import Session
from autoglm_tools.toolkit import Result, as_tool, told


class ExportModel(BaseModel):
    """Arguments of `export_model`."""


def export_model(session: Session) -> BaseTool:
    """Make the tool for one run."""

    def work() -> Result:
        from autoglm_agent.automl.onnx.exporting import export_onnx

        made = export_onnx(session.workspace, session.workspace.file("model.onnx"))
        alike = "answers as the original does" if made.parity else "does NOT answer alike"
        text = (
            f"{made.path} reads {len(made.inputs)} raw columns and {alike}: same label on "
            f"{made.same_labels:.2%} of {made.rows} training rows, greatest difference "
            f"{made.gap:.1e}; {made.latency_ms:.3g} ms for one row."
        )
        return told(text, {}), {**asdict(made), "parity": made.parity}

    return as_tool(
        "export_model",
        "Write the finished run's model as one ONNX file, raw columns in and predictions out, and "
        "compare it with the original.",
        ExportModel,
        work,
    )
