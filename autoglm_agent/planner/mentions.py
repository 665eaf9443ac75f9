"""Where an instruction names a column outright."""

from __future__ import annotations

import re
from dataclasses import dataclass

from autoglm_agent.planner.grammar import (
    BREAKS,
    CONTEXT,
    FEATURE,
    FILLER,
    NAME_STOP,
    PREDICT,
    QUESTION,
)
from autoglm_agent.planner.lexicon import concepts_of
from autoglm_agent.planner.run_together import run_together
from autoglm_agent.planner.schema import Column, Schema
from autoglm_agent.planner.text import Text, Token, distance, stem

_FUNCTION = BREAKS | CONTEXT | FEATURE | QUESTION | {"no", "so", "do", "up", "use", "all", "any"}


_WORDS, _SHORT_NAME, _LONG_NAME, _FEWEST = 4, 8, 11, 3
_HEARD = 4
_MADE = frozenset({"model", "prediction", "forecast", "classifier", "score", "scoring"})
_PHRASE_ENDS = re.compile(r"\s*(?:[:.,;!-]|\Z|(?:with|without|for|that|from|by|ignoring)\b)")
_VOWELS = re.compile(r"(?<!^)[aeiouyhw]|gh")


@dataclass(frozen=True)
class Mention:
    """A range of tokens that is the name of a column."""

    column: Column
    first: int
    last: int
    start: int
    end: int
    score: float
    """1 exact, .97 up to inflection, .85 with a typing error, less for everyday words."""
    quoted: bool


def find_mentions(text: Text, schema: Schema) -> list[Mention]:
    """Return the column names in a text, longest first where they overlap, in text order.

    Case, `_`, `.`, `-`, spaces and inflection do not count; names of six and more letters may
    have a typing error (edit distance 1, from nine letters 2).
    """
    found: list[Mention] = []
    index = 0
    while index < len(text.tokens):
        mention = _exact_at(text, schema, index)
        if mention is None or mention.first == mention.last:
            mention = _run_together_at(text, schema, index) or mention
        mention = mention or _typo_at(text, schema, index)
        if mention is None:
            index += 1
        else:
            found.append(mention)
            index = mention.last + 1
    return [m for i, m in enumerate(found) if not (i and _carries(text, found[i - 1], m))]


def _carries(text: Text, before: Mention, mention: Mention) -> bool:
    """Tell whether *model* only says what is made of the name before it: "price model"."""
    token = text.tokens[mention.first]
    if mention.first != mention.last or token.low not in _MADE or mention.quoted:
        return False
    gap = text.norm[before.end : mention.start]
    starts = not text.norm[text.sentence(before.start)[0] : before.start].strip(" \"'")
    return gap == " " and starts and bool(_PHRASE_ENDS.match(text.low, mention.end))


def mention_at(mentions: list[Mention], index: int) -> Mention | None:
    """Return the mention that covers a token, or None."""
    return next((m for m in mentions if m.first <= index <= m.last), None)


def _exact_at(text: Text, schema: Schema, first: int) -> Mention | None:
    tokens = text.tokens
    if first and not tokens[first].whole and _inside_name(text, first):
        return None
    for last in range(min(len(tokens), first + schema.longest) - 1, first - 1, -1):
        window = tokens[first : last + 1]
        low, stems = "".join(t.low for t in window), "".join(t.stem for t in window)
        columns = schema.by_key.get(low) or schema.by_key.get(stems)
        if not columns or not text.joined(first, last) or _ends_inside(text, last):
            continue
        raw = text.norm[window[0].start : window[-1].end]
        column = next((c for c in columns if c.name == raw), columns[0])
        score = 1.0 if low == column.key else 0.97
        return _made(text, column, first, last, score)
    return None


def _made(text: Text, column: Column, first: int, last: int, score: float) -> Mention | None:
    start, end = text.tokens[first].start, text.tokens[last].end
    quoted = (
        text.norm[start - 1 : start] in ('"', "'")
        and start > 0
        and text.norm[end : end + 1] in ('"', "'")
    )
    word = text.norm[start:end]
    if not quoted and first == last and not text.tokens[first].cjk:
        if word.lower() in _FUNCTION and not (
            word == column.name and word != word.lower() and start > 0
        ):
            return None
        if word.lower() in NAME_STOP:
            score *= 0.9
    return Mention(column, first, last, start, end, score, quoted)


def _typo_at(text: Text, schema: Schema, first: int) -> Mention | None:
    """Match one misspelt word, or a quoted group of words, against the column names."""
    token = text.tokens[first]
    if token.cjk or (first and _inside_name(text, first)):
        return None
    if several := _misspelt_words(text, schema, first) or _initials(text, schema, first):
        return several
    last = first
    while (
        last + 1 < len(text.tokens)
        and not text.tokens[last + 1].cjk
        and _inside_name(text, last + 1)
    ):
        last += 1
    word = "".join(t.low for t in text.tokens[first : last + 1])
    if len(word) < 4 or (
        first == last and (token.stem in PREDICT | FILLER or concepts_of(token.stem))
    ):
        return None
    limit = 1 if len(word) < 9 else 2
    best = min(
        (
            (distance(word, c.key, limit), c.name, c)
            for c in schema.columns
            if c.key[:1] == word[:1] and (min(len(word), len(c.key)) >= 6 or swapped(word, c.key))
        ),
        default=None,
    )
    if best is None or best[0] > limit or _known(schema, token.stem, first == last):
        return None
    return _made(text, best[2], first, last, 0.85)


def _misspelt_words(text: Text, schema: Schema, first: int) -> Mention | None:
    """Match two to four words to a name of as many that one or two slips tell them from."""
    for last in range(min(len(text.tokens), first + _WORDS) - 1, first, -1):
        window = text.tokens[first : last + 1]
        if any(t.cjk or t.low in _FUNCTION for t in window) or not text.joined(first, last):
            continue
        word = "".join(t.low for t in window)
        limit = 1 if len(word) < _LONG_NAME else 2
        near = [
            c
            for c in schema.columns
            if len(c.parts) == len(window)
            and c.key[:1] == word[:1]
            and distance(word, c.key, limit) <= limit
            and not any(
                t.stem != p.stem and _known_word(t.stem)
                for t, p in zip(window, c.parts, strict=True)
            )
        ]
        if len(near) == 1 and len(word) >= _SHORT_NAME:
            return _made(text, near[0], first, last, 0.85)
        heard = [c for c in schema.columns if _sounds_like(window, c)]
        if len(heard) == 1:
            return _made(text, heard[0], first, last, 0.85)
    return None


def _sounds_like(window: tuple[Token, ...], column: Column) -> bool:
    """Tell whether all words but one are a name's and that one is a slip of its word.

    "Tool ware" for `Tool wear`: a right word by itself, but with the same letters or consonants.
    """
    if len(column.parts) != len(window):
        return False
    other = [
        (t.low, p.stem) for t, p in zip(window, column.parts, strict=True) if not p.says(t.stem)
    ]
    if len(other) != 1:
        return False
    said, meant = other[0]
    letters = sorted(stem(said)) == sorted(meant) or sorted(said) == sorted(meant)
    return (
        min(len(said), len(meant)) >= _HEARD
        and said[0] == meant[0]
        and (letters or _VOWELS.sub("", said) == _VOWELS.sub("", meant))
    )


def _initials(text: Text, schema: Schema, first: int) -> Mention | None:
    """Match words to the column that their initials spell: *monthly recurring revenue*, `mrr`."""
    for last in range(first + 2, min(len(text.tokens), first + _WORDS + 2)):
        window = text.tokens[first : last + 1]
        if any(t.cjk for t in window) or not text.joined(first, last):
            return None
        key = "".join(t.low[0] for t in window)
        columns = schema.by_key.get(key, []) if len(key) >= _FEWEST else []
        if len(columns) == 1 and len(columns[0].parts) == 1 and window[-1].low not in CONTEXT:
            return _made(text, columns[0], first, last, 0.9)
    return None


def _run_together_at(text: Text, schema: Schema, first: int) -> Mention | None:
    """Match words to the one name that runs their beginnings together: `schoolsup`."""
    if text.tokens[first].cjk or not text.tokens[first].whole:
        return None
    found = run_together(text, schema, first)
    return _made(text, found[0], first, found[1], 0.9) if found is not None else None


def _known_word(word: str) -> bool:
    """Tell whether a word is a right one, so that it is no slip of another."""
    return bool(concepts_of(word)) or word in PREDICT | FILLER


def swapped(one: str, other: str) -> bool:
    """Tell whether two words of five letters differ by two neighbours that changed places."""
    same = len(one) == len(other) and 4 <= len(one) <= 5 and one != other
    return same and sorted(one) == sorted(other) and one[-1:] == other[-1:]


def _known(schema: Schema, word_stem: str, single: bool) -> bool:
    return single and word_stem in schema.word_stems


def _inside_name(text: Text, index: int) -> bool:
    """Tell whether a token continues a compound name begun by the token before it."""
    before, here = text.tokens[index - 1], text.tokens[index]
    gap = text.norm[before.end : here.start]
    return gap in ("", "_", ".") and not here.cjk and not before.cjk


def _ends_inside(text: Text, last: int) -> bool:
    return (
        last + 1 < len(text.tokens) and not text.tokens[last].cjk and _inside_name(text, last + 1)
    )
