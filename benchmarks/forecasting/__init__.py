"""Forecasts against classical methods, window by window."""
