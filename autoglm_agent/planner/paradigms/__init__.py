"""Named recipes of modelling: what a kind of problem usually wants, and when it is one."""

from autoglm_agent.planner.paradigms.gating import Gate, choose_paradigm
from autoglm_agent.planner.paradigms.library import Paradigm, library
from autoglm_agent.planner.paradigms.setting import told, with_recipe

__all__ = ["Gate", "Paradigm", "choose_paradigm", "library", "told", "with_recipe"]
