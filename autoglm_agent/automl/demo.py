"""A real table that comes with scikit-learn, written as a CSV file for the demonstration."""

from __future__ import annotations

from pathlib import Path

INSTRUCTION = "Predict the diagnosis: is the tumour malignant?"


def write_demo_table(path: Path) -> Path:
    """Write the breast cancer table (569 rows, 30 measurements, diagnosis) to `path`.

    Source: W. Wolberg, O. Mangasarian, N. Street, W. Street: Breast Cancer Wisconsin
    (Diagnostic), as `sklearn.datasets.load_breast_cancer` ships it.
    """
    from sklearn.datasets import load_breast_cancer

    bunch = load_breast_cancer(as_frame=True)
    frame = bunch.frame.drop(columns="target")
    frame["diagnosis"] = [str(bunch.target_names[code]) for code in bunch.target]
    path.parent.mkdir(parents=True, exist_ok=True)
    frame.to_csv(path, index=False)
    return path
