"""Which interpreter runs the program, and the only paths of the host that it may see.

Environment managers put interpreters under the home folder, so the real prefix is shown and
nothing around it. Folders that `.pth` files and editable installs point to are somebody's
project, with its data and its keys: they are not shown.
"""

from __future__ import annotations

import os
import sys
import sysconfig
from dataclasses import dataclass
from functools import cache
from pathlib import Path

SYSTEM = ("/usr/lib", "/usr/lib32", "/usr/lib64", "/etc/ld.so.cache")
"""Shared libraries; no programs, no settings."""
ALIASES = ("/lib", "/lib32", "/lib64")
"""Links to the above on systems with one `/usr`, folders of their own on others."""
SITE = {"site-packages", "dist-packages"}

INSIDE = Path(__file__).parent / "inside"
RUNNER = INSIDE / "runner.py"
CONFINE = INSIDE / "confine.py"


@dataclass(frozen=True)
class Interpreter:
    """The program that runs Python, and what it needs to see."""

    program: str
    """Real path, links resolved."""
    paths: tuple[str, ...]
    """Folders and files to show, real paths or links' targets; none lies in another."""
    site: tuple[str, ...]
    """Folders of installed packages, in the order in which they are searched."""

    @property
    def argv(self) -> list[str]:
        """Command that runs the runner: isolated, no site, nothing written beside sources."""
        return [self.program, "-I", "-S", "-B", "-X", "utf8", str(RUNNER)]


@cache
def find_interpreter() -> Interpreter:
    """Return this process's own interpreter, out of its virtual environment."""
    program = os.path.realpath(getattr(sys, "_base_executable", None) or sys.executable)
    site = tuple(dict.fromkeys(os.path.realpath(p) for p in sys.path if Path(p).name in SITE))
    base = Path(sys.base_prefix)
    libraries = [
        *SYSTEM,
        *(alias for alias in ALIASES if not os.path.islink(alias)),
        str(base / "lib"),
        str(base / "lib64"),
        sysconfig.get_path("stdlib"),
        sysconfig.get_path("platstdlib"),
        str(sysconfig.get_config_var("LIBDIR") or ""),
        program,
        str(RUNNER),
        *site,
    ]
    return Interpreter(program, _outermost(libraries), site)


def system_links() -> list[tuple[str, str]]:
    """Return the links (target, place) by which programs name the system's libraries."""
    return [(os.readlink(alias), alias) for alias in ALIASES if os.path.islink(alias)]


def _outermost(paths: list[str]) -> tuple[str, ...]:
    """Return the real paths that exist, without those that lie in another."""
    real = sorted({os.path.realpath(p) for p in paths if p and os.path.exists(p)})
    kept: list[str] = []
    for path in real:
        if path == "/" or path == os.path.expanduser("~"):
            continue  # An odd build's prefix must not show a whole disk.
        if not kept or not Path(path).is_relative_to(kept[-1]):
            kept.append(path)
    return tuple(kept)
