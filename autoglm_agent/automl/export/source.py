"""How a script reads the run's file, found by reading it so and comparing the columns."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from autoglm_agent.automl.data.readers.dialect import detect_dialect
from autoglm_agent.automl.data.readers.limits import LIMITS
from autoglm_agent.automl.data.readers.source import load_source
from autoglm_agent.automl.data.readers.text import to_utf8
from autoglm_agent.automl.data.table import Table
from autoglm_agent.automl.export.literals import literal
from autoglm_agent.automl.export.pieces import reading
from autoglm_agent.errors import AutoGLMError, InputError

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "cp1252", "gb18030", "latin-1")


@dataclass(frozen=True)
class Described:
    """How the file is read.

    Attributes:
        code: Source of the function `read`.
        columns: Source of the mapping from column names to converters.
        uses: Functions of `pieces.reading` that occur in it.
    """

    code: str
    columns: str
    uses: tuple[str, ...]


def described_source(
    asked: dict[str, Any],
    table: Table,
    typed: pd.DataFrame,
    formats: Mapping[str, str | None],
) -> Described:
    """Describe how to read the file so that the wanted columns are as they were.

    Args:
        asked: What `run.json` says: `data` and `query`.
        table: The table as it was read.
        typed: Its columns as `typed_frame` gave them.
        formats: The columns that the model needs, the target included, with the way in which
            the profile says that they are written.

    Raises:
        InputError: If the file is gone or changed, or plain pandas cannot read it to the same.
    """
    path = str(asked.get("data") or "")
    if asked.get("query") or not os.path.exists(path):
        why = "it was read by a query" if asked.get("query") else f"the file {path!r} is gone"
        raise _unreadable("the table of this run", why)
    source = load_source(path, LIMITS)
    if source.digest != table.digest:
        raise InputError(f"{path} was changed since the run.", "Give it back, or run again.")
    options: dict[str, Any] = {}
    if source.data[:4] == b"PAR1":
        name, raw = "read_parquet", pd.read_parquet(path)
    else:
        name, (raw, options) = "read_csv", _read_delimited(path, source.data, table)
    if len(raw) != len(typed):
        raise _unreadable(path, f"pandas finds {len(raw)} rows, not {len(typed)}")
    kinds = {n: _converter(raw[n], typed[n], n, form) for n, form in formats.items()}
    told = "".join(
        f", {key}={literal(value, indent=4, start=40)}" for key, value in options.items()
    )
    code = (
        "def read(path: str, columns: Mapping[str, Converter]) -> pd.DataFrame:\n"
        '    """Read the columns of a table that are wanted."""\n'
        f"    return {name}(path, columns{told})"
    )
    inner = ",\n    ".join(f"{literal(column)}: {kind}" for column, kind in kinds.items())
    named = {kind.partition("(")[0] for kind in kinds.values()}
    return Described(code, f"{{\n    {inner},\n}}", tuple(sorted({name, "Converter", *named})))


def _read_delimited(path: str, data: bytes, table: Table) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Return the cells as text, and the options that read them so."""
    try:
        text, _ = to_utf8(data, path)
        dialect = detect_dialect(text, path)
        encoding = _encoding(data, text)
        options: dict[str, Any] = {} if encoding == "utf-8" else {"encoding": encoding}
        if dialect.delimiter != ",":
            options["sep"] = dialect.delimiter or "\x1f"
        if dialect.skip:
            options["skip"] = text[: dialect.skip].count(b"\n")
        if dialect.padded:
            options["padded"] = True
        names = [str(name) for name in table.frame.columns]
        found = pd.read_csv(
            path, nrows=0, sep=options.get("sep", ","), encoding=encoding,
            skiprows=options.get("skip", 0), index_col=False,
        ).columns  # fmt: skip
        if list(map(str, found)) != names:
            options["header"] = names
        raw = reading.read_csv(path, dict.fromkeys(names, lambda column: column), **options)
    except (AutoGLMError, ValueError, KeyError) as error:
        raise _unreadable(path, f"pandas does not read it as it was read ({error})") from error
    return raw, options


def _encoding(data: bytes, text: bytes) -> str:
    for name in ENCODINGS:
        try:
            plain = data.decode(name).replace("\r\n", "\n").strip()
        except UnicodeError:
            continue
        if plain == text.decode("utf-8").replace("\r\n", "\n").strip():
            return name
    return "utf-8"


def _converter(raw: pd.Series, typed: pd.Series, name: str, form: str | None) -> str:
    """Return the source of the first converter that gives the column as it was read."""
    candidates: list[tuple[str, reading.Converter]] = [
        ("number", reading.number),
        ("truth", reading.truth),
        ("text", reading.text),
        ("marked", reading.marked),
        ('text_with("NA")', reading.text_with("NA")),
        ("moment", reading.moment),
    ]
    if form and form.startswith("number"):
        candidates.append((f"number_as({literal(form)})", reading.number_as(form)))
    elif form:
        candidates.append((f"date({literal(form)})", reading.date(form)))
    for told, convert in candidates:
        try:
            if _same(convert(raw), typed):
                return told
        except (ValueError, TypeError, AttributeError):
            continue
    raise _unreadable(f"the column {name!r}", "plain pandas reads it differently from the run")


def _same(found: pd.Series, typed: pd.Series) -> bool:
    if not np.array_equal(found.isna().to_numpy(), typed.isna().to_numpy()):
        return False
    for kind in (pd.api.types.is_bool_dtype, pd.api.types.is_numeric_dtype):
        if kind(typed) != kind(found):
            return False
    there = typed.notna().to_numpy()
    one, two = found[there], typed[there]
    if pd.api.types.is_numeric_dtype(typed):
        return bool(np.array_equal(one.to_numpy(dtype=float), two.to_numpy(dtype=float)))
    return bool((one.to_numpy() == two.to_numpy()).all())


def _unreadable(what: str, why: str) -> InputError:
    return InputError(
        f"A plain script cannot read {what}: {why}.",
        "Write the table to a CSV file with plain numbers and dates, and run on that.",
    )
