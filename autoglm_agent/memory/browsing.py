"""Looking through the memory: lists, single records, figures; of every state."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from autoglm_agent.errors import InputError
from autoglm_agent.memory.ranking import reliability
from autoglm_agent.memory.record import Memory, Record, tell_foreign, unpack
from autoglm_agent.memory.truth import COLUMNS, FILE, Truth

_STANDING = "s.state, s.wins, s.losses, s.uses"
_JOINED = (
    f"SELECT {', '.join('c.' + name for name in COLUMNS.split(', '))}, {_STANDING}"  # noqa: S608
    " FROM chains c JOIN standing s ON s.id = c.id"
)


def browse(
    truth: Truth,
    *,
    family: str | None = None,
    state: str | None = None,
    limit: int = 50,
    offset: int = 0,
) -> list[Memory]:
    """Return chains, newest first; those that cannot be read are left out with a warning.

    Args:
        truth: The table.
        family: Only of this one.
        state: Only `active`, `quarantined` or `retired` ones.
        limit: Number of chains at most.
        offset: Number of chains to skip.
    """
    query = (
        f"{_JOINED} WHERE c.kind = 'chain' AND (?1 IS NULL OR c.family = ?1)"
        " AND (?2 IS NULL OR s.state = ?2) ORDER BY c.seq DESC LIMIT ?3 OFFSET ?4"
    )
    with truth.transaction() as db:
        rows = db.execute(query, (family, state, limit, offset)).fetchall()
    tell_foreign(sum(_foreign(truth, row) for row in rows), truth.key)
    return [memory for row in rows if (memory := _memory(truth, row)) is not None]


def look_up(truth: Truth, record_id: str) -> Memory:
    """Return the chain of an id, or of the only id that begins so.

    Raises:
        InputError: If there is none, or more than one, or it cannot be read.
    """
    query = f"{_JOINED} WHERE c.kind = 'chain' AND substr(c.id, 1, length(?1)) = ?1 LIMIT 2"
    with truth.transaction() as db:
        rows = db.execute(query, (record_id,)).fetchall() if record_id else []
    if len(rows) > 1:
        raise InputError(f"More than one memory begins with {record_id!r}.", "Give more of the id.")
    memory = _memory(truth, rows[0]) if rows else None
    if memory is None:
        what, remedy = "is unknown", "`autoglm memory list` shows them."
        if rows:
            what = "cannot be read"
            remedy = "`autoglm memory rebuild` leaves out what is damaged."
            if _foreign(truth, rows[0]):
                what = "was not verified by this installation"
                remedy = "Export and import the memory to have it in quarantine."
        raise InputError(f"The memory {record_id!r} {what}.", remedy)
    return memory


def families(truth: Truth) -> list[str]:
    """Return the kinds of task of which there are active chains or nogoods."""
    query = (
        "SELECT DISTINCT family FROM shelves WHERE kind IN ('chain', 'nogood') AND size > 0"
        " ORDER BY family"
    )
    with truth.transaction() as db:
        return [family for (family,) in db.execute(query)]


def stats(truth: Truth) -> dict[str, Any]:
    """Return figures of a memory: what it holds, by whom, and how it has fared."""
    shelves = (
        "SELECT s.kind, s.family, s.state, count(*), sum(s.uses), sum(s.wins), sum(s.losses)"
        " FROM standing s WHERE s.state != 'forgotten' GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
    )
    with truth.transaction() as db:
        rows = db.execute(shelves).fetchall()
        runs = db.execute("SELECT family, runs, won FROM shelves WHERE runs > 0").fetchall()
    names = ("kind", "family", "state", "count", "uses", "wins", "losses")
    told = [dict(zip(names, row, strict=True)) for row in rows]
    for shelf in told:
        shelf["reliability"] = round(reliability(shelf["wins"], shelf["losses"]), 3)
    meta = truth.meta()
    return {
        "folder": str(truth.folder),
        "format": meta["format"],
        "embedder": meta["embedder"] or None,
        "dimension": int(meta["dimension"]),
        "key": truth.key.id,
        "bytes": (truth.folder / FILE).stat().st_size,
        "shelves": told,
        "runs": [{"family": f, "runs": n, "verified": w} for f, n, w in runs],
    }


def every(truth: Truth) -> Iterator[tuple[Record, str]]:
    """Yield every record with its state, oldest first, in one snapshot."""
    with truth.transaction() as db:
        for row in db.execute(f"{_JOINED} ORDER BY c.seq"):
            yield Record(*row[:-4]), row[-4]


def _memory(truth: Truth, row: tuple[Any, ...]) -> Memory | None:
    state, wins, losses, uses = row[-4:]
    standing = {"state": state, "wins": wins, "losses": losses, "uses": uses}
    return unpack(Record(*row[:-4]), truth.key, **standing)


def _foreign(truth: Truth, row: tuple[Any, ...]) -> bool:
    record = Record(*row[:-4])
    return row[-4] != "quarantined" and record.intact and not record.trusted(truth.key)
