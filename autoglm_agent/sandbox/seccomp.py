"""The list of system calls that a program in a sandbox is denied, as a classic BPF program.

The kernel runs the filter at every call of the confined process and its threads (seccomp(2),
`linux/filter.h`). It takes away what files and namespaces do not: making processes, sockets,
tracing, kernel interfaces with a history of escapes (io_uring, bpf, keyctl, userfaultfd, nested
namespaces), and memory that no limit counts (memfd, System V). `clone3` hides its flags from
filters, so it does not exist (ENOSYS) and the C library falls back to `clone`, which may make
threads only. Calls newer than this table do not exist either.
"""

from __future__ import annotations

import errno
import struct

from autoglm_agent.sandbox.syscalls import NEWER, TABLE

LD, JEQ, JGE, JSET, RET = 0x20, 0x15, 0x35, 0x45, 0x06
ALLOW, KILL, ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
ARCHITECTURES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}
"""Machine to the kernel's audit number and the column of the table."""

CLONE_THREAD = 0x00010000
CLONE_NEW = 0x7E020000
"""Every flag that asks for a new namespace."""

DENIED = {
    "processes": "fork vfork ptrace process_vm_readv process_vm_writev process_madvise kcmp"
    " pidfd_open pidfd_getfd pidfd_send_signal",
    "namespaces": "unshare setns chroot pivot_root mount umount2 move_mount open_tree fsopen"
    " fsconfig fsmount fspick mount_setattr mknod mknodat open_by_handle_at name_to_handle_at",
    "network": "socket connect bind listen accept accept4 sendmsg sendmmsg",
    "risky interfaces": "io_uring_setup io_uring_enter io_uring_register bpf perf_event_open"
    " userfaultfd keyctl add_key request_key fanotify_init lookup_dcookie modify_ldt uselib",
    "uncounted memory": "memfd_create memfd_secret shmget semget msgget mq_open migrate_pages"
    " move_pages",
    "the machine": "init_module finit_module delete_module kexec_load kexec_file_load reboot"
    " swapon swapoff acct quotactl quotactl_fd settimeofday clock_settime adjtimex"
    " clock_adjtime sethostname setdomainname iopl ioperm personality syslog vhangup",
}
"""Denied (EPERM) in every sandbox, by what they reach."""

DENIED_ALONE = {
    "programs": "execve execveat",
    "signals": "kill tkill tgkill rt_sigqueueinfo rt_tgsigqueueinfo",
    "attributes": "chmod fchmod fchmodat chown lchown fchown fchownat setxattr lsetxattr fsetxattr"
    " removexattr lremovexattr fremovexattr utime utimes utimensat futimesat",
    "others' limits": "setrlimit setpriority sched_setaffinity sched_setscheduler sched_setparam"
    " sched_setattr ioprio_set",
    "watching": "inotify_init inotify_init1 inotify_add_watch",
}
"""Denied where no namespace hides the host: Landlock says nothing of modes, owners and times of
files, of watching folders, nor of other processes' limits and priorities."""

Condition = tuple[int, int, int, bool]
"""Offset in the call's data, jump code, constant, and what the comparison must say."""


def argument(index: int, high: bool = False) -> int:
    """Return the offset of (half of) an argument in `struct seccomp_data`."""
    return 16 + 8 * index + 4 * high


CONDITIONS: dict[str, tuple[Condition, ...]] = {
    "clone": (
        (argument(0), JSET, CLONE_THREAD, True),
        (argument(0), JSET, CLONE_NEW, False),
    ),
    # An event loop wakes itself through a pair; the address of `sendto` would let it reach out.
    "socketpair": ((argument(0), JEQ, 1, True),),
    "sendto": ((argument(4), JEQ, 0, True), (argument(4, high=True), JEQ, 0, True)),
    # TIOCSTI and TIOCLINUX type into a terminal.
    "ioctl": ((argument(1), JEQ, 0x5412, False), (argument(1), JEQ, 0x541C, False)),
}
CONDITIONS_ALONE: dict[str, tuple[Condition, ...]] = {
    # Reading one's own limits is fine; setting any, or touching another's, is not.
    "prlimit64": (
        (argument(0), JEQ, 0, True),
        (argument(2), JEQ, 0, True),
        (argument(2, high=True), JEQ, 0, True),
    ),
    # PR_SET_PDEATHSIG: the program must not outlive us.
    "prctl": ((argument(0), JEQ, 1, False),),
}


def build_filter(machine: str, *, alone: bool) -> bytes:
    """Return the filter as an array of `struct sock_filter`.

    Args:
        machine: `x86_64` or `aarch64`, as `platform.machine()` says.
        alone: Whether the filter must also hide the host's processes and files' attributes,
            because no namespace does. `execve` is allowed otherwise: the interpreter itself
            is started under the filter, and a namespace holds nothing else worth starting.

    Raises:
        KeyError: If the machine is not known.
    """
    audit, column = ARCHITECTURES[machine]
    program = [(LD, 0, 0, 4), (JEQ, 1, 0, audit), (RET, 0, 0, KILL), (LD, 0, 0, 0)]

    def deny(call: str, error: int = errno.EPERM) -> None:
        number = TABLE[call][column]
        if number is not None:
            program.extend([(JEQ, 0, 1, number), (RET, 0, 0, ERRNO | error)])

    # On x86_64 this also ends the x32 calls, which begin at 0x40000000.
    program += [(JGE, 0, 1, NEWER), (RET, 0, 0, ERRNO | errno.ENOSYS)]
    deny("clone3", errno.ENOSYS)
    for calls in (DENIED | DENIED_ALONE if alone else DENIED).values():
        for call in calls.split():
            deny(call)
    for call, conditions in (CONDITIONS | (CONDITIONS_ALONE if alone else {})).items():
        program += _conditional(TABLE[call][column], conditions)
    program.append((RET, 0, 0, ALLOW))
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in program)


def _conditional(
    number: int | None, conditions: tuple[Condition, ...]
) -> list[tuple[int, int, int, int]]:
    """Return the instructions that allow a call only if all its conditions hold."""
    if number is None:
        return []
    block = []
    for offset, test, constant, wanted in conditions:
        # Skip the refusal if the comparison says what it must.
        block += [(LD, 0, 0, offset), (test, int(wanted), int(not wanted), constant)]
        block.append((RET, 0, 0, ERRNO | errno.EPERM))
    block.append((RET, 0, 0, ALLOW))
    return [(JEQ, 0, len(block), number), *block]
