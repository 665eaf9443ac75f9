"""Architectures: the space, networks side by side, probes, the shipped table, the search."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import optuna
import pytest
import torch

from autoglm_agent.automl.run.clock import Deadline
from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.errors import InputError, StoreError
from autoglm_agent.images.architectures.embedding import by_effects, effects, one_hot, probed
from autoglm_agent.images.architectures.measured import Measured
from autoglm_agent.images.architectures.network import CellNetwork
from autoglm_agent.images.architectures.operations import operation
from autoglm_agent.images.architectures.probing import (
    PROPERTIES,
    alignment,
    answering,
    coloured_noise,
    properties,
)
from autoglm_agent.images.architectures.proposing import ArchitectureProposer, Parts
from autoglm_agent.images.architectures.sampler import (
    ArchitectureSampler,
    create_sampler,
    suggest,
)
from autoglm_agent.images.architectures.searching import CellShape, fit_searched, put_aside
from autoglm_agent.images.architectures.space import OPERATIONS, Architecture, architectures
from autoglm_agent.images.classify import _families, run_images
from autoglm_agent.images.network import NetworkImageModel
from benchmarks.architectures.measure import MatrixConvolution
from benchmarks.architectures.tasks import TEST, TRAIN, make_task

EVERY = architectures()
CODES = np.array([a.codes for a in EVERY])


def test_the_space_holds_every_choice_once_and_names_can_be_read() -> None:
    assert len(set(EVERY)) == len(OPERATIONS) ** 3
    assert all(Architecture.parse(a.name) == a for a in EVERY)


@pytest.mark.parametrize("name", ["conv3", "conv3-conv3-conv9", "", "conv3-conv3-conv3-conv3"])
def test_what_is_no_architecture_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="is no architecture"):
        Architecture.parse(name)


@pytest.mark.parametrize("name", OPERATIONS)
def test_operations_keep_the_shape(name: str) -> None:
    maps = torch.randn(2, 32, 7, 9)
    assert operation(name, 16, copies=2)(maps).shape == maps.shape


def test_networks_side_by_side_are_those_networks_alone() -> None:
    architecture, copies = Architecture.parse("conv3-sep5-pointwise"), 3
    torch.manual_seed(0)
    whole = CellNetwork(architecture, 4, copies=copies).double().eval()
    images = torch.randn(5, 3 * copies, 16, 16).double()
    told = whole(images)
    for i in range(copies):
        alone = CellNetwork(architecture, 4).double().eval()
        state = {
            name: value if value.ndim == 0 else value.chunk(copies)[i]
            for name, value in whole.state_dict().items()
        }
        alone.load_state_dict(state)
        assert torch.allclose(alone(images[:, 3 * i : 3 * i + 3]), told[:, i])


def test_no_gradient_crosses_between_networks() -> None:
    network = CellNetwork(Architecture.parse("max3-dilated3-conv5"), 4, copies=2).train()
    images = torch.randn(6, 6, 16, 16, requires_grad=True)
    network(images)[:, 0].sum().backward()
    assert images.grad is not None
    assert images.grad[:, :3].abs().sum() > 0
    assert images.grad[:, 3:].abs().sum() == 0


@pytest.mark.parametrize(("size", "dilation"), [(1, 1), (3, 1), (3, 2), (5, 1)])
def test_a_convolution_as_matrices_is_that_convolution(size: int, dilation: int) -> None:
    from autoglm_agent.images.architectures.operations import convolution

    plain = convolution(4, 6, size, copies=3, dilation=dilation).double()
    images = torch.randn(2, 12, 8, 8).double()
    assert torch.allclose(MatrixConvolution(plain)(images), plain(images))


def test_too_narrow_a_network_is_refused() -> None:
    with pytest.raises(InputError, match="too narrow"):
        CellNetwork(EVERY[0], 2, width=8)


def test_probes_tell_what_is_known_of_the_operations() -> None:
    torch.manual_seed(0)
    maps = coloured_noise(np.random.default_rng(0))[:32]
    told = {
        name: dict(zip(PROPERTIES, properties(answering(name), maps), strict=True))
        for name in ("conv3", "conv5", "pointwise", "max3", "avg3", "identity")
    }
    assert told["pointwise"]["reach"] < 0.3 < told["conv3"]["reach"] < told["conv5"]["reach"]
    assert told["max3"]["mixing"] == told["identity"]["mixing"] == 0 < told["conv3"]["mixing"]
    assert told["avg3"]["detail"] < 0.5 * told["identity"]["detail"]
    assert told["max3"]["linear"] < 0.95 < told["avg3"]["linear"]
    assert told["max3"]["mirror"] > 0.999 > told["conv3"]["mirror"]


def test_alignment_is_one_for_a_rotation_and_nothing_for_noise() -> None:
    torch.manual_seed(0)
    told = torch.randn(40, 20)
    turned = told @ torch.linalg.qr(torch.randn(20, 20))[0]
    assert alignment(told, 3 * turned + 1) == pytest.approx(1.0, abs=1e-6)
    assert abs(alignment(torch.randn(40, 500), torch.randn(40, 500))) < 0.1


def additive(seed: int, tasks: int, noise: float = 0.0) -> np.ndarray:
    """Return accuracies in which each operation adds its share; tasks share most of it."""
    rng = np.random.default_rng(seed)
    common = rng.normal(size=(3, len(OPERATIONS)))
    columns = []
    for _ in range(tasks):
        own = common + 0.2 * rng.normal(size=common.shape)
        columns.append(sum(own[p][CODES[:, p]] for p in range(3)))
    told = np.array(columns).T + noise * rng.normal(size=(len(EVERY), tasks))
    return 0.7 + 0.05 * told


def table(accuracy: np.ndarray) -> Measured:
    names = tuple(f"task{i}" for i in range(accuracy.shape[1]))
    shipped = Measured.load()
    return replace(
        shipped, architectures=EVERY, tasks=names, accuracy=accuracy, seconds=np.ones(len(EVERY))
    )


def searched(measured: Measured, truth: np.ndarray, trials: int, parts: Parts) -> list[int]:
    proposer, rng = ArchitectureProposer(measured, parts), np.random.default_rng(0)
    seen: list[int] = []
    for _ in range(trials):
        rows = np.array(seen, dtype=np.int64)
        seen.append(proposer.propose(rows, truth[rows], (), rng))
    return seen


def test_effects_are_what_an_operation_adds() -> None:
    accuracy = additive(0, 2)
    found = effects(CODES, accuracy)
    having = accuracy[CODES[:, 1] == 4].mean(axis=0) - accuracy.mean(axis=0)
    assert np.allclose(found[1, 4], having)
    assert np.allclose(found.mean(axis=1), 0)


def test_operations_that_do_alike_are_nearer() -> None:
    shipped = Measured.load()
    vectors = probed(CODES, shipped.properties, shipped.alike)
    place = {a.name: i for i, a in enumerate(EVERY)}

    def apart(first: str, second: str) -> float:
        return float(np.linalg.norm(vectors[place[first]] - vectors[place[second]]))

    assert apart("conv3-conv3-conv3", "conv5-conv3-conv3") < apart(
        "conv3-conv3-conv3", "identity-conv3-conv3"
    )
    assert np.allclose(one_hot(CODES).sum(axis=1), 3)
    assert len(by_effects(CODES, CODES, additive(0, 3), np.ones(3) / 3)) == len(EVERY)


def test_what_known_tasks_say_leads_to_the_best_within_a_few_tries() -> None:
    accuracy = additive(1, 6)
    truth = accuracy[:, 5]
    seen = searched(table(accuracy[:, :5]), truth, 12, Parts())
    assert truth[seen].max() >= np.sort(truth)[-3]


def test_known_tasks_that_say_the_contrary_do_no_lasting_harm() -> None:
    accuracy = additive(2, 6)
    truth = 1.4 - accuracy[:, 5]
    seen = searched(table(accuracy[:, :5]), truth, 40, Parts())
    blind = searched(table(accuracy[:, :5]), truth, 40, Parts(False, False, "one-hot"))
    standing = [int((truth > truth[rows].max()).sum()) for rows in (seen, blind)]
    assert standing[0] <= 5
    assert len(set(blind)) == 40


@pytest.mark.parametrize(
    "nearness", ["one-hot", "probed", "effects", "composed", "standings"]
)  # fmt: skip
def test_no_architecture_is_proposed_twice(nearness: str) -> None:
    accuracy = additive(3, 4, noise=0.5)
    seen = searched(table(accuracy[:, :3]), accuracy[:, 3], 30, Parts(nearness=nearness))  # type: ignore[arg-type]
    assert len(set(seen)) == 30


def test_the_table_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    shipped = Measured.load()
    shipped.save(tmp_path / "t.json")
    again = Measured.load(tmp_path / "t.json")
    assert again.architectures == shipped.architectures
    assert np.array_equal(again.accuracy, shipped.accuracy)
    assert shipped.without({"digits"}).tasks == shipped.tasks[1:]


@pytest.mark.parametrize("text", ["", "[]", '{"architectures": ["conv3"]}', "{"])
def test_a_damaged_table_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "t.json").write_text(text)
    with pytest.raises(StoreError, match="is no table of architectures"):
        Measured.load(tmp_path / "t.json")


def test_the_sampler_minimises_too_and_goes_on_with_a_study() -> None:
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    measured = Measured.load()
    losses = dict(zip((a.name for a in measured.architectures), 1 - measured.accuracy[:, 0],
                      strict=True))  # fmt: skip

    def objective(trial: optuna.Trial) -> float:
        return float(losses.get(suggest(trial).name, 1.0))

    study = optuna.create_study(sampler=create_sampler("random", seed=0))
    study.optimize(objective, n_trials=4)
    study.sampler = ArchitectureSampler(0, measured=measured.without({"digits"}))
    study.optimize(objective, n_trials=12)
    own = [tuple(t.params.values()) for t in study.trials[4:]]
    assert len(set(own)) == 12
    assert study.best_trial.number >= 4
    assert study.best_value < np.quantile(list(losses.values()), 0.05)


def test_an_architecture_that_failed_is_not_tried_again() -> None:
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    tried: list[str] = []

    def objective(trial: optuna.Trial) -> float:
        tried.append(suggest(trial).name)
        raise ValueError("no memory")

    study = optuna.create_study(direction="maximize", sampler=ArchitectureSampler(0))
    study.optimize(objective, n_trials=6, catch=(ValueError,))
    assert len(set(tried)) == 6


def test_an_unknown_engine_or_family_is_told() -> None:
    with pytest.raises(InputError, match="no search engine"):
        create_sampler("grid")
    with pytest.raises(InputError, match="searched_network"):
        _families(["nosuch"], ["nosuch"])


def stripes(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return coloured images of stripes, upright or lying."""
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 2, n)
    wave = (np.sin(np.arange(8) * 2 + rng.uniform(0, 6, (n, 1))) > 0) * 200.0
    lying = np.repeat(wave[:, :, None], 8, axis=2)
    images = np.where(codes[:, None, None] == 1, lying.transpose(0, 2, 1), lying)
    images = np.clip(images + rng.normal(30, 10, images.shape), 0, 255).astype(np.uint8)
    return np.repeat(images[..., None], 3, axis=3), codes


def test_rows_of_every_class_are_put_aside() -> None:
    codes = np.repeat([0, 1, 2], [40, 8, 3])
    aside = put_aside(codes, 0)
    assert np.bincount(codes[aside], minlength=3).tolist() == [10, 2, 0]
    assert put_aside(np.array([0, 1]), 0).sum() == 1


def test_a_searched_network_learns_and_is_read_back(tmp_path: Path) -> None:
    images, codes = stripes(160)
    heard: list[str] = []
    model = fit_searched(
        "semantic", images[:120], codes[:120], 2, seed=0, deadline=Deadline(), tries=2,
        listener=lambda event: heard.append(str(event["event"])),
    )  # fmt: skip
    assert isinstance(model.shape, CellShape)
    assert heard.count("architecture.tried") == 2
    told = model.predict(images[120:])
    assert (told.argmax(axis=1) == codes[120:]).mean() > 0.9
    model.save(Workspace(tmp_path), "m")
    again = NetworkImageModel.load(Workspace(tmp_path), "m")
    assert again.shape == model.shape
    assert np.array_equal(again.predict(images[120:]), told)


def test_a_run_searches_where_it_is_asked_to_and_its_network_is_exported(tmp_path: Path) -> None:
    from autoglm_agent.images.export import check_export, export_onnx

    images, codes = stripes(80)
    np.savez(tmp_path / "stripes.npz", images=images, y=codes)
    families = check_export("onnx", (), None, "random")
    place = Workspace(tmp_path / "run")
    result = run_images(
        place, tmp_path / "stripes.npz", families=families, search="random", seconds=6
    )
    assert [c["family"] for c in result["candidates"]] == ["searched_network"]
    rows = export_onnx(place, tmp_path / "model.onnx")
    assert all(row.parity for row in rows)


@pytest.mark.parametrize("name", ["orientation", "same", "motif"])
def test_tasks_are_the_same_every_time_and_in_classes_of_equal_size(name: str) -> None:
    first = make_task(name)
    assert first.images.shape == (TRAIN + TEST, 3, 16, 16)
    assert np.array_equal(first.images, make_task(name).images)
    assert np.ptp(np.bincount(first.codes, minlength=first.classes)) <= 1
