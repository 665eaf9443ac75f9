"""Attacks the sandbox it runs in, and tells which attacks came through.

Every attack here is harmless where it succeeds. `result` maps a guard to what broke it.
"""

import json
import mmap
import os
import socket
from collections.abc import Callable

MEMORY = 16 << 30
"""Bytes asked for and never touched."""
NO_RESERVE = 0x4000
"""`MAP_NORESERVE`: let the kernel promise more than it has, or the host's own caution would pass
for a cap of ours."""
with open("orders.json", encoding="utf-8") as file:
    orders = json.load(file)
broken: dict[str, str] = {}


def attempt(guard: str, what: str, attack: Callable[[], object]) -> None:
    """Note `what` as broken if the attack raises nothing."""
    try:
        attack()
    except OSError:
        return
    broken.setdefault(guard, what)


def read_environment() -> None:
    """Read the environment of the harness."""
    with open(f"/proc/{orders['harness']}/environ", "rb") as file:
        file.read(1)


def fork() -> None:
    """Make a process."""
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)


def take_memory() -> None:
    """Ask for more address space than any job may have."""
    mmap.mmap(-1, MEMORY, mmap.MAP_PRIVATE | NO_RESERVE).close()


def open_socket(family: int, kind: int) -> Callable[[], None]:
    """Return an attack that opens a socket."""
    return lambda: socket.socket(family, kind).close()


attempt("fs", "reads a file of the user", lambda: open(orders["decoy"]).close())
attempt("fs", "reads /etc/passwd", lambda: open("/etc/passwd").close())
attempt("fs", "writes into the user's folder", lambda: open(orders["beside"], "x").close())
attempt("fs", "writes into its own folder", lambda: open("canary", "x").close())
attempt("fs", "changes the mode of a file", lambda: os.chmod(orders["decoy"], 0o644))
for family in (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        attempt("net", f"opens a socket of {family.name}", open_socket(family, kind))
attempt("proc", "makes a process", fork)
attempt("proc", "signals the harness", lambda: os.kill(orders["harness"], 0))
attempt("proc", "sees the harness", lambda: open(f"/proc/{orders['harness']}/stat").close())
attempt("env", "reads the environment of the harness", read_environment)
if not set(os.environ) <= set(orders["environment"]):
    broken["env"] = "inherits variables"
attempt("mem", f"takes {MEMORY >> 30} GiB", take_memory)
result = broken
