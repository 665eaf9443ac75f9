"""How well instructions are understood: slot by slot, on a corpus with answers."""
