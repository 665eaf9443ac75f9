"""What the commands of `autoglm memory` do."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from autoglm_agent.automl.run.workspace import runs_home
from autoglm_agent.cli.console import Exit, print_json, printable
from autoglm_agent.errors import InputError
from autoglm_agent.memory.browsing import browse, families, look_up
from autoglm_agent.memory.browsing import stats as figures
from autoglm_agent.memory.nogoods import Warned
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
    found = look_up(_truth(path, runs), key)
    if as_json:
        print_json(found.to_json())
        return
    source = found.provenance
    print(f"{found.id}  {printable(found.family)}  {found.state}  {found.created}")
    print(f"task: {printable(found.text)}")
    for number, step in enumerate(found.chain.steps, 1):
        print(printable(f"{number}. {step.tool or 'answer'} {step.args or step.claim}"))
        for verdict in step.verdicts:
            print(printable(f"   {verdict.check} {verdict.status}: {verdict.fact}"))
    checks = ", ".join(f"{check} {version}" for check, version in source["checks"].items())
    by = f"verified by {source.get('by')} {found.release} ({source.get('origin')}): {checks}"
    print(printable(by))
    print(printable(f"signed by key {source.get('key')}; state: {found.state}"))
    print(f"used {found.uses} times: {found.wins:.1f} won, {found.losses:.1f} lost")


def search(
    words: str,
    *,
    family: str | None,
    limit: int,
    path: str | None,
    runs: str | None,
    as_json: bool,
) -> None:
    """Print what would be recalled for a task, and what would be warned of."""
    found: list[Memory] = []
    warned: list[Warned] = []
    with _memory(path, runs) as memory:
        known = families(memory.truth)
        if family is not None and family not in known:
            raise InputError(
                f"The memory knows no tasks of the kind {family!r}.",
                f"There are: {', '.join(known)}." if known else "It is empty.",
            )
        for each in [family] if family else known:
            found += memory.recall(words, family=each, k=limit)
            warned += memory.nogoods.recall(words, family=each, k=limit)
    # The agents recall within one family only, in this order.
    found = sorted(found, key=lambda m: -m.rank)[:limit] if family is None else found
    warned = sorted(warned, key=lambda w: -w.score)[:limit]
    if as_json:
        warnings = [{"id": w.id, **w.to_json()} for w in warned]
        print_json({"chains": [_brief(memory) for memory in found], "warnings": warnings})
        return
    _print_grid(found, "score")
    for warning in warned:
        told = warning.nogood
        what = f"refuted before: {told.tool or 'answer'} ({told.check}): {told.reason}"
        print(printable(f"{what} [{warning.id}]"))


def forget(keys: list[str], *, path: str | None, runs: str | None, as_json: bool) -> None:
    """Delete chains for good; exit 1 if one was not there."""
    truth = _truth(path, runs)
    gone = {key: truth.remove(key) for key in keys}
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

    count = work(_truth(path, runs), Path(file), family=family)
    _tell({"file": file, "records": count}, f"{count} records in {file}", as_json)


def load(file: str, *, path: str | None, runs: str | None, as_json: bool) -> None:
    """Read an export; exit 1 if something in it was refused."""
    from autoglm_agent.memory.exchange import is_export
    from autoglm_agent.memory.exchange import load as work

    if not is_export(Path(file)):  # nor is a memory made for it
        raise InputError(f"{file} is no export of a memory.", "`autoglm memory export` writes one.")
    with ChainMemory(_folder(path, runs)) as memory:
        done = asdict(work(memory, Path(file)))
    _tell(done, ", ".join(f"{count} {what}" for what, count in done.items()), as_json)
    raise Exit(1 if done["refused"] else 0)


def stats(*, path: str | None, runs: str | None, as_json: bool) -> None:
    """Print what the memory holds and how it has fared."""
    told = figures(_truth(path, runs))
    if as_json:
        print_json(told)
        return
    print(f"{told['folder']}: {told['bytes'] / 1e6:.1f} MB, embedded by {told['embedder']}")
    for shelf in told["shelves"]:
        print(
            f"{shelf['count']:6} {shelf['state']} {shelf['kind']}s of "
            f"{printable(shelf['family'])}: used {shelf['uses']}, "
            f"won {shelf['wins']:.1f}, lost {shelf['losses']:.1f}"
        )
    for runs_of in told["runs"]:
        print(f"{runs_of['verified']} of {runs_of['runs']} runs of "
              f"{printable(runs_of['family'])} verified")  # fmt: skip


def migrate(embedder: str | None, *, path: str | None, runs: str | None, as_json: bool) -> None:
    """Embed the whole memory anew."""
    count = ChainMemory.migrate(_truth(path, runs).folder, embedder)
    _tell({"embedded": count}, f"{count} records embedded anew", as_json)


def rebuild(*, path: str | None, runs: str | None, as_json: bool) -> None:
    """Mend a damaged table, then make the index anew."""
    from autoglm_agent.memory.repair import rebuild as work

    folder = _folder(path, runs).absolute()
    mended = ChainMemory.repair(folder)
    with ChainMemory(folder) as memory:
        indexed = work(memory)
    moved = None if mended.moved is None else str(mended.moved)
    told = {"indexed": indexed, "kept": mended.kept, "lost": mended.lost, "moved": moved}
    text = f"{indexed} records indexed anew"
    if moved:
        text += f"; {mended.kept} kept and {mended.lost} lost, the damaged table is now {moved}"
    _tell(told, text, as_json)


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
    if not found:
        print("No chains.")
        return
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
            escape(printable(memory.family)),
            memory.state,
            escape(printable(memory.text)[:80]),
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
