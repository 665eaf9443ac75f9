"""The metric and the costs of mistakes that an instruction names."""

from __future__ import annotations

import pytest
from planner_tables import parse

from autoglm_agent.errors import InputError


@pytest.mark.parametrize(
    ("words", "metric"),
    [
        ("AUC", "roc_auc"),
        ("ROC曲线", "roc_auc"),
        ("PR-AUC", "average_precision"),
        ("查全率", "recall"),
        ("查准率", "precision"),
        ("don't miss any", "recall"),
        ("false alarms are bad", "precision"),
        ("cross-entropy", "log_loss"),
        ("not accuracy but balanced accuracy", "balanced_accuracy"),
        ("用F1分数", "f1"),
        ("use the Matthews correlation coefficient", "mcc"),
        ("用MCC评估", "mcc"),
        ("Cohen's kappa", "kappa"),
        ("用Kappa系数评估", "kappa"),
        ("as accurate as possible", None),
    ],
)
def test_a_metric_is_read_in_both_languages(words: str, metric: str | None) -> None:
    assert parse("telco", f"predict churn, {words}").metric == metric


def test_an_unavailable_or_unfit_metric_is_refused() -> None:
    with pytest.raises(InputError, match="not available"):
        parse("telco", "predict churn, use the Brier score")
    with pytest.raises(InputError, match="not available"):
        parse("wine", "classify quality by quadratic weighted kappa")
    with pytest.raises(InputError, match="does not fit"):
        parse("telco", "predict Churn, RMSE")


def test_costs_are_relative_to_the_positive_class() -> None:
    words = (
        "Approving a bad credit costs 5 times as much as refusing a good one. Predict the class."
    )
    task = parse("credit_words", words)
    assert (task.positive_class, task.costs) == ("bad", {"fn": 5.0, "fp": 1.0})


def test_the_good_class_of_a_number_coded_target_is_not_invented() -> None:
    assert parse("german", "Credit risk scoring: good or bad?").positive_class is None


def test_costs_speak_of_the_rarer_level_where_nothing_else_tells_the_event() -> None:
    words = (
        "Credit risk scoring. Approving a bad credit costs 5 times as much as refusing a good one."
    )
    task = parse("german", words)
    assert task.costs == {"fn": 5.0, "fp": 1.0}
    assert task.positive_class == 0
    assert task.evidence["positive_class"].confidence <= 0.5
    assert task.evidence["positive_class"].source == "data"


@pytest.mark.parametrize(
    ("words", "costs"),
    [
        ("漏掉一个流失的客户，损失是一次误报的8倍，预测 Churn", {"fn": 8.0, "fp": 1.0}),
        ("误报一个，损失是漏报的3倍，预测 Churn", {"fn": 1.0, "fp": 3.0}),
        ("预测 Churn，代价是误报的8倍", {"fn": 8.0, "fp": 1.0}),
    ],
)
def test_the_mistake_beside_the_number_measures_the_other_one(
    words: str, costs: dict[str, float]
) -> None:
    assert parse("telco", words).costs == costs
