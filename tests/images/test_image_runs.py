"""Image models: gradients, networks, recipes, resuming, the digits through the whole path."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_digits

from autoglm_agent.automl.run.clock import Deadline
from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.errors import InputError
from autoglm_agent.images.classify import load_image_model, predict_images, run_images
from autoglm_agent.images.disturbed import DISTURBANCES, moved
from autoglm_agent.images.features import gradients, shifted
from autoglm_agent.images.plain import fit_plain
from autoglm_agent.images.reading import read_images
from autoglm_agent.images.recipes import ARTICLE, MODERN, Recipe


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two hundred digits as an npz file."""
    data = load_digits()
    path = tmp_path_factory.mktemp("data") / "digits.npz"
    np.savez(path, images=data.images[:200], y=data.target[:200])
    return path


def stripes(n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return images of stripes, upright or lying."""
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, 2, n)
    wave = (np.sin(np.arange(8) * 2 + rng.uniform(0, 6, (n, 1))) > 0) * 200.0
    lying = np.repeat(wave[:, :, None], 8, axis=2)
    images = np.where(codes[:, None, None] == 1, lying.transpose(0, 2, 1), lying)
    return np.clip(images + rng.normal(30, 10, images.shape), 0, 255).astype(np.uint8)[
        ..., None
    ], codes


def test_gradients_tell_directions_and_bear_light() -> None:
    images, codes = stripes(40)
    told = gradients(images)
    assert told.shape[0] == 40
    apart = np.linalg.norm(told[codes == 0].mean(axis=0) - told[codes == 1].mean(axis=0))
    assert apart > 1
    dim = (images.astype(np.float32) * 0.7 + 20).astype(np.uint8)
    assert np.abs(gradients(dim) - told).mean() < 0.02


@pytest.mark.parametrize("kind", ["linear", "kernel"])
def test_plain_models_learn_and_come_back_from_disk_the_same(kind: Any, tmp_path: Path) -> None:
    images, codes = stripes(120)
    model = fit_plain(kind, images[:80], codes[:80], 2, seed=0, deadline=Deadline())
    told = model.predict(images)
    assert (told[80:].argmax(axis=1) == codes[80:]).mean() > 0.95
    workspace = Workspace(tmp_path / "run")
    model.save(workspace, "m")
    assert np.array_equal(load_image_model(workspace, "m").predict(images), told)


def test_disturbances_keep_shape_and_are_small() -> None:
    images, _ = stripes(30)
    for name, disturb in DISTURBANCES.items():
        told = np.asarray(disturb(images, np.random.default_rng(0)))
        assert told.shape == images.shape
        assert told.dtype == np.uint8
        gap = np.abs(told.astype(float) - images).mean()
        assert 1 < gap < 130, name
    assert np.array_equal(shifted(images, 1, 0)[:, 1:], images[:, :-1])
    assert moved(images, np.random.default_rng(0)).shape == images.shape


def test_the_articles_recipe_is_the_articles() -> None:
    rates = [ARTICLE.rate_at(epoch / 90) for epoch in (0, 29, 30, 59, 60, 89)]
    assert rates == pytest.approx([0.1, 0.1, 0.01, 0.01, 0.001, 0.001])
    assert (ARTICLE.epochs, ARTICLE.batch_size, ARTICLE.momentum) == (90, 128, 0.9)
    assert ARTICLE.flip
    assert not ARTICLE.nesterov
    assert MODERN.epochs <= ARTICLE.epochs / 5
    one = [MODERN.rate_at(p) for p in (0.0, 0.25, 0.6, 1.0)]
    assert one[1] == max(one) == MODERN.rate
    assert one[3] == pytest.approx(0, abs=1e-9)


def small(epochs: int = 4) -> Recipe:
    return Recipe(epochs=epochs, batch_size=32, rate=0.1, flip=False, crop=1, flip_test=False)


def test_a_killed_training_goes_on_and_ends_with_the_same_weights(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    from autoglm_agent.images.network import Shape
    from autoglm_agent.images.training import Training

    images, codes = stripes(96)

    def training(folder: Workspace, listener: Any = lambda event: None) -> Any:
        torch.manual_seed(0)
        network = Shape(2, 1, 8, (1, 1)).build()
        return Training(
            network, images, codes, small(), folder=folder, device="cpu", listener=listener
        )

    whole = training(Workspace(tmp_path / "whole")).run()

    def kill(event: dict[str, Any]) -> None:
        if event["epoch"] == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        training(Workspace(tmp_path / "killed"), kill).run()
    resumed = training(Workspace(tmp_path / "killed"))
    done = resumed.run()
    assert resumed.done == 4
    for name, tensor in whole.state_dict().items():
        assert torch.equal(tensor, done.state_dict()[name]), name
    other = Training(
        Shape(2, 1, 8, (1, 1)).build(), images[::-1], codes, small(),
        folder=Workspace(tmp_path / "killed"), device="cpu",
    )  # fmt: skip
    with pytest.raises(InputError, match="another training"):
        other.run()


def test_a_short_deadline_shortens_the_schedule_and_still_cools_down(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    from autoglm_agent.images.network import Shape
    from autoglm_agent.images.training import Training

    images, codes = stripes(64)
    training = Training(
        Shape(2, 1, 8, (1, 1)).build(), images, codes, small(100_000), device="cpu",
        deadline=Deadline(1.0),
    )  # fmt: skip
    training.run()
    assert 1 <= training.done < 100_000


def test_a_network_learns_and_comes_back_from_disk_the_same(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    from autoglm_agent.images.network import fit_network

    images, codes = stripes(160)
    model = fit_network(images[:120], codes[:120], 2, seed=0, deadline=Deadline(), recipe=small(8))
    told = model.predict(images)
    assert (told[120:].argmax(axis=1) == codes[120:]).mean() > 0.9
    workspace = Workspace(tmp_path / "run")
    model.save(workspace, "m")
    assert np.allclose(load_image_model(workspace, "m").predict(images), told, atol=1e-7)


def test_frozen_vectors_of_a_vision_model_are_tried(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    from transformers import ViTConfig, ViTModel

    from autoglm_agent.images.frozen import frozen_family

    torch.manual_seed(0)
    config = ViTConfig(
        hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32,
        image_size=16, patch_size=4, initializer_range=0.3,
    )  # fmt: skip
    ViTModel(config, add_pooling_layer=False).save_pretrained(tmp_path / "vit")
    images, codes = stripes(120)
    family = frozen_family(str(tmp_path / "vit"))
    model = family.fit(images[:80], codes[:80], 2, seed=0, deadline=Deadline())
    told = model.predict(images)
    assert (told[80:].argmax(axis=1) == codes[80:]).mean() > 0.8
    model.save(Workspace(tmp_path / "run"), "m")
    assert np.allclose(load_image_model(Workspace(tmp_path / "run"), "m").predict(images), told)


def test_a_run_on_digits_is_verified_and_predicts(digits: Path, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "run")
    result = run_images(workspace, digits, families=["linear"], seconds=60)
    assert result["status"] == "verified", result["message"]
    assert result["honest"]["value"] > 0.85
    assert set(result["robustness"]["scores"]) == set(DISTURBANCES)
    images, labels, _ = read_images(digits)
    told = predict_images(workspace, images)
    assert (told["predicted"].to_numpy() == np.array(labels)).mean() > 0.9
    with pytest.raises(InputError, match="the model reads"):
        predict_images(workspace, images[:, :4, :4])


def test_an_unknown_family_is_refused(digits: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no family 'forest'"):
        run_images(Workspace(tmp_path / "run"), digits, families=["forest"])


@pytest.mark.slow
def test_an_exported_network_answers_the_same(digits: Path, tmp_path: Path) -> None:
    pytest.importorskip("torch")
    pytest.importorskip("onnx")
    from autoglm_agent.images.export import export_onnx

    workspace = Workspace(tmp_path / "run")
    run_images(workspace, digits, families=["network"], seconds=60)
    plain, onnx, small_ = export_onnx(workspace, tmp_path / "m.onnx", quantise=True)
    assert onnx.parity
    assert onnx.gap <= 1e-4
    assert small_.megabytes < onnx.megabytes
    assert small_.same_labels > 0.9
    assert plain.same_labels == 1.0


def test_a_model_that_is_no_network_says_so(digits: Path, tmp_path: Path) -> None:
    from autoglm_agent.images.export import exportable

    workspace = Workspace(tmp_path / "run")
    run_images(workspace, digits, families=["linear"], seconds=60)
    with pytest.raises(InputError, match="--family network"):
        exportable(workspace)
