"""A small canvas for inline SVG: scales, ticks, marks.

Colours are CSS classes of the page, so that a plot follows light, dark and print without a
second drawing. Every text is escaped here; numbers are written with at most one decimal, which
is a tenth of a pixel.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from markupsafe import Markup, escape


def ticks(low: float, high: float, about: int = 4) -> list[float]:
    """Return round numbers (1, 2, 2.5 or 5 times a power of ten) within [low, high]."""
    if not (math.isfinite(low) and math.isfinite(high)) or high <= low:
        return [low]
    raw = (high - low) / max(1, about)
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= raw * 0.999)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [k * step for k in range(first, last + 1)]


def tick_text(value: float, marks: Sequence[float]) -> str:
    """Write a tick with as many decimals as its neighbours need; 12k and 3M for large ones."""
    step = abs(marks[1] - marks[0]) if len(marks) > 1 else abs(value) or 1.0
    top = max((abs(m) for m in marks), default=abs(value))
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if top >= 10 * size and step >= size / 1000:
            return f"{value / size:.{_decimals(step / size)}f}{letter}" if value else "0"
    text = f"{value:.{_decimals(step)}f}"
    return "0" if float(text) == 0 else text


def _decimals(step: float) -> int:
    digits = max(0, -math.floor(math.log10(step) + 1e-9))
    scaled = step * 10**digits
    return digits if abs(scaled - round(scaled)) < 1e-6 else digits + 1


def clip(text: object, limit: int) -> str:
    """Shorten a text to so many characters; wide (CJK) characters count double."""
    room, out = limit, ""
    for letter in (whole := str(text)):
        room -= 2 if ord(letter) > 0x2E7F else 1
        if room < 0:
            return out[:-1] + "…"
        out += letter
    return whole


class Scale:
    """Linear map from values to pixels, with a domain that is never empty."""

    def __init__(self, low: float, high: float, start: float, end: float) -> None:
        if high <= low:
            pad = abs(low) * 0.05 or 0.5
            low, high = low - pad, high + pad
        self.low, self.high, self.start, self.end = low, high, start, end

    def __call__(self, value: float) -> float:
        """Return the pixel of a value."""
        part = (value - self.low) / (self.high - self.low)
        return self.start + part * (self.end - self.start)

    def ticks(self, about: int = 4) -> list[float]:
        """Return round values within the domain."""
        return ticks(self.low, self.high, about)


def _n(value: float) -> str:
    text = f"{value:.1f}"
    return text.removesuffix(".0")


class Canvas:
    """Marks collected for one `<svg>`.

    Args:
        width: Width of the view box in pixels; the page scales it down on small screens.
        height: Height of the view box.
        label: What the plot shows, for those who do not see it.
    """

    def __init__(self, width: float, height: float, label: str) -> None:
        self.width, self.height, self.label = width, height, label
        self._parts: list[str] = []

    def line(self, x1: float, y1: float, x2: float, y2: float, style: str = "axis") -> None:
        """Draw a straight line."""
        self._parts.append(
            f'<line class="{style}" x1="{_n(x1)}" y1="{_n(y1)}" x2="{_n(x2)}" y2="{_n(y2)}"/>'
        )

    def bar(
        self, x: float, y: float, width: float, height: float, style: str = "bar", tip: str = ""
    ) -> None:
        """Draw a rectangle with slightly round corners."""
        self._parts.append(
            f'<rect class="{style}" x="{_n(x)}" y="{_n(y)}" width="{_n(max(0.0, width))}" '
            f'height="{_n(max(0.0, height))}" rx="2">{_tip(tip)}</rect>'
        )

    def dot(self, x: float, y: float, radius: float = 4, style: str = "dot", tip: str = "") -> None:
        """Draw a filled circle."""
        self._parts.append(
            f'<circle class="{style}" cx="{_n(x)}" cy="{_n(y)}" r="{_n(radius)}">'
            f"{_tip(tip)}</circle>"
        )

    def path(self, points: Sequence[tuple[float, float]], style: str = "curve") -> None:
        """Draw a line through points."""
        if points:
            steps = "L".join(f"{_n(x)} {_n(y)}" for x, y in points)
            self._parts.append(f'<path class="{style}" d="M{steps}"/>')

    def cloud(self, points: Sequence[tuple[float, float]], style: str = "cloud") -> None:
        """Draw many equal points as one path."""
        if points:
            steps = "".join(f"M{_n(x)} {_n(y)}h0" for x, y in points)
            self._parts.append(f'<path class="{style}" d="{steps}"/>')

    def text(
        self,
        x: float,
        y: float,
        text: object,
        anchor: str = "start",
        style: str = "",
        tip: str = "",
    ) -> None:
        """Write a text; `anchor` is start, middle or end."""
        where = "" if anchor == "start" else f' text-anchor="{anchor}"'
        look = f' class="{style}"' if style else ""
        words = str(escape(str(text)))
        self._parts.append(f'<text x="{_n(x)}" y="{_n(y)}"{where}{look}>{words}{_tip(tip)}</text>')

    def x_axis(self, scale: Scale, y: float, title: str = "", about: int = 4) -> None:
        """Draw tick labels below `y` and a title under them."""
        marks = scale.ticks(about)
        self.line(scale.start, y, scale.end, y)
        for mark in marks:
            self.line(scale(mark), y, scale(mark), y + 4)
            self.text(scale(mark), y + 17, tick_text(mark, marks), "middle")
        if title:
            self.text((scale.start + scale.end) / 2, y + 35, title, "middle", "name")

    def y_axis(self, scale: Scale, x: float, right: float, title: str = "", about: int = 4) -> None:
        """Draw faint lines to `right`, tick labels left of `x` and the title on top."""
        marks = scale.ticks(about)
        for mark in marks:
            self.line(x, scale(mark), right, scale(mark), "grid")
            self.text(x - 6, scale(mark) + 4, tick_text(mark, marks), "end")
        if title:
            self.text(0, min(scale.start, scale.end) - 12, title, "start", "name")

    def markup(self) -> Markup:
        """Return the finished `<svg>` element."""
        # Every part was escaped when it was added.
        return Markup(  # noqa: S704
            f'<svg class="plot" viewBox="0 0 {_n(self.width)} {_n(self.height)}" role="img" '
            f'aria-label="{escape(self.label)}" style="max-width:{_n(self.width * 1.1)}px">'
            f"{''.join(self._parts)}</svg>"
        )


def _tip(text: str) -> str:
    return f"<title>{escape(text)}</title>" if text else ""
