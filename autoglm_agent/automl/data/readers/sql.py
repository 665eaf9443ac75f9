"""One SELECT over a file, in a database that can reach nothing else.

The data is copied into (or attached read-only to) an in-memory DuckDB, then external access is
switched off and the configuration locked: no file, no network, no extension, no way back. The
statement must be a single SELECT, its time, memory and result size are bounded.
"""

from __future__ import annotations

import os
import re
import sqlite3
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa

from autoglm_agent.automl.data.readers.columnar import from_arrow
from autoglm_agent.automl.data.readers.limits import Limits
from autoglm_agent.automl.data.readers.names import clean_text
from autoglm_agent.automl.data.readers.source import Source
from autoglm_agent.automl.data.readers.values import type_values
from autoglm_agent.errors import InputError

if TYPE_CHECKING:
    import duckdb

_LOCKDOWN = (
    "SET enable_external_access = false",
    "SET autoload_known_extensions = false",
    "SET autoinstall_known_extensions = false",
    "SET allow_community_extensions = false",
    "SET python_enable_replacements = false",
    "SET memory_limit = '2GB'",
    "SET threads = 1",
    "SET lock_configuration = true",
)


def query_frame(
    frame: pd.DataFrame, source: Source, query: str, limits: Limits
) -> tuple[pd.DataFrame, list[str]]:
    """Run a SELECT over one table, which is called `data` and by the file's name.

    Args:
        frame: The table.
        source: The file that it came from.
        query: One SELECT statement.
        limits: Largest result, and seconds.

    Returns:
        The result's typed frame, and a sentence for each repair.

    Raises:
        InputError: If it is not one SELECT, does not run, takes too long, or gives no rows.
    """
    connection = _connect()
    try:
        _store(connection, "data", frame)
        stem = source.name.split(".")[0]
        if stem and stem.lower() != "data":
            connection.execute(f"CREATE VIEW {_quote(stem)} AS SELECT * FROM data")  # noqa: S608
        return _select(connection, source.path, query, limits)
    finally:
        connection.close()


class QueryTimeoutError(InputError):
    """The query was stopped because its time was over."""


def query_tables(
    tables: Mapping[str, pd.DataFrame | pa.Table], query: str, limits: Limits
) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Run a SELECT over tables and give back plain rows.

    Args:
        tables: Name to table.
        query: One SELECT statement.
        limits: Largest result, and seconds.

    Returns:
        The result's column names, and its rows, of which there may be none.

    Raises:
        QueryTimeoutError: If it takes too long.
        InputError: If it is not one SELECT, does not run, or gives too much.
    """
    connection = _connect()
    try:
        for name, table in tables.items():
            _store(connection, name, table)
        found = _result(connection, query, limits)
        return found.column_names, list(zip(*(c.to_pylist() for c in found.columns), strict=True))
    finally:
        connection.close()


def read_database(
    source: Source, kind: str, query: str | None, limits: Limits
) -> tuple[pd.DataFrame, list[str]]:
    """Read from an SQLite or DuckDB file: the query's result, or the only table.

    Args:
        source: The file.
        kind: `sqlite` or `duckdb`.
        query: One SELECT statement; None for the only table.
        limits: Largest input and result, and seconds.

    Returns:
        The typed frame, and a sentence for each repair.

    Raises:
        InputError: If the file is damaged, has several tables and no query is given, or as
            `query_frame`.
    """
    connection = _connect()
    try:
        tables = _load_sqlite(connection, source, limits) if kind == "sqlite" else None
        if tables is None:
            tables = _attach(connection, source)
        if query is None:
            if len(tables) != 1:
                listed = ", ".join(map(repr, tables[:12])) or "none"
                raise InputError(
                    f"{source.path} has {len(tables)} tables: {listed}.",
                    "Give a query, such as SELECT * FROM one of them."
                    if tables
                    else "Give a database with a table.",
                )
            query = f"SELECT * FROM {_quote(tables[0])}"  # noqa: S608 - quoted identifier
        return _select(connection, source.path, query, limits)
    finally:
        connection.close()


def _connect() -> duckdb.DuckDBPyConnection:
    import duckdb

    return duckdb.connect(":memory:", config={"autoinstall_known_extensions": "false"})


def _store(
    connection: duckdb.DuckDBPyConnection, name: str, table: pd.DataFrame | pa.Table
) -> None:
    if isinstance(table, pd.DataFrame):
        table = pa.Table.from_pandas(table, preserve_index=False)
    connection.register("incoming", table)
    connection.execute(f"CREATE TABLE {_quote(name)} AS SELECT * FROM incoming")  # noqa: S608
    connection.unregister("incoming")


def _attach(connection: duckdb.DuckDBPyConnection, source: Source) -> list[str]:
    import duckdb

    path = os.path.abspath(source.path).replace("'", "''")
    try:
        connection.execute(f"ATTACH '{path}' AS source (TYPE duckdb, READ_ONLY)")
    except duckdb.Error as error:
        raise InputError(
            f"{source.path} cannot be opened as a DuckDB database: {_first_line(error)}.",
            "Close programs that write to it, or export the table as Parquet.",
        ) from None
    connection.execute("USE source")
    found = connection.execute(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = 'source' ORDER BY 1"
    ).fetchall()
    return [name for (name,) in found]


def _load_sqlite(
    connection: duckdb.DuckDBPyConnection, source: Source, limits: Limits
) -> list[str]:
    """Copy every table; DuckDB's own SQLite reader is an extension that it would download."""
    database = sqlite3.connect(":memory:")
    try:
        database.deserialize(source.data)
        rows = database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' "
            "ESCAPE '\\' ORDER BY name"
        ).fetchall()
        names = [name for (name,) in rows]
        for name in names:
            frame = _sqlite_table(database, name, limits, source.path)
            if frame is not None:
                _store(connection, name, frame)
    except sqlite3.Error as error:
        raise InputError(
            f"{source.path} is a damaged SQLite database: {error}.", "Export the table as CSV."
        ) from None
    finally:
        database.close()
    return names


def _sqlite_table(
    database: sqlite3.Connection, name: str, limits: Limits, path: str
) -> pd.DataFrame | None:
    cursor = database.execute(f"SELECT * FROM {_quote(name)}")  # noqa: S608 - quoted identifier
    columns = [str(entry[0]) for entry in cursor.description]
    rows: list[Any] = []
    while chunk := cursor.fetchmany(10_000):
        rows += chunk
        limits.check_shape(len(rows), len(columns), f"{path}, table {name!r},")
    if not rows:
        return None
    values = {column: [row[i] for row in rows] for i, column in enumerate(columns)}
    return type_values(values)[0]


def _select(
    connection: duckdb.DuckDBPyConnection, path: str, query: str, limits: Limits
) -> tuple[pd.DataFrame, list[str]]:
    table = _result(connection, query, limits)
    if not table.num_rows:
        raise InputError("The query gives no rows.", "Loosen its conditions.")
    return from_arrow(table, f"{path} (query)")


def _result(connection: duckdb.DuckDBPyConnection, query: str, limits: Limits) -> pa.Table:
    """Lock the database, and run one SELECT within the limits."""
    import duckdb

    for setting in _LOCKDOWN:
        connection.execute(setting)
    _require_one_select(connection, query)
    timer = threading.Timer(limits.query_seconds, connection.interrupt)
    timer.start()
    try:
        reader: pa.RecordBatchReader = connection.sql(query).to_arrow_reader(20_000)
        batches, rows, size = [], 0, 0
        for batch in reader:
            rows, size = rows + batch.num_rows, size + batch.nbytes
            limits.check_shape(rows, batch.num_columns, "The query's result")
            limits.check_bytes(size, "The query's result")
            batches.append(batch)
        return pa.Table.from_batches(batches, schema=reader.schema)
    except duckdb.InterruptException:
        raise QueryTimeoutError(
            f"The query ran longer than {limits.query_seconds:g} s.", "Simplify it."
        ) from None
    except (duckdb.Error, pa.ArrowException, OSError) as error:
        if "interrupt" in str(error).lower():
            raise QueryTimeoutError(
                f"The query ran longer than {limits.query_seconds:g} s.", "Simplify it."
            ) from None
        raise InputError(
            f"The query failed: {_failure(error)}.", f"Correct the SQL; {_tables(connection)}."
        ) from None
    finally:
        timer.cancel()


def _failure(error: Exception) -> str:
    """Return what went wrong, without DuckDB's guesses at names: it knows only its own."""
    return _first_line(error).split(" Did you mean ")[0].rstrip("!. ")


def _tables(connection: duckdb.DuckDBPyConnection) -> str:
    """Name the tables that a query can read."""
    found = connection.execute(
        "SELECT table_name FROM duckdb_tables() WHERE NOT internal UNION "
        "SELECT view_name FROM duckdb_views() WHERE NOT internal ORDER BY 1"
    ).fetchall()
    return f"the tables are {', '.join(repr(name) for (name,) in found[:12])}"


def _require_one_select(connection: duckdb.DuckDBPyConnection, query: str) -> None:
    import duckdb

    try:
        statements = connection.extract_statements(query)
    except duckdb.Error as error:
        raise InputError(
            f"The query is no valid SQL: {_first_line(error)}.", "Give one SELECT statement."
        ) from None
    kinds = [statement.type.name for statement in statements]
    if kinds != ["SELECT"]:
        raise InputError(
            f"The query must be one SELECT, not {', '.join(kinds) or 'empty'}.",
            "Give a single SELECT statement.",
        )


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _first_line(error: Exception) -> str:
    text = re.split(r"\n\s*(?:\n|LINE)", str(error))[0]
    return clean_text(text).rstrip(".")[:300]
