"""Words of a step inside a fact: one line, short, and such that JSON can carry them."""

from __future__ import annotations


def told(text: str, most: int = 160) -> str:
    """Return a text on one line of at most `most` characters, without lone surrogates."""
    flat = " ".join(text[: most * 4].encode("utf-8", "replace").decode("utf-8").split())
    whole = len(flat) <= most and len(text) <= most * 4
    return flat if whole else f"{flat[: most - 3]}..."


def quoted(text: str, most: int = 80) -> str:
    """Return a text as `told`, between quotation marks."""
    return f'"{told(text, most)}"'
