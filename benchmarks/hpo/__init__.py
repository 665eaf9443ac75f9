"""Search engines compared on the same configurations and tables."""
