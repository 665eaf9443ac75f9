"""Names that run shortened words together: `schoolsup` is *school support*, `Mjob` *mother's job*.

The words of a sentence that stand side by side are tried against the names, so that nothing has to
be known of the words: each must give its beginning, and together they must give the whole name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from autoglm_agent.planner.grammar import BREAKS, CONTEXT, FEATURE, PREDICT, QUESTION
from autoglm_agent.planner.lexicon import concepts_of, domains_of, english_words
from autoglm_agent.planner.schema import Column, Schema
from autoglm_agent.planner.text import Text, stem

_WORDS, _LEAST, _WHOLE = 3, 6, 4
_BEGUN, _LEAST_INITIALS = 3, 3
_INITIAL = re.compile(r"[A-Z][a-z]{3,}\Z", re.ASCII)
_FUNCTION = BREAKS | CONTEXT | FEATURE | QUESTION


def run_together(text: Text, schema: Schema, first: int) -> tuple[Column, int] | None:
    """Return the column whose name the words from a token on are, and its last token.

    Args:
        text: The instruction.
        schema: The table's columns.
        first: The first token.

    Returns:
        The column with the index of the last word, or None where none or more than one fits.
    """
    names = _single_words(schema)
    if not names or text.tokens[first].low in _FUNCTION:
        return None
    if (spelt := _by_initials(text, names, first)) is not None:
        return spelt
    for last in range(first + 1, min(len(text.tokens), first + _WORDS)):
        token = text.tokens[last]
        gap = text.norm[text.tokens[last - 1].end : token.start]
        if gap != " " or token.low in _FUNCTION or not token.whole or token.cjk:
            return None
        words = tuple(t.low.removesuffix("'s") for t in text.tokens[first : last + 1])
        found = [column for column, key in names if _glues(column.name, key, words)]
        if len(found) == 1 and text.tokens[first].stem not in PREDICT:
            return found[0], last
    return None


def _by_initials(
    text: Text, names: Sequence[tuple[Column, str]], first: int
) -> tuple[Column, int] | None:
    """Return the column whose name is the initials of the words: *volume weighted average price*.

    None of the words may be one that only joins others.
    """
    for column, key in names:
        window = text.tokens[first : first + len(key)]
        if not _LEAST_INITIALS <= len(key) <= len(window) or not column.name.isupper():
            continue
        plain = all(t.whole and not t.cjk and t.low not in _FUNCTION for t in window)
        last = first + len(key) - 1
        if plain and [t.low[:1] for t in window] == list(key) and text.joined(first, last):
            return column, last
    return None


@lru_cache(maxsize=16)
def _single_words(schema: Schema) -> tuple[tuple[Column, str], ...]:
    """Return the columns whose name is one run of letters that is no word of the lexicon."""
    return tuple(
        (column, column.key)
        for column in schema.columns
        if len(column.parts) == 1 and column.key.isascii() and column.key.isalpha()
        and not _is_word(column.key)
        and (
            len(column.key) >= _LEAST
            or _INITIAL.match(column.name)
            or (column.name.isupper() and len(column.key) >= _LEAST_INITIALS)
        )
    )  # fmt: skip


def _is_word(key: str) -> bool:
    root = stem(key)
    return bool(concepts_of(root) or domains_of(root)) or key in english_words()


def _glues(name: str, key: str, words: tuple[str, ...]) -> bool:
    """Tell whether the beginnings of all words, in order, are the name.

    At least one word must be said whole or with four letters; of the others three letters are
    enough, and the initial where the name writes it large (`Mjob`, `Medu`) and the rest
    begins the second word.
    """
    if len(words) == 2 and _INITIAL.match(name) and key[0] == words[0][0]:
        return len(words[0]) > _BEGUN and words[1].startswith(key[1:])
    return len(key) >= _LEAST and _split(key, words, whole=False)


def _split(key: str, words: tuple[str, ...], *, whole: bool) -> bool:
    """Cut the key into beginnings of the words, each of three letters or a whole word."""
    if not words:
        return not key and whole
    word, rest = words[0], words[1:]
    shared = next((i for i, (a, b) in enumerate(zip(key, word, strict=False)) if a != b),
                  min(len(key), len(word)))  # fmt: skip
    return any(
        _split(key[size:], rest, whole=whole or size >= _WHOLE or size == len(word))
        for size in range(shared, _BEGUN - 1, -1)
    )
