"""Why a remedy is one, and what a check asks, in Chinese: as in `facts_zh`."""

from __future__ import annotations

REMEDIES: dict[str, str] = {
    # Scores and predictions
    "Compute the score again.": "重新计算得分。",
    "Compute the figures again.": "重新计算各项数字。",
    "Judge on rows that it has not seen.": "请用模型没有见过的行来评判。",
    "Predict again.": "重新预测。",
    "A score that does not follow from its predictions is worth nothing.": (
        "不能由自身预测算出的得分毫无价值。"
    ),
    "The weights have to be found again.": "需要重新求权重。",
    "Is a score from held-out rows that were read before good enough for you?": (
        "留出数据此前已被读取过，这样的得分是否够用？"
    ),
    # Columns
    "Is {name1} known before the outcome?": "{name1} 在结果发生前是否已知？",
    "They would not be known when the model is used.": "使用模型时还不会知道它们。",
    "They are not known when a forecast is made.": "做预测时还不知道它们。",
    "Do without them.": "不用它们。",
    "Fit every feature within the training rows of a fold, then come back.": (
        "请只在每一折的训练行内计算各特征，然后再来。"
    ),
    # Rows and splits
    "Divide the rows first.": "请先划分各行。",
    "Divide the rows again.": "重新划分各行。",
    "Seal the held-out rows again.": "重新封存留出的行。",
    "Equal rows must stay on one side of the split and in one fold.": (
        "相同的行必须留在划分的同一侧、同一折中。"
    ),
    "Almost equal rows must stay on one side of the split and in one fold.": (
        "几乎相同的行必须留在划分的同一侧、同一折中。"
    ),
    "A model is used on new groups.": "模型将用于新的组。",
    "A model is used on rows that come later.": "模型将用于之后的行。",
    "Will the model be used on new values of {name1}?": "模型会用于 {name1} 的新取值吗？",
    "Are both tables of the same source?": "两张表来自同一来源吗？",
    # Labels
    "Look through the rows listed and mend their labels, then come back.": (
        "请查看所列各行并改正其标签，然后再来。"
    ),
    "Write each class in one way in the table ({name1}) and run again.": (
        "请在表中把每个类别统一写法（{name1}），然后重新运行。"
    ),
    # Models
    "Fix the seeds and threads.": "固定随机种子和线程。",
    "Fit the model again.": "重新拟合模型。",
    "Fewer and simpler candidates leave less to chance.": "候选越少、越简单，偶然性越小。",
    "A simpler model answers faster.": "更简单的模型回答更快。",
    "A simpler model promises less and keeps it; to score it, the holdout must be read again.": (
        "更简单的模型承诺少而能兑现；要给它打分，须再读一次留出数据。"
    ),
}
