"""Files that are no text, databases, paths that are no files, and snapshots."""

from __future__ import annotations

import datetime as dt
import decimal
import gzip
import json
import os
import pickle
import socketserver
import sqlite3
import threading
import zipfile

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from autoglm_agent.automl.data.readers.limits import Limits
from autoglm_agent.automl.data.table import read_table
from autoglm_agent.errors import InputError


def refusal(path, **options) -> str:
    with pytest.raises(InputError) as caught:
        read_table(path, **options)
    assert caught.value.remedy
    return str(caught.value)


# --- paths ------------------------------------------------------------------------------------


def test_a_missing_file_is_named(tmp_path):
    assert "There is no file" in refusal(tmp_path / "no.csv")


def test_folders_pipes_and_devices_are_refused_without_waiting(tmp_path):
    os.mkfifo(tmp_path / "pipe.csv")
    assert "a folder" in refusal(tmp_path)
    assert "a pipe" in refusal(tmp_path / "pipe.csv")
    assert "a device" in refusal("/dev/zero")


@pytest.mark.parametrize("path", ["a\0b.csv", "", " ", "x" * 300 + ".csv"])
def test_impossible_names_are_refused(path):
    refusal(path)


@pytest.mark.parametrize("url", ["file:///etc/hostname", "s3://b/k.csv", "HTTPS://example.org/x"])
def test_addresses_are_refused(url):
    assert "network" in refusal(url)


@pytest.mark.enable_socket
def test_a_listening_server_is_never_asked():
    hits = []

    class Handler(socketserver.BaseRequestHandler):
        def handle(self):
            hits.append(self.request.recv(100))

    with socketserver.TCPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        refusal(f"http://127.0.0.1:{server.server_address[1]}/x.csv")
    assert hits == []


def test_a_file_over_the_byte_budget_is_refused(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("a,b\n" + "1,2\n" * 100)
    assert "at most 50 are read" in refusal(path, limits=Limits(bytes=50))


# --- what a file is ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (pickle.dumps({"a": 1}), "pickle"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 20, "image"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"<!DOCTYPE html><html></html>", "HTML"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Excel"),
        (b"BZh91AY", "archive"),
        (b"\x7fELF\x02\x01", "program"),
        (bytes(range(256)) * 4, "NUL"),
        (gzip.compress(pickle.dumps([1]), mtime=0), "pickle"),
    ],
)
def test_binary_files_called_csv_are_refused(tmp_path, content, what):
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    assert what in refusal(path)


def test_a_zip_called_csv_is_refused(tmp_path):
    path = tmp_path / "x.csv"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", "a,b\n1,2\n")
    assert "zip archive" in refusal(path)


def test_a_pickle_is_never_opened(tmp_path):
    class Bomb:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "boom"),)

    for name in ("x.csv", "x.pkl", "x.parquet", "x.xlsx"):
        (tmp_path / name).write_bytes(pickle.dumps(Bomb()))
        refusal(tmp_path / name)
    assert not (tmp_path / "boom").exists()


@pytest.mark.parametrize("name", ["x.parquet", "x.xlsx", "x.duckdb", "x.sqlite"])
def test_text_called_something_else_is_refused(tmp_path, name):
    (tmp_path / name).write_text("a,b\n1,2\n")
    assert "is not" in refusal(tmp_path / name)


# --- parquet ----------------------------------------------------------------------------------


def write_parquet(path, columns):
    pq.write_table(pa.table(columns), path)
    return path


def test_parquet_types_become_the_tables_types(tmp_path):
    moment = dt.datetime(2020, 1, 1, 12, tzinfo=dt.UTC)
    path = write_parquet(
        tmp_path / "x.csv",
        {
            "small": pa.array([1, 2], pa.int8()),
            "gap": pa.array([1, None], pa.int64()),
            "single": pa.array([1.5, None], pa.float32()),
            "flag": pa.array([True, None]),
            "word": pa.array(["a", "b"]).dictionary_encode(),
            "day": pa.array([dt.date(2020, 1, 1), None]),
            "zone": pa.array([moment, moment], pa.timestamp("ns", tz="UTC")),
            "money": pa.array([decimal.Decimal("1.25"), None]),
            "nested": pa.array([{"k": 1}, {"k": 2}]),
            "raw": pa.array([b"x", b"\xff"]),
            "big": pa.array([2**63 + 1, 1], pa.uint64()),
            "none": pa.nulls(2),
        },
    )
    table = read_table(path)
    assert [str(t) for t in table.frame.dtypes] == [
        "int64", "Int64", "float64", "boolean", "str", "datetime64[us]", "datetime64[us]",
        "float64", "str", "str", "str", "float64",
    ]  # fmt: skip
    assert table.frame["nested"].tolist() == ['{"k": 1}', '{"k": 2}']
    assert table.frame["big"].tolist() == [str(2**63 + 1), "1"]
    assert "it was read so" in table.repairs[0]
    assert any("UTC" in r for r in table.repairs)


def test_a_parquet_bomb_is_stopped_by_its_footer_or_while_unfolding(tmp_path):
    path = write_parquet(tmp_path / "x.parquet", {"a": pa.array(["x" * 500] * 100_000)})
    assert path.stat().st_size < 20_000
    assert "cells" in refusal(path, limits=Limits(cells=99_999))
    assert "unpacked" in refusal(path, limits=Limits(bytes=10_000_000))
    assert len(read_table(path).frame) == 100_000  # the twin: nothing else stops it


@pytest.mark.parametrize("keep", [0.5, 0.9])
def test_a_truncated_parquet_file_is_refused(tmp_path, keep):
    path = write_parquet(tmp_path / "x.parquet", {"a": list(range(1000))})
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * keep)])
    assert "damaged" in refusal(path)


def test_duplicate_and_absent_rows_in_parquet_are_refused(tmp_path):
    twice = pa.Table.from_arrays([pa.array([1]), pa.array([2])], ["a", "a"])
    pq.write_table(twice, tmp_path / "x.parquet")
    assert "columns 1, 2" in refusal(tmp_path / "x.parquet")
    assert "0 rows" in refusal(
        write_parquet(tmp_path / "y.parquet", {"a": pa.array([], pa.int8())})
    )


def test_the_index_that_pandas_stores_is_left_out(tmp_path):
    pd.DataFrame({"a": [1, 2]}, index=[5, 9]).to_parquet(tmp_path / "x.parquet")
    table = read_table(tmp_path / "x.parquet")
    assert table.frame.columns.tolist() == ["a"]
    assert isinstance(table.frame.index, pd.RangeIndex)


# --- json -------------------------------------------------------------------------------------


def test_json_lines_and_lists_give_the_same_table(tmp_path):
    rows = [{"a": 1, "b": "x", "c": True}, {"a": 2.5, "b": None, "c": False}, {"a": 3}]
    (tmp_path / "x.jsonl").write_text("\n".join(map(json.dumps, rows)))
    (tmp_path / "x.json").write_text(json.dumps(rows))
    lines, listed = read_table(tmp_path / "x.jsonl"), read_table(tmp_path / "x.json")
    pd.testing.assert_frame_equal(lines.frame, listed.frame)
    assert [str(t) for t in lines.frame.dtypes] == ["float64", "str", "boolean"]
    assert "1 rows lack" in lines.repairs[0]


@pytest.mark.parametrize(
    ("content", "where"),
    [
        ('{"a": 1}\n[1]\n', "line 2"),
        ('{"a": 1}\n{"a": \n', "line 2"),
        ('{"a": 1, "a": 2}\n', "occurs twice"),
        ("[1, 2]", "no object"),
        ("[]", "no rows"),
        ('"x"', "no JSON objects"),
        ("[" * 100_000, "valid JSON"),
    ],
)
def test_bad_json_is_refused_with_its_place(tmp_path, content, where):
    (tmp_path / "x.json").write_text(content)
    assert where in refusal(tmp_path / "x.json")


def test_json_oddities_become_text(tmp_path):
    rows = [{"big": 10**30, "mix": 1, "list": [1], "bad": "\ud800"}, {"mix": "x", "list": {}}]
    (tmp_path / "x.jsonl").write_text("\n".join(map(json.dumps, rows)))
    frame = read_table(tmp_path / "x.jsonl").frame
    assert frame["big"][0] == str(10**30)
    assert frame["mix"].tolist() == ["1", "x"]
    assert frame["list"].tolist() == ["[1]", "{}"]
    frame["bad"][0].encode("utf-8")


# --- excel ------------------------------------------------------------------------------------


def write_book(path, sheets):
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def test_a_workbook_is_read_from_its_first_filled_sheet(tmp_path):
    rows = [["id", "when", "x", "t"], ["007", dt.date(2020, 1, 2), 1.5, "a"], [None] * 4]
    rows.append(["008", dt.date(2020, 1, 3), None, "5"])
    path = write_book(tmp_path / "x.csv", {"empty": [], "data": rows, "more": [["z"], [1]]})
    table = read_table(path)
    assert [str(t) for t in table.frame.dtypes] == ["str", "datetime64[us]", "float64", "str"]
    assert table.frame["id"].tolist() == ["007", "008"]
    assert any("'data' was read, not 'empty', 'more'" in r for r in table.repairs)
    assert any("Excel" in r for r in table.repairs)


def test_a_workbook_with_notes_beside_the_table_is_refused(tmp_path):
    path = write_book(tmp_path / "x.xlsx", {"s": [["a", "b"], [1, 2], [3, 4, "see note"]]})
    assert "row 3 has 3" in refusal(path)


def test_a_workbook_without_rows_or_damaged_is_refused(tmp_path):
    assert "no rows" in refusal(write_book(tmp_path / "x.xlsx", {"s": [["a", "b"]]}))
    assert "no filled sheet" in refusal(write_book(tmp_path / "y.xlsx", {"s": []}))
    path = write_book(tmp_path / "z.xlsx", {"s": [["a"], [1]]})
    path.write_bytes(path.read_bytes()[:-200])
    refusal(path)


def test_a_workbook_that_unfolds_is_refused_before_reading(tmp_path):
    path = write_book(tmp_path / "x.xlsx", {"s": [["a"], [1]]})
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/bomb", b"\0" * 5_000_000)
    assert "unpacked" in refusal(path, limits=Limits(bytes=1_000_000))


# --- databases and queries --------------------------------------------------------------------


@pytest.fixture
def people(tmp_path):
    path = tmp_path / "people.csv"
    path.write_text("name,age\n" + "".join(f"n{i},{i}\n" for i in range(50)))
    return path


@pytest.fixture
def database(tmp_path):
    connection = sqlite3.connect(tmp_path / "x.db")
    connection.execute("create table t (a int, b text)")
    connection.executemany("insert into t values (?, ?)", [(i, f"w{i}") for i in range(10)])
    connection.commit()
    connection.close()
    return tmp_path / "x.db"


def test_a_query_runs_over_any_file(people):
    by_name = read_table(people, query="SELECT * FROM people WHERE age >= 40;")
    table = read_table(people, query="SELECT name, age FROM data WHERE age >= 40")
    pd.testing.assert_frame_equal(by_name.frame, table.frame)
    assert len(table.frame) == 10
    assert table.digest not in (read_table(people).digest, by_name.digest)


def test_the_only_table_of_a_database_needs_no_query(database, tmp_path):
    import duckdb

    assert read_table(database).frame["a"].tolist() == list(range(10))
    with duckdb.connect(str(tmp_path / "y.duckdb")) as connection:
        connection.execute("create table t as select 1 a, date '2020-01-02' d")
    assert [str(t) for t in read_table(tmp_path / "y.duckdb").frame.dtypes][1] == "datetime64[us]"
    assert read_table(tmp_path / "y.duckdb", query="select a + 1 as b from t").frame["b"][0] == 2


def test_several_tables_ask_for_a_query(database):
    connection = sqlite3.connect(database)
    connection.execute("create table u (z int)")
    connection.commit()
    connection.close()
    assert "2 tables: 't', 'u'" in refusal(database)
    assert len(read_table(database, query="select sum(a) as s from t").frame) == 1


def test_a_query_for_a_table_that_is_not_there_is_told_which_ones_are(database):
    with pytest.raises(InputError) as refused:
        read_table(database, query="select * from customers")
    assert "the tables are 't'" in refused.value.remedy
    assert "pg_" not in str(refused.value)


@pytest.mark.parametrize(
    "query",
    [
        "select * from read_csv('/etc/passwd')",
        "select * from read_text('/etc/passwd')",
        "select * from '/etc/passwd'",
        "copy data to '/tmp/never.csv'",
        "attach '/tmp/never.db'",
        "install httpfs",
        "load httpfs",
        "set enable_external_access = true",
        "select 1; select 2",
        "create table z as select 1",
        "drop table data",
        "insert into data select * from data",
        "pragma database_list",
        "select getenv('HOME')",
        "select * from frame",
        "select * from pandas",
        "call force_checkpoint()",
        "export database '/tmp/never'",
        "",
        "-- nothing",
        "selec",
        "select * from nowhere",
        "select * from data where age > 1000",
    ],
)
def test_a_query_can_do_nothing_but_select(people, query):
    refusal(people, query=query)
    assert not os.path.exists("/tmp/never.csv")
    assert not os.path.exists("/tmp/never.db")


def test_without_the_lockdown_a_query_reads_other_files(people, tmp_path, monkeypatch):
    (tmp_path / "secret.txt").write_text("s3cret")
    query = f"select content from read_text('{tmp_path}/secret.txt')"
    assert "disabled" in refusal(people, query=query)
    monkeypatch.setattr("autoglm_agent.automl.data.readers.sql._LOCKDOWN", ())
    assert read_table(people, query=query).frame["content"][0] == "s3cret"


def test_an_endless_query_is_interrupted(people):
    query = "select count(*) from range(1000000000) a, range(1000000000) b"
    assert "longer than 0.3 s" in refusal(people, query=query, limits=Limits(query_seconds=0.3))


def test_a_query_with_a_huge_result_is_stopped(people):
    query = "select a.range from range(100000000) a"
    assert "cells" in refusal(people, query=query, limits=Limits(cells=100_000))
