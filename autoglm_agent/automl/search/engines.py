"""The names of those who can propose candidates once the portfolio is through."""

from __future__ import annotations

from typing import Literal

from autoglm_agent.automl.run.backends import installed
from autoglm_agent.errors import InputError, MissingExtraError

Search = Literal["auto", "grid", "random", "tpe", "gp", "semantic"]
SEARCHES: tuple[Search, ...] = ("auto", "grid", "random", "tpe", "gp", "semantic")


def check_search(search: str) -> Search:
    """Return the name of a search that can be done.

    Raises:
        InputError: If there is no such search.
        MissingExtraError: If it needs Optuna, and that is not installed.
    """
    if search not in SEARCHES:
        raise InputError(
            f"There is no search engine {search!r}.", f"Choose one of {', '.join(SEARCHES)}."
        )
    if search != "auto" and not installed("optuna"):
        raise MissingExtraError(
            "The search engines need Optuna.", "pip install 'autoglm-agent[search]'"
        )
    return next(known for known in SEARCHES if known == search)
