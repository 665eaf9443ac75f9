"""scikit-learn's own checks of an estimator."""

from __future__ import annotations

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from autoglm_agent.automl.estimator import AutoMLClassifier, AutoMLRegressor

SMALL = {"time_budget": None, "trials": 1, "folds": 3, "n_jobs": 1}
WEIGHTS = (
    "A row of weight two is not a row given twice: cross-validation may part the two, and early "
    "stopping counts validation rows once."
)
EXPECTED = {"check_sample_weight_equivalence_on_dense_data": WEIGHTS}


@parametrize_with_checks(
    [AutoMLClassifier(**SMALL), AutoMLRegressor(**SMALL)],
    expected_failed_checks=lambda estimator: EXPECTED,
)
@pytest.mark.filterwarnings("ignore")
def test_the_estimators_keep_scikit_learns_contract(estimator, check):
    check(estimator)
