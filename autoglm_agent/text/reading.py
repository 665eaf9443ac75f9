"""Labelled texts: a table with a column of texts and one of labels, or a folder per class."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from autoglm_agent.automl.data.table import read_table
from autoglm_agent.automl.raw.inputs import RawInputs, Values
from autoglm_agent.errors import InputError
from autoglm_agent.text.typos import mistype

LABELS = ("label", "class", "target", "category", "y")
MOST_BYTES = 10_000_000
"""Of one file of a folder."""


def read_texts(
    source: str | Path, *, label: str | None = None, text: str | None = None
) -> RawInputs:
    """Read labelled texts.

    Args:
        source: A table (any format that tables are read from), or a folder with a folder of `.txt`
            files for each class.
        label: Column of the labels; by default one that is called so.
        text: Column of the texts; by default the one with the longest.

    Raises:
        InputError: If there are no labelled texts.
    """
    path = Path(source).expanduser()
    if path.is_dir():
        texts, labels, notes = _of_folder(path)
    else:
        texts, labels, notes = _of_table(path, label, text)
    return text_inputs(texts, labels, str(source), notes)


def text_inputs(
    texts: Sequence[str], labels: Sequence[Any], source: str, notes: Sequence[str] = ()
) -> RawInputs:
    """Return texts as inputs of the harness; their lengths are the measures."""
    measures = pd.DataFrame(
        {"characters": [len(t) for t in texts], "words": [len(t.split()) for t in texts]}
    )

    def typos(values: Values, rng: np.random.Generator) -> list[str]:
        return [mistype(str(value), rng) for value in values]

    def shouting(values: Values, _: np.random.Generator) -> list[str]:
        return [str(value).upper() for value in values]

    return RawInputs(
        "text", list(texts), list(labels), source, measures, tuple(notes),
        {"typos": typos, "capitals": shouting},
    )  # fmt: skip


def _of_folder(path: Path) -> tuple[list[str], list[str], list[str]]:
    texts, labels, empty = [], [], []
    for folder in sorted(p for p in path.iterdir() if p.is_dir() and not p.name.startswith(".")):
        for file in sorted(folder.rglob("*.txt")):
            if not file.resolve().is_relative_to(path.resolve()):
                continue
            if file.stat().st_size > MOST_BYTES:
                raise InputError(f"{file.name} is larger than {MOST_BYTES} bytes.", "Split it.")
            text = file.read_bytes().decode("utf-8", "replace")
            if text.strip():
                texts.append(text)
                labels.append(folder.name)
            else:
                empty.append(str(file.relative_to(path))[:80])
    if not texts:
        found = f"; {empty[0]} is empty" if empty else ""
        raise InputError(
            f"{str(path)!r} has no folders with .txt files of text{found}.",
            "Put each class into its own folder.",
        )
    return texts, labels, [f"{len(empty)} files are empty, first {empty[0]}."] if empty else []


def _of_table(
    path: Path, label: str | None, text: str | None
) -> tuple[list[str], list[Any], list[str]]:
    frame = read_table(path).frame
    name = label or next((str(c) for c in frame.columns if str(c).casefold() in LABELS), None)
    if name is None or name not in frame:
        raise InputError(
            f"There is no column {name!r}." if name else "No column holds the labels.",
            "Name it with --label.",
        )
    column = text or _longest(frame.drop(columns=[name]))
    if column not in frame:
        raise InputError(f"There is no column {column!r}.", "Name it with --text.")
    if column == name:
        raise InputError(f"{name!r} cannot be both text and label.", "Name another with --text.")
    empty = frame[column].isna() | (frame[column].astype("str").str.strip() == "")
    lacking = np.flatnonzero(empty | frame[name].isna())
    known = frame.drop(index=frame.index[lacking])
    if not len(known):
        raise InputError(
            f"No row of {path.name} has both a text in {column!r} and a label in {name!r}.",
            "Name the columns with --text and --label.",
        )
    notes = []
    if len(lacking):
        first = int(lacking[0]) + 1
        notes.append(f"{len(lacking)} rows lack a text or a label, first row {first}.")
    return known[column].astype("str").tolist(), known[name].tolist(), notes


def _longest(frame: pd.DataFrame) -> str:
    lengths = {
        str(c): float(frame[c].dropna().astype("str").str.len().mean())
        for c in frame.columns if not pd.api.types.is_numeric_dtype(frame[c])
    }  # fmt: skip
    if not lengths:
        raise InputError("The table has no column of texts.", "Name it with --text.")
    return max(lengths, key=lambda c: lengths[c])
