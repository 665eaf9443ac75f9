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
from autoglm_agent.automl.report.wording import Wording

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


def score_plot(scores: Scores, say: Wording) -> Markup:
    """Draw the honest score with its interval above the naive score and the baseline."""
    rows = [(say("plot.held_out"), scores.value, "dot strong")]
    if scores.naive is not None:
        rows.append((say("plot.cross_validation"), scores.naive, "dot hollow"))
    if scores.baseline is not None:
        rows.append((say("plot.baseline"), scores.baseline, "dot hollow"))
    values = [scores.low, scores.high, *(value for _, value, _ in rows)]
    pad = (max(values) - min(values)) * 0.08 or 0.01
    told = say(
        "plot.score_label",
        metric=say.metric(scores.metric),
        value=scores.write(scores.value),
        low=scores.write(scores.low),
        high=scores.write(scores.high),
    )
    others = [f"{name} {scores.write(value)}" for name, value, _ in rows[1:]]
    canvas = Canvas(360, len(rows) * 30 + 30, say("semicolon").join([told, *others]))
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


def calibration_plot(points: list[Json], say: Wording, several: bool = False) -> Markup | None:
    """Draw predicted probabilities against observed shares, dots as large as their rows.

    With several classes the points tell of the most probable class of each row.
    """
    known = [p for p in points if p.get("n") and p.get("observed") is not None]
    if not known:
        return None
    told = [
        say(
            "plot.calibration_point",
            predicted=say.share(p["mean_predicted"]),
            observed=say.share(p["observed"]),
            rows=say.counted("count.row", p["n"]),
        )
        for p in known
    ]
    label = say("plot.calibration_label", items=say("semicolon").join(told))
    canvas = Canvas(420, 360, label)
    x, y = Scale(0, 1, 44, 405), Scale(0, 1, 315, 24)
    canvas.y_axis(y, 44, 405, say("plot.observed_share"))
    canvas.x_axis(x, 315, say("plot.top_probability" if several else "plot.probability"))
    canvas.line(x(0), y(0), x(1), y(1), "guide")
    canvas.path([(x(p["mean_predicted"]), y(p["observed"])) for p in known], "curve thin")
    most = max(p["n"] for p in known)
    for p, tip in zip(known, told, strict=True):
        canvas.dot(
            x(p["mean_predicted"]),
            y(p["observed"]),
            3 + 6 * math.sqrt(p["n"] / most),
            "dot soft",
            tip,
        )
    return canvas.markup()


def predicted_plot(residuals: Json, say: Wording) -> Markup | None:
    """Draw actual against predicted values of held-out rows."""
    pairs = _pairs(residuals)
    if not pairs:
        return None
    values = [v for pair in pairs for v in pair]
    canvas = Canvas(420, 360, say("plot.predicted_label", n=len(pairs)))
    low, high = _padded(values)
    x, y = Scale(low, high, 52, 405), Scale(low, high, 315, 24)
    canvas.y_axis(y, 52, 405, say("axis.actual"))
    canvas.x_axis(x, 315, say("axis.predicted"))
    canvas.line(x(low), y(low), x(high), y(high), "guide")
    canvas.cloud([(x(p), y(a)) for p, a in pairs])
    return canvas.markup()


def residual_plot(residuals: Json, say: Wording) -> Markup | None:
    """Draw the errors (actual minus predicted) over the predicted values."""
    pairs = _pairs(residuals)
    if not pairs:
        return None
    errors = [actual - predicted for predicted, actual in pairs]
    canvas = Canvas(420, 360, say("plot.residuals_label", n=len(pairs)))
    x = Scale(*_padded([p for p, _ in pairs]), 52, 405)
    y = Scale(*_padded([*errors, 0.0]), 315, 24)
    canvas.y_axis(y, 52, 405, say("axis.error"))
    canvas.x_axis(x, 315, say("axis.predicted"))
    canvas.line(52, y(0), 405, y(0), "guide")
    canvas.cloud([(x(p), y(e)) for (p, _), e in zip(pairs, errors, strict=True)])
    return canvas.markup()


def balance_plot(levels: list[tuple[str, int]], rows: int, say: Wording) -> Markup | None:
    """Draw the shares of the target's classes."""
    shown = [(str(name), int(n)) for name, n in levels if n][:12]
    if not shown or not rows:
        return None
    canvas = Canvas(
        420,
        len(shown) * 26 + 10,
        say("colon").join(
            [
                say("plot.balance"),
                say("semicolon").join(f"{name} {say.share(n, rows)}" for name, n in shown),
            ]
        ),
    )
    top = max(n for _, n in shown)
    scale = Scale(0, top, 120, 310)
    for index, (name, n) in enumerate(shown):
        y = 6 + index * 26
        canvas.text(112, y + 14, clip(name, 17), "end", tip=name)
        canvas.bar(120, y + 1, scale(n) - 120, 18, "bar")
        canvas.text(scale(n) + 8, y + 14, f"{say.share(n, rows)} ({num.count(n)})", style="value")
    return canvas.markup()


def histogram(values: list[float], title: str, say: Wording) -> Markup | None:
    """Draw the distribution of numbers."""
    known = np.asarray([v for v in values if v is not None], dtype=float)
    if known.size < 2 or known.min() == known.max():
        return None
    bins = int(np.clip(np.sqrt(known.size), 5, 30))
    counts, edges = np.histogram(known, bins=bins)
    canvas = Canvas(
        420,
        250,
        say(
            "plot.histogram_label",
            title=title,
            n=len(known),
            low=num.plain(float(edges[0])),
            high=num.plain(float(edges[-1])),
        ),
    )
    x = Scale(float(edges[0]), float(edges[-1]), 44, 405)
    y = Scale(0, float(counts.max()), 205, 24)
    canvas.y_axis(y, 44, 405, say("axis.rows"), 3)
    for n, left, right in zip(counts, edges[:-1], edges[1:], strict=True):
        canvas.bar(
            x(float(left)) + 0.5,
            y(float(n)),
            x(float(right)) - x(float(left)) - 1,
            205 - y(float(n)),
            "bar",
            say("colon").join(
                [
                    say("range", low=num.plain(float(left)), high=num.plain(float(right))),
                    say.counted("count.row", int(n)),
                ]
            ),
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
