"""The backtracking table: which step a failed check sends the work back to, and with what.

Each remedy names the earliest step that has to be done again. They are tried in order; none is
tried twice on the same state, and a run has a budget of them (`decide`), so the machine ends.
Checks carry their remedies themselves, with arguments; this table is what they are held to.
"""

from __future__ import annotations

from typing import NamedTuple

Answers = tuple[str, ...]


class Way(NamedTuple):
    """What answers a failed check.

    Attributes:
        step: The earliest step that is entered again.
        remedies: Kinds of remedy, in the order in which they are tried.
    """

    step: str
    remedies: Answers


PREPARE, TRAIN, EVALUATE = "prepare_data", "train_models", "evaluate_model"

BACKTRACKING: dict[str, tuple[Way, ...]] = {
    # The number itself: without a true number there is nothing to reason about.
    "V01": (Way(TRAIN, ("discard_candidates", "recompute")), Way(EVALUATE, ("recompute",))),
    "V02": (Way("report", ("recompute",)),),
    "V03": (Way(PREPARE, ("recompute", "stop")), Way(EVALUATE, ("ask",))),
    "V04": (Way(TRAIN, ("discard_candidates", "retrain")),),
    "V05": (Way(TRAIN, ("simplify", "stop")),),
    "V06": (Way(TRAIN, ("retrain",)),),
    "V07": (Way(TRAIN, ("retrain",)),),
    "V08": (Way(TRAIN, ("stop",)),),
    # Columns: dropped at once, and the user is asked only if that was tried.
    "V10": (Way(PREPARE, ("drop_columns", "ask")),),
    "V11": (Way(PREPARE, ("drop_columns", "ask")),),
    "V13": (Way(PREPARE, ("drop_columns", "ask")),),
    "V39": (Way(PREPARE, ("drop_columns",)),),
    # The division of rows.
    "V15": (Way(PREPARE, ("group_duplicates",)), Way(EVALUATE, ("recompute",))),
    "V16": (Way(PREPARE, ("group_near_duplicates",)),),
    "V17": (Way(PREPARE, ("split_by_time", "ask")),),
    "V18": (Way(PREPARE, ("split_by_group", "ask")),),
    "V19": (Way(PREPARE, ("ask",)),),
    "V20": (Way(PREPARE, ("ask",)),),
    # Features and labels that no remedy of ours can mend.
    "V21": (Way(PREPARE, ("ask",)),),
    "V22": (Way(PREPARE, ("recompute",)),),
    "V34": (Way(PREPARE, ("ask",)),),
    # The model.
    "V30": (Way(TRAIN, ("stop",)),),
    "V32": (Way(TRAIN, ("simplify",)),),
    "V42": (Way(TRAIN, ("simplify",)),),
}
"""Check to its ways back; a check with two ways is asked at two stages. Checks that only ever tell
(V12, V14, V23, V31, V33, V35 to V38, V40, V41, V43) send nobody back and are not listed."""


def ways_back(check: str) -> tuple[Way, ...]:
    """Return the ways back of a check; none if it never refutes."""
    return BACKTRACKING.get(check, ())


def allowed(check: str, step: str, kinds: Answers) -> bool:
    """Whether remedies of these kinds, in this order, are what the table names for a step."""
    for way in ways_back(check):
        if way.step == step:
            places = [way.remedies.index(kind) for kind in kinds if kind in way.remedies]
            if len(places) == len(kinds) and places == sorted(places):
                return True
    return False
