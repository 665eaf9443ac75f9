"""What is next: pure functions that rule the machine; no model, no graph and no clock in them.

`remedies` answers verified tool steps with typed remedies; `search` walks over free reasoning,
where the answer to a refutation is another draw.
"""

from __future__ import annotations

from autoglm_agent.policy.remedies import Action, Decision, decide, exhausted, repeated
from autoglm_agent.policy.table import BACKTRACKING, Way, ways_back

__all__ = [
    "BACKTRACKING",
    "Action",
    "Decision",
    "Way",
    "decide",
    "exhausted",
    "repeated",
    "ways_back",
]
