"""The recipes: short JSON files, those of this package and the user's own.

A user adds one by a file `<name>.json` in the folder `AUTOGLM_PARADIGMS`; one of the same name
takes the place of ours.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from pydantic import Field, ValidationError

from autoglm_agent.chain import Datum, Kind
from autoglm_agent.errors import InputError

_RECIPES = Path(__file__).parent / "recipes"
LARGEST = 100_000
"""Bytes of a recipe at most."""


class Paradigm(Datum):
    """One recipe.

    Attributes:
        name: Its name, which is the file's.
        title: What it is called.
        title_zh: The same in Chinese.
        kinds: Kinds of tasks that it fits.
        words: Words of an instruction that speak for it; Chinese ones match within the text.
        columns: Words in the name of the target, or for tasks without one of any column.
        metric: Metric by kind, where the user names none.
        checks: Ids of checks that matter more than usual here.
        advice: One sentence for people.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_-]{0,40}$")
    title: str
    title_zh: str = ""
    kinds: tuple[Kind, ...]
    words: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    metric: dict[Kind, str] = Field(default_factory=dict)
    checks: tuple[str, ...] = ()
    advice: str = ""


def library(folder: str | os.PathLike[str] | None = None) -> dict[str, Paradigm]:
    """Return the recipes by name.

    Args:
        folder: The user's own; by default the environment variable `AUTOGLM_PARADIGMS`.

    Raises:
        InputError: If a file of the user is no recipe; names the file and the field.
    """
    found = {p.stem: _read(p) for p in sorted(_RECIPES.glob("*.json"))}
    own = folder or os.environ.get("AUTOGLM_PARADIGMS")
    if own:
        if not Path(own).is_dir():
            raise InputError(f"There is no folder {str(own)!r}.", "Correct AUTOGLM_PARADIGMS.")
        found |= {p.stem: _read(p) for p in sorted(Path(own).glob("*.json"))}
    return found


def _read(path: Path) -> Paradigm:
    try:
        if path.stat().st_size > LARGEST:
            raise InputError(f"{path} is too large for a recipe.", "Keep it below 100 kB.")
        made = Paradigm.model_validate(json.loads(path.read_text("utf-8")))
    except ValidationError as error:
        first = error.errors()[0]
        raise InputError(
            f"{path} is no recipe: {'.'.join(map(str, first['loc']))}: {first['msg']}.",
            "Compare it with the recipes of the package.",
        ) from error
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read: {error}.", "Correct the file.") from error
    if made.name != path.stem:
        raise InputError(f"{path} calls itself {made.name!r}.", "Give both the same name.")
    return made
