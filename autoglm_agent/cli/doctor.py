"""`doctor`: is everything here that a run needs?"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import platform
import shutil
import sqlite3
import tempfile
from typing import Any

from autoglm_agent.automl.run.workspace import runs_home
from autoglm_agent.cli.console import Exit, print_json
from autoglm_agent.errors import SandboxUnavailable
from autoglm_agent.sandbox import select

NEEDED = (
    "langchain", "langgraph", "langgraph-checkpoint-sqlite", "chromadb", "pandas", "pyarrow",
    "duckdb", "scikit-learn", "lightgbm", "skops",
)  # fmt: skip
MIN_FREE_GB = 1.0


def doctor(*, runs: str | None, as_json: bool) -> None:
    """Print what was found; exit 1 if something that is needed is missing."""
    findings = [
        {"what": "python", "found": platform.python_version(), "ok": True, "remedy": ""},
        *[_package(name) for name in NEEDED],
        {"what": "cores", "found": str(os.cpu_count()), "ok": True, "remedy": ""},
        {"what": "sqlite", "found": sqlite3.sqlite_version, "ok": True, "remedy": ""},
        _folder(runs),
        _sandbox(),
    ]
    ok = all(f["ok"] for f in findings)
    if as_json:
        print_json({"ok": ok, "findings": findings})
    else:
        for finding in findings:
            mark = "ok  " if finding["ok"] else "FAIL"
            remedy = f". {finding['remedy']}" if finding["remedy"] else ""
            print(f"{mark} {finding['what']}: {finding['found']}{remedy}")
    raise Exit(0 if ok else 1)


def _package(name: str) -> dict[str, Any]:
    try:
        version = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        remedy = f"Install it: pip install {name}"
        return {"what": name, "found": "missing", "ok": False, "remedy": remedy}
    return {"what": name, "found": version, "ok": True, "remedy": ""}


def _sandbox() -> dict[str, Any]:
    """Tell where code that a model wrote would run; nothing else needs it, so none is no fault."""
    what = "sandbox"
    try:
        found = select().probe()
    except SandboxUnavailable as error:
        return {"what": what, "found": f"none, so no model-written code runs ({error.problem})",
                "ok": True, "remedy": error.remedy}  # fmt: skip
    held = ", ".join(sorted(found.isolation))
    return {"what": what, "found": f"{found.backend} (holds {held})", "ok": True, "remedy": ""}


def _folder(runs: str | None) -> dict[str, Any]:
    home = runs_home(runs)
    place = next(p for p in (home, *home.parents) if p.exists())
    free = shutil.disk_usage(place).free / 1e9
    try:
        with tempfile.NamedTemporaryFile(dir=place):
            writable = True
    except OSError:
        writable = False
    ok = writable and free >= MIN_FREE_GB
    remedy = "" if ok else "Choose another folder with --runs."
    state = "writable" if writable else "not writable"
    return {"what": f"folder {home}", "found": f"{state}, {free:.1f} GB free", "ok": ok,
            "remedy": remedy}  # fmt: skip
