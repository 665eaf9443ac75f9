"""The paradigm library and its space: named points that can be built and fitted."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from autoglm_agent.automl.samplers.behaviour import Behaviour
from autoglm_agent.automl.samplers.embedding import embed, unit, value_at
from autoglm_agent.automl.samplers.library import TAGS, grid_points, library
from autoglm_agent.automl.samplers.pipeline import build
from autoglm_agent.automl.samplers.signature import NAMES, signature
from autoglm_agent.automl.samplers.space import SETTINGS, Range, distributions, within
from autoglm_agent.errors import InputError, StoreError

FIRST = [next(c for c in library() if c.params["family"] == family) for family in SETTINGS]
VIEWS = [
    c for c in library()
    if c.name in {"linear C=1, quantile", "svm C=3 gamma=0.4, products", "linear C=1, select",
                  "linear C=1, pca", "linear C=1, ordinal", "linear C=1, robust"}
]  # fmt: skip


def table(n: int = 150) -> tuple[pd.DataFrame, np.ndarray]:
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(n, 4)), columns=list("abcd"))
    X["level"] = rng.choice(["u", "v", "w"], n)
    y = (X["a"] + (X["level"] == "u") > 0.3).to_numpy().astype(int)
    return X.mask(rng.random(X.shape) < 0.05), y


def test_names_are_unique_and_points_lie_in_the_space():
    configurations = library()
    assert 250 <= len(configurations) <= 350
    assert len({c.name for c in configurations}) == len(configurations)
    assert len({tuple(c.params.items()) for c in configurations}) == len(configurations)
    assert all(within(c.params) for c in configurations)
    assert all(TAGS[str(c.params["family"])] <= c.tags for c in configurations)


def test_the_shipped_matrix_is_of_this_library():
    behaviour = Behaviour.load()
    assert behaviour.configurations == tuple(c.name for c in library())
    assert len(behaviour.tables) >= 10
    assert behaviour.scores.shape == (len(library()), len(behaviour.tables))
    assert behaviour.signatures.shape == (len(behaviour.tables), len(NAMES))
    assert np.isfinite(behaviour.scores).all()
    assert ((behaviour.scores >= 0) & (behaviour.scores <= 1)).all()


@pytest.mark.parametrize("classification", [True, False])
@pytest.mark.parametrize("configuration", [*FIRST, *VIEWS], ids=lambda c: c.name)
def test_a_configuration_is_a_pipeline_that_learns(configuration, classification):
    X, y = table()
    target = y if classification else y + 0.1 * np.arange(len(y)) / len(y)
    model = build(
        configuration.params, numbers=list("abcd"), categories=["level"],
        classification=classification,
    )  # fmt: skip
    predicted = model.fit(X, target).predict(X)
    if classification:
        assert (predicted == y).mean() > 0.7
    else:
        assert np.corrcoef(predicted, target)[0, 1] > 0.4


def test_what_is_not_of_the_space_is_refused():
    good = dict(library()[0].params)
    for bad in ({**good, "family": "exec"}, {**good, "linear.C": 1e9}, {"family": "linear"}):
        assert not within(bad)
        with pytest.raises(InputError, match="no point"):
            build(bad, numbers=["a"], categories=[])


def test_places_between_zero_and_one_are_values_and_back():
    for place in distributions().values():
        for where in (0.0, 0.3, 1.0):
            value = value_at(place, where)
            again = value_at(place, unit(place, value))
            assert again == pytest.approx(value) if isinstance(place, Range) else again == value


def test_nearer_settings_are_nearer_vectors():
    points = {c.name: c.params for c in library()}
    names = ("svm C=3 gamma=0.4", "svm C=3 gamma=1", "tree depth=2 leaf=5")
    one, near, far = embed([points[name] for name in names])
    assert np.linalg.norm(one - near) < np.linalg.norm(one - far)


def test_a_signature_tells_tables_apart_and_not_their_names():
    X, y = table()
    told = signature(X, y)
    assert told.shape == (len(NAMES),)
    assert np.isfinite(told).all()
    renamed = X.set_axis([f"other {c}" for c in X.columns], axis=1)
    assert np.allclose(signature(renamed, y), told)
    shuffled = np.random.default_rng(1).permutation(y)
    assert signature(X, shuffled)[-1] < told[-1] - 0.2  # nothing is linear any more


def test_a_damaged_matrix_is_refused(tmp_path):
    path = tmp_path / "b.json"
    path.write_text('{"configurations": ["a"]}')
    with pytest.raises(StoreError, match="no behaviour matrix"):
        Behaviour.load(path)


def test_the_grid_holds_every_family():
    assert {p["family"] for p in grid_points()} == set(SETTINGS)
