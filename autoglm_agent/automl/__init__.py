"""automl."""
