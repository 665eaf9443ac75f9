"""What a run without a target found: groups of rows, or unusual rows, as tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from autoglm_agent.automl.report import numbers as num
from autoglm_agent.automl.report.collect import Json, RunRecord
from autoglm_agent.automl.report.details import MAX_CANDIDATES, plain_value
from autoglm_agent.automl.report.wording import Wording

_NO_FIGURE = {
    "id",
    "prepared",
    "model",
    "text",
    "kind",
    "stopped",
    "predictions",
    "metric",
    "score",
}


@dataclass(frozen=True)
class Table:
    """A plain table of what was found."""

    title: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    folded: bool = False


def found(record: RunRecord) -> Json:
    """Return the unsupervised result of a run; empty if it searched for a model."""
    if record.search is not None:
        return {} if "candidates" in record.search else record.search
    return record.unsupervised or {}


def findings(record: RunRecord, say: Wording) -> list[Table]:
    """Return the tables of a result: what was found, then the figures it rests on."""
    result = found(record)
    tables, others = [], []
    for name, value in result.items():
        records = [v for v in value if isinstance(v, dict)] if isinstance(value, list) else []
        if name == "clusters":
            tables.append(_groups(records, say))
        elif name == "rows":
            tables.append(_unusual(records, say))
        elif name == "left_out" and isinstance(value, dict) and value:
            pairs = tuple((str(k), say.fact(str(v))) for k, v in value.items())
            heads = (say("head.column"), say("head.why"))
            others.append(Table(say("found.left_out"), heads, pairs[:MAX_CANDIDATES]))
        elif records:
            headers = tuple(dict.fromkeys(k for r in records for k in r))
            body = tuple(tuple(_brief(r.get(h)) for h in headers) for r in records[:MAX_CANDIDATES])
            titles = tuple(_title(h, say) for h in headers)
            others.append(Table(_title(name, say), titles, body, folded=True))
    figures = _figures(result, say)
    if figures:
        tables.append(Table(say("found.figures"), (say("head.figure"), say("head.value")), figures))
    return tables + others


def _groups(records: list[Json], say: Wording) -> Table:
    body = tuple(
        (
            plain_value(r.get("cluster", "")),
            num.count(r.get("rows")),
            say.share(r.get("share")),
            "; ".join(_texts(r.get("differences"))) or str(r.get("label") or ""),
        )
        for r in records[:MAX_CANDIDATES]
    )
    heads = (say("head.group"), say("head.rows"), say("head.share"), say("head.apart"))
    return Table(say("found.groups"), heads, body)


def _unusual(records: list[Json], say: Wording) -> Table:
    body = tuple(
        (
            # People count the rows of a file from one.
            str(r["row"] + 1) if isinstance(r.get("row"), int) else "",
            num.fixed(r.get("score"), 3),
            say("yes" if r.get("unusual") else "no"),
            "; ".join(_texts(r.get("reasons"))),
        )
        for r in records[:MAX_CANDIDATES]
    )
    heads = (say("head.row"), say("head.strangeness"), say("head.called"), say("head.why"))
    return Table(say("found.unusual"), heads, body)


def _figures(result: Json, say: Wording) -> tuple[tuple[str, str], ...]:
    flat: list[tuple[str, Any]] = []
    for name, value in result.items():
        if name == "left_out":
            continue
        if isinstance(value, dict):
            flat += [(f"{name}.{k}", v) for k, v in value.items()]
        else:
            flat.append((name, value))
    return tuple(
        (_title(name, say), _figure(name, value, say))
        for name, value in flat
        if name not in _NO_FIGURE
        and isinstance(value, str | int | float)
        and not isinstance(value, bool)
    )


def _figure(name: str, value: str | int | float, say: Wording) -> str:
    if isinstance(value, str):
        return say.fact(value)
    if name.endswith("share") or name == "smallest":
        return say.share(value)
    return say.seconds(value) if name.endswith("seconds") else num.plain(value)


def _texts(items: Any) -> list[str]:
    return [str(i["text"]) for i in items or () if isinstance(i, dict) and "text" in i]


def _title(name: str, say: Wording) -> str:
    words = name.replace("held_out.", "held-out ").replace("_", " ")
    # Not `capitalize`, which would lower the rest of a name that data gave.
    return say.name("figure", name, words[:1].upper() + words[1:])


def _brief(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dict):
        return "; ".join(f"{k}: {_brief(v)}" for k, v in list(value.items())[:8])
    if isinstance(value, list):
        return "; ".join(_brief(v) for v in value[:8])
    return plain_value(value)
