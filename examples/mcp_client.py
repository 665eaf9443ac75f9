"""Use the MCP server from a client of your own, over standard input and output.

Run: python examples/mcp_client.py FOLDER TABLE
Needs the extra [mcp]. In another client (an editor, a desktop assistant) the same server is
started with: autoglm mcp --root FOLDER
For a model that plans write [..., "mcp", "--model", "openai:gpt-5"].
"""

from __future__ import annotations

import asyncio
import os
import sys

from mcp.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

SERVER = "from autoglm_agent.cli.main import main; main()"


async def main(folder: str, table: str) -> None:
    """List the tools, then look at a table."""
    command = StdioServerParameters(
        command=sys.executable,
        args=["-P", "-c", SERVER, "mcp", "--root", folder],
        env=dict(os.environ),
    )
    async with Client(stdio_client(command)) as client:
        for tool in (await client.list_tools()).tools:
            print(f"{tool.name}: {(tool.description or '').splitlines()[0]}")
        profile = await client.call_tool("profile_table", {"data": table})
        print(profile.structured_content or profile.content)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:3]))
