"""The router: requests go to the adapter of their task, strangers to none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

from tiny_backbones import shaken

from autoglm_agent.adapters.backbones import TextBackbone, extract
from autoglm_agent.adapters.multitask import MultiTask
from autoglm_agent.adapters.registry import AdapterRegistry
from autoglm_agent.adapters.router import Router
from autoglm_agent.errors import InputError


def test_router_sends_requests_home_and_leaves_strangers_out(backbone: TextBackbone) -> None:
    rng = np.random.default_rng(0)

    def talk(words: str, n: int) -> list[str]:
        return [" ".join(rng.choice(words.split(), 5)) for _ in range(n)]

    kinds = {"sport": "ball goal team the on", "food": "bread soup cake a and",
             "money": "bank price loan of for"}  # fmt: skip
    router = Router()
    with pytest.raises(InputError, match="knows no task"):
        router.route(np.zeros((1, 32)))
    for name, words in kinds.items():
        router.add(name, extract(backbone, talk(words, 150)))
    for name, words in kinds.items():
        told = router.route(extract(backbone, talk(words, 40)))
        routed = [task for task in told if task is not None]
        assert len(routed) >= 28
        assert sum(task == name for task in routed) >= 0.8 * len(routed)
    far = np.full((3, 32), 40.0)
    assert router.route(far) == [None, None, None]
    again = Router.from_bytes(router.to_bytes())
    tried = extract(backbone, talk(kinds["food"], 10))
    assert again.route(tried) == router.route(tried)
    assert np.allclose(again.probabilities(tried), router.probabilities(tried))


def test_unnamed_requests_go_where_the_router_says(backbone: TextBackbone, tmp_path: Path) -> None:
    registry = AdapterRegistry(tmp_path, backbone.module)
    for i, name in enumerate(("food", "sport")):
        registry.save(shaken(backbone, name, seed=i))
    many = MultiTask(backbone, registry)
    with pytest.raises(InputError, match="no router"):
        many.predict(["ball"])
    rng = np.random.default_rng(1)
    many.router = Router()
    for name, words in (("food", "bread soup cake"), ("sport", "ball goal team")):
        talk = [" ".join(rng.choice(words.split(), 5)) for _ in range(40)]
        many.router.add(name, extract(backbone, talk))
    told = many.predict(["bread soup cake soup bread", "goal ball team ball goal"])
    assert [answer.task for answer in told] == ["food", "sport"]
