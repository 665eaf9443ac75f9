r"""Expressions as people write them, read into a small tree: no word of a model is ever executed.

A tokenizer that keeps the place of every token, a parser of bounded depth (precedence climbing,
Pratt 1973), and an exact evaluator over fractions. It reads `3*4`, `3 × 4`, `$1,250.50`, `20%`,
`2^10`, `3²`, `\frac{1}{2}`; with `implicit` also `2x(x + 1)`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

MAX_LENGTH = 8000
MAX_TOKENS = 300
MAX_DEPTH = 60
MAX_DIGITS = 400
MAX_BITS = 20_000
"""Bounds that no honest step reaches and that keep hostile ones cheap."""


class ExpressionError(ValueError):
    """The text is no expression that can be read, or has no exact value."""


class NoValueError(ExpressionError):
    """The expression is readable and has no value: a division by zero."""


@dataclass(frozen=True)
class Token:
    """A piece of the text, from `start` to `end`; `kind` is number, name, op, relation or other."""

    kind: str
    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Number:
    """A number as written; `places` counts the digits after its point, None where it has none."""

    value: Fraction
    places: int | None = None


@dataclass(frozen=True)
class Name:
    """A variable or a constant."""

    name: str


@dataclass(frozen=True)
class Operation:
    """An operator (`+ - * / // mod ^ neg percent`) or a function's name, and its operands."""

    operator: str
    operands: tuple[Node, ...] = field(default=())


Node = Number | Name | Operation

_TOKEN = re.compile(
    r"""(?P<space>\s+|\\[,;!]|\\left|\\right)
    |(?P<number>(?:\d{1,3}(?:,\d{3})+(?![\d,])|\d+)(?:\.\d+)?(?:[eE][+-]?\d{1,3}(?![\w.]))?|\.\d+)
    |(?P<op>\*\*|//|\\times|\\cdot|\\div|\\frac|\\sqrt|[-+*/^%(){}\[\]×÷·⋅∗−,²³])
    |(?P<relation>==?(?!>)|≈|!=|≠|<=|>=|≤|≥|<|>)
    |(?P<currency>[$€£¥])
    |(?P<name>[^\W\d]\w*)
    |(?P<other>=>|.)""",
    re.VERBOSE | re.DOTALL,
)
_SAME = {
    "**": "^",
    "\\times": "*",
    "×": "*",
    "·": "*",
    "⋅": "*",
    "∗": "*",
    "\\cdot": "*",
    "÷": "/",
    "\\div": "/",
    "−": "-",
}
_CLOSES = {"(": ")", "[": "]", "{": "}"}
EXACT = frozenset({"sqrt", "abs", "min", "max", "floor", "ceil", "gcd", "factorial"})
"""Functions whose value over fractions is exact, where there is one."""
FUNCTIONS = EXACT | {"sin", "cos", "tan", "exp", "log", "ln"}
"""Functions that are read."""


def tokenize(text: str, start: int = 0, end: int | None = None) -> list[Token]:
    """Split a text into tokens; spaces are left out, currency signs stay as kind `currency`."""
    found: list[Token] = []
    for match in _TOKEN.finditer(text, start, len(text) if end is None else end):
        kind = match.lastgroup or "other"
        if kind != "space":
            found.append(Token(kind, match.group(), match.start(), match.end()))
    return found


def parse(text: str, *, implicit: bool = False) -> Node:
    """Read one expression.

    Args:
        text: The expression, without a relation sign.
        implicit: Whether `2x` and `3(x + 1)` are products.

    Raises:
        ExpressionError: If the text is not exactly one expression, or is beyond the bounds.
    """
    if len(text) > MAX_LENGTH:
        raise ExpressionError("the expression is too long")
    return parse_tokens(tokenize(text), implicit=implicit)


def parse_tokens(tokens: list[Token], *, implicit: bool = False) -> Node:
    """Read one expression from its tokens; see `parse`."""
    if len(tokens) > MAX_TOKENS:
        raise ExpressionError("the expression is too long")
    parser = _Parser([t for t in tokens if t.kind != "currency"], implicit)
    node = parser.sum(0)
    if parser.here is not None:
        raise ExpressionError(f"unexpected {parser.here.text!r}")
    return node


class _Parser:
    def __init__(self, tokens: list[Token], implicit: bool) -> None:
        self._tokens = tokens
        self._at = 0
        self._implicit = implicit

    @property
    def here(self) -> Token | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _operator(self) -> str:
        token = self.here
        return _SAME.get(token.text, token.text) if token and token.kind == "op" else ""

    def _expect(self, text: str) -> None:
        if self._operator() != text:
            raise ExpressionError(f"{text!r} is missing")
        self._at += 1

    def sum(self, depth: int) -> Node:
        node = self._product(depth)
        while (operator := self._operator()) in ("+", "-"):
            self._at += 1
            node = Operation(operator, (node, self._product(depth)))
        return node

    def _product(self, depth: int) -> Node:
        node = self._signed(depth)
        while True:
            operator = self._operator()
            if operator in ("*", "/", "//"):
                self._at += 1
                node = Operation(operator, (node, self._signed(depth)))
            elif operator == "%":
                self._at += 1
                node = Operation("mod", (node, self._signed(depth)))
            elif self._implicit and self._starts_factor():
                node = Operation("*", (node, self._power(depth)))
            else:
                return node

    def _starts_factor(self) -> bool:
        token = self.here
        return token is not None and (
            token.kind == "name" or token.text in ("(", "[", "{", "\\frac", "\\sqrt")
        )

    def _signed(self, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise ExpressionError("the expression is nested too deeply")
        operator = self._operator()
        if operator in ("+", "-"):
            self._at += 1
            node = self._signed(depth + 1)
            return Operation("neg", (node,)) if operator == "-" else node
        return self._power(depth)

    def _power(self, depth: int) -> Node:
        node = self._postfix(depth)
        if self._operator() == "^":
            self._at += 1
            return Operation("^", (node, self._signed(depth + 1)))
        return node

    def _postfix(self, depth: int) -> Node:
        node = self._primary(depth)
        while True:
            operator = self._operator()
            if operator in ("²", "³"):
                self._at += 1
                node = Operation("^", (node, Number(Fraction("²³".index(operator) + 2))))
            elif operator == "%" and not self._operand_follows():
                self._at += 1
                node = Operation("percent", (node,))
            else:
                return node

    def _operand_follows(self) -> bool:
        after = self._tokens[self._at + 1] if self._at + 1 < len(self._tokens) else None
        return after is not None and (after.kind in ("number", "name") or after.text in "([{")

    def _primary(self, depth: int) -> Node:
        token = self.here
        if token is None:
            raise ExpressionError("the expression ends too early")
        self._at += 1
        if token.kind == "number":
            return _number(token.text)
        if token.kind == "name":
            follows_on = self.here is not None and self.here.text == "("
            if follows_on and token.text in FUNCTIONS:
                return Operation(token.text, self._arguments(depth))
            return Name(token.text)
        if token.text == "\\frac":
            return Operation("/", (self._group(depth), self._group(depth)))
        if token.text == "\\sqrt":
            return Operation("sqrt", (self._group(depth),))
        if token.text in _CLOSES:
            node = self.sum(depth + 1)
            self._expect(_CLOSES[token.text])
            return node
        raise ExpressionError(f"unexpected {token.text!r}")

    def _group(self, depth: int) -> Node:
        self._expect("{")
        node = self.sum(depth + 1)
        self._expect("}")
        return node

    def _arguments(self, depth: int) -> tuple[Node, ...]:
        self._expect("(")
        found = [self.sum(depth + 1)]
        while self._operator() == ",":
            self._at += 1
            found.append(self.sum(depth + 1))
        self._expect(")")
        return tuple(found)


def _number(text: str) -> Number:
    if len(text) > MAX_DIGITS:
        raise ExpressionError("a number is too long")
    plain = text.replace(",", "")
    mantissa = re.split("[eE]", plain)[0]
    places = len(mantissa.partition(".")[2]) if "." in mantissa and mantissa == plain else None
    return Number(Fraction(plain), places)


def names(node: Node) -> set[str]:
    """Return the variables of an expression."""
    if isinstance(node, Name):
        return {node.name}
    if isinstance(node, Operation):
        return set().union(*(names(operand) for operand in node.operands))
    return set()


def substitute(node: Node, values: Mapping[str, Node]) -> Node:
    """Return the expression with variables replaced by expressions."""
    if isinstance(node, Name):
        return values.get(node.name, node)
    if isinstance(node, Operation):
        return Operation(node.operator, tuple(substitute(o, values) for o in node.operands))
    return node
