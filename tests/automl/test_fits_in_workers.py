"""The same search by threads, by processes of this machine and by a Ray cluster."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import pytest

from autoglm_agent.automl.run.clock import Deadline, SentDeadline
from autoglm_agent.automl.run.workers import WorkerLostError, Workers, chosen_workers
from autoglm_agent.automl.scoring.problem import Problem
from autoglm_agent.automl.search.engine import run_search
from autoglm_agent.errors import InputError, MissingExtraError

WITHOUT = ("catboost", "extra_trees", "random_forest")
"""Slow to import, or slow to grow, and nothing else is tested by them."""
BINARY = Problem("binary", "roc_auc", ("no", "yes"), 1)


def _table(n: int) -> tuple[pd.DataFrame, np.ndarray]:
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(n, 6)), columns=list("abcdef"))
    X["g"] = rng.choice(["u", "v", "w"], n)
    raw = 1.5 * X["a"] + X["b"] * X["c"] + (X["g"] == "u") + rng.normal(0, 0.7, n)
    return X, (raw > raw.median()).to_numpy().astype(np.int64)


def _search(n: int, *, folds: int = 4, **rest):
    X, y = _table(n)
    given = {"oob_allowed": True, "n_jobs": 2, "without": WITHOUT, **rest}
    return run_search(X, y, BINARY, np.arange(n) % folds, **given)


def _workers_of(pid: int) -> list[int]:
    """Return the processes below one that loky has started to work."""
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, task.read_text().split()):
            command = Path(f"/proc/{child}/cmdline").read_text()
            found += [child] if "popen_loky" in command else []
    return found


def _busy_on_ray(pid: int) -> list[int]:
    """Return the Ray workers at work on a fit, of the cluster that a process has started."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            child = int(path.parent.name)
            if "ray::PoolActor." in path.read_text() and _parent(_parent(child)) == pid:
                found.append(child)
    return found


def _parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])


def _same(one, other, n: int) -> bool:
    X, _ = _table(n)
    alike = [c.id for c in one.candidates] == [c.id for c in other.candidates]
    alike &= [c.score for c in one.candidates] == [c.score for c in other.candidates]
    alike &= one.weights == other.weights and one.best == other.best
    return alike and np.array_equal(one.model.predict(X), other.model.predict(X))


@pytest.mark.slow
def test_processes_give_the_same_trials_and_the_same_bits_and_none_stays():
    threads = _search(300, trials=5, without=("catboost",))
    processes = _search(300, trials=5, without=("catboost",), backend="loky")
    assert _same(threads, processes, 300)
    assert not _workers_of(os.getpid())


def test_what_joblib_is_configured_with_is_honoured():
    assert chosen_workers(None, None) is None
    with joblib.parallel_config("threading", n_jobs=2):
        assert chosen_workers(None, None) is None
    with joblib.parallel_config("loky", n_jobs=2):
        workers = chosen_workers(None, None)
        assert workers is not None
        assert (workers.width, workers.local) == (2, True)
        assert chosen_workers("threads", None) is None
        workers.close()


def test_an_unknown_backend_and_a_missing_extra_say_what_to_do(monkeypatch):
    with pytest.raises(InputError, match="threads, loky, ray"):
        chosen_workers("spark", None)
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(MissingExtraError, match=r"autoglm-agent\[ray\]"):
        chosen_workers("ray", 2)


def test_a_deadline_sent_to_another_machine_is_what_was_left():
    sent = SentDeadline.of(Deadline(10.0, start=time.monotonic() - 4.0))
    assert 5.5 < sent.arrived().left <= 6.0
    late = SentDeadline(sent.machine, time.monotonic() - 1.0, 6.0)
    assert late.arrived().over  # it has waited in a queue of this machine
    assert SentDeadline("elsewhere", -1e9, 6.0).arrived().left > 5.9
    assert SentDeadline.of(Deadline()).arrived().left == float("inf")


class _Killer:
    """Kills one worker while a candidate of that name is in training."""

    def __init__(self, name: str, workers: Callable[[int], list[int]] = _workers_of) -> None:
        self.name, self.workers, self.killed = name, workers, 0

    def __call__(self, event) -> None:
        if event["event"] == "trial.started" and event["name"] == self.name and not self.killed:
            threading.Thread(target=self._kill, daemon=True).start()

    def _kill(self) -> None:
        time.sleep(0.3)
        os.kill(self.workers(os.getpid())[0], signal.SIGKILL)
        self.killed += 1


@pytest.mark.slow
def test_a_killed_worker_costs_one_trial_and_the_run_goes_on():
    killer = _Killer("lightgbm")
    found = _search(12_000, folds=10, trials=4, backend="loky", listener=killer)
    assert killer.killed == 1
    (lost,) = [c for c in found.candidates if c.status == "failed"]
    assert lost.name == "lightgbm"
    assert "A worker was lost" in (lost.error or "")
    assert [c.status for c in found.candidates if c is not lost] == ["done"] * 2
    assert not _workers_of(os.getpid())


@pytest.mark.slow
def test_candidates_under_way_with_one_whose_worker_died_are_trained_again():
    threads = _search(12_000, trials=5)
    killer = _Killer("lightgbm_sampled")
    found = _search(12_000, trials=5, backend="loky", listener=killer)
    assert killer.killed == 1
    assert _same(threads, found, 12_000)


@pytest.mark.slow
def test_a_search_called_off_or_out_of_time_leaves_no_worker():
    cancel = threading.Event()
    threading.Timer(6.0, cancel.set).start()
    began = time.monotonic()
    found = _search(40_000, backend="loky", deadline=Deadline(120.0, cancel=cancel))
    assert time.monotonic() - began < 20.0
    assert found.stopped == "cancelled"
    assert not _workers_of(os.getpid())
    began = time.monotonic()
    _search(3_000, backend="loky", deadline=Deadline(12.0))
    assert time.monotonic() - began <= 12.0 * 1.1
    assert not _workers_of(os.getpid())


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_signal_to_the_search_ends_its_workers(number):
    code = """
        import sys
        sys.path[:0] = sys.argv[1:]
        from test_fits_in_workers import _search
        _search(40_000, trials=9, backend="loky", listener=lambda e: print(e["text"], flush=True))
    """
    folder = str(Path(__file__).parent)
    child = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code), folder],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert child.stdout is not None
    while "Training lightgbm" not in child.stdout.readline():
        assert child.poll() is None
    time.sleep(1.0)
    workers = _workers_of(child.pid)
    assert len(workers) == 2
    child.send_signal(number)
    assert child.wait(20) != 0
    gone = Deadline(10.0)
    while any(_alive(pid) for pid in workers):
        assert not gone.over, "a worker outlived its search"
        time.sleep(0.1)


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


@pytest.fixture
def cluster():
    """A real Ray cluster of two workers on this machine."""
    ray = pytest.importorskip("ray", reason="the extra ray is not installed")
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, logging_level="error")
    yield ray
    ray.shutdown()


@pytest.mark.slow
@pytest.mark.enable_socket
def test_a_ray_cluster_gives_the_same_trials_and_the_same_bits(cluster):
    threads = _search(300, trials=6)
    assert _same(threads, _search(300, trials=6, backend="ray", n_jobs=None), 300)
    assert cluster.is_initialized()  # it is somebody else's


@pytest.mark.slow
@pytest.mark.enable_socket
def test_a_dead_ray_worker_is_told_and_replaced(cluster):
    workers = Workers("ray", 2)
    try:
        with pytest.raises(WorkerLostError):
            list(workers.run([(os._exit, (1,)), (time.sleep, (30,))], Deadline(60.0)))
        assert list(workers.run([(abs, (-1,)), (abs, (-2,))], Deadline(60.0))) == [1, 2]
    finally:
        workers.close()


@pytest.mark.slow
@pytest.mark.enable_socket
def test_a_ray_worker_killed_in_a_search_costs_one_trial_and_nothing_else(cluster):
    killer = _Killer("lightgbm", _busy_on_ray)
    found = _search(6_000, folds=10, trials=4, backend="ray", n_jobs=None, listener=killer)
    assert killer.killed == 1
    (lost,) = [c for c in found.candidates if c.status == "failed"]
    assert lost.name == "lightgbm"
    assert "A worker was lost" in (lost.error or "")
    assert [c.status for c in found.candidates if c is not lost] == ["done"] * 2
    threads = _search(6_000, folds=10, trials=4)
    told = {c.id: c.score for c in threads.candidates if c.name != "lightgbm"}
    assert {c.id: c.score for c in found.candidates if c is not lost} == told
    assert cluster.is_initialized()  # and the cluster goes on
    assert cluster.get(cluster.remote(lambda: 3).remote()) == 3
