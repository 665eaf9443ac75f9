"""A table as it was read: a frame, its origin's digest, and every repair made on the way."""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from autoglm_agent.automl.data.readers.columnar import read_parquet
from autoglm_agent.automl.data.readers.delimited import read_delimited
from autoglm_agent.automl.data.readers.excel import read_excel
from autoglm_agent.automl.data.readers.jsonlines import read_json
from autoglm_agent.automl.data.readers.limits import LIMITS, Limits
from autoglm_agent.automl.data.readers.sniff import sniff
from autoglm_agent.automl.data.readers.source import load_source
from autoglm_agent.automl.data.readers.sql import query_frame, read_database
from autoglm_agent.automl.run.workspace import Workspace, digest_of
from autoglm_agent.errors import InputError


@dataclass(frozen=True)
class Table:
    """A data frame with its origin.

    Attributes:
        frame: RangeIndex; unique text column names; dtypes float64, int64, Int64, bool, boolean,
            str and datetime64.
        name: The file's base name, for people.
        digest: The first 16 hex digits of the SHA-256 of the source's bytes (and the query).
        repairs: Repairs made while reading, one sentence each.
    """

    frame: pd.DataFrame
    name: str
    digest: str
    repairs: tuple[str, ...] = ()


def read_table(
    source: str | os.PathLike[str], *, query: str | None = None, limits: Limits = LIMITS
) -> Table:
    """Read a table from a file, told by its contents.

    CSV, TSV and other delimited text (also gzip-compressed), Parquet, JSON and JSON lines,
    Excel (.xlsx), SQLite and DuckDB databases.

    Args:
        source: Path of a regular file; nothing is fetched from the network.
        query: One SELECT statement, run by DuckDB over the file. A database's tables have their
            own names; any other file is the table `data`.
        limits: Largest input that is read.

    Raises:
        InputError: If the file is no readable table; says what, where and what to do.
    """
    file = load_source(source, limits)
    found, renamed = sniff(file)
    repairs = [renamed] if renamed else []
    digest = file.digest
    if found in ("sqlite", "duckdb"):
        frame, told = read_database(file, found, query, limits)
    else:
        frame, told = _READERS[found](file, limits)
        if query is not None:
            limits.check_shape(*frame.shape, file.path)
            frame, more = query_frame(frame, file, query, limits)
            told = [*told, *more]
    if query is not None:
        digest = hashlib.sha256(f"{digest}\n{query}".encode()).hexdigest()[:16]
    frame.index = pd.RangeIndex(len(frame))
    return Table(frame, file.name, digest, (*repairs, *told))


def save_snapshot(table: Table, workspace: Workspace) -> str:
    """Save a table as `data/<id>.parquet` and `data/<id>.json`.

    Returns:
        The id, which is the table's digest; a snapshot that is there already is kept.
    """
    if workspace.has("data", f"{table.digest}.json"):
        return table.digest
    buffer = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pandas(table.frame, preserve_index=False), buffer)
    data = buffer.getvalue().to_pybytes()
    workspace.write_bytes(data, "data", f"{table.digest}.parquet")
    # Written last: its presence says that the snapshot is whole.
    workspace.write_json(
        {
            "name": table.name,
            "repairs": list(table.repairs),
            "sha256": digest_of(data),
            "rows": len(table.frame),
            "dtypes": {name: str(dtype) for name, dtype in table.frame.dtypes.items()},
        },
        "data",
        f"{table.digest}.json",
    )
    return table.digest


def load_snapshot(workspace: Workspace, data_id: str) -> Table:
    """Load a table that `save_snapshot` wrote, with the same dtypes.

    Raises:
        InputError: If `data_id` is no digest.
        StoreError: If the snapshot is missing, damaged or was changed.
    """
    if not _ID.match(data_id):
        raise InputError(f"{data_id!r} is no data id.", "Give the id that the profile step told.")
    meta = workspace.read_json("data", f"{data_id}.json")
    data = workspace.read_bytes("data", f"{data_id}.parquet", sha256=meta["sha256"])
    frame = pq.read_table(pa.BufferReader(data)).to_pandas()
    frame = frame.astype(meta["dtypes"])
    return Table(frame, meta["name"], data_id, tuple(meta["repairs"]))


_READERS = {
    "delimited": read_delimited,
    "parquet": read_parquet,
    "json": read_json,
    "excel": read_excel,
}
_ID = re.compile(r"^[0-9a-f]{16}$")
