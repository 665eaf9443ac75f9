"""What cannot be loaded is told in one line with its remedy."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from autoglm_agent.chat import loading
from autoglm_agent.chat.local import local_chat_model
from autoglm_agent.errors import InputError, MissingExtraError


@pytest.fixture
def copy(tiny: Path, tmp_path: Path) -> Path:
    """A copy of the tiny model, to be damaged."""
    return Path(shutil.copytree(tiny, tmp_path / "copy"))


def refusal(folder: Path) -> str:
    with pytest.raises(InputError) as caught:
        loading.load(str(folder))
    assert "\n" not in str(caught.value)
    assert caught.value.remedy
    return str(caught.value)


def change(folder: Path, **values: object) -> None:
    file = folder / "config.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | values))


def test_a_model_is_loaded_once_a_process(tiny: Path) -> None:
    assert loading.load(str(tiny)) is loading.load(str(tiny))


def test_a_path_to_nothing_is_refused_before_anything_is_loaded(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no folder"):
        local_chat_model(f"hf:{tmp_path / 'nowhere'}")


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no config\.json"):
        local_chat_model(f"hf:{tmp_path}")


@pytest.mark.parametrize("name", ["hf:", "hf:  "])
def test_an_empty_name_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="No model"):
        local_chat_model(name)


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"autoglm-agent\[transformers\]"):
        local_chat_model("hf:some/model")


def test_a_hub_id_that_is_not_in_the_cache_is_refused_offline() -> None:
    pytest.importorskip("torch")
    with pytest.raises(InputError, match="in the cache or on the hub"):
        loading.load("nobody/nothing")


def test_a_model_without_weights_is_refused(copy: Path) -> None:
    (copy / "model.safetensors").unlink()
    assert "no weights in safetensors" in refusal(copy)


def test_pickled_weights_are_not_read(copy: Path) -> None:
    import torch
    from safetensors.torch import load_file

    torch.save(load_file(copy / "model.safetensors"), copy / "pytorch_model.bin")
    (copy / "model.safetensors").unlink()
    assert "no weights in safetensors" in refusal(copy)


def test_damaged_weights_are_refused(copy: Path) -> None:
    file = copy / "model.safetensors"
    file.write_bytes(file.read_bytes()[:1000])
    assert "cannot be" in refusal(copy)


def test_weights_that_lack_a_layer_are_refused(copy: Path) -> None:
    change(copy, num_hidden_layers=3)
    assert "lack" in refusal(copy)


def test_an_encoder_is_not_a_causal_model(tiny: Path, tmp_path: Path) -> None:
    from transformers import AutoTokenizer, BertConfig, BertForMaskedLM

    small = {"hidden_size": 8, "intermediate_size": 8, "num_attention_heads": 1}
    config = BertConfig(vocab_size=300, num_hidden_layers=1, **small)
    BertForMaskedLM(config).save_pretrained(tmp_path)
    AutoTokenizer.from_pretrained(tiny).save_pretrained(tmp_path)
    assert "not a causal language model but BertForMaskedLM" in refusal(tmp_path)


def test_an_encoder_decoder_is_not_a_causal_model(copy: Path) -> None:
    change(copy, model_type="t5", architectures=["T5ForConditionalGeneration"])
    assert "not a causal language model" in refusal(copy)


def test_code_that_comes_with_a_model_is_not_run(copy: Path) -> None:
    (copy / "evil.py").write_text("open('ran', 'w')\nclass Config: pass\nclass Model: pass\n")
    change(
        copy,
        model_type="evil",
        auto_map={"AutoConfig": "evil.Config", "AutoModelForCausalLM": "evil.Model"},
    )
    assert "never run" in refusal(copy)


def test_a_config_that_is_no_json_is_refused(copy: Path) -> None:
    (copy / "config.json").write_text("{")
    assert "cannot be loaded" in refusal(copy)
