"""Plots of how good the predictions are."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from markupsafe import Markup

from autoglm_agent.automl.report import numbers as num
from autoglm_agent.automl.report.answer import Scores
from autoglm_agent.automl.report.collect import Json
from autoglm_agent.automl.report.svg import Canvas, Scale, clip

MAX_CLASSES = 20
"""More classes than this are shown as their most frequent confusions."""


@dataclass(frozen=True)
class Confusion:
    """Counts by true class (rows) and predicted class (columns).

    Attributes:
        shares: Each count as a share of its row.
        pairs: The most frequent confusions (true, predicted, count), the largest first.
        shown: Whether the whole matrix is small enough to be shown.
    """

    labels: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    shares: tuple[tuple[float, ...], ...]
    pairs: tuple[tuple[str, str, int], ...]
    threshold: float | None
    positive: int | None

    @property
    def shown(self) -> bool:
        """Whether the whole matrix is small enough to be shown."""
        return len(self.labels) <= MAX_CLASSES


def score_plot(scores: Scores) -> Markup:
    """Draw the honest score with its interval above the naive score and the baseline."""
    rows = [("held out", scores.value, "dot strong")]
    if scores.naive is not None:
        rows.append(("cross-validation", scores.naive, "dot hollow"))
    if scores.baseline is not None:
        rows.append(("baseline", scores.baseline, "dot hollow"))
    values = [scores.low, scores.high, *(value for _, value, _ in rows)]
    pad = (max(values) - min(values)) * 0.08 or 0.01
    canvas = Canvas(
        360,
        len(rows) * 30 + 30,
        f"Held-out {num.metric_title(scores.metric)} {scores.write(scores.value)}, interval "
        f"{scores.write(scores.low)} to {scores.write(scores.high)}; "
        + "; ".join(f"{name} {scores.write(value)}" for name, value, _ in rows[1:]),
    )
    scale = Scale(min(values) - pad, max(values) + pad, 108, 348)
    bottom = len(rows) * 30 + 4
    canvas.bar(scale(scores.low), 4, scale(scores.high) - scale(scores.low), bottom - 4, "interval")
    for index, (name, value, style) in enumerate(rows):
        y = 20 + index * 30
        canvas.text(0, y + 4, name, style="" if index else "strong")
        canvas.line(scale.start, y, scale.end, y, "grid")
        if index == 0:
            canvas.line(scale(scores.low), y, scale(scores.high), y, "whisker")
        canvas.dot(scale(value), y, 6 if index == 0 else 5, style, scores.write(value))
    canvas.x_axis(scale, bottom)
    return canvas.markup()


def calibration_plot(points: list[Json], several: bool = False) -> Markup | None:
    """Draw predicted probabilities against observed shares, dots as large as their rows.

    With several classes the points tell of the most probable class of each row.
    """
    known = [p for p in points if p.get("n") and p.get("observed") is not None]
    if not known:
        return None
    canvas = Canvas(
        420,
        360,
        "Calibration: "
        + "; ".join(
            f"predicted {num.share(p['mean_predicted'])}, observed {num.share(p['observed'])} "
            f"of {num.count(p['n'])} rows"
            for p in known
        ),
    )
    x, y = Scale(0, 1, 44, 405), Scale(0, 1, 315, 24)
    canvas.y_axis(y, 44, 405, "observed share")
    what = "probability of the most probable class" if several else "predicted probability"
    canvas.x_axis(x, 315, what)
    canvas.line(x(0), y(0), x(1), y(1), "guide")
    canvas.path([(x(p["mean_predicted"]), y(p["observed"])) for p in known], "curve thin")
    most = max(p["n"] for p in known)
    for p in known:
        canvas.dot(
            x(p["mean_predicted"]),
            y(p["observed"]),
            3 + 6 * math.sqrt(p["n"] / most),
            "dot soft",
            f"{num.count(p['n'])} rows: predicted {num.share(p['mean_predicted'])}, "
            f"observed {num.share(p['observed'])}",
        )
    return canvas.markup()


def predicted_plot(residuals: Json) -> Markup | None:
    """Draw actual against predicted values of held-out rows."""
    pairs = _pairs(residuals)
    if not pairs:
        return None
    values = [v for pair in pairs for v in pair]
    canvas = Canvas(420, 360, f"Actual against predicted values of {len(pairs)} held-out rows")
    low, high = _padded(values)
    x, y = Scale(low, high, 52, 405), Scale(low, high, 315, 24)
    canvas.y_axis(y, 52, 405, "actual")
    canvas.x_axis(x, 315, "predicted")
    canvas.line(x(low), y(low), x(high), y(high), "guide")
    canvas.cloud([(x(p), y(a)) for p, a in pairs])
    return canvas.markup()


def residual_plot(residuals: Json) -> Markup | None:
    """Draw the errors (actual minus predicted) over the predicted values."""
    pairs = _pairs(residuals)
    if not pairs:
        return None
    errors = [actual - predicted for predicted, actual in pairs]
    canvas = Canvas(420, 360, f"Errors over predicted values of {len(pairs)} held-out rows")
    x = Scale(*_padded([p for p, _ in pairs]), 52, 405)
    y = Scale(*_padded([*errors, 0.0]), 315, 24)
    canvas.y_axis(y, 52, 405, "actual − predicted")
    canvas.x_axis(x, 315, "predicted")
    canvas.line(52, y(0), 405, y(0), "guide")
    canvas.cloud([(x(p), y(e)) for (p, _), e in zip(pairs, errors, strict=True)])
    return canvas.markup()


def balance_plot(levels: list[tuple[str, int]], rows: int) -> Markup | None:
    """Draw the shares of the target's classes."""
    shown = [(str(name), int(n)) for name, n in levels if n][:12]
    if not shown or not rows:
        return None
    canvas = Canvas(
        420,
        len(shown) * 26 + 10,
        "Classes of the target: " + "; ".join(f"{name} {num.share(n, rows)}" for name, n in shown),
    )
    top = max(n for _, n in shown)
    scale = Scale(0, top, 120, 310)
    for index, (name, n) in enumerate(shown):
        y = 6 + index * 26
        canvas.text(112, y + 14, clip(name, 17), "end", tip=name)
        canvas.bar(120, y + 1, scale(n) - 120, 18, "bar")
        canvas.text(scale(n) + 8, y + 14, f"{num.share(n, rows)} ({num.count(n)})", style="value")
    return canvas.markup()


def histogram(values: list[float], title: str) -> Markup | None:
    """Draw the distribution of numbers."""
    known = np.asarray([v for v in values if v is not None], dtype=float)
    if known.size < 2 or known.min() == known.max():
        return None
    bins = int(np.clip(np.sqrt(known.size), 5, 30))
    counts, edges = np.histogram(known, bins=bins)
    canvas = Canvas(
        420,
        250,
        f"{title}: {len(known)} values from {num.plain(float(edges[0]))} to "
        f"{num.plain(float(edges[-1]))}",
    )
    x = Scale(float(edges[0]), float(edges[-1]), 44, 405)
    y = Scale(0, float(counts.max()), 205, 24)
    canvas.y_axis(y, 44, 405, "rows", 3)
    for n, left, right in zip(counts, edges[:-1], edges[1:], strict=True):
        canvas.bar(
            x(float(left)) + 0.5,
            y(float(n)),
            x(float(right)) - x(float(left)) - 1,
            205 - y(float(n)),
            "bar",
            f"{num.plain(float(left))} to {num.plain(float(right))}: {n} rows",
        )
    canvas.x_axis(x, 205, title)
    return canvas.markup()


def confusion(assessment: Json) -> Confusion | None:
    """Return the confusion matrix of an assessment with its row shares."""
    matrix = assessment.get("confusion")
    if not isinstance(matrix, list) or not matrix:
        return None
    counts = tuple(tuple(int(n) for n in row) for row in matrix)
    known = assessment.get("classes") or list(range(len(counts)))
    labels = tuple(str(c) for c in known)
    if len(labels) != len(counts) or any(len(row) != len(counts) for row in counts):
        return None
    wrong = [
        (labels[i], labels[j], n)
        for i, row in enumerate(counts)
        for j, n in enumerate(row)
        if i != j and n
    ]
    return Confusion(
        labels=labels,
        counts=counts,
        shares=tuple(tuple(n / (sum(row) or 1) for n in row) for row in counts),
        pairs=tuple(sorted(wrong, key=lambda pair: -pair[2])[:12]),
        threshold=assessment.get("threshold"),
        positive=_index(assessment.get("positive"), known, len(counts)),
    )


def _index(positive: Any, labels: list[Any], size: int) -> int | None:
    """Return the index of the positive class, given as an index or as a label."""
    if size != 2 or positive is None:
        return None
    if isinstance(positive, int) and not isinstance(positive, bool) and positive in (0, 1):
        return positive
    return labels.index(positive) if positive in labels else None


def _pairs(residuals: Json) -> list[tuple[float, float]]:
    predicted, actual = residuals.get("predicted") or [], residuals.get("actual") or []
    return [
        (float(p), float(a))
        for p, a in zip(predicted, actual, strict=False)
        if p is not None and a is not None
    ]


def _padded(values: list[float]) -> tuple[float, float]:
    pad = (max(values) - min(values)) * 0.03
    return min(values) - pad, max(values) + pad
