"""The estimators of the families, classifiers and regressors, from the settings of a point."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sklearn.base import BaseEstimator

from autoglm_agent.automl.samplers.space import Value

TREES = 25
ROUNDS = 60


@dataclass(frozen=True)
class Settings:
    """What a family is made with.

    Attributes:
        own: The family's settings.
        weight: `balanced`, or None for no class weights.
        seed: Of whatever is random.
    """

    own: Mapping[str, Any]
    weight: str | None
    seed: int


_Make = Callable[[Settings], BaseEstimator]


def estimator(
    point: Mapping[str, Value], *, classification: bool = True, seed: int = 0
) -> BaseEstimator:
    """Return the unfitted estimator of a point.

    Args:
        point: As `space.suggest` or the library gives it.
        classification: Whether labels are predicted; numbers otherwise.
        seed: Of whatever is random in the family.
    """
    own = {name.split(".")[1]: value for name, value in point.items() if "." in name}
    makes = CLASSIFIERS if classification else REGRESSORS
    at = Settings(own, "balanced" if point["balanced"] else None, seed)
    return makes[str(point["family"])](at)


def _linear(at: Settings) -> BaseEstimator:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(
        C=at.own["C"], class_weight=at.weight, max_iter=200, random_state=at.seed
    )


def _ridge(at: Settings) -> BaseEstimator:
    from sklearn.linear_model import Ridge

    return Ridge(alpha=1.0 / at.own["C"])


def _svm(at: Settings) -> BaseEstimator:
    from sklearn.svm import SVC

    return _scaled_kernel(
        SVC(C=at.own["C"], class_weight=at.weight, cache_size=50), at.own["gamma"]
    )


def _svr(at: Settings) -> BaseEstimator:
    from sklearn.compose import TransformedTargetRegressor
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import SVR

    inner = _scaled_kernel(SVR(C=at.own["C"], cache_size=50), at.own["gamma"])
    return TransformedTargetRegressor(inner, transformer=StandardScaler())


def _scaled_kernel(machine: Any, factor: float) -> BaseEstimator:
    """Let the width be a multiple of scikit-learn's own rule, which knows the table's spread."""
    from autoglm_agent.automl.samplers.kernels import WidthByRule

    return WidthByRule(machine, factor)


def _neighbours(at: Settings) -> BaseEstimator:
    from sklearn.neighbors import KNeighborsClassifier

    return KNeighborsClassifier(n_neighbors=at.own["k"], weights=at.own["weights"])


def _neighbours_regression(at: Settings) -> BaseEstimator:
    from sklearn.neighbors import KNeighborsRegressor

    return KNeighborsRegressor(n_neighbors=at.own["k"], weights=at.own["weights"])


def _bayes(at: Settings) -> BaseEstimator:
    from sklearn.naive_bayes import GaussianNB

    return GaussianNB(var_smoothing=at.own["smoothing"])


def _bayes_regression(at: Settings) -> BaseEstimator:
    from sklearn.linear_model import BayesianRidge

    return BayesianRidge(lambda_init=at.own["smoothing"], max_iter=100)


def _discriminant(at: Settings) -> BaseEstimator:
    from sklearn.discriminant_analysis import (
        LinearDiscriminantAnalysis,
        QuadraticDiscriminantAnalysis,
    )

    if at.own["quadratic"]:
        # Without some of it a class with few rows has no covariance to invert.
        return QuadraticDiscriminantAnalysis(reg_param=max(1e-3, at.own["shrinkage"]))
    return LinearDiscriminantAnalysis(solver="lsqr", shrinkage=max(1e-3, at.own["shrinkage"]))


def _elastic_net(at: Settings) -> BaseEstimator:
    from sklearn.linear_model import ElasticNet

    return ElasticNet(
        alpha=max(1e-3, at.own["shrinkage"]),
        l1_ratio=0.9 if at.own["quadratic"] else 0.3,
        max_iter=500,
    )


def _tree(at: Settings) -> BaseEstimator:
    from sklearn.tree import DecisionTreeClassifier

    return DecisionTreeClassifier(
        max_depth=at.own["depth"], min_samples_leaf=at.own["leaf"], class_weight=at.weight,
        random_state=at.seed,
    )  # fmt: skip


def _tree_regression(at: Settings) -> BaseEstimator:
    from sklearn.tree import DecisionTreeRegressor

    return DecisionTreeRegressor(
        max_depth=at.own["depth"], min_samples_leaf=at.own["leaf"], random_state=at.seed
    )


def _forest(kind: str) -> _Make:
    def make(at: Settings) -> BaseEstimator:
        from sklearn import ensemble

        settings: dict[str, Any] = (
            {"class_weight": at.weight} if kind.endswith("Classifier") else {}
        )
        return getattr(ensemble, kind)(
            TREES, max_features=at.own["max_features"], min_samples_leaf=at.own["leaf"],
            random_state=at.seed, n_jobs=1, **settings,
        )  # fmt: skip

    return make


def _boosting(kind: str) -> _Make:
    def make(at: Settings) -> BaseEstimator:
        import lightgbm

        settings: dict[str, Any] = {"class_weight": at.weight} if kind == "LGBMClassifier" else {}
        return getattr(lightgbm, kind)(
            n_estimators=ROUNDS, learning_rate=at.own["rate"], num_leaves=at.own["leaves"],
            min_child_samples=at.own["leaf"], colsample_bytree=at.own["sampling"],
            random_state=at.seed, n_jobs=1, verbosity=-1, deterministic=True, force_row_wise=True,
            **settings,
        )  # fmt: skip

    return make


def _network(at: Settings) -> BaseEstimator:
    from sklearn.neural_network import MLPClassifier

    return MLPClassifier(
        hidden_layer_sizes=(at.own["width"],),
        **_NETWORK,
        alpha=at.own["decay"],
        random_state=at.seed,
    )


def _network_regression(at: Settings) -> BaseEstimator:
    from sklearn.compose import TransformedTargetRegressor
    from sklearn.neural_network import MLPRegressor
    from sklearn.preprocessing import StandardScaler

    inner = MLPRegressor(
        hidden_layer_sizes=(at.own["width"],),
        **_NETWORK,
        alpha=at.own["decay"],
        random_state=at.seed,
    )
    return TransformedTargetRegressor(inner, transformer=StandardScaler())


_NETWORK: dict[str, Any] = {"max_iter": 40, "learning_rate_init": 0.01, "batch_size": 32}

CLASSIFIERS: dict[str, _Make] = {
    "linear": _linear, "svm": _svm, "neighbours": _neighbours, "bayes": _bayes,
    "discriminant": _discriminant, "tree": _tree, "forest": _forest("RandomForestClassifier"),
    "extra_trees": _forest("ExtraTreesClassifier"), "boosting": _boosting("LGBMClassifier"),
    "network": _network,
}  # fmt: skip
REGRESSORS: dict[str, _Make] = {
    "linear": _ridge, "svm": _svr, "neighbours": _neighbours_regression,
    "bayes": _bayes_regression, "discriminant": _elastic_net, "tree": _tree_regression,
    "forest": _forest("RandomForestRegressor"), "extra_trees": _forest("ExtraTreesRegressor"),
    "boosting": _boosting("LGBMRegressor"), "network": _network_regression,
}  # fmt: skip
