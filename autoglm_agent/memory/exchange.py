"""Memories as files: one JSON object a line, to be carried elsewhere or kept as a backup.

What comes in is data from outside. A record that this installation signed itself comes back as
it was; any other goes into quarantine, is never recalled, and becomes active only when its chain
is verified here anew.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from autoglm_agent.chain import Chain
from autoglm_agent.errors import InputError, StoreError
from autoglm_agent.memory.browsing import every
from autoglm_agent.memory.record import Record, refusal
from autoglm_agent.memory.search import EmbedderOff
from autoglm_agent.memory.store import ChainMemory
from autoglm_agent.memory.truth import Truth

log = logging.getLogger(__name__)

FORMAT = "autoglm-memory-2"
LONGEST_LINE = 4_000_000
"""Characters of one record; a file from outside must not fill the memory of the machine."""
BATCH = 500
_START = f'{{"format": "{FORMAT}"'.encode()


@dataclass(frozen=True)
class Imported:
    """What an import did.

    Attributes:
        restored: Records of this installation that are back.
        quarantined: Records of others, which wait to be verified.
        known: Records that were there already.
        refused: Lines that hold no record, or an unverified chain.
    """

    restored: int = 0
    quarantined: int = 0
    known: int = 0
    refused: int = 0


def export(memory: ChainMemory | Truth, path: Path, *, family: str | None = None) -> int:
    """Write the records to a file, readable by its owner only; return how many there are.

    Args:
        memory: The memory, or its table: no embedder is needed.
        path: The file; of those that are there, only a former export is replaced.
        family: Only of this one.

    Raises:
        InputError: If something else than an export is in the file's place.
        StoreError: If it cannot be written.
    """
    truth = memory if isinstance(memory, Truth) else memory.truth
    _spare(path)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    count = 0
    try:
        descriptor = os.open(temporary, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            for record, state in every(truth):
                if family in (None, record.family):
                    line = {"format": FORMAT, "state": state, **asdict(record)}
                    stream.write(json.dumps(line) + "\n")
                    count += 1
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, path)
    except OSError as error:
        raise StoreError(
            f"Cannot write {path}: {error.strerror}.", "Choose a writable place."
        ) from error
    finally:
        temporary.unlink(missing_ok=True)
    return count


def _spare(path: Path) -> None:
    """Refuse to replace anything but an export: a slip must not cost a memory."""
    if path.exists() and not is_export(path):
        raise InputError(f"{path} is there and is no export.", "Choose another name for the file.")


def load(memory: ChainMemory, path: Path) -> Imported:
    """Read records from a file that `export` wrote; see the module for what is believed.

    Raises:
        InputError: If the file cannot be read or is no export.
        StoreError: If the memory cannot be written.
    """
    counts = dict.fromkeys(("restored", "quarantined", "known", "refused"), 0)
    batch: list[tuple[Record, str]] = []
    families = set()
    for line in _lines(path):
        record = _record(line)
        if record is None:
            counts["refused"] += 1
            continue
        families.add((record.kind, record.family))
        batch.append((record, _state(line, record, memory)))
        if len(batch) == BATCH:
            _store(memory, batch, counts)
            batch = []
    _store(memory, batch, counts)
    for kind, family in families:
        space = memory.search.space(kind, family)
        if space is not None and kind != "configuration":
            memory.search.index.follow_soon(space)
    return Imported(**counts)


def is_export(path: Path) -> bool:
    """Whether a file begins as `export` writes it; true of an empty one.

    Raises:
        InputError: If it cannot be read.
    """
    try:
        with path.open("rb") as stream:
            return stream.read(len(_START)) in (b"", _START)
    except OSError as error:
        raise InputError(f"Cannot read {path}: {error.strerror}.", "Check the path.") from error


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    try:
        with path.open(encoding="utf-8", errors="replace") as stream:
            while text := stream.readline(LONGEST_LINE + 1):
                if len(text) > LONGEST_LINE:
                    raise InputError(f"{path} has a line that is too long.", "Is it an export?")
                if text.strip():
                    yield _object(text)
    except OSError as error:
        raise InputError(f"Cannot read {path}: {error.strerror}.", "Check the path.") from error


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) and found.get("format") == FORMAT else {}


def _record(line: dict[str, Any]) -> Record | None:
    names = [f.name for f in fields(Record)]
    values = {name: line.get(name) for name in names}
    if not all(isinstance(value, str) for value in values.values()):
        return None
    record = Record(**{name: str(value) for name, value in values.items()})
    if not record.intact or not record.id or len(record.id) > 64 or not record.family:
        return None
    if record.kind not in ("chain", "nogood", "configuration"):
        return None
    return record if record.kind != "chain" or _verified(record) else None


def _verified(record: Record) -> bool:
    try:
        return not refusal(Chain.from_json(json.loads(record.chain)))
    except (ValueError, ValidationError, RecursionError):
        return False


def _state(line: dict[str, Any], record: Record, memory: ChainMemory) -> str:
    if not record.trusted(memory.truth.key):
        return "quarantined"
    return "retired" if line.get("state") == "retired" else "active"


def _store(memory: ChainMemory, batch: list[tuple[Record, str]], counts: dict[str, int]) -> None:
    if not batch:
        return
    records = [_told_origin(record, state) for record, state in batch]
    texts = [record.text for record in records]
    try:
        vectors: list[Any] = list(memory.search.embed(texts))
    except EmbedderOff as off:
        log.warning("Imported without vectors: %s.", off)
        vectors = [None] * len(texts)
    pairs = zip(records, vectors, strict=True)
    vectors = [None if r.kind == "configuration" else v for r, v in pairs]
    added = memory.truth.add_many(records, vectors, [state for _, state in batch])
    for result, (_, state) in zip(added, batch, strict=True):
        if result.how in ("known", "merged"):
            counts["known"] += 1
        else:
            counts["quarantined" if state == "quarantined" else "restored"] += 1


def _told_origin(record: Record, state: str) -> Record:
    """Mark what came from elsewhere; its former signature is of no use here."""
    if state != "quarantined":
        return record
    try:
        source = json.loads(record.provenance)
    except ValueError:
        source = {}
    source = {**(source if isinstance(source, dict) else {}), "origin": "import"}
    changed = replace(record, provenance=json.dumps(source), mac="")
    return replace(changed, sha256=changed.seal)
