"""Typed edits: what a user wants otherwise, and the earliest step that depends on it.

Feedback is a verdict: an edit refutes the step it names, with the change as its remedy, so that
the machine that heals failed checks also carries out wishes.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from autoglm_agent.chain import Datum, Remedy, Verdict

EditKind = Literal[
    "drop_columns", "keep_columns", "change_split", "set_target", "set_metric",
    "set_positive_class", "hold_recall", "hold_precision", "set_costs", "limit_latency",
    "interpretable", "exclude_families", "only_families", "simplify", "set_budget",
    "set_horizon", "set_series", "set_per_period",
    "set_weights", "rate", "explain", "why_not", "require", "unread",
]  # fmt: skip

STEPS: dict[str, str] = {
    "drop_columns": "prepare_data",
    "keep_columns": "prepare_data",
    "change_split": "prepare_data",
    "set_target": "plan_task",
    "set_metric": "plan_task",
    "set_positive_class": "plan_task",
    "set_horizon": "plan_task",
    "set_series": "plan_task",
    "set_per_period": "plan_task",
    "hold_recall": "train_models",
    "hold_precision": "train_models",
    "set_costs": "train_models",
    "limit_latency": "train_models",
    "interpretable": "train_models",
    "exclude_families": "train_models",
    "only_families": "train_models",
    "simplify": "train_models",
    "set_budget": "train_models",
}
"""The step that is entered again; the kinds that are absent change no step."""

ANEW = frozenset({"set_target", "set_horizon", "set_series", "set_per_period"})
"""Edits that ask another question: other rows are sealed for it."""

USER = "user"
"""Id of the check that a user is."""


class Edit(Datum):
    """One change that the user wants.

    Attributes:
        kind: What is to change.
        args: The change: arguments of the step, or what is asked about.
        words: The user's words that say so.
        said: The change in words, for the user to confirm.
        assumed: What was assumed because the words leave it open.
    """

    kind: EditKind
    args: dict[str, Any] = Field(default_factory=dict)
    words: str = ""
    said: str = ""
    assumed: str = ""

    @property
    def step(self) -> str | None:
        """The tool whose step is entered again; None if nothing is done again."""
        if self.kind == "exclude_families" and not self.args.get("without_families"):
            return None  # no search trains what is not to be trained
        return STEPS.get(self.kind)


def verdicts_of(edits: list[Edit]) -> tuple[Verdict, ...]:
    """Return the edits that change a step as verdicts of the user on it."""
    return tuple(
        Verdict(
            check=USER,
            title="The user's wish",
            status="fail",
            fact=f"The user: {edit.words or edit.said}",
            blame=edit.step,
            remedies=(
                Remedy(
                    kind="drop_columns" if edit.kind == "drop_columns" else "recompute",
                    step=edit.step,
                    args=edit.args,
                    reason=edit.said,
                ),
            ),
        )
        for edit in edits
        if edit.step is not None
    )
