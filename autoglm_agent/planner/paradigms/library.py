"""The recipes: short files, those of this package and the user's own in YAML or JSON.

A user adds one by a file `<name>.yaml` that is named with `--recipe`, or that lies in the folder
`AUTOGLM_PARADIGMS`; one of the same name takes the place of ours.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, ValidationError, model_validator

from autoglm_agent.chain import Datum, Kind
from autoglm_agent.errors import InputError
from autoglm_agent.planner.metric_words import CLASSIFICATION, REGRESSION

_METRICS = {
    "binary": CLASSIFICATION, "multiclass": CLASSIFICATION, "regression": REGRESSION,
    "forecasting": REGRESSION,
}  # fmt: skip
_FORMS = (".yaml", ".yml", ".json")
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
        costs: Relative costs of the two mistakes, `fn` and `fp`, where the user names neither costs
            nor a metric.
        split: `time` where the newest rows are to be held out, if the table has one date column.
        checks: Ids of checks that the goal graph names beside those of every task.
        advice: One sentence for people.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_-]{0,40}$")
    title: str
    title_zh: str = ""
    kinds: tuple[Kind, ...]
    words: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    metric: dict[Kind, str] = Field(default_factory=dict)
    costs: dict[Literal["fn", "fp"], float] | None = None
    split: Literal["time"] | None = None
    checks: tuple[str, ...] = ()
    advice: str = ""

    @model_validator(mode="after")
    def _possible(self) -> Self:
        """Refuse metrics of another kind of task, and costs that are no costs."""
        for kind, metric in self.metric.items():
            known = _METRICS.get(kind, ())
            if known and metric not in known:
                raise ValueError(f"{metric} is no metric of {kind}; known: {', '.join(known)}")
        if self.costs is not None and not (
            set(self.costs) == {"fn", "fp"} and min(self.costs.values()) > 0
        ):
            raise ValueError("costs need fn and fp, both above 0")
        return self

    def must_fit(self, kind: Kind) -> None:
        """Raise if a task of another kind is to be done by this recipe.

        Raises:
            InputError: If `kind` is none of the recipe's.
        """
        if kind not in self.kinds:
            raise InputError(
                f"The recipe {self.name} is for {', '.join(self.kinds)}; this is a {kind} task.",
                "Choose another recipe, or --recipe none.",
            )


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
        found |= {p.stem: _read(p) for p in sorted(Path(own).iterdir()) if p.suffix in _FORMS}
    return found


def recipes_from(choice: str | None) -> tuple[dict[str, Paradigm], Paradigm | None]:
    """Return the recipes to choose from, and the one that the user chose, if one was.

    Args:
        choice: The name of a recipe, a file, or a folder of files that join the library.

    Raises:
        InputError: If it is none of these, or a file is no recipe.
    """
    if choice is None:
        return library(), None
    path = Path(choice).expanduser()
    if path.suffix in _FORMS:
        recipe = _read(path)
        return {recipe.name: recipe}, recipe
    if path.is_dir():
        return library(path), None
    known = library()
    if choice not in known:
        raise InputError(
            f"There is no recipe {choice[:80]!r}.",
            f"Known: {', '.join(sorted(known))}; or give a .yaml file or a folder of them.",
        )
    return known, known[choice]


def _data(path: Path) -> Any:
    text = path.read_text("utf-8")
    if path.suffix == ".json":
        return json.loads(text)
    import yaml

    try:
        # Only plain data: a tag that names a Python object is an error.
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ValueError(" ".join(str(error).split())) from error


def _read(path: Path) -> Paradigm:
    try:
        if path.stat().st_size > LARGEST:
            raise InputError(f"{path} is too large for a recipe.", "Keep it below 100 kB.")
        made = Paradigm.model_validate(_data(path))
    except ValidationError as error:
        first = error.errors()[0]
        raise InputError(
            f"{path} is no recipe: {'.'.join(map(str, first['loc']))}: {first['msg']}.",
            "Compare it with the recipes of the package.",
        ) from error
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"{path} cannot be read: {error}.", "Correct the file.") from error
    if made.name != path.stem:
        raise InputError(f"{path} calls itself {made.name!r}.", "Give both the same name.")
    return made
