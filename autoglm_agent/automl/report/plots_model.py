"""Plots of the model: what it uses, how predictions move, how the search went."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from autoglm_agent.automl.report import numbers as num
from autoglm_agent.automl.report.collect import Json
from autoglm_agent.automl.report.svg import Canvas, Scale, clip
from autoglm_agent.automl.report.wording import Wording

MAX_BARS = 15
MAX_EFFECTS = 6
MAX_DOTS = 200


def importance_plot(explain: Json, say: Wording) -> Markup | None:
    """Draw the columns by their permutation importance, with one standard deviation."""
    items = [i for i in explain.get("importance") or () if i.get("mean") is not None]
    items = sorted(items, key=lambda i: -i["mean"])[:MAX_BARS]
    if not items:
        return None
    canvas = Canvas(
        420,
        len(items) * 26 + 44,
        say(
            "plot.importance_label",
            items=say("semicolon").join(f"{i['column']} {num.plain(i['mean'])}" for i in items),
        ),
    )
    ends = [i["mean"] + (i.get("sd") or 0) for i in items]
    starts = [i["mean"] - (i.get("sd") or 0) for i in items]
    scale = Scale(min(0.0, *starts) if starts else 0.0, max([0.0, *ends]), 150, 410)
    for index, item in enumerate(items):
        y, mean, sd = 17 + index * 26, item["mean"], item.get("sd") or 0.0
        tip = f"{item['column']}: {num.plain(mean)} ± {num.plain(sd)}"
        canvas.text(142, y + 4, clip(item["column"], 21), "end", tip=str(item["column"]))
        left, right = sorted((scale(0), scale(mean)))
        canvas.bar(left, y - 9, right - left, 18, "bar", tip)
        canvas.line(scale(mean - sd), y, scale(mean + sd), y, "error")
        for end in (mean - sd, mean + sd):
            canvas.line(scale(end), y - 4, scale(end), y + 4, "error")
    metric = say.metric(str(explain.get("metric", "")))
    canvas.x_axis(scale, len(items) * 26 + 8, say("plot.importance_axis", metric=metric))
    return canvas.markup()


def effect_plots(explain: Json, say: Wording) -> list[tuple[str, Markup]]:
    """Draw, for each of the first columns, how the mean prediction moves with it."""
    effects = [e for e in explain.get("effects") or () if e.get("grid") and e.get("response")]
    effects = effects[:MAX_EFFECTS]
    every = [float(v) for e in effects for v in e["response"] if v is not None]
    if not every:
        return []
    # One vertical scale for all: a flat line is then seen to be flat.
    pad = (max(every) - min(every)) * 0.06
    span = (min(every) - pad, max(every) + pad)
    return [(str(e["column"]), _effect(e, span, say)) for e in effects]


def _effect(effect: Json, span: tuple[float, float], say: Wording) -> Markup:
    grid, response = effect["grid"], [float(v) for v in effect["response"]]
    canvas = Canvas(
        300,
        200,
        say(
            "plot.effect_label",
            column=effect["column"],
            items=say("semicolon").join(
                say("plot.effect_point", value=g, response=num.plain(r))
                for g, r in list(zip(grid, response, strict=False))[:12]
            ),
        ),
    )
    y = Scale(*span, 160, 12)
    canvas.y_axis(y, 46, 292)
    if all(isinstance(g, int | float) and not isinstance(g, bool) for g in grid):
        x = Scale(min(grid), max(grid), 52, 286)
        _density(canvas, effect, [x(g) for g in grid], say)
        canvas.path([(x(g), y(r)) for g, r in zip(grid, response, strict=False)])
        canvas.x_axis(x, 160, about=3)
        return canvas.markup()
    levels = list(zip(grid, response, strict=False))[:8]
    width = (286 - 52) / len(levels)
    canvas.line(52, 160, 286, 160)
    _density(canvas, effect, [52 + (i + 0.5) * width for i in range(len(levels))], say)
    for index, (level, value) in enumerate(levels):
        x_mid = 52 + (index + 0.5) * width
        canvas.line(x_mid, 160, x_mid, y(value), "stem")
        canvas.dot(x_mid, y(value), 4.5, "dot", f"{level}: {num.plain(value)}")
        words = clip(level, max(3, int(width / 6.2)))
        canvas.text(
            x_mid,
            177 if index % 2 == 0 or len(levels) < 4 else 191,
            words,
            "middle",
            tip=str(level),
        )
    return canvas.markup()


def _density(canvas: Canvas, effect: Json, places: Sequence[float], say: Wording) -> None:
    """Draw below the curve how many rows lie near each value: where few do, it says little."""
    shares = [float(v or 0.0) for v in effect.get("density") or ()]
    if len(shares) < len(places) or not any(shares):
        return
    top = max(shares)
    for place, value, share in zip(places, effect["grid"], shares, strict=False):
        tip = say("plot.of_rows", value=value, share=say.share(share))
        height = 22.0 * share / top
        canvas.bar(place - 5, 160 - height, 10, height, "interval", tip)


def search_plot(search: Json, say: Wording) -> Markup | None:
    """Draw each candidate's cross-validation score over time, and the best so far."""
    metric = str(search.get("metric", ""))
    up = bool(search.get("greater_is_better", num.greater_is_better(metric)))
    clock, points, partial = 0.0, [], []
    for item in search.get("candidates") or ():
        clock += item.get("seconds") or 0.0
        if item.get("score") is not None:
            whole = item.get("status") == "done"
            points.append((clock, float(item["score"]), item.get("se") or 0.0, str(item["name"])))
            partial += [] if whole else [points.pop()]
    if not points:
        return None
    decimals = num.digits(metric, [p[1] for p in points])
    canvas = Canvas(
        420,
        300,
        say(
            "plot.search_label",
            metric=say.metric(metric),
            candidates=say.counted("count.candidate", len(points)),
            first=num.fixed(points[0][1], decimals),
            best=num.fixed(_best([p[1] for p in points], up), decimals),
        ),
    )
    low, high = _scores_span([p[1] for p in points], up)
    kept = [p for p in points if low <= p[1] <= high]
    low, high = min(p[1] - p[2] for p in kept), max(p[1] + p[2] for p in kept)
    pad = (high - low) * 0.08 or abs(high) * 0.01 or 0.01
    x, y = Scale(0, clock or 1.0, 56, 402), Scale(low - pad, high + pad, 252, 24)
    better = "plot.higher" if up else "plot.lower"
    canvas.y_axis(y, 56, 410, say(better, metric=say.metric(metric)))
    canvas.x_axis(x, 252, say("plot.training_seconds"))
    best, stairs = points[0][1], [(x(points[0][0]), _within(y, points[0][1]))]
    for when, value, _, _ in points:
        if best != (better_one := _best([best, value], up)):
            stairs += [(x(when), _within(y, best)), (x(when), _within(y, better_one))]
            best = better_one
    canvas.path([*stairs, (x.end, _within(y, best))], "curve thin")
    # A candidate that was stopped has a score on fewer rows, which compares with no other.
    for when, value, _, name in partial[: MAX_DOTS // 2]:
        if y.low <= value <= y.high:
            tip = say("plot.stopped", name=name, score=num.fixed(value, decimals))
            canvas.dot(x(when), y(value), 3, "dot hollow", tip)
    # Of a very long search only every n-th candidate is drawn; the line tells of all.
    for when, value, se, name in points[:: 1 + len(points) // MAX_DOTS]:
        if low - pad <= value <= high + pad:
            canvas.line(x(when), _within(y, value - se), x(when), _within(y, value + se), "error")
        tip = f"{name}: {num.fixed(value, decimals)} ± {num.fixed(se, decimals)}"
        canvas.dot(x(when), _within(y, value), 4, "dot soft", tip)
    return canvas.markup()


def weights_plot(search: Json, say: Wording) -> Markup | None:
    """Draw the members of the blend by their weight."""
    names = {str(c.get("id")): str(c.get("name")) for c in search.get("candidates") or ()}
    weights = {k: float(v) for k, v in (search.get("weights") or {}).items() if v}
    if not weights:
        return None
    items = sorted(weights.items(), key=lambda item: -item[1])[:MAX_BARS]
    canvas = Canvas(
        420,
        len(items) * 26 + 8,
        say(
            "plot.weights_label",
            items=say("semicolon").join(f"{names.get(k, k)} {say.share(v)}" for k, v in items),
        ),
    )
    scale = Scale(0, max(v for _, v in items), 176, 370)
    for index, (key, value) in enumerate(items):
        y, name = 4 + index * 26, names.get(key, key)
        canvas.text(168, y + 14, clip(name, 25), "end", tip=name)
        canvas.bar(176, y + 1, scale(value) - 176, 18, "bar")
        canvas.text(scale(value) + 8, y + 14, say.share(value), style="value")
    return canvas.markup()


def _best(values: Sequence[float], up: bool) -> float:
    return max(values) if up else min(values)


def _scores_span(values: list[float], up: bool) -> tuple[float, float]:
    """Return the range to show: outliers on the bad side would flatten all others."""
    ordered = sorted(values, reverse=up)
    middle = ordered[: max(2, (3 * len(ordered) + 3) // 4)]
    spread = abs(middle[-1] - middle[0])
    kept = [v for v in values if abs(v - ordered[0]) <= 3 * spread] or values
    return min(kept), max(kept)


def _within(scale: Scale, value: float) -> float:
    top, bottom = sorted((scale.start, scale.end))
    return min(bottom, max(top, scale(value)))
