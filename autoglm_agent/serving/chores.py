"""What chat clients ask on their own account: a title, tags or questions for a conversation.

Open WebUI sends such requests after each answer, LibreChat after the first, to the model of the
conversation and with all its words. Taken for a person's wish, each would begin a run of its own.
"""

from __future__ import annotations

import json
import re
from typing import Any

_ASKED = re.compile(
    r"</?chat_history>|\btitle\b[^.\n]{0,60}\b(?:conversation|chat)\b", re.IGNORECASE
)
_SAID = re.compile(r"^\W{0,4}(?:user|human)\W{1,4}(\S.*)$", re.IGNORECASE | re.MULTILINE)
_HEAD = 600
_LONGEST_TITLE = 60
_EMPTY: dict[str, Any] = {"tags": [], "follow_ups": [], "queries": [], "prompt": "", "text": ""}
"""Names in the JSON that is asked for, with the answer of who has nothing to say."""


def chore_answer(words: str) -> str | None:
    """Return the answer to a client's own request, or None of a person's words.

    Args:
        words: The last message of a conversation.
    """
    asked = _ASKED.search(words)
    if asked is None or (not asked.group().endswith(">") and asked.start() > _HEAD):
        return None
    if '"title"' in words:
        return json.dumps({"title": _title(words)}, ensure_ascii=False)
    for name, nothing in _EMPTY.items():
        if f'"{name}"' in words:
            return json.dumps({name: nothing})
    return _title(words)


def _title(words: str) -> str:
    """Return a person's first words in the conversation that is repeated, cut to a title."""
    said = _SAID.search(words)
    title = " ".join((said.group(1) if said else "AutoGLM").strip(" \"'*").split())
    if len(title) <= _LONGEST_TITLE:
        return title
    return title[:_LONGEST_TITLE].rsplit(" ", 1)[0] + "…"
