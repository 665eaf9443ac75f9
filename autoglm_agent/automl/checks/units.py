"""V38 on the data: part of a column written in another unit.

A measure in metres with some rows in millimetres has two humps, a power of ten apart, of the same
shape. Such rows pull every mean and scale, and a model meets them again when it is used. A column
that covers many magnitudes by nature has no gap between the humps.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from autoglm_agent.automl.checks.context import CheckContext
from autoglm_agent.automl.checks.registry import Check
from autoglm_agent.automl.checks.thresholds import Thresholds
from autoglm_agent.chain import Verdict

LEAST_ROWS = 100
FACTORS = (10.0, 100.0, 1000.0, 1e6, 0.1, 0.01, 1e-3, 1e-6)
MOST_TOLD = 2_000


def check_units(context: CheckContext) -> Verdict:
    """V38: no column mixes two units."""
    prepared, limits = context.need_prepared(), context.thresholds
    found: dict[str, tuple[float, np.ndarray]] = {}
    for name in prepared.features:
        column = prepared.X[name]
        if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
            mixed = other_unit(column.to_numpy(dtype=np.float64, na_value=np.nan), limits)
            if mixed:
                found[name] = mixed
    rows = sorted({int(r) for _, odd in found.values() for r in prepared.rows[odd]})
    fact = "No column seems to mix two units."
    if found:
        name, (factor, odd) = next(iter(found.items()))
        fact = f"{len(odd)} values of {name!r} lie a factor of {factor:g} away from the others, "
        fact += "with a gap between: they seem to be written in another unit."
    return Verdict(
        check="V38",
        status="warn" if found else "pass",
        fact=fact,
        statistic=max((len(odd) / len(prepared.X) for _, odd in found.values()), default=0.0),
        threshold=limits.unit_least,
        n=len(prepared.X),
        columns=tuple(found),
        evidence={"factors": {n: f for n, (f, _) in found.items()}, "rows": rows[:MOST_TOLD]},
        blame="prepare_data" if found else None,
    )


def other_unit(values: np.ndarray, limits: Thresholds) -> tuple[float, np.ndarray] | None:
    """Return the factor and the positions of values in another unit, or None.

    The values are cut at the widest gap of their logarithms. The smaller side must be a
    power of ten away from the larger one, median to median, and about as wide.
    """
    usable = np.isfinite(values) & (values != 0)
    if usable.sum() < LEAST_ROWS or usable.mean() < 0.5:
        return None
    # Around zero logarithms have gaps of their own: a measure has one sign.
    if 0.001 < float((values[usable] < 0).mean()) < 0.999:
        return None
    places = np.flatnonzero(usable)
    size = np.log10(np.abs(values[places]))
    order = np.argsort(size, kind="stable")
    ordered = size[order]
    gaps = np.diff(ordered)
    least = max(3, int(limits.unit_least * len(values)))
    if len(gaps) <= 2 * least:
        return None
    inner = gaps[least - 1 : len(gaps) - least + 1]
    cut = int(inner.argmax()) + least
    low, high = ordered[:cut], ordered[cut:]
    few, many = (low, high) if len(low) < len(high) else (high, low)
    if len(few) > limits.unit_most * len(values) or len(np.unique(many)) < 20:
        return None
    spread = float(np.quantile(many, 0.9) - np.quantile(many, 0.1))
    shift = float(np.median(few) - np.median(many))
    factor = min(FACTORS, key=lambda f: abs(np.log10(f) - shift))
    apart = float(ordered[cut] - ordered[cut - 1])
    width = float(np.quantile(few, 0.9) - np.quantile(few, 0.1))
    near = abs(np.log10(factor) - shift) < max(0.15, 0.5 * spread)
    # The gap must be wider than what lies within the bulk, and the rest as wide as the bulk.
    if not near or apart < 0.3 or spread > 0.8 * abs(shift) or not spread / 4 < width < 4 * spread:
        return None
    if len(np.unique(few)) < min(5, least):
        return None
    odd = order[:cut] if len(low) < len(high) else order[cut:]
    return factor, np.sort(places[odd])


CHECKS = (Check("V38", "One unit a column", "data", check_units, 0.1, worth=2),)
