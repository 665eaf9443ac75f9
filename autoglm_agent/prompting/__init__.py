"""Prompt composition: typed sections under a token budget, data fenced and escaped."""

from __future__ import annotations

from autoglm_agent.prompting.sections import Section, compose, fenced

__all__ = ["Section", "compose", "fenced"]
