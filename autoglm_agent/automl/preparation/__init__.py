"""From a table to training rows and a sealed holdout."""
