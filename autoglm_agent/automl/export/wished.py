"""Whether what a user wants exported can be, told before anything is trained."""

from __future__ import annotations

from collections.abc import Collection

from autoglm_agent.automl.export.members import CODED
from autoglm_agent.errors import InputError

FORMATS = ("code",)
"""Forms that a model of a table can be exported in."""


def check_export(form: str, *, families: Collection[str] = (), features: bool = False) -> None:
    """Check that a run's model will be exportable.

    Args:
        form: Of `FORMATS`.
        families: Experimental families that the run is to try.
        features: Whether the run makes semantic features.

    Raises:
        InputError: If it will not.
    """
    if form not in FORMATS:
        raise InputError(
            f"A model of a table cannot be exported as {form[:40]!r}.",
            f"Use {', '.join(FORMATS)}; networks of images can be exported as onnx "
            "(`autoglm images train --export`).",
        )
    odd = sorted(set(families) - CODED)
    if odd:
        raise InputError(
            f"A model with the family {odd[0]} cannot be exported as {form}.",
            "Leave out the family, or do without the export.",
        )
    if features:
        raise InputError(
            f"A model with semantic features cannot be exported as {form} yet.",
            "Leave out --features, or do without the export.",
        )
