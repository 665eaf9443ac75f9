"""Shortened words in column names: `ctry`, `lvl`, `rmt`, and initials such as `mrr`."""

from __future__ import annotations

from functools import cache

from autoglm_agent.planner.lexicon import english_words
from autoglm_agent.planner.text import stem

_SHORTEST, _LONGEST, _MORE = 3, 6, 2
_FEW = 4
_VOWELS = frozenset("aeiou")


def skeleton(word: str) -> str:
    """Return a word's first letter and its other consonants: *level* gives *lvl*."""
    return word[:1] + "".join(c for c in word[1:] if c not in _VOWELS)


def shortens(short: str, word: str) -> bool:
    """Tell whether a short form leaves letters of a word out: *ctry* for *country*.

    The first letters agree, the rest follows in order, and no vowel is kept that the word lacks.
    """
    if not _SHORTEST <= len(short) <= _LONGEST or len(word) < len(short) + _MORE:
        return False
    if short[0] != word[0] or set(short[1:]) & _VOWELS:
        return False
    rest = iter(word[1:])
    if not all(letter in rest for letter in short[1:]):
        return False
    return short[-1] in skeleton(word)[-2:] or skeleton(word).startswith(short)


@cache
def spelt_out(short: str) -> tuple[str, ...]:
    """Return the words of the lexicon that a short form stands for, if they are few.

    Their consonants are just those of it (*lvl*), or they begin with it (*hosp*, *cert*).
    """
    if not _SHORTEST <= len(short) <= _LONGEST:
        return ()
    if found := sorted(_by_skeleton().get(short, ())):
        return tuple(found)[:_FEW]
    begun = [w for w in english_words() if w.startswith(short) and len(w) >= len(short) + _MORE]
    roots = {stem(word) for word in begun}
    return tuple(sorted(begun)) if len(roots) <= _FEW else ()


@cache
def _by_skeleton() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for word in english_words():
        if len(word) >= _SHORTEST + 1:
            found.setdefault(skeleton(word), set()).add(word)
    return {key: frozenset(words) for key, words in found.items()}
