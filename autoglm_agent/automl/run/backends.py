"""The names of those who can do the fits of a search."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Literal

from autoglm_agent.errors import InputError, MissingExtraError

Backend = Literal["threads", "loky", "ray"]
BACKENDS: tuple[Backend, ...] = ("threads", "loky", "ray")


def check_backend(backend: str | None) -> Backend | None:
    """Return a backend that can be used.

    Args:
        backend: Its name, or None.

    Raises:
        InputError: If there is no such backend.
        MissingExtraError: If it is Ray, and that is not installed.
    """
    if backend is not None and backend not in BACKENDS:
        raise InputError(
            f"There is no backend {backend!r}.", f"Choose one of {', '.join(BACKENDS)}."
        )
    if backend == "ray" and not installed("ray"):
        raise MissingExtraError(
            "The backend ray needs the package ray.", "pip install 'autoglm-agent[ray]'"
        )
    return next((known for known in BACKENDS if known == backend), None)


def installed(package: str) -> bool:
    """Whether a package is there; it is not imported."""
    try:
        return find_spec(package) is not None
    except ValueError:  # an import of it has failed before
        return False
