"""Equations found in prose: what a step says is equal, and where it says so.

Reading is cautious: a run of numbers and signs counts as a side only where its ends are clear.
What is doubtful ("half of 50 = 25", "5 feet 6 = 66") is not read at all, so that a refutation
can be relied on; the price is that some claims go unchecked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from autoglm_agent.verifiers.expressions import (
    ExpressionError,
    Name,
    Node,
    Number,
    Token,
    parse_tokens,
    tokenize,
)

MAX_READ = 20_000
"""Characters of a text that are read."""


@dataclass(frozen=True)
class Equation:
    """Two sides that are said to be equal, and the characters that say so."""

    left: Node
    right: Node
    start: int
    end: int
    about: bool = False
    """Whether the sign says "about" instead of "is"."""

    @property
    def bare(self) -> bool:
        """Whether both sides are single numbers."""
        return isinstance(self.left, Number) and isinstance(self.right, Number)


_EQUAL = {"=", "==", "≈"}
_BINARY = {"+", "*", "/", "^", "**", "//", "%", "×", "·", "⋅", "∗", "÷", "\\times", "\\cdot"}
_GOVERNS = re.compile(
    r"(?:of|twice|double|triple|half|quarter|third|sqrt|square|root|log|ln|sin|cos|tan|exp|abs|max|"
    r"min|gcd|lcm|mod|minus|plus|times|divided|multiplied|by|over|per|cubed|squared|negative|"
    r"percent|hundred|thousand|million|billion|dozen|pi|not|than|between|from)",
    re.IGNORECASE,
)
"""Words that belong to the arithmetic beside them: a side that touches one is not complete."""
_GOES_ON = re.compile(
    r"\s*(?:(?:r|rem|remainder|mod|modulo|hundred|thousand|million|billion|trillion|dozen|k|m|bn|"
    r"percent|pi|sqrt|times|plus|minus|squared|cubed|divided|multiplied|over|of|or|cents?)\b"
    r"|with\s|and\s+(?:a\s+)?(?:half|quarter|\d)|[^\W\d]+\s+(?:and\s+)?\d[\d.,]*\s*[^\W\d]|[!^°:¢'′]|\.\.\.|…|,\s*r)",
    re.IGNORECASE,
)
"""What may follow a number and change its value."""


def equations(text: str) -> Iterator[Equation]:
    """Yield the equations that a text claims, those of a chain `a = b = c` one by one.

    Args:
        text: Prose, `<<3*4=12>>` marks and LaTeX included; `MAX_READ` characters are read.
    """
    tokens = _with_products(tokenize(text, 0, MAX_READ))
    signs = [i for i, token in enumerate(tokens) if token.kind == "relation"]
    middle: _Side | None = None
    for order, sign in enumerate(signs):
        first = signs[order - 1] + 1 if order else 0
        end = signs[order + 1] if order + 1 < len(signs) else len(tokens)
        left = middle if middle and middle.whole else _left_side(text, tokens, first, sign)
        middle = _right_side(text, tokens, sign + 1, end)
        if left and middle and tokens[sign].text in _EQUAL:
            about = tokens[sign].text == "≈" or _about(text, tokens[sign])
            yield Equation(left.node, middle.node, left.start, middle.end, about)


@dataclass(frozen=True)
class _Side:
    node: Node
    start: int
    end: int
    whole: bool
    """Whether nothing else stands between this sign and the next."""


def _with_products(tokens: list[Token]) -> list[Token]:
    """Read an `x` between two numbers or brackets as a product sign."""
    found = list(tokens)
    for i, token in enumerate(tokens[1:-1], 1):
        if token.text in ("x", "X") and _operand(tokens[i - 1], ")") and _operand(tokens[i + 1]):
            found[i] = Token("op", "*", token.start, token.end)
        elif token.text == "of" and tokens[i - 1].text == "%" and _operand(tokens[i + 1]):
            # "20% of 50" is a product; "half of 50" is left alone.
            found[i] = Token("op", "*", token.start, token.end)
    return found


def _operand(token: Token, bracket: str = "(") -> bool:
    return token.kind in ("number", "currency") or token.text in (bracket, "%")


def _numeric(token: Token) -> bool:
    return token.kind in ("number", "op", "currency") and token.text != ","


def _left_side(text: str, tokens: list[Token], first: int, sign: int) -> _Side | None:
    """Read the run that ends at a sign: it must begin where a clause can begin."""
    start = sign
    depth = 0
    while start > first and _numeric(tokens[start - 1]):
        token = tokens[start - 1]
        depth += (token.text in (")", "]", "}")) - (token.text in ("(", "[", "{"))
        if depth < 0:
            break
        start -= 1
    if _is_bullet(text, tokens, start, sign):
        start += 1
    elif not _may_follow(text, tokens[start], tokens[start - 1] if start else None):
        return None
    if start == sign or tokens[start].text in _BINARY:
        return None
    side = _side(tokens[start:sign], whole=start == first)
    if side and isinstance(side.node, Number | Name) and not _begins_line(text, side.start):
        # "the average of 3 and 5 = 4": a single number before the sign is seldom the whole side.
        return None
    return side


def _is_bullet(text: str, tokens: list[Token], start: int, sign: int) -> bool:
    """Return whether a run begins with the `-` or `*` of a list item."""
    if start + 1 >= sign or tokens[start].text not in ("-", "*"):
        return False
    apart = tokens[start + 1].start > tokens[start].end
    return apart and _begins_line(text, tokens[start].start)


def _may_follow(text: str, token: Token, previous: Token | None) -> bool:
    """Return whether a side may begin at `token`, after what stands before it."""
    if previous is None or previous.kind == "relation":
        return True
    touching = previous.end == token.start
    if previous.kind == "name":
        return not (
            touching
            or token.text in ("-", "+", "−")
            or _GOVERNS.fullmatch(previous.text)
            or len(previous.text) == 1
        )
    if previous.text == ",":
        return not touching
    return previous.text in ".:;([{\"“‘'`*_|→" and not (
        previous.text in ".:" and touching and text[previous.start - 1 : previous.start].isdigit()
    )


def _right_side(text: str, tokens: list[Token], first: int, end: int) -> _Side | None:
    """Read the run that begins at a sign: it must end where a value can end."""
    stop = first
    depth = 0
    while stop < end and _numeric(tokens[stop]):
        token = tokens[stop]
        depth += (token.text in ("(", "[", "{")) - (token.text in (")", "]", "}"))
        if depth < 0:
            break
        stop += 1
    stop = _before_aside(tokens, first, stop)
    if stop == first or (stop < len(tokens) and not _may_end(text, tokens[stop - 1], tokens[stop])):
        return None
    return _side(tokens[first:stop], whole=stop == end)


def _before_aside(tokens: list[Token], first: int, stop: int) -> int:
    """Leave out a bracket that opens at the end of the run: "= 7 (since ...)"."""
    while stop > first and tokens[stop - 1].text in ("(", "[", "{"):
        stop -= 1
    return stop


def _may_end(text: str, token: Token, following: Token) -> bool:
    if following.kind == "name" and following.start == token.end:
        return False
    return not _GOES_ON.match(text, token.end, token.end + 80)


def _side(tokens: list[Token], *, whole: bool) -> _Side | None:
    while tokens and tokens[-1].kind == "currency":
        tokens = tokens[:-1]
    if not tokens or not any(t.kind == "number" for t in tokens):
        return None
    if any(t.kind == "number" and re.match(r"0\d", t.text) for t in tokens):
        return None
    try:
        return _Side(parse_tokens(tokens), tokens[0].start, tokens[-1].end, whole)
    except ExpressionError:
        return None


def _begins_line(text: str, at: int) -> bool:
    before = text[max(0, at - 40) : at].rstrip(" \t$€£*_`(\"'")
    return not before or before[-1] in "\n:;<" or before.endswith((". ", ".\n"))


def _about(text: str, sign: Token) -> bool:
    around = text[max(0, sign.start - 15) : sign.start] + text[sign.end : sign.end + 15]
    return bool(re.search(r"~|about|approx|roughly|around|nearly|almost", around, re.IGNORECASE))
