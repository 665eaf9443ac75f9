"""`classify_text`, `infer_text`, `find_entities`, `embed_texts`: texts without examples.

Which model is used is the developer's choice, never the calling model's: an argument of a tool call
must not load anything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from langchain_core.tools import BaseTool
from pydantic import BaseModel, Field

from autoglm_tools.toolkit import Result, as_tool

MOST_TEXTS = 200
Texts = Field(description="The texts.", min_length=1, max_length=MOST_TEXTS)


class ClassifyText(BaseModel):
    """Arguments of `classify_text`."""

    texts: list[str] = Texts
    labels: list[str] = Field(description="The classes, in words.", min_length=1, max_length=50)
    several: bool = Field(False, description="Whether several classes may hold at once.")
    threshold: float = Field(0.0, ge=0, le=1, description="Give no answer below this score.")


class InferText(BaseModel):
    """Arguments of `infer_text`."""

    premise: str = Field(description="What is given.")
    hypothesis: str = Field(description="What may or may not follow.")


class FindEntities(BaseModel):
    """Arguments of `find_entities`."""

    texts: list[str] = Texts
    threshold: float = Field(0.0, ge=0, le=1, description="Least score of an entity.")


class EmbedTexts(BaseModel):
    """Arguments of `embed_texts`."""

    texts: list[str] = Texts


def text_tools(
    *,
    inference: str | None = None,
    tagger: str | None = None,
    encoder: str | None = None,
    descriptions: Mapping[str, str] | None = None,
    names: Mapping[str, Sequence[str]] | None = None,
) -> list[BaseTool]:
    """Return the tools of texts for any agent.

    Without a model a tool does something weaker and says so in each answer; `infer_text` has no
    such way and is left out.

    Args:
        inference: Folder or hub name of a model of natural-language inference.
        tagger: Folder or hub name of a token classifier.
        encoder: Folder or hub name of an encoder.
        descriptions: What labels mean, for classification without a model.
        names: Known names by type, for entities without a model.
    """
    tools = [
        classify_text(inference, descriptions),
        find_entities(tagger, names),
        embed_texts(encoder),
    ]
    return [*tools, infer_text(inference)] if inference else tools


def classify_text(model: str | None, descriptions: Mapping[str, str] | None = None) -> BaseTool:
    """Make the tool that classifies without examples."""
    kept: dict[str, Any] = {}

    def work(
        texts: list[str], labels: list[str], several: bool = False, threshold: float = 0.0
    ) -> Result:
        from autoglm_agent.text.zero_shot import zero_shot

        tool = kept.setdefault("tool", None) or zero_shot(model, descriptions=descriptions)
        kept["tool"] = tool
        choices = tool.classify(texts, labels, several=several, threshold=threshold)
        lines = []
        for i, choice in enumerate(choices):
            named = ", ".join(choice.labels) if several else choice.label
            lines.append(f"{i}: {named or 'no answer'} ({choice.score:.3f})")
        if choices[0].method == "tfidf":
            lines.append("method: shared words and letters only; no model of meaning is set up")
        told = [
            {"label": c.label, "labels": list(c.labels), "scores": c.scores, "method": c.method}
            for c in choices
        ]
        return "\n".join(lines), {"choices": told}

    return as_tool(
        "classify_text",
        "Tell which of some labels fits each text, without examples; may give no answer.",
        ClassifyText,
        work,
    )


def infer_text(model: str) -> BaseTool:
    """Make the tool that judges whether a text follows from another."""
    kept: dict[str, Any] = {}

    def work(premise: str, hypothesis: str) -> Result:
        from autoglm_agent.text.inference import InferenceModel

        kept["model"] = kept.get("model") or InferenceModel(model)
        told = kept["model"].infer([(premise, hypothesis)])[0]
        figures = {name: getattr(told, name) for name in ("entailment", "neutral", "contradiction")}
        return f"{told.verdict} ({figures[told.verdict]:.3f})", {"verdict": told.verdict, **figures}

    return as_tool(
        "infer_text",
        "Judge whether a premise entails, contradicts, or leaves open a hypothesis. A vote of a "
        "model, no proof.",
        InferText,
        work,
    )


def find_entities(model: str | None, names: Mapping[str, Sequence[str]] | None = None) -> BaseTool:
    """Make the tool that finds names, places, dates and amounts."""
    kept: dict[str, Any] = {}

    def work(texts: list[str], threshold: float = 0.0) -> Result:
        from dataclasses import asdict

        from autoglm_agent.text.entities import entity_finder

        kept["finder"] = kept.get("finder") or entity_finder(model, names=names)
        found = kept["finder"].find(texts, threshold=threshold)
        lines = [
            f"{i}: " + ("; ".join(f"{e.type} {e.text!r}" for e in one) or "none")
            for i, one in enumerate(found)
        ]
        if not model:
            lines.append("method: lists and patterns only; no model is set up")
        return "\n".join(lines), {"entities": [[asdict(e) for e in one] for one in found]}

    return as_tool(
        "find_entities",
        "Find what texts name: people, places, organisations, dates, amounts, addresses.",
        FindEntities,
        work,
    )


def embed_texts(model: str | None) -> BaseTool:
    """Make the tool that turns texts into vectors."""
    kept: dict[str, Any] = {}

    def work(texts: list[str]) -> Result:
        from autoglm_agent.text.embeddings import TextEmbedder

        kept["embedder"] = kept.get("embedder") or TextEmbedder(model)
        told = kept["embedder"].embed(texts)
        likeness = (told.vectors @ told.vectors.T).round(3).tolist()
        text = f"{len(texts)} vectors of {told.vectors.shape[1]} numbers (method: {told.method})."
        return text, {
            "vectors": told.vectors.round(6).tolist(),
            "similarity": likeness,
            "method": told.method,
        }

    return as_tool(
        "embed_texts",
        "Turn texts into vectors of unit length, and tell how alike they are (cosine).",
        EmbedTexts,
        work,
    )
