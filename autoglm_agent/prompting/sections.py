"""A prompt is an ordered list of typed sections, cut to a token budget.

Composition is a pure function of its sections: the same state gives the same prompt, so a
provider's prefix cache hits and tests can compare texts. When the budget is short the sections
of the lowest priority go first, whole; a section of priority 0 never goes. What comes from
outside (cells, column names, retrieved chains) stands in a fence that it cannot close.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

CHARACTERS_PER_TOKEN = 3.5
"""A cautious rate for English and JSON; exact counts need the model's own tokenizer."""


@dataclass(frozen=True)
class Section:
    """One part of a prompt.

    Attributes:
        name: `role`, `task`, `constraints`, `examples`, `nogoods`, `contract` and the like.
        text: What the model reads.
        priority: 0 is always kept; higher numbers are left out first.
    """

    name: str
    text: str
    priority: int = 0


def compose(sections: Sequence[Section], tokens: int) -> str:
    """Return the sections as one text of at most about `tokens` tokens.

    Args:
        sections: In the order in which they are to be read; empty ones are skipped.
        tokens: Budget; sections of priority 0 may exceed it.
    """
    kept = [s for s in sections if s.text.strip()]
    while count_tokens(kept) > tokens:
        last = max(kept, key=lambda s: s.priority, default=None)
        if last is None or last.priority == 0:
            break
        kept.remove(last)
    return "\n\n".join(f"# {s.name}\n{s.text.strip()}" for s in kept)


def count_tokens(sections: Sequence[Section]) -> int:
    """Return an estimate of the tokens that the sections cost."""
    return int(sum(len(s.text) + len(s.name) + 4 for s in sections) / CHARACTERS_PER_TOKEN)


def fenced(tag: str, value: Any) -> str:
    """Return JSON between `<tag>` and `</tag>` that the value itself cannot close.

    Angle brackets are escaped inside JSON strings, so no cell can end the fence and speak in
    the prompt's own voice.
    """
    text = json.dumps(value, ensure_ascii=False, default=str)
    return f"<{tag}>{text.replace('<', chr(92) + 'u003c')}</{tag}>"
