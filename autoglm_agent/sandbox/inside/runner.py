"""Runs one program inside a sandbox and tells how it ended.

The order matters: read the job from the standard input, set the limits, lock the doors (where
the sandbox is not around us already), say that we have begun, and only then run the program.
What it leaves in `result` goes back as one JSON frame with the job's token: a frame is four
bytes of length, then the token, then JSON.
"""

import json
import os
import resource
import sys
import time
import types

NAME = "<program>"
NO_MEMORY = 77
"""Exit code that says: not even the report found room."""


def main() -> None:
    """Run the job that stands on the standard input, and end the process."""
    header = json.loads(sys.stdin.buffer.read())
    channel, token, code = header["channel"], header["token"].encode(), header["code"]
    set_limits(header["limits"])
    sys.path[:] = [*sys.path, *header["site"], os.getcwd()]
    if header["confine"]:
        confine(header["confine"])
    # The program may replace anything it can reach; these stay ours.
    write, leave, dumps, clock = os.write, os._exit, json.dumps, time.process_time

    def send(told: dict[str, object]) -> None:
        body = token + dumps(told, allow_nan=False, ensure_ascii=False).encode("utf-8")
        frame = len(body).to_bytes(4, "big") + body
        while frame:
            frame = frame[write(channel, frame) :]

    send({"status": "started"})
    try:
        told = run(code)
        flush_streams()
        told["cpu_s"] = clock()
        try:
            send(told)
        except (TypeError, ValueError, RecursionError) as error:
            send({"status": "error", "reason": f"The result is not JSON data: {error}"[:500]})
    except MemoryError:
        leave(NO_MEMORY)
    finally:
        # Threads and exit handlers of the program do not get to run on.
        leave(0)


def set_limits(limits: dict[str, list[int]]) -> None:
    """Set soft and hard limits by their names in `resource`; the program cannot raise them."""
    for name, (soft, hard) in limits.items():
        resource.setrlimit(getattr(resource, name), (soft, hard))


def confine(orders: dict[str, object]) -> None:
    """Load `confine.py` and let it lock the doors from within."""
    path = str(orders["script"])
    scope: dict[str, object] = {"__name__": "confine"}
    with open(path, encoding="utf-8") as script:
        exec(compile(script.read(), path, "exec"), scope)  # noqa: S102 - our own script
    scope["confine"](orders)  # type: ignore[operator]


def run(code: str) -> dict[str, object]:
    """Run the program as `__main__` and return how it ended."""
    module = types.ModuleType("__main__")
    module.__dict__["__builtins__"] = __builtins__
    sys.modules["__main__"] = module
    sys.argv = [NAME]
    try:
        exec(compile(code, NAME, "exec"), module.__dict__)  # noqa: S102 - what a sandbox is for
    except SystemExit as ending:
        if ending.code not in (None, 0):
            return {"status": "error", "reason": f"The program left with code {ending.code!r:.80}"}
    except MemoryError:
        return {"status": "memory_limit", "reason": "MemoryError"}
    except BaseException as error:  # noqa: BLE001 - whatever it raises is its end
        return {"status": "error", "reason": describe(error, code)}
    return {"status": "ok", "result": module.__dict__.get("result")}


def describe(error: BaseException, code: str) -> str:
    """Print the traceback as Python does and return the error in one line."""
    import linecache
    import traceback

    linecache.cache[NAME] = (len(code), None, code.splitlines(True), NAME)
    frames = error.__traceback__
    while frames is not None and frames.tb_frame.f_code.co_filename != NAME:
        frames = frames.tb_next
    try:
        text = str(error)
        traceback.print_exception(error.with_traceback(frames), file=sys.__stderr__)
    except Exception:  # noqa: BLE001 - the program's own `__str__`, or no stream to print on
        text = "(it cannot be printed)"
    told = f"{type(error).__name__}: {text}"[:2000]
    return told.encode("utf-8", "backslashreplace").decode("utf-8")


def flush_streams() -> None:
    """Write out what the program printed, whatever it did to its streams."""
    for stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
        try:
            stream.flush()  # type: ignore[union-attr]
        except Exception:  # noqa: BLE001, S112 - closed or replaced: nothing to save
            continue


if __name__ == "__main__":
    main()
