"""Features that mean something: a typed operator language, proposals in it, and their test."""
