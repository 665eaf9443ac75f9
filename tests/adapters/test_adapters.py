"""Adapters: worn, swapped, mixed, saved and loaded, on transformers and on plain torch networks."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from tiny_backbones import save_bert, shaken  # noqa: E402

from autoglm_agent.adapters.backbones import ImageBackbone, TextBackbone  # noqa: E402
from autoglm_agent.adapters.blocks import Adapter, AdapterSpec  # noqa: E402
from autoglm_agent.adapters.host import AdapterHost  # noqa: E402
from autoglm_agent.adapters.multitask import MultiTask  # noqa: E402
from autoglm_agent.adapters.registry import AdapterRegistry  # noqa: E402
from autoglm_agent.adapters.sites import find_sites  # noqa: E402
from autoglm_agent.adapters.training import Schedule, fit_adapter, fit_head  # noqa: E402
from autoglm_agent.automl.run.clock import Deadline  # noqa: E402
from autoglm_agent.errors import InputError, StoreError  # noqa: E402

TEXTS = [
    "the soup is very good",
    "ball",
    "anna went to berlin . the hotel is awful , but the beach is great",
    "not bad",
    "the bank",
    "it is a fine cake and a fine bread",
    "goal ?",
]


def vectors(backbone: Any, host: AdapterHost, adapter: Any, inputs: Any = TEXTS) -> Any:
    with torch.inference_mode(), host.wearing((adapter, len(inputs))):
        return backbone.features(backbone.collate(inputs))


def test_a_fresh_adapter_leaves_the_backbone_as_it_was(backbone: TextBackbone) -> None:
    from autoglm_agent.adapters.backbones import fingerprint

    host = AdapterHost(backbone.module)
    plain = vectors(backbone, host, None)
    for kind in ("bottleneck", "lora"):
        spec = shaken(backbone, "x", kind).spec
        assert torch.equal(vectors(backbone, host, Adapter(spec)), plain)
    assert spec.backbone == fingerprint(backbone.module)


@pytest.mark.parametrize("kind", ["bottleneck", "lora"])
def test_taken_off_it_leaves_no_trace_and_put_on_it_acts_again(
    backbone: TextBackbone, kind: str
) -> None:
    host, adapter = AdapterHost(backbone.module), shaken(backbone, "x", kind)
    plain = vectors(backbone, host, None)
    worn = vectors(backbone, host, adapter)
    assert (worn - plain).abs().max() > 0.01
    assert torch.equal(vectors(backbone, host, None), plain)
    assert torch.equal(vectors(backbone, host, adapter), worn)
    host.release()
    assert torch.equal(vectors(backbone, AdapterHost(backbone.module), None), plain)


def test_bottleneck_follows_houlsby_formula_at_both_sublayers(backbone: TextBackbone) -> None:
    host, adapter = AdapterHost(backbone.module), shaken(backbone, "x")
    paths = [site.path for site in adapter.spec.sites]
    assert paths == [
        f"encoder.layer.{i}.{half}" for i in (0, 1) for half in ("attention.output.dense",
                                                                 "output.dense")
    ]  # fmt: skip
    vectors(backbone, host, adapter)  # the host's own hooks come first
    site, seen = "encoder.layer.1.output.dense", {}
    target = backbone.module.get_submodule(site)
    target.register_forward_hook(lambda _, i, o: seen.update(inputs=i[0], told=o))
    vectors(backbone, host, adapter)
    block = adapter.block(site)
    plain = torch.nn.functional.linear(seen["inputs"], target.weight, target.bias)
    inner = torch.nn.functional.gelu(plain @ block.down.weight.T + block.down.bias)
    wanted = plain + inner @ block.up.weight.T + block.up.bias
    assert torch.allclose(seen["told"], wanted, atol=1e-5)
    assert not torch.allclose(seen["told"], plain, atol=1e-2)


def test_rows_of_several_tasks_in_one_pass_equal_each_adapter_alone(
    backbone: TextBackbone, tmp_path: Path
) -> None:
    registry = AdapterRegistry(tmp_path, backbone.module)
    for i, (name, kind) in enumerate(
        [("polarity", "bottleneck"), ("place", "lora"), ("topic", "bottleneck")]
    ):
        registry.save(shaken(backbone, name, kind, seed=i))
    many = MultiTask(backbone, registry)
    tasks = ["topic", "polarity", "place", "polarity", "topic", "place", "topic"]
    mixed = many.predict(TEXTS, tasks)
    for i, task in enumerate(tasks):
        alone = MultiTask(backbone, AdapterRegistry(tmp_path, backbone.module))
        whole = alone.predict(TEXTS, task)[i]
        single = alone.predict([TEXTS[i]], task)[0]
        assert mixed[i].task == whole.task == task
        for label, value in whole.probabilities.items():
            assert mixed[i].probabilities[label] == pytest.approx(value, abs=1e-6)
            # Padding changes the order of sums, which these large random weights amplify.
            assert single.probabilities[label] == pytest.approx(value, abs=1e-4)


def test_several_threads_wear_different_adapters_at_once(backbone: TextBackbone) -> None:
    host = AdapterHost(backbone.module)
    adapters = [shaken(backbone, f"t{i}", seed=i) for i in range(4)]
    wanted = [vectors(backbone, host, adapter) for adapter in adapters]
    wrong: list[int] = []

    def work(i: int) -> None:
        told = [vectors(backbone, host, adapters[i]) for _ in range(20)]
        wrong.append(sum(not torch.allclose(one, wanted[i], atol=1e-6) for one in told))

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == [0, 0, 0, 0]


def test_threads_that_hook_a_site_together_hook_it_once(backbone: TextBackbone) -> None:
    adapter = shaken(backbone, "x")
    wanted = vectors(backbone, AdapterHost(backbone.module), adapter)
    host, gate = AdapterHost(backbone.module), threading.Barrier(8)
    told: list[Any] = []

    def work() -> None:
        gate.wait()
        told.append(vectors(backbone, host, adapter))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(torch.allclose(one, wanted, atol=1e-6) for one in told)


def test_a_saved_adapter_comes_back_the_same_and_least_used_leave_memory(
    backbone: TextBackbone, tmp_path: Path
) -> None:
    registry = AdapterRegistry(tmp_path, backbone.module, keep=2)
    made = {f"t{i}": shaken(backbone, f"t{i}", seed=i) for i in range(3)}
    for adapter in made.values():
        registry.save(adapter)
    assert registry.names() == ["t0", "t1", "t2"]
    assert registry.held() == []
    host = AdapterHost(backbone.module)
    for name in ("t0", "t1", "t0", "t2"):
        worn = vectors(backbone, host, registry.get(name))
        assert torch.equal(worn, vectors(backbone, host, made[name]))
    assert registry.held() == ["t0", "t2"]
    registry.remove("t0")
    assert registry.names() == ["t1", "t2"]
    with pytest.raises(InputError, match="no adapter 't0'"):
        registry.get("t0")


def test_an_adapter_of_another_backbone_is_refused(
    backbone: TextBackbone, tmp_path: Path, folder: Path
) -> None:
    from transformers import AutoModel

    AdapterRegistry(tmp_path / "a", backbone.module).save(shaken(backbone, "x"))
    other = AutoModel.from_pretrained(folder)
    with torch.no_grad():
        other.encoder.layer[0].output.dense.weight.mul_(1.01)
    with pytest.raises(InputError, match="another backbone"):
        AdapterRegistry(tmp_path / "a", other).get("x")


def test_a_pooler_that_the_weights_lack_makes_no_other_backbone(tmp_path: Path) -> None:
    from autoglm_agent.adapters.backbones import fingerprint
    from autoglm_agent.adapters.loading import _read

    folder = save_bert(tmp_path / "mlm", "BertForMaskedLM")  # its encoder has no pooler
    prints = {fingerprint(_read(str(folder), "none", None, "cpu").model) for _ in range(2)}
    assert len(prints) == 1
    assert _read(str(folder), "none", None, "cpu").model.pooler is None


def test_damaged_weights_are_noticed_and_names_cannot_leave_the_folder(
    backbone: TextBackbone, tmp_path: Path
) -> None:
    registry = AdapterRegistry(tmp_path, backbone.module)
    registry.save(shaken(backbone, "x"))
    path = next((tmp_path / "x").glob("*.safetensors"))
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(bytes(data))
    with pytest.raises(StoreError, match="changed"):
        registry.get("x")
    for name in ("../x", "", "a/b", "."):
        with pytest.raises(InputError):
            registry.get(name)


def test_a_swap_takes_less_than_a_millisecond(backbone: TextBackbone) -> None:
    host = AdapterHost(backbone.module)
    adapters = [shaken(backbone, f"t{i}", seed=i) for i in range(2)]
    for adapter in adapters:
        vectors(backbone, host, adapter)
    began = time.process_time()
    for i in range(1000):
        with host.wearing((adapters[i % 2], 1)):
            pass
    assert (time.process_time() - began) / 1000 < 1e-3


def test_training_learns_a_task_and_changes_no_weight_of_the_backbone(
    backbone: TextBackbone,
) -> None:
    from autoglm_agent.adapters.backbones import fingerprint

    rng = np.random.default_rng(0)
    words = ["good", "bad", "fine", "poor"]
    labels = [int(i) for i in rng.integers(0, 4, 240)]
    fill = [" ".join(rng.choice(["the", "soup", "is", "it", "a", "team"], 4)) for _ in labels]
    texts = [f"{f} {words[k]}" for f, k in zip(fill, labels, strict=True)]
    wanted = ["up" if k % 2 == 0 else "down" for k in labels]
    before = fingerprint(backbone.module)
    host = AdapterHost(backbone.module)
    adapter = fit_adapter(
        host, backbone, texts[:200], wanted[:200], name="mood", size=4,
        schedule=Schedule(epochs=14, rate=5e-3),
    )  # fmt: skip
    with torch.inference_mode():
        told = adapter.head(vectors(backbone, host, adapter, texts[200:])).argmax(1)
    right = np.mean([adapter.spec.labels[k] == w for k, w in zip(told, wanted[200:], strict=True)])
    assert right >= 0.95
    assert fingerprint(backbone.module) == before
    assert adapter.spec.figures["validation_accuracy"] >= 0.9


def test_training_stops_at_its_deadline(backbone: TextBackbone) -> None:
    began = time.monotonic()
    tuned = fit_head(
        backbone, TEXTS * 40, (["a", "b", "a", "b", "a", "b", "a"]) * 40,
        Schedule(epochs=10_000, deadline=Deadline(0.5)),
    )  # fmt: skip
    assert time.monotonic() - began < 10
    assert tuned.logits(TEXTS).shape == (7, 2)


def test_one_class_or_unequal_lengths_are_refused(backbone: TextBackbone) -> None:
    with pytest.raises(InputError, match="one label"):
        fit_head(backbone, TEXTS, ["a"] * 7)
    with pytest.raises(InputError, match="7 inputs have 2 labels"):
        fit_head(backbone, TEXTS, ["a", "b"])


class Residual(torch.nn.Module):
    """A residual block of two convolutions."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.conv1 = torch.nn.Conv2d(width, width, 3, padding=1)
        self.conv2 = torch.nn.Conv2d(width, width, 3, padding=1)

    def forward(self, x: Any) -> Any:
        return x + self.conv2(torch.relu(self.conv1(x)))


class ResidualBlock(Residual):
    pass


def test_convolutions_and_torch_transformers_wear_adapters_too(tmp_path: Path) -> None:
    torch.manual_seed(0)
    net = torch.nn.Sequential(
        torch.nn.Conv2d(3, 16, 3), ResidualBlock(16), ResidualBlock(16),
        torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten(),
    )  # fmt: skip
    images = ImageBackbone(net, 16, [0.5] * 3, [0.25] * 3)
    assert [s.kind for s in find_sites(net, "bottleneck")] == ["planes", "planes"]
    registry = AdapterRegistry(tmp_path, net)
    for i in range(2):
        registry.save(shaken(images, f"t{i}", seed=i))
    pixels = np.random.default_rng(0).integers(0, 255, (5, 8, 8, 3), dtype=np.uint8)
    many = MultiTask(images, registry)
    mixed = many.predict(pixels, ["t1", "t0", "t1", "t0", "t0"])
    alone = many.predict(pixels, "t0")
    assert mixed[1].probabilities["yes"] == pytest.approx(alone[1].probabilities["yes"], abs=1e-6)
    assert mixed[0].probabilities != alone[0].probabilities

    layer = torch.nn.TransformerEncoderLayer(16, 2, 32, batch_first=True, dropout=0.0)
    encoder = torch.nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
    sites = find_sites(encoder, "bottleneck")
    assert [s.path for s in sites] == [
        f"layers.{i}.{part}" for i in (0, 1) for part in ("self_attn", "linear2")
    ]
    host = AdapterHost(encoder)
    tokens = torch.randn(3, 4, 16)
    spec = AdapterSpec(
        name="x", size=4, sites=tuple(sites), features=16, labels=(0, 1), backbone="0"
    )
    adapter = Adapter(spec)
    for parameter in adapter.parameters():
        torch.nn.init.normal_(parameter, std=0.5)
    acting: list[str] = []
    for site in sites:
        adapter.block(site.path).register_forward_hook(
            lambda *_, path=site.path: acting.append(path)
        )
    with torch.inference_mode(), host.wearing((adapter, 3)):
        encoder(tokens)
    assert acting == [site.path for site in sites]


def test_a_network_without_known_places_says_what_to_do() -> None:
    with pytest.raises(InputError, match="sites="):
        find_sites(torch.nn.Sequential(torch.nn.Linear(2, 2)), "bottleneck")
    sites = find_sites(torch.nn.Sequential(torch.nn.Linear(2, 2)), "bottleneck", ["0"])
    assert sites[0].outputs == 2


def test_batch_second_networks_refuse_mixed_tasks() -> None:
    layer = torch.nn.TransformerEncoderLayer(16, 2, 32, dropout=0.0)
    host = AdapterHost(torch.nn.TransformerEncoder(layer, 1, enable_nested_tensor=False))
    with pytest.raises(InputError, match="batch first"), host.wearing((None, 1), (None, 2)):
        pass
