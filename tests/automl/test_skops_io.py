"""Loading skops loads neither torch nor anything like it."""

from __future__ import annotations

import os
import subprocess
import sys

PROGRAM = """
import sys
from autoglm_agent.automl.models.skops_io import BRIDGES, io
from skops.io._trusted_types import SKLEARN_ESTIMATOR_TYPE_NAMES as names
assert "torch" not in sys.modules
assert not any(name in sys.modules for name in BRIDGES)
assert "sklearn.ensemble._forest.RandomForestClassifier" in names and len(names) > 150, names
assert io.loads(io.dumps({"a": 1})) == {"a": 1}
"""


def test_torch_is_not_loaded_with_it_and_the_list_of_estimators_is_whole(tmp_path):
    (tmp_path / "torch.py").write_text("raise SystemExit('torch was loaded')\n", encoding="utf-8")
    path = os.pathsep.join([str(tmp_path), *sys.path])
    found = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": path},
    )  # fmt: skip
    assert found.returncode == 0, found.stderr
