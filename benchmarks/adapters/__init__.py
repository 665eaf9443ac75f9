"""Adapters against full fine-tuning and a linear head, on one backbone trained here."""
