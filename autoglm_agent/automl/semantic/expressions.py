"""Expressions of the operator language: data, typed, and nothing that could be executed.

    {"op": "difference", "of": [{"op": "product", "of": ["a", "b"]}, "c"]}

A string is a column; `value` is an operator's one setting (a level, a part of a date). What an
expression means is fixed by the table of operators; names outside it are refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from autoglm_agent.automl.semantic.units import PLAIN, Unit, alike, product, unit_of
from autoglm_agent.errors import InputError

MOST_NODES = 64
MOST_DEPTH = 4

DATE_PARTS = ("year", "quarter", "month", "day", "weekday", "weekend", "hour")


@dataclass(frozen=True)
class Expression:
    """An operator applied to columns and expressions.

    Attributes:
        op: A key of `SIGNATURES`.
        of: Columns (str) and expressions.
        value: The operator's setting, or empty.
    """

    op: str
    of: tuple[Expression | str, ...]
    value: str = ""

    def __str__(self) -> str:
        inner = ", ".join(repr(part) if isinstance(part, str) else str(part) for part in self.of)
        setting = f", value={self.value!r}" if self.value and self.op != "sql" else ""
        return f"sql({self.value})" if self.op == "sql" else f"{self.op}({inner}{setting})"

    def columns(self) -> list[str]:
        """Return the columns it reads, each once, in order."""
        found = [p for node in self.nodes() for p in node.of if isinstance(p, str)]
        return list(dict.fromkeys(found))

    def nodes(self) -> Iterator[Expression]:
        """Yield the expression and those within it, in a fixed order."""
        yield self
        for part in self.of:
            if isinstance(part, Expression):
                yield from part.nodes()

    def depth(self) -> int:
        """Return how deep operators are nested; 1 for one operator."""
        return 1 + max((p.depth() for p in self.of if isinstance(p, Expression)), default=0)

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON data."""
        inner = [p if isinstance(p, str) else p.to_json() for p in self.of]
        data: dict[str, Any] = {"op": self.op, "of": inner}
        return {**data, "value": self.value} if self.value else data

    @classmethod
    def from_json(cls, data: Any, depth: int = 0) -> Expression:
        """Read it from JSON data.

        Raises:
            InputError: If it is malformed, too deep, or names no operator of the language.
        """
        if depth > MOST_DEPTH:
            raise InputError("The expression is nested too deeply.", f"Nest {MOST_DEPTH} at most.")
        if not isinstance(data, Mapping) or not set(data) <= {"op", "of", "value"}:
            raise InputError(
                "An expression is an object with op, of and value.",
                'For example {"op": "ratio", "of": ["a", "b"]}.',
            )
        op, of, value = data.get("op"), data.get("of"), data.get("value", "")
        if op not in SIGNATURES:
            known = ", ".join(SIGNATURES)
            raise InputError(f"There is no operator {str(op)[:40]!r}.", f"Use one of {known}.")
        if not isinstance(of, list) or not 0 < len(of) <= MOST_NODES:
            raise InputError(f"`of` of {op} is no list of columns and expressions.", "Give one.")
        parts = [p if isinstance(p, str) else cls.from_json(p, depth + 1) for p in of]
        return cls(str(op), tuple(parts), str(value) if value is not None else "")


@dataclass(frozen=True)
class Type:
    """What an expression gives.

    Attributes:
        kind: `number`, `category`, `date` or `text`.
        unit: Of a number; None where nothing is known of it.
    """

    kind: str
    unit: Unit | None = PLAIN


@dataclass(frozen=True)
class Signature:
    """What an operator takes.

    Attributes:
        takes: Kinds of its arguments; with `more`, of the first ones and all further ones like
            the last.
        more: Whether it takes any number from two on.
        alike: Whether the numbers must have the same unit.
        value: Whether it needs a setting.
        says: What it gives, in a few words.
    """

    takes: tuple[str, ...]
    more: bool = False
    alike: bool = False
    value: bool = False
    says: str = ""


_TWO = ("number", "number")
SIGNATURES: dict[str, Signature] = {
    "sum": Signature(_TWO, more=True, alike=True, says="total of like quantities"),
    "difference": Signature(_TWO, alike=True, says="first minus second, of like quantities"),
    "product": Signature(_TWO, more=True, says="product"),
    "ratio": Signature(_TWO, says="first by second; missing where the second is 0"),
    "share": Signature(_TWO, more=True, alike=True, says="first as part of the total of all"),
    "mean": Signature(_TWO, more=True, alike=True, says="mean over like columns"),
    "deviation": Signature(_TWO, more=True, alike=True, says="standard deviation over columns"),
    "least": Signature(_TWO, more=True, alike=True, says="smallest of like columns"),
    "most": Signature(_TWO, more=True, alike=True, says="largest of like columns"),
    "trend": Signature(_TWO, more=True, alike=True, says="slope over columns in order"),
    "absolute": Signature(("number",), says="absolute value"),
    "log": Signature(("number",), says="log(1 + x) of a non-negative number"),
    "group_mean": Signature(("number", "category"), says="mean of the number in the group"),
    "group_gap": Signature(("number", "category"), says="the number minus its group's mean"),
    "group_count": Signature(("category",), says="how common the level is"),
    "date_part": Signature(("date",), value=True, says=f"one of {', '.join(DATE_PARTS)}"),
    "gap_days": Signature(("date", "date"), says="days from the second to the first date"),
    "same": Signature(("category", "category"), says="1 where two categories agree"),
    "cross": Signature(("category", "category"), says="the pair as one category"),
    "count_equal": Signature(("category",), more=True, value=True,
                             says="in how many of the columns the level `value` stands"),
    "text_length": Signature(("text",), says="number of characters"),
    "word_count": Signature(("text",), says="number of words"),
    "digit_count": Signature(("text",), says="number of digits"),
    "upper_share": Signature(("text",), says="share of capital letters"),
    "number_in": Signature(("text",), says="the first number in the text"),
    "sql": Signature(("any",), more=True, value=True,
                     says="one scalar SQL expression (DuckDB) over the columns in `of`"),
}  # fmt: skip
"""The operators of the language."""
_COUNTS = frozenset({"group_count", "count_equal", "text_length", "word_count", "digit_count"})


def type_of(part: Expression | str, kinds: Mapping[str, str]) -> Type:
    """Return the type of an expression or column, or refuse it.

    Args:
        part: The expression, or the name of a column.
        kinds: Column to kind, as `features.kinds.feature_kinds` tells them.

    Raises:
        InputError: If a column is unknown, an argument has the wrong kind, units do not agree, or
            the expression is too large.
    """
    if isinstance(part, str):
        kind = kinds.get(part)
        if kind is None or kind == "drop":
            raise InputError(
                f"There is no usable column {part[:60]!r}.", "Name columns of the table exactly."
            )
        return Type("number", PLAIN) if kind == "boolean" else Type(kind, unit_of(part))
    if sum(1 + len(node.of) for node in part.nodes()) > MOST_NODES or part.depth() > MOST_DEPTH:
        raise InputError(
            "The expression is too large.",
            f"Use {MOST_NODES} columns and operators, and {MOST_DEPTH} levels, at most.",
        )
    given = [type_of(inner, kinds) for inner in part.of]
    _check(part, given)
    return _result(part, given)


def _check(node: Expression, given: list[Type]) -> None:
    signature = SIGNATURES[node.op]
    wanted = list(signature.takes)
    if signature.more:
        wanted += [wanted[-1]] * (len(given) - len(wanted))
    if len(given) != len(wanted):
        raise InputError(
            f"{node.op} takes {len(signature.takes)} argument(s), not {len(given)}.",
            f"It gives: {signature.says}.",
        )
    for part, own, want in zip(node.of, given, wanted, strict=True):
        if want not in ("any", "number") and not isinstance(part, str):
            raise InputError(
                f"{node.op} reads a column as its {want}, not an expression.", "Name a column."
            )
        if want not in ("any", own.kind) and not _readable_as(part, own, want):
            raise InputError(
                f"{node.op} takes a {want}, and {str(part)[:60]} is a {own.kind}.",
                f"It gives: {signature.says}.",
            )
    if signature.alike and not alike(t.unit for t in given):
        told = ", ".join(str(t.unit or "unknown") for t in given)
        raise InputError(
            f"{node.op} adds like to like, and these are {told[:120]}.",
            "Use ratio or product for quantities of different kinds.",
        )
    if signature.value and not node.value:
        raise InputError(f"{node.op} needs a value.", f"It gives: {signature.says}.")
    if node.op == "date_part" and node.value not in DATE_PARTS:
        raise InputError(
            f"There is no date part {node.value[:40]!r}.", f"Use one of {', '.join(DATE_PARTS)}."
        )
    if node.op == "sql" and not all(isinstance(part, str) for part in node.of):
        raise InputError("sql reads columns only.", "Write everything into the one expression.")
    if node.op == "sql":
        # DuckDB is imported only where SQL is in use.
        from autoglm_agent.automl.semantic.sql import check_sql

        check_sql(node.value, node.columns())


def _readable_as(part: Expression | str, own: Type, want: str) -> bool:
    """Numbers can be read as levels, and categories as text; nothing else changes its kind."""
    if not isinstance(part, str):
        return False
    return (own.kind, want) in {("number", "category"), ("category", "text")}


def _result(node: Expression, given: list[Type]) -> Type:
    if node.op == "cross":
        return Type("category")
    if node.op in _COUNTS:
        return Type("number", Unit((("count", 1),)))
    if node.op == "product":
        return Type("number", product(t.unit for t in given))
    if node.op == "ratio":
        return Type("number", product((t.unit for t in given), (1, -1)))
    if node.op == "gap_days":
        return Type("number", Unit((("time", 1),), "days"))
    if node.op == "sql":
        return Type("number", None)
    if SIGNATURES[node.op].alike or node.op in ("absolute", "group_mean", "group_gap"):
        return Type("number", PLAIN if node.op == "share" else given[0].unit)
    return Type("number")
