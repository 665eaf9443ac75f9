"""What the memory keeps, how it is sealed and signed, and how it comes out again.

A record is text only. Its id names the content (kind, family, task, actions), so that a task
solved in the same way a hundred times is one record. Its SHA-256 covers every field, and the
signature covers that: a record that this installation did not sign does not count as verified.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import logging
from collections.abc import Mapping
from dataclasses import asdict, astuple, dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from typing import Any, Literal

from pydantic import ValidationError

from autoglm_agent.chain import Chain, Task, digest
from autoglm_agent.errors import InputError
from autoglm_agent.jsondata import without_nan
from autoglm_agent.memory.key import Key
from autoglm_agent.memory.rows import bare, without_rows

log = logging.getLogger(__name__)

Kind = Literal["chain", "nogood", "configuration"]
State = Literal["active", "quarantined", "retired"]
Origin = Literal["run", "import", "migration"]


@dataclass(frozen=True)
class Record:
    """One remembered thing, as text.

    Attributes:
        id: Digest of kind, family, task text and actions.
        kind: `chain`, `nogood` or `configuration`.
        family: The shelf: only records of one kind and family are compared.
        text: The task in words.
        chain: JSON of what is remembered, of a chain `Chain`.
        summary: JSON object of figures.
        signature: JSON object that describes the data without containing any.
        cost: JSON object of what it cost: calls, tokens, seconds, money.
        provenance: JSON object: who verified it, with which checks of which versions.
        shape: Digest of the actions without the names of data; equal for near-duplicates.
        created: ISO 8601, UTC.
        sha256: Of all of the above.
        mac: Signature of `sha256` by the key of an installation.
    """

    id: str
    kind: str
    family: str
    text: str
    chain: str
    summary: str
    signature: str
    cost: str
    provenance: str
    shape: str
    created: str
    sha256: str = ""
    mac: str = ""

    @property
    def seal(self) -> str:
        """The checksum that the record ought to have."""
        return hashlib.sha256(json.dumps(astuple(self)[:-2]).encode()).hexdigest()

    @property
    def intact(self) -> bool:
        """Whether the record is what was stored."""
        return self.sha256 == self.seal

    def sealed(self, key: Key) -> Record:
        """Return the record with its checksum and the signature of `key`."""
        whole = replace(self, sha256=self.seal)
        return replace(whole, mac=key.sign(whole.sha256))

    def trusted(self, key: Key) -> bool:
        """Whether the record is intact and signed by `key`."""
        return self.intact and key.signed(self.sha256, self.mac)


@dataclass(frozen=True)
class Memory:
    """A chain, recalled.

    Attributes:
        id: Its name in the memory.
        text: The task in the user's words: data, never instructions.
        chain: The accepted steps with their verdicts.
        score: Cosine similarity to what was asked, at most 1.
        summary: The figures that were stored with it.
        family: Kind of task.
        checks: Ids of the verifiers that judged it.
        release: Version of this package that wrote it.
        created: ISO 8601, UTC.
        state: `active`, `quarantined` or `retired`; a recall gives active ones only.
        rank: What it was ranked by: similarity, corrected by how it has fared.
        wins: Runs that used it and ended verified, in shares.
        losses: Runs that used it and did not, in shares.
        uses: Number of runs that it was shown to.
        signature: What the data was like.
        cost: What it cost.
        provenance: `by`, `origin`, `release`, `checks` (id to version), `sound`, `key`.
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
    state: str = "active"
    rank: float = 0.0
    wins: float = 0.0
    losses: float = 0.0
    uses: int = 0
    signature: dict[str, Any] = field(default_factory=dict)
    cost: dict[str, float] = field(default_factory=dict)
    provenance: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the memory as JSON data."""
        told = asdict(replace(self, chain=Chain()))
        return {**told, "chain": self.chain.to_json(), "checks": list(self.checks)}


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


@dataclass(frozen=True)
class Told:
    """What is stored beside a chain.

    Attributes:
        summary: Figures.
        signature: What the data was like; never rows of it.
        cost: Calls, tokens, seconds, money; taken from the chain where absent.
        by: Who verified it.
        versions: Check id to version; this package's release where absent.
    """

    summary: Mapping[str, Any] = field(default_factory=dict)
    signature: Mapping[str, Any] = field(default_factory=dict)
    cost: Mapping[str, float] | None = None
    by: str = "autoglm-agent"
    versions: Mapping[str, str] = field(default_factory=dict)


def pack(text: str, chain: Chain, family: str, told: Told, key: Key) -> Record:
    """Return the signed record of a chain."""
    chain = without_rows(chain)
    verdicts = [v for step in chain.steps for v in step.verdicts]
    checks = {v.check: told.versions.get(v.check, release()) for v in verdicts}
    sound = sorted({v.check for v in verdicts if v.sound and v.status in ("pass", "warn")})
    return Record(
        id=digest([family, text, chain.prefix_key]),
        kind="chain",
        family=family,
        text=text,
        chain=as_json(chain.to_json()),
        summary=as_json(bare(dict(told.summary))),
        signature=as_json(bare(dict(told.signature))),
        cost=as_json(dict(cost_of(chain) if told.cost is None else told.cost)),
        provenance=as_json(provenance(told.by, checks, sound, key)),
        shape=shape_of(chain),
        created=now(),
    ).sealed(key)


def provenance(
    by: str, checks: Mapping[str, str], sound: list[str], key: Key, origin: Origin = "run"
) -> dict[str, Any]:
    """Return who vouches for a record."""
    return {
        "by": by,
        "origin": origin,
        "release": release(),
        "checks": dict(sorted(checks.items())),
        "sound": sound,
        "key": key.id,
    }


def cost_of(chain: Chain) -> dict[str, float]:
    """Return what the steps and the verdicts of a chain say they cost."""
    verdicts = [v for step in chain.steps for v in step.verdicts]
    outcomes = [step.outcome for step in chain.steps if step.outcome is not None]
    return {
        "steps": len(chain.steps),
        "calls": sum(v.calls for v in verdicts),
        "tokens": sum(v.tokens for v in verdicts),
        "seconds": round(sum(v.seconds for v in verdicts) + sum(o.seconds for o in outcomes), 3),
    }


def shape_of(chain: Chain) -> str:
    """Return the digest of what a chain does, whatever the ids of its data are."""
    return digest(_actions(chain))


def agreement_of(one: Chain, other: Chain) -> float:
    """Return how far two chains do the same in the same order, from 0 to 1.

    The longest common subsequence of their actions, as a share of the longer chain.
    """
    a, b = (list(map(digest, _actions(chain))) for chain in (one, other))
    row = [0] * (len(b) + 1)
    for action in a:
        before = row
        row = [0]
        for place, other_action in enumerate(b):
            same = before[place] + 1 if action == other_action else 0
            row.append(max(same, before[place + 1], row[place]))
    return row[-1] / max(len(a), len(b), 1)


def _actions(chain: Chain) -> list[list[Any]]:
    actions: list[list[Any]] = []
    for step in chain.steps:
        args = {k: v for k, v in step.args.items() if not k.endswith("_id")}
        actions.append([step.tool, args] if step.tool else ["answer", step.state or step.claim])
    return actions


def tell_foreign(count: int, key: Key) -> None:
    """Log that intact records are left out because another key, or none, has signed them.

    In one line: a folder from elsewhere may hold thousands.
    """
    if count:
        log.warning(
            "%d memories were not verified by this installation (key %s) and are left out; "
            "export and import them to have them in quarantine.",
            count,
            key.id,
        )


def unpack(record: Record, key: Key, **standing: Any) -> Memory | None:
    """Return the recalled memory; None if the record is not right.

    Anything wrong is logged as a warning, except that this installation did not sign it, which
    the caller tells for all records at once (`tell_foreign`).

    Args:
        record: As stored.
        key: Of this installation; a record that it did not sign is left out, unless its
            `state` says that it is known to be in quarantine.
        **standing: Further attributes of the memory: `score`, `rank`, `state` and the like.
    """
    if not record.intact:
        log.warning("Memory %s is damaged (checksum) and is left out.", record.id)
        return None
    if standing.get("state") != "quarantined" and not key.signed(record.sha256, record.mac):
        return None
    try:
        chain = Chain.from_json(json.loads(record.chain))
        parts = {n: json.loads(getattr(record, n)) for n in ("summary", "signature", "cost")}
        source = json.loads(record.provenance)
    except (ValueError, ValidationError, RecursionError) as error:
        log.warning("Memory %s cannot be read and is left out: %s", record.id, error)
        return None
    objects = all(isinstance(part, dict) for part in (*parts.values(), source))
    reason = refusal(chain) or ("" if objects else "its summary or provenance is no object")
    if reason:
        log.warning("Memory %s is left out: %s.", record.id, reason)
        return None
    return Memory(
        **{"score": 0.0, **standing, **parts},
        id=record.id,
        text=record.text,
        chain=chain,
        family=record.family,
        checks=tuple(source.get("checks") or ()),
        release=str(source.get("release", "")),
        created=record.created,
        provenance=source,
    )


def now() -> str:
    """Return the time, ISO 8601 in UTC to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


@cache
def release() -> str:
    """Return the version of this package."""
    # Not `autoglm_agent.__version__`: the package above must not be needed here.
    try:
        return importlib.metadata.version("autoglm-agent")
    except importlib.metadata.PackageNotFoundError:
        return "unreleased"


def as_json(value: Any) -> str:
    """Return JSON text without NaN."""
    return json.dumps(without_nan(value), default=str, allow_nan=False)
