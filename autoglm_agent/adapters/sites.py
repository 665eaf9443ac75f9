"""Where in a backbone an adapter acts: the places are found by name, or named by the user.

Houlsby et al. 2019 (https://arxiv.org/abs/1902.00751) put one adapter behind the attention and
one behind the feed-forward part of each transformer layer, before the residual is added. LoRA
(Hu et al. 2021, https://arxiv.org/abs/2106.09685) changes the query and value projections. In a
residual network the adapter follows each block, as 1x1 convolutions (Rebuffi et al. 2018,
https://arxiv.org/abs/1803.10082).
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Sequence
from typing import Any, Literal

from autoglm_agent.chain import Datum
from autoglm_agent.errors import InputError

SUBLAYERS = (
    # attention: BERT, DistilBERT, GPT-2, BART and OPT, Llama, T5, ViT of timm
    "attention.output.dense", "attention.out_lin", "attn.c_proj", "self_attn.out_proj",
    "self_attn.o_proj", "attention.o_proj", "SelfAttention.o", "attn.proj", "attention.dense",
    # feed-forward, in the same order
    "output.dense", "ffn.lin2", "mlp.c_proj", "fc2", "mlp.down_proj", "DenseReluDense.wo",
    "linear2", "mlp.dense_4h_to_h", "ffn.layer2",
)  # fmt: skip
"""Last projections of the two halves of a transformer layer, by the ends of their names."""

PROJECTIONS = ("query", "value", "q_lin", "v_lin", "q_proj", "v_proj", "SelfAttention.q",
               "SelfAttention.v", "query_proj", "value_proj")  # fmt: skip
"""Query and value projections."""

RESIDUAL = re.compile(r"(BasicBlock|Bottleneck|BasicLayer|BottleNeckLayer|ResidualBlock)")
"""Class names of the blocks of residual networks."""


class Site(Datum):
    """One place.

    Attributes:
        path: Name of the module, as `named_modules` gives it.
        kind: `rows`: the last dimension is the width; `planes`: (n, width, height, width).
        inputs: Width of what goes in.
        outputs: Width of what comes out.
    """

    path: str
    kind: Literal["rows", "planes"]
    inputs: int
    outputs: int


def find_sites(
    module: Any, kind: Literal["bottleneck", "lora"], patterns: Sequence[str] = ()
) -> list[Site]:
    """Return the places of a backbone, in the order of its modules.

    Args:
        module: The backbone, a `torch.nn.Module`.
        kind: What will act there.
        patterns: Names with wildcards, for example `encoder.layer.*.output.dense`; by default the
            usual names of transformers' and torch's own layers and of residual networks.

    Raises:
        InputError: If there is no such place.
    """
    named = dict(module.named_modules())
    if patterns:
        paths = [p for p in named if any(fnmatch.fnmatchcase(p, one) for one in patterns)]
    elif kind == "lora":
        paths = [p for p in named if _ends(p, PROJECTIONS)]
    else:
        paths = _sublayers(named) or _residual_blocks(named)
    sites = [site for path in paths if (site := _site(path, named[path], kind)) is not None]
    if not sites:
        raise InputError(
            f"No place for an adapter is known in {type(module).__name__}.",
            "Name modules of it with sites=['...'], wildcards allowed.",
        )
    return sites


def _ends(path: str, ends: Sequence[str]) -> bool:
    return any(path == end or path.endswith("." + end) for end in ends)


def _sublayers(named: dict[str, Any]) -> list[str]:
    import torch

    found = []
    for path, module in named.items():
        if isinstance(module, torch.nn.MultiheadAttention):
            found.append(path)  # its projection is used as a matrix, never called
        elif _ends(path, SUBLAYERS):
            parent = named.get(path.rpartition(".")[0])
            if not isinstance(parent, torch.nn.MultiheadAttention):
                found.append(path)
    return found


def _residual_blocks(named: dict[str, Any]) -> list[str]:
    found = [p for p, m in named.items() if RESIDUAL.search(type(m).__name__)]
    return [p for p in found if not any(other.startswith(p + ".") for other in found)]


def _site(path: str, module: Any, kind: str) -> Site | None:
    """Describe a place by the module's weights; None if nothing can act there."""
    import torch

    if isinstance(module, torch.nn.Linear):
        return Site(path=path, kind="rows", inputs=module.in_features, outputs=module.out_features)
    if type(module).__name__ == "Conv1D" and hasattr(module, "nf"):  # GPT-2's linear layer
        inputs, outputs = module.weight.shape
        return Site(path=path, kind="rows", inputs=inputs, outputs=outputs)
    if kind == "lora":
        return None
    if isinstance(module, torch.nn.MultiheadAttention):
        width = module.embed_dim
        return Site(path=path, kind="rows", inputs=width, outputs=width)
    body = [m for name, m in module.named_modules() if isinstance(m, torch.nn.Conv2d)
            and not re.search(r"shortcut|downsample", name)]  # fmt: skip
    if not body:
        return None
    return Site(path=path, kind="planes", inputs=body[0].in_channels, outputs=body[-1].out_channels)
