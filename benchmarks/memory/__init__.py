"""What the memory costs and what it is worth."""
