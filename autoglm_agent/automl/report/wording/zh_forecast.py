"""The report's words of forecasts in Chinese."""

from __future__ import annotations

TEXT: dict[str, str] = {
    "nav.forecast": "未来预测",
    "forecast.next": "接下来{series}，{target}：{ranges}；括号内为 90% 区间。",
    "forecast.held": "留出的 {rows}值有 {held} 落在 {level} 区间内。",
    "forecast.file": "全部预测（{count}）见 forecasts.csv。",
    "forecast.plot_label": "{target} 的历史与预测：{ranges}",
    "forecast.legend": "已知值，以及带 90% 区间的预测。",
    "summary.forecasts": "预测结果：{path}",
    "count.forecast": "{n} 次历史预测的",
    "count.series": "{n} 个序列",
    "slot.horizon": "预测多远",
    "slot.series": "区分序列的列",
    "slot.per_period": "同一时段的多行",
    "per_period.sum": "相加",
    "per_period.mean": "取平均",
    "slot.all_rows": "所有行合在一起",
}
