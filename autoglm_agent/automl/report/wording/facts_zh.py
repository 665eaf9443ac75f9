"""Sentences of checks and tools in Chinese.

Checks word their facts in English. The first of a pair is such a sentence with its figures and
names left open: `{n1}` stands for a figure, `{name1}` for any words; the second is the sentence in
Chinese. One that is not listed stays English on the page and is marked as English.
"""

from __future__ import annotations

_PAIRS = (
    ("Not run: time.", "未运行：时间不足。"),
    ("{n1} columns were not examined: time.", "{n1} 列因时间不足未检查。"),
    ("The run took {n1} s of the {n2} s it was given.", "运行用了 {n1} 秒，时限为 {n2} 秒。"),
    ("The search took {n1} s of the {n2} s it was given.", "搜索用了 {n1} 秒，时限为 {n2} 秒。"),
    ("{n1} MB of memory were used, {n2} MB allowed.", "使用了 {n1} MB 内存，上限为 {n2} MB。"),
    ("Time and memory stayed within their limits.", "时间与内存均未超出限制。"),
    ("No limit of time or memory was set.", "没有设定时间或内存限制。"),
    ("That was done already, word for word.", "这件事已经原样做过了。"),
    ("The best result so far is reported.", "此处报告的是目前最好的结果。"),
    ("No useful model was found.", "没有找到有用的模型。"),
    ("The plan was not approved.", "方案未获批准。"),
    (
        "All predictions are finite, complete and in range.",
        "所有预测值均有限、完整且在合理范围内。",
    ),
    (
        "The scores of {n1} candidates and of the ensemble follow from the stored "
        "out-of-fold predictions.",
        "{n1} 个候选模型及其组合的得分均可由保存的折外预测重新算出。",
    ),
    (
        "{n1} figures follow from the {n2} stored predictions.",
        "{n1} 个数字均可由保存的 {n2} 个预测重新算出。",
    ),
    (
        "The reported {name1} on held-out rows is off by {n1}.",
        "所报告的留出数据 {name1} 偏差 {n1}。",
    ),
    (
        "{n1} rows were sealed before the first fit; none is a training row.",
        "{n1} 行在首次训练之前已封存；其中没有训练数据。",
    ),
    ("The {n1} held-out rows were read once.", "{n1} 行留出数据只读取过一次。"),
    (
        "The held-out rows were read {n1} times without consent.",
        "留出数据未经同意被读取了 {n1} 次。",
    ),
    ("No held-out row has a twin among the training rows.", "没有留出行与训练行相同。"),
    (
        "{n1} of {n2} held-out rows ({n3}%) have a twin among the training rows: too few "
        "to matter.",
        "{n2} 行留出数据中有 {n1} 行（{n3}%）与训练行相同：数量太少，没有影响。",
    ),
    (
        "{n1} of {n2} held-out rows ({n3}%) have a twin among the training rows, so the "
        "score would reward knowing them by heart.",
        "{n2} 行留出数据中有 {n1} 行（{n3}%）与训练行相同，得分会奖励死记硬背。",
    ),
    ("{n1}% of the rows have a near copy in another fold.", "{n1}% 的行在另一折中有近似重复。"),
    ("No column betrays the target.", "没有哪一列泄露目标。"),
    ("No column has enough missing values to betray the target.", "没有缺失值多到会泄露目标的列。"),
    (
        "Missing values tell little of the target (skill at most {n1}).",
        "缺失值几乎不透露目标（能力至多 {n1}）。",
    ),
    (
        "Whether {name1} is missing tells the target (skill {n1}).",
        "{name1} 是否缺失会泄露目标（能力 {n1}）。",
    ),
    (
        "No column's name or date speaks of the time after the outcome.",
        "没有哪一列的名称或日期属于结果之后。",
    ),
    (
        "No column carries the model alone (at most {n1}% of the skill goes).",
        "模型不依赖任何单独一列（去掉一列至多损失 {n1}% 的能力）。",
    ),
    ("No column seems to mix two units.", "没有哪一列混用两种单位。"),
    ("The place of a row in the file tells nothing of the target.", "行在文件中的位置与目标无关。"),
    (
        "{name1} is {n1} in the search and {n2} on held-out rows: they agree (z = {n3}).",
        "{name1} 在搜索中为 {n1}，在留出数据上为 {n2}：二者一致（z = {n3}）。",
    ),
    (
        "On held-out rows the model beats {name1} by {n1} in {name2} (lower 95 % bound {n2}).",
        "在留出数据上，模型的 {name2} 比“{name1}”好 {n1}（95% 下界 {n2}）。",
    ),
    (
        "Held-out rows cannot be told from training rows (AUC {n1}).",
        "留出数据与训练数据无法区分（AUC {n1}）。",
    ),
    (
        "None of the {n1} columns is distributed otherwise among the rows judged.",
        "{n1} 列在被评估的行中的分布均无变化。",
    ),
    (
        "{name1}, trained again with the same seed, predicts the same.",
        "{name1} 用相同种子重新训练，预测相同。",
    ),
    (
        "On its training rows the model has a skill of {n1}, on unseen ones {n2}.",
        "模型在训练数据上的能力为 {n1}，在未见过的数据上为 {n2}。",
    ),
    (
        "With the target shuffled nothing is learned (skill {n1}); with the true one "
        "{n2} (p = {n3}).",
        "打乱目标后什么也学不到（能力 {n1}）；真实目标为 {n2}（p = {n3}）。",
    ),
    ("Twice the rows would hardly make the model better.", "行数翻倍也几乎不会让模型更好。"),
    (
        "More rows would help: the last doubling took {n1}% off the loss.",
        "更多的行会有帮助：最近一次翻倍使损失降低了 {n1}%。",
    ),
    ("{n1} of {n2} columns tell no more than noise does.", "{n2} 列中有 {n1} 列的信息不多于噪声。"),
    (
        "The ranking of the columns agrees from fold to fold (rank correlation {n1}).",
        "各折之间列的排序一致（秩相关 {n1}）。",
    ),
    (
        "The ranking of the columns changes from fold to fold (rank correlation {n1}): "
        "do not read a meaning into it.",
        "各折之间列的排序不稳定（秩相关 {n1}）：不要据此解读含义。",
    ),
    ("No group of rows is served clearly worse than the others.", "没有哪一组行的效果明显更差。"),
    (
        "The rarest class has {n1}% of the rows; {name1} sees it.",
        "最少的类别占 {n1}% 的行；{name1} 能反映它。",
    ),
    (
        "Of the {n1} rows that the model is surest of {n2}% contradict it.",
        "在模型最有把握的 {n1} 行中，{n2}% 与其相反。",
    ),
    (
        "A row takes {n1} ms (95 % within {n2} ms); the model has {n3} MB.",
        "每行用时 {n1} 毫秒（95% 在 {n2} 毫秒以内）；模型大小 {n3} MB。",
    ),
    ("With {name1} {n1}% of the skill is left.", "出现 {name1} 时保留 {n1}% 的能力。"),
    (
        "A quick model finds nothing in the columns that tells the target.",
        "快速模型在各列中找不到与目标有关的信息。",
    ),
    # Why a check does not apply
    ("Asked of classes only.", "仅适用于分类。"),
    ("Asked of the probabilities of two hundred rows or more.", "仅适用于两百行以上的概率。"),
    ("Asked of numbers that are divided by time.", "仅适用于按时间划分的数值目标。"),
    ("The rows are divided by group.", "数据已按组划分。"),
    (
        "The rows are divided by time, so their order is used.",
        "数据已按时间划分，行的顺序已被使用。",
    ),
    ("The split by time allows rows that come again.", "按时间划分允许重复出现的行。"),
    ("No column tells when a row was made, or the rows are few.", "没有表示时间的列，或行数太少。"),
    ("No column looks like the id of a group of rows.", "没有像分组编号的列。"),
    ("There is no simpler candidate to compare with.", "没有更简单的候选模型可供比较。"),
    (
        "No candidate can be trained again as it was within the time.",
        "时间内没有候选模型可以原样重新训练。",
    ),
    ("Too few columns or folds to compare rankings.", "列或折太少，无法比较排序。"),
    ("Too few rows or folds for advice.", "行或折太少，无法给出建议。"),
    ("Too few rows to tell two samples apart.", "行数太少，无法区分两个样本。"),
    ("Too few rows to compare two samples.", "行数太少，无法比较两个样本。"),
    ("{n1} columns are too few to rank canaries among.", "{n1} 列太少，无法与噪声列比较排名。"),
    ("The model has no skill to lose.", "模型没有可损失的能力。"),
    # Baselines
    ("the class shares", "各类别比例"),
    ("the mean", "平均值"),
    ("the median", "中位数"),
    ("always {name1}", "总是 {name1}"),
    ("a rule on {name1} alone", "只看 {name1} 的规则"),
    # How rows were set aside, and why a column is left out
    (
        "{n1}% held out at random, every class of {name1} in proportion.",
        "随机留出 {n1}%，{name1} 的各类别保持比例。",
    ),
    (
        "{n1}% held out at random, the quantiles of {name1} in proportion.",
        "随机留出 {n1}%，{name1} 的各分位保持比例。",
    ),
    (
        "{n1}% held out at random: there is no target, no time and no group.",
        "随机留出 {n1}%：没有目标、时间或分组。",
    ),
    (
        "The last {n1}% by {name1} are held out: a model is used on later rows.",
        "按 {name1} 留出最后 {n1}%：模型将用于更晚的行。",
    ),
    (
        "Whole groups of {name1} are held out: a model is used on new ones.",
        "按 {name1} 整组留出：模型将用于新的组。",
    ),
    ("excluded by the instruction", "按您的要求排除"),
    ("dropped after a check", "检查后去掉"),
    ("no values", "没有值"),
    ("an id: {n1} values in {n2} rows", "编号：{n2} 行中有 {n1} 个不同值"),
    ("the same values as {name1}", "与 {name1} 的值相同"),
    ("integer-coded dates", "以整数表示的日期"),
    ("a different number per row", "每行的数字都不同"),
    ("a different code per row", "每行的代码都不同"),
    (
        "a repeated key: rows with the same value may belong together",
        "重复的键：值相同的行可能属于同一组",
    ),
    ("{n1} levels: high cardinality", "{n1} 个取值：基数高"),
    ("{n1} infinite values: missing", "{n1} 个无穷值：视为缺失"),
    ("{n1} cells hold only blanks: missing", "{n1} 个单元格只有空白：视为缺失"),
    ("numbers written as text ({name1})", "以文本书写的数字（{name1}）"),
    ("{n1} cells are no numbers ({name1}): missing", "{n1} 个单元格不是数字（{name1}）：视为缺失"),
    ("{n1} cells are no dates: missing", "{n1} 个单元格不是日期：视为缺失"),
    # What was found without a target
    (
        "{n1} groups by {name1}; {name2} (silhouette {n2}, by chance {n3}; stability {n4}).",
        "用 {name1} 分成 {n1} 组；{name2}（轮廓系数 {n2}，碰巧为 {n3}；稳定性 {n4}）。",
    ),
    ("overlapping groups", "各组之间有重叠"),
    ("clear structure", "结构清晰"),
    (
        "hardly more structure than shuffled columns show: weak",
        "结构几乎不比打乱各列后更清楚，证据薄弱",
    ),
    ("{name1}, and held-out rows are grouped otherwise", "{name1}，且留出的行会被分到别的组"),
    (
        "{name1}; time ended the search at {n1} groups, and more may fit better",
        "{name1}；搜索到 {n1} 组时时间用尽，更多的组也许更合适",
    ),
    (
        "{n1} of {n2} rows are unusual, by two of three detectors or by one very much so; the "
        "detectors agree {n3}.",
        "{n2} 行中有 {n1} 行异常：三个检测器中有两个这样认为，或一个十分肯定；"
        "检测器的一致度为 {n3}。",
    ),
)

FACTS: dict[str, str] = dict(_PAIRS)
