"""V11, V12, V13: columns that could only be known after the outcome.

Three weak signs, each honest on its own: the model falls apart without one column (V11), the
column's name or its dates speak of the time after (V12), or the column is filled only for one
outcome (V13). V11 together with one of the other two is refuted (Kaufman et al. 2012,
https://doi.org/10.1145/2382577.2382579).
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd

from autoglm_agent.automl.checks.context import CheckContext, NotApplicableError
from autoglm_agent.automl.checks.flags import surprise
from autoglm_agent.automl.checks.registry import Check
from autoglm_agent.automl.checks.skills import SMALL, better
from autoglm_agent.automl.checks.survey import Survey, survey
from autoglm_agent.automl.checks.thresholds import Thresholds
from autoglm_agent.automl.preparation.prepare import Prepared
from autoglm_agent.chain import Remedy, Status, Verdict

MOST_COLUMNS = 4
"""Columns, strongest first, that the twin is fitted without."""

_AFTERWARDS = re.compile(
    r"(^|[^a-z])(target|label|outcome|result|leak|churned|closed|cancel\w*|refund\w*|discharge\w*|"
    r"final|after|future|resolved|resolution|settled|defaulted|approved|if_known|post|"
    r"terminat\w*|exit|death|died|recover\w*|charge_?off|collections?|returned|won|lost|duration|elapsed|follow_?up|time_to)([^a-z]|$)"
)


def known_afterwards(name: str) -> bool:
    """Return whether a column's name speaks of the time after the outcome."""
    words = re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()
    return words == "time" or _AFTERWARDS.search(words) is not None


def check_collapse(context: CheckContext) -> Verdict:
    """V11: the model should not hang on one column, least of all on one that is known late."""
    found, limits = survey(context), context.thresholds
    if len(found.skills) < 3:
        raise NotApplicableError("Fewer than three columns: one of them must carry the model.")
    every = found.all_together()
    drops: dict[str, float] = {}
    order = sorted(found.skills, key=lambda name: -found.skills[name].value)
    for name in order[:MOST_COLUMNS]:
        # What a column does alone is the most that its absence can take away.
        if found.skills[name].value < limits.collapse_share * every.value / 2:
            break
        if context.deadline.over:
            break
        same = found.same_as(name, order)
        drop = _drop_without(found, same, boosted=True)
        if drop >= limits.collapse_share / 2 and len(found.sample.y) < SMALL:
            # Only a loss that boosting sees is worth a forest, which takes three times as long.
            drop = _drop_without(found, same)
        if drop > 0:
            drops[name] = drop
    worst = max(drops, key=lambda name: drops[name], default=None)
    share = drops[worst] if worst else 0.0
    held = tuple(n for n, drop in drops.items() if drop >= limits.collapse_share)
    late = tuple(n for n in held if _late(context, found, n))
    fact = f"No column carries the model alone (at most {max(share, 0):.0%} of the skill goes)."
    status: Status = "pass"
    if held and every.value >= 0.2:
        status = "fail" if late else "warn"
        fact = f"Without {(late or held)[0]!r} {drops[(late or held)[0]]:.0%} of the skill is gone"
        fact += ", and it seems to be known only afterwards." if late else "."
    return Verdict(
        check="V11",
        status=status,
        fact=fact,
        statistic=round(share, 4),
        threshold=limits.collapse_share,
        n=found.sample.n,
        columns=(late or held) if status != "pass" else (),
        evidence={"together": round(every.value, 4), "drops": _rounded(drops)},
        remedies=_drop(late) if status == "fail" else (),
        blame="prepare_data" if status == "fail" else None,
    )


def _drop_without(found: Survey, names: set[str], *, boosted: bool = False) -> float:
    """Return the share of the skill that goes with these columns; 0 if chance explains it."""
    every, rest = found.all_together(boosted=boosted), found.without(names, boosted=boosted)
    surely = every.value > 0 and better(every, rest) >= found.thresholds.leak_z
    return (every.value - rest.value) / every.value if surely else 0.0


def _late(context: CheckContext, found: Survey, name: str) -> bool:
    prepared, limits = context.need_target(), context.thresholds
    if known_afterwards(name) and found.skills[name].value >= limits.leak_named:
        return True
    return missing_skills(prepared, limits.missing_share).get(name, 0.0) >= limits.missing_skill


def check_availability(context: CheckContext) -> Verdict:
    """V12: names and dates that speak of the time after the outcome."""
    found, limits = survey(context), context.thresholds
    prepared = context.need_target()
    named = [
        name
        for name, skill in found.skills.items()
        if skill.value >= limits.named_skill and known_afterwards(name)
    ]
    late = _later_dates(prepared)
    told = tuple(dict.fromkeys([*named, *late]))
    fact = "No column's name or date speaks of the time after the outcome."
    if named:
        fact = f"The name of {', '.join(map(repr, named))} suggests that it is known only "
        fact += "afterwards. Make sure that it is not."
    elif late:
        fact = f"{late[0]!r} lies after {prepared.task.time_column!r} in most rows: is it known "
        fact += "when the model is used?"
    return Verdict(
        check="V12",
        status="warn" if told else "pass",
        fact=fact,
        statistic=float(len(told)),
        threshold=0.0,
        n=found.sample.n,
        columns=told,
        evidence={"named": named, "later_than_the_time_column": late},
    )


def _later_dates(prepared: Prepared) -> list[str]:
    time = prepared.task.time_column
    if time is None or time not in prepared.X or not _is_date(prepared.X[time]):
        return []
    base = prepared.X[time]
    return [
        name
        for name in prepared.features
        if name != time
        and _is_date(prepared.X[name])
        and (prepared.X[name].dt.tz is None) == (base.dt.tz is None)
        and float((prepared.X[name] > base).mean()) > 0.5
    ]


def _is_date(column: pd.Series) -> bool:
    return bool(pd.api.types.is_datetime64_any_dtype(column))


def check_missingness(context: CheckContext) -> Verdict:
    """V13: that a value is missing should not tell the target by itself."""
    prepared, limits = context.need_target(), context.thresholds
    skills = missing_skills(prepared, limits.missing_share)
    worst = max(skills, key=lambda name: skills[name], default=None)
    if worst is None:
        fact = "No column has enough missing values to betray the target."
        return Verdict(check="V13", status="pass", fact=fact, n=len(prepared.X))
    told = tuple(n for n, s in skills.items() if s >= limits.missing_skill)
    certain = tuple(n for n in told if skills[n] >= limits.missing_certain)
    if told and not certain:
        certain = tuple(n for n in told if _takes_away(context, n))
    filled = _filled_for_one(prepared, limits)
    certain = tuple(dict.fromkeys([*certain, *filled]))
    status: Status = "fail" if certain else "warn" if told else "pass"
    fact = f"Missing values tell little of the target (skill at most {skills[worst]:.2f})."
    if filled:
        fact = " ".join(f"{n!r} is filled for {c!r} only." for n, c in filled.items())
    elif told:
        fact = f"Whether {worst!r} is missing tells the target (skill {skills[worst]:.2f})."
    return Verdict(
        check="V13",
        status=status,
        fact=fact,
        statistic=round(skills[worst], 4),
        threshold=limits.missing_skill,
        n=len(prepared.X),
        columns=certain or told,
        evidence={"skills": _rounded(skills)},
        remedies=_drop(certain) if certain else (),
        blame="prepare_data" if certain else None,
    )


def _filled_for_one(prepared: Prepared, limits: Thresholds) -> dict[str, str]:
    """Return the columns that have a value for one class only, with that class."""
    found: dict[str, str] = {}
    if not prepared.problem.is_classification:
        return found
    for name in prepared.features:
        filled = prepared.X[name].notna().to_numpy()
        size = int(filled.sum())
        if limits.filled_rows <= size < len(filled):
            label = int(prepared.y[filled][0])
            pure = bool((prepared.y[filled] == label).all())
            if pure and surprise(prepared.y, label, size) <= limits.flag_p:
                found[name] = str(prepared.problem.classes[label])
    return found


def _takes_away(context: CheckContext, name: str) -> bool:
    """Whether the model is clearly worse without the column."""
    try:
        found = survey(context)
    except NotApplicableError:
        return False
    if name not in found.skills:
        return False
    every, rest = found.all_together(), found.without({name})
    collapse = context.thresholds.leak_collapse
    return (
        every.residue <= collapse * rest.residue and better(every, rest) > found.thresholds.leak_z
    )


def missing_skills(prepared: Prepared, least: float) -> dict[str, float]:
    """Return for each column how well its being missing tells the target, from 0 to 1.

    Of a class it is |2 AUC - 1| for the class told best, of a number the share of the variance.
    """
    skills: dict[str, float] = {}
    for name in prepared.features:
        missing = prepared.X[name].isna().to_numpy()
        if least <= missing.mean() <= 1 - least:
            skills[name] = _missing_skill(missing, prepared)
    return skills


def _missing_skill(missing: np.ndarray, prepared: Prepared) -> float:
    y = prepared.y
    if prepared.problem.is_classification:
        share = [missing[y == c].mean() - missing[y != c].mean() for c in np.unique(y)]
        return float(np.abs(share).max())
    spread = float(y.var())
    between = missing.mean() * (1 - missing.mean()) * (y[missing].mean() - y[~missing].mean()) ** 2
    return float(between / spread) if spread > 0 else 0.0


def _drop(columns: tuple[str, ...]) -> tuple[Remedy, ...]:
    drop = Remedy(
        kind="drop_columns",
        step="prepare_data",
        args={"drop_columns": list(columns)},
        reason="They would not be known when the model is used.",
    )
    question = f"Is {', '.join(columns)} known before the outcome?"
    return drop, Remedy(kind="ask", step="prepare_data", reason=question)


def _rounded(values: dict[str, float]) -> dict[str, Any]:
    return {name: round(value, 4) for name, value in sorted(values.items(), key=lambda i: -i[1])}


CHECKS = (
    Check(
        "V13",
        "Missing values that tell the target",
        "data",
        check_missingness,
        0.02,
        forecasts=False,
    ),
    Check("V12", "Known before the outcome", "data", check_availability, 0.1, forecasts=False),
    Check(
        "V11", "Collapse without one column", "data", check_collapse, 1.0, worth=2, forecasts=False
    ),
)
