"""Reads a run folder into one typed record.

A report must also tell of a run that stopped early, so every file may be absent, and a file
that cannot be read is named in `RunRecord.damaged` instead of ending the report. Nothing is
computed here and nothing outside the folder is read.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from autoglm_agent.automl.forecasting.naming import explained_in_chinese
from autoglm_agent.automl.run.events import UNDONE, standing
from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.chain import Task, Verdict
from autoglm_agent.jsondata import without_nan

Json = dict[str, Any]


@dataclass(frozen=True)
class Told:
    """A verdict with the object that it was told of.

    Attributes:
        stage: `data`, `search` or `assessment`.
        object: Id of what was checked.
        current: Whether that object belongs to the final chain; False on an abandoned branch.
    """

    verdict: Verdict
    stage: str
    object: str
    current: bool = True


@dataclass(frozen=True)
class RunRecord:
    """What the files of a run folder say; absent files are None or empty.

    Attributes:
        prepared: Summaries of the prepared tables, oldest first; `searches` and `assessments`
            likewise.
        ledger: Newest entry of each name.
        damaged: One sentence for each file that could not be read.
    """

    folder: Path
    run: Json
    task: Task | None
    profile: Json | None
    prepared: tuple[Json, ...]
    searches: tuple[Json, ...]
    assessments: tuple[Json, ...]
    checks: tuple[Told, ...]
    explain: Json | None
    unsupervised: Json | None
    events: tuple[Json, ...]
    ledger: dict[str, Json]
    damaged: tuple[str, ...]
    tradeoffs: Json | None = None
    foretold: Json | None = None

    @property
    def id(self) -> str:
        """The run's id."""
        return str(self.run.get("id") or self.folder.name)

    @property
    def assessment(self) -> Json | None:
        """The assessment of the final model, if its holdout was read."""
        return self.assessments[-1] if self.assessments else None

    @property
    def search(self) -> Json | None:
        """The search that gave the assessed model, else the last one."""
        if self.assessment:
            model = self.assessment.get("model")
            of_model = [s for s in self.searches if s.get("model") == model]
            if of_model:
                return of_model[-1]
        return self.searches[-1] if self.searches else None

    @property
    def preparation(self) -> Json | None:
        """The prepared table that the final search used, else the last one."""
        source = self.search or self.assessment
        wanted = source.get("prepared") if source else None
        used = [p for p in self.prepared if p.get("id") == wanted]
        if used:
            return used[-1]
        return self.prepared[-1] if self.prepared else None

    def worded(self, language: str) -> RunRecord:
        """Return the record with the made columns of a forecast called as the language does."""
        if language != "zh" or self.forecasts is None or not self.explain:
            return self
        own = [str(c.get("name")) for c in (self.profile or {}).get("columns") or ()]
        return replace(self, explain=explained_in_chinese(self.explain, own))

    @property
    def forecasts(self) -> Json | None:
        """What the final model forecast; None if it is no model of forecasts."""
        told = self.foretold or {}
        final = (self.search or {}).get("model")
        return told if told.get("model") and told["model"] == final else None

    @property
    def data_name(self) -> str:
        """Base name of the table's file; empty if it is not known."""
        profile = self.profile or {}
        return str(self.run.get("data_name") or profile.get("name") or "")

    @property
    def started(self) -> float | None:
        """Time of the first event, in seconds since 1970."""
        return next((e["time"] for e in self.events if _number(e.get("time"))), None)


def collect(workspace: Workspace) -> RunRecord:
    """Read the record of a run; absent and damaged files are coped with."""
    reader = _Reader(workspace.path)
    events = reader.lines("events.jsonl")
    # An object is as old as the event that first names it; copying a folder changes file times.
    age = _first_mentions(events)
    searches = reader.objects("searches/*/search.json", lambda p: p.parent.name, age)
    assessments = reader.objects("assessments/*.json", lambda p: p.stem, age)
    # What a round of feedback measured that was undone is not the run's result.
    stands = _first_mentions(standing(events))
    undone = any(event.get("event") == UNDONE for event in events)
    assessments = [a for a in assessments if not undone or stands(str(a["id"])) < math.inf]
    assessments.sort(key=lambda a: a["reading"] if _number(a.get("reading")) else 0)
    record = RunRecord(
        folder=workspace.path,
        run=reader.json("run.json") or {},
        task=reader.task(),
        profile=reader.json("profile.json"),
        prepared=tuple(reader.objects("prepared/*/meta.json", lambda p: p.parent.name, age)),
        searches=tuple(searches),
        assessments=tuple(assessments),
        checks=(),
        explain=reader.json("explain.json"),
        unsupervised=reader.json("unsupervised.json"),
        events=tuple(events),
        ledger={str(e["name"]): e for e in reader.lines("ledger.jsonl") if "name" in e},
        damaged=(),
        tradeoffs=reader.json("pareto.json"),
        foretold=reader.json("forecasts.json"),
    )
    checks = tuple(reader.checks(_abandoned(record)))
    return RunRecord(**{**record.__dict__, "checks": checks, "damaged": tuple(reader.damaged)})


class _Reader:
    """Reads files of one folder and remembers which ones it could not read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.damaged: list[str] = []

    def json(self, name: str) -> Json | None:
        value = self._load(self.folder / name)
        if value is None or isinstance(value, dict):
            return value
        self._note(name, "an object was expected")
        return None

    def task(self) -> Task | None:
        value = self.json("task.json")
        if value is None:
            return None
        try:
            return Task.from_json(value)
        except ValidationError as error:
            self._note("task.json", f"{error.error_count()} fields are not as expected")
            return None

    def objects(
        self, pattern: str, name: Callable[[Path], str], age: Callable[[str], float]
    ) -> list[Json]:
        found: list[tuple[float, float, str, Json]] = []
        for path in self.folder.glob(pattern):
            value = self._load(path)
            if isinstance(value, dict):
                value.setdefault("id", name(path))
                found.append((age(str(value["id"])), path.stat().st_mtime, str(path), value))
        found.sort(key=lambda item: item[:3])
        return [item[3] for item in found]

    def lines(self, name: str) -> list[Json]:
        path = self.folder / name
        try:
            text = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
        except OSError as error:
            self._note(name, str(error.strerror))
            return []
        out, bad = [], 0
        for line in text.split("\n"):
            try:
                value = json.loads(line) if line.strip() else None
            except ValueError:
                bad += 1
                continue
            if isinstance(value, dict):
                out.append(value)
        if bad:
            self._note(name, f"{bad} line(s) are not JSON")
        return out

    def checks(self, abandoned: set[str]) -> Iterable[Told]:
        for path in sorted(self.folder.glob("checks/*.json")):
            stage, _, name = path.stem.partition("-")
            value = self._load(path)
            for item in value if isinstance(value, list) else []:
                try:
                    verdict = Verdict.from_json(item)
                except (ValidationError, TypeError):
                    self._note(f"checks/{path.name}", "a verdict is not as expected")
                    continue
                yield Told(verdict, stage, name, current=name not in abandoned)

    def _load(self, path: Path) -> Any:
        try:
            return without_nan(json.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            self._note(str(path.relative_to(self.folder)), str(error))
            return None

    def _note(self, name: str, why: str) -> None:
        self.damaged.append(f"{name} could not be read: {why}.")


def _first_mentions(events: list[Json]) -> Callable[[str], float]:
    texts = [json.dumps(event, default=str, ensure_ascii=False) for event in events]

    def age(name: str) -> float:
        return next((float(i) for i, text in enumerate(texts) if name in text), math.inf)

    return age


def _abandoned(record: RunRecord) -> set[str]:
    """Return the ids of objects that a backtrack left behind."""
    final: set[Any] = set()
    for current in (record.preparation, record.search, record.assessment):
        if current:
            final |= {current.get(key) for key in ("id", "model", "prepared", "vault")}
    every: set[Any] = set()
    for item in (*record.prepared, *record.searches, *record.assessments):
        every |= {item.get("id"), item.get("model")}
    return {str(name) for name in every - final if name}


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


Outcome = Literal["verified", "unverified", "failed", "asked"]
"""How a run ended."""
