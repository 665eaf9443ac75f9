"""What the command prints, where, and with which exit code."""

from __future__ import annotations

import errno
import io
import json
import os
import sys
import time
from typing import TYPE_CHECKING, Any

from autoglm_agent.errors import AutoGLMError, InputError, TargetError

if TYPE_CHECKING:
    import typer

INTERRUPTED = 130


_clock = {"began": time.monotonic()}


def lived() -> float:
    """Return the seconds since the command was loaded: imports count against a time budget."""
    return time.monotonic() - _clock["began"]


def start_clock() -> None:
    """Count from now: a worker that was forked from a loaded process has loaded nothing."""
    _clock["began"] = time.monotonic()


class Exit(Exception):
    """Ends a command with an exit code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def finish(app: typer.Typer) -> int:
    """Run the command line and return its exit code; no failure shows a traceback."""
    import click
    import typer.main

    _write_what_can_be_written()
    # A program that reads our output may hang up early; that is no error.
    try:
        code = typer.main.get_command(app).main(prog_name="autoglm", standalone_mode=False)
        sys.stdout.flush()
        return int(code) if isinstance(code, int) else 0
    except Exit as ending:
        return ending.code
    except (click.exceptions.Abort, KeyboardInterrupt):
        print("Interrupted.", file=sys.stderr)
        return INTERRUPTED
    except AutoGLMError as error:
        return tell_error(error, as_json="--json" in sys.argv)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if hasattr(error, "exit_code") and hasattr(error, "show"):
            error.show()
            if "--json" in sys.argv and hasattr(error, "format_message"):
                usage = InputError(error.format_message(), "See `autoglm --help`.")
                print_json(_as_data(usage))
            return int(error.exit_code)
        if os.environ.get("AUTOGLM_DEBUG"):
            raise
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            return tell_error(_no_space(error), as_json="--json" in sys.argv)
        return tell_error(
            AutoGLMError(
                f"Something of ours failed: {type(error).__name__}: {error}.",
                "Run again with AUTOGLM_DEBUG=1 to see where, and please report it.",
            ),
            as_json="--json" in sys.argv,
        )


def _no_space(error: OSError) -> AutoGLMError:
    """Name what could not be written; what is still held back goes nowhere, lest it fail again."""
    where = repr(error.filename) if error.filename else "the output"
    if not error.filename:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return AutoGLMError(
        f"Cannot write {where}: {error.strerror}.",
        "Free some space or write to another place; then run the command again.",
    )


def tell_error(error: AutoGLMError, *, as_json: bool) -> int:
    """Print an error for a person or a program and return its exit code."""
    candidates = _candidates(error)
    if as_json:
        print_json(_as_data(error))
    print(f"error: {error.problem}", file=sys.stderr)
    if not all(name in error.problem for name in candidates):
        print(f"candidates: {', '.join(candidates)}", file=sys.stderr)
    if error.remedy:
        print(f"remedy: {error.remedy}", file=sys.stderr)
    return error.exit_code


def _as_data(error: AutoGLMError) -> dict[str, Any]:
    told = {"type": type(error).__name__, "problem": error.problem, "remedy": error.remedy}
    return {"error": {**told, "candidates": _candidates(error)}}


def _candidates(error: AutoGLMError) -> list[str]:
    return list(error.candidates) if isinstance(error, TargetError) else []


def print_json(value: Any) -> None:
    """Print one JSON document, in ASCII where the output cannot carry more."""
    unicode = (sys.stdout.encoding or "utf-8").lower().replace("-", "") == "utf8"
    print(json.dumps(value, ensure_ascii=not unicode, indent=1, allow_nan=False))


def printable(text: str) -> str:
    """Return text in one line and without signs that would command a terminal."""
    return "".join(c if c.isprintable() else " " for c in " ".join(text.split()))


def _write_what_can_be_written() -> None:
    """Escape what the terminal's encoding lacks: a name with an umlaut must not end a run."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def on_terminal() -> bool:
    """Whether a person watches the standard error stream."""
    return sys.stderr.isatty()
