"""Worked simulators: brackets to close, arithmetic in parts, things that change hands, 24."""

from __future__ import annotations

from autoglm_agent.verifiers.tasks.brackets import dyck
from autoglm_agent.verifiers.tasks.game24 import game24
from autoglm_agent.verifiers.tasks.holdings import holdings
from autoglm_agent.verifiers.tasks.parts import parts_of_arithmetic

__all__ = ["dyck", "game24", "holdings", "parts_of_arithmetic"]
