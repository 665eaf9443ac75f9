"""Scores, intervals, baselines, and the one assessment."""
