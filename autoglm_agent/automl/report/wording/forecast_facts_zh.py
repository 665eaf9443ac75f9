"""Sentences on forecasts in Chinese: how they were laid out, checked, and what they have to beat.

As in `facts_zh`: the English sentence with its figures `{n1}` and names `{name1}` left open, and
the sentence in Chinese.
"""

from __future__ import annotations

from autoglm_agent.automl.forecasting.naming import NAIVE_IN_CHINESE

FORECAST_FACTS: dict[str, str] = {
    "The error is {n1} of that of {name1}.": "误差是“{name1}”的 {n1} 倍。",
    "the last known value": "上一个已知值",
    "the simple forecast": "简单预测",
    "the simple forecast ({name1})": "简单预测（{name1}）",
    **NAIVE_IN_CHINESE,
    "No feature of {n1} past forecasts, made at {n2} moments, changes with what came later.":
        "在 {n2} 个时刻所做的 {n1} 次历史预测，其特征都不随之后的数据改变。",
    "Columns told in advance by the table: {n1}.": "表中事先给出的列数：{n1}。",
    "{name1} changes in {n1} forecasts with what came later.":
        "{name1} 在 {n1} 次预测中随之后的数据改变。",
    "Asked of forecasts.": "只用于未来预测。",
    "A forecast's features are of an earlier time (V44).":
        "未来预测的特征都来自更早的时间（V44）。",
    "Every row is a past forecast of up to {n1} periods of {name1} ahead.":
        "每一行是一次历史预测，最多向前 {n1} 个时段（每个时段 {name1}）。",
    "Every row is a past forecast of up to {n1} periods of {name1} ahead for each {name2}.":
        "每一行是某个 {name2} 的一次历史预测，最多向前 {n1} 个时段（每个时段 {name1}）。",
    "The simple forecast that a model has to beat is the {name1}.":
        "模型要胜过的简单预测是：{name1}。",
    "Values are told as differences from the simple forecast.": "数值表示与简单预测之差。",
    "{n1} of {n2} periods have several rows, the first {name1} of {name2}; they were added up.":
        "{n2} 个时段中有 {n1} 个有多行，第一个是 {name2} 的 {name1}；这些行已相加。",
    "{n1} of {n2} periods have several rows, the first {name1} of {name2}; they were averaged.":
        "{n2} 个时段中有 {n1} 个有多行，第一个是 {name2} 的 {name1}；这些行已取平均。",
    "{n1} of {n2} periods have several rows, the first {name1}; they were added up.":
        "{n2} 个时段中有 {n1} 个有多行，第一个是 {name1}；这些行已相加。",
    "{n1} of {n2} periods have several rows, the first {name1}; they were averaged.":
        "{n2} 个时段中有 {n1} 个有多行，第一个是 {name1}；这些行已取平均。",
    "Not forecast, since the last value is long past: {name1}.":
        "未作预测（最后一个值距今已久）：{name1}。",
    "No model was found that is surely better than the simple forecast ({name1}), so this is what "
    "is forecast.": "没有找到确实优于简单预测（{name1}）的模型，因此给出的就是简单预测。",
    "On sealed periods the model is not surely better than {name1}, so what is forecast is the "
    "simple forecast.": "在封存的时段上，模型并不确定优于{name1}，因此给出的是简单预测。",
    "Several rows of one period were added up.": "同一时段的多行已相加。",
    "Several rows of one period were averaged.": "同一时段的多行已取平均。",
    "Told in advance by the table: {name1}.": "表中事先给出：{name1}。",
    "{name1} was not used: {name2}.": "未使用 {name1}：{name2}。",
    "it changes over time, no number": "它随时间变化，且不是数值",
    "an id": "它是编号",
    "constant": "它只有一个值",
    "empty": "它没有值",
    "one of more than {n1} columns of numbers": "数值列超过 {n1} 个",
}  # fmt: skip
