"""The instruction as tokens that know where they stand in the user's own words.

Characters are brought into one form and remember where they came from, so that a span is always
quoted exactly. English words are cut into their parts (`PassengerId` is *Passenger*, *Id*); Chinese
is cut by longest match over the words of the lexicon, one character at a time where no word is
known. Every expression used here runs in linear time.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from autoglm_agent.planner.characters import is_chinese, normalise

MAX_INSTRUCTION = 8000
"""Characters of an instruction that are read at most."""

_ATOM = re.compile(
    r"(?<![A-Za-z])(?:[kMGT]Wh?|mAh|IMDb)(?![a-z])|"
    r"[A-ZÀ-Þ]+(?![a-zà-ÿ])|[A-ZÀ-Þ]?[a-zà-ÿ]+(?:'(?:s|t|re|ve|ll|d)\b)?|\d+"
    r"|[\u3400-\u9fff]|[^\W\d_]"
)
_SENTENCE_END = re.compile(r"[!?;\n]|\.(?=\s|$)")
_CLAUSE_END = re.compile(r"[!?;,\n:]|\.(?=\s|$)|\s[–—-]\s")
_JOINT = re.compile(r"[ \t_\-./'\"()]*\Z")
_DOUBLE = re.compile(r"([bdglmnprt])\1\Z")
_SUFFIXES = (
    "ations",
    "ation",
    "ingly",
    "edly",
    "ings",
    "ing",
    "ies",
    "ied",
    "ed",
    "es",
    "s",
)


Mend = Callable[[str, tuple[int, ...]], tuple[str, tuple[int, ...]]]


@dataclass(frozen=True)
class Token:
    """One word, or one part of a compound name, of the normalised text."""

    low: str
    stem: str
    start: int
    end: int
    cjk: bool
    whole: bool
    """False inside a compound name such as `is_canceled`."""


@dataclass
class Text:
    """The normalised instruction with its tokens and what of it is already understood."""

    source: str
    norm: str
    places: tuple[int, ...]
    tokens: tuple[Token, ...]
    low: str
    """`norm` in lower case, character by character."""
    used: list[tuple[int, int]] = field(default_factory=list)
    _mask: bytearray = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._mask = bytearray(len(self.norm) + 1)

    @cached_property
    def starts(self) -> list[int]:
        """The first place of every token."""
        return [token.start for token in self.tokens]

    @cached_property
    def stems(self) -> frozenset[str]:
        """The stems of all tokens."""
        return frozenset(token.stem for token in self.tokens)

    @cached_property
    def _clause_ends(self) -> list[tuple[int, int]]:
        return [match.span() for match in _CLAUSE_END.finditer(self.norm)]

    @cached_property
    def _sentence_ends(self) -> list[tuple[int, int]]:
        return [match.span() for match in _SENTENCE_END.finditer(self.norm)]

    def span(self, start: int, end: int) -> str:
        """Return the user's exact words for a range of the normalised text."""
        if start >= end:
            return ""
        return self.source[self.places[start] : self.places[end - 1] + 1].strip()

    def use(self, start: int, end: int) -> None:
        """Mark a range as understood, so that the target is not looked for in it."""
        self.used.append((start, end))
        self._mask[start:end] = b"\x01" * (min(end, len(self.norm)) - start)

    def unread(self) -> Text:
        """Return the same text with nothing marked as understood."""
        return Text(self.source, self.norm, self.places, self.tokens, self.low)

    def token_at(self, position: int) -> int:
        """Return the index of the first token that starts at or after a place."""
        return bisect_left(self.starts, position)

    def is_used(self, position: int) -> bool:
        """Tell whether a character is in a range already understood."""
        return bool(self._mask[position])

    @property
    def open_part(self) -> str:
        """The lower-case text with blanks where it has been understood, place for place."""
        return "".join(" " if self.is_used(i) else char for i, char in enumerate(self.low))

    def clause(self, position: int) -> tuple[int, int]:
        """Return the clause around a character (commas and colons end it)."""
        return _around(self._clause_ends, len(self.norm), position)

    def sentence(self, position: int) -> tuple[int, int]:
        """Return the sentence around a character."""
        return _around(self._sentence_ends, len(self.norm), position)

    def sentences(self) -> list[tuple[int, int]]:
        """Return the sentences that hold a token, in order."""
        found: list[tuple[int, int]] = []
        for token in self.tokens:
            if not found or token.start >= found[-1][1]:
                found.append(self.sentence(token.start))
        return found

    def joined(self, first: int, last: int) -> bool:
        """Tell whether tokens `first` to `last` stand together as one name could."""
        pairs = zip(self.tokens[first:last], self.tokens[first + 1 : last + 1], strict=True)
        return all(_JOINT.match(self.norm[a.end : b.start]) for a, b in pairs)

    @property
    def chinese(self) -> bool:
        """Whether the instruction is mainly Chinese."""
        return is_chinese(self.norm)

    def say(self, english: str, chinese: str) -> str:
        """Return the one of two wordings that the user reads."""
        return chinese if self.chinese else english


def read_text(instruction: str, vocabulary: Collection[str] = (), mend: Mend | None = None) -> Text:
    """Normalise and cut an instruction.

    Args:
        instruction: The user's words; only the first 8000 characters are read.
        vocabulary: Chinese words for the longest-match cut; without it every character is a word.
        mend: What sets misspelt words right, given the normalised text and its places.

    Returns:
        The text with its tokens.
    """
    source = instruction[:MAX_INSTRUCTION]
    norm, places = normalise(source)
    if mend is not None:
        norm, places = mend(norm, places)
    low = "".join(c.lower() if len(c.lower()) == 1 else c for c in norm)
    return Text(source, norm, places, tuple(_tokens(norm, vocabulary)), low)


def word_set(words: str) -> frozenset[str]:
    """Return the words of a text as a set."""
    return frozenset(words.split())


def words_of(name: str) -> list[str]:
    """Cut a column name, level or phrase into lower-case parts.

    Args:
        name: For example `MS.SubClass`, `is_canceled`, `房屋价格`; a Chinese run stays whole.
    """
    return list(_words_of(name))


_RUN_WITH_OF = frozenset(
    f"{noun}of"
    for noun in ("date", "day", "year", "month", "place", "type", "number", "name", "length",
                 "time", "country", "state", "size", "level", "source", "cause", "reason")
)  # fmt: skip
"""How `DateofHire` runs its first words together."""


@lru_cache(maxsize=8192)
def _words_of(name: str) -> tuple[str, ...]:
    norm, _ = normalise(name)
    parts: list[str] = []
    end = -1
    for match in _ATOM.finditer(norm):
        char = match.group()
        if _is_cjk(char) and parts and match.start() == end and _is_cjk(parts[-1][-1]):
            parts[-1] += char
        else:
            word = char.lower()
            parts += [word[:-2], "of"] if word in _RUN_WITH_OF else [word]
        end = match.end()
    return tuple(parts)


def key_of(name: str) -> str:
    """Return a name without case, spaces and punctuation."""
    return "".join(_words_of(name))


_ADJECTIVES, _ROOT = ("ous", "ful"), 5
"""Ends of what a thing is, as *hazardous* is of a *hazard*, and the letters that stay at least."""


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """Return a crude English stem: plural, -ed, -ing, -ous, -ful, -ation, a final e are removed."""
    word = word.removesuffix("'s")
    if len(word) <= 3 or not word.isascii() or word.isdigit():
        return word
    for suffix in _ADJECTIVES:
        if word.endswith(suffix) and len(word) - len(suffix) >= _ROOT:
            return word[: -len(suffix)].removesuffix("e")
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 3:
            if suffix == "s" and word.endswith(("ss", "us", "is")):
                break
            word = word[: -len(suffix)] + ("y" if suffix in ("ies", "ied") else "")
            if suffix not in ("s", "es", "ies", "ied"):
                word = _DOUBLE.sub(r"\1", word)
            break
    if word.endswith("e") and len(word) > 3:
        word = word[:-1]
    return word


def distance(a: str, b: str, limit: int) -> int:
    """Return the edit distance with transpositions, or `limit + 1` when it is larger.

    Optimal string alignment (Damerau 1964), rows cut at the limit.
    """
    if abs(len(a) - len(b)) > limit:
        return limit + 1
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        new = [i]
        for j, y in enumerate(b, 1):
            cost = min(row[j] + 1, new[j - 1] + 1, row[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, before[j - 2] + 1)
            new.append(cost)
        before, row = row, new
        if min(row) > limit:
            return limit + 1
    return row[-1]


def _is_cjk(char: str) -> bool:
    return "\u3400" <= char[:1] <= "\u9fff"


def _glued(neighbours: str) -> bool:
    """Tell whether the two characters next to a word, nearest first, belong to the same name."""
    first, second = neighbours[:1], neighbours[1:]
    if first == ".":
        return second.isascii() and second.isalnum()
    return first == "_" or (first.isascii() and first.isalnum())


def _around(ends: list[tuple[int, int]], length: int, position: int) -> tuple[int, int]:
    """Return the piece around a place, given the ranges that separate the pieces."""
    after = bisect_right(ends, position, key=lambda span: span[1])
    start = ends[after - 1][1] if after else 0
    later = bisect_left(ends, position, key=lambda span: span[0])
    return start, ends[later][0] if later < len(ends) else length


@lru_cache(maxsize=16)
def _longest(vocabulary: frozenset[str]) -> int:
    return max((len(word) for word in vocabulary), default=1)


def _tokens(norm: str, vocabulary: Collection[str]) -> list[Token]:
    longest = _longest(frozenset(vocabulary))
    tokens: list[Token] = []
    position = 0
    while match := _ATOM.search(norm, position):
        start, end = match.span()
        cjk = _is_cjk(match.group())
        if cjk:
            for length in range(min(longest, len(norm) - start), 1, -1):
                if norm[start : start + length] in vocabulary:
                    end = start + length
                    break
        low = norm[start:end].lower()
        before, after = norm[max(0, start - 2) : start][::-1], norm[end : end + 2]
        whole = cjk or not (_glued(before) or _glued(after))
        tokens.append(Token(low, low if cjk else stem(low), start, end, cjk, whole))
        position = end
    return tokens
