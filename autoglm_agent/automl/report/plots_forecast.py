"""The plot of forecasts: the end of a history, what follows, and the interval around it."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from autoglm_agent.automl.report import numbers as num
from autoglm_agent.automl.report.collect import Json, RunRecord
from autoglm_agent.automl.report.svg import Canvas, Scale, clip
from autoglm_agent.automl.report.wording import Wording

_WIDTH, _HEIGHT = 620, 250


@dataclass(frozen=True)
class Forecasts:
    """What the page tells of forecasts.

    Attributes:
        plots: Name of each series and its plot.
        lines: Sentences under them.
    """

    plots: tuple[tuple[str, Markup], ...]
    lines: tuple[str, ...]


def forecasts_of(record: RunRecord, say: Wording) -> Forecasts | None:
    """Return the forecasts of a run; None if it made none."""
    told = record.forecasts
    if not told or not told.get("series"):
        return None
    shown = [s for s in told["series"] if s.get("prediction") and s.get("values")]
    plots = tuple((str(s.get("key") or told["target"]), _plot(s, told, say)) for s in shown)
    return Forecasts(plots, (*forecast_lines(record, say), *forecast_doubts(record, say)))


def forecast_lines(record: RunRecord, say: Wording) -> list[str]:
    """Say what comes next in the first series, and how well the intervals held."""
    told = record.forecasts
    if not told or not told.get("series"):
        return []
    first = told["series"][0]
    lines = [
        say(
            "forecast.next",
            target=say("answer.target", name=told["target"]),
            series=f" ({clip(first['key'], 60)})" if first.get("key") else "",
            ranges=say("semicolon").join(_values(first)),
        )
    ]
    held = told.get("coverage") or {}
    if held.get("n"):
        lines.append(
            say(
                "forecast.held",
                level=say.share(held["level"]),
                held=say.share(held["held"]),
                rows=say.counted("count.forecast", int(held["n"])),
            )
        )
    lines.append(say("forecast.file", count=say.counted("count.series", int(told["count"]))))
    return lines


def forecast_doubts(record: RunRecord, say: Wording) -> list[str]:
    """Say what should be known of the history before its forecasts are believed."""
    told = record.forecasts or {}
    return [say.fact(str(note)) for note in told.get("notes") or ()]


def _values(series: Json) -> list[str]:
    """Write the first and the last forecast with their intervals."""
    places = sorted({0, len(series["prediction"]) - 1})
    spread = [series["low"][p] for p in places] + [series["high"][p] for p in places]
    digits = num.digits("mae", spread)
    return [
        f"{_moment(series['ahead'][p])}: {num.fixed(series['prediction'][p], digits)} "
        f"({num.fixed(series['low'][p], digits)} – {num.fixed(series['high'][p], digits)})"
        for p in places
    ]


def _plot(series: Json, told: Json, say: Wording) -> Markup:
    past, ahead = series["values"], series["prediction"]
    known = [v for v in past if v is not None]
    low, high = min([*known, *series["low"]]), max([*known, *series["high"]])
    pad = (high - low) * 0.06 or 1.0
    label = say(
        "forecast.plot_label", target=told["target"], ranges=say("semicolon").join(_values(series))
    )
    canvas = Canvas(_WIDTH, _HEIGHT, label)
    x = Scale(0, len(past) + len(ahead) - 1, 56, _WIDTH - 10)
    y = Scale(low - pad, high + pad, _HEIGHT - 36, 26)
    canvas.y_axis(y, 56, _WIDTH - 10, told["target"])
    start = len(past)
    last = max(i for i, value in enumerate(past) if value is not None)
    fan = [(x(last), y(past[last]))]
    upper = fan + [(x(start + i), y(v)) for i, v in enumerate(series["high"])]
    lower = fan + [(x(start + i), y(v)) for i, v in enumerate(series["low"])]
    canvas.path([*upper, *reversed(lower)], "fan")
    for piece in _pieces(past):
        canvas.path([(x(i), y(past[i])) for i in piece], "curve past")
    canvas.path(fan + [(x(start + i), y(v)) for i, v in enumerate(ahead)], "curve ahead")
    canvas.line(x(last), 26, x(last), _HEIGHT - 36, "guide")
    canvas.line(56, _HEIGHT - 36, _WIDTH - 10, _HEIGHT - 36)
    canvas.text(56, _HEIGHT - 18, _moment(series["times"][0]))
    canvas.text(x(last), _HEIGHT - 18, _moment(series["times"][last]), "middle")
    canvas.text(_WIDTH - 10, _HEIGHT - 4, _moment(series["ahead"][-1]), "end")
    return canvas.markup()


def _pieces(values: list[float | None]) -> list[list[int]]:
    """Return runs of known values: a line does not cross a gap."""
    pieces: list[list[int]] = [[]]
    for index, value in enumerate(values):
        if value is None:
            pieces.append([])
        else:
            pieces[-1].append(index)
    return [piece for piece in pieces if piece]


def _moment(text: str) -> str:
    """Write a moment without what is nought of it."""
    day, _, clock = text.partition("T")
    clock, utc, _ = clock.partition("+00:00")
    clock = clock.split(".")[0].removesuffix(":00")
    zone = " UTC" if utc else ""
    return day if clock in ("", "00:00") and not zone else f"{day} {clock}{zone}"
