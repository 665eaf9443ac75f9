"""LoRA in PEFT's files: read, written, with the numbers of PEFT itself where it is installed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from tiny_backbones import save_bert  # noqa: E402

from autoglm_agent.adapters.backbones import TextBackbone, fingerprint  # noqa: E402
from autoglm_agent.adapters.blocks import Adapter, AdapterSpec  # noqa: E402
from autoglm_agent.adapters.host import AdapterHost  # noqa: E402
from autoglm_agent.adapters.peft_format import read_peft, write_peft  # noqa: E402
from autoglm_agent.adapters.sites import find_sites  # noqa: E402
from autoglm_agent.errors import InputError  # noqa: E402

TEXTS = ["the soup is very good", "ball", "anna went to berlin ."]


@pytest.fixture
def backbone(tmp_path: Path) -> TextBackbone:
    from transformers import AutoModel, AutoTokenizer

    folder = save_bert(tmp_path / "bert")
    return TextBackbone(
        AutoModel.from_pretrained(folder), AutoTokenizer.from_pretrained(folder), max_tokens=32
    )


def shaken(backbone: TextBackbone, kind: str = "lora") -> Adapter:
    spec = AdapterSpec(
        name="x", kind=kind, size=4, alpha=12.0, sites=tuple(find_sites(backbone.module, kind)),
        features=32, labels=("no", "yes"), backbone=fingerprint(backbone.module),
    )  # fmt: skip
    torch.manual_seed(3)
    adapter = Adapter(spec)
    for parameter in adapter.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    return adapter.eval().requires_grad_(False)


def worn(backbone: TextBackbone, adapter: Adapter) -> torch.Tensor:
    with torch.inference_mode(), AdapterHost(backbone.module).wearing((adapter, len(TEXTS))):
        return backbone.features(backbone.collate(TEXTS))


def test_what_is_written_is_read_back_the_same(backbone: TextBackbone, tmp_path: Path) -> None:
    adapter = shaken(backbone)
    write_peft(adapter, tmp_path / "peft")
    again = read_peft(tmp_path / "peft", backbone, name="y", labels=("a", "b", "c"))
    assert again.spec.alpha == 12.0
    assert again.head.out_features == 3
    assert torch.equal(worn(backbone, again), worn(backbone, adapter))


def test_peft_itself_gives_the_same_vectors(backbone: TextBackbone, tmp_path: Path) -> None:
    peft = pytest.importorskip("peft")
    adapter = shaken(backbone)
    ours = worn(backbone, adapter)
    write_peft(adapter, tmp_path / "peft")
    theirs = peft.PeftModel.from_pretrained(backbone.module, str(tmp_path / "peft")).eval()
    batch = backbone.collate(TEXTS)
    with torch.inference_mode():
        states = theirs(**batch).last_hidden_state
    mask = batch["attention_mask"].unsqueeze(-1)
    assert torch.allclose((states * mask).sum(1) / mask.sum(1), ours, atol=1e-5)


def test_an_adapter_trained_by_peft_is_worn_here(backbone: TextBackbone, tmp_path: Path) -> None:
    peft = pytest.importorskip("peft")
    from transformers import AutoModel

    other = AutoModel.from_pretrained(tmp_path / "bert")
    config = peft.LoraConfig(r=3, lora_alpha=6, target_modules=["query", "value"])
    theirs = peft.get_peft_model(other, config)
    for name, parameter in theirs.named_parameters():
        if "lora_" in name:
            torch.nn.init.normal_(parameter, std=0.3)
    theirs.save_pretrained(tmp_path / "theirs")
    batch = backbone.collate(TEXTS)
    with torch.inference_mode():
        states = theirs.eval()(**batch).last_hidden_state
    mask = batch["attention_mask"].unsqueeze(-1)
    wanted = (states * mask).sum(1) / mask.sum(1)
    adapter = read_peft(tmp_path / "theirs", backbone, name="x", labels=(0, 1))
    assert torch.allclose(worn(backbone, adapter), wanted, atol=1e-5)


def test_what_is_no_plain_lora_is_refused(backbone: TextBackbone, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Only LoRA"):
        write_peft(shaken(backbone, "bottleneck"), tmp_path / "b")
    with pytest.raises(InputError, match="no adapter of PEFT"):
        read_peft(tmp_path / "nothing", backbone, name="x", labels=(0, 1))
    write_peft(shaken(backbone), tmp_path / "peft")
    path = tmp_path / "peft" / "adapter_config.json"
    config = json.loads(path.read_text())
    path.write_text(json.dumps(config | {"use_dora": True}))
    with pytest.raises(InputError, match="use_dora"):
        read_peft(tmp_path / "peft", backbone, name="x", labels=(0, 1))
    path.write_text(json.dumps(config | {"r": 5}))
    with pytest.raises(InputError, match="another shape"):
        read_peft(tmp_path / "peft", backbone, name="x", labels=(0, 1))
