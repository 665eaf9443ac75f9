"""What the memory keeps of a chain, which chains it takes, and how one comes out again.

A record is text only. Its id names the content (family, task, actions), so that a task solved
in the same way a hundred times is one record; its SHA-256 covers every field.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import logging
from collections.abc import Mapping
from dataclasses import astuple, dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

from pydantic import ValidationError

from autoglm_agent.chain import Chain, Task, digest
from autoglm_agent.errors import InputError
from autoglm_agent.jsondata import without_nan

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Record:
    """One remembered chain, as text.

    Attributes:
        id: Digest of family, task text and actions.
        family: The shelf: only records of one family are compared.
        text: The task in words.
        chain: JSON of `Chain`.
        summary: JSON object of figures.
        checks: JSON list of the ids of the verifiers that judged it.
        release: Version of this package that wrote it, and with it the verifiers'.
        created: ISO 8601, UTC.
        sha256: Of all of the above.
    """

    id: str
    family: str
    text: str
    chain: str
    summary: str
    checks: str
    release: str
    created: str
    sha256: str = ""

    @property
    def seal(self) -> str:
        """The checksum that the record ought to have."""
        return hashlib.sha256(json.dumps(astuple(self)[:-1]).encode()).hexdigest()

    @property
    def intact(self) -> bool:
        """Whether the record is what was stored."""
        return self.sha256 == self.seal


@dataclass(frozen=True)
class Memory:
    """A verified chain, recalled.

    Attributes:
        id: Its name in the memory.
        text: The task in the user's words.
        chain: The accepted steps with their verdicts.
        score: Cosine similarity to what was asked, at most 1.
        summary: The figures that were stored with it.
        family: Kind of task.
        checks: Ids of the verifiers that judged it.
        release: Version of this package, and with it of its verifiers, that wrote it.
        created: ISO 8601, UTC.
    """

    id: str
    text: str
    chain: Chain
    score: float
    summary: dict[str, Any] = field(default_factory=dict)
    family: str = ""
    checks: tuple[str, ...] = ()
    release: str = ""
    created: str = ""


def refusal(chain: Chain) -> str:
    """Return why a chain does not count as verified; the empty string if it does.

    No step may be refuted, no tool may have failed, no step may have been judged without any
    verdict that decides, and at least one sound verdict must have passed somewhere. A step
    without verdicts is allowed: verifiers that do not apply say nothing.
    """
    if not chain.steps:
        return "it has no steps"
    for number, step in enumerate(chain.steps, 1):
        what = f"step {number} ({step.tool or 'answer'})"
        if step.refuted:
            return f"{what} is refuted"
        if step.outcome is not None and not step.outcome.ok:
            return f"the tool of {what} failed"
        if step.verdicts and all(v.status == "unknown" for v in step.verdicts):
            return f"no verifier could decide on {what}"
    verdicts = (v for step in chain.steps for v in step.verdicts)
    if not any(v.sound and v.status in ("pass", "warn") for v in verdicts):
        return "no sound verifier judged any of its steps"
    return ""


def task_words(task: Task | str) -> str:
    """Return the task in words: the user's own, or the slots of a parsed task."""
    if isinstance(task, str):
        return task
    slots = [task.kind, task.target, task.metric, task.time_column, task.group_column]
    return " ".join(slot for slot in slots if slot)


def clean(text: str, what: str) -> str:
    """Return text that any database takes; name `what` is missing if it is blank.

    Raises:
        InputError: If nothing is left.
    """
    # Lone surrogates and NUL cannot be stored as UTF-8 text.
    text = text.encode("utf-8", "replace").decode().replace("\0", " ").strip()
    if not text:
        raise InputError(f"The {what} is empty.", "Say in words what it is.")
    return text


def pack(text: str, chain: Chain, family: str, summary: Mapping[str, Any]) -> Record:
    """Return the sealed record of a chain."""
    checks = sorted({v.check for step in chain.steps for v in step.verdicts})
    record = Record(
        id=digest([family, text, chain.prefix_key]),
        family=family,
        text=text,
        chain=_json(chain.to_json()),
        summary=_json(dict(summary)),
        checks=_json(checks),
        release=_release(),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    return replace(record, sha256=record.seal)


def unpack(record: Record, score: float) -> Memory | None:
    """Return the recalled memory; None, with a logged warning, if the record is not right."""
    if not record.intact:
        log.warning("Memory %s is damaged (checksum) and is left out.", record.id)
        return None
    try:
        chain = Chain.from_json(json.loads(record.chain))
        summary, checks = json.loads(record.summary), json.loads(record.checks)
    except (ValueError, ValidationError) as error:
        log.warning("Memory %s cannot be read and is left out: %s", record.id, error)
        return None
    reason = refusal(chain) or ("" if isinstance(summary, dict) else "its summary is no object")
    if reason:
        log.warning("Memory %s is left out: %s.", record.id, reason)
        return None
    return Memory(
        record.id,
        record.text,
        chain,
        score,
        summary,
        record.family,
        tuple(checks),
        record.release,
        record.created,
    )


@cache
def _release() -> str:
    # Not `autoglm_agent.__version__`: the package above must not be needed here.
    try:
        return importlib.metadata.version("autoglm-agent")
    except importlib.metadata.PackageNotFoundError:
        return "unreleased"


def _json(value: Any) -> str:
    return json.dumps(without_nan(value), default=str, allow_nan=False)
