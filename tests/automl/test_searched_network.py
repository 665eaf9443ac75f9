"""The network whose architecture is searched for: what it learns, keeps, and says it needs."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

torch = pytest.importorskip("torch")

from autoglm_agent.automl.estimator import AutoMLClassifier  # noqa: E402
from autoglm_agent.automl.models import searched_network as searching  # noqa: E402
from autoglm_agent.automl.models.base import Fold, OutOfTime  # noqa: E402
from autoglm_agent.automl.models.mixed_blocks import CHOICES, MixedNetwork  # noqa: E402
from autoglm_agent.automl.models.pack import pack, unpack  # noqa: E402
from autoglm_agent.automl.run.clock import Deadline  # noqa: E402
from autoglm_agent.automl.scoring.problem import Problem  # noqa: E402
from autoglm_agent.automl.search.experimental import check_experimental  # noqa: E402
from autoglm_agent.errors import InputError, MissingExtraError  # noqa: E402

PARAMS = {
    "width": 16, "blocks": 2, "search_rounds": 4, "mixing_rate": 0.05, "rounds": 20,
    "patience": 8, "rate": 1e-2, "batch": 64, "decay": 1e-2, "pieces": 0,
}  # fmt: skip
PROBLEMS = {
    "binary": Problem("binary", "log_loss", (0, 1)),
    "multiclass": Problem("multiclass", "log_loss", (0, 1, 2)),
    "regression": Problem("regression", "rmse"),
    "mae": Problem("regression", "mae"),
}
EVERY = [
    {"connection": "plain", "norm": "none", "activation": "silu", "width": 1.0, "dropout": 0.2},
    {"connection": "residual", "norm": "layer", "activation": "tanh", "width": 0.5, "dropout": 0.4},
    {"connection": "plain", "norm": "layer", "activation": "relu", "width": 0.25, "dropout": 0.0},
]
"""Blocks in which each choice but `none` occurs."""


def a_fold(problem: Problem, n: int = 400) -> Fold:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, 4)).astype(np.float32)
    raw = X[:, 0] * X[:, 1] + X[:, 2]
    y = 1e4 + 100 * raw
    if problem.is_classification:
        y = np.digitize(raw, [0.0] if problem.kind == "binary" else [-0.7, 0.7]).astype(np.int64)
    cut = 3 * n // 4
    return Fold(X[:cut], y[:cut], X[cut:], y[cut:])


def fitted(problem: Problem, seed: int = 0, **changes):
    return searching.fit_searched_network(
        {**PARAMS, **changes}, a_fold(problem), problem, seed=seed, deadline=Deadline(None)
    )


@pytest.mark.parametrize("kind", PROBLEMS)
def test_it_learns_an_interaction_and_survives_bytes(kind: str) -> None:
    problem, fold = PROBLEMS[kind], a_fold(PROBLEMS[kind])
    fit = fitted(problem)
    got = fit.model.predict(fold.X_valid)
    if problem.is_classification:
        assert (got.argmax(axis=1) == fold.y_valid).mean() > 0.75
        np.testing.assert_allclose(got.sum(axis=1), 1.0, atol=1e-6)
    else:
        assert np.corrcoef(got, fold.y_valid)[0, 1] > (0.85 if kind == "regression" else 0.65)
    (back,) = unpack(pack([fit.model]))
    assert np.array_equal(back.predict(fold.X_valid), got)
    assert 1 <= fit.info["rounds"] <= fit.info["grown"]


def test_the_same_seed_gives_the_same_blocks_and_bits() -> None:
    problem = PROBLEMS["binary"]
    one, two, other = (fitted(problem, seed) for seed in (3, 3, 4))
    X = a_fold(problem).X_valid
    assert one.info["blocks"] == two.info["blocks"]
    assert np.array_equal(one.model.predict(X), two.model.predict(X))
    assert not np.array_equal(one.model.predict(X), other.model.predict(X))


def test_numpy_predicts_what_torch_trained_whatever_the_blocks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    problem, seen = PROBLEMS["multiclass"], []
    monkeypatch.setattr(searching, "_search", lambda *_: (EVERY, 0))
    train = searching._train
    monkeypatch.setattr(
        searching, "_train", lambda p, net, *rest: (seen.append(net), train(p, net, *rest))[1]
    )
    fit, X = fitted(problem, rounds=3), a_fold(problem).X_valid
    with torch.no_grad():
        wanted = seen[0].eval()(torch.from_numpy(X)).softmax(1).numpy()
    np.testing.assert_allclose(fit.model.predict(X), wanted, atol=1e-5)
    widths = [int((fit.model.layers[2 * i] != 0).any(axis=0).sum()) for i in range(3)]
    assert widths == [16, 8, 4]


def test_the_mixture_leans_towards_what_predicts() -> None:
    generator = torch.Generator().manual_seed(0)
    network = MixedNetwork(3, 8, 2, 2, generator)
    assert {k[:-1] for k in network.alphas} == set(CHOICES)
    assert not {"connection0", "norm0"} & set(network.alphas)
    with torch.no_grad():
        network.alphas["connection1"][2] = 5.0  # none
        network.alphas["activation0"][1] = 5.0
    chosen = network.chosen()
    assert len(chosen) == 1
    assert chosen[0]["activation"] == CHOICES["activation"][1]
    loss = torch.nn.functional.cross_entropy(
        network(torch.randn(20, 3, generator=generator)), torch.zeros(20, dtype=torch.int64)
    )
    loss.backward()
    assert all(alpha.grad is not None for alpha in network.alphas.values())


def test_the_search_never_sees_the_validation_rows() -> None:
    problem = PROBLEMS["binary"]
    fold, changed = a_fold(problem), a_fold(problem)
    changed.X_valid, changed.y_valid = -changed.X_valid, 1 - changed.y_valid
    blocks = [
        searching.fit_searched_network(
            {**PARAMS, "rounds": 1}, rows, problem, seed=1, deadline=Deadline(None)
        ).info["blocks"]
        for rows in (fold, changed)
    ]
    assert blocks[0] == blocks[1]


def test_a_deadline_ends_it_and_none_left_is_out_of_time() -> None:
    problem = PROBLEMS["binary"]
    began = time.monotonic()
    with pytest.raises(OutOfTime):
        searching.fit_searched_network(
            {**PARAMS, "search_rounds": 10**6}, a_fold(problem), problem, seed=0,
            deadline=Deadline(0.0),
        )  # fmt: skip
    fit = searching.fit_searched_network(
        {**PARAMS, "search_rounds": 10**6, "rounds": 10**6, "patience": 10**6}, a_fold(problem),
        problem, seed=0, deadline=Deadline(1.5),
    )  # fmt: skip
    assert fit.info["cut"]
    assert fit.info["searched"] > 0
    assert time.monotonic() - began < 30


def test_a_user_gets_it_by_name_and_only_then() -> None:
    fold = a_fold(PROBLEMS["binary"], 300)
    X, y = pd.DataFrame(fold.X, columns=list("abcd")), fold.y
    plain = AutoMLClassifier(None, trials=2).fit(X, y)
    assert "searched_network" not in set(plain.leaderboard_["family"])
    asked = AutoMLClassifier(None, trials=2, experimental=("searched_network",)).fit(X, y)
    board = asked.leaderboard_.set_index("family")
    assert board.loc["searched_network", "status"] == "done"
    told = next(c for c in asked.result_.candidates if c.family == "searched_network")
    assert all(info["blocks"] for info in told.params["fitted"])


def test_an_unknown_family_and_missing_torch_say_so_before_training(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match="searched_network"):
        check_experimental(["nothing"])
    monkeypatch.setattr(searching, "installed", lambda: False)
    with pytest.raises(MissingExtraError, match="torch"):
        check_experimental(["searched_network"])
