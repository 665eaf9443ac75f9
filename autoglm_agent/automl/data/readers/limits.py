"""Budgets that a file must keep before and while it is read.

A small file can unfold into a table that fills the memory (a compressed column of one repeated
value); so what a file says of its own size is checked first, and what comes out is counted.
"""

from __future__ import annotations

from dataclasses import dataclass

from autoglm_agent.errors import InputError


@dataclass(frozen=True)
class Limits:
    """Largest input that is read.

    Attributes:
        bytes: Of the file, and again of its contents after decompression.
        cells: Rows times columns.
        columns: Columns.
        query_seconds: Seconds that an SQL query may take.
    """

    bytes: int = 2_000_000_000
    cells: int = 150_000_000
    columns: int = 20_000
    query_seconds: float = 60.0

    def check_bytes(self, count: int, what: str) -> None:
        """Raise `InputError` if `what` has more bytes than are read."""
        if count > self.bytes:
            raise InputError(
                f"{what} has {count:,} bytes; at most {self.bytes:,} are read.",
                "Give a sample of the rows, or fewer columns.",
            )

    def check_shape(self, rows: int, columns: int, what: str) -> None:
        """Raise `InputError` if a table of that shape is too large."""
        if columns > self.columns:
            raise InputError(
                f"{what} has {columns:,} columns; at most {self.columns:,} are read.",
                "Give fewer columns.",
            )
        if rows * columns > self.cells:
            raise InputError(
                f"{what} has {rows:,} rows x {columns:,} columns; "
                f"at most {self.cells:,} cells are read.",
                "Give a sample of the rows, or fewer columns.",
            )


LIMITS = Limits()
