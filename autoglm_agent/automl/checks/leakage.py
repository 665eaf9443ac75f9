"""V10: columns that betray the target.

A strong column is no crime. Petal width alone all but tells an iris, and so do the other
petals' measures. These signs, together or alone, make a leak, after Kaufman et al. (2012,
"Leakage in data mining", https://doi.org/10.1145/2382577.2382579):

    same        The target determines the column as well as the column the target (`likeness`):
                renamed levels with almost no exception, a copy with small noise, any monotone
                transform, buckets of a number. Refuted whatever the other columns can do.
    inflating   The column alone is strong and does what all columns do together, while the others
                without it fall clearly short. Then the score would be the column's score. Tested
                row by row (paired) and by the share that is left unexplained.
    collapsing  The column looks like the target under other names with some exceptions, and
                without it at least twice as much is left unexplained.

    formula     The column takes part in arithmetic that gives the target (`sums`), fixes it level
                by level (`formulas`), or is one of several flags that give it (`flags`).

A strong column that adds nothing which the others could not tell is reported, not refuted: it
cannot inflate the score. Every offender found is named in one remedy; what they may have masked
is found when the check runs again on the table without them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from autoglm_agent.automl.checks.availability import known_afterwards
from autoglm_agent.automl.checks.context import CheckContext
from autoglm_agent.automl.checks.flags import find_flags
from autoglm_agent.automl.checks.formulas import find_fixing, find_means, find_written
from autoglm_agent.automl.checks.registry import Check
from autoglm_agent.automl.checks.skills import Skill, better
from autoglm_agent.automl.checks.sums import find_sum
from autoglm_agent.automl.checks.survey import Survey, survey
from autoglm_agent.automl.preparation.prepare import Prepared
from autoglm_agent.chain import Remedy, Status, Verdict

MOST_SUSPECTS = 8
"""Columns, strongest first, for which the others are fitted without them."""
LEAST_GAP = 0.05
"""Skill by which an inflating column beats the others, over and above significance."""


@dataclass(frozen=True)
class Finding:
    """Why one column is refuted or told of."""

    column: str
    sign: str
    skill: float
    words: str


def find_leaks(found: Survey) -> tuple[list[Finding], list[Finding]]:
    """Return the refuted columns and the merely suspicious ones, strongest first."""
    limits = found.thresholds
    order = sorted(found.skills, key=lambda name: -found.skills[name].value)
    leaks = [f for name in order if (f := _same(found, name))]
    named = {f.column for f in leaks}
    masks = {n for n in order if _looks_alike(found, n)} | named
    warned = []
    strong = [n for n in order if n not in named and _strong(found, n)]
    # Where many columns are strong, most are matched even by what is left without all of them.
    floor = found.without(masks | set(strong)).value if len(strong) > 2 else 0.0
    beating = [n for n in strong if found.skills[n].value > floor or _looks_alike(found, n)]
    for name in beating[:MOST_SUSPECTS]:
        rest = found.without(masks | found.same_as(name, strong))
        leak = _inflating(found, name, rest) or _collapsing(found, name, rest)
        if leak:
            leaks.append(leak)
        elif (doubt := _doubtful(found, name, rest)) is not None:
            warned.append(doubt)
    told = {f.column for f in (*leaks, *warned)}
    for name in order:
        skill = found.skills[name].value
        if name not in told and skill >= limits.leak_named and known_afterwards(name):
            text = f"{name!r} alone reaches a skill of {skill:.2f}, and its name suggests that it "
            warned.append(Finding(name, "name", skill, text + "is known only afterwards."))
    return leaks, warned


def _strong(found: Survey, name: str) -> bool:
    return found.skills[name].value >= found.thresholds.leak_strong or _looks_alike(found, name)


def _looks_alike(found: Survey, name: str) -> bool:
    form, strength = found.likeness[name]
    return form == "levels" and strength >= found.thresholds.leak_alike


def _same(found: Survey, name: str) -> Finding | None:
    limits, skill = found.thresholds, found.skills[name]
    form, strength = found.likeness[name]
    percent = f"{strength:.1%}"
    text = ""
    if form == "levels" and strength >= limits.leak_same:
        text = f"its levels are the classes under other names (agreement {percent})"
    elif form == "numbers" and strength >= limits.leak_same_number:
        text = f"the class determines {percent} of its variance"
    elif form == "order" and strength >= limits.leak_copy:
        text = f"it orders the rows as the target does (rank correlation {strength:.4f})"
    elif form == "buckets" and strength >= limits.leak_same:
        text = f"its levels are ranges of the target (agreement {percent})"
    elif found.sample.kinds.get(name) == "text" and _says_the_class(found, skill):
        text = "single words of it tell the class of nearly every row"
    if not text:
        return None
    return Finding(name, "same", skill.value, f"{name!r} is a copy of the target: {text}.")


def _says_the_class(found: Survey, skill: Skill) -> bool:
    """Whether a text's few words agree with the class like a renamed level would."""
    if skill.hits is None:
        return False
    share = np.bincount(found.sample.y) / len(found.sample.y)
    chance = float((share**2).sum())
    kappa = (float(skill.hits.mean()) - chance) / (1 - chance)
    return kappa >= found.thresholds.leak_same


def _inflating(found: Survey, name: str, rest: Skill) -> Finding | None:
    limits, mine = found.thresholds, found.skills[name]
    continuous = found.likeness[name][0] == "numbers"
    least = limits.leak_strong_number if continuous else limits.leak_strong
    if not found.sample.problem.is_classification or len(found.skills) == 1:
        least = limits.leak_certain
    every = max(found.all_together().value, mine.value)
    if mine.value < least or mine.value < limits.leak_share * every:
        return None
    gap = LEAST_GAP if found.sample.problem.is_classification else 0.0
    if mine.value - rest.value < gap or better(mine, rest) < limits.leak_z:
        return None
    if 1 - mine.value > limits.leak_residue * (1 - rest.value):
        return None
    text = (
        f"{name!r} alone reaches a skill of {mine.value:.2f} (1 is perfect), "
        f"all other columns together {rest.value:.2f}."
    )
    return Finding(name, "inflating", mine.value, text)


def _collapsing(found: Survey, name: str, rest: Skill) -> Finding | None:
    limits, every = found.thresholds, found.all_together()
    if not _looks_alike(found, name):
        return None
    if every.residue > limits.leak_collapse * rest.residue or better(every, rest) < limits.leak_z:
        return None
    strength = found.likeness[name][1]
    text = (
        f"{name!r} looks like the target under other names (agreement {strength:.1%}), and "
        f"without it the unexplained share grows from {every.residue:.2f} to {rest.residue:.2f}."
    )
    return Finding(name, "collapsing", found.skills[name].value, text)


def _doubtful(found: Survey, name: str, rest: Skill) -> Finding | None:
    """A strong column that does better than the others, though not beyond doubt."""
    mine = found.skills[name]
    ahead = mine.value > rest.value and better(mine, rest) >= found.thresholds.leak_z
    if not ahead and not _looks_alike(found, name):
        return None
    text = (
        f"{name!r} alone reaches a skill of {mine.value:.2f}, the other columns "
        f"{rest.value:.2f}: strong, but not beyond what an honest column can be."
    )
    return Finding(name, "strong", mine.value, text)


def check_target_leak(context: CheckContext) -> Verdict:
    """V10: no feature may be the target in disguise."""
    found = survey(context)
    prepared = context.need_target()
    leaks, warned = find_leaks(found)
    leaks += _by_formula(prepared, found, {f.column for f in leaks})
    best = max(found.skills, key=lambda name: found.skills[name].value, default="")
    evidence: dict[str, Any] = {
        "skills": {n: round(s.value, 4) for n, s in _strongest(found)},
        "together": round(found.all_together().value, 4) if leaks or warned else None,
        "findings": [{"column": f.column, "sign": f.sign, "text": f.words} for f in leaks + warned],
        "not_examined": found.skipped,
    }
    if leaks:
        return _refute_leaks(leaks, evidence, found)
    strongest = round(found.skills[best].value, 4) if best else None
    status: Status = "warn" if warned else "pass"
    fact = " ".join(f.words for f in warned) + " Make sure that it is known before the outcome."
    if not warned:
        fact = "No column betrays the target"
        fact += f"; the strongest alone is {best!r} (skill {strongest:.2f})." if best else "."
    if found.skipped and not warned:
        status, fact = "unknown", f"{len(found.skipped)} columns were not examined: time."
    return Verdict(
        check="V10",
        status=status,
        fact=fact,
        statistic=strongest,
        threshold=found.thresholds.leak_certain,
        n=found.sample.n,
        columns=tuple(f.column for f in warned),
        evidence=evidence,
    )


def _by_formula(prepared: Prepared, found: Survey, known: set[str]) -> list[Finding]:
    """Return what gives the target away together, level by level or as means of it."""
    limits = found.thresholds
    together_ = find_sum(prepared, limits)
    formulas = [together_] if together_ else []
    formulas += find_flags(prepared, limits)
    formulas += find_written(prepared, limits) + find_means(prepared, limits)
    numbers = max(
        (s.value for n, s in found.skills.items() if found.sample.kinds.get(n) != "category"),
        default=0.0,
    )
    # A grade that honest measures would tell as well takes nothing away from anybody.
    formulas += [f for f in find_fixing(prepared, limits) if f.strength > numbers + LEAST_GAP]
    leaks, told = [], set(known)
    for formula in formulas:
        for number, column in enumerate(c for c in formula.columns if c not in told):
            text = f"{formula.words[:1].upper()}{formula.words[1:]}." if number == 0 else ""
            leaks.append(Finding(column, "formula", formula.strength, text))
            told.add(column)
    return leaks


def _refute_leaks(leaks: list[Finding], evidence: dict[str, Any], found: Survey) -> Verdict:
    columns = [leak.column for leak in leaks]
    drop = Remedy(
        kind="drop_columns",
        step="prepare_data",
        args={"drop_columns": columns},
        reason="They would not be known when the model is used.",
    )
    question = f"Is {', '.join(columns)} known before the outcome?"
    return Verdict(
        check="V10",
        status="fail",
        fact=" ".join(leak.words for leak in leaks if leak.words),
        statistic=round(max(leak.skill for leak in leaks), 4),
        threshold=found.thresholds.leak_certain,
        n=found.sample.n,
        columns=tuple(columns),
        evidence=evidence,
        remedies=(drop, Remedy(kind="ask", step="prepare_data", reason=question)),
        blame="prepare_data",
    )


def _strongest(found: Survey) -> list[tuple[str, Skill]]:
    return sorted(found.skills.items(), key=lambda item: -item[1].value)[:10]


CHECKS = (
    Check("V10", "Target leak", "data", check_target_leak, 1.5, optional=False, forecasts=False),
)
