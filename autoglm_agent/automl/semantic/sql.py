"""One scalar SQL expression as a feature, in a DuckDB that can reach nothing.

The expression is parsed by DuckDB's own parser, and its tree may hold constants, the declared
columns, comparisons, CASE, casts to plain types and the functions listed here: no subquery, no
aggregate, no window, no setting. So it reads one row and gives one number, there is nothing to
learn from other rows, and it means the same at training and at use. Each column comes in as its
kind says (number, timestamp or text), a cell that the expression cannot take gives NULL.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
import pandas as pd

from autoglm_agent.automl.data.readers.limits import Limits
from autoglm_agent.automl.data.readers.sql import query_tables
from autoglm_agent.automl.features.values import as_days, as_numbers, as_text, as_truth
from autoglm_agent.errors import InputError

LONGEST = 600
"""Characters of an expression."""
SECONDS = 3.0

_CLASSES = frozenset(
    {"CAST", "FUNCTION", "COLUMN_REF", "CONSTANT", "OPERATOR", "COMPARISON", "CONJUNCTION",
     "BETWEEN", "CASE", "TYPE"}
)  # fmt: skip
_OPERATORS = frozenset(
    {"OPERATOR_NOT", "OPERATOR_IS_NULL", "OPERATOR_IS_NOT_NULL", "OPERATOR_COALESCE",
     "OPERATOR_NULLIF", "COMPARE_IN", "COMPARE_NOT_IN", "OPERATOR_TRY"}
)  # fmt: skip
_FUNCTIONS_TOLD = (
    "+ - * / // % ** ^ || ~~ !~~ abs sign sqrt cbrt ln log log2 log10 exp pow power mod ceil "
    "ceiling floor round trunc greatest least sin cos tan atan atan2 isnan isfinite isinf "
    "length strlen lower upper trim contains starts_with prefix suffix ends_with instr "
    "position strpos substring substr left right split_part regexp_matches levenshtein "
    "jaro_winkler_similarity date_part date_diff datediff year month day hour minute second "
    "week quarter dayofweek isodow dayofyear dayofmonth weekday epoch ifnull"
)
FUNCTIONS = frozenset(_FUNCTIONS_TOLD.split())
"""Functions that an expression may call: of one row, without memory or side effects."""
_TYPES_TOLD = (
    "DOUBLE FLOAT INTEGER INT BIGINT SMALLINT VARCHAR TEXT STRING DATE TIMESTAMP BOOLEAN BOOL "
    "INT32 INT64 REAL"
)
_TYPES = frozenset(_TYPES_TOLD.split())


def check_sql(expression: str, columns: Collection[str]) -> None:
    """Refuse whatever is not one scalar expression over these columns.

    Raises:
        InputError: Says which part is not admitted.
    """
    if len(expression) > LONGEST:
        raise InputError(
            f"The SQL expression has {len(expression)} characters.", f"Use {LONGEST} at most."
        )
    tree = _tree(expression)
    node = tree["statements"][0].get("node", {}) if len(tree.get("statements", [])) == 1 else {}
    table = node.get("from_table") or {}
    selected = node.get("select_list") or []
    plain = (
        node.get("type") == "SELECT_NODE" and len(selected) == 1 and not node.get("modifiers")
        and table.get("type") == "BASE_TABLE" and table.get("table_name") == "data"
        and not node.get("where_clause") and not node.get("group_expressions")
        and not node.get("having") and not node.get("qualify") and not node.get("sample")
        and not table.get("sample") and not node.get("cte_map", {}).get("map")
    )  # fmt: skip
    if not plain:
        raise InputError("That is more than one SQL expression.", "Give one scalar expression.")
    _walk(selected[0], {name.lower() for name in columns})


def _statement(expression: str) -> str:
    # The line break ends a comment; the parser sees the very text that is run.
    return f"SELECT TRY_CAST(TRY(({expression}\n)) AS DOUBLE) AS value FROM data"  # noqa: S608


def _tree(expression: str) -> Any:
    import duckdb

    connection = duckdb.connect(":memory:", config={"autoinstall_known_extensions": "false"})
    try:
        found = connection.execute(
            "SELECT json_serialize_sql(?::VARCHAR)", [_statement(expression)]
        ).fetchone()
    except duckdb.Error as error:
        raise InputError(f"The SQL is refused: {str(error)[:200]}.", "Correct it.") from None
    finally:
        connection.close()
    tree = json.loads(found[0]) if found else {"error": True}
    if tree.get("error"):
        told = str(tree.get("error_message", "it cannot be parsed"))[:200]
        raise InputError(f"The SQL is no expression: {told}.", "Give one scalar expression.")
    return tree


def _walk(part: Any, columns: set[str]) -> None:
    if isinstance(part, list):
        for inner in part:
            _walk(inner, columns)
        return
    if not isinstance(part, dict):
        return
    refused = _refusal(part, columns) if "class" in part else ""
    if refused:
        raise InputError(
            f"The SQL expression may not hold {refused[:100]}.",
            "Use arithmetic, CASE, comparisons and simple functions of the declared columns.",
        )
    for inner in part.values():
        _walk(inner, columns)


def _refusal(part: Mapping[str, Any], columns: set[str]) -> str:
    kind = part["class"]
    if kind not in _CLASSES:
        return f"a {str(kind).lower()}"
    if kind == "COLUMN_REF":
        names = [str(name) for name in part.get("column_names", [])]
        return "" if len(names) == 1 and names[0].lower() in columns else f"the column {names}"
    if kind == "FUNCTION":
        name = str(part.get("function_name"))
        outside = part.get("schema") or part.get("catalog") or part.get("filter")
        return "" if name.lower() in FUNCTIONS and not outside else f"the function {name}"
    if kind == "OPERATOR" and part.get("type") not in _OPERATORS:
        return f"the operator {part.get('type')}"
    if kind == "TYPE" and (part.get("type_name") not in _TYPES or part.get("children")):
        return f"the type {part.get('type_name')}"
    return ""


def evaluate_sql(
    expression: str, frame: pd.DataFrame, columns: Collection[str], kinds: Mapping[str, str]
) -> np.ndarray:
    """Return the expression's value in each row, float64 (rows,); NULL is NaN.

    Args:
        expression: Checked anew each time: a model file is no more trusted than a chat model.
        frame: The raw columns.
        columns: Those the expression declares.
        kinds: Column to kind.

    Raises:
        InputError: If it is refused, does not run, or takes too long.
    """
    check_sql(expression, columns)
    if not len(frame):
        return np.empty(0)
    table = pd.DataFrame({name: _typed(frame[name], kinds.get(name, "")) for name in columns})
    limits = Limits(query_seconds=SECONDS + 2e-5 * len(frame))
    _, rows = query_tables({"data": table}, _statement(expression), limits)
    return np.array([np.nan if row[0] is None else row[0] for row in rows], dtype=np.float64)


def _typed(column: pd.Series, kind: str) -> Any:
    """Return the column in the one type that its kind has, whatever the file gave."""
    if kind == "number":
        return as_numbers(column)
    if kind == "boolean":
        return as_truth(column)
    if kind == "date":
        days = as_days(column)
        seconds = np.where(np.isfinite(days), days, 0.0) * 86_400
        moments = seconds.round().astype("int64").astype("datetime64[s]")
        return pd.Series(moments).where(np.isfinite(days))
    return pd.Series([t if t else None for t in as_text(column)], dtype="str")
