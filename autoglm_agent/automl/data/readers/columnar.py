"""Parquet: the footer's promise is checked before, and what unfolds is counted."""

from __future__ import annotations

import io
import json
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from autoglm_agent.automl.data.readers.cells import to_pandas
from autoglm_agent.automl.data.readers.limits import Limits
from autoglm_agent.automl.data.readers.names import clean_names
from autoglm_agent.automl.data.readers.source import Source
from autoglm_agent.errors import InputError


def read_parquet(source: Source, limits: Limits) -> tuple[pd.DataFrame, list[str]]:
    """Read a Parquet file.

    Args:
        source: The file.
        limits: Largest input; rows x columns of the footer, and bytes as they unfold.

    Returns:
        The typed frame, and a sentence for each repair.

    Raises:
        InputError: If the file is damaged, too large, or has no rows.
    """
    import pyarrow.parquet as pq

    batches: list[pa.RecordBatch] = []
    try:
        file = pq.ParquetFile(io.BytesIO(source.data))
        limits.check_shape(file.metadata.num_rows, len(file.schema_arrow), source.path)
        unfolded = 0
        for batch in file.iter_batches(batch_size=16_384):
            unfolded += batch.nbytes
            limits.check_bytes(unfolded, f"{source.path}, unpacked,")
            batches.append(batch)
        table = pa.Table.from_batches(batches, schema=file.schema_arrow)
    except (pa.ArrowException, OSError) as error:
        told = str(error).partition("\n")[0].rstrip(".")
        raise InputError(
            f"{source.path} is a damaged Parquet file: {told}.",
            "Copy or export the file again.",
        ) from None
    return from_arrow(table, source.path)


def from_arrow(table: pa.Table, path: str) -> tuple[pd.DataFrame, list[str]]:
    """Turn an Arrow table into a frame of the table's dtypes.

    Args:
        table: Any Arrow table.
        path: Of the file, for messages.

    Returns:
        The frame, and a sentence for each repair.

    Raises:
        InputError: If there is no row or no column, or two columns have one name.
    """
    if not table.num_rows or not table.num_columns:
        raise InputError(
            f"{path} has {table.num_rows} rows and {table.num_columns} columns.",
            "Give a table with rows.",
        )
    repairs = []
    kept = [i for i, n in enumerate(table.column_names) if not n.startswith("__index_level_")]
    if kept and len(kept) < table.num_columns:
        repairs.append("The unnamed row index stored by pandas was left out.")
        table = table.select(kept)
    names, renamed = clean_names(table.column_names, path)
    repairs += renamed
    data = {}
    for name, column in zip(names, table.columns, strict=True):
        data[name], repair = _convert(column)
        repairs += [f"Column {name!r}: {repair}."] if repair else []
    return pd.DataFrame(data, copy=False), repairs


def _convert(column: pa.ChunkedArray) -> tuple[pd.Series, str | None]:
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _convert(column.cast(kind.value_type))
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        return _moments(column)
    if pa.types.is_decimal(kind):
        if kind.scale == 0 and (pc.max(pc.abs(column)).as_py() or 0) < 2**63:
            return to_pandas(_flat(column.cast(pa.int64()))), None
        return to_pandas(_flat(column.cast(pa.float64()))), "decimals were read as float64"
    if pa.types.is_floating(kind):
        return to_pandas(_flat(column.cast(pa.float64()))), None
    if pa.types.is_uint64(kind) and (pc.max(column).as_py() or 0) >= 2**63:
        return to_pandas(_flat(column.cast(pa.string()))), "integers beyond 64 bits became text"
    if pa.types.is_integer(kind):
        return to_pandas(_flat(column.cast(pa.int64()))), None
    if pa.types.is_boolean(kind) or pa.types.is_null(kind):
        return to_pandas(_flat(column)), None
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return _texts(column), None
    if pa.types.is_duration(kind):
        seconds = column.cast(pa.duration("ns")).cast(pa.int64()).to_pandas() / 1e9
        return seconds.astype("float64"), "durations were read as seconds"
    texts = pa.array([_text(value) for value in column.to_pylist()], pa.string())
    return to_pandas(texts), f"values of type {kind} were kept as text"


def _flat(column: pa.ChunkedArray) -> pa.Array:
    flat = column.combine_chunks()
    return flat if isinstance(flat, pa.Array) else flat.combine_chunks()


def _texts(column: pa.ChunkedArray) -> pd.Series:
    text = column.cast(pa.string())
    return to_pandas(_flat(pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)))


def _moments(column: pa.ChunkedArray) -> tuple[pd.Series, str | None]:
    zone = getattr(column.type, "tz", None)
    values = column.cast(pa.timestamp("us", tz=zone), safe=False).cast(pa.timestamp("us"))
    plain = np.asarray(_flat(values).to_numpy(zero_copy_only=False), dtype="datetime64[us]")
    return pd.Series(plain), f"times with zone {zone} were read as UTC" if zone else None


def _text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace").replace("\0", "")
    if isinstance(value, dict | list | tuple):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)
