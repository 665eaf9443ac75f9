"""LeakBench: planted faults, clean tables, and what the checks say of them."""
