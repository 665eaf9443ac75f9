"""Which recipe a task is, or none: a score for each, and silence where two are alike."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from autoglm_agent.chain import Task
from autoglm_agent.planner.paradigms.library import Paradigm, library
from autoglm_agent.planner.text import read_text, stem, words_of

LEAST = 1.0
"""Score below which no recipe is chosen."""
MARGIN = 0.5
"""Lead over the second below which none is."""
COLUMN = 1.0
"""What a word in the name of the target counts, against 1 for a word of the instruction."""


@dataclass(frozen=True)
class Gate:
    """What was chosen and why.

    Attributes:
        chosen: The recipe; None if none is clear.
        scores: Score of each recipe that has one, highest first.
        reason: One sentence.
    """

    chosen: Paradigm | None
    scores: dict[str, float]
    reason: str


def choose_paradigm(
    instruction: str, task: Task, recipes: Mapping[str, Paradigm] | None = None
) -> Gate:
    """Choose the recipe that instruction and target speak for.

    Args:
        instruction: The user's words.
        task: How they were understood; a recipe must fit its kind.
        recipes: The library by default.
    """
    low = instruction.lower()
    stems = {token.stem for token in read_text(instruction).tokens}
    target = {stem(word) for word in words_of(task.target or "")}
    scores: dict[str, float] = {}
    for name, recipe in (recipes if recipes is not None else library()).items():
        if task.kind not in recipe.kinds:
            continue
        said = sum(1.0 for word in recipe.words if _said(word, stems, low))
        named = any(
            stem(word) in target or _said(word, target, (task.target or "").lower())
            for word in recipe.columns
        )
        score = said + (COLUMN if named else 0.0)
        if score > 0:
            scores[name] = score
    ranked = dict(sorted(scores.items(), key=lambda item: (-item[1], item[0])))
    names = list(ranked)
    if not names or ranked[names[0]] < LEAST:
        return Gate(None, ranked, "Nothing speaks for a recipe; the general way is taken.")
    if len(names) > 1 and ranked[names[0]] - ranked[names[1]] < MARGIN:
        return Gate(
            None, ranked, f"{names[0]} and {names[1]} are equally likely; neither is taken."
        )
    recipes = recipes if recipes is not None else library()
    chosen = recipes[names[0]]
    return Gate(chosen, ranked, f"{chosen.title}: words and target speak for it.")


def _said(word: str, stems: set[str], low: str) -> bool:
    if re.search(r"[\u3400-\u9fff]", word):
        return word in low
    return stem(word) in stems
