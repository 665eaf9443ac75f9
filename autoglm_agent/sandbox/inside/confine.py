"""Locks the doors from within, where no namespace does it from outside.

Landlock (kernel 6.2 and later) takes away every file but the folders named, then every
capability goes, then seccomp takes the rest. No order can be taken back, neither by the program
nor by us. Anything that fails ends the process before the program runs.
"""

import ctypes
import os
import struct
import sys
from collections.abc import Callable

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
"""System calls; the same numbers on every machine."""
CAPSET = {"x86_64": 126, "aarch64": 91}
PR_SET_PDEATHSIG, PR_SET_SECCOMP, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 1, 22, 24, 38
SIGKILL = 9
READ_FILE, READ_DIR = 1 << 2, 1 << 3
WRITE_FILE = 1 << 1
OLDEST = 3
"""Landlock version below which an open file could still be cut to nothing."""
FILE_RIGHTS = {3: (1 << 15) - 1, 5: (1 << 16) - 1}
NET_RIGHTS, SCOPES = 0b11, 0b11

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def confine(orders: dict[str, object]) -> None:
    """Give up everything but reading some paths, for ever.

    Args:
        orders: `parent` (process id of the harness), `read` (paths), `write` (paths of
            devices), `filter` (the seccomp program in hexadecimal), `machine`.
    """
    prctl = libc.prctl
    demand(prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0))
    if os.getppid() != orders["parent"]:
        sys.exit("The harness has gone.")
    demand(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
    restrict_files(orders["read"], orders["write"])  # type: ignore[arg-type]
    drop_capabilities(CAPSET[str(orders["machine"])])
    program = bytes.fromhex(str(orders["filter"]))
    code = ctypes.create_string_buffer(program, len(program))
    head = struct.pack("HxxxxxxQ", len(program) // 8, ctypes.addressof(code))
    demand(prctl(PR_SET_SECCOMP, 2, ctypes.c_char_p(head), 0, 0))


def restrict_files(read: list[str], write: list[str]) -> None:
    """Allow reading below `read`, reading and writing the files `write`, and nothing else."""
    version = demand(libc.syscall(CREATE_RULESET, None, 0, 1))
    if version < OLDEST:
        sys.exit(f"Landlock is of version {version}; {OLDEST} is needed.")
    files = FILE_RIGHTS[5] if version >= 5 else FILE_RIGHTS[3]
    words = [files, NET_RIGHTS if version >= 4 else 0, SCOPES if version >= 6 else 0]
    used = 8 * (3 if version >= 6 else 2 if version >= 4 else 1)
    attributes = struct.pack("QQQ", *words)
    ruleset = demand(libc.syscall(CREATE_RULESET, attributes, used, 0))
    for path in [*read, *write]:
        target = os.open(path, os.O_PATH | os.O_CLOEXEC)
        # A rule on a file must not speak of folders.
        rights = READ_FILE | (READ_DIR if os.path.isdir(path) else 0)
        rights |= WRITE_FILE if path in write else 0
        rule = struct.pack("=Qi", rights, target)
        demand(libc.syscall(ADD_RULE, ruleset, 1, rule, 0))
        os.close(target)
    demand(libc.syscall(RESTRICT_SELF, ruleset, 0))
    os.close(ruleset)


def drop_capabilities(capset: int) -> None:
    """Give up every capability, the superuser's too."""
    drop: Callable[..., int] = libc.prctl
    number = 0
    while drop(PR_CAPBSET_DROP, number, 0, 0, 0) == 0:
        number += 1
    demand(libc.syscall(capset, struct.pack("Ii", 0x20080522, 0), struct.pack("6I", *[0] * 6)))


def demand(answer: int) -> int:
    """Return the answer of a system call, or end the process."""
    if answer < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return answer
