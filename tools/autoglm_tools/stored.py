"""What earlier tools of the run have stored, found again by its id."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autoglm_agent.errors import InputError
from autoglm_tools.session import Session

if TYPE_CHECKING:
    from autoglm_agent.automl.preparation.prepare import Prepared


def stored_preparation(session: Session, prepared_id: str) -> Prepared:
    """Return what `prepare_data` made.

    Raises:
        InputError: If there is nothing of that id.
    """
    from autoglm_agent.automl.preparation.prepare import load_prepared

    if not session.workspace.has("prepared", prepared_id, "meta.json"):
        raise InputError(f"No prepared data {prepared_id!r}.", "Call prepare_data first.")
    return load_prepared(session.workspace, prepared_id)


def stored_features(
    session: Session, features_id: str | None, prepared_id: str
) -> list[dict[str, Any]]:
    """Return the expressions that `make_features` accepted for prepared data.

    Raises:
        InputError: If there are none of that id, or they belong to other data.
    """
    if features_id is None:
        return []
    if not session.workspace.has("features", f"{features_id}.json"):
        raise InputError(f"No features {features_id!r}.", "Call make_features first.")
    found = session.workspace.read_json("features", f"{features_id}.json")
    if found.get("prepared") != prepared_id:
        raise InputError(
            "These features were made for other prepared data.", "Call make_features again."
        )
    expressions: list[dict[str, Any]] = found["expressions"]
    return expressions
