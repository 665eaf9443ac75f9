"""Claims about tables: the step gives the query that shows its claim, and the query is run.

Offered check: `{"kind": "sql", "query": "select avg(fare) from trips", "equals": 12.3}`. The
query runs in a DuckDB that holds the tables and can reach nothing else: no file, no network, no
extension, one SELECT, bounded in time and memory.
"""

from __future__ import annotations

import datetime
import decimal
import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from autoglm_agent.chain import Chain, Step, Verdict
from autoglm_agent.errors import InputError
from autoglm_agent.verifiers.equality import shows
from autoglm_agent.verifiers.telling import told

if TYPE_CHECKING:
    import pyarrow as pa

MAX_QUERY = 20_000
"""Characters of a query."""
MAX_ROWS = 10_000
"""Rows of a result that can be compared."""


class Tables:
    """Refute a step whose query fails, or gives another value than the step claims.

    Without `equals` the query is only run: a pass then says that it can be.

    Args:
        tables: Name to table: a pandas frame, a pyarrow table, or rows as dicts.
        seconds: Longest time of a query; after it the verdict is `unknown`.

    Raises:
        InputError: If there is no table.

    Examples:
        >>> tables = Tables({"trips": [{"fare": 10}, {"fare": 14}]})
        >>> check = {"kind": "sql", "query": "select avg(fare) from trips", "equals": 13}
        >>> tables(Step(claim="The mean fare is 13.", check=check), Chain())[0].fact
        'The query gives 12.0, not 13.'
    """

    check = "sql"
    constraint = "Claims about the data must follow from a query."
    offer = 'A check may be {"kind": "sql", "query": "select count(*) from t", "equals": 3}.'
    cost = 2e-2

    def __init__(self, tables: Mapping[str, Any], *, seconds: float = 10.0) -> None:
        if not tables:
            raise InputError("There are no tables.", "Give at least one.")
        self._tables = {str(name): _arrow(table) for name, table in tables.items()}
        self._seconds = seconds

    def __call__(self, step: Step, chain: Chain) -> list[Verdict]:  # noqa: ARG002 - protocol
        """Run the step's query, if it offers one, and compare."""
        offered = step.check or {}
        if offered.get("kind") != self.check:
            return []
        query = offered.get("query")
        if not isinstance(query, str) or len(query) > MAX_QUERY:
            return [self._verdict("unknown", "The check has no query that can be run.")]
        return [self._judge(query, offered)]

    def _judge(self, query: str, offered: dict[str, Any]) -> Verdict:
        from autoglm_agent.automl.data.readers.limits import Limits
        from autoglm_agent.automl.data.readers.sql import QueryTimeoutError, query_tables

        limits = Limits(query_seconds=self._seconds, cells=1_000_000, bytes=100_000_000)
        try:
            query.encode()
            _, rows = query_tables(self._tables, query, limits)
        except UnicodeEncodeError:
            return self._verdict("fail", "The query holds a character that is no text.")
        except QueryTimeoutError as error:
            return self._verdict("unknown", error.problem)
        except InputError as error:
            return self._verdict("fail", error.problem)
        if "equals" not in offered:
            return self._verdict("pass", "").model_copy(update={"n": len(rows)})
        wanted = offered["equals"]
        if len(rows) > MAX_ROWS:
            return self._verdict("unknown", f"The query gives {len(rows):,} rows to compare.")
        found = _shaped(rows, wanted)
        if same(found, wanted):
            return self._verdict("pass", "").model_copy(update={"n": len(rows)})
        return self._verdict(
            "fail", f"The query gives {told(repr(found), 120)}, not {told(repr(wanted), 120)}."
        )

    def _verdict(self, status: str, fact: str) -> Verdict:
        return Verdict.model_validate(
            {
                "check": self.check,
                "title": "The table says so",
                "status": status,
                "fact": fact,
                "field": "check" if status in ("fail", "unknown") else None,
            }
        )


def _arrow(table: Any) -> pa.Table:
    import pyarrow as pa

    if isinstance(table, pa.Table):
        return table
    if isinstance(table, Sequence) and not isinstance(table, str):
        return pa.Table.from_pylist(list(table))
    return pa.Table.from_pandas(table, preserve_index=False)


def _shaped(rows: list[tuple[Any, ...]], wanted: Any) -> Any:
    """Return a result in the shape of what is claimed: one value, a list, or rows."""
    plain = [[_plain(cell) for cell in row] for row in rows]
    if not isinstance(wanted, list):
        return plain[0][0] if len(plain) == 1 and len(plain[0]) == 1 else plain
    if any(isinstance(item, list) for item in wanted):
        return plain
    if len(plain) == 1 and len(plain[0]) == len(wanted) != 1:
        return plain[0]
    return [row[0] for row in plain] if all(len(row) == 1 for row in plain) else plain


def _plain(cell: Any) -> Any:
    if isinstance(cell, decimal.Decimal):
        return float(cell) if cell % 1 else int(cell)
    if isinstance(cell, datetime.date | datetime.time):
        return cell.isoformat()
    return cell


def same(found: Any, wanted: Any) -> bool:
    """Return whether a result is the value claimed; a decimal may be rounded where it ends.

    Args:
        found: From the table.
        wanted: From the step, as JSON data.
    """
    if isinstance(wanted, list):
        return (
            isinstance(found, list)
            and len(found) == len(wanted)
            and all(same(one, other) for one, other in zip(found, wanted, strict=True))
        )
    if isinstance(wanted, bool) or isinstance(found, bool) or wanted is None or found is None:
        return found is wanted
    if isinstance(wanted, int | float) and isinstance(found, int | float):
        return _near(found, wanted)
    if isinstance(wanted, str) and isinstance(found, str):
        return found.strip() == wanted.strip() or _midnight(found) == wanted.strip()
    return bool(found == wanted)


def _near(found: float, wanted: float) -> bool:
    """Return whether a number is the one claimed, rounded or cut at its last printed digit."""
    if isinstance(wanted, int) and isinstance(found, int):
        return found == wanted
    if not (math.isfinite(found) and math.isfinite(wanted)):
        return False
    if math.isclose(found, wanted, rel_tol=1e-9):
        return True
    said = decimal.Decimal(repr(wanted)).normalize()
    exponent = said.as_tuple().exponent
    unit = Fraction(10) ** min(int(exponent), 0) if isinstance(exponent, int) else Fraction(0)
    return shows(Fraction(said), Fraction(found), unit if unit < 1 else Fraction(0))


def _midnight(found: str) -> str:
    return found.removesuffix("T00:00:00")
