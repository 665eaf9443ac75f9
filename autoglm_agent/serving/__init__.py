"""The servers: MCP tools, and a chat backend with a page of its own.

A server's loop only waits: whatever needs the processor is a command of its own process, which
can be killed. What it says is a JSON document, what it does is followed in the run's event log.
"""
