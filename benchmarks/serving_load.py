"""Many threads at once against `autoglm serve`: is the health quick, is no thread lost or mixed?

Run: python benchmarks/serving_load.py [--threads 50] [--workers 2] [--seconds 240] [--kill]

Each thread uploads its own table, whose target column has a name of its own, asks in a stream and
hangs up. While the runs are driven the health is asked ten times a second. Threads that find the
queue full must be told when to come again. With `--kill` the server is killed once a fifth of
the runs have ended, and started again. At the end each thread that was taken is read: its run
must be its own. Runs that have not ended when the time is over are cancelled.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import json
import os
import resource
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

import httpx
import openai

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from served import Served

ROWS = 60


def table(folder: Path, number: int) -> Path:
    path = folder / f"t{number}.csv"
    rows = [f"{i},{(i * 7 + number) % 13},{'yes' if i % 3 else 'no'}" for i in range(ROWS)]
    path.write_text("\n".join([f"a,b,goal{number}", *rows]) + "\n", encoding="utf-8")
    return path


def begin(served: Served, path: Path, number: int) -> dict[str, object]:
    client = served.client()
    file = client.files.create(file=path, purpose="user_data")
    try:
        stream = client.chat.completions.create(
            model="autoglm",
            messages=[{"role": "user", "content": f"Predict goal{number}"}],
            metadata={"file_id": file.id},
            stream=True,
        )
    except openai.RateLimitError as error:
        return {"number": number, "retry_after": error.response.headers.get("retry-after")}
    head = next(iter(stream)).model_extra["autoglm"]
    stream.close()
    return {"number": number, **head}


def watch(served: Served, over: threading.Event, heard: list[tuple[float, int, int]]) -> None:
    with httpx.Client(base_url=served.url, timeout=60) as client:
        while not over.is_set():
            began = time.perf_counter()
            try:
                told = client.get("/health").json()
            except httpx.TransportError:  # it was killed, and is being started again
                over.wait(0.1)
                continue
            heard.append(((time.perf_counter() - began) * 1e3, told["running"], told["queued"]))
            over.wait(0.1)


def memory_mb(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


def wait(served: Served, left: int, seconds: float) -> float:
    """Wait until at most `left` runs have not ended and return the seconds that it took."""
    began = time.monotonic()
    while time.monotonic() < began + seconds:
        health = httpx.get(f"{served.url}/health", timeout=60).json()
        if health["running"] + health["queued"] <= left:
            break
        time.sleep(0.5)
    return time.monotonic() - began


def read(served: Served, taken: list[dict[str, object]]) -> dict[str, int]:
    """Cancel the runs that are left, and look at every thread."""
    counts = {"verified or not": 0, "cancelled": 0, "failed": 0, "lost or mixed": 0}
    for one in reversed(taken):
        served.post(f"/v1/runs/{one['run']}/cancel")
    for one in taken:
        told = served.get(f"/v1/runs/{one['run']}").json()
        thread = served.get(f"/v1/threads/{one['thread_id']}").json()
        own = {m["run"] for m in thread["messages"]} == {one["run"]}
        said = thread["messages"][0]["content"] == f"Predict goal{one['number']}"
        target = ((told.get("result") or {}).get("task") or {}).get("target")
        mixed = target is not None and target != f"goal{one['number']}"
        if not own or not said or mixed or len(thread["messages"]) != 2:
            counts["lost or mixed"] += 1
        status = told["status"]
        counts[status if status in counts else "verified or not"] += 1
    return counts


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, default=50)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--queue", type=int, default=40)
    parser.add_argument("--seconds", type=float, default=240.0)
    parser.add_argument("--kill", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tables = [table(folder, number) for number in range(given.threads)]
        words = ["--trials", "1", "--workers", str(given.workers), "--queue", str(given.queue)]
        served = Served(folder / "runs", *words)
        over, heard = threading.Event(), []
        watcher = threading.Thread(target=watch, args=(served, over, heard))
        watcher.start()
        before = memory_mb(served.process.pid)
        try:
            with concurrent.futures.ThreadPoolExecutor(given.threads) as pool:
                begun = list(pool.map(begin, [served] * len(tables), tables, range(len(tables))))
            taken = [b for b in begun if "run" in b]
            took = 0.0
            if given.kill:
                took = wait(served, len(taken) * 4 // 5, given.seconds)
                served.kill()
                served.start()
            took += wait(served, 0, given.seconds - took)
            counts = read(served, taken)
        finally:
            over.set()
            watcher.join()
            after = memory_mb(served.process.pid)
            served.kill()
    during = sorted(ms for ms, running, _ in heard if running)
    print(
        json.dumps(
            {
                "threads": given.threads,
                "taken": len(taken),
                "refused with Retry-After": sum(bool(b.get("retry_after")) for b in begun),
                "health requests during runs": len(during),
                "health p50 ms": round(statistics.median(during), 1),
                "health p95 ms": round(during[int(0.95 * (len(during) - 1))], 1),
                "health max ms": round(during[-1], 1),
                "seconds until the last run ended": round(took, 1),
                "longest queue": max(queued for _, _, queued in heard),
                "server MB before and after": [round(before), round(after)],
                "server and workers CPU s": round(
                    sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2]), 1
                ),
                "load average": os.getloadavg()[0],
                **counts,
            },
            indent=1,
        )
    )


if __name__ == "__main__":
    main()
