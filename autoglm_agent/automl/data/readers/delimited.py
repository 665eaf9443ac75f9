"""CSV and its relatives.

Everything is read as text by Arrow, which insists on as many cells as the header has names, and
typed afterwards (`cells`). A sentinel row at the end shows whether a quote was left open.
"""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator

import pandas as pd
import pyarrow as pa
import pyarrow.csv as pacsv

from autoglm_agent.automl.data.readers.cells import type_columns
from autoglm_agent.automl.data.readers.dialect import Dialect, detect_dialect
from autoglm_agent.automl.data.readers.limits import Limits
from autoglm_agent.automl.data.readers.names import clean_names
from autoglm_agent.automl.data.readers.source import Source
from autoglm_agent.automl.data.readers.text import to_utf8
from autoglm_agent.errors import InputError

_SENTINEL = "\x1e"  # cannot occur: control characters are removed before
_NEVER = "\x1f"  # the delimiter where there is none


def read_delimited(source: Source, limits: Limits) -> tuple[pd.DataFrame, list[str]]:
    """Read delimited text.

    Args:
        source: The file.
        limits: Largest input.

    Returns:
        The typed frame, and a sentence for each repair.

    Raises:
        InputError: If it is no table: no rows, rows of unequal width, an open quote, NULs, two
            columns of one name.
    """
    data, repairs = to_utf8(source.data, source.path)
    data = _without_blank_end(data)
    if not data.strip():
        raise InputError(
            f"{source.path} has only blank lines, no columns.", "Give a file with a header line."
        )
    dialect = detect_dialect(data, source.path)
    limits.check_shape(data.count(b"\n") + 1, dialect.width, source.path)
    data = data[dialect.skip :]
    if dialect.padded:
        data = _unpad(data, dialect)
        if dialect.delimiter == " ":
            repairs.append("Cells are separated by blanks; several count as one.")
        else:
            repairs.append("The blank after every delimiter was removed.")
    columns = _parse(data, dialect, source.path)
    if dialect.width == 1 and b'"' not in data:
        skipped = data.strip(b"\r\n").count(b"\n") + 1 - len(columns[0])
        repairs += [f"{skipped} blank lines were skipped."] if skipped else []
    header = [column[0].as_py() for column in columns]
    columns = [column.slice(1) for column in columns]
    if dialect.trailing or (len(header) > 1 and not header[-1].strip()):
        header, columns = _without_trailing(header, columns, dialect, data, source.path, repairs)
    if not len(columns[0]):
        raise InputError(
            f"{source.path} has a header with {len(header)} column(s) but no rows.",
            "Give a file with rows below the header line.",
        )
    names, renamed = clean_names(header, source.path)
    frame, typed = type_columns(names, columns, decimal_comma=dialect.delimiter != ",")
    return frame, [*repairs, *renamed, *typed]


def _without_blank_end(data: bytes) -> bytes:
    end = len(data)
    while (cut := data.rfind(b"\n", 0, end)) >= 0 and not data[cut:end].strip(b" \r\n"):
        end = cut
    return data[:end]


def _unpad(data: bytes, dialect: Dialect) -> bytes:
    """Write the text anew without the blank after the delimiter, before which quotes are text."""
    text = io.StringIO(data.decode("utf-8", "replace"), newline="")
    out = io.StringIO(newline="")
    delimiter = dialect.delimiter or ","
    with _long_cells():
        rows = csv.reader(text, delimiter=delimiter, skipinitialspace=True)
        csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return out.getvalue().rstrip("\n").encode("utf-8", "replace")


def _parse(data: bytes, dialect: Dialect, path: str) -> list[pa.Array]:
    """Return the columns as text, the header in front."""
    width = dialect.width + dialect.trailing
    sentinel = (dialect.delimiter or _NEVER).join([_SENTINEL] * width)
    text = data + b"\n" + sentinel.encode()
    names = [f"f{i}" for i in range(width)]
    if dialect.trailing:  # give the header its missing cell
        end = _header_end(data, dialect)
        text = text[:end] + (dialect.delimiter or ",").encode() + text[end:]
    quoted = dialect.delimiter is not None
    try:
        table = pacsv.read_csv(
            pa.BufferReader(text),
            read_options=pacsv.ReadOptions(
                use_threads=False, block_size=min(len(text) + 1, 2**31 - 1), column_names=names
            ),
            parse_options=pacsv.ParseOptions(
                delimiter=dialect.delimiter or _NEVER,
                quote_char='"' if quoted else False,
                newlines_in_values=quoted,
                ignore_empty_lines=True,
            ),
            convert_options=pacsv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid as error:
        raise _diagnose(data, dialect, path, str(error)) from None
    columns = [column.combine_chunks() for column in table.columns]
    if columns[-1][-1].as_py() != _SENTINEL:
        raise _diagnose(data, dialect, path, "A quote is never closed")
    return [column.slice(0, len(column) - 1) for column in columns]


def _header_end(data: bytes, dialect: Dialect) -> int:
    text = io.StringIO(data[:1_000_000].decode("utf-8", "replace"), newline="")
    reader = csv.reader(text, delimiter=dialect.delimiter or ",")
    while not next(reader):
        pass
    lines = data.split(b"\n", reader.line_num)[: reader.line_num]
    return len(b"\n".join(lines).rstrip(b"\r"))


def _without_trailing(
    header: list[str],
    columns: list[pa.Array],
    dialect: Dialect,
    data: bytes,
    path: str,
    repairs: list[str],
) -> tuple[list[str], list[pa.Array]]:
    """Leave out a last column that has no name and no value."""
    filled = any(value.strip() for value in columns[-1].unique().to_pylist())
    if filled and dialect.trailing:
        raise _diagnose(data, dialect, path, "rows have a value after the last column")
    if filled:
        return header, columns
    repairs.append("A delimiter at the end of every row was ignored.")
    return header[:-1], columns[:-1]


class _long_cells:
    """Let the csv module read cells of any length, and put its limit back."""

    def __enter__(self) -> None:
        self._old = csv.field_size_limit(min(sys.maxsize, 2**31 - 1))

    def __exit__(self, *_: object) -> None:
        csv.field_size_limit(self._old)


def _records(data: bytes, dialect: Dialect) -> Iterator[tuple[int, int, int]]:
    """Yield (first line, last line, cells) of each record, counted from 1."""
    text = io.StringIO(data.decode("utf-8", "replace"), newline="")
    reader = csv.reader(text, delimiter=dialect.delimiter or _NEVER)
    last = 0
    for row in reader:
        if row:
            yield last + 1, reader.line_num, len(row)
        last = reader.line_num


def _diagnose(data: bytes, dialect: Dialect, path: str, reason: str) -> InputError:
    """Name the lines that do not fit, by reading the file once more, slowly."""
    with _long_cells():
        records = list(_records(data, dialect))
    offset = 1 if dialect.skip else 0
    records = [(first + offset, last + offset, cells) for first, last, cells in records]
    expected = records[0][2]
    body = records[1:]
    wrong = [record for record in body if record[2] != expected]
    if "never closed" in reason or (body and body[-1][1] - body[-1][0] > 5 and body[-1] in wrong):
        first = (wrong or body or records)[-1][0]
        return InputError(
            f"{path}: a quote opened in the row of line {first} is never closed.",
            'Close the quote, or double it ("") where it is part of the text.',
        )
    if not wrong:
        return InputError(f"{path} cannot be read: {reason}.", "Export the table again as CSV.")
    if len({cells for *_, cells in body}) == 1 and len(body) > 1:
        return InputError(
            f"{path}: line 1 names {expected} columns, but every row has {wrong[0][2]} cells "
            f"(from line {wrong[0][0]}).",
            "Correct the header line; often the name of the first column is missing.",
        )
    shown = ", ".join(
        f"line {first} has {cells}"
        + (f" (its quoted text runs to line {last}: is a quote left open?)" if last > first else "")
        for first, last, cells in wrong[:5]
    )
    more = f" and {len(wrong) - 5} more rows" if len(wrong) > 5 else ""
    return InputError(
        f"{path}: the header has {expected} cells separated by {dialect.word}, but {shown}{more}.",
        "Correct these rows; put cells that hold the delimiter between double quotes.",
    )
