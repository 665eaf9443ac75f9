"""Builds profiles from the short column specifications in `tables.json`."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

from autoglm_agent.automl.data.profile import ColumnProfile, Profile
from autoglm_agent.chain import Task
from autoglm_agent.planner.task_parser import parse_task

HERE = Path(__file__).parent


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a table that is written twice: its lines would be read with the other's columns."""
    found = dict(pairs)
    assert len(found) == len(pairs), f"written twice among {sorted(found)}"
    return found


@functools.cache
def tables() -> dict[str, Profile]:
    text = (HERE / "tables.json").read_text(encoding="utf-8")
    specs = json.loads(text, object_pairs_hook=_unique)
    return {name: make_profile(name, **spec) for name, spec in specs.items()}


def parse(table: str, instruction: str) -> Task:
    """Read an instruction over one of the tables."""
    return parse_task(instruction, tables()[table])


def corpus() -> list[dict[str, Any]]:
    lines = (HERE / "instructions.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def make_profile(name: str, rows: int, columns: dict[str, str]) -> Profile:
    made = tuple(make_column(column, rows, spec) for column, spec in columns.items())
    return Profile(
        name=f"{name}.csv", digest="0" * 16, rows=rows, columns=made, duplicate_rows=0, repairs=()
    )


def make_column(name: str, rows: int, spec: str) -> ColumnProfile:
    kind, _, rest = spec.partition(" ")
    facts: dict[str, Any] = {
        "name": name,
        "kind": kind,
        "dtype": "str",
        "missing": 0,
        "distinct": rows,
        "levels": (),
        "minimum": None,
        "maximum": None,
        "mean": None,
        "median": None,
        "sd": None,
        "first": None,
        "last": None,
        "mean_length": None,
        "unit": None,
        "notes": (),
    }
    if ":" in rest and kind != "date":
        pairs = [p.rsplit(":", 1) for p in rest.split("|")]
        facts["levels"] = tuple((level, int(count)) for level, count in pairs)
        facts["distinct"] = len(pairs)
        if all(level.isdigit() for level, _ in pairs):
            facts["dtype"] = "int64"
            values = [float(level) for level, _ in pairs]
            facts |= {"minimum": min(values), "maximum": max(values)}
    elif kind in ("number", "integer"):
        low, high, distinct = rest.split()
        facts |= {"minimum": float(low), "maximum": float(high), "distinct": int(distinct)}
        facts["dtype"] = "int64" if kind == "integer" else "float64"
    elif kind == "date":
        facts["first"], facts["last"] = rest.split()
    return ColumnProfile(**facts)
