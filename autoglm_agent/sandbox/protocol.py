"""What a sandbox promises: a job goes in, an outcome comes out, and the host stays as it was.

Code that a model wrote is hostile until shown otherwise. A sandbox runs it in a process that
sees no file of the user, no network, no secret and no other process, and that ends within its
limits. What a sandbox can hold is *found out by attacking it* (`probe`), never assumed; where
nothing holds, the job does not run (`unavailable`), and there is no plain process to fall back
to. `unavailable` is the host's fault and is not to be shown to a model as the program's output.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

from autoglm_agent.errors import InputError

Status = Literal[
    "ok",
    "error",
    "timeout",
    "cpu_limit",
    "memory_limit",
    "output_limit",
    "killed",
    "unavailable",
]
"""`error`: the program raised, or ended without a result; `killed`: the system or the harness
ended it for another reason than its time, its memory or its output."""

Guard = Literal["fs", "net", "proc", "env", "mem", "wall", "scratch"]
"""`fs`: no file outside is read or written; `net`: no socket of any family; `proc`: no other
process is seen, signalled or made; `env`: nothing of our environment is there; `mem`: memory is
capped; `wall`: time is capped; `scratch`: a writable folder of limited size can be had."""

MINIMUM: frozenset[Guard] = frozenset({"fs", "net", "proc", "env", "mem", "wall"})
"""What must hold before any code runs."""

GIB = 1 << 30
MIB = 1 << 20
KIB = 1 << 10
MAX_CODE = 1 * MIB
MAX_INPUTS = 64
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")


@dataclass(frozen=True)
class Limits:
    """Hard caps of one job.

    Raises:
        InputError: If a cap is out of its range.
    """

    wall_s: float = 30.0
    """Seconds from the program's start to its end; the interpreter's start does not count."""
    cpu_s: int = 10
    """Seconds of processor time, all threads together."""
    memory_bytes: int = 2 * GIB
    """Address space. Not below 1 GiB: with less, importing numerical libraries hangs rather
    than fails."""
    threads: int = 128
    output_bytes: int = 8 * MIB
    """Standard output and error together; a program that writes more is killed."""
    kept_bytes: int = 64 * KIB
    """What is kept of each stream: half of it the head, half the tail."""
    result_bytes: int = 4 * MIB
    """Size of the result as JSON."""
    scratch_bytes: int = 0
    """Size of the writable working folder; with 0 nothing at all is writable."""

    def __post_init__(self) -> None:
        if not (math.isfinite(self.wall_s) and self.wall_s > 0 and self.cpu_s >= 1):
            raise InputError("A job's time limits must be positive.", "Give wall_s and cpu_s.")
        if self.memory_bytes < GIB:
            raise InputError("A job needs at least 1 GiB of address space.", "Raise memory_bytes.")
        sizes = (self.threads, self.output_bytes, self.kept_bytes, self.result_bytes)
        if min(sizes) < 1 or self.scratch_bytes < 0:
            raise InputError("A job's caps must be positive.", "Mend the limits.")


@dataclass(frozen=True)
class Job:
    """A program and what it may see.

    The program runs as `__main__` in a folder that holds its inputs under their names. Its
    result is what the name `result` refers to when it ends, as JSON data; None without one.

    Raises:
        InputError: If the code is too long, or an input has an odd name or is no plain file.
    """

    code: str
    inputs: Mapping[str, bytes | Path] = field(default_factory=dict)
    """Name to bytes, or to a plain file on the host; the program can only read them."""
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        if len(self.code) > MAX_CODE:
            raise InputError(f"The code is longer than {MAX_CODE} characters.", "Shorten it.")
        if len(self.inputs) > MAX_INPUTS:
            raise InputError(f"A job takes at most {MAX_INPUTS} inputs.", "Pass fewer files.")
        for name, content in self.inputs.items():
            if not _NAME.fullmatch(name):
                raise InputError(
                    f"{name!r} cannot name an input.", "Use letters, digits, '_', '-' and '.'."
                )
            if isinstance(content, Path) and not content.is_file():
                raise InputError(f"The input {name!r} is no plain file.", "Pass a file or bytes.")


@dataclass(frozen=True)
class Outcome:
    """How a job ended. Everything in it but the status is the program's word."""

    status: Status
    reason: str = ""
    """One line: the exception, the limit, or why no sandbox was to be had."""
    result: Any = None
    stdout: str = ""
    stderr: str = ""
    truncated: bool = False
    """Whether the middle of a stream was cut."""
    wall_s: float = 0.0
    cpu_s: float = 0.0
    backend: str = ""
    isolation: frozenset[Guard] = frozenset()
    """What the backend held when it was probed."""


@dataclass(frozen=True)
class Capabilities:
    """What a backend held when its canaries attacked it."""

    backend: str
    isolation: frozenset[Guard] = frozenset()
    reason: str = ""
    """Why it does not hold more; empty if it holds everything."""

    @property
    def usable(self) -> bool:
        """Whether code may run in it."""
        return self.isolation >= MINIMUM


class Sandbox(Protocol):
    """A place where code that is not trusted may run."""

    name: str

    def probe(self) -> Capabilities:
        """Attack the sandbox and return what it held; cached for the process."""
        ...

    def run(self, job: Job) -> Outcome:
        """Run a job to its end; what goes wrong is told by the outcome, never raised."""
        ...

    async def arun(self, job: Job) -> Outcome:
        """Run a job without blocking the loop; cancelling kills the program at once."""
        ...
