"""AutoML as LangChain tools: one step of the work, one file, one tool, thin over the engine.

`automl_tools(workspace)` returns them all, ready for `create_agent` or any tool-calling model.
A tool takes and gives ids; tables, models and predictions stay in the workspace. Its text ends
with a line `ids: {...}` and, when a check failed, a line `remedies: [...]`, both JSON, so that
a model can go on from it. A domain failure comes back as an error message, never as a crash of
the host's run. `verifier_tools(workspace)` returns the verifiers alone, for agents that train
elsewhere.
"""

from __future__ import annotations

from autoglm_tools.audit import verifier_tools
from autoglm_tools.catalogue import automl_tools
from autoglm_tools.session import Session

__all__ = ["Session", "automl_tools", "verifier_tools"]
