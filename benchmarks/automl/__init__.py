"""AutoML at the same budget: this engine beside CatBoost, LightGBM, FLAML and AutoGluon."""
