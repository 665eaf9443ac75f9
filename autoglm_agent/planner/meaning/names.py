"""What the words of each column's name say of its being meant.

Words are told apart here as the grammar knows them, by stem and concept, where the encoder only
knows how near they are. That tables often end in what they were made for is left out on purpose:
the last column is never a guess.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from autoglm_agent.planner.lexicon import concepts_of
from autoglm_agent.planner.parts import Part
from autoglm_agent.planner.schema import Column

OF_NAMES = 8
"""How many features there are."""


def of_names(
    words: Sequence[str],
    columns: Sequence[Column],
    alike: Mapping[str, float],
    named: Mapping[str, float],
) -> np.ndarray:
    """Return features of each column, of shape (columns, OF_NAMES).

    Args:
        words: Stems of the open words of an instruction that say something.
        columns: The columns that could be meant.
        alike: By name, how like all that is said a column's name is, from 0 to 1.
        named: By name, how well a mention of it fits, from 0 to 1.
    """
    concepts = [frozenset(concept.name for concept in concepts_of(word)) for word in words]
    rows = []
    for column in columns:
        core = column.core or column.parts
        told = np.array(
            [[_says(part, *word) for word in zip(words, concepts, strict=True)] for part in core],
            dtype=float,
        ).reshape(len(core), len(words))
        said = told.max(1, initial=0.0)
        rows.append(
            [
                alike.get(column.name, 0.0),
                said.mean() if len(core) else 0.0,
                told.max(0, initial=0.0).mean() if words else 0.0,
                named.get(column.name, 0.0),
                said[-1] if len(core) else 0.0,
                np.log1p(column.profile.distinct),
                column.two_valued,
                column.numeric,
            ]
        )
    return np.array(rows, dtype=float)


def _says(part: Part, word: str, concepts: frozenset[str]) -> bool:
    return part.says(word) or bool(part.concepts & concepts)
