"""The tables: verdicts, the task slot by slot, columns, candidates, provenance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from autoglm_agent.automl.report import numbers as num
from autoglm_agent.automl.report.collect import Json, RunRecord, Told
from autoglm_agent.automl.report.wording import Wording
from autoglm_agent.automl.report.words import SLOTS
from autoglm_agent.chain import SUPERVISED

MAX_COLUMNS = 150
MAX_CANDIDATES = 60


@dataclass(frozen=True)
class Slot:
    """One slot of the task; `number` ties it to the marked words of the instruction."""

    title: str
    value: str
    confidence: str
    source: str
    span: str
    number: int


@dataclass(frozen=True)
class Column:
    """One row of the data profile."""

    name: str
    kind: str
    role: str
    """`target`, `left_out`, or empty."""
    why: str
    missing: int
    missing_share: float
    distinct: int
    values: str
    levels: tuple[tuple[str, str, float], ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Candidate:
    """One row of the candidates table."""

    rank: int
    name: str
    family: str
    score: str
    error_bar: str
    folds: tuple[str, ...]
    seconds: float | None
    weight: float | None
    params: tuple[tuple[str, str], ...]
    status: str
    error: str


def verdict_rows(record: RunRecord) -> list[Told]:
    """Return the verdicts of the final chain, the gravest first, then by id."""
    order = {"fail": 0, "warn": 1, "unknown": 2, "pass": 3, "na": 4}
    current = [told for told in record.checks if told.current]
    return sorted(current, key=lambda t: (order[t.verdict.status], t.verdict.check))


def left_behind(record: RunRecord) -> list[Told]:
    """Return the verdicts on abandoned branches that refuted something."""
    return [t for t in record.checks if not t.current and t.verdict.status == "fail"]


def slots(record: RunRecord, say: Wording) -> list[Slot]:
    """Return the filled slots of the task."""
    if not record.task:
        return []
    task, rows, number = record.task, [], 0
    chosen = (record.search or {}).get("metric") or (record.assessment or {}).get("metric")
    for name in SLOTS:
        value = getattr(task, name)
        if name == "metric" and value is None and task.kind in (*SUPERVISED, "forecasting"):
            value = chosen
        if value is None or (value == () and name != "series"):
            continue
        evidence = task.evidence.get(name)
        span = evidence.span if evidence and evidence.span else ""
        number += 1 if span else 0
        rows.append(
            Slot(
                title=say(f"slot.{name}"),
                value=_slot_text(name, value, say),
                confidence=say.share(evidence.confidence) if evidence else "–",
                source=say.name("source", evidence.source if evidence else "default"),
                span=span,
                number=number if span else 0,
            )
        )
    return rows


def marked(instruction: str, told: list[Slot]) -> list[tuple[str, tuple[int, ...]]]:
    """Cut the instruction into pieces; each carries the numbers of the slots it decided."""
    owners: list[set[int]] = [set() for _ in instruction]
    folded = instruction.lower()
    if len(folded) != len(instruction):  # a few letters change length when lowered
        folded = instruction
    for slot in told:
        start = folded.find(slot.span.lower()) if slot.span else -1
        for place in range(start, start + len(slot.span) if start >= 0 else start):
            owners[place].add(slot.number)
    pieces: list[tuple[str, tuple[int, ...]]] = []
    for letter, owner in zip(instruction, owners, strict=True):
        numbers = tuple(sorted(owner))
        if pieces and pieces[-1][1] == numbers:
            pieces[-1] = (pieces[-1][0] + letter, numbers)
        else:
            pieces.append((letter, numbers))
    return pieces


def columns(record: RunRecord, say: Wording) -> list[Column]:
    """Return the columns of the profile with what became of them."""
    profile = record.profile or {}
    rows = int(profile.get("rows") or 0)
    gone = (record.preparation or {}).get("dropped") or {}
    task = record.task
    out = []
    for column in (profile.get("columns") or ())[:MAX_COLUMNS]:
        name = str(column.get("name", ""))
        role = "target" if task and name == task.target else "left_out" if name in gone else ""
        missing = int(column.get("missing") or 0)
        out.append(
            Column(
                name=name,
                kind=say.name("column", column.get("kind", "")),
                role=role,
                why=str(gone.get(name, "")),
                missing=missing,
                missing_share=missing / rows if rows else 0.0,
                distinct=int(column.get("distinct") or 0),
                values=_range(column, say),
                levels=_levels(column, rows, say),
                notes=tuple(map(str, column.get("notes") or ())),
            )
        )
    return out


def candidates(record: RunRecord) -> list[Candidate]:
    """Return the candidates of the final search, best first, failed ones last."""
    search = record.search or {}
    metric = str(search.get("metric", ""))
    up = search.get("greater_is_better", num.greater_is_better(metric))
    every = list(search.get("candidates") or ())
    decimals = num.digits(metric, [c.get("score") for c in every])

    def best_first(item: Json) -> tuple[int, float]:
        score = item.get("score")
        if score is None:
            return (2, 0.0)
        # A candidate that was stopped has a score on fewer rows, which compares with no other.
        return (0 if item.get("status") == "done" else 1, -score if up else score)

    weights = search.get("weights") or {}
    out = []
    for rank, item in enumerate(sorted(every, key=best_first)[:MAX_CANDIDATES], 1):
        out.append(
            Candidate(
                rank=rank,
                name=str(item.get("name", "")),
                family=str(item.get("family", "")),
                score=num.fixed(item.get("score"), decimals),
                error_bar=num.fixed(item.get("se"), decimals),
                folds=tuple(num.fixed(f, decimals) for f in item.get("fold_scores") or ()),
                seconds=item.get("seconds"),
                weight=weights.get(str(item.get("id"))),
                params=(*_proposer(item), *_params(item.get("params") or {})),
                status=str(item.get("status", "")),
                error=str(item.get("error") or ""),
            )
        )
    return out


def _proposer(item: Json) -> tuple[tuple[str, str], ...]:
    """Return who thought of a candidate, unless it is of the portfolio."""
    who = str(item.get("proposer") or "portfolio")
    return () if who == "portfolio" else (("proposer", who),)


def provenance(record: RunRecord, say: Wording) -> list[tuple[str, str]]:
    """Return what somebody needs to do the run again, as (title, value)."""
    run, search, prepared = record.run, record.search or {}, record.preparation or {}
    digest = (record.profile or {}).get("digest")
    plan = prepared.get("plan") or {}
    budget, memory = run.get("time_budget_s"), search.get("memory_mb")
    rows = [
        ("run", record.id),
        ("started", num.moment(run.get("created")) if run.get("created") else ""),
        ("command", str(run.get("command") or "")),
        ("data", record.data_name),
        ("digest", str(digest or "")),
        ("seed", str(run["seed"]) if run.get("seed") is not None else ""),
        ("budget", say.seconds(budget) if budget else ""),
        ("trials", num.count(run["trials"]) if run.get("trials") else ""),
        ("ended", say.name("ended", search.get("stopped") or "")),
        ("memory", say("unit.mb", n=num.count(memory)) if memory else ""),
        ("folds", str(plan.get("folds") or "")),
        ("model", str(search.get("model") or (record.assessment or {}).get("model") or "")),
    ]
    return [(say(f"again.{name}"), value) for name, value in rows if value]


def split_words(record: RunRecord, say: Wording) -> str:
    """Return how rows were set aside, as one phrase, or an empty string."""
    plan = (record.preparation or {}).get("plan") or {}
    if not plan or plan.get("reason"):
        return say.fact(str(plan.get("reason") or "")).rstrip(".。")
    key = f"split.{plan.get('kind')}"
    share = say.share(plan.get("holdout_share"))
    return say(key, share=share, column=plan.get("column") or "") if say.knows(key) else share


def _slot_text(name: str, value: Any, say: Wording) -> str:
    if name == "kind":
        return say.name("kind", value)
    if name == "per_period":
        return say(f"per_period.{value}")
    if name == "metric":
        return say.metric(str(value))
    if name == "time_budget_s":
        return say.seconds(value)
    if name == "max_latency_ms":
        return say("slot.latency", n=num.plain(value))
    if name == "costs":
        return say.listed([f"{k}: {num.plain(v)}" for k, v in value.items()])
    if isinstance(value, bool) and name == "interpretable":
        return say("yes" if value else "no")
    if name == "series" and not value:
        return say("slot.all_rows")
    return say.listed([*map(str, value)]) if isinstance(value, tuple | list) else str(value)


def _range(column: Json, say: Wording) -> str:
    if column.get("first") and column.get("last"):
        return say("range", low=column["first"], high=column["last"])
    parts = [column.get(k) for k in ("minimum", "median", "maximum")]
    if all(p is not None for p in parts):
        return " · ".join(num.plain(p) for p in parts)
    if column.get("mean_length") and not column.get("levels"):
        return say("data.characters", n=num.plain(column["mean_length"]))
    return ""


def _levels(column: Json, rows: int, say: Wording) -> tuple[tuple[str, str, float], ...]:
    if column.get("minimum") is not None and column.get("kind") in ("number", "integer"):
        return ()
    shown = (column.get("levels") or ())[:3]
    return tuple((str(v), say.share(n, rows), n / rows if rows else 0.0) for v, n in shown)


def _params(params: Json) -> tuple[tuple[str, str], ...]:
    return tuple((str(k), plain_value(v)) for k, v in params.items())


def plain_value(value: Any) -> str:
    """Write a value of a file: floats with four significant digits, the rest as it is."""
    if isinstance(value, float):
        return num.plain(value)
    return str(value)
