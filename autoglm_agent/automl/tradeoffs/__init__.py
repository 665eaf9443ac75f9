"""How good, how fast and how large each trained model is, and which of them suits whom."""

from autoglm_agent.automl.tradeoffs.front import Weights, pareto, read_weights, write_weights

__all__ = ["Weights", "pareto", "read_weights", "write_weights"]
