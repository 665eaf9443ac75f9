"""The search for a model: what is tried, in which order, and how the best are blended."""
