"""How a text file separates its cells.

A delimiter must stand in the header, and every sampled row must then have as many cells as the
header has names. Where several delimiters pass, the one whose cells look most like values wins
(Van den Burg, Nazábal, Sutton, "Wrangling messy CSV files by detecting row and type patterns",
2019: row pattern times type score). Text that merely contains commas is never split.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass

from autoglm_agent.errors import InputError

DELIMITERS = (",", ";", "\t", "|")
SAMPLE_BYTES = 64_000
_VALUE = re.compile(
    r"^\s*(?:[-+$€£¥(]?\s*\d[\d.,' ]*(?:[eE][-+]?\d+)?\s*[%$€£¥)]?"
    r"|\d{1,4}[-/.:]\d{1,2}(?:[-/.:]\d{1,4})?(?:[T ][\d:.+Z-]+)?)\s*$"
)
_SEP_LINE = re.compile(rb'^"?sep=(.)"?\r?\n', re.I)


@dataclass(frozen=True)
class Dialect:
    """How cells are separated.

    Attributes:
        delimiter: One character; None if every line is one cell.
        width: Number of cells in the header.
        skip: Bytes before the header.
        padded: Whether a blank follows every delimiter.
        trailing: Whether every row, but not the header, ends with a delimiter.
    """

    delimiter: str | None
    width: int
    skip: int = 0
    padded: bool = False
    trailing: bool = False

    @property
    def word(self) -> str:
        """The delimiter's name, for messages."""
        names = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar", " ": "blank"}
        return names.get(self.delimiter or "", repr(self.delimiter))


def detect_dialect(data: bytes, path: str) -> Dialect:
    """Tell the dialect of UTF-8 text from its beginning.

    Args:
        data: The text.
        path: Of the file, for messages.

    Raises:
        InputError: If the first line has one cell but the rows below it have several.
    """
    told = _SEP_LINE.match(data)
    skip = told.end() if told else 0
    sample = _sample(data, skip)
    if told:
        delimiter = told.group(1).decode("latin-1")
        return _describe(delimiter, split(sample, delimiter), skip)
    parsed = {d: split(sample, d) for d in DELIMITERS}
    several = {d: rows for d, rows in parsed.items() if rows and len(rows[0]) > 1}
    if several:
        best = max(several, key=lambda d: _fitness(several[d]))
        return _describe(best, several[best], skip)
    if _blanks_separate(sample):
        width = len(sample.split("\n", 1)[0].split())
        return Dialect(" ", width, skip, padded=True)
    _refuse_title_line(parsed, path)
    for delimiter, rows in parsed.items():
        if all(len(row) == 1 for row in rows):
            return Dialect(delimiter, 1, skip)
    return Dialect(None, 1, skip)


def split(text: str, delimiter: str) -> list[list[str]]:
    """Return the rows of a text, lines without a character left out."""
    return [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if row]


def _blanks_separate(sample: str) -> bool:
    """Whether blanks separate columns of numbers; sentences have no equal number of words."""
    rows = list(csv.reader(io.StringIO(sample), delimiter=" ", skipinitialspace=True))
    rows = [row for row in rows if row]
    if len(rows) < 3 or len(rows[0]) < 2 or any(len(row) != len(rows[0]) for row in rows):
        return False
    cells = [cell for row in rows[1:200] for cell in row]
    return sum(bool(_VALUE.match(cell)) for cell in cells) > 0.5 * len(cells)


def _sample(data: bytes, skip: int) -> str:
    end = skip + SAMPLE_BYTES
    if len(data) <= end:
        return data[skip:].decode("utf-8", "replace")
    head = data[skip:end]
    first = head.find(b"\n")
    if first < 0:  # the header alone is longer than the sample
        stop = data.find(b"\n", end)
        stop = data.find(b"\n", stop + 1) if stop >= 0 else -1
        head = data[skip : stop if stop >= 0 else len(data)]
        return head[:50_000_000].decode("utf-8", "replace")
    text = head[: head.rfind(b"\n")].decode("utf-8", "replace")
    # The cut may lie inside a quoted cell: then the last row is no row.
    if text.count('"') % 2:
        text = text[: text.rfind('"')]
        text = text[: text.rfind("\n") + 1]
    return text


def _fitness(rows: list[list[str]]) -> tuple[float, float, int]:
    width = len(rows[0])
    body = rows[1:] or rows
    regular = sum(len(row) == width for row in body) / len(body)
    if regular < 1.0 and all(len(row) == width + 1 and not row[-1] for row in body):
        regular = 1.0
    cells = [cell for row in body[:200] for cell in row[:50]]
    value = sum(_looks_like_value(cell) for cell in cells) / max(1, len(cells))
    return (1.0, value, width) if regular == 1.0 else (regular * 0.99, value, width)


def _looks_like_value(cell: str) -> float:
    if not cell or _VALUE.match(cell):
        return 1.0
    return 0.0 if any(d in cell for d in DELIMITERS) else 0.5


def _describe(delimiter: str, rows: list[list[str]], skip: int) -> Dialect:
    width, body = len(rows[0]), rows[1:]
    trailing = bool(body) and all(len(row) == width + 1 and not row[-1] for row in body)
    inner = [cell for row in body for cell in row[1:] if cell]
    padded = bool(inner) and len(body) > 1 and all(cell[0] == " " for cell in inner)
    return Dialect(delimiter, width, skip, padded, trailing)


def _refuse_title_line(parsed: dict[str, list[list[str]]], path: str) -> None:
    for delimiter, rows in parsed.items():
        widths = {len(row) for row in rows[1:]}
        if len(rows) < 3 or len(widths) != 1 or widths == {1}:
            continue
        cells = [cell for row in rows[2:] for cell in row] or rows[1]
        if sum(map(_looks_like_value, cells)) > 0.5 * len(cells) + 0.1 or len(rows[1]) > 3:
            raise InputError(
                f"{path}: line 1 has one cell, but the lines below it have {widths.pop()} "
                f"(separated by {delimiter!r}).",
                "Remove titles and comments above the header line, or add the missing names.",
            )
