"""Credit assignment: what became of the runs that a remembered chain was shown to.

A run's outcome is divided among the chains it was shown, in proportion to their similarity. It
weighs as much as it was unexpected: where most runs of a family fail without a chain, too, a
failure says little about it, and where most succeed, a success tells merely that it was shown.
Where tasks that are alike are solved alike, the run's own verified
chain tells more: each example is then judged by how far it agrees with it. Whether that is so is
measured: of each verified run, how far the best of its examples agreed. Older outcomes fade,
because the world changes (a discounted posterior, as for bandits that are not stationary). Each
outcome counts once, however often it is told.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping

from autoglm_agent.memory.ranking import outworn
from autoglm_agent.memory.record import now
from autoglm_agent.memory.shelving import move
from autoglm_agent.memory.truth import Truth

LEAST_BLAME = 0.2
FADING = 0.9
"""What is left of the former wins and losses when a new outcome comes."""
RECUR = 1 / 3
"""Steps recur where the best example of a run shares so much with its chain on average. Of tasks
that have steps of their own hardly any are the same."""
LEAST_RUNS = 4.0
"""Runs that must have been compared before that is believed."""
FORGETTING = 0.95
"""What is left of former comparisons when a new one comes."""


class Credit:
    """The outcomes of runs.

    Args:
        truth: Where they are kept.
    """

    def __init__(self, truth: Truth) -> None:
        self._truth = truth

    def used(self, run: str, scores: Mapping[str, float]) -> None:
        """Note that a run was shown some chains.

        Args:
            run: Name of the run; the same one may be told again.
            scores: Id to similarity.
        """
        weights = {key: max(score, 0.01) for key, score in scores.items()}
        total = sum(weights.values())
        with self._truth.transaction(write=True) as db:
            for key, weight in weights.items():
                query = "INSERT OR IGNORE INTO uses VALUES (?, ?, ?, NULL, ?)"
                if db.execute(query, (run, key, weight / total, now())).rowcount:
                    db.execute("UPDATE standing SET uses = uses + 1 WHERE id = ?", (key,))

    def shown(self, run: str) -> list[str]:
        """Return the ids of what a run was shown and that has no outcome yet."""
        query = "SELECT id FROM uses WHERE run = ? AND outcome IS NULL"
        with self._truth.transaction() as db:
            return [key for (key,) in db.execute(query, (run,))]

    def settle(
        self,
        run: str,
        succeeded: bool,
        family: str,
        kind: str,
        agreement: Mapping[str, float] | None = None,
        recur: bool | None = None,
    ) -> list[str]:
        """Divide a run's outcome among the chains it was shown.

        Args:
            run: As in `used`; a run that was shown none still tells how hard the family is.
            succeeded: Whether the run ended verified.
            family: The shelf.
            kind: Of what was shown.
            agreement: Id to how far that chain agrees with the verified one of the run, from 0
                to 1; it takes the place of the outcome where steps recur.
            recur: Whether they do in this family; None for what was measured.

        Returns:
            The ids of the chains that are retired now.
        """
        with self._truth.transaction(write=True) as db:
            if not _count_run(db, run, succeeded, family, kind):
                return []
            agreement = agreement or {}
            measured = _recurs(db, family, kind, agreement)
            if not (measured if recur is None else recur):
                agreement = {}
            query = "SELECT id, share FROM uses WHERE run = ? AND outcome IS NULL AND share > 0"
            shares = db.execute(query, (run,)).fetchall()
            for key, share in shares:
                expected = _expected_without(db, key, family, kind, succeeded)
                if key in agreement:
                    won, lost = agreement[key], 1 - agreement[key]
                elif succeeded:
                    won, lost = share * (1 - expected), 0.0
                else:
                    won, lost = 0.0, share * max(LEAST_BLAME, expected)
                query = (
                    "UPDATE standing SET wins = ? * wins + ?, losses = ? * losses + ? WHERE id = ?"
                )
                db.execute(query, (FADING, won, FADING, lost, key))
            db.execute("UPDATE uses SET outcome = ? WHERE run = ?", (int(succeeded), run))
            return [key for key, _ in shares if _retire(db, key)]


def _count_run(db: sqlite3.Connection, run: str, succeeded: bool, family: str, kind: str) -> bool:
    """Count a run once for its family; return whether it had not been counted yet."""
    query = "INSERT OR IGNORE INTO uses VALUES (?, '', 0, ?, ?)"
    if not db.execute(query, (run, int(succeeded), now())).rowcount:
        return False
    db.execute(
        "INSERT INTO shelves (kind, family, runs, won) VALUES (?, ?, 1, ?)"
        " ON CONFLICT (kind, family) DO UPDATE SET runs = runs + 1, won = won + excluded.won",
        (kind, family, int(succeeded)),
    )
    return True


def _recurs(db: sqlite3.Connection, family: str, kind: str, agreement: Mapping[str, float]) -> bool:
    """Count how far the best example agreed, and tell whether steps recur in this family."""
    key = f"agreement of {kind} {family}"
    row = db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    total, runs = json.loads(row[0]) if row else (0.0, 0.0)
    if agreement:
        total = FORGETTING * total + max(agreement.values())
        runs = FORGETTING * runs + 1
        db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, json.dumps([total, runs])))
    return bool(runs >= LEAST_RUNS and total / runs >= RECUR)


def _expected_without(
    db: sqlite3.Connection, key: str, family: str, kind: str, succeeded: bool
) -> float:
    """Return the share of verified runs among those that were not shown a chain, smoothed."""
    query = "SELECT runs, won FROM shelves WHERE kind = ? AND family = ?"
    runs, won = db.execute(query, (kind, family)).fetchone() or (0, 0)
    query = "SELECT count(*), coalesce(sum(outcome), 0) FROM uses WHERE id = ? AND outcome >= 0"
    with_it, won_with_it = db.execute(query, (key,)).fetchone()
    # The run at hand is among `runs` already, but has no outcome in `uses` yet.
    runs, won = max(0, runs - with_it - 1), max(0, won - won_with_it - succeeded)
    # As many imagined successes as to give a new family the benefit of the doubt.
    return float((won + 3.0) / (runs + 4.0))


def _retire(db: sqlite3.Connection, record_id: str) -> bool:
    query = "SELECT wins, losses FROM standing WHERE id = ? AND state = 'active'"
    row = db.execute(query, (record_id,)).fetchone()
    return row is not None and outworn(*row) and move(db, record_id, "retired")
