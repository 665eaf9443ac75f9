"""Verifiers: from a step, and the chain it would join, to verdicts with evidence."""

from __future__ import annotations

from autoglm_agent.verifiers.protocol import Verifier, judge_step

__all__ = ["Verifier", "judge_step"]
