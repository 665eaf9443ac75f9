"""What is next: pure functions that rule the machine; no model, no graph and no clock in them.

`remedies` answers verified tool steps with typed remedies; `search` walks over free reasoning,
where the answer to a refutation is another draw.
"""

from __future__ import annotations

from autoglm_agent.policy.backjump import Backjump
from autoglm_agent.policy.beliefs import Beliefs, Rates, Share
from autoglm_agent.policy.remedies import Action, Decision, decide, exhausted, repeated
from autoglm_agent.policy.search import Judged, Left, Move, Rung, Search, SearchPolicy, Vote
from autoglm_agent.policy.table import BACKTRACKING, Way, ways_back

__all__ = [
    "BACKTRACKING",
    "Action",
    "Backjump",
    "Beliefs",
    "Decision",
    "Judged",
    "Left",
    "Move",
    "Rates",
    "Rung",
    "Search",
    "SearchPolicy",
    "Share",
    "Vote",
    "Way",
    "decide",
    "exhausted",
    "repeated",
    "ways_back",
]
