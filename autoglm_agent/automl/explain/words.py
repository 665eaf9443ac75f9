"""The sentences of the plain summary and of one row's explanation, in English and Chinese."""

from __future__ import annotations

from typing import Literal

Language = Literal["en", "zh"]

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "verified": "No check that applies refutes the result, so the score below can be trusted.",
        "unverified": "Not every check was passed: read the score below with the findings.",
        "score": "On {n} rows that were held out, {metric} is {value} (95 % interval {low} to "
        "{high}).",
        "drivers": "The prediction rests most on {names}.",
        "and": ", ",
        "first": "Without the information in {column}, {metric} gets worse by {drop}.",
        "rises": "{what} rises with {column}.",
        "falls": "{what} falls as {column} rises.",
        "probability": "The probability of {label}",
        "number": "The prediction",
        "slice": "It fails most where {column} is {value} ({rows} rows): {name} {loss} there, "
        "{others} elsewhere.",
        "range": "It has never seen {column} below {low} or above {high} and can only guess there.",
        "period": "It knows {column} from {low} to {high} only; what changes later it cannot know.",
        "no_cause": "It tells what goes together, not what causes what.",
        "row": "row {row}: {of} {prediction}{decided}; an average row has {base}",
        "forecast": "forecast {row}, {time}{series}: {prediction}; the simple forecast ({naive}) "
        "is {simple}, with the usual correction {base}",
        "of_class": "probability of {label}",
        "of_number": "prediction",
        "decided": " (decision: {label})",
        "missing": "missing",
        "together": "{n} other columns together",
        "unchangeable": "no column may change: {names} are fixed",
        "no_change": "no change of up to three of {n} columns flips it",
        "change": "{column} from {before} to {after}",
        "would": "it would be {label} with {steps}",
        "would_not": "this tells what the model would say, not what would happen",
        "log-loss": "log-loss",
        "absolute error": "mean absolute error",
    },
    "zh": {
        "verified": "适用的检查都没有推翻这个结果，下面的分数可以信任。",
        "unverified": "并非所有检查都通过：请结合检查结果来看下面的分数。",
        "score": "在 {n} 行留出数据上，{metric} 为 {value}（95% 区间 {low} 至 {high}）。",
        "drivers": "预测主要依据 {names}。",
        "and": "、",
        "first": "如果没有 {column} 的信息，{metric} 会变差 {drop}。",
        "rises": "{column} 越大，{what}越高。",
        "falls": "{column} 越大，{what}越低。",
        "probability": "“{label}”的概率",
        "number": "预测值",
        "slice": "{column} 为 {value} 时（{rows} 行）效果最差：{name} 为 {loss}，其余为 {others}。",
        "range": "训练数据中 {column} 从未低于 {low} 或高于 {high}，超出范围只能猜测。",
        "period": "{column} 只见过 {low} 到 {high}，之后的变化无从得知。",
        "no_cause": "模型只说明哪些因素同时出现，并不说明因果。",
        "row": "第 {row} 行：{of} {prediction}{decided}；平均一行为 {base}",
        "forecast": "第 {row} 个预测，{time}{series}：{prediction}；简单预测（{naive}）为 "
        "{simple}，加上通常的修正为 {base}",
        "of_class": "“{label}”的概率为",
        "of_number": "预测值为",
        "decided": "（判定：{label}）",
        "missing": "缺失",
        "together": "其余 {n} 列合计",
        "unchangeable": "没有可以改变的列：{names} 均已固定",
        "no_change": "在 {n} 列中最多改变三列，也不能使结果翻转",
        "change": "{column} 从 {before} 变为 {after}",
        "would": "若 {steps}，结果会是 {label}",
        "would_not": "这只说明模型会怎么说，并不说明实际会发生什么",
        "log-loss": "对数损失",
        "absolute error": "平均绝对误差",
    },
}
