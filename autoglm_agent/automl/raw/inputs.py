"""What a task of texts or images consists of, and what a model of them has to be able to do."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import numpy as np
import pandas as pd

from autoglm_agent.automl.run.clock import Deadline
from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.errors import InputError

Values = Sequence[Any] | np.ndarray
"""Texts, or uint8 images (n, height, width, channels)."""

Disturb = Callable[[Values, np.random.Generator], Values]
"""Values as the world may spoil them."""

VALUE = "input"
CONTENT = "content"
ALIKE = "alike"
"""Column of the group of equal and almost equal inputs."""


@dataclass(frozen=True)
class RawInputs:
    """Labelled texts or images.

    Attributes:
        kind: `text` or `image`.
        values: Texts, or uint8 images (n, height, width, channels).
        labels: One each.
        source: Where they were read from, for people.
        measures: Plain numbers of each value (length, brightness), for the simplest rival.
        notes: Sentences on what was left out.
        disturbances: By name, how the world may spoil values.
    """

    kind: Literal["text", "image"]
    values: Values
    labels: Sequence[Any]
    source: str
    measures: pd.DataFrame
    notes: tuple[str, ...] = ()
    disturbances: Mapping[str, Disturb] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if len(self.values) != len(self.labels):
            raise InputError(
                f"{len(self.values)} {self.kind}s have {len(self.labels)} labels.", "Give one each."
            )

    def frame(self) -> pd.DataFrame:
        """Return the values as a table that can be sealed: content digest, value, measures."""
        column = [_plain(value) for value in self.values]
        digests = [
            hashlib.sha256(value.encode("utf-8", "backslashreplace")).hexdigest()[:24]
            for value in column
        ]
        table = pd.DataFrame({CONTENT: digests, VALUE: pd.Series(column, dtype=object)})
        return pd.concat([table, self.measures.reset_index(drop=True)], axis=1)

    def decode(self, frame: pd.DataFrame) -> Values:
        """Return the values that `frame` wrote."""
        if self.kind == "text":
            return [str(value) for value in frame[VALUE]]
        return decode_images(frame, np.shape(self.values)[1:])


def decode_images(frame: pd.DataFrame, shape: tuple[int, ...]) -> np.ndarray:
    """Return images as uint8 (n, height, width, channels) from what `RawInputs.frame` wrote."""
    decoded = [np.frombuffer(base64.b64decode(v), dtype=np.uint8) for v in frame[VALUE]]
    if not decoded:
        return np.empty((0, *shape), dtype=np.uint8)
    return np.stack(decoded).reshape(-1, *shape)


class RawModel(Protocol):
    """A fitted model."""

    def predict(self, values: Values) -> np.ndarray:
        """Return probabilities, shape (rows, classes)."""
        ...

    def save(self, workspace: Workspace, model_id: str) -> None:
        """Write it under `models/<model_id>/`."""
        ...


class Fit(Protocol):
    """Fits a model of one family."""

    def __call__(
        self,
        values: Values,
        codes: np.ndarray,
        classes: int,
        *,
        seed: int,
        deadline: Deadline,
    ) -> RawModel:
        """Fit on values and class codes (0 to classes - 1), within the deadline."""
        ...  # fmt: skip


@dataclass(frozen=True)
class Family:
    """A kind of model that may be tried.

    Attributes:
        name: For people, and the candidate's id.
        fit: Fits one.
        fraction: Expected share of the search's time, in relation to the others.
    """

    name: str
    fit: Fit
    fraction: float = 1.0


def _plain(value: Any) -> str:
    """Return a text as it is, and an image as base64: a table of plain text can be sealed."""
    if isinstance(value, str):
        return value
    return base64.b64encode(np.ascontiguousarray(value).tobytes()).decode("ascii")
