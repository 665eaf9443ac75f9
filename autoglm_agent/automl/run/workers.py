"""Worker processes through joblib: on this machine, on a Ray cluster, or wherever it can work.

joblib starts them, sends the calls and brings back what they return; here is what a search needs
besides: what is shared is sent once, a call can be called off at any moment, and a worker that
dies is told as such and replaced.
"""

from __future__ import annotations

import contextlib
import os
import queue
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np

from autoglm_agent.automl.run.backends import Backend, check_backend
from autoglm_agent.automl.run.clock import Deadline
from autoglm_agent.automl.run.processors import processors
from autoglm_agent.automl.run.sharing import Carried, InFiles, InRay

POLL_S = 0.05
"""How often a waiting call looks at its deadline."""
ORPHAN_POLL_S = 0.5
"""How often a worker looks whether its parent still lives."""
GRACE_S = 1.0
"""How much later than its deadline a call may be before its workers are killed."""

Made = TypeVar("Made")


class WorkerLostError(Exception):
    """A worker died, and what it was doing is lost."""


class Workers:
    """A pool of worker processes.

    Args:
        backend: A name that joblib knows, or None for the one that `joblib.parallel_config` has
            set around the caller.
        jobs: Workers; None for what the backend thinks best.
    """

    def __init__(self, backend: str | None, jobs: int | None) -> None:
        self.backend = backend
        self._jobs = jobs
        self._shared: list[InFiles | InRay | Carried] = []
        self._ends_ray = _start_ray(jobs) if backend == "ray" else False
        self._dead = False
        self._warming: threading.Thread | None = None
        self._start()

    @property
    def local(self) -> bool:
        """Whether the workers are children of this process."""
        return self.kind == "LokyBackend"

    @property
    def parent(self) -> int | None:
        """This process, if the workers are its children."""
        return os.getpid() if self.local else None

    def _start(self) -> None:
        from joblib import Parallel

        told: dict[str, Any] = {"batch_size": 1, "pre_dispatch": "all", "max_nbytes": None}
        if self.backend is not None:
            told["backend"] = self.backend
        if self.backend is not None or self._jobs is not None:
            told["n_jobs"] = self._jobs or (processors() if self.backend == "loky" else -1)
        self._parallel = Parallel(**told)
        self.kind = type(self._parallel._backend).__name__
        if getattr(self._parallel._backend, "supports_return_generator", False):
            self._parallel = Parallel(**told, return_as="generator")
        self._parallel.__enter__()
        self._dead = False
        self.width = max(1, int(self._parallel._effective_n_jobs()))
        if self.backend == "loky":
            _keep_loky(self)

    def warm(self, function: Callable[[int | None], object]) -> None:
        """Let the workers start and call a function with `parent`; do not wait."""
        from joblib import delayed

        calls = [delayed(function)(self.parent) for _ in range(self.width)]

        def work() -> None:
            with contextlib.suppress(Exception):  # what is wrong is told by the first real call
                list(self._parallel(calls))

        self._warming = threading.Thread(target=work, name="autoglm-warming", daemon=True)
        self._warming.start()

    def ready(self, deadline: Deadline) -> None:
        """Wait until the workers are warm, or the time is up."""
        while self._warming is not None and self._warming.is_alive() and not deadline.over:
            self._warming.join(POLL_S)

    def share(self, arrays: Mapping[str, np.ndarray]) -> InFiles | InRay | Carried:
        """Send arrays to the workers, once; they are there until `close`."""
        kind: Any = Carried
        if self.kind == "RayBackend":
            kind = InRay
        elif self.local:
            kind = InFiles
        made: InFiles | InRay | Carried = kind.of(arrays)
        self._shared.append(made)
        return made

    def run(
        self, calls: Sequence[tuple[Callable[..., Made], tuple[Any, ...]]], deadline: Deadline
    ) -> Iterator[Made]:
        """Let the workers do the calls; yield what they return, in order, as it comes.

        Args:
            calls: Functions of modules with their arguments.
            deadline: The calls end by themselves; when one does not, it is killed.

        Raises:
            WorkerLostError: If a worker died; the others' work under way is lost with it.
            TimeoutError: If a call did not end by its deadline, or was called off.
        """
        self.ready(deadline)
        if self._dead:
            self._start()
        arrived: queue.SimpleQueue[tuple[bool, Any]] = queue.SimpleQueue()
        parallel = self._parallel

        def work() -> None:
            from joblib import delayed

            try:
                for value in parallel(delayed(function)(*given) for function, given in calls):
                    arrived.put((True, value))
            except BaseException as error:  # noqa: BLE001  (told where it is waited for)
                arrived.put((False, error))

        threading.Thread(target=work, name="autoglm-workers", daemon=True).start()
        left = len(calls)
        try:
            while left:
                fine, value = self._next(arrived, deadline)
                if not fine:
                    raise WorkerLostError(f"A worker was lost ({type(value).__name__}).") from value
                left -= 1
                yield value
        except BaseException:
            self.kill()
            raise

    def _next(
        self, arrived: queue.SimpleQueue[tuple[bool, Any]], deadline: Deadline
    ) -> tuple[bool, Any]:
        late = None
        while True:
            with contextlib.suppress(queue.Empty):
                return arrived.get(timeout=POLL_S)
            if deadline.cancelled:
                raise TimeoutError("The work was called off.")
            if deadline.over:
                late = late or Deadline(GRACE_S)
                if late.over:
                    raise TimeoutError("A worker did not end in time.")

    def kill(self) -> None:
        """Kill the workers with whatever they are doing; the next call starts others."""
        self._dead = True
        with contextlib.suppress(Exception):  # some of it may be dead already
            self._parallel._backend.abort_everything(ensure_ready=False)

    def close(self) -> None:
        """End the workers, unless they are somebody else's, and forget what was shared."""
        for shared in self._shared:
            shared.remove()
        self._shared.clear()
        with contextlib.suppress(Exception):  # what was killed cannot be closed
            self._parallel.__exit__(None, None, None)
        if self.backend == "loky":
            _end_loky(self)
        if self._ends_ray:
            import ray

            ray.shutdown()


def chosen_workers(backend: Backend | None, jobs: int | None) -> Workers | None:
    """Return the workers to use; None for threads of this process.

    Args:
        backend: `threads`, `loky` or `ray`; None for what `joblib.parallel_config` says around
            the caller, and threads where it says nothing.
        jobs: Workers; None for what the backend thinks best.

    Raises:
        InputError: If there is no such backend.
        MissingExtraError: If Ray is not installed.
    """
    check_backend(backend)
    alone = (jobs or processors()) == 1
    if backend == "threads" or (backend == "loky" and alone):
        return None
    if backend is not None:
        return Workers(backend, jobs)
    from joblib.parallel import get_active_backend

    active, configured = get_active_backend(prefer="threads")
    single = (jobs or configured) == 1
    if single or type(active).__name__ in ("ThreadingBackend", "SequentialBackend"):
        return None
    return Workers(None, jobs)


_watched: set[int] = set()


def die_with(parent: int) -> None:
    """End this worker when its parent has died, be it idle or busy; for workers on one machine.

    loky's own workers would wait for work for minutes.
    """
    if parent in _watched:
        return
    _watched.add(parent)

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(ORPHAN_POLL_S)
        os._exit(1)

    threading.Thread(target=watch, name="autoglm-parent", daemon=True).start()


@contextlib.contextmanager
def own_threads() -> Iterator[None]:
    """Keep libraries that use joblib in this process, whatever the user has configured."""
    from joblib import parallel_config

    with parallel_config(backend="threading"):
        yield


_loky_lock = threading.Lock()
_loky_users: set[int] = set()


def _keep_loky(user: Workers) -> None:
    with _loky_lock:
        _loky_users.add(id(user))


def _end_loky(user: Workers) -> None:
    """Shut down loky's executor, of which a process has one, with its last user."""
    from joblib.externals.loky import get_reusable_executor

    with _loky_lock:
        _loky_users.discard(id(user))
        if not _loky_users:
            get_reusable_executor(reuse=True).shutdown(wait=True, kill_workers=True)


def _start_ray(jobs: int | None) -> bool:
    """Connect to a Ray cluster, or start one here; return whether it ends with the workers."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing is sent home
    import ray
    from ray.util.joblib import register_ray

    register_ray()
    if ray.is_initialized():
        return False
    quiet: dict[str, Any] = {"log_to_driver": False, "logging_level": "error"}
    if "RAY_ADDRESS" in os.environ:
        ray.init(**quiet)
        return True
    try:
        ray.init(num_cpus=jobs, include_dashboard=False, **quiet)
    except ValueError:  # a cluster runs on this machine already, and has its own size
        ray.init(**quiet)
    return True
