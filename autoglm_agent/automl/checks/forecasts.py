"""V44: a forecast's features are of the time before it was made.

At several moments everything that is later is replaced by other numbers, and the forecasts made at
that moment are laid out again: a feature that changes has seen the future. The stored rows are
compared, not a memory of them.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from autoglm_agent.automl.checks.context import CheckContext, NotApplicableError
from autoglm_agent.automl.checks.registry import Check
from autoglm_agent.automl.data.profile import Profile, typed_frame
from autoglm_agent.automl.data.table import load_snapshot
from autoglm_agent.automl.forecasting.laying import past_forecasts, stored_plan
from autoglm_agent.automl.forecasting.panel import Panel
from autoglm_agent.automl.forecasting.plan import Plan
from autoglm_agent.automl.forecasting.rows import lay_rows
from autoglm_agent.chain import Remedy, Verdict

LEAST_MOMENTS, MOST_MOMENTS = 3, 20
_MISSING = 0.3
"""Share of what comes later that is made missing."""
_CELLS = 20_000_000
"""Numbers that may be replaced in all; very large tables are tested at fewer moments."""


def check_future(context: CheckContext) -> Verdict:
    """V44: nothing that comes later tells what is forecast."""
    prepared = context.need_target()
    plan = stored_plan(context.workspace, prepared.data_id)
    if plan is None:
        raise NotApplicableError("Asked of forecasts.")
    profile = Profile.from_json(context.workspace.read_record("profile.json", keys=("columns",)))
    frame = typed_frame(load_snapshot(context.workspace, plan.data_id), profile)
    stored = load_snapshot(context.workspace, prepared.data_id).frame
    panel = plan.panel(frame)
    places = past_forecasts(panel, plan, seed=0)
    seen: dict[str, int] = {}
    tested = 0
    moments = _moments(places.origin, panel.values.size)
    for cut in moments:
        rows = np.flatnonzero(places.origin == cut)
        again = lay_rows(_other_future(panel, plan, cut), plan.layout, places[rows], plan.time)
        tested += len(rows)
        for name in prepared.features:
            if changed := _changed(stored[name].iloc[rows], again[name]):
                seen[name] = seen.get(name, 0) + changed
    ahead = len(plan.layout.ahead)
    told = f" Columns told in advance by the table: {ahead}." if ahead else ""
    if not seen:
        return Verdict(
            check="V44",
            status="pass",
            fact=f"No feature of {tested} past forecasts, made at {len(moments)} moments, changes "
            f"with what came later.{told}",
            n=tested,
        )
    names = sorted(seen, key=lambda name: -seen[name])
    return Verdict(
        check="V44",
        status="fail",
        fact=f"{names[0]!r} changes in {seen[names[0]]} forecasts with what came later.",
        n=tested,
        columns=tuple(names),
        blame="prepare_data",
        remedies=(
            Remedy(
                kind="drop_columns",
                step="prepare_data",
                args={"drop_columns": names},
                reason="They are not known when a forecast is made.",
            ),
        ),
    )


def _moments(origin: np.ndarray, size: int) -> list[int]:
    """Return some of the periods at which forecasts were made, spread over the history."""
    made = np.unique(origin)
    count = int(np.clip(_CELLS // max(1, size), LEAST_MOMENTS, MOST_MOMENTS))
    return [int(made[i]) for i in np.unique(np.linspace(0, len(made) - 1, count).astype(int))]


def _other_future(panel: Panel, plan: Plan, cut: int) -> Panel:
    """Return the series with other numbers after the cut, but for what is told in advance."""
    rng = np.random.default_rng(44)

    def changed(values: np.ndarray) -> np.ndarray:
        other = values.copy()
        later = other[:, cut + 1 :]
        spread, centre = np.nanstd(values) + 1.0, np.nanmean(values)
        made = np.where(np.isnan(later), centre, later)
        made += rng.normal(3.0, 1.0, later.shape) * spread
        # What is missing tells of the future, too.
        made[rng.random(later.shape) < _MISSING] = np.nan
        other[:, cut + 1 :] = made
        return other

    others = {
        name: values if name in plan.layout.ahead else changed(values)
        for name, values in panel.others.items()
    }
    return Panel(
        panel.frequency, panel.first, changed(panel.values), panel.keys, others, panel.rows
    )


def _changed(stored: pd.Series, again: pd.Series) -> int:
    """Return in how many rows a feature differs."""
    if not pd.api.types.is_numeric_dtype(again):
        return int((stored.astype("str").to_numpy() != again.astype("str").to_numpy()).sum())
    a, b = stored.to_numpy(dtype=np.float64), again.to_numpy(dtype=np.float64)
    # Sums that run over a long history end in other last digits.
    size = np.nanmax(np.abs(a), initial=1.0)
    same = np.isclose(a, b, rtol=1e-6, atol=1e-7 * size, equal_nan=True)
    return int((~same).sum())


CHECKS = (Check("V44", "Nothing from the future", "data", check_future, 0.5, optional=False),)
