"""Two readings of one instruction, that of its words and that of a chat model, made one task.

Slot by slot. Where both agree there is nothing to decide. A slot that only one of them names is
taken, if the table has the column, level or class of metric. Where they differ, words of the
instruction that can be quoted stand, and what merely followed from the data gives way to the
model. A contradiction about what is predicted, or about the kind of task, is a question with both
candidates: it is never decided here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from autoglm_agent.automl.data.profile import Profile
from autoglm_agent.automl.forecasting.periods import is_horizon
from autoglm_agent.chain import OF_FORECASTS, SUPERVISED, Evidence, Task
from autoglm_agent.errors import InputError, TargetError
from autoglm_agent.planner.later_words import parse_said
from autoglm_agent.planner.mentions import find_mentions
from autoglm_agent.planner.metric_words import CLASSIFICATION, REGRESSION
from autoglm_agent.planner.positive import typed
from autoglm_agent.planner.schema import schema_of
from autoglm_agent.planner.text import read_text

_ALONE = 0.8
"""Confidence in a slot that the model alone names."""
_COLUMNS = ("time_column", "group_column")


@dataclass(frozen=True)
class Merged:
    """One task of two readings, and what was decided where they differed."""

    task: Task
    notes: tuple[str, ...] = ()
    """One sentence for each slot in which the readings differed."""


def merge_readings(
    instruction: str, profile: Profile, model: Mapping[str, Any], *, target: str | None = None
) -> Merged:
    """Read the words, and merge what a chat model read.

    Args:
        instruction: The user's words.
        profile: The table's profile.
        model: Slots that the model read; None where it read nothing.
        target: The target that the user confirmed; the model's then does not count.

    Returns:
        The task; each slot's evidence says whose reading it is.

    Raises:
        TargetError: The two readings contradict each other about target or kind, with both as
            candidates; or no reading tells the target.
        InputError: The model names a column, a level or a metric that does not exist or fit.
    """
    read = {slot: value for slot, value in model.items() if value not in (None, "", [], {}, ())}
    named = read.pop("target", None) if target is None else (read.pop("target", None), target)[1]
    words, alone = _words(instruction, profile, named, confirmed=target is not None)
    if target is None and named is not None and not alone and words.target != named:
        _ask(instruction, "target", words.target or words.kind, named)
    kind = read.pop("kind", None)
    if kind is not None and kind != words.kind:
        _ask(instruction, "kind", words.kind, kind)
    evidence = dict(words.evidence)
    if alone:
        evidence["target"] = Evidence(confidence=_ALONE, source="model")
    slots: dict[str, Any] = {}
    notes: list[str] = []
    for slot, value in read.items():
        if slot not in Task.model_fields or slot == "evidence":
            continue
        if slot in OF_FORECASTS and words.kind != "forecasting":
            continue
        value, before = _checked(slot, value, words, profile), getattr(words, slot)
        if slot == "exclude":
            value = _excluded(value, words, instruction, profile, notes)
        if value == before:
            continue
        if slot != "exclude" and before is not None and _quoted(words, slot):
            notes.append(_stands(slot, words, value))
            continue
        if before not in (None, ()) and slot != "exclude":
            notes.append(f"{slot}: the model reads {value!r}; the data alone suggested {before!r}.")
        slots[slot], evidence[slot] = value, Evidence(confidence=_ALONE, source="model")
    data = {**words.model_dump(), **slots, "evidence": evidence}
    return Merged(Task.model_validate(data), tuple(notes))


def _words(
    instruction: str, profile: Profile, named: str | None, *, confirmed: bool
) -> tuple[Task, bool]:
    """Return what the words say, and whether the target is the model's alone."""
    if named is not None and named not in profile.names():
        raise InputError(
            f"There is no column {named!r}.",
            f"The columns are: {', '.join(profile.names()[:40])}.",
        )
    if confirmed or named is None:
        return parse_said(instruction, profile, target=named), False
    try:
        return parse_said(instruction, profile), False
    except InputError:
        # The words alone end in a question or cannot be met; the model knows a target.
        return parse_said(instruction, profile, target=named), True


def _ask(instruction: str, slot: str, words: str, model: str) -> None:
    short = instruction if len(instruction) <= 80 else instruction[:77] + "..."
    raise TargetError(
        f'"{short}" is read in two ways: by its words the {slot} is {words!r}, by the model '
        f"{model!r}.",
        "Say which of the two is meant.",
        (words, model),
    )


def _checked(slot: str, value: Any, words: Task, profile: Profile) -> Any:
    """Return a slot's value of the model in the form that a task has it."""
    if slot in _COLUMNS and value not in profile.names():
        raise InputError(f"There is no column {value!r} for {slot}.", "Name one of the table's.")
    if slot == "exclude":
        strange = [name for name in value if name not in profile.names()]
        if strange:
            raise InputError(f"There is no column {strange[0]!r} to leave out.", "Correct it.")
        return tuple(name for name in value if name != words.target)
    if slot == "series":
        strange = [name for name in value if name not in profile.names()]
        if strange:
            raise InputError(f"There is no column {strange[0]!r} for series.", "Correct it.")
        return tuple(value)
    if slot == "horizon" and not is_horizon(str(value)):
        raise InputError(
            f"{value!r} is no horizon.", 'Write a number and a unit, for example "14 days".'
        )
    if slot == "metric" and words.kind in (*SUPERVISED, "forecasting"):
        fit = CLASSIFICATION if words.kind in ("binary", "multiclass") else REGRESSION
        if value not in fit:
            raise InputError(
                f"{value} does not fit a {words.kind} task.", f"Choose one of {', '.join(fit)}."
            )
    if slot == "positive_class" and words.target is not None:
        column = schema_of(profile).by_name[words.target]
        levels = {level.lower(): level for level, _ in column.profile.levels}
        level = levels.get(str(value).lower())
        if levels and level is None:
            raise InputError(
                f"{words.target!r} has no class {value!r}.",
                f"Its classes are: {', '.join(list(levels.values())[:20])}.",
            )
        return typed(level, column) if level is not None else value
    return value


def _excluded(
    value: tuple[str, ...], words: Task, instruction: str, profile: Profile, notes: list[str]
) -> tuple[str, ...]:
    """Return the columns to leave out; what only the model bars must be named where some are."""
    more = [name for name in value if name not in words.exclude]
    if words.exclude and more:
        schema = schema_of(profile)
        text = read_text(instruction, schema.vocabulary)
        said = {mention.column.name for mention in find_mentions(text, schema)}
        unsaid = [name for name in more if name not in said]
        if unsaid:
            notes.append(
                f"exclude: the model adds {', '.join(unsaid)}; no word names that, so it stays."
            )
        more = [name for name in more if name in said]
    missed = [name for name in words.exclude if name not in value]
    if missed:
        notes.append(f"exclude: the model does not read {', '.join(missed)}; the words stand.")
    return (*words.exclude, *more)


def _quoted(words: Task, slot: str) -> bool:
    why = words.evidence.get(slot)
    return why is not None and why.source == "instruction" and why.span is not None


def _stands(slot: str, words: Task, value: Any) -> str:
    span = words.evidence[slot].span
    return (
        f'{slot}: the words "{span}" say {getattr(words, slot)!r}, the model {value!r}; '
        "the words stand."
    )
