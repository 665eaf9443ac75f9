"""The configurations of models that won on tables, for a search on a similar table to try first.

They are plain data: the search that receives them knows no memory. Against negative transfer
there are three guards: a configuration is told only for a table of the same kind and metric that
is alike in every respect that the signature has; a few at most; and one that does not make it
into the result where it was tried loses rank and is retired in the end.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from autoglm_agent.chain import digest
from autoglm_agent.errors import InputError
from autoglm_agent.memory.credit import Credit
from autoglm_agent.memory.ranking import reliability
from autoglm_agent.memory.record import Record, as_json, clean, now, provenance
from autoglm_agent.memory.signature import likeness
from autoglm_agent.memory.truth import COLUMNS, Truth

log = logging.getLogger(__name__)

LEAST_LIKENESS = 0.5
MOST_LOOKED_AT = 5_000
"""Tables that are compared, the newest first; numbers this small need no index."""
KIND = "configuration"


@dataclass(frozen=True)
class Winner:
    """A configuration that won, recalled.

    Attributes:
        id: Name of its record in the memory.
        configuration: `name`, `family`, `params` and `view`, as JSON data.
        likeness: Of the table where it won to the one at hand, from 0 to 1.
        reliability: Expected share of the tables where it makes it into the result.
    """

    id: str
    configuration: dict[str, Any]
    likeness: float
    reliability: float


class Configurations:
    """The winning configurations of a memory.

    Args:
        truth: Where they are kept.
    """

    def __init__(self, truth: Truth) -> None:
        self._truth = truth
        self._credit = Credit(truth)

    def remember(
        self,
        signature: Mapping[str, float],
        configurations: Sequence[Mapping[str, Any]],
        *,
        family: str,
        summary: Mapping[str, Any] | None = None,
        checks: Mapping[str, str] | None = None,
    ) -> str:
        """Store what won on a table; call it for a run that ended verified.

        Args:
            signature: Of the table, see `signature_of`.
            configurations: The winners, the best first, each with `name`, `family` and `params`.
            family: Kind of task and metric, for example `binary roc_auc`.
            summary: Figures to keep with them.
            checks: The checks that the run passed, id to version.

        Returns:
            The id.

        Raises:
            InputError: If there is no configuration, or the family is empty.
            StoreError: If it cannot be written.
        """
        family = clean(family, "family")
        told = [dict(c) for c in configurations if c.get("family") and "params" in c]
        if not told:
            raise InputError("There is no configuration.", "Give family and params of one.")
        body = as_json(told)
        record = Record(
            id=digest([KIND, family, dict(signature), told]),
            kind=KIND,
            family=family,
            text=f"{family}: a table like {as_json(dict(signature))}",
            chain=body,
            summary=as_json(dict(summary or {})),
            signature=as_json(dict(signature)),
            cost="{}",
            provenance=as_json(
                provenance("autoglm-agent", checks or {}, sorted(checks or {}), self._truth.key)
            ),
            shape=digest(told),
            created=now(),
        ).sealed(self._truth.key)
        return self._truth.add(record, None).id

    def recall(
        self,
        signature: Mapping[str, float],
        *,
        family: str,
        k: int = 2,
        least: float = LEAST_LIKENESS,
        run: str | None = None,
    ) -> list[Winner]:
        """Return the configurations that won on the most similar tables, the best first.

        Args:
            signature: Of the table at hand.
            family: Kind of task and metric.
            k: Number of different configurations at most.
            least: Least likeness of the tables.
            run: Name of the run that will try them; `credit` later tells how they fared.
        """
        rows = self._rows(clean(family, "family"))
        tables = []
        for *fields, wins, losses in rows:
            record = Record(*fields)
            alike = likeness(signature, _object(record.signature))
            if alike >= least and record.trusted(self._truth.key):
                tables.append((alike, reliability(wins, losses), record))
        tables.sort(key=lambda t: -t[0] * t[1])
        found: dict[str, Winner] = {}
        for place in range(4):  # the best of each table, then the second best, and so on
            for alike, reliable, record in tables:
                told = _list(record.chain)
                if place < len(told):
                    key = digest([told[place].get("family"), told[place].get("params")])
                    found.setdefault(key, Winner(record.id, told[place], alike, reliable))
        winners = list(found.values())[:k]
        if run is not None and winners:
            self._credit.used(f"{run} {KIND}", {w.id: w.likeness for w in winners})
        return winners

    def credit(self, run: str, succeeded: bool, *, family: str) -> list[str]:
        """Tell whether what was recalled for a run made it into its result.

        Returns:
            The ids of the records that are retired now.
        """
        return self._credit.settle(f"{run} {KIND}", succeeded, clean(family, "family"), KIND)

    def _rows(self, family: str) -> list[tuple[Any, ...]]:
        names = ", ".join("c." + name for name in COLUMNS.split(", "))
        query = (
            f"SELECT {names}, s.wins, s.losses FROM standing s"  # noqa: S608 - constants only
            " JOIN chains c ON c.id = s.id WHERE s.kind = ? AND s.family = ?"
            " AND s.state = 'active' ORDER BY s.change DESC LIMIT ?"
        )
        with self._truth.transaction() as db:
            return db.execute(query, (KIND, family, MOST_LOOKED_AT)).fetchall()


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _list(text: str) -> list[dict[str, Any]]:
    try:
        found = json.loads(text)
    except ValueError:
        return []
    return [c for c in found if isinstance(c, dict)] if isinstance(found, list) else []
