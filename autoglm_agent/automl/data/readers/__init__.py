"""Readers, one file a format: bytes in, a clean data frame and the repairs made out."""
