"""What speaks for each column as the thing that is asked for, and what speaks for none."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from autoglm_agent.planner.asked import fits, read_asked
from autoglm_agent.planner.grammar import (
    BREAKS,
    CONTEXT,
    FILLER,
    FILLER_ZH,
    FUNCTION_ZH,
    PREDICT,
    QUESTION,
)
from autoglm_agent.planner.meaning.alternatives import listed, spoken_of
from autoglm_agent.planner.meaning.encoder import as_words, likeness
from autoglm_agent.planner.meaning.names import of_names
from autoglm_agent.planner.regions import Place
from autoglm_agent.planner.schema import LEVELLED, Column, Schema
from autoglm_agent.planner.short_forms import ABBREVIATIONS
from autoglm_agent.planner.support import word_support
from autoglm_agent.planner.text import Text, Token

_NEVER = ("id", "constant", "empty", "text", "date")
_ASKING = re.compile(
    r"^(?:please |can you |could you |i want to |i'd like to |help me )*(?:predict|estimate|"
    r"forecast|classify|model|guess|tell me|build a model (?:for|to predict)|work out|find out|"
    r"figure out|tell|flag|detect|determine|identify)\b\s*|"
    r"^(?:请|帮我|我想|麻烦)*(?:预测一下|预测|估计|估算|判断|识别|预估|建立|看看|猜|推测|分类)",
    re.I,
)
_PIECE, _CUT = re.compile(r"[|.,;!?\n，。]+"), re.compile(r"[.,;!?，。]")
_NO_CONTENT = FILLER | PREDICT | CONTEXT | BREAKS | QUESTION
_NO_CONTENT_ZH = FUNCTION_ZH | FILLER_ZH
_LONGEST, _MOST, _LEVELS = 7, 150, 8
_PIECES = 60
"""How many pieces of an instruction are read at most, so that none takes seconds."""
_ASKED_FOR = ("object", "clause", "free")
_GOAL = ("object", "clause", "free", "of")


@dataclass(frozen=True)
class Evidence:
    """Features of each column that could be meant, and of the case that none is.

    Attributes:
        columns: The columns.
        each: Features, of shape (columns, features); the last `OF_NAMES` are of the names' words.
        none: Features of the case that no column is meant; the last one is 1.
    """

    columns: tuple[Column, ...]
    each: np.ndarray
    none: np.ndarray


@dataclass(frozen=True)
class _Window:
    words: str
    asked: bool


def weigh(
    text: Text,
    schema: Schema,
    places: Sequence[Place],
    excluded: Collection[str],
    wanted: str | None,
    alike: Mapping[str, float],
    named: Mapping[str, float],
) -> Evidence | None:
    """Return the evidence, or None where nothing is left of the instruction or of the table.

    Args:
        text: The instruction, with its constraints marked as understood.
        schema: The table's columns.
        places: Where in the grammar each word stands.
        excluded: Columns that cannot be meant.
        wanted: "class" or "number" where the metric or the costs tell what the target must be.
        alike: By name, how like all that is said a column's name is, from 0 to 1.
        named: By name, how well a mention of it fits, from 0 to 1.
    """
    possible = [c for c in schema.columns if c.profile.kind not in _NEVER]
    columns = tuple(c for c in possible if c.name not in excluded)
    pieces, windows = _pieces(text), _windows(text, places)
    if not columns or not pieces or not windows:
        return None
    names = [as_words(column.name) for column in columns]
    spelt = [" ".join(_spelt(word) for word in schema.cut(column.name)) for column in columns]
    levelled = [_with_levels(column, name) for column, name in zip(columns, names, strict=True)]
    about = [f"{as_words(schema.profile.name.rsplit('.', 1)[0])} {name}" for name in names]
    small = [window.words for window in windows]
    phrases = _phrases(text, places)
    by_name = _either(small, names, spelt)
    of_goal = by_name[[i for i, w in enumerate(windows) if w.asked] or slice(None)]
    piece = _either(pieces, names, spelt).max(0)
    in_goal = of_goal.max(0)
    near = [
        piece,
        likeness(pieces, levelled).max(0),
        likeness(pieces, about).max(0),
        _either([text.source], names, spelt)[0],
        by_name.max(0),
        np.sort(by_name, axis=0)[-3:].mean(0),
        likeness(small, levelled).max(0),
        in_goal,
    ]
    of_phrases = _of_phrases(phrases, columns, names, spelt)
    lists = listed(text)
    values = np.array([spoken_of(lists, _levels(column)) for column in columns])
    words = [t.stem for t in text.tokens if not text.is_used(t.start) and _says_something(t)]
    of_words = of_names(words, columns, alike, named)
    each = np.column_stack([*near, *_forms(text, columns, wanted), *of_phrases, values, of_words])
    alone = [of_phrases[0].max(), of_phrases[2].max(), piece.max(), in_goal.max()]
    none = np.array([*_strangers(text, schema, places), *alone, np.median(piece), 1.0])
    return Evidence(columns, each, none)


def _spelt(word: str) -> str:
    told = ABBREVIATIONS.get(word)
    return told[0] if told else word


def _with_levels(column: Column, name: str) -> str:
    return " ".join([name, *_levels(column)])


def _levels(column: Column) -> list[str]:
    if column.profile.kind not in LEVELLED:
        return []
    return [level for level, _ in column.profile.levels[:_LEVELS] if level]


def _either(texts: Sequence[str], names: Sequence[str], spelt: Sequence[str]) -> np.ndarray:
    """Return the likeness with a name as it is or spelt out, whichever is more."""
    return np.asarray(np.maximum(likeness(texts, names), likeness(texts, spelt)))


def _pieces(text: Text) -> list[str]:
    """Return what is not understood yet, cut at punctuation, without the verb that asks."""
    left = "".join("|" if text.is_used(i) else char for i, char in enumerate(text.norm))
    pieces = [piece.strip() for piece in _PIECE.split(left)]
    return [_ASKING.sub("", p).strip() or p for p in pieces if len(p) > 1][:_PIECES]


def _windows(text: Text, places: Sequence[Place]) -> list[_Window]:
    """Return the runs of up to seven words that say something."""
    found: list[_Window] = []
    for first, token in enumerate(text.tokens):
        content = asked = False
        for last in range(first, min(first + _LONGEST, len(text.tokens))):
            end = text.tokens[last]
            if text.is_used(end.start) or _CUT.search(text.norm[token.start : end.end]):
                break
            content = content or _says_something(end)
            asked = asked or places[last].region == "object"
            if content:
                words = text.norm[token.start : end.end]
                found.append(_Window(words, asked))
    return found[:_MOST]


@dataclass(frozen=True)
class _Phrases:
    whole: list[str]
    heads: list[str]
    """The last word of each that says something, and the last two together."""


def _phrases(text: Text, places: Sequence[Place]) -> _Phrases:
    """Return the phrases that may name what is asked for, and the words that they end in."""
    runs: dict[tuple[int, str], list[str]] = {}
    for token, place in zip(text.tokens, places, strict=True):
        telling = _says_something(token) and not token.low.isdigit()
        if place.region in _ASKED_FOR and telling and not text.is_used(token.start):
            runs.setdefault((place.phrase, place.region), []).append(token.low)
    ends = [words[-1] for words in runs.values()]
    pairs = [_joined(words[-2:]) for words in runs.values() if len(words) > 1]
    return _Phrases([_joined(words) for words in runs.values()], ends + pairs)


def _joined(words: Sequence[str]) -> str:
    latin = sum(word.isascii() for word in words)
    return (" " if 2 * latin >= len(words) else "").join(words)


def _of_phrases(
    phrases: _Phrases, columns: Sequence[Column], names: Sequence[str], spelt: Sequence[str]
) -> list[np.ndarray]:
    """Return how like each column is to whole phrases, at most and on average, and to their ends.

    Whether "staff turnover of the store" asks for a column `store` shows in the whole and in its
    head, not in the word that is alike.
    """
    if not phrases.whole:
        return [np.zeros(len(columns))] * 4
    whole = _either(phrases.whole, names, spelt)
    heads = [
        float(likeness(phrases.heads, list({name, told, *name.split(), *told.split()})).max())
        for name, told in zip(names, spelt, strict=True)
    ]
    levels = [
        float(likeness(phrases.heads, _levels(column)).max()) if _levels(column) else 0.0
        for column in columns
    ]
    return [whole.max(0), whole.mean(0), np.array(heads), np.array(levels)]


def _says_something(token: Token) -> bool:
    if token.cjk:
        return token.low not in _NO_CONTENT_ZH
    return token.low not in _NO_CONTENT and token.stem not in _NO_CONTENT


def _forms(text: Text, columns: Sequence[Column], wanted: str | None) -> list[np.ndarray]:
    """Return how well the values of each column fit the form of answer that is asked for."""
    asked = read_asked(text, wanted)
    two = np.array([float(c.two_valued) for c in columns])
    number = np.array([float(c.numeric) for c in columns])
    classes = (1 - two) * (1 - number)
    form = [two * 0, two * 0, two * 0] * 3 + [two * 0, two * 0]
    kinds = ("two", "amount", "classes", None)
    at = 3 * kinds.index(asked.form)
    for offset, values in enumerate((two, number, classes)[: len(form) - at]):
        form[at + offset] = values
    named = np.array([float(c.identifies) for c in columns])
    return [np.array([fits(c, asked) for c in columns]), *form, named]


def _strangers(text: Text, schema: Schema, places: Sequence[Place]) -> list[float]:
    """Return how much of the goal is foreign, unknown and known to the table."""
    told = [
        word_support(token.low if token.cjk else token.stem, schema)
        for token, place in zip(text.tokens, places, strict=True)
        if place.region in _GOAL and not text.is_used(token.start) and _says_something(token)
    ]
    foreign, many = told.count("foreign"), max(1, len(told))
    shares = [told.count("unknown") / many, told.count("supported") / many]
    return [float(foreign > 0), float(min(foreign, 3)), *shares]
