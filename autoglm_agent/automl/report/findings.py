"""What a run without a target found: groups of rows, or unusual rows, as tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from autoglm_agent.automl.report import numbers as num
from autoglm_agent.automl.report.collect import Json, RunRecord
from autoglm_agent.automl.report.details import MAX_CANDIDATES, plain_value

_TITLES = {
    "k": "Groups",
    "n": "Rows",
    "agreement": "Agreement of the detectors",
    "chance_silhouette": "Silhouette by chance",
    "held_out.agreement": "Agreement on held-out rows",
    "held_out.n": "Held-out rows",
    "unusual": "Unusual rows",
    "smallest": "Share of the smallest group",
    "tried": "What was tried",
}
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


def findings(record: RunRecord) -> list[Table]:
    """Return the tables of a result: what was found, then the figures it rests on."""
    result = found(record)
    tables, others = [], []
    for name, value in result.items():
        records = [v for v in value if isinstance(v, dict)] if isinstance(value, list) else []
        if name == "clusters":
            tables.append(_groups(records))
        elif name == "rows":
            tables.append(_unusual(records))
        elif name == "left_out" and isinstance(value, dict) and value:
            pairs = tuple((str(k), str(v)) for k, v in value.items())
            others.append(Table("Columns left out", ("Column", "Why"), pairs[:MAX_CANDIDATES]))
        elif records:
            headers = tuple(dict.fromkeys(k for r in records for k in r))
            body = tuple(tuple(_brief(r.get(h)) for h in headers) for r in records[:MAX_CANDIDATES])
            others.append(Table(_title(name), tuple(map(_title, headers)), body, folded=True))
    figures = _figures(result)
    if figures:
        tables.append(Table("Figures", ("Figure", "Value"), figures))
    return tables + others


def _groups(records: list[Json]) -> Table:
    body = tuple(
        (
            plain_value(r.get("cluster", "")),
            num.count(r.get("rows")),
            num.share(r.get("share")),
            "; ".join(_texts(r.get("differences"))) or str(r.get("label") or ""),
        )
        for r in records[:MAX_CANDIDATES]
    )
    return Table("Groups", ("Group", "Rows", "Share", "What sets it apart"), body)


def _unusual(records: list[Json]) -> Table:
    body = tuple(
        (
            # People count the rows of a file from one.
            str(r["row"] + 1) if isinstance(r.get("row"), int) else "",
            num.fixed(r.get("score"), 3),
            "yes" if r.get("unusual") else "no",
            "; ".join(_texts(r.get("reasons"))),
        )
        for r in records[:MAX_CANDIDATES]
    )
    return Table("Most unusual rows", ("Row", "Score", "Called unusual", "Why"), body)


def _figures(result: Json) -> tuple[tuple[str, str], ...]:
    flat: list[tuple[str, Any]] = []
    for name, value in result.items():
        if name == "left_out":
            continue
        if isinstance(value, dict):
            flat += [(f"{name}.{k}", v) for k, v in value.items()]
        else:
            flat.append((name, value))
    return tuple(
        (_title(name), _figure(name, value))
        for name, value in flat
        if name not in _NO_FIGURE
        and isinstance(value, str | int | float)
        and not isinstance(value, bool)
    )


def _figure(name: str, value: str | int | float) -> str:
    if isinstance(value, str):
        return value
    if name.endswith("share") or name == "smallest":
        return num.share(value)
    return num.seconds(value) if name.endswith("seconds") else num.plain(value)


def _texts(items: Any) -> list[str]:
    return [str(i["text"]) for i in items or () if isinstance(i, dict) and "text" in i]


def _title(name: str) -> str:
    words = name.replace("held_out.", "held-out ").replace("_", " ")
    # Not `capitalize`, which would lower the rest of a name that data gave.
    return _TITLES.get(name, words[:1].upper() + words[1:])


def _brief(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dict):
        return "; ".join(f"{k}: {_brief(v)}" for k, v in list(value.items())[:8])
    if isinstance(value, list):
        return "; ".join(_brief(v) for v in value[:8])
    return plain_value(value)
