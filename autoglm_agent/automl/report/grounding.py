"""V02: a number in prose is one that was measured, or its sentence goes.

Every number in a text that a model worded is looked up among the measured ones: it counts as found
if one of them, rounded to the digits printed, is that number, also in percent, thousands or
millions. A sentence with a number that nobody measured is replaced by a fixed one. Names of
columns, dates, ids and small counts are no figures.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autoglm_agent.automl.report.collect import RunRecord
from autoglm_agent.chain import Verdict

TEMPLATE = "(A sentence was left out here: it held a figure that nobody measured.)"
SMALL = 10
"""Whole numbers up to this one are counts and steps, as long as they stand without a percent."""

# A number that stands on its own: not part of a word, an id, a version or a date.
_NUMBER = re.compile(
    r"(?<![A-Za-z0-9_.,:/#-])[-+−]?(?P<digits>\d{1,3}(?:[,  ]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
    r"(?P<power>[eE][-+]?\d+)?(?P<unit>\s?(?:%|percent\b|per cent\b|k\b|thousand\b|M\b|million\b))?"
    r"(?![A-Za-z0-9_-]|\.\d|:\d|/\d)"
)
_SENTENCE = re.compile(r"[^.!?。！？\n]*(?:\.(?=\d)[^.!?。！？\n]*)*(?:[.!?。！？]+|\n|$)")
_SCALES = {"%": 0.01, "percent": 0.01, "per cent": 0.01, "k": 1e3, "thousand": 1e3,
           "M": 1e6, "million": 1e6}  # fmt: skip


@dataclass(frozen=True)
class Grounded:
    """A text of which every figure was measured.

    Attributes:
        text: The text, ungrounded sentences replaced.
        invented: The numbers that were not found, as they were written.
        found: How many numbers were found.
    """

    text: str
    invented: tuple[str, ...]
    found: int

    def verdict(self) -> Verdict:
        """Return what V02 says of the original text."""
        fact = f"All {self.found} figures of the text were measured."
        if self.invented:
            fact = f"{len(self.invented)} figures of the text were not measured: "
            fact += f"{', '.join(self.invented[:5])}. Their sentences were replaced."
        return Verdict(
            check="V02",
            title="Figures in prose",
            status="fail" if self.invented else "pass",
            fact=fact,
            statistic=float(len(self.invented)),
            threshold=0.0,
            n=self.found + len(self.invented),
            evidence={"invented": list(self.invented[:50])},
            blame="report" if self.invented else None,
        )


class Grounding:
    """What the texts of one run are held against.

    Args:
        known: Measured numbers, for example the values and bounds of the ledger.
        names: Column names and labels, whose digits are no figures.
        template: What stands in place of an ungrounded sentence.
    """

    def __init__(
        self, known: Iterable[float], names: Sequence[str] = (), template: str = TEMPLATE
    ) -> None:
        self._values = np.array([v for v in known if math.isfinite(v)], dtype=np.float64)
        digits = (n for n in names if len(n) > 1 and any(c.isdigit() for c in n))
        self._names = sorted(digits, key=len, reverse=True)
        self._template = template

    @classmethod
    def of_run(cls, record: RunRecord) -> Grounding:
        """Return what a run measured, with the names of its columns."""
        columns = [str(c.get("name")) for c in (record.profile or {}).get("columns") or ()]
        return cls(known_numbers(record), columns)

    def ground(self, text: str) -> Grounded:
        """Replace the sentences of a text that hold a figure which nobody measured."""
        invented: list[str] = []
        parts: list[str] = []
        found = 0
        for match in _SENTENCE.finditer(text):
            sentence = match.group()
            wrong = []
            for token in numbers_in(self._without_names(sentence)):
                if matches(token, self._values):
                    found += 1
                else:
                    wrong.append(token.group().strip())
            invented += wrong
            if not wrong:
                parts.append(sentence)
            elif not parts or parts[-1].strip() != self._template:
                parts.append(("" if sentence == sentence.lstrip() else " ") + self._template)
                parts[-1] += "\n" if sentence.endswith("\n") else ""
        return Grounded("".join(parts), tuple(invented), found)

    def _without_names(self, sentence: str) -> str:
        """Blank out names that hold digits."""
        if not any(c.isdigit() for c in sentence):
            return sentence
        for name in self._names:
            sentence = sentence.replace(name, "x" * len(name))
        return sentence


def known_numbers(record: RunRecord) -> list[float]:
    """Return every number that a run measured or was asked for.

    The ledger with its bounds, what the verdicts, searches and assessments hold, the profile, and
    the budget and trials that were asked for; and the number of checks.
    """
    found: list[float] = []
    sources = [
        record.run, record.profile, record.ledger, record.explain, record.unsupervised,
        record.forecasts, *record.prepared, *record.searches, *record.assessments,
        *(told.verdict.to_json() for told in record.checks),
    ]  # fmt: skip
    stack: list[Any] = list(sources)
    while stack:
        value = stack.pop()
        if isinstance(value, dict):
            stack += value.values()
        elif isinstance(value, list | tuple):
            stack += value
        elif isinstance(value, int | float) and not isinstance(value, bool):
            found.append(float(value))
    return found + _check_counts(record)


def _check_counts(record: RunRecord) -> list[float]:
    """Return how many checks passed, warned and so on, and how many applied in all."""
    counts = Counter(told.verdict.status for told in record.checks if told.current)
    return [float(n) for n in (*counts.values(), counts["pass"] + counts["warn"])]


def numbers_in(text: str) -> list[re.Match[str]]:
    """Return the numbers of a text that are figures; small counts are not."""
    found = []
    for match in _NUMBER.finditer(text):
        plain = match["digits"].isdigit() and not match["power"] and not match["unit"]
        if not (plain and int(match["digits"]) <= SMALL):
            found.append(match)
    return found


def matches(token: re.Match[str], values: np.ndarray) -> bool:
    """Whether a measured value, rounded to the digits printed, is the number."""
    digits = re.sub(r"[,  ]", "", token["digits"])
    decimals = len(digits.partition(".")[2])
    number = float(digits)
    unit = (token["unit"] or "").strip()
    scale = _SCALES.get(unit, 1.0)
    step = 10.0**-decimals
    if token["power"]:
        factor = 10.0 ** int(token["power"][1:])
        number, step = number * factor, step * factor
    # Half a unit of the last digit, and a hair for the binary fractions.
    room = 0.5 * step * (1 + 1e-9) + 1e-12
    scales = {scale, 1.0} if unit in ("%", "percent", "per cent") else {scale}
    return any(bool((np.abs(np.abs(values) / s - number) <= room).any()) for s in scales)
