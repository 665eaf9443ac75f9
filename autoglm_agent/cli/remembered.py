"""What the commands of `autoglm memory` do."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from autoglm_agent.automl.run.workspace import runs_home
from autoglm_agent.cli.console import Exit, print_json
from autoglm_agent.errors import InputError
from autoglm_agent.memory.browsing import browse
from autoglm_agent.memory.browsing import stats as figures
from autoglm_agent.memory.record import Memory
from autoglm_agent.memory.store import ChainMemory
from autoglm_agent.memory.truth import FILE, Truth

STATES = ("active", "quarantined", "retired")


def list_chains(
    *, family: str | None, state: str | None, limit: int, path: str | None, runs: str | None,
    as_json: bool,
) -> None:  # fmt: skip
    """Print the chains, newest first."""
    if state not in (None, *STATES):
        raise InputError(f"There is no state {state!r}.", f"Say {', '.join(STATES)}.")
    found = browse(_truth(path, runs), family=family, state=state, limit=limit)
    if as_json:
        print_json([_brief(memory) for memory in found])
        return
    _print_grid(found, "uses")


def show(key: str, *, path: str | None, runs: str | None, as_json: bool) -> None:
    """Print one chain."""
    with _memory(path, runs) as memory:
        found = memory.get(key)
    if as_json:
        print_json(found.to_json())
        return
    source = found.provenance
    print(f"{found.id}  {found.family}  {found.state}  {found.created}")
    print(f"task: {found.text}")
    for number, step in enumerate(found.chain.steps, 1):
        print(f"{number}. {step.tool or 'answer'} {step.args or step.claim}")
        for verdict in step.verdicts:
            print(f"   {verdict.check} {verdict.status}: {verdict.fact}")
    checks = ", ".join(f"{check} {version}" for check, version in source["checks"].items())
    print(f"verified by {source.get('by')} {found.release} ({source.get('origin')}): {checks}")
    print(f"signed by key {source.get('key')}; state: {found.state}")
    print(f"used {found.uses} times: {found.wins:.1f} won, {found.losses:.1f} lost")


def search(
    words: str, *, family: str, limit: int, path: str | None, runs: str | None, as_json: bool
) -> None:
    """Print what would be recalled for a task, and what would be warned of."""
    with _memory(path, runs) as memory:
        found = memory.recall(words, family=family, k=limit)
        warned = memory.nogoods.recall(words, family=family, k=limit)
    if as_json:
        chains = [_brief(memory) for memory in found]
        print_json({"chains": chains, "warnings": [w.to_json() for w in warned]})
        return
    _print_grid(found, "score")
    for warning in warned:
        told = warning.nogood
        print(f"refuted before: {told.tool or 'answer'} ({told.check}): {told.reason}")


def forget(keys: list[str], *, path: str | None, runs: str | None, as_json: bool) -> None:
    """Delete chains for good; exit 1 if one was not there."""
    with _memory(path, runs) as memory:
        gone = {key: memory.forget(key) for key in keys}
    if as_json:
        print_json(gone)
    else:
        for key, done in gone.items():
            print(f"{key}: {'forgotten' if done else 'not found'}")
    raise Exit(0 if all(gone.values()) else 1)


def export(
    file: str, *, family: str | None, path: str | None, runs: str | None, as_json: bool
) -> None:
    """Write the memory to a file."""
    from autoglm_agent.memory.exchange import export as work

    with _memory(path, runs) as memory:
        count = work(memory, Path(file), family=family)
    _tell({"file": file, "records": count}, f"{count} records in {file}", as_json)


def load(file: str, *, path: str | None, runs: str | None, as_json: bool) -> None:
    """Read an export."""
    from autoglm_agent.memory.exchange import load as work

    with ChainMemory(_folder(path, runs)) as memory:
        done = asdict(work(memory, Path(file)))
    _tell(done, ", ".join(f"{count} {what}" for what, count in done.items()), as_json)


def stats(*, path: str | None, runs: str | None, as_json: bool) -> None:
    """Print what the memory holds and how it has fared."""
    told = figures(_truth(path, runs))
    if as_json:
        print_json(told)
        return
    print(f"{told['folder']}: {told['bytes'] / 1e6:.1f} MB, embedded by {told['embedder']}")
    for shelf in told["shelves"]:
        print(
            f"{shelf['count']:6} {shelf['state']} {shelf['kind']}s of {shelf['family']}: "
            f"used {shelf['uses']}, won {shelf['wins']:.1f}, lost {shelf['losses']:.1f}"
        )
    for runs_of in told["runs"]:
        print(f"{runs_of['verified']} of {runs_of['runs']} runs of {runs_of['family']} verified")


def migrate(embedder: str | None, *, path: str | None, runs: str | None, as_json: bool) -> None:
    """Embed the whole memory anew."""
    count = ChainMemory.migrate(_truth(path, runs).folder, embedder)
    _tell({"embedded": count}, f"{count} records embedded anew", as_json)


def _folder(path: str | None, runs: str | None) -> Path:
    return Path(path) if path else runs_home(runs) / "memory"


def _memory(path: str | None, runs: str | None) -> ChainMemory:
    return ChainMemory(_truth(path, runs).folder)


def _truth(path: str | None, runs: str | None) -> Truth:
    """Open a memory that is there; looking must not make one."""
    folder = _folder(path, runs)
    if not (folder / FILE).exists():
        raise InputError(f"There is no memory in {folder}.", "Check --path or --runs.")
    return Truth(folder.absolute())


def _brief(memory: Memory) -> dict[str, Any]:
    told = memory.to_json()
    told["steps"] = [step.tool or "answer" for step in memory.chain.steps]
    del told["chain"]
    return told


def _print_grid(found: list[Memory], last: str) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table as Grid

    grid = Grid()
    grid.add_column("id", no_wrap=True)  # half an id is of no use
    for name in ("family", "state", "task", "steps", "created", last):
        grid.add_column(name)
    for memory in found:
        value = getattr(memory, last)
        grid.add_row(
            memory.id,
            escape(memory.family),
            memory.state,
            escape(memory.text[:80]),
            str(len(memory.chain.steps)),
            memory.created[:10],
            f"{value:.2f}" if isinstance(value, float) else str(value),
        )
    Console().print(grid)


def _tell(data: dict[str, Any], text: str, as_json: bool) -> None:
    if as_json:
        print_json(data)
    else:
        print(text)
