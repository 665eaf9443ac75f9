"""A small text backbone, saved and loaded as any other is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tiny_backbones import save_bert

if TYPE_CHECKING:
    from autoglm_agent.adapters.backbones import TextBackbone


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_bert(tmp_path_factory.mktemp("models") / "bert")


@pytest.fixture
def backbone(folder: Path) -> TextBackbone:
    from transformers import AutoModel, AutoTokenizer

    from autoglm_agent.adapters.backbones import TextBackbone

    return TextBackbone(
        AutoModel.from_pretrained(folder), AutoTokenizer.from_pretrained(folder), max_tokens=32
    )
