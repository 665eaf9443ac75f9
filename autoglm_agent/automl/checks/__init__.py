"""The verifiers of results: one small file a family, listed in `registry`."""
