"""What is next: pure functions that rule the machine; no model, no graph and no clock in them.

`remedies` answers verified tool steps with typed remedies; `search` walks over free reasoning,
where the answer to a refutation is another draw.
"""

from __future__ import annotations

from autoglm_agent.policy.remedies import Action, Decision, decide, exhausted, repeated

__all__ = ["Action", "Decision", "decide", "exhausted", "repeated"]
