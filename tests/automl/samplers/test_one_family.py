"""The grid of the benchmark of one family is the one that most people write."""

from __future__ import annotations

import pytest

from autoglm_agent.automl.samplers.space import within
from benchmarks.hpo.one_family import FAMILY, full_factorial


@pytest.mark.parametrize("trials", [1, 20, 100])
def test_the_grid_is_full_has_enough_points_and_changes_its_last_setting_first(trials):
    points = list(full_factorial(trials))
    settings = [name for name in points[0] if name.startswith(f"{FAMILY}.")]
    rows = [tuple(point[name] for name in settings) for point in points]
    assert trials <= len(rows) < 2 * trials + 1
    assert len(set(rows)) == len(rows)
    assert rows == sorted(rows)
    assert all(within(point) for point in points)
    counts = [len(set(column)) for column in zip(*rows, strict=True)]
    assert max(counts) - min(counts) <= 1
