"""The nodes of the machine: one verb, one file.

Each is a function of the state and the run's scene that returns the keys it changes.
"""
