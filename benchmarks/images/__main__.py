"""`python -m benchmarks.images`: scikit-learn's digits through the image path, one core.

The run is that of `autoglm images train`: sealed holdout, cross-validated families, one assessment.
Prints the score on held-out images, the robustness scores, and the time; with `--export` also what
ONNX and 8-bit weights cost and save.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.datasets import load_digits

from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.images.classify import run_images


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=110.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--family", action="append", default=[])
    parser.add_argument("--export", action="store_true", help="of the family network")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        print(json.dumps(measure(Path(scratch), asked), indent=1))


def measure(scratch: Path, asked: argparse.Namespace) -> dict[str, Any]:
    data = load_digits()
    np.savez(scratch / "digits.npz", images=data.images, y=data.target)
    workspace = Workspace(scratch / "run")
    wall, cpu = time.monotonic(), time.process_time()
    result = run_images(
        workspace, scratch / "digits.npz", families=asked.family, seconds=asked.seconds,
        seed=asked.seed,
    )  # fmt: skip
    told = {
        "status": result["status"],
        "held_out": result["honest"],
        "model": result["model"]["family"],
        "cross_validated": {c["id"]: c["score"] for c in result["candidates"]},
        "corrected": result["corrected"]["value"],
        "robustness": result["robustness"],
        "cpu_seconds": round(time.process_time() - cpu, 1),
        "wall_seconds": round(time.monotonic() - wall, 1),
    }
    if asked.export:
        from autoglm_agent.images.export import export_onnx

        rows = export_onnx(workspace, scratch / "model.onnx", quantise=True)
        told["export"] = [asdict(row) for row in rows]
    return told


if __name__ == "__main__":
    main()
