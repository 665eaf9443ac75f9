"""A program that will not end, or will not stop growing, is ended, and the outcome says why."""

from __future__ import annotations

import resource
import time
from pathlib import Path

import pytest
from plain_process import run_plainly

from autoglm_agent.errors import InputError
from autoglm_agent.sandbox import Job, Limits
from autoglm_agent.sandbox.execution import Capture
from autoglm_agent.sandbox.local import LocalSandbox

SHORT = Limits(cpu_s=1, wall_s=20)
GUESS = """
import os
frame = b'{"status": "ok", "result": "forged"}'
for fd in range(3, 1024):
    try:
        os.write(fd, len(frame).to_bytes(4, "big") + frame)
    except OSError:
        pass
"""
FLOOD = """
import os
while True:
    for fd in range(3, 1024):
        try:
            os.write(fd, bytes(1 << 16))
        except OSError:
            pass
"""


def test_a_loop_meets_the_processor_limit(sandbox: LocalSandbox) -> None:
    outcome = sandbox.run(Job("while True: pass", limits=SHORT))
    assert outcome.status == "cpu_limit"
    assert outcome.cpu_s == pytest.approx(1, abs=0.3)


def test_a_loop_that_ignores_the_signal_meets_the_hard_limit(sandbox: LocalSandbox) -> None:
    code = "import signal\nsignal.signal(signal.SIGXCPU, signal.SIG_IGN)\nwhile True: pass"
    outcome = sandbox.run(Job(code, limits=SHORT))
    assert outcome.status == "cpu_limit"
    assert outcome.cpu_s < 4


@pytest.mark.parametrize(
    "code",
    [
        "import time\ntime.sleep(30)",
        "import signal, time\nfor n in (1, 2, 3, 15): signal.signal(n, signal.SIG_IGN)\n"
        "time.sleep(30)",
        "import os, time\nfor fd in range(3): os.close(fd)\nos.closerange(3, 99)\ntime.sleep(30)",
    ],
    ids=["asleep", "deaf to signals", "with its streams closed"],
)
def test_a_program_that_waits_meets_the_wall_clock(code: str, sandbox: LocalSandbox) -> None:
    began = time.monotonic()
    outcome = sandbox.run(Job(code, limits=Limits(wall_s=0.3)))
    assert outcome.status == "timeout"
    assert time.monotonic() - began < 10
    assert outcome.wall_s < 5


def test_a_flood_of_output_is_cut_and_costs_no_memory(sandbox: LocalSandbox) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    code = "for _ in range(200): print('head' + 'x' * (1 << 20))"
    outcome = sandbox.run(Job(code, limits=Limits(cpu_s=5)))
    assert outcome.status == "output_limit"
    assert outcome.truncated
    assert outcome.stdout.startswith("head")
    assert "bytes cut" in outcome.stdout
    assert len(outcome.stdout) < 70_000
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 40_000, "kilobytes"


def test_a_plain_process_delivers_all_of_its_flood(tmp_path: Path) -> None:
    _, printed = run_plainly("for _ in range(20): print('x' * (1 << 20))", tmp_path / "p", {})
    assert len(printed) > 20 << 20


def test_touched_memory_ends_at_the_cap(sandbox: LocalSandbox) -> None:
    code = "blocks = []\nwhile True: blocks.append(bytearray(64 << 20))"
    outcome = sandbox.run(Job(code, limits=Limits(memory_bytes=1 << 30, wall_s=60)))
    assert outcome.status == "memory_limit"


def test_a_bomb_of_threads_is_ended(sandbox: LocalSandbox) -> None:
    code = (
        "import threading, time\nthreading.stack_size(64 << 10)\n"
        "while True: threading.Thread(target=time.sleep, args=(9,)).start()"
    )
    outcome = sandbox.run(Job(code, limits=Limits(cpu_s=5)))
    # Where the kernel refuses a thread first, the program fails by itself.
    assert outcome.status in {"killed", "error"}
    assert "thread" in outcome.reason


def test_a_program_that_leaves_without_a_word_has_no_result(sandbox: LocalSandbox) -> None:
    outcome = sandbox.run(Job("result = 5\nimport os\nos._exit(0)"))
    assert (outcome.status, outcome.result) == ("error", None)
    assert outcome.reason == "It ended without a result."


@pytest.mark.parametrize("ending", ["", "os._exit(0)"], ids=["then ends", "then leaves"])
def test_a_forged_report_is_no_report(ending: str, sandbox: LocalSandbox) -> None:
    outcome = sandbox.run(Job(GUESS + ending))
    assert (outcome.status, outcome.result) == ("error", None)
    assert "result channel" in outcome.reason


def test_a_flood_of_the_result_channel_is_cut(sandbox: LocalSandbox) -> None:
    outcome = sandbox.run(Job(FLOOD, limits=Limits(result_bytes=1 << 20, cpu_s=5)))
    assert outcome.status == "output_limit"


def test_a_result_beyond_its_cap_is_cut(sandbox: LocalSandbox) -> None:
    limits = Limits(result_bytes=1 << 20)
    assert sandbox.run(Job("result = 'x' * (1 << 19)", limits=limits)).status == "ok"
    assert sandbox.run(Job("result = 'x' * (1 << 21)", limits=limits)).status == "output_limit"


@pytest.mark.parametrize(
    "code",
    [
        "result = {1, 2}",
        "result = float('nan')",
        "result = '\\ud800'",
        "result = object()",
        "result = []\nfor _ in range(100_000): result = [result]",
    ],
)
def test_a_result_that_is_no_json_is_told_as_an_error(code: str, sandbox: LocalSandbox) -> None:
    outcome = sandbox.run(Job(code))
    assert (outcome.status, outcome.result) == ("error", None)
    assert "not JSON" in outcome.reason


def test_a_crash_of_the_interpreter_is_told_as_such(sandbox: LocalSandbox) -> None:
    outcome = sandbox.run(Job("import ctypes\nctypes.string_at(0)"))
    assert outcome.status == "killed"
    assert "SIGSEGV" in outcome.reason


def test_what_a_program_leaves_running_ends_with_it(sandbox: LocalSandbox) -> None:
    code = (
        "import atexit, threading, time\natexit.register(print, 'late')\n"
        "threading.Thread(target=lambda: (time.sleep(20), print('late'))).start()\nresult = 1"
    )
    outcome = sandbox.run(Job(code))
    assert (outcome.status, outcome.result, outcome.stdout) == ("ok", 1, "")
    assert outcome.wall_s < 10


def test_a_writable_folder_is_given_on_request_and_capped_in_total(sandbox: LocalSandbox) -> None:
    code = """
result = {}
for place in (".", "/dev/shm", "/dev", "/", "/usr/lib"):
    written = 0
    try:
        for i in range(40):
            written += open(f"{place}/f{i}", "wb").write(bytes(1 << 20))
    except OSError:
        pass
    result[place] = written >> 20
"""
    outcome = sandbox.run(Job(code, limits=Limits(scratch_bytes=8 << 20)))
    if "scratch" not in sandbox.probe().isolation:
        assert outcome.status == "unavailable"
        return
    assert 6 <= outcome.result["."] <= 8
    assert outcome.result["/dev/shm"] <= 8
    assert [outcome.result[place] for place in ("/dev", "/", "/usr/lib")] == [0, 0, 0]


def test_memory_below_what_numerical_libraries_need_is_refused() -> None:
    with pytest.raises(InputError, match="1 GiB"):
        Limits(memory_bytes=400 << 20)


@pytest.mark.parametrize("name", ["../x", "/x", "a/b", "", ".", "x\0", "-x", "n" * 101])
def test_an_input_with_an_odd_name_is_refused(name: str) -> None:
    with pytest.raises(InputError):
        Job("", {name: b""})


def test_a_capture_keeps_head_and_tail_whatever_the_chunks() -> None:
    data = bytes(range(48, 58)) * 100
    for size in (1, 3, 7, 64, 1000):
        capture = Capture(20)
        for at in range(0, len(data), size):
            capture.add(data[at : at + size])
        assert capture.text == "0123456789\n[... 980 bytes cut ...]\n0123456789"
        assert capture.truncated
    short = Capture(20)
    short.add(b"all of it")
    assert (short.text, short.truncated) == ("all of it", False)
