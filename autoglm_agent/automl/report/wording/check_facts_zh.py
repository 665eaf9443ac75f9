"""Further facts of checks in Chinese: what refutes, warns, or adds to a sentence.

As in `facts_zh`: the English sentence with its figures `{n1}` and names `{name1}` left open, and
the sentence in Chinese.
"""

from __future__ import annotations

_PAIRS = (
    # Leaks
    ("{name1} is a copy of the target: {name2}.", "{name1} 是目标的翻版：{name2}。"),
    (
        "its levels are the classes under other names (agreement {n1}%)",
        "它的取值就是换了名字的类别（一致率 {n1}%）",
    ),
    ("the class determines {n1}% of its variance", "类别决定了它 {n1}% 的方差"),
    (
        "it orders the rows as the target does (rank correlation {n1})",
        "它对各行的排序与目标相同（秩相关 {n1}）",
    ),
    (
        "its levels are ranges of the target (agreement {n1}%)",
        "它的取值是目标的区间（一致率 {n1}%）",
    ),
    (
        "single words of it tell the class of nearly every row",
        "其中个别词就能说出几乎每一行的类别",
    ),
    (
        "{name1} alone reaches a skill of {n1} (1 is perfect), all other columns together {n2}.",
        "单凭 {name1} 能力就达 {n1}（1 为完美），其余各列合计 {n2}。",
    ),
    (
        "{name1} looks like the target under other names (agreement {n1}%), and without it the "
        "unexplained share grows from {n2} to {n3}.",
        "{name1} 像是换了名字的目标（一致率 {n1}%），去掉它后未解释的部分从 {n2} 增至 {n3}。",
    ),
    (
        "{name1} alone reaches a skill of {n1}, the other columns {n2}: strong, but not beyond "
        "what an honest column can be.",
        "单凭 {name1} 能力达 {n1}，其余各列为 {n2}：很强，但仍在正常列的范围之内。",
    ),
    (
        "{name1} alone reaches a skill of {n1}, and its name suggests that it is known only "
        "afterwards.",
        "单凭 {name1} 能力达 {n1}，而名称表明它是事后才知道的。",
    ),
    ("Make sure that it is known before the outcome.", "请确认它在结果发生前就已知。"),
    (
        "No column betrays the target; the strongest alone is {name1} (skill {n1}).",
        "没有哪一列泄露目标；单列最强的是 {name1}（能力 {n1}）。",
    ),
    (
        "{name1} has the target written in it (rank correlation {n1})",
        "{name1} 中写着目标（秩相关 {n1}）",
    ),
    # Availability
    ("Without {name1} {n1}% of the skill is gone.", "去掉 {name1} 后会失去 {n1}% 的能力。"),
    (
        "Without {name1} {n1}% of the skill is gone, and it seems to be known only afterwards.",
        "去掉 {name1} 后会失去 {n1}% 的能力，而它似乎是事后才知道的。",
    ),
    (
        "The name of {name1} suggests that it is known only afterwards. Make sure that it is not.",
        "{name1} 的名称表明它是事后才知道的。请确认并非如此。",
    ),
    (
        "{name1} lies after {name2} in most rows: is it known when the model is used?",
        "多数行中 {name1} 晚于 {name2}：使用模型时它是否已知？",
    ),
    ("{name1} is filled for {name2} only.", "{name1} 只在 {name2} 时才有值。"),
    (
        "Fewer than three columns: one of them must carry the model.",
        "不足三列：其中必有一列支撑模型。",
    ),
    # Splits, order, shift
    (
        "Training on the past of {name1} alone does as well as training on random rows (loss of "
        "{n1}% of the gain).",
        "只用 {name1} 的过去训练，与用随机行训练一样好（损失 {n1}% 的增益）。",
    ),
    (
        "Trained on the past of {name1} alone, the same model loses {n1}% of its gain (surely "
        "more than {n2}%): a random split flatters.",
        "只用 {name1} 的过去训练，同一模型损失 {n1}% 的增益（必定超过 {n2}%）：随机划分偏乐观。",
    ),
    (
        "Rows of one {name1} may lie in several folds without harm (loss of {n1}% of the gain on "
        "new ones).",
        "同一 {name1} 的行分在几折中并无妨害（在新值上损失 {n1}% 的增益）。",
    ),
    (
        "On values of {name1} that it has not seen the same model loses {n1}% of its gain "
        "(surely more than {n2}%): a random split flatters.",
        "在未见过的 {name1} 上，同一模型损失 {n1}% 的增益（必定超过 {n2}%）：随机划分偏乐观。",
    ),
    ("The rows are divided by time ({name1}).", "数据按时间划分（{name1}）。"),
    ("The rows are divided by {name1} ({name2}).", "数据按{name1}划分（{name2}）。"),
    (
        "The rows are ordered: the row number alone reaches a skill of {n1} (p = {n2}). The "
        "split here is shuffled; running numbers must stay out.",
        "行是有序的：单凭行号能力就达 {n1}（p = {n2}）。此处划分已打乱；流水号不得作为特征。",
    ),
    ("{n1} rows are too few to tell an order.", "{n1} 行太少，无法判断顺序。"),
    (
        "Held-out rows can be told from training rows (AUC {n1}), most by {name1}.",
        "留出数据与训练数据可以区分（AUC {n1}），主要凭 {name1}。",
    ),
    (
        "A random split cannot do this: were the rows changed after they were divided?",
        "随机划分不会如此：划分之后数据是否被改动过？",
    ),
    (
        "{name1} is distributed otherwise among the rows judged (stability index {n1}).",
        "{name1} 在被评估的行中分布不同（稳定性指数 {n1}）。",
    ),
    (
        "{name1} has levels there that were never trained on.",
        "{name1} 在那里有训练时未见过的取值。",
    ),
    ("The held-out rows were not read by this model.", "该模型没有读取留出数据。"),
    (
        "{name1} is {n1} in the search and {n2} on held-out rows: {n3} standard errors worse.",
        "{name1} 在搜索中为 {n1}，在留出数据上为 {n2}：差了 {n3} 个标准误。",
    ),
    # Quality of the model
    (
        "On held-out rows {name1} does about as well (gain {n1}, 95 % interval from {n2} to {n3}).",
        "在留出数据上，{name1} 也差不多（增益 {n1}，95% 区间 {n2} 至 {n3}）。",
    ),
    ("But {name1} does about as well.", "但 {name1} 也差不多。"),
    (
        "On {name1} the model is not surely better than {name2}: {name3}.",
        "在{name1}上，模型未必优于“{name2}”：{name3}。",
    ),
    ("That is {n1}% of what could be gained: little.", "这只是可得增益的 {n1}%：很少。"),
    (
        "With the target shuffled a skill of {n1} is left ({n2} standard errors above chance): "
        "the preparation carries the target into the features.",
        "打乱目标后仍有 {n1} 的能力（高于偶然 {n2} 个标准误）：数据准备把目标带进了特征。",
    ),
    (
        "No signal: shuffled targets do as well as the true one (p = {n1}).",
        "没有信号：打乱的目标与真实目标一样好（p = {n1}）。",
    ),
    (
        "Rows that hang together cannot be shuffled one by one.",
        "彼此相关的行不能逐行打乱。",
    ),
    ("{n1} rows are too few to shuffle.", "{n1} 行太少，无法打乱。"),
    (
        "{name1} is not surely better than {name2}, which is simpler",
        "{name1} 未必优于更简单的 {name2}",
    ),
    ("The choice flatters by {n1} standard errors.", "挑选使得分偏高 {n1} 个标准误。"),
    (
        "The candidates have no predicted rows in common.",
        "候选模型没有共同预测过的行。",
    ),
    ("The candidates were not scored on the same folds.", "候选模型不是在相同的折上评分的。"),
    ("Most of what it knows it knows by heart.", "它知道的大半是死记的。"),
    ("Check the cells before they are predicted.", "预测前请检查单元格。"),
    ("{n1} ms were asked for.", "要求为 {n1} 毫秒。"),
    ("No model was saved.", "没有保存模型。"),
    (
        "{n1} rows are predicted alike row by row and in any order, with holes and new levels too.",
        "{n1} 行逐行预测、换序预测结果一致，有缺失和新取值时也是。",
    ),
    ("With {name1} the predictions differ by {n1}.", "{name1} 时预测相差 {n1}。"),
    ("{n1} rows are too few for slices.", "{n1} 行太少，无法分组检查。"),
    ("The model gains nothing anywhere.", "模型在任何分组上都没有增益。"),
    (
        "Much worse than elsewhere, and worse than guessing there: {name1}.",
        "明显差于别处，且在那里不如猜测：{name1}。",
    ),
    # Advice
    (
        "A column of noise ranks above {n1}% of the columns: with so many columns and so few "
        "rows the model learns by heart.",
        "噪声列排在 {n1}% 的列之前：列多行少，模型在死记。",
    ),
    (
        "There are only {n1} rows of the rarest outcome for each column.",
        "最少见的结果平均每列只有 {n1} 行。",
    ),
    (
        "{n1} rows are too few to doubt their labels.",
        "{n1} 行太少，无法质疑标签。",
    ),
    (
        "The model explains {n1}% of what there is to explain: too little to doubt labels.",
        "模型只解释了 {n1}% 可解释的部分：不足以质疑标签。",
    ),
    # Classes and probabilities
    (
        "The rarest class has {n1}% of the rows ({name1}): accuracy is {n2}% for never naming it. "
        "Judge by average precision, or by costs.",
        "最少的类别占 {n1}% 的行（{name1}）：从不预测它时准确率也有 {n2}%。"
        "请用平均精度或成本评判。",
    ),
    (
        "Probabilities are off by {n1}% on average (chance alone gives {n2}%), calibration slope "
        "{n3}.",
        "概率平均偏差 {n1}%（偶然即有 {n2}%），校准斜率 {n3}。",
    ),
    (
        "Rank by them, but do not read them as probabilities without calibration.",
        "可以用来排序，但未经校准不要当作概率。",
    ),
    (
        "By {name1} another candidate would have won (rank agreement {n1}): be sure that the "
        "metric is the one that matters.",
        "按 {name1} 会是另一个候选胜出（排名一致度 {n1}）：请确认所用指标正是关心的指标。",
    ),
    # Hygiene, units, series, duplicates
    ("{n1} columns, none of them useless.", "{n1} 列，没有无用的列。"),
    ("{n1} columns; no use to learn from: {name1}.", "{n1} 列；对学习无用的列：{name1}。"),
    ("{n1} columns are learned from.", "{n1} 列用于学习。"),
    (
        "{n1} columns are learned from, {n2} were left out ({name1}).",
        "{n1} 列用于学习，{n2} 列未使用（{name1}）。",
    ),
    ("Almost always the same value: {name1}.", "几乎总是同一个值：{name1}。"),
    ("Mostly missing: {name1}.", "大多缺失：{name1}。"),
    ("More than {n1} levels: {name1}.", "取值多于 {n1} 种：{name1}。"),
    ("Numbers and words mixed: {name1}.", "数字与文字混杂：{name1}。"),
    ("Collinear: {name1}.", "共线：{name1}。"),
    ("{name1} and {n1} more", "{name1}，另有 {n1} 列"),
    (
        "Columns that cannot help are still learned from: {name1}.",
        "仍在从没有帮助的列学习：{name1}。",
    ),
    ("There are no columns to look at.", "没有可检查的列。"),
    (
        "{n1} values of {name1} lie a factor of {n2} away from the others, with a gap between: "
        "they seem to be written in another unit.",
        "{name1} 有 {n1} 个值与其余相差 {n2} 倍且中间有空档：似乎用了另一种单位。",
    ),
    ("{n1} rows are too few for a series.", "{n1} 行太少，不足以成为序列。"),
    ("The score would reward knowing them by heart.", "得分会奖励死记硬背。"),
    (
        "A quick model reaches a skill of {n1} (0 is guessing, 1 is perfect).",
        "快速模型的能力为 {n1}（0 为猜测，1 为完美）。",
    ),
    ("No column was examined.", "没有检查任何列。"),
    ("{n1} validated rows are too few to tell a leak.", "{n1} 行验证数据太少，无法判断泄漏。"),
    ("{n1} rows are too few for a twin model.", "{n1} 行太少，无法训练对照模型。"),
    ("No column can be encoded for a twin model.", "没有可供对照模型编码的列。"),
    # What was stored and sealed
    ("The ensemble does not hold: {name1}.", "组合模型不成立：{name1}。"),
    (
        "{n1} of {n2} candidates do not hold: {name1}: {name2}.",
        "{n2} 个候选中有 {n1} 个不成立：{name1}：{name2}。",
    ),
    (
        "The assessment tells of {n1} rows, {n2} are stored.",
        "评估称有 {n1} 行，实际保存了 {n2} 行。",
    ),
    ("The predictions of {name1} are not sane: {name2}.", "{name1} 的预测不合理：{name2}。"),
    ("The predictions are not as they should be: {name1}.", "预测不符合要求：{name1}。"),
    ("The check itself failed: {name1}: {name2}", "检查本身失败：{name1}：{name2}"),
    (
        "{n1} held-out rows are also training rows (row {n2}).",
        "{n1} 行留出数据也是训练数据（第 {n2} 行）。",
    ),
    (
        "A search on these rows began {n1} s before the vault was sealed.",
        "在封存之前 {n1} 秒，已有搜索用了这些行。",
    ),
    (
        "{n1} of the rows assessed are training rows (row {n2}).",
        "被评估的行中有 {n1} 行是训练数据（第 {n2} 行）。",
    ),
    ("The rows assessed are not those that were sealed.", "被评估的行不是封存的那些行。"),
    (
        "This is reading number {n1} of the run's held-out rows, with consent: the score is no "
        "longer the first one, and may flatter.",
        "这是经同意对本次运行留出数据的第 {n1} 次读取：得分不再是第一次的，可能偏高。",
    ),
    (
        "This is reading number {n1} of the run's held-out rows, with consent: the score is no "
        "longer the first one, and may flatter. The rows were divided by another rule than those "
        "read before.",
        "这是经同意对本次运行留出数据的第 {n1} 次读取：得分不再是第一次的，可能偏高。"
        "这些行的划分规则与此前读取的不同。",
    ),
    (
        "The rows assessed were dealt anew by the same rule after others had been read.",
        "被评估的行是在读取过其他行之后按同一规则重新划分的。",
    ),
    ("The held-out rows were not sealed.", "留出数据没有封存。"),
    ("The row numbers of the vault were changed after sealing.", "封存之后保险库的行号被改动。"),
    ("The assessment has no reading on record.", "评估没有读取记录。"),
    ("{name1} cannot be read: {name2}.", "{name1} 无法读取：{name2}。"),
    # Where there is nothing to check
    ("No training rows were prepared.", "没有准备训练数据。"),
    (
        "The task has no target, so there is nothing to check here.",
        "任务没有目标，此处无可检查。",
    ),
    ("No models were searched.", "没有搜索过模型。"),
    ("No model was assessed on held-out rows.", "没有模型在留出数据上评估过。"),
    # Judging a model or code from outside
    ("No row judged is a training row.", "被评估的行都不是训练数据。"),
    (
        "{n1} of {n2} rows judged ({n3}%) are also among the rows trained on.",
        "{n2} 行被评估的数据中有 {n1} 行（{n3}%）也在训练数据中。",
    ),
    (
        "The rows that the model was trained on were not given, so nobody can tell whether it "
        "has seen these.",
        "没有给出模型的训练数据，因此无法判断它是否见过这些行。",
    ),
    (
        "No step of the code lets held-out rows or the target into the features.",
        "代码中没有任何步骤把留出数据或目标带进特征。",
    ),
    ("The code cannot be read: {name1}.", "代码无法读取：{name1}。"),
    # Parts that a sentence is made of
    (
        "{name1}, so the score would reward knowing them by heart.",
        "{name1}，得分会奖励死记硬背。",
    ),
    (
        "{n1} of {n2} held-out rows ({n3}%) have a twin among the training rows",
        "{n2} 行留出数据中有 {n1} 行（{n3}%）与训练行相同",
    ),
    ("{name1}: too little to doubt labels.", "{name1}：不足以质疑标签。"),
    (
        "The model is sure of no row, of the surest only to {n1}%",
        "模型对任何行都没有把握，对最有把握的行也只有 {n1}% 的把握",
    ),
    (
        "The model explains {n1}% of what there is to explain",
        "模型解释了 {n1}% 可解释的部分",
    ),
    (
        "The {name1} took {n1} s of the {n2} s it was given.",
        "{name1}用了 {n1} 秒，时限为 {n2} 秒。",
    ),
    (
        "{name1} But {name2} does better ({n1} against {n2}).",
        "{name1}但 {name2} 更好（{n1} 对 {n2}）。",
    ),
    (
        "{name1} of these predictions is {n1} on {n2} rows.",
        "这些预测在 {n2} 行上的 {name1} 为 {n1}。",
    ),
    # Told in pieces
    (
        "Corrected for choosing among {n1} candidates {name1} is {n2} (95 % interval {n3} to "
        "{n4}); the search's own figure is {n5}.",
        "扣除从 {n1} 个候选中挑选的偏差后，{name1} 为 {n2}（95% 区间 {n3} 至 {n4}）；"
        "搜索自己的数字是 {n5}。",
    ),
    (
        "{name1} reaches {n1}, so nothing surely useful was found.",
        "“{name1}”已达 {n1}，因此没有找到确实有用的模型。",
    ),
    ("The class shares", "各类别比例"),
    ("The mean", "平均值"),
    ("The median", "中位数"),
    ("Always {name1}", "总是 {name1}"),
    ("unseen folds", "未见过的折"),
    ("held-out rows", "留出数据"),
    (
        "gain {n1} in {name1}, lower 95 % bound {n2}",
        "{name1} 的增益为 {n1}，95% 下界 {n2}",
    ),
    (
        "On {name1} the model beats {name2} by {n1} in {name3} (lower 95 % bound {n2}).",
        "在{name1}上，模型的 {name3} 比“{name2}”好 {n1}（95% 下界 {n2}）。",
    ),
    (
        "{name1} is better than {name2} by {n1} in {name3} (corrected t-test over {n2} folds, "
        "p = {n3}).",
        "{name1} 的 {name3} 比 {name2} 好 {n1}（{n2} 折校正 t 检验，p = {n3}）。",
    ),
    (
        "{name1} is not surely better than {name2}, which is simpler (gain {n1} in {name3}, "
        "p = {n2}).",
        "{name1} 未必优于更简单的 {name2}（{name3} 的增益 {n1}，p = {n2}）。",
    ),
    ("{n1} was claimed.", "所称为 {n1}。"),
    ("{n1} was claimed{name1}.", "所称为 {n1}{name1}。"),
    (", which is not so", "，并非如此"),
    (
        "{n1}% of the rows lie more than four robust standard deviations away from what the "
        "model says of them.",
        "{n1}% 的行与模型的说法相差超过四个稳健标准差。",
    ),
    (
        "It is no better where it is less sure, so these are hardly honest doubts: about {n1} "
        "labels look wrong, first in row {n2}.",
        "在把握较小处也不更好，因此这些疑点多半属实：约 {n1} 个标签似乎有误，首个在第 {n2} 行。",
    ),
    (
        "{name1}, trained again with the same seed, predicts otherwise (by {n1}).",
        "{name1} 用相同种子重新训练，预测却不同（相差 {n1}）。",
    ),
    (
        "The model cannot be served with {name1}: {name2}.",
        "{name1}时模型无法使用：{name2}。",
    ),
    (
        "The target is a number, so there are no labels to compare.",
        "目标是数值，没有标签可以比较。",
    ),
    (
        "The {n1} classes of {name1} are written in one way each.",
        "{name1} 的 {n1} 个类别各只有一种写法。",
    ),
    (
        "Classes of {name1} differ only in case or blanks and are learned as {n1} different ones: "
        "{name2}.",
        "{name1} 的类别只在大小写或空白上不同，却被当作 {n1} 个不同类别学习：{name2}。",
    ),
    (
        "If they mean the same, write each in one way in the table and run again.",
        "如果含义相同，请在表中统一写法后重新运行。",
    ),
)

CHECK_FACTS: dict[str, str] = dict(_PAIRS)
