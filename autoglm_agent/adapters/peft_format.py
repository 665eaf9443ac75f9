"""LoRA adapters in PEFT's files: what PEFT trained can be worn here, and the other way round.

PEFT (https://github.com/huggingface/peft) replaces layers and swaps by renaming; here the same
update acts at a hook. The files are the same: `adapter_config.json` and
`adapter_model.safetensors`. PEFT itself is not needed.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import safetensors.torch
import torch
from safetensors import SafetensorError

from autoglm_agent.adapters.backbones import Backbone, fingerprint
from autoglm_agent.adapters.blocks import Adapter, AdapterSpec, Label
from autoglm_agent.adapters.sites import find_sites
from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.errors import InputError

KEY = re.compile(r"base_model\.model\.(.+)\.lora_([AB])(?:\.default)?\.weight")
CONFIG, WEIGHTS = "adapter_config.json", "adapter_model.safetensors"


def write_peft(adapter: Adapter, folder: str | os.PathLike[str]) -> None:
    """Write a LoRA adapter as PEFT does; the head is not part of that format.

    Raises:
        InputError: If the adapter is no LoRA.
    """
    spec = adapter.spec
    if spec.kind != "lora":
        raise InputError(f"{spec.name!r} is a {spec.kind} adapter.", "Only LoRA has PEFT's form.")
    tensors = {}
    for site in spec.sites:
        block: Any = adapter.block(site.path)
        for letter, part in (("A", block.down), ("B", block.up)):
            key = f"base_model.model.{site.path}.lora_{letter}.weight"
            tensors[key] = part.weight.detach().cpu().contiguous()
    config = {
        "peft_type": "LORA",
        "task_type": None,
        "r": spec.size,
        "lora_alpha": spec.alpha,
        "target_modules": [site.path for site in spec.sites],
        "bias": "none",
        "lora_dropout": 0.0,
        "fan_in_fan_out": False,
        "inference_mode": True,
    }
    place = Workspace(folder)
    place.write_bytes(safetensors.torch.save(tensors, metadata={"format": "pt"}), WEIGHTS)
    place.write_json(config, CONFIG)


def read_peft(
    folder: str | os.PathLike[str], backbone: Backbone, *, name: str, labels: Sequence[Label]
) -> Adapter:
    """Read a LoRA adapter that PEFT wrote; its head is new and has to be trained.

    Args:
        folder: With `adapter_config.json` and `adapter_model.safetensors`.
        backbone: What it was trained on.
        name: Of the task.
        labels: Of its head.

    Raises:
        InputError: If the files are no plain LoRA, or do not fit the backbone.
    """
    config, tensors = _files(Path(folder))
    pairs: dict[str, dict[str, torch.Tensor]] = {}
    for key, tensor in tensors.items():
        found = KEY.fullmatch(key)
        if not found:
            raise InputError(f"{key!r} is no part of a plain LoRA adapter.", "Merge it in PEFT.")
        pairs.setdefault(found[1], {})[found[2]] = tensor
    sites = find_sites(backbone.module, "lora", [re.sub(r"([*?\[])", r"[\1]", p) for p in pairs])
    spec = AdapterSpec(
        name=name,
        kind="lora",
        size=int(config["r"]),
        alpha=float(config.get("lora_alpha", config["r"])),
        sites=tuple(sites),
        features=backbone.width,
        labels=tuple(labels),
        backbone=fingerprint(backbone.module),
    )
    adapter = Adapter(spec)
    with torch.no_grad():
        for path, pair in pairs.items():
            block: Any = adapter.block(path)
            if block is None or set(pair) != {"A", "B"}:
                raise InputError(f"The backbone has no layer {path!r}.", "Load the right one.")
            for part, tensor in ((block.down, pair["A"]), (block.up, pair["B"])):
                if part.weight.shape != tensor.shape:
                    raise InputError(
                        f"{path!r} has another shape in the adapter.", "Load the right backbone."
                    )
                part.weight.copy_(tensor)
    return adapter


def _files(folder: Path) -> tuple[dict[str, Any], dict[str, torch.Tensor]]:
    try:
        config = json.loads((folder / CONFIG).read_text("utf-8"))
        tensors = safetensors.torch.load_file(folder / WEIGHTS)
    except (OSError, ValueError, SafetensorError) as error:
        raise InputError(
            f"{str(folder)!r} holds no adapter of PEFT: {str(error)[:150]}",
            f"Give a folder with {CONFIG} and {WEIGHTS}.",
        ) from error
    odd = [k for k in ("use_dora", "use_rslora", "rank_pattern", "alpha_pattern") if config.get(k)]
    if config.get("peft_type") != "LORA" or odd or not isinstance(config.get("r"), int):
        raise InputError(
            f"{str(folder)!r} holds no plain LoRA ({', '.join(odd) or config.get('peft_type')}).",
            "Merge it into the backbone in PEFT.",
        )
    return config, tensors
