"""`train_text_model` and `train_image_model`: classifiers of texts and images, checked as a run."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from langchain_core.tools import BaseTool
from pydantic import BaseModel, Field

from autoglm_agent.automl.run.workspace import Workspace
from autoglm_tools.session import Session
from autoglm_tools.toolkit import Result, as_tool, told


class TrainTextModel(BaseModel):
    """Arguments of `train_text_model`."""

    data: str = Field(description="Table with texts and labels, or folder with one per class.")
    label: str | None = Field(None, description="Column of the labels.")
    text: str | None = Field(None, description="Column of the texts.")


class TrainImageModel(BaseModel):
    """Arguments of `train_image_model`."""

    data: str = Field(
        description="Folder with a folder per class, CSV or Parquet table of paths, or npz file."
    )
    label: str | None = Field(None, description="Column or array of the labels.")
    size: int | None = Field(None, ge=4, le=512, description="Side to resize images to.")


def raw_tools(
    workspace: str | os.PathLike[str] | Workspace,
    *,
    encoder: str | None = None,
    backbone: str | None = None,
    time_budget: float | None = 120.0,
    seed: int = 0,
    roots: Sequence[str | os.PathLike[str]] | None = None,
) -> list[BaseTool]:
    """Return the tools that train classifiers of texts and images.

    Args:
        workspace: Their folder; each tool keeps one run in a folder of it.
        encoder: Folder or hub name of a transformers encoder for texts.
        backbone: Folder or hub name of a transformers vision model.
        time_budget: Seconds of a training.
        seed: Of divisions and models.
        roots: Folders from which data may be read; default: the current folder.
    """
    folder = workspace if isinstance(workspace, Workspace) else Workspace(workspace)
    allowed = tuple(Path(r) for r in roots) if roots is not None else (Path.cwd(),)
    session = Session(workspace=folder, roots=allowed, seed=seed)
    rest = {"seconds": time_budget, "seed": seed}
    return [
        train_text_model(session, encoder=encoder, **rest),
        train_image_model(session, backbone=backbone, **rest),
    ]


def train_text_model(session: Session, **rest: Any) -> BaseTool:
    """Make the tool that trains on texts."""

    def work(data: str, label: str | None = None, text: str | None = None) -> Result:
        from autoglm_agent.text.classify import run_texts

        source = session.readable(data)
        return _trained(
            session, "text", source, label,
            lambda place: run_texts(place, source, label=label, text=text, **rest),
        )  # fmt: skip

    return as_tool(
        "train_text_model",
        "Train a classifier of texts from labelled examples; the score is measured once on sealed "
        "texts, and checked.",
        TrainTextModel,
        work,
    )


def train_image_model(session: Session, **rest: Any) -> BaseTool:
    """Make the tool that trains on images."""

    def work(data: str, label: str | None = None, size: int | None = None) -> Result:
        from autoglm_agent.images.classify import run_images

        source = session.readable(data)
        return _trained(
            session, "images", source, label,
            lambda place: run_images(place, source, label=label, size=size, **rest),
        )  # fmt: skip

    return as_tool(
        "train_image_model",
        "Train a classifier of images from labelled examples; the score is measured once on sealed "
        "images, and checked.",
        TrainImageModel,
        work,
    )


def _trained(
    session: Session,
    kind: str,
    source: Path,
    label: str | None,
    work: Callable[[Workspace], dict[str, Any]],
) -> Result:
    from autoglm_agent.automl.raw.judging import told as in_words
    from autoglm_agent.chain import Verdict, digest

    # One run for one source and label, whatever else a model asks for: it must not try settings
    # on the holdout.
    name = digest([str(source.absolute()), label])[:8]
    place = Workspace(session.workspace.path / f"{kind}-{name}")
    result = work(place)
    ids = {"run": result["run"], "model_id": result["model"]["id"], "status": result["status"]}
    verdicts = [Verdict.from_json(v) for v in result["checks"]]
    return told(in_words(result), ids, verdicts), result
