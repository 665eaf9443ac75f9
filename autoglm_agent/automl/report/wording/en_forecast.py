"""The report's words of forecasts in English."""

from __future__ import annotations

TEXT: dict[str, str] = {
    "nav.forecast": "Forecast",
    "forecast.next": "Next{series}, {target}: {ranges}; 90 % intervals in brackets.",
    "forecast.held": "The values of {held} of {rows} kept aside lay in their {level} intervals.",
    "forecast.file": "All forecasts ({count}) are in forecasts.csv.",
    "forecast.plot_label": "History and forecast of {target}: {ranges}",
    "forecast.legend": "Known values, then the forecast with its 90 % interval.",
    "summary.forecasts": "Forecasts: {path}",
    "count.forecast": "{n} past forecast|{n} past forecasts",
    "count.series": "{n} series|{n} series",
    "slot.horizon": "How far ahead",
    "slot.series": "Series told apart by",
    "slot.per_period": "Several rows of a period",
    "per_period.sum": "added up",
    "per_period.mean": "averaged",
    "slot.all_rows": "all rows together",
}
