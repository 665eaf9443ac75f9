"""A program without any sandbox: the twin that shows what an attack does where nothing stops it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

TWIN = """
import json, sys
scope = {"__name__": "__main__"}
exec(open(sys.argv[1]).read(), scope)
print("RESULT " + json.dumps(scope.get("result")))
"""
MARK = "RESULT "


def run_plainly(
    code: str, folder: Path, inputs: Mapping[str, bytes], timeout: float = 20, **options: Any
) -> tuple[Any, str]:
    """Run a program in a plain process; return its result (None without one) and its output."""
    folder.mkdir()
    for name, content in inputs.items():
        (folder / name).write_bytes(content)
    program = folder.parent / "program.py"
    program.write_text(code)
    done = subprocess.run(
        [sys.executable, "-c", TWIN, str(program)],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=timeout,
        **options,
    )
    last = done.stdout.splitlines()[-1:]
    result = json.loads(last[0].removeprefix(MARK)) if last and last[0].startswith(MARK) else None
    return result, done.stdout
