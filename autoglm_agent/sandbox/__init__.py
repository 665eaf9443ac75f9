"""Where code that a model wrote may run, when it may run at all."""

from __future__ import annotations

from autoglm_agent.sandbox.bubblewrap import BubblewrapSandbox
from autoglm_agent.sandbox.landlock import LandlockSandbox
from autoglm_agent.sandbox.protocol import (
    MINIMUM,
    Capabilities,
    Guard,
    Job,
    Limits,
    Outcome,
    Sandbox,
    Status,
)
from autoglm_agent.sandbox.selection import local_sandboxes, select

__all__ = [
    "MINIMUM",
    "BubblewrapSandbox",
    "Capabilities",
    "Guard",
    "Job",
    "LandlockSandbox",
    "Limits",
    "Outcome",
    "Sandbox",
    "Status",
    "local_sandboxes",
    "select",
]
