"""The samplers with Optuna, and what past tables do for the semantic one."""

from __future__ import annotations

import numpy as np
import optuna
import pytest

from autoglm_agent.automl.samplers.behaviour import Behaviour
from autoglm_agent.automl.samplers.embedding import unit, value_at
from autoglm_agent.automl.samplers.engines import ENGINES, create_sampler
from autoglm_agent.automl.samplers.gaussian import expected_improvement, posterior, scaled
from autoglm_agent.automl.samplers.library import library, usual_view
from autoglm_agent.automl.samplers.points import ANYWHERE, LEADERS, NEAR, Points, point_of
from autoglm_agent.automl.samplers.proposing import PORTFOLIO, Ablation, Proposer
from autoglm_agent.automl.samplers.refining import Refiner
from autoglm_agent.automl.samplers.semantic import SemanticSampler
from autoglm_agent.automl.samplers.space import distributions, suggest, within
from autoglm_agent.automl.samplers.transfer import (
    next_of_portfolio,
    rank_agreement,
    table_weights,
)
from autoglm_agent.errors import InputError

optuna.logging.set_verbosity(optuna.logging.ERROR)
NAMES = tuple(c.name for c in library())


def world(tables: int = 12, seed: int = 0) -> Behaviour:
    """Tables of three kinds: on each other configurations are good, and signatures say so."""
    rng = np.random.default_rng(seed)
    kinds = rng.normal(size=(3, len(NAMES)))
    of = np.arange(tables) % 3
    scores = kinds[of] + 0.2 * rng.normal(size=(tables, len(NAMES)))
    signatures = np.eye(3)[of] + 0.1 * rng.normal(size=(tables, 3))
    names = tuple(f"t{i}" for i in range(tables))
    return Behaviour(NAMES, names, scores.T, np.ones((len(NAMES), tables)), signatures)


def value_of(trial: optuna.Trial, scores: dict[str, float], sign: float = 1.0) -> float:
    point = suggest(trial)
    name = next((c.name for c in library() if c.params == point), None)
    return sign * scores.get(name, 0.0)


def optimised(sampler, scores, n_trials=20, direction="maximize", study=None) -> optuna.Study:
    study = study or optuna.create_study(direction=direction, sampler=sampler)
    sign = 1.0 if direction == "maximize" else -1.0
    study.optimize(lambda trial: value_of(trial, scores, sign), n_trials=n_trials)
    return study


def held_out(place: int = 0) -> tuple[Behaviour, dict[str, float], np.ndarray]:
    every = world()
    scores = dict(zip(NAMES, every.scores[:, place].tolist(), strict=True))
    return every.without({every.tables[place]}), scores, every.signatures[place]


@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_searches_the_space_and_gives_the_same_twice(engine):
    runs = []
    for _ in range(2):
        sampler = create_sampler(engine, seed=3)
        study = optuna.create_study(sampler=sampler, direction="maximize")
        points = []

        def objective(trial, points=points):
            points.append(suggest(trial))
            return float(len(str(points[-1]["family"])))

        study.optimize(objective, n_trials=14)
        assert all(within(p) for p in points)
        runs.append(points)
    assert runs[0] == runs[1]


def test_an_unknown_engine_is_refused():
    with pytest.raises(InputError, match="no search engine"):
        create_sampler("magic")


def test_it_proposes_named_configurations_each_once():
    behaviour, scores, told = held_out()
    sampler = SemanticSampler(told, behaviour=behaviour, seed=0, refine=False)
    study = optimised(sampler, scores, 30)
    names = [sampler.configuration_of(t) for t in study.trials]
    assert None not in names
    assert len(set(names)) == 30


def test_it_finds_in_ten_tries_what_chance_does_not():
    regrets = {"semantic": [], "random": []}
    for place in range(6):
        behaviour, scores, told = held_out(place)
        study = optimised(SemanticSampler(told, behaviour=behaviour, seed=0), scores, 10)
        values = np.array(list(scores.values()))
        regrets["semantic"].append(values.max() - study.best_value)
        chosen = np.random.default_rng(place).choice(values, (200, 10)).max(axis=1)
        regrets["random"].append(values.max() - chosen.mean())
    assert np.mean(regrets["semantic"]) < 0.5 * np.mean(regrets["random"])


def test_minimising_is_maximising_with_the_sign_turned():
    behaviour, scores, told = held_out(1)
    studies = [
        optimised(SemanticSampler(told, behaviour=behaviour, seed=0), scores, 15, direction)
        for direction in ("maximize", "minimize")
    ]
    assert [t.params for t in studies[0].trials] == [t.params for t in studies[1].trials]


def test_a_study_goes_on_where_it_was_with_a_new_sampler():
    behaviour, scores, told = held_out(2)
    whole = optimised(SemanticSampler(told, behaviour=behaviour, seed=0), scores, 16)
    study = optimised(SemanticSampler(told, behaviour=behaviour, seed=0), scores, 9)
    study.sampler = SemanticSampler(told, behaviour=behaviour, seed=0)
    study = optimised(None, scores, 7, study=study)
    assert [t.params for t in study.trials] == [t.params for t in whole.trials]


def test_a_configuration_that_fails_is_not_tried_again():
    behaviour, _, told = held_out()
    sampler = SemanticSampler(told, behaviour=behaviour, seed=0, refine=False)
    study = optuna.create_study(sampler=sampler)

    def objective(trial: optuna.Trial) -> float:
        point = suggest(trial)
        if point["family"] in ("svm", "boosting"):
            raise ValueError("it does not converge")
        return float(trial.number)

    study.optimize(objective, n_trials=25, catch=(ValueError,))
    names = [sampler.configuration_of(t) for t in study.trials]
    assert any(t.state.name == "FAIL" for t in study.trials)
    assert len(set(names)) == 25


def test_threads_do_not_try_the_same_at_the_same_time():
    behaviour, scores, told = held_out()
    sampler = SemanticSampler(told, behaviour=behaviour, seed=0, refine=False)
    study = optuna.create_study(direction="maximize", sampler=sampler)
    study.optimize(lambda t: value_of(t, scores), n_trials=16, n_jobs=4)
    assert len({sampler.configuration_of(t) for t in study.trials}) == 16


def test_tags_are_kept_even_when_all_with_the_tag_are_tried():
    behaviour, scores, told = held_out()
    sampler = SemanticSampler(told, behaviour=behaviour, seed=0, tags={"generative"})
    count = sum("generative" in c.tags for c in library())
    study = optimised(sampler, scores, count + 10)
    assert {t.params["family"] for t in study.trials} == {"bayes", "discriminant"}
    with pytest.raises(InputError, match="No configuration"):
        SemanticSampler(told, behaviour=behaviour, tags={"tree", "kernel"})


def test_points_between_the_named_ones_are_tried_within_the_space():
    behaviour, _, told = held_out()
    sampler = SemanticSampler(told, behaviour=behaviour, seed=0)
    study = optuna.create_study(sampler=sampler, direction="maximize")
    points = []

    def objective(trial: optuna.Trial) -> float:
        points.append(suggest(trial))
        return 1.0 if len(points) == 1 else 0.0

    study.optimize(objective, n_trials=30)
    names = [sampler.configuration_of(t) for t in study.trials]
    assert None in names
    assert all(within(p) for p in points)


def peak(trial: optuna.Trial) -> float:
    """Best at a rate and a number of leaves that no named point has."""
    point = suggest(trial)
    rate, leaves = np.log(point["boosting.rate"]), np.log(point["boosting.leaves"])
    return -float((rate - np.log(0.11)) ** 2 + (leaves - np.log(20)) ** 2)


def test_within_a_family_it_finds_what_lies_between_the_named_points():
    views = {"boosting": usual_view("boosting")}
    best = {}
    for refine in (True, False):
        sampler = SemanticSampler(seed=0, views=views, refine=refine)
        study = optuna.create_study(direction="maximize", sampler=sampler)
        study.optimize(peak, n_trials=40)
        best[refine] = study.best_value
        assert {t.params["family"] for t in study.trials} == {"boosting"}
    assert best[True] > 0.1 * best[False]  # a tenth of the distance
    assert best[True] > -0.02


@pytest.mark.parametrize(("costs", "gain", "named"), [
    (False, 0.5, False), (True, 0.5, True), (True, 0.001, False), (False, 2.0, True),
])  # fmt: skip
def test_what_promises_more_is_proposed_and_a_named_point_first_where_seconds_count(
    monkeypatch, costs, gain, named
):
    sampler = SemanticSampler(seed=0, costs=costs)
    study = optimised(sampler, {}, 4)
    between = {**library()[0].params, "linear.C": 0.123}
    monkeypatch.setattr(sampler._proposer, "propose", lambda *_: (0, gain))
    monkeypatch.setattr(sampler._refiner, "propose", lambda *_: (between, 1.0))
    assert sampler.choose(study) == (library()[0].params if named else between)


def test_what_is_drawn_follows_from_the_seed_and_the_number_of_trials(monkeypatch):
    drawn = []
    for seed, trials in ((0, 6), (0, 6), (0, 7), (1, 6)):
        sampler = SemanticSampler(seed=seed)
        study = optimised(sampler, {}, trials)
        monkeypatch.setattr(sampler._proposer, "propose", lambda *_: (0, 0.1))
        monkeypatch.setattr(
            sampler._refiner, "propose", lambda *given: drawn.append(given[-1].random()) or ({}, 1)
        )
        sampler.choose(study)
    assert drawn[0] == drawn[1]
    assert len(set(drawn)) == 3


def test_trials_of_other_families_lead_to_none_of_them():
    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.RandomSampler(0))
    study.optimize(lambda t: 100.0 * (suggest(t)["family"] == "svm"), n_trials=40)
    study.sampler = SemanticSampler(seed=0, tags={"generative"})
    study.optimize(lambda t: len(suggest(t)) / 100, n_trials=20)
    assert {t.params["family"] for t in study.trials[40:]} <= {"bayes", "discriminant"}


@pytest.mark.parametrize(("best", "low", "high"), [(0.1, 0.0, 0.5), (0.9, 0.5, 1.0)])
def test_where_little_is_seen_the_past_says_what_lies_between(best, low, high):
    place, view = distributions("linear")["linear.C"], usual_view("linear")
    grid = np.linspace(0.1, 0.9, 9)

    def at(where: float) -> dict:
        return {"family": "linear", **view, "linear.C": value_at(place, where)}

    refiner = Refiner([at(w) for w in grid], {"linear": view})
    tried, values = [at(0.48), at(0.52)], np.array([0.0, 0.001])
    past = 1.0 - 2.0 * np.abs(grid - best)
    found, _ = refiner.propose(tried, values, past, np.random.default_rng(0))
    assert low <= unit(place, found["linear.C"]) <= high


def test_candidates_are_anywhere_and_near_the_best():
    points, rng = Points(["network"]), np.random.default_rng(0)
    assert len(points.candidates([], np.array([]), rng)) == ANYWHERE
    tried = [points.anywhere(rng) for _ in range(9)]
    values = np.arange(9.0)
    drawn = points.candidates(tried, values, rng)
    assert len(drawn) == ANYWHERE + NEAR
    place = distributions("network")["network.width"]

    def off(point: dict) -> float:
        best = [unit(place, t["network.width"]) for t in tried[-LEADERS:]]
        return min(abs(unit(place, point["network.width"]) - b) for b in best)

    assert np.mean([off(p) for p in drawn[ANYWHERE:]]) < 0.15
    assert all(within(p) for p in drawn)


def test_only_the_latest_trials_are_looked_at_where_they_are_many(monkeypatch):
    monkeypatch.setattr("autoglm_agent.automl.samplers.semantic.MOST_OBSERVED", 5)
    sampler = SemanticSampler(seed=0)
    study = optimised(sampler, {}, 20)
    looked = []
    monkeypatch.setattr(sampler._proposer, "propose", lambda *_: (0, 0.1))
    monkeypatch.setattr(
        sampler._refiner, "propose", lambda tried, *_: looked.append(tried) or ({}, 1.0)
    )
    sampler.choose(study)
    assert looked == [[point_of(t) for t in study.trials[-5:]]]


def test_parameters_that_it_does_not_know_are_drawn_by_chance():
    sampler = SemanticSampler(seed=0)
    study = optuna.create_study(sampler=sampler)
    study.optimize(lambda t: t.suggest_float("own", 0, 1) + len(t.suggest_categorical(
        "family", ["mine", "yours"])), n_trials=10)  # fmt: skip
    assert len({t.params["own"] for t in study.trials}) == 10
    assert {t.params["family"] for t in study.trials} == {"mine", "yours"}


def test_a_table_on_which_all_is_the_other_way_round_counts_no_more():
    rng = np.random.default_rng(0)
    quality = rng.normal(size=len(NAMES))
    scores = np.column_stack([quality, -quality])
    signatures = np.zeros((2, 3))
    past = Behaviour(NAMES, ("good", "bad"), scores, np.ones_like(scores), signatures)
    seen = np.arange(6)
    assert table_weights(past, None, seen[:0], quality[:0]) == pytest.approx([0.5, 0.5])
    assert table_weights(past, None, seen, quality[seen]) == pytest.approx([1.0, 0.0])
    assert rank_agreement(scores[seen], quality[seen]) == pytest.approx([1.0, -1.0])


def test_the_portfolio_is_what_serves_every_table_not_the_best_on_average():
    relative = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.9], [0.7, 0.7, 0.7], [0.9, 0.0, 0.0]])
    weights = np.full(3, 1 / 3)
    first = next_of_portfolio(relative, weights, np.array([], dtype=int), np.arange(4))
    assert first == 2
    second = next_of_portfolio(relative, weights, np.array([2]), np.array([0, 1, 3]))
    assert second == 1


def test_users_own_runs_are_learnt_and_kept(tmp_path):
    behaviour, scores, told = held_out()
    study = optimised(SemanticSampler(told, behaviour=behaviour, seed=0, refine=False), scores, 12)
    learnt = study.sampler.learnt(study)
    assert len(learnt) == 12
    more = behaviour.learn("mine", told, learnt)
    more.save(tmp_path / "b.json")
    again = Behaviour.load(tmp_path / "b.json")
    assert again.tables == (*behaviour.tables, "mine")
    assert np.isfinite(again.scores[:, -1]).sum() == 12
    assert np.isfinite(again.relative).all()
    assert behaviour.learn("mine", told, {"svm": 1.0}).tables == behaviour.tables


def test_a_gaussian_process_is_sure_where_it_has_looked():
    points = scaled(np.linspace(0, 1, 50)[:, None])
    truth = np.sin(np.linspace(0, 6, 50))
    seen = np.arange(0, 50, 5)
    belief = posterior((points,), seen, truth[seen], np.zeros(50))
    assert np.abs(belief.mean - truth).max() < 0.25
    assert belief.deviation[seen].max() < belief.deviation[seen + 2].min()
    gains = expected_improvement(belief, float(truth[seen].max()))
    assert (gains >= 0).all()


def test_ablations_propose_otherwise():
    behaviour, scores, told = held_out(4)
    values = np.array(list(scores.values()))
    orders = []
    for ablation in (Ablation(), Ablation(model=False), Ablation(portfolio=False)):
        proposer = Proposer(library(), behaviour, told, ablation=ablation)
        tried: list[int] = []
        rng = np.random.default_rng(0)
        for _ in range(PORTFOLIO + 4):
            seen = np.array(sorted(tried), dtype=int)
            tried.append(proposer.propose(seen, values[seen], set(), rng)[0])
        orders.append(tuple(tried))
    assert orders[0][:PORTFOLIO] == orders[1][:PORTFOLIO]
    assert len(set(orders)) == 3
