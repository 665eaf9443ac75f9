"""Every benchmark can be started: nothing it imports from the package has gone."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PROGRAMS = sorted(
    path.relative_to(ROOT)
    for path in (ROOT / "benchmarks").rglob("*.py")
    if 'if __name__ == "__main__":' in path.read_text(encoding="utf-8")
)
SCRIPTS = [path for path in PROGRAMS if not (ROOT / path).with_name("__init__.py").exists()]
"""Those outside a package find their neighbours in their own folder, as Python starts them."""

IMPORT = """
import importlib, sys, traceback
for folder in {folders!r}:
    sys.path.insert(0, folder)
for name in {names!r}:
    try:
        importlib.import_module(name)
    except ImportError:
        print(name, traceback.format_exc())
"""


def missing(names: list[str], folders: list[str]) -> str:
    """Import modules in one process of their own; return what failed."""
    code = IMPORT.format(names=names, folders=folders)
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True,
        timeout=300,
    )  # fmt: skip
    return done.stdout


def test_there_are_benchmarks_to_start():
    assert len(PROGRAMS) > 8


def test_modules_import():
    modules = [path for path in PROGRAMS if path not in SCRIPTS]
    assert missing([".".join(path.with_suffix("").parts) for path in modules], []) == ""


@pytest.mark.parametrize("folder", sorted({str(path.parent) for path in SCRIPTS}))
def test_scripts_import(folder):
    here = [path.stem for path in SCRIPTS if str(path.parent) == folder]
    assert missing(here, [folder]) == ""
