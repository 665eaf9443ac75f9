"""What every test may use."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from autoglm_agent import faults

# Tests set faults at any time.
faults.armed = True
# Tests run side by side: teams of threads on the same few processors would wait for each other.
os.environ.setdefault("OMP_NUM_THREADS", "1")
# No test may send a trace or look for a model on a hub.
os.environ["LANGSMITH_TRACING"] = "false"
os.environ["HF_HUB_OFFLINE"] = "1"
# No test may make a key for the memory among the user's settings.
_KEYS = tempfile.TemporaryDirectory(prefix="autoglm-key-")
os.environ["AUTOGLM_KEY_FILE"] = str(Path(_KEYS.name) / "memory.key")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real development tables, where it lies beside the checkout."""
    folder = Path(__file__).resolve().parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"no development tables at {folder}")
    return folder


@pytest.fixture(scope="session")
def tumours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration's table: 569 rows, 30 measurements, `diagnosis`."""
    from autoglm_agent.automl.demo import write_demo_table

    return write_demo_table(tmp_path_factory.mktemp("data") / "tumours.csv")
