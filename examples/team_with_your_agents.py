"""Put an agent of your own into the team: here a verifier with a rule of the house.

Run: python examples/team_with_your_agents.py DATA "what you want"
The hand-off contract: `messages` in; `messages` and `structured_response` out. A verifier's
response holds `refuted` and `verdicts`; columns that a failing verdict names are given up.
For a real model write create_team("openai:gpt-5", members=...).
"""

from __future__ import annotations

import json
import sys
from typing import Any

from langchain_core.messages import AIMessage
from langchain_core.runnables import RunnableLambda

from autoglm_graphs.team import create_team

FORBIDDEN = ("zip", "gender")


def house_rules(given: dict[str, Any]) -> dict[str, Any]:
    """Refute a result whose task did not leave out what the house forbids."""
    told = {m.name: json.loads(m.text)["finding"] for m in given["messages"] if m.name}
    excluded = (told["modeller"].get("task") or {}).get("exclude") or []
    columns = told["analyst"].get("text", "")
    used = [c for c in FORBIDDEN if c in columns and c not in excluded]
    fact = f"Forbidden columns are used: {', '.join(used)}." if used else "No rule is broken."
    verdict = {
        "check": "house rules",
        "status": "fail" if used else "pass",
        "fact": fact,
        "columns": used,
    }
    response = {"refuted": bool(used), "verdicts": [verdict]}
    return {"messages": [AIMessage(fact)], "structured_response": response}


def main(data: str, instruction: str) -> None:
    """Let the team work and print what each member said."""
    members = {"verifier": RunnableLambda(house_rules)}
    team = create_team(members=members, time_budget=30)
    result = team.invoke({"messages": [("user", f"{instruction}\nData: {data}")]})
    for message in result["messages"]:
        if message.name:
            print(f"[{message.name}] {message.text.splitlines()[0]}")
    print("status:", result["structured_response"]["status"])


if __name__ == "__main__":
    main(*sys.argv[1:3])
