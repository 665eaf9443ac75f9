"""Use the machine on a LangGraph server as if it were here, with its progress.

Start the server in the folder of `langgraph.json`: langgraph dev --no-browser
Run: python examples/remote_graph.py DATA "what you want" [URL]
The planner is embedded; for a real model set AUTOGLM_MODEL=openai:gpt-5 where the server runs.
"""

from __future__ import annotations

import sys

from langgraph.pregel.remote import RemoteGraph


def main(data: str, instruction: str, url: str = "http://127.0.0.1:2024") -> None:
    """Run the graph `automl` there and print its events and its answer."""
    graph = RemoteGraph("automl", url=url)
    request = {"messages": [{"role": "user", "content": f"{instruction}\nData: {data}"}]}
    answer = ""
    for part in graph.stream(request, stream_mode=["custom", "values"]):
        if part.event == "custom":
            print(part.data["event"], part.data.get("text") or "")
        else:
            answer = part.data["messages"][-1]["content"]
    print(answer)


if __name__ == "__main__":
    main(*sys.argv[1:4])
