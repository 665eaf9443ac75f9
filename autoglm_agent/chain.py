"""The vocabulary: what a task, a step, a verdict, a remedy, a chain and a budget are.

A result is a chain of steps, and no step enters the chain unverified. Everything here is plain
data that survives JSON without change, because all of it lives in LangGraph state, in event
logs and in memory. No model, no graph and no table is known here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr

Kind = Literal[
    "binary", "multiclass", "regression", "clustering", "anomaly", "forecasting", "profile"
]
"""What is asked of a table."""

Status = Literal["pass", "warn", "fail", "unknown", "na"]
"""`fail` refutes; `warn` is told but does not refute; `unknown`: the verifier could not decide;
`na`: the verifier does not apply to this step."""

SUPERVISED: tuple[Kind, ...] = ("binary", "multiclass", "regression")
OF_FORECASTS = ("horizon", "series", "per_period")
"""Slots of a task that only forecasts have."""


class Datum(BaseModel):
    """Immutable plain data; unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def to_json(self) -> dict[str, Any]:
        """Return the value as JSON data."""
        return self.model_dump(mode="json")

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Read back what `to_json` wrote.

        Raises:
            pydantic.ValidationError: If a key is unknown or a value has the wrong type.
        """
        return cls.model_validate(data)


class Evidence(Datum):
    """Why a slot of a task has its value."""

    confidence: float = Field(ge=0, le=1)
    span: str | None = None
    """The words of the instruction that say so, or the name of the recipe; None when the data or a
    default decided."""
    source: Literal["instruction", "data", "default", "model", "user", "recipe"] = "instruction"


class Task(Datum):
    """What the user asked of a table, slot by slot; unknown slots are None."""

    kind: Kind
    target: str | None = None
    positive_class: str | int | float | bool | None = None
    metric: str | None = None
    """scikit-learn's name: roc_auc, average_precision, f1, recall, precision, accuracy,
    balanced_accuracy, log_loss, mcc, kappa; rmse, mae, mape, r2, rmsle."""
    exclude: tuple[str, ...] = ()
    time_column: str | None = None
    group_column: str | None = None
    time_budget_s: float | None = None
    max_latency_ms: float | None = None
    interpretable: bool | None = None
    costs: dict[str, float] | None = None
    """Relative costs of the two mistakes, for example {"fn": 10, "fp": 1}."""
    groups: int | None = None
    """How many groups a clustering finds; None lets the data tell."""
    horizon: str | None = None
    """How far ahead a forecast looks, as "14 days"; None lets the data tell."""
    series: tuple[str, ...] | None = None
    """Columns that tell the series of a forecast apart; None lets the data tell, empty adds all
    rows of a period up."""
    per_period: Literal["sum", "mean"] | None = None
    """What several rows of a period come to in a forecast."""
    unread: tuple[str, ...] = ()
    """The user's words for conditions that no slot can hold, such as rows to keep."""
    evidence: dict[str, Evidence] = Field(default_factory=dict)
    """Slot name to its evidence."""


class Remedy(Datum):
    """A typed change to try at the blamed step."""

    kind: Literal[
        "drop_columns",
        "group_duplicates",
        "group_near_duplicates",
        "split_by_time",
        "split_by_group",
        "simplify",
        "discard_candidates",
        "retrain",
        "recompute",
        "ask",
        "stop",
    ]
    step: str
    """Name of the tool whose step is re-entered."""
    args: dict[str, Any] = Field(default_factory=dict)
    """Arguments to merge into that step's arguments; lists are united, scalars replaced."""
    reason: str = ""
    needs_consent: bool = False
    """Whether it costs a second reading of the vault, which only the user can allow."""


class Verdict(Datum):
    """What one verifier says of one step, with its evidence."""

    check: str
    """Stable id, for example `V10`."""
    title: str = ""
    status: Status
    sound: bool = True
    """A sound refutation is final; an unsound one is a vote."""
    sound_pass: bool = False
    """Whether a pass proves the step; most verifiers can only fail to refute it."""
    fact: str = ""
    """One sentence, fit to be fed back to a model and read by a person."""
    statistic: float | None = None
    threshold: float | None = None
    n: int | None = None
    columns: tuple[str, ...] = ()
    evidence: dict[str, Any] = Field(default_factory=dict)
    remedies: tuple[Remedy, ...] = ()
    """In the order in which to try them."""
    blame: str | None = None
    """Tool name of the step to return to; None means the step that was verified."""
    conflicts: tuple[int, ...] = ()
    """Indices of the accepted steps that are in conflict with this one."""
    field: str | None = None
    """Part of the step at fault: `thought`, `claim`, `check`, `tool` or `args.<name>`."""
    span: tuple[int, int] | None = None
    """Characters of that part at fault, from and to."""
    state: str | None = None
    """Canonical name of the state that the step leads to, where the verifier can tell it."""
    calls: int = 0
    """Model calls that the verdict cost."""
    tokens: int = 0
    seconds: float = 0.0


class Outcome(Datum):
    """What a step's tool gave back."""

    ok: bool = True
    text: str = ""
    """Short text for the model."""
    artifact: dict[str, Any] = Field(default_factory=dict)
    """Ids and figures as JSON data; objects stay in the workspace."""
    error: str | None = None
    """Name of the error class when `ok` is False."""
    seconds: float = 0.0


class Step(Datum):
    """One unit of a chain: a thought with a claim, or a tool call with its outcome."""

    thought: str = ""
    claim: str = ""
    """What is to be verified; of a final step, the answer."""
    check: dict[str, Any] | None = None
    """The check that the model offers for its claim, for example
    `{"kind": "arithmetic", "expression": "3*4 == 12"}`."""
    final: bool = False
    """Whether the step answers the question."""
    state: str | None = None
    """Canonical name of the state that the step leads to, where a verifier can tell it."""
    tool: str | None = None
    args: dict[str, Any] = Field(default_factory=dict)
    call_id: str = ""
    outcome: Outcome | None = None
    verdicts: tuple[Verdict, ...] = ()

    @property
    def refuted(self) -> bool:
        """Whether a verdict refutes the step."""
        return any(v.status == "fail" for v in self.verdicts)

    @property
    def key(self) -> str:
        """Canonical digest of what the step *does*; wording does not count."""
        if self.state is not None:
            return _digest_of("state", self.state)
        if self.tool:
            return digest([self.tool, self.args])
        return _digest_of("answer", " ".join(self.claim.split()))


class Nogood(Datum):
    """A step refuted after a given prefix, with the reason."""

    prefix: str
    """Digest of the accepted steps before it (`Chain.prefix_key`)."""
    step: str
    """`Step.key` of the refuted step."""
    tool: str | None = None
    args: dict[str, Any] = Field(default_factory=dict)
    """Arguments of the refuted step."""
    text: str = ""
    """Claim of the refuted step, to be shown as an exclusion."""
    reason: str = ""
    check: str = ""
    sound: bool = True
    """Sound nogoods are permanent; the others may be reopened."""
    remedy: Remedy | None = None
    """The change that the machine chose in answer."""


class Budget(Datum):
    """Hard caps of a run, checked before spending; None means no cap."""

    model_calls: int | None = 60
    tokens: int | None = None
    seconds: float | None = None
    tool_seconds: float | None = None
    money: float | None = None
    """In the currency of the model's price list."""
    steps: int | None = 60
    """Steps tried, refuted ones included."""
    remedies: int | None = 6
    """Backtracks that a refuted step may cause."""


class Usage(Datum):
    """What a run has spent so far, in the units of `Budget`."""

    model_calls: int = 0
    tokens: int = 0
    output_tokens: int = 0
    """Those of `tokens` that the model wrote."""
    seconds: float = 0.0
    tool_seconds: float = 0.0
    money: float = 0.0
    steps: int = 0
    remedies: int = 0

    def plus(self, **spent: float) -> Usage:
        """Return the usage with the named amounts added."""
        return self.model_copy(update={k: getattr(self, k) + v for k, v in spent.items()})


class Chain(Datum):
    """The accepted steps, in order, and what they are to answer."""

    question: str = ""
    """The user's words; not part of the key."""
    steps: tuple[Step, ...] = ()
    _keys: tuple[str, ...] | None = PrivateAttr(default=None)
    _prefix: str | None = PrivateAttr(default=None)

    def grown(self, step: Step) -> Chain:
        """Return the chain with one more accepted step."""
        longer = self.model_copy(update={"steps": (*self.steps, step)})
        longer._keys, longer._prefix = (*self._step_keys(), step.key), None
        return longer

    def cut(self, length: int) -> Chain:
        """Return the first `length` steps."""
        shorter = self.model_copy(update={"steps": self.steps[:length]})
        shorter._keys, shorter._prefix = self._step_keys()[:length], None
        return shorter

    def index_of(self, tool: str) -> int | None:
        """Return the index of the last accepted step that used `tool`, or None."""
        for index in range(len(self.steps) - 1, -1, -1):
            if self.steps[index].tool == tool:
                return index
        return None

    @property
    def prefix_key(self) -> str:
        """Digest of the chain so far; equal chains of actions have equal keys."""
        if self._prefix is None or self._keys is None or len(self._keys) != len(self.steps):
            self._prefix = digest(self._step_keys())
        return self._prefix

    def _step_keys(self) -> tuple[str, ...]:
        if self._keys is None or len(self._keys) != len(self.steps):
            self._keys = tuple(step.key for step in self.steps)
        return self._keys


_CANONICAL = json.JSONEncoder(sort_keys=True, ensure_ascii=False, default=str)


@lru_cache(maxsize=1024)
def _digest_of(kind: str, text: str) -> str:
    return digest([kind, text])


def digest(value: Any) -> str:
    """Return 16 hex digits that name a JSON value, whatever the order of its keys."""
    text = _CANONICAL.encode(value)
    # A model's reply may hold a lone surrogate, which UTF-8 cannot carry.
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:16]


def refutations(verdicts: Iterable[Verdict]) -> list[Verdict]:
    """Return the verdicts that refute, sound ones first."""
    return sorted((v for v in verdicts if v.status == "fail"), key=lambda v: not v.sound)
