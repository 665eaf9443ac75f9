"""The plot of the trade-off between quality and speed."""

from __future__ import annotations

import math
from typing import Any

from markupsafe import Markup

from autoglm_agent.automl.report import numbers as num
from autoglm_agent.automl.report.svg import Canvas, Scale, clip
from autoglm_agent.automl.report.wording import Wording

NAMED = 6
"""Models of the front whose names are written."""


def pareto_plot(told: dict[str, Any], say: Wording) -> Markup | None:
    """Draw score over latency: full dots for the front, rings for the rest, a line between."""
    models = [m for m in told.get("models") or () if m.get("latency_ms")]
    if len(models) < 2:
        return None
    metric = str(told.get("metric", ""))
    decimals = num.digits(metric, [m["score"] for m in models])
    canvas = Canvas(
        420,
        300,
        say(
            "plot.pareto_label",
            metric=say.metric(metric),
            items=say("semicolon").join(
                f"{m['name']} {num.fixed(m['score'], decimals)}, {m['latency_ms']:.2g} ms"
                for m in models[:12]
            ),
        ),
    )
    times = [math.log10(m["latency_ms"]) for m in models]
    scores = [float(m["score"]) for m in models]
    pad = (max(scores) - min(scores)) * 0.1 or 0.01
    x = Scale(min(times) - 0.05, max(times) + 0.05, 56, 402)
    y = Scale(min(scores) - pad, max(scores) + pad, 252, 24)
    canvas.y_axis(y, 56, 410, say.metric(metric))
    canvas.line(56, 252, 402, 252)
    for mark in range(math.floor(x.low), math.ceil(x.high) + 1):
        for part in (1, 2, 5):
            place = math.log10(part) + mark
            if x.low <= place <= x.high:
                canvas.line(x(place), 252, x(place), 256)
                canvas.text(x(place), 269, f"{part * 10.0**mark:g}", "middle")
    canvas.text(229, 287, say("plot.pareto_axis"), "middle", "name")
    best = sorted((m for m in models if m.get("front")), key=lambda m: m["latency_ms"])
    canvas.path([(x(math.log10(m["latency_ms"])), y(m["score"])) for m in best], "curve thin")
    for model in models:
        style = "dot" if model.get("front") else "dot hollow"
        tip = (
            f"{model['name']}: {num.fixed(model['score'], decimals)}, {model['latency_ms']:.3g} ms"
        )
        canvas.dot(x(math.log10(model["latency_ms"])), y(model["score"]), 4.5, style, tip)
    for model in best[:NAMED]:
        where = x(math.log10(model["latency_ms"]))
        anchor = "end" if where > 300 else "start"
        shift = -8 if anchor == "end" else 8
        canvas.text(where + shift, y(model["score"]) - 7, clip(model["name"], 22), anchor)
    return canvas.markup()
