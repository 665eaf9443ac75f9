"""Function words: what in a sentence says where the target, the features and the rest stand."""

from __future__ import annotations

from autoglm_agent.planner.text import stem


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


def _stems(words: str) -> frozenset[str]:
    return frozenset(stem(w) for w in words.split())


PREDICT = _stems(
    "predict predicts predicting predicted prediction predictor estimate estimating estimation "
    "estimator forecast forecasting classify classifying classifies classifier classification "
    "guess "
    "determine infer regress regression detect detects detecting detector detection identify "
    "identifying recognise recognize diagnose distinguish assess anticipate compute calculate "
    "explain find modelling modeling learn approximate project tell know filter score scoring "
    "flag spot screen uncover"
)
"""Stems of verbs and nouns of prediction."""

PREDICT_ZH = _set(
    "预测 估计 估算 判断 分类 识别 检测 预估 推断 判别 预判 推测 诊断 区分 鉴别 评估 估 猜 预报 "
    "筛查 甄别 推算 测算 预计 看出 看得出 推出 算出 猜出 分级 评级 定级 判定 分辨 辨别 辨认 预警 "
    "回归"
)
FEATURE = _set("from using given via use uses utilising utilizing including considering knowing")
"""What follows these is not the target."""

FEATURE_ZH = _set("根据 基于 利用 使用 依据 按照 通过 用 由 从 借助 结合 给定 以及其他")
CONTEXT = _set(
    "for in at per among amongst by on across within over between during into "
    "after before until since"
)
"""What follows these qualifies the target and is rarely the target itself."""

EACH = _set("each every per 每 每个 每位 每名 每条 每笔 每次")
"""The one word after these says what is counted by."""

QUESTION = _set(
    "whether if who which what does do did will would is are was were has have can could should how"
)
BREAKS = _set(
    "the a an this that these those each every any some all my our your his her its their one i "
    "we you "
    "it he she they and or but to of as with not so because when while there here than then please"
)
NOT_ZH = _set("不是 而不是 而非 并非")
WHETHER_ZH = _set("是否 会不会 能否 谁 哪些 能不能 是不是 有没有 哪个 会否 可否 有无")

CARRIERS = _stems(
    "model models prediction predictor classification classifier regression regressor probability "
    "likelihood chance risk score scoring analysis rate level amount number value target column "
    "variable label outcome result problem task machine learning ml tree dataset data table "
    "file pipeline "
    "baseline automl project study solution tool system engine detector approach algorithm "
    "estimator forecast estimation forecasting detection good best quick simple fast small new"
)
"""Nouns that carry the real target before or after them: "churn *model*", "*risk* of default"."""

ENTITIES = _stems(
    "customer client user visitor person people individual guest member subscriber somebody "
    "someone "
    "consumer shopper buyer learner pupil player 学员 "
    "applicant borrower patient passenger employee student man woman human"
)
"""Whom rows are about: never what is predicted of them."""

NEUTRAL = ENTITIES | _stems(
    "the a an each every any some given new single average mean median total monthly yearly annual "
    "daily weekly hourly expected final next future used overall their its his her my our your "
    "maximum minimum typical actual individual specific particular certain respective used own "
    "real "
    "true likely correct exact good bad high low big small more most much many very following "
    "current "
    "binary multi multiclass numeric continuous main whole all other person people someone"
)
"""Qualifiers that need no support by the table."""

FILLER = CARRIERS | _stems(
    "build create make train develop fit want need like would could can should you please i we "
    "me us "
    "give get have has be is are was do does using use with from for on in at by to of and or "
    "that this "
    "it its as an the a so then no not only just also too which who what when where how will let "
    "there here simply run help now first finish result results within minutes seconds hours "
    "minute "
    "second hour time limit budget best possible possibly well quickly accurate accurately fast "
    "supervised python sklearn csv based train test set metric evaluate evaluation measure report "
    "optimise optimize maximise maximize minimise minimize column columns feature features "
    "variable "
    "something anything everything thing must interpretable explainable transparent understandable "
)
"""Words that name nothing to be predicted."""

FILLER_ZH = _set(
    "的 了 一 个 一个 用于 创建 建立 构建 训练 模型 分类 回归 机器学习 任务 数据 请 帮 我 做 进行 "
    "预测 用 使用 这 那 该 此 能 要 来 出 给 并 和 与 最 好 最好 结果 目标 标签 列 得 到 在 内 "
    "以 为 是 对 把 "
    "建 造 个 下 表 跑 完 成 完成 分 钟 秒 小 时 问 题 有 监 督 学 习 算 法"
)

FUNCTION_ZH = (
    PREDICT_ZH | FEATURE_ZH | NOT_ZH | WHETHER_ZH | FILLER_ZH
    | _set("每个 每天 每月 每年 各 哪 会 将 多少 什么 怎么 如何 信息 情况")
    | _set("特征 变量 字段 其他 以及 还有 所有")
)  # fmt: skip

BARRING_ZH = _set("不用 不要 不要用 不使用 别用 不能用 不考虑 去掉 去除 排除 剔除 除了 勿用 禁用")
"""Words before what is left out; cut first, so that 不用电价 is 不用 and 电价."""

CARRIERS_ZH = _set(
    "概率 可能性 可能 风险 倾向 情况 模型 趋势 水平 程度 数值 大小 高低 结果 状态 预警 "
    "与否 分析 评分 数量"
)
"""Chinese nouns that carry the real target before them: 流失*概率*."""

LIGHT_VERBS = _set(
    "take takes took taken keep keeps go goes going gone come comes get gets getting make makes "
    "made put puts suffer suffers suffering happen happens occur occurs end ends many much"
)
"""Verbs that say little by themselves."""

FROM_VERBS = _stems("suffer come die arrive recover resign retire withdraw benefit differ")
"""Verbs after which *from* does not begin the features: "suffers from asthma"."""

NAME_STOP = _set(
    "a an the is in on of to by at it no so be do i we us me my or and as if with for not all "
    "any up use "
    "time data model test train set class type rate state status day date number name value "
    "label level "
    "group best good high low age"
)
"""Column names that are also everyday words: weaker as a mention."""
