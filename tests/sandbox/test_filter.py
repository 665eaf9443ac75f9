"""The filter of system calls says what it is meant to say, on both machines."""

from __future__ import annotations

import re
import struct
from pathlib import Path

import pytest

from autoglm_agent.sandbox.channel import read_report
from autoglm_agent.sandbox.seccomp import ALLOW, ERRNO, KILL, build_filter
from autoglm_agent.sandbox.syscalls import TABLE

X86, ARM = 0xC000003E, 0xC00000B7
EPERM, ENOSYS = ERRNO | 1, ERRNO | 38


def decide(program: bytes, audit: int, number: int, *arguments: int) -> int:
    """Run a filter as the kernel does (linux/Documentation/networking/filter.rst)."""
    padded = [*arguments, *[0] * (6 - len(arguments))]
    data = struct.pack("=IIQ6Q", number & 0xFFFFFFFF, audit, 0, *padded)
    code = list(struct.iter_unpack("=HBBI", program))
    at = accumulator = 0
    while True:
        operation, if_true, if_false, constant = code[at]
        at += 1
        if operation == 0x20:
            (accumulator,) = struct.unpack_from("=I", data, constant)
        elif operation == 0x06:
            return constant
        else:
            holds = {
                0x15: accumulator == constant,
                0x35: accumulator >= constant,
                0x45: bool(accumulator & constant),
            }[operation]
            at += if_true if holds else if_false


@pytest.mark.parametrize(("machine", "audit", "column"), [("x86_64", X86, 0), ("aarch64", ARM, 1)])
@pytest.mark.parametrize("alone", [False, True])
class TestFilter:
    def test_it_fits_the_kernels_bound(
        self, machine: str, audit: int, column: int, alone: bool
    ) -> None:
        assert len(build_filter(machine, alone=alone)) // 8 < 4096

    def test_processes_cannot_be_made_and_threads_can(
        self, machine: str, audit: int, column: int, alone: bool
    ) -> None:
        program = build_filter(machine, alone=alone)
        clone = TABLE["clone"][column]
        assert decide(program, audit, clone, 17) == EPERM
        assert decide(program, audit, clone, 0x3D0F00) == ALLOW, "as pthread_create calls it"
        assert decide(program, audit, clone, 0x3D0F00 | 0x10000000) == EPERM, "new user namespace"
        assert decide(program, audit, TABLE["clone3"][column]) == ENOSYS

    def test_a_foreign_machine_and_newer_calls_are_refused(
        self, machine: str, audit: int, column: int, alone: bool
    ) -> None:
        program = build_filter(machine, alone=alone)
        assert decide(program, 0x40000003, 1) == KILL
        assert decide(program, audit, 463) == ENOSYS
        assert decide(program, audit, 0x40000000) == ENOSYS, "the x32 calls"
        assert decide(program, audit, -1) == ENOSYS

    def test_sockets_only_come_in_nameless_pairs(
        self, machine: str, audit: int, column: int, alone: bool
    ) -> None:
        program = build_filter(machine, alone=alone)
        assert decide(program, audit, TABLE["socket"][column], 1) == EPERM
        assert decide(program, audit, TABLE["socketpair"][column], 1) == ALLOW
        assert decide(program, audit, TABLE["socketpair"][column], 16) == EPERM
        sendto = TABLE["sendto"][column]
        assert decide(program, audit, sendto, 3, 4, 5, 0, 0) == ALLOW
        assert decide(program, audit, sendto, 3, 4, 5, 0, 1) == EPERM
        assert decide(program, audit, sendto, 3, 4, 5, 0, 1 << 32) == EPERM, "the upper half"

    def test_terminals_take_no_typing(
        self, machine: str, audit: int, column: int, alone: bool
    ) -> None:
        program = build_filter(machine, alone=alone)
        ioctl = TABLE["ioctl"][column]
        assert decide(program, audit, ioctl, 0, 0x5401) == ALLOW
        assert decide(program, audit, ioctl, 0, 0x5412) == EPERM
        assert decide(program, audit, ioctl, 0, 0x5412 | 1 << 32) == EPERM, "32 bits count"

    def test_programs_and_others_limits_are_denied_where_nothing_hides_the_host(
        self, machine: str, audit: int, column: int, alone: bool
    ) -> None:
        program = build_filter(machine, alone=alone)
        wanted = EPERM if alone else ALLOW
        assert decide(program, audit, TABLE["execve"][column]) == wanted
        limit = TABLE["prlimit64"][column]
        assert decide(program, audit, limit, 0, 7, 0, 99) == ALLOW, "reading one's own"
        assert decide(program, audit, limit, 0, 7, 1 << 32, 99) == wanted
        assert decide(program, audit, limit, 1, 7, 0, 99) == wanted
        assert decide(program, audit, TABLE["prctl"][column], 1) == wanted


def test_the_numbers_are_those_of_the_kernels_headers() -> None:
    generic = Path("/usr/include/asm-generic/unistd.h")
    x86 = Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h")
    for path, column in ((x86, 0), (generic, 1)):
        if not path.exists():
            pytest.skip(f"no kernel headers at {path}")
        known: dict[str, int] = {}
        for name, number in re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", path.read_text()):
            known.setdefault(name, int(number))
        listed = {name: numbers[column] for name, numbers in TABLE.items()}
        assert listed == {name: known.get(name) for name in TABLE}


def frame(text: bytes) -> bytes:
    return len(text).to_bytes(4, "big") + text


STARTED = frame(b'tok{"status": "started"}')


@pytest.mark.parametrize(
    "told",
    [
        frame(b'tok{"status": "ok", "result": 1}') * 2,
        frame(b'tok{"status": "ok", "result": 1}') + b"\0",
        frame(b'no!{"status": "ok", "result": 1}'),
        frame(b'{"status": "ok", "result": 1}'),
        frame(b'tok{"status": "timeout"}'),
        frame(b'tok{"status": "ok", "result": NaN}'),
        frame(b'tok{"status": "ok", "result": "\\ud800"}'),
        frame(b"tok" + b"[" * 100_000),
        frame(b'tok{"status": "ok", "result": ' + b"9" * 10_000 + b"}"),
        frame(b"tok[]"),
        b"\xff\xff\xff\xff",
    ],
)
def test_a_report_that_is_odd_in_any_way_is_none(told: bytes) -> None:
    report = read_report(STARTED + told, b"tok")
    assert report.started
    assert report.told is None
    assert report.fault


def test_a_plain_report_is_read() -> None:
    told = frame(b'tok{"status": "ok", "result": [1, null, "\xc3\xa4"]}')
    report = read_report(STARTED + told, b"tok")
    assert report.told == {"status": "ok", "result": [1, None, "ä"]}
    assert not report.fault
    assert not read_report(told, b"tok").started
    assert not read_report(b"", b"tok").started
