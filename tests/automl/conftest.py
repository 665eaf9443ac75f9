"""One run that forecasts, made once for all tests that look at it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from shops import history

from autoglm_agent.automl.run.workspace import Workspace


@pytest.fixture(scope="session")
def shops_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("data") / "shops.csv"
    history().to_csv(path, index=False)
    return path


@pytest.fixture(scope="session")
def shops_run(shops_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Not to be changed; `shops_copy` may be."""
    from autoglm_graphs.runs import start_run
    from autoglm_graphs.settings import Settings

    settings = Settings(
        data=str(shops_file),
        instruction="Forecast the sales of each shop for the next week",
        trials=2,
    )
    home = tmp_path_factory.mktemp("runs")
    result = start_run(settings, runs=home, memory=False)
    assert result["status"] == "verified", result["message"]
    return Workspace(home / result["run"])


@pytest.fixture
def shops_copy(shops_run: Workspace, tmp_path: Path) -> Workspace:
    shutil.copytree(shops_run.path, tmp_path / "copy")
    return Workspace(tmp_path / "copy")
