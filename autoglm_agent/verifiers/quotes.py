"""Quotations and citations, grounded in the sources that were given.

A quotation passes when a source has its words, typography and spaces aside; a near miss is
refuted with the words that the source really has. This is sound for "is quoted" and says nothing
about "supports the claim".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from autoglm_agent.chain import Chain, Step, Verdict
from autoglm_agent.errors import InputError
from autoglm_agent.verifiers.telling import quoted, told

MAX_READ = 100_000
"""Characters of a claim that are read."""
MAX_QUOTES = 50
"""Quotations of one claim that are looked up."""
NEAR = 80.0
"""Similarity in percent from which a span of a source is told as the nearest (Levenshtein)."""
_QUOTED = re.compile(
    r'"([^"\n]{1,2000})"|“([^”\n]{1,2000})”|«([^»\n]{1,2000})»|「([^」\n]{1,2000})」'
)
_CITED = re.compile(r"\[([\w][\w .:#-]{0,60}(?:\s?[,;]\s?[\w][\w .:#-]{0,60}){0,9})\](?!\()")
_SAME = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "..."})


@dataclass(frozen=True)
class Plain:
    """A text without typography, and where each of its characters comes from."""

    text: str
    places: tuple[int, ...]


def plain(text: str) -> Plain:
    """Return a text with typography, case and spaces evened out (Unicode NFKC, casefold)."""
    letters: list[str] = []
    places: list[int] = []
    for place, letter in enumerate(text):
        for even in unicodedata.normalize("NFKC", letter.translate(_SAME)).casefold():
            if even.isspace():
                if letters and letters[-1] != " ":
                    letters.append(" ")
                    places.append(place)
            elif unicodedata.category(even) != "Cf":
                letters.append(even)
                places.append(place)
    while letters and letters[-1] == " ":
        letters.pop()
        places.pop()
    return Plain("".join(letters), tuple(places))


class Quotes:
    """Refute quotations that no source has, and citations of unknown sources.

    Args:
        sources: Name to text. Names are what citations such as `[3]` or `[Smith 2020]` refer to.
        words: Quotations of fewer words are taken for a manner of speaking and left alone.
        citations: Whether bracketed names must be those of sources.
        required: Whether a final step without any quotation or citation is refuted.

    Raises:
        InputError: If there is no source.

    Examples:
        >>> quotes = Quotes({"1": "The cat sat on the mat."})
        >>> step = Step(claim='It says "the cat sat on the hat" [1].')
        >>> quotes(step, Chain())[0].fact
        '"the cat sat on the hat" is not in the sources; 1 has "The cat sat on the mat".'
    """

    check = "quotes"
    constraint = "Quotations must be in the sources word for word; cite a source as [name]."
    cost = 1e-3

    def __init__(
        self,
        sources: Mapping[str, str],
        *,
        words: int = 4,
        citations: bool = True,
        required: bool = False,
    ) -> None:
        if not sources:
            raise InputError("There are no sources to quote.", "Give at least one text.")
        self._sources = {str(name): str(text) for name, text in sources.items()}
        self._plain = {name: plain(text) for name, text in self._sources.items()}
        self._names = {_name(name) for name in self._sources}
        self._words = words
        self._citations = citations
        self._required = required

    def __call__(self, step: Step, chain: Chain) -> list[Verdict]:
        """Look up each quotation and citation of the claim; the question may be quoted, too."""
        text = step.claim[:MAX_READ]
        quoted = cited = 0
        for words, span, name in self._citations_of(text):
            cited += 1
            if _name(name) not in self._names:
                listed = ", ".join(list(self._sources)[:10])
                return [
                    self._refuted(f"[{told(words)}] is no source; there are {told(listed)}.", span)
                ]
        for words, span in self._quotations(text):
            quoted += 1
            if quoted > MAX_QUOTES:
                break
            fault = self._fault(words, plain(chain.question[:MAX_READ]).text)
            if fault:
                return [self._refuted(fault, span)]
        if quoted or cited:
            return [self._verdict("pass", "").model_copy(update={"n": quoted})]
        if self._required and step.final:
            return [self._verdict("fail", "The answer quotes and cites nothing.")]
        return []

    def _citations_of(self, text: str) -> Iterator[tuple[str, tuple[int, int], str]]:
        if not self._citations:
            return
        for match in _CITED.finditer(text):
            parts = re.split(r"\s?[,;]\s?", match.group(1))
            whole = _name(match.group(1)) in self._names
            for name in [match.group(1)] if whole else parts:
                yield match.group(1), match.span(1), name

    def _quotations(self, text: str) -> Iterator[tuple[str, tuple[int, int]]]:
        for match in _QUOTED.finditer(text):
            group = match.lastindex or 1
            words = match.group(group)
            wide = any(ord(letter) >= 0x2E80 for letter in words)
            if len(words) >= self._words if wide else len(words.split()) >= self._words:
                yield words, match.span(group)

    def _fault(self, words: str, question: str) -> str:
        """Return why a quotation is not one, or nothing; "..." may leave words out."""
        texts = [question, *(source.text for source in self._plain.values())]
        for piece in re.split(r"\s*(?:\.\.\.|…|\[\.\.\.\]|\[…\])\s*", words):
            wanted = plain(piece.strip(" .,;:!?")).text
            if wanted and not any(_within(wanted, text) for text in texts):
                return f"{quoted(words, 200)} is not in the sources{self._nearest(wanted)}."
        return ""

    def _nearest(self, wanted: str) -> str:
        """Return the words of a source that come nearest, ready to be told."""
        from rapidfuzz import fuzz

        best, nearest = NEAR, ""
        for name, source in self._plain.items():
            found = fuzz.partial_ratio_alignment(wanted, source.text, score_cutoff=best)
            if found is None or found.score < best or found.dest_end <= found.dest_start:
                continue
            first, last = _word_ends(source.text, found.dest_start, found.dest_end)
            span = self._sources[name][source.places[first] : source.places[last - 1] + 1]
            best, nearest = found.score, f"; {told(name)} has {quoted(span, 200)}"
        return nearest

    def _refuted(self, fact: str, span: tuple[int, int]) -> Verdict:
        return self._verdict("fail", fact).model_copy(update={"span": span})

    def _verdict(self, status: str, fact: str) -> Verdict:
        return Verdict.model_validate(
            {
                "check": self.check,
                "title": "Quotations are in the sources",
                "status": status,
                "fact": fact,
                "field": "claim" if status == "fail" else None,
            }
        )


def _within(wanted: str, text: str) -> bool:
    """Return whether whole words of a text are the ones wanted."""
    at = text.find(wanted)
    while at >= 0:
        before, after = text[at - 1 : at], text[at + len(wanted) : at + len(wanted) + 1]
        if not (_joins(before, wanted[0]) or _joins(wanted[-1], after)):
            return True
        at = text.find(wanted, at + 1)
    return False


def _joins(left: str, right: str) -> bool:
    """Return whether two letters side by side belong to one word of a spaced script."""
    both = left + right
    return len(both) == 2 and both.isalnum() and all(ord(letter) < 0x2E80 for letter in both)


def _word_ends(text: str, first: int, last: int) -> tuple[int, int]:
    """Widen a span to whole words, by at most twenty characters on either side."""
    low, high = max(0, first - 20), min(len(text), last + 20)
    while first > low and _joins(text[first - 1], text[first]):
        first -= 1
    while last < high and _joins(text[last - 1], text[last]):
        last += 1
    return first, last


def _name(name: str) -> str:
    return " ".join(name.split()).casefold()
