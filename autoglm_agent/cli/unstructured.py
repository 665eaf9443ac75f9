"""What the commands `text` and `images` do."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from autoglm_agent.automl.run.events import Listener
from autoglm_agent.automl.run.workspace import Workspace, open_run, runs_home
from autoglm_agent.cli.console import Exit, on_terminal, print_json, printable
from autoglm_agent.errors import InputError


def train_images(
    data: str, *, families: Sequence[str], runs: str | None, as_json: bool,
    export: str | None = None, **rest: Any,
) -> None:  # fmt: skip
    """Run a classification of images and print the result; exit 1 if it is not verified."""
    from autoglm_agent.images.classify import run_images

    if export:
        from autoglm_agent.images.export import check_export, export_onnx

        families = check_export(export, families, rest.get("backbone"), rest.get("search"))

    def work(place: Workspace, listener: Listener) -> dict[str, Any]:
        result = run_images(place, data, families=families, listener=listener, **rest)
        if export:
            rows = export_onnx(place, place.file("model.onnx"))
            result = {**result, "export": [{**asdict(row), "parity": row.parity} for row in rows]}
        return result

    _train(work, data, runs, as_json)


def train_texts(data: str, *, runs: str | None, as_json: bool, **rest: Any) -> None:
    """Run a classification of texts and print the result; exit 1 if it is not verified."""
    from autoglm_agent.text.classify import run_texts

    _train(
        lambda place, listener: run_texts(place, data, listener=listener, **rest),
        data, runs, as_json,
    )  # fmt: skip


def _train(work: Callable[..., dict[str, Any]], data: str, runs: str | None, as_json: bool) -> None:
    from autoglm_agent.automl.raw.judging import told
    from autoglm_graphs.settings import new_run_id

    place = Workspace(runs_home(runs) / new_run_id(Path(data).stem))

    def listen(event: dict[str, Any]) -> None:
        if on_terminal() and "text" in event:
            print(event["text"], file=sys.stderr)

    try:
        result = work(place, listen)
    except InputError:
        # What was asked for cannot be done: no empty run stays behind.
        if {path.name for path in place.path.iterdir()} <= {"run.json"}:
            shutil.rmtree(place.path)
        raise
    if as_json:
        print_json(result)
    else:
        print(told(result))
        for row in result.get("export", []):
            print(_export_line(row))
        print(f"Report: {result['report']}\nRun: {result['run']}")
    raise Exit(0 if result["status"] == "verified" else 1)


def predict_images(run: str, files: Sequence[str], *, runs: str | None, as_json: bool) -> None:
    """Print the class of each image file."""
    from autoglm_agent.images.classify import predict_images as predicted
    from autoglm_agent.images.reading import read_files

    workspace = open_run(run, runs)
    shape = workspace.read_record("images.json", keys=("shape",))["shape"]
    _print_table(files, predicted(workspace, read_files(files, tuple(shape))), as_json)


def predict_texts(run: str, texts: Sequence[str], *, runs: str | None, as_json: bool) -> None:
    """Print the class of each text."""
    from autoglm_agent.text.classify import predict_texts as predicted

    lines = _lines(texts)
    _print_table(lines, predicted(open_run(run, runs), lines), as_json)


def _print_table(names: Sequence[str], table: Any, as_json: bool) -> None:
    rows = table.to_dict(orient="records")
    if as_json:
        print_json([{"input": n, **row} for n, row in zip(names, rows, strict=True)])
        return
    for name, row in zip(names, rows, strict=True):
        share = max(v for k, v in row.items() if k.startswith("p_"))
        print(f"{row['predicted']}\t{share:.3f}\t{printable(name)[:100]}")


def export_images(run: str, out: str, *, quantise: bool, runs: str | None, as_json: bool) -> None:
    """Write a run's network as ONNX; exit 1 if its answers differ."""
    from autoglm_agent.images.export import export_onnx

    rows = export_onnx(open_run(run, runs), Path(out), quantise=quantise)
    if as_json:
        print_json([asdict(row) for row in rows])
    else:
        for row in rows:
            print(_export_line(asdict(row)))
    raise Exit(0 if all(row.parity for row in rows if not row.quantised) else 1)


def _export_line(row: dict[str, Any]) -> str:
    return (
        f"{row['form']}: {row['megabytes']:.2f} MB, {row['latency_ms']:.2f} ms an image, "
        f"{row['same_labels']:.1%} the same labels, probabilities within {row['gap']:.1e}"
    )


def classify_texts(
    texts: Sequence[str],
    labels: Sequence[str],
    *,
    model: str | None,
    several: bool,
    threshold: float,
    descriptions: Sequence[str],
    as_json: bool,
) -> None:
    """Print a class for each text, or that none is sure enough."""
    from autoglm_agent.text.zero_shot import zero_shot

    lines = _lines(texts)
    tool = zero_shot(model, descriptions=_pairs(descriptions))
    choices = tool.classify(lines, labels, several=several, threshold=threshold)
    if as_json:
        print_json([{"text": t, **asdict(c)} for t, c in zip(lines, choices, strict=True)])
        return
    _say_weaker(model, "words and letters are compared, not meanings")
    for text, choice in zip(lines, choices, strict=True):
        named = ", ".join(choice.labels) if several else choice.label
        print(f"{named or '(no answer)'}\t{choice.score:.3f}\t{printable(text)[:100]}")


def infer(premise: str, hypothesis: str, *, model: str, as_json: bool) -> None:
    """Print the judgement of one pair."""
    from autoglm_agent.text.inference import InferenceModel

    told = InferenceModel(model).infer([(premise, hypothesis)])[0]
    if as_json:
        print_json({**asdict(told), "verdict": told.verdict})
    else:
        print(f"{told.verdict}\t{getattr(told, told.verdict):.3f}")


def find_entities(
    texts: Sequence[str], *, model: str | None, names: Sequence[str], threshold: float,
    as_json: bool,
) -> None:  # fmt: skip
    """Print the entities of each text."""
    from autoglm_agent.text.entities import entity_finder

    lines = _lines(texts)
    listed: dict[str, list[str]] = {}
    for kind, name in (pair.split("=", 1) for pair in _checked(names)):
        listed.setdefault(kind, []).append(name)
    found = entity_finder(model, names=listed).find(lines, threshold=threshold)
    if as_json:
        rows = [[asdict(e) for e in one] for one in found]
        print_json([{"text": t, "entities": e} for t, e in zip(lines, rows, strict=True)])
        return
    _say_weaker(model, "lists and patterns are looked up")
    for one in found:
        for entity in one:
            print(f"{entity.type}\t{printable(entity.text)}\t{entity.score:.2f}\t{entity.method}")


def _say_weaker(model: str | None, how: str) -> None:
    if not model:
        print(f"No model is named: {how}.", file=sys.stderr)


def _lines(texts: Sequence[str]) -> list[str]:
    if list(texts) == ["-"]:
        return [line.rstrip("\n") for line in sys.stdin if line.strip()]
    return list(texts)


def _checked(pairs: Sequence[str]) -> Sequence[str]:
    odd = [pair for pair in pairs if "=" not in pair]
    if odd:
        raise InputError(f"{odd[0]!r} has no '='.", "Write NAME=words.")
    return pairs


def _pairs(pairs: Sequence[str]) -> dict[str, str]:
    return dict(pair.split("=", 1) for pair in _checked(pairs))
