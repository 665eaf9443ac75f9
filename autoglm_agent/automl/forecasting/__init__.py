"""Forecasts: a series laid out as rows that know only their past, and what comes after its end."""
