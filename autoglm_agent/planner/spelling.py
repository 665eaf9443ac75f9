"""Misspelt words of command: *wihtout*, *predcit*, *accurracy*.

Only the words that steer the parser are mended; misspelt column names are found by likeness. A
word that the lexicon, the table or the grammar knows is never touched.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache, lru_cache

from autoglm_agent.planner.grammar import CARRIERS, FILLER, NEUTRAL, PREDICT
from autoglm_agent.planner.lexicon import concepts_of, domains_of, english_words
from autoglm_agent.planner.text import distance, stem, word_set

_COMMANDS = word_set(
    """
    predict predicting prediction estimate classify classification regression forecast forecasting
    cluster clusters clustering segment segments anomaly anomalies outlier outliers unusual strange
    suspicious irregular abnormal
    without exclude excluding ignore ignoring remove removing except leaving
    accuracy balanced precision recall sensitivity absolute squared percentage average macro
    interpretable explainable transparent understandable minutes seconds milliseconds latency
    chronological chronologically training testing validation validating
    target column columns feature features whether overview model models dataset summary profile
    coming upcoming following quarter quarters
    positive negative customer customers passenger passengers patient patients employee employees
    student students subscriber subscribers applicant applicants borrower borrowers
    """
)
_WORD = re.compile(r"(?<![\w.])[A-Za-z]{5,24}(?![\w.(]|\.\w)", re.ASCII)
_SHORTEST, _LONG, _MOST = 6, 9, 300


def mend(
    norm: str, places: tuple[int, ...], familiar: Collection[str], names: Collection[str] = ()
) -> tuple[str, tuple[int, ...]]:
    """Return a text with its misspelt words of command set right.

    Args:
        norm: The normalised text.
        places: The source index of each of its characters.
        familiar: Stems of the table's own words.
        names: Concepts of the table's columns; slips of the words for them are mended, too.

    Returns:
        The text and the places; characters of a mended word point into the word as it was written.
    """
    out: list[str] = []
    index: list[int] = []
    done = 0
    for count, match in enumerate(_WORD.finditer(norm)):
        if count >= _MOST:
            break
        word = match.group().lower()
        if stem(word) in familiar or (right := _right(word, names)) is None:
            continue
        start, end = match.span()
        out += [norm[done:start], right]
        index += places[done:start]
        last = end - 1
        index += [places[min(start + i, last)] for i in range(len(right) - 1)] + [places[last]]
        done = end
    out.append(norm[done:])
    index += places[done:]
    return "".join(out), tuple(index)


def _right(word: str, names: Collection[str]) -> str | None:
    if told := _without_an_e().get(word):
        return told
    root = stem(word)
    if word in _COMMANDS or root in _stems() or concepts_of(root) or domains_of(root):
        return None
    meant = words_for(frozenset(names))
    if len(word) < _SHORTEST:
        # Of so short a word only a letter left out is sure to be a slip: *gendr*.
        return _nearest(word, [other for other in meant if len(other) == len(word) + 1])
    return _nearest(word, _COMMANDS) or _nearest(word, meant)


@lru_cache(maxsize=64)
def words_for(names: frozenset[str]) -> frozenset[str]:
    """Return the English words of six and more letters that mean one of some concepts."""
    return frozenset(word for name in names for word in _long_words().get(name, ()))


@cache
def _long_words() -> dict[str, list[str]]:
    words: dict[str, list[str]] = {}
    for word in english_words():
        for concept in concepts_of(stem(word)) if len(word) >= _SHORTEST else ():
            words.setdefault(concept.name, []).append(word)
    return words


@cache
def _without_an_e() -> dict[str, str]:
    """Return the words of command by how they are written with one e less: *minuts*, *absolut*.

    Their stems are the same, so that they would pass for words of the grammar.
    """
    return {
        word[:i] + word[i + 1 :]: word
        for word in _COMMANDS
        for i, letter in enumerate(word)
        if i and letter == "e" and word[:i] + word[i + 1 :] not in _COMMANDS
    }


@cache
def _stems() -> frozenset[str]:
    return frozenset(stem(word) for word in _COMMANDS) | PREDICT | FILLER | NEUTRAL | CARRIERS


def _nearest(word: str, right: Collection[str]) -> str | None:
    """Return the one word that an unknown word is a slip of."""
    limit = 1 if len(word) < _LONG else 2
    near = {
        other: found
        for other in right
        if other[0] == word[0] and (found := distance(word, other, limit)) <= limit
    }
    if not near or any(word.startswith(other) for other in near):
        return None
    least = min(near.values())
    best = sorted(other for other, found in near.items() if found == least)
    return best[0] if len({stem(other) for other in best}) == 1 else None
