"""The columns whose names are nearest to a phrase that names none."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from autoglm_agent.planner.meaning.encoder import as_words, likeness
from autoglm_agent.planner.schema import Column, Schema

_NUMBERED = re.compile(r" (?:id|nr|no|nbr|cd|code|number|name)$")
_NUMBER_OF = re.compile(r"(?:\s*(?:id|number|code|no\.?)|的?(?:编号|号码|编码|代码|id|号))\Z", re.I)
_LIKE, _LEAD = 0.5, 0.1
"""Least cosine of what is taken, and least lead over the second."""
_LIKE_ID, _LEAD_ID = 0.35, 0.05
"""The same among the columns that number things: few, and none is lost to a model."""


def nearest_column(phrase: str, columns: Sequence[Column]) -> Column | None:
    """Return the one column whose name means what a phrase does, or None.

    Args:
        phrase: A noun in any of the encoder's languages.
        columns: The columns that come into question; what numbers them is left out of their names.
    """
    if not columns:
        return None
    names = [_NUMBERED.sub("", as_words(column.name)) for column in columns]
    alike = likeness([phrase], names)[0]
    order = np.argsort(-alike, kind="stable")
    lead = alike[order[0]] - alike[order[1]] if len(order) > 1 else 1.0
    return columns[int(order[0])] if alike[order[0]] >= _LIKE and lead >= _LEAD else None


def numbered_column(phrase: str, schema: Schema) -> Column | None:
    """Return the column that numbers a thing, for "贷款编号" or "the booking number", or None.

    Args:
        phrase: A noun and a word for its number.
        schema: The table's columns; only those that identify rows or things come into question.
    """
    thing = _NUMBER_OF.sub("", phrase.strip())
    numbered = [column for column in schema.columns if column.identifies]
    if thing in ("", phrase) or not numbered:
        return None
    alike = likeness([thing], [_NUMBERED.sub("", as_words(c.name)) for c in numbered])[0]
    order = np.argsort(-alike, kind="stable")
    lead = alike[order[0]] - alike[order[1]] if len(order) > 1 else 1.0
    sure = alike[order[0]] >= _LIKE_ID and lead >= _LEAD_ID
    return numbered[int(order[0])] if sure else None


def near_in_meaning(phrase: str, schema: Schema, count: int) -> list[str]:
    """Return the names nearest to a phrase in meaning, and of all the one spelt most like it.

    Args:
        phrase: A few words in any of the encoder's languages.
        schema: The table's columns.
        count: How many names at most.
    """
    names = [column.name for column in schema.columns]
    if not names:
        return []
    alike = likeness([phrase], [as_words(name) for name in names])[0]
    by_meaning = [names[int(i)] for i in np.argsort(-alike, kind="stable")]
    first = [*by_meaning[: count - 1], *schema.near(phrase, 1), *by_meaning]
    return list(dict.fromkeys(first))[:count]
