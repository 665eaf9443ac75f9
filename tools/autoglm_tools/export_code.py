"""`export_code`: the run's model as one standalone script."""

from __future__ import annotations

from langchain_core.tools import BaseTool
from pydantic import BaseModel, Field

from autoglm_tools.session import Session
from autoglm_tools.toolkit import Result, as_tool, told


class ExportCode(BaseModel):
    """Arguments of `export_code`."""

    check: bool = Field(
        False, description="Also run the script and compare its predictions with the model's."
    )


def export_code(session: Session) -> BaseTool:
    """Make the tool for one run."""

    def work(check: bool = False) -> Result:
        from autoglm_agent.automl.export import export_code as write
        from autoglm_agent.automl.export.check import check_code

        code = write(session.workspace)
        path = session.workspace.write_bytes(code.encode(), "model.py")
        text = f"{path} trains the model again from the raw table ({code.count(chr(10))} lines)."
        artifact: dict[str, object] = {"path": str(path), "lines": code.count("\n")}
        if check:
            worst = check_code(session.workspace, code)
            artifact["difference"] = worst
            text += f" Its predictions differ by at most {worst:.1e}."
        return told(text, {}), artifact

    return as_tool(
        "export_code",
        "Write the finished run's model as a readable scikit-learn script without any import of "
        "this package, which trains it again from the raw table.",
        ExportCode,
        work,
    )
