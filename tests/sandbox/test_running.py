"""An honest program runs as it would anywhere, and is gone when nobody wants it any more."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from autoglm_agent.sandbox import Job, Limits
from autoglm_agent.sandbox.local import Launch, LocalSandbox

SLEEPING = "import time\ntime.sleep(60)"


def descendants(root: int) -> set[int]:
    """Return the living processes below `root`."""
    parents = {}
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            try:
                fields = Path(entry.path, "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if fields[0] != "Z":
                parents[int(entry.name)] = int(fields[1])
    found: set[int] = set()
    while more := {pid for pid, parent in parents.items() if parent in found | {root}} - found:
        found |= more
    return found


def alive(pids: set[int]) -> set[int]:
    """Return those of the processes that still run."""
    return {pid for pid in pids if Path(f"/proc/{pid}/exe").exists() and not zombie(pid)}


def zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def wait_for(condition, seconds: float = 15) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.02)
    return False


def test_result_output_and_error_come_back(sandbox: LocalSandbox) -> None:
    outcome = sandbox.run(
        Job("import sys\nprint('out')\nprint('err', file=sys.stderr)\nresult=[1]")
    )
    assert (outcome.status, outcome.result) == ("ok", [1])
    assert (outcome.stdout, outcome.stderr) == ("out\n", "err\n")
    assert outcome.backend == sandbox.name
    assert outcome.isolation >= {"fs", "net", "proc", "env", "mem", "wall"}
    assert 0 < outcome.cpu_s < 5


def test_an_exception_comes_back_with_its_traceback(sandbox: LocalSandbox) -> None:
    outcome = sandbox.run(Job("def f(x):\n    return 1 / x\n\nf(0)"))
    assert (outcome.status, outcome.reason) == ("error", "ZeroDivisionError: division by zero")
    assert 'File "<program>", line 2, in f\n    return 1 / x' in outcome.stderr
    assert "runner.py" not in outcome.stderr


def test_a_program_may_leave_early(sandbox: LocalSandbox) -> None:
    assert sandbox.run(Job("result = 3\nraise SystemExit")).result == 3
    assert sandbox.run(Job("raise SystemExit(4)")).status == "error"


def test_inputs_lie_in_the_working_folder(sandbox: LocalSandbox, tmp_path: Path) -> None:
    table = tmp_path / "table with a space.csv"
    table.write_text("a,b\n1,2\n")
    link = tmp_path / "link.csv"
    link.symlink_to(table)
    code = "import helper\nresult = [open('t.csv').read(), open('l.csv').read(), helper.x]"
    outcome = sandbox.run(Job(code, {"t.csv": table, "l.csv": link, "helper.py": b"x = 7"}))
    assert outcome.result == ["a,b\n1,2\n", "a,b\n1,2\n", 7], outcome.stderr


def test_installed_packages_can_be_imported(sandbox: LocalSandbox) -> None:
    code = "import numpy\nresult = float((numpy.ones((50, 50)) @ numpy.ones(50)).sum())"
    outcome = sandbox.run(Job(code))
    assert outcome.result == 2500.0, outcome.stderr


def test_the_project_around_us_is_not_seen(sandbox: LocalSandbox) -> None:
    code = f"""
seen = []
for path in ({__file__!r}, {str(Path(__file__).parents[2])!r} + "/pyproject.toml"):
    try:
        seen.append(open(path).read())
    except OSError:
        pass
result = seen
"""
    assert sandbox.run(Job(code)).result == []


def test_threads_event_loops_and_dataclasses_work(sandbox: LocalSandbox) -> None:
    code = """
import asyncio, concurrent.futures, dataclasses, pickle
@dataclasses.dataclass
class Point:
    x: int
async def double(x):
    await asyncio.sleep(0)
    return 2 * x
with concurrent.futures.ThreadPoolExecutor(4) as pool:
    squares = list(pool.map(lambda x: x * x, range(5)))
result = [asyncio.run(double(4)), squares, pickle.loads(pickle.dumps(Point(3))).x]
"""
    assert sandbox.run(Job(code)).result == [8, [0, 1, 4, 9, 16], 3]


@pytest.mark.slow
def test_a_forest_can_be_trained_in_threads(sandbox: LocalSandbox) -> None:
    code = """
import joblib, numpy
from sklearn.ensemble import RandomForestClassifier
X = numpy.random.default_rng(0).normal(size=(400, 5))
with joblib.parallel_config(backend="threading"):
    model = RandomForestClassifier(20, n_jobs=2, random_state=0).fit(X, X[:, 0] > 0)
result = model.score(X, X[:, 0] > 0)
"""
    outcome = sandbox.run(Job(code, limits=Limits(wall_s=120, cpu_s=60)))
    assert outcome.result == 1.0, outcome.stderr


async def test_an_event_loop_goes_on_while_a_program_runs(sandbox: LocalSandbox) -> None:
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.01)
            ticks += 1

    ticking = asyncio.create_task(tick())
    jobs = [sandbox.arun(Job(f"import time\ntime.sleep(0.3)\nresult = {i}")) for i in range(3)]
    outcomes = await asyncio.gather(*jobs)
    ticking.cancel()
    assert [outcome.result for outcome in outcomes] == [0, 1, 2]
    assert ticks > 5


async def test_cancelling_kills_the_program_at_once(sandbox: LocalSandbox) -> None:
    before = descendants(os.getpid())
    running = asyncio.create_task(sandbox.arun(Job(SLEEPING)))
    while not (started := descendants(os.getpid()) - before):
        await asyncio.sleep(0.02)
    await asyncio.sleep(0.3)
    started |= descendants(os.getpid()) - before
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert await asyncio.to_thread(wait_for, lambda: not alive(started), 2)


async def test_a_job_cancelled_while_it_is_prepared_never_begins(sandbox: LocalSandbox) -> None:
    prepared = threading.Event()

    class Slow(type(sandbox)):  # type: ignore[misc]
        def launch(self, folder: str, job: Job) -> Launch:
            if job.code == SLEEPING:
                prepared.wait(3)
            return super().launch(folder, job)

    assert await asyncio.to_thread(lambda: Slow().probe().usable)
    before = descendants(os.getpid())
    running = asyncio.create_task(Slow().arun(Job(SLEEPING)))
    await asyncio.sleep(0.2)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    prepared.set()
    await asyncio.sleep(1)
    assert descendants(os.getpid()) <= before


def test_a_program_does_not_outlive_a_killed_harness(sandbox: LocalSandbox) -> None:
    run = f"{type(sandbox).__name__}().run(Job({SLEEPING!r}))"
    harness = subprocess.Popen(
        [sys.executable, "-c", f"from autoglm_agent.sandbox import *\n{run}"],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    try:
        # Probing takes a few short jobs; the one that lasts is ours.
        def settled() -> bool:
            first = descendants(harness.pid)
            time.sleep(1)
            return bool(first) and first == descendants(harness.pid)

        assert wait_for(settled, 30)
        below = descendants(harness.pid)
        os.kill(harness.pid, signal.SIGKILL)
        assert wait_for(lambda: not alive(below), 3)
    finally:
        harness.kill()
        harness.wait()


def test_descriptors_and_children_do_not_pile_up(sandbox: LocalSandbox) -> None:
    sandbox.run(Job("result = 1"))
    before = len(os.listdir("/proc/self/fd")), descendants(os.getpid())
    for code in ("result = 1", "1 / 0", "import os\nos._exit(3)"):
        sandbox.run(Job(code))
    assert (len(os.listdir("/proc/self/fd")), descendants(os.getpid())) == before
