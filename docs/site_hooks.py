"""Makes the pages, which are written to be read in the repository, fit the site."""

from __future__ import annotations

import re
from typing import Any

_OUTSIDE = re.compile(r"\[([^\]]+)\]\((?:\.\./)+([^)]+)\)")


def on_page_markdown(markdown: str, **rest: Any) -> str:
    """Write a link to a file outside the site as the file's path."""
    del rest
    return _OUTSIDE.sub(
        lambda link: f"{link[1]} (`{link[2]}`)" if link[1] != link[2] else f"`{link[2]}`", markdown
    )
