"""One word of a column name, and which words of a sentence say it: whole, shortened, akin."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from autoglm_agent.planner.abbreviations import shortens, skeleton
from autoglm_agent.planner.derived import same_word
from autoglm_agent.planner.grammar import PREDICT
from autoglm_agent.planner.lexicon import concepts_of, domains_of

_ROOT = 6
_BEGUN = 3


@dataclass(frozen=True)
class Part:
    """One word of a column name."""

    stem: str
    alternatives: frozenset[str]
    """Stems that mean the same, from abbreviations."""
    concepts: frozenset[str]
    light: bool

    def says(self, word_stem: str) -> bool:
        """Tell whether a stem of the instruction is this word, whole or shortened."""
        return (
            word_stem == self.stem
            or word_stem in self.alternatives
            or _shortened(self.stem, word_stem)
        )

    def akin(self, word_stem: str) -> bool:
        """Tell whether a stem has the same root: *acceptable* and `acceptability`, *apply* too."""
        if self.stem[:_ROOT] == word_stem[:_ROOT] and _same_root(self.stem, word_stem):
            return True
        return same_word(self.stem, word_stem)


@lru_cache(maxsize=65536)
def _shortened(name: str, word: str) -> bool:
    """Tell whether one of two stems, of a name and of a sentence, is the other cut short."""
    if shortens(name, word):
        # The consonants of a word still are that word where the glossary knows them by
        # themselves: `cncl` is *cancel*. Not of words that are no things: `ftr` is no *feature*.
        known = bool(concepts_of(name) or domains_of(name))
        return not known or (skeleton(word) == name and bool(concepts_of(word)))
    short, long = sorted((name, word), key=len)
    if len(short) < 4 or len(long) < len(short) + 3 or not long.startswith(short):
        begun = len(name) == _BEGUN and len(word) > len(name) + 1
        if not begun or not word.startswith(name) or word in PREDICT:
            return False
        # `vol` for *volume*, `ref` for *referee*, where the three letters are no word.
    return not concepts_of(short) and not domains_of(short)


def _same_root(one: str, other: str) -> bool:
    pairs = enumerate(zip(one, other, strict=False))
    root = next((i for i, (a, b) in pairs if a != b), min(len(one), len(other)))
    rest = max(len(one), len(other)) - root
    if root < _ROOT or rest >= _ROOT:
        return False
    return not concepts_of(one) and not concepts_of(other)
