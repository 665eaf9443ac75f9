"""The graphs: the machine, and the agents that are made of it."""
