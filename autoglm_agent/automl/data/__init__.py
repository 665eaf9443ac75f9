"""Tables: reading them, typing their columns, describing them."""
