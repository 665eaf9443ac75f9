"""What a model looks at: permutation importance and the effect of its strongest columns.

Importance (Breiman 2001; Fisher, Rudin & Dominici 2019, https://arxiv.org/abs/1801.01489) is how
much worse the score becomes when one column is shuffled. Rows that a model was fitted on flatter
the columns that it has learned by heart, so every row is predicted by the models of the folds
that never saw it, where the ensemble keeps them; else by the whole model, and the method says so.
Effects are partial dependence (Friedman 2001, section 8.2): the mean prediction with one column
set to a value for all rows. Correlated columns share their importance; no cause is claimed.

Held-out rows are not touched.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from autoglm_agent.automl.explain.attributions import mean_attributions
from autoglm_agent.automl.explain.limits import limits
from autoglm_agent.automl.explain.slices import weak_slices
from autoglm_agent.automl.explain.summary import record_figures
from autoglm_agent.automl.models.fitted import FittedModel, Member
from autoglm_agent.automl.preparation.prepare import Prepared
from autoglm_agent.automl.run.clock import Deadline
from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.automl.scoring.metrics import oriented, score

ROWS = 1_000
"""Rows that importance is measured on, if the model is fast enough."""
LEAST_ROWS, FEWEST_ROWS = 200, 60
"""Rows for two rounds over the columns, and for one where time is short."""
COPIES = 4
"""Copies of few rows that are predicted to learn the price of a row."""
STACKED = 8_000
"""Rows that are predicted at a time."""
EFFECT_ROWS = 100
REPEATS = 5
SECONDS = 5.0
"""Time it takes at most, one prediction more or less, unless told otherwise."""
MOST_EFFECTS = 6
LEAST_SHARE = 0.5
"""Weight of the members with models by fold from which they speak for the ensemble."""
GRID = 10
LEVELS = 8

Predict = Callable[[pd.DataFrame], np.ndarray]


@dataclass(frozen=True)
class Judge:
    """Predicts a fixed set of training rows, or copies of it, whatever is done to the columns.

    Attributes:
        frame: The rows.
        y: Their encoded targets.
        predict: From such a frame to predictions.
        method: How honest that is, for people.
    """

    frame: pd.DataFrame
    y: np.ndarray
    predict: Predict
    method: str


def explain(
    workspace: Workspace,
    prepared: Prepared,
    model_id: str,
    *,
    search: dict[str, Any] | None = None,
    model: FittedModel | None = None,
    seed: int = 0,
    deadline: Deadline | None = None,
    again: bool = False,
    seconds: float = SECONDS,
) -> dict[str, Any]:
    """Explain a model and write `explain.json`; an explanation of this model is not made twice.

    Args:
        workspace: The run's folder.
        prepared: What the model was trained on.
        model_id: The saved model.
        search: Content of `search.json`; tells which models belong to which fold. By default that
            of the search of the same id, if there is one.
        model: The model, if it is already loaded.
        seed: Of the rows and the shuffles.
        deadline: When to stop; five seconds by default. Columns come in one round after another,
            so that what is cut off is precision, not columns, as long as one round fits in.
        again: Make it anew even if it is there, for example because time was short.
        seconds: Time it takes at most, whatever the deadline.

    Returns:
        `model`, `method`, `metric`, `n`, `importance` (column, mean and sd over the shuffles,
        falling), `stability` (agreement of the shuffles on the order, see `stability`),
        `not_measured` (columns that the time did not allow), `effects` (column, kind, grid,
        density, response, and for classes the class whose probability it is), `attributions`
        (see `attributions.mean_attributions`), `slices`, `limits`, `seconds`.
    """
    if workspace.has("explain.json") and not again:
        found: dict[str, Any] = workspace.read_json("explain.json")
        if found.get("model") == model_id:
            return found
    start = time.monotonic()
    clock = Deadline(min(seconds, deadline.left) if deadline else seconds)
    if search is None and workspace.has("searches", model_id, "search.json"):
        search = workspace.read_json("searches", model_id, "search.json")
    model = model or FittedModel.load(workspace, model_id)
    measuring = clock.share(0.7)
    judge = _fitting_judge(model, prepared, search, measuring, seed)
    drops = _importance(judge, model, measuring, seed)
    order = sorted(drops, key=lambda name: -float(np.mean(drops[name])))
    result = {
        "model": model_id,
        "method": judge.method,
        "metric": model.problem.metric,
        "n": len(judge.frame),
        "importance": [
            {
                "column": name,
                "mean": float(np.mean(drops[name])),
                "sd": float(np.std(drops[name], ddof=1)) if len(drops[name]) > 1 else 0.0,
                "repeats": len(drops[name]),
            }
            for name in order
        ],
        "stability": stability(drops),
        "not_measured": [name for name in model.features if name not in drops],
        "effects": _effects(model, prepared, order[:MOST_EFFECTS], clock, seed),
        "attributions": None if clock.over else mean_attributions(model, prepared.X, seed=seed),
        "slices": [] if clock.over else weak_slices(workspace, prepared, model, search),
        "limits": limits(prepared),
        "seconds": round(time.monotonic() - start, 3),
    }
    workspace.write_json(result, "explain.json")
    record_figures(workspace, result)
    return result


def _fitting_judge(
    model: FittedModel,
    prepared: Prepared,
    search: dict[str, Any] | None,
    clock: Deadline,
    seed: int,
) -> Judge:
    """Take as many rows as two rounds over all columns leave time for, or one over few rows."""
    tried = _judge(model, prepared, search, LEAST_ROWS, seed)
    tried.predict(tried.frame)  # what is made once is made now
    began = time.monotonic()
    tried.predict(pd.concat([tried.frame] * COPIES, ignore_index=True))
    row = (time.monotonic() - began) / (COPIES * len(tried.frame))
    fitting = clock.left / max(1e-9, len(model.features) * row)
    rows = int(min(ROWS, max(min(LEAST_ROWS, fitting), fitting / 2)))
    return _judge(model, prepared, search, max(FEWEST_ROWS, rows), seed)


def _judge(
    model: FittedModel,
    prepared: Prepared,
    search: dict[str, Any] | None,
    most: int,
    seed: int,
) -> Judge:
    """Choose rows and the most honest way to predict them."""
    rng = np.random.default_rng([seed, 40])
    due = np.flatnonzero(prepared.folds >= 0)
    rows = np.sort(rng.permutation(due)[:most])
    frame = prepared.X.iloc[rows].reset_index(drop=True)
    y, folds = prepared.y[rows], prepared.folds[rows]
    count = int(prepared.folds.max()) + 1
    members = _members_by_fold(model, prepared, search)
    total = sum(member.weight for member in members)
    if total < LEAST_SHARE:
        return Judge(frame, y, model.predict, "permutation on training rows")

    def predict(changed: pd.DataFrame) -> np.ndarray:
        views = model.views(changed)
        n, width = len(changed), model.problem.width
        prediction = np.zeros((n, width) if model.problem.is_classification else n)
        fold_of = np.tile(folds, n // len(folds))
        for member in members:
            for fold, part in enumerate(member.models[:count]):
                mine = fold_of == fold
                if mine.any():
                    predicted = part.predict(views[member.view][mine])
                    prediction[mine] += member.weight / total * predicted
        return prediction

    share = "" if total > 0.999 else f", {total:.0%} of the ensemble"
    return Judge(frame, y, predict, f"permutation on out-of-fold rows{share}")


def _members_by_fold(
    model: FittedModel, prepared: Prepared, search: dict[str, Any] | None
) -> list[Member]:
    """Return the members that have one model per fold of the given dealing.

    A repeated member has the models of later dealings behind those of the first.
    """
    count = int(prepared.folds.max()) + 1
    # Blocks in time are followed by one fit on all rows, and a member of one model is such a fit.
    if search is None or count < 2 or (prepared.folds < 0).any():
        return []
    first = {c["id"] for c in search["candidates"] if not c["params"].get("split")}
    return [
        m
        for m in model.members
        if m.id in first and len(m.models) >= count and len(m.models) % count == 0
    ]


def _importance(
    judge: Judge, model: FittedModel, clock: Deadline, seed: int
) -> dict[str, list[float]]:
    """Return the drops of the oriented score, one per shuffle, by column."""
    rng = np.random.default_rng([seed, 41])
    metric, problem, n = model.problem.metric, model.problem, len(judge.frame)

    def rate(prediction: np.ndarray) -> float:
        return oriented(metric, score(metric, judge.y, prediction, problem, model.threshold))

    whole = rate(judge.predict(judge.frame))
    drops: dict[str, list[float]] = {}
    # Many shuffled columns are predicted in one call, most of whose cost is per call.
    size = max(1, STACKED // n)
    groups = [model.features[i : i + size] for i in range(0, len(model.features), size)]
    for _ in range(REPEATS):
        for names in groups:
            if clock.over:
                return drops
            shuffled = [_shuffled(judge.frame, name, rng) for name in names]
            prediction = judge.predict(pd.concat(shuffled, ignore_index=True))
            for at, name in enumerate(names):
                drop = whole - rate(prediction[at * n : (at + 1) * n])
                if np.isfinite(drop):
                    drops.setdefault(name, []).append(drop)
    return drops


def _shuffled(frame: pd.DataFrame, name: str, rng: np.random.Generator) -> pd.DataFrame:
    column = frame[name].take(rng.permutation(len(frame))).set_axis(frame.index)
    return frame.assign(**{name: column})


def _effects(
    model: FittedModel, prepared: Prepared, names: list[str], clock: Deadline, seed: int
) -> list[dict[str, Any]]:
    problem = model.problem
    picked = np.random.default_rng([seed, 42]).permutation(len(prepared.X))[:EFFECT_ROWS]
    rows = prepared.X.iloc[np.sort(picked)].reset_index(drop=True)
    shown = problem.positive_index
    if problem.kind == "multiclass":
        shown = int(np.bincount(prepared.y).argmax())
    effects = []
    for name in names:
        kind = str(prepared.kinds.get(name, ""))
        if clock.over or kind == "text":
            continue
        grid = _grid(prepared.X[name])
        if len(grid) < 2:
            continue
        stacked = pd.concat([rows] * len(grid), ignore_index=True)
        values = grid.take(np.repeat(np.arange(len(grid)), len(rows)))
        stacked[name] = values.set_axis(stacked.index)
        prediction = model.predict(stacked)
        if problem.is_classification:
            prediction = prediction[:, shown]
        response = prediction.reshape(len(grid), len(rows)).mean(axis=1)
        effect: dict[str, Any] = {
            "column": name,
            "kind": kind,
            "density": density(prepared.X[name], grid),
            "grid": [_plain(value) for value in grid],
            "response": [float(value) for value in response],
        }
        if problem.is_classification:
            effect["class"] = problem.classes[shown]
        effects.append(effect)
    return effects


def _grid(column: pd.Series) -> pd.Series:
    """Return quantiles of a number or date, or the most frequent levels, in the column's dtype."""
    known = column.dropna()
    numeric = pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)
    if numeric or pd.api.types.is_datetime64_any_dtype(column):
        ordered = known.sort_values().reset_index(drop=True)
        if not len(ordered):
            return ordered
        # Order statistics, not interpolated quantiles: an integer column stays one.
        at = np.linspace(0.02, 0.98, GRID) * (len(ordered) - 1)
        return ordered.take(np.round(at).astype(np.int64)).drop_duplicates().reset_index(drop=True)
    frequent = known.value_counts().index[:LEVELS]
    return pd.Series(frequent, dtype=column.dtype)


def stability(drops: dict[str, list[float]]) -> float | None:
    """Return the mean rank correlation (Spearman) between the shuffles' orders of the columns.

    1 means that every shuffle orders the columns alike, 0 that the order is chance. None with
    fewer than two whole rounds or three columns.
    """
    rounds = min((len(values) for values in drops.values()), default=0)
    if rounds < 2 or len(drops) < 3:
        return None
    values = np.array([column[:rounds] for column in drops.values()])
    ranks = np.argsort(np.argsort(values, axis=0), axis=0).astype(np.float64)
    agreement = np.asarray(np.corrcoef(ranks.T))
    return float(agreement[np.triu_indices(rounds, 1)].mean())


def density(column: pd.Series, grid: pd.Series) -> list[float]:
    """Return the share of the known rows that lie nearest each grid value.

    A response where hardly a row lies says little; the report draws this below the curve.
    """
    known = column.dropna()
    if pd.api.types.is_datetime64_any_dtype(column):
        known, grid = known.astype(np.int64), grid.astype(np.int64)
    if pd.api.types.is_numeric_dtype(known) and not pd.api.types.is_bool_dtype(known):
        points = grid.to_numpy(dtype=np.float64)
        edges = (points[1:] + points[:-1]) / 2.0
        nearest = np.searchsorted(edges, known.to_numpy(dtype=np.float64), side="right")
        counts = np.bincount(nearest, minlength=len(points)).astype(np.float64)
    else:
        found = known.value_counts()
        counts = np.array([float(found.get(level, 0)) for level in grid])
    return [float(count / max(1, len(known))) for count in counts]


def _plain(value: Any) -> Any:
    """Return a cell as JSON data."""
    if isinstance(value, pd.Timestamp):
        return value.isoformat()
    return value.item() if isinstance(value, np.generic) else value
