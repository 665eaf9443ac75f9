"""One system on one table, in a process of its own; started by `measure`."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path


def main() -> None:
    """Read the job from its folder, run it, and leave predictions and times there."""
    folder = Path(sys.argv[1])
    told = json.loads((folder / "job.json").read_text())
    import numpy as np
    import pandas as pd
    from clock import install_cpu_clock
    from systems import SYSTEMS, Job

    real = install_cpu_clock() if told["clock"] == "cpu" else time.monotonic
    text = {} if told["kind"] == "regression" else {told["target"]: str}
    train = pd.read_csv(folder / "train.csv", dtype=text, low_memory=False)
    test = pd.read_csv(folder / "test.csv", low_memory=False)
    job = Job(
        train, test, told["target"], told["kind"], told["metric"], told["seconds"],
        told["cores"], told["seed"],
    )  # fmt: skip
    began, real_began = time.monotonic(), real()
    found, notes = SYSTEMS[told["system"]].run(job)
    times = {"seconds": time.monotonic() - began, "real_s": real() - real_began}
    np.save(folder / "predictions.npy", np.asarray(found, dtype=float))
    (folder / "done.json").write_text(json.dumps({**times, "notes": notes}))
    sys.stdout.flush()
    os._exit(0)  # threads that a library leaves behind must not add to the time


if __name__ == "__main__":
    main()
