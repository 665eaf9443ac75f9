"""Excel workbooks (.xlsx): values as last calculated, from the first sheet that has any."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pandas as pd

from autoglm_agent.automl.data.readers.limits import Limits
from autoglm_agent.automl.data.readers.names import clean_names
from autoglm_agent.automl.data.readers.source import Source
from autoglm_agent.automl.data.readers.values import type_values
from autoglm_agent.errors import InputError


def read_excel(source: Source, limits: Limits) -> tuple[pd.DataFrame, list[str]]:
    """Read a workbook's first filled sheet; its first filled row is the header.

    Args:
        source: The file.
        limits: Largest input; the unpacked size is checked before reading.

    Returns:
        The typed frame, and a sentence for each repair.

    Raises:
        InputError: If the workbook is damaged or protected, or no sheet has rows below a header.
    """
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with zipfile.ZipFile(io.BytesIO(source.data)) as archive:
            unpacked = sum(item.file_size for item in archive.infolist())
        limits.check_bytes(unpacked, f"{source.path}, unpacked,")
        book = load_workbook(io.BytesIO(source.data), read_only=True, data_only=True)
        try:
            for sheet in book.worksheets:
                rows = _filled_rows(sheet, limits, source.path)
                if rows:
                    others = [other.title for other in book.worksheets if other is not sheet]
                    frame, repairs = _frame(rows, sheet.title, source.path)
                    return frame, [*_told_sheets(sheet.title, others), *repairs]
        finally:
            book.close()
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, SyntaxError) as error:
        # openpyxl tells a damaged workbook by whichever of these its parser met first.
        raise InputError(
            f"{source.path} is a damaged workbook: {error}.", "Save it again as .xlsx or CSV."
        ) from None
    raise InputError(f"{source.path} has no filled sheet.", "Give a sheet with a header and rows.")


def _told_sheets(read: str, others: list[str]) -> list[str]:
    """Say which sheets were left: what is wanted may lie in one of them."""
    if not others:
        return []
    listed = ", ".join(map(repr, others[:5])) + (", …" if len(others) > 5 else "")
    return [f"Sheet {read!r} was read, not {listed}: save another one as a file of its own."]


def _filled_rows(sheet: Any, limits: Limits, path: str) -> list[tuple[int, tuple[Any, ...]]]:
    sheet.reset_dimensions()  # the stored size may be wrong, by accident or on purpose
    rows: list[tuple[int, tuple[Any, ...]]] = []
    cells = 0
    for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
        cells += len(row)
        limits.check_shape(-(-cells // max(1, len(row))), len(row), path)
        if any(value not in (None, "") for value in row):
            rows.append((number, row))
    return rows


def _frame(
    rows: list[tuple[int, tuple[Any, ...]]], title: str, path: str
) -> tuple[pd.DataFrame, list[str]]:
    widths = [max(i for i, v in enumerate(row, 1) if v not in (None, "")) for _, row in rows]
    number, header = rows[0]
    width = widths[0]
    if len(rows) == 1:
        raise InputError(
            f"{path}, sheet {title!r}, has a header but no rows.", "Add rows below the header."
        )
    for (line, _), filled in zip(rows[1:], widths[1:], strict=True):
        if filled > width:
            raise InputError(
                f"{path}, sheet {title!r}: the header in row {number} has {width} cells, but row "
                f"{line} has {filled}.",
                "Remove titles above the header and notes beside the table, or add the names.",
            )
    names, repairs = clean_names(header[:width], path)
    body = [row + (None,) * (width - len(row)) for _, row in rows[1:]]
    columns = {name: [row[i] for row in body] for i, name in enumerate(names)}
    frame, typed = type_values(columns)
    return frame, [*repairs, *typed]
