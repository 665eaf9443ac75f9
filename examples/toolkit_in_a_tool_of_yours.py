"""The AutoML tools one by one, without an agent: each gives text and data.

Run: python examples/toolkit_in_a_tool_of_yours.py DATA
A model may hold them instead: create_agent("openai:gpt-5", tools=toolkit.get_tools()).
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from autoglm_tools.toolkit import AutoMLToolkit


def main(data: str) -> None:
    """Look at a table and say how a sentence is understood on it."""
    folder = tempfile.mkdtemp(prefix="autoglm-run-")
    toolkit = AutoMLToolkit(workspace=folder, roots=(str(Path(data).parent),))
    tools = {tool.name: tool for tool in toolkit.get_tools()}
    call = {"name": "profile_data", "args": {"data": data}, "id": "1", "type": "tool_call"}
    profile = tools["profile_data"].invoke(call)
    print(profile.content)
    print(profile.artifact["data_id"])


if __name__ == "__main__":
    main(*sys.argv[1:2])
