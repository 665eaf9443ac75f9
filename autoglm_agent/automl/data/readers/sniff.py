"""What a file is, told by its first bytes; the suffix only decides between kinds of text."""

from __future__ import annotations

import io
import json
import re
import zipfile
from typing import Literal

from autoglm_agent.automl.data.readers.source import Source
from autoglm_agent.errors import InputError

Format = Literal["delimited", "parquet", "json", "excel", "sqlite", "duckdb"]

SUFFIXES: dict[str, Format] = {
    "csv": "delimited",
    "tsv": "delimited",
    "tab": "delimited",
    "psv": "delimited",
    "txt": "delimited",
    "data": "delimited",
    "dat": "delimited",
    "parquet": "parquet",
    "pq": "parquet",
    "json": "json",
    "jsonl": "json",
    "ndjson": "json",
    "xlsx": "excel",
    "xlsm": "excel",
    "sqlite": "sqlite",
    "sqlite3": "sqlite",
    "db": "sqlite",
    "duckdb": "duckdb",
}

NAMES: dict[Format, str] = {
    "delimited": "delimited text",
    "parquet": "Parquet",
    "json": "JSON",
    "excel": "an Excel workbook",
    "sqlite": "an SQLite database",
    "duckdb": "a DuckDB database",
}

_REFUSED = (
    (re.compile(rb"^\x80[\x02-\x05]"), "a Python pickle, which can run code when it is opened"),
    (re.compile(rb"^\x89PNG|^\xff\xd8\xff|^GIF8|^RIFF....WEBP", re.S), "an image"),
    (re.compile(rb"^%PDF"), "a PDF document"),
    (re.compile(rb"^\xd0\xcf\x11\xe0"), "an old Excel or Word file (.xls, .doc)"),
    (re.compile(rb"^(BZh|\xfd7zXZ\x00|\x28\xb5\x2f\xfd|7z\xbc\xaf|Rar!)"), "a compressed archive"),
    (re.compile(rb"^\x7fELF|^MZ\x90"), "a program"),
    (re.compile(rb"^\x89HDF|^ARROW1|^FEA1|^ORC|^Obj\x01|^\x93NUMPY"), "a binary data file"),
    (re.compile(rb"^\s*(<!doctype html|<html|<\?xml)", re.I), "an HTML or XML page"),
)


def sniff(source: Source) -> tuple[Format, str | None]:
    """Tell the format of a file by its contents.

    Returns:
        The format, and a repair sentence if the suffix says otherwise.

    Raises:
        InputError: If it is of a kind that is not read (pickle, image, archive, page, …).
    """
    told = SUFFIXES.get(source.suffix)
    found = _by_magic(source)
    if found is None:
        if told in ("parquet", "excel", "sqlite", "duckdb"):
            raise InputError(
                f"{source.path} is called .{source.suffix} but is not {NAMES[told]}.",
                "Export the file again, or give it the suffix of what it is.",
            )
        if told != "json" and _is_json(source.data):
            repair = f"The file is called .{source.suffix} but is JSON; it was read so."
            return "json", repair if source.suffix else None
        return told or "delimited", None
    if told is not None and told != found:
        if {told, found} == {"sqlite", "duckdb"}:
            return found, None
        return found, f"The file is called .{source.suffix} but is {NAMES[found]}; it was read so."
    return found, None


def _by_magic(source: Source) -> Format | None:
    head = source.data[:512]
    if head[:4] == b"PAR1":
        return "parquet"
    if head.startswith(b"SQLite format 3\0"):
        return "sqlite"
    if head[8:12] == b"DUCK":
        return "duckdb"
    if head[:4] == b"PK\x03\x04":
        if _is_workbook(source.data):
            return "excel"
        raise _refusal(source, "a zip archive")
    for pattern, what in _REFUSED:
        if pattern.search(head):
            raise _refusal(source, what)
    return None


def _is_workbook(data: bytes) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except zipfile.BadZipFile:
        return False


def _refusal(source: Source, what: str) -> InputError:
    return InputError(
        f"{source.path} is {what}, not a table that can be read.",
        "Export the table as CSV, Parquet, JSON lines or .xlsx.",
    )


def _is_json(data: bytes) -> bool:
    if re.match(rb"^\s*\[\s*\{", data[:512]):
        return True
    first = data[:1_000_000].lstrip().split(b"\n", 1)[0]
    if first[:1] != b"{":
        return False
    try:
        return isinstance(json.loads(first), dict)
    except (ValueError, RecursionError):
        return False
