"""Zero-shot classification against transformers' own pipeline: same numbers, which is faster."""
