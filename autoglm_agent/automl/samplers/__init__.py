"""Search engines as Optuna samplers, and the named library of modelling paradigms they search."""
