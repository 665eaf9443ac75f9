"""Search over architectures, measured: image tasks, a table of accuracies, engines compared."""
