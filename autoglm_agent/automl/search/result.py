"""What a search found, and its files `searches/<id>/search.json` and `oof.npz`."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from autoglm_agent.automl.models.fitted import FittedModel
from autoglm_agent.automl.run.arrays import from_npz, to_npz
from autoglm_agent.automl.run.memory import peak_memory_mb
from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.automl.scoring.honest import HonestScore
from autoglm_agent.automl.scoring.metrics import GREATER_IS_BETTER
from autoglm_agent.automl.search.trials import Candidate
from autoglm_agent.errors import StoreError
from autoglm_agent.jsondata import without_nan


@dataclass
class SearchResult:
    """The outcome of a search.

    Attributes:
        candidates: All that were tried, in order; the baseline first.
        weights: Candidate id to its share of the ensemble; sums to one.
        oof: Candidate id to out-of-fold predictions, NaN where never predicted.
        ensemble_oof: Out-of-fold predictions of the ensemble, NaN where never predicted.
        ensemble_score: Its score in the metric's own orientation.
        honest: The ensemble's score corrected for the choice of candidates and weights; None if
            it cannot be told.
        naive_score: Best single cross-validated score; optimistic, because it was selected.
        best: Id of the best single candidate that covers all rows.
        seconds: Wall time of the search.
        stopped: Why it ended: `finished` (the portfolio is through, or nothing more fits into
            the time), `trials`, `time`, `cancelled`, `nothing fits` (only the baseline could be
            made).
        metric: The metric of all the scores.
        threshold: Decision threshold of the ensemble (0.5 unless costs or the metric move it).
        trained: Number of candidates trained now, not taken from the store.
        warnings: Sentences for people.
        fitted: The ensemble; None after `load_search` without the model. Read it as `model`.
    """

    candidates: list[Candidate]
    weights: dict[str, float]
    oof: dict[str, np.ndarray]
    ensemble_oof: np.ndarray
    ensemble_score: float
    naive_score: float
    best: str
    seconds: float
    stopped: str
    metric: str
    threshold: float = 0.5
    trained: int = 0
    warnings: list[str] = field(default_factory=list)
    honest: HonestScore | None = None
    fitted: FittedModel | None = None

    @property
    def model(self) -> FittedModel:
        """The ensemble ready for use.

        Raises:
            StoreError: If the search was loaded without its model.
        """
        if self.fitted is None:
            raise StoreError(
                "This search was loaded without its model.", "Call load_search(with_model=True)."
            )
        return self.fitted

    def candidate(self, candidate_id: str) -> Candidate:
        """Return the candidate of that id.

        Raises:
            KeyError: If there is none.
        """
        for candidate in self.candidates:
            if candidate.id == candidate_id:
                return candidate
        raise KeyError(candidate_id)

    def to_json(self) -> dict[str, Any]:
        """Return all but the arrays and the model as JSON data; NaN becomes null."""
        data = {
            "metric": self.metric,
            "greater_is_better": GREATER_IS_BETTER[self.metric],
            "candidates": [asdict(c) for c in self.candidates],
            "weights": self.weights,
            "honest": self.honest.to_json() if self.honest else None,
            "ensemble_score": self.ensemble_score,
            "naive_score": self.naive_score,
            "best": self.best,
            "seconds": round(self.seconds, 3),
            "stopped": self.stopped,
            "threshold": self.threshold,
            "trained": self.trained,
            "warnings": self.warnings,
        }
        return dict(without_nan(data))

    def save(
        self,
        workspace: Workspace,
        search_id: str,
        prepared_id: str,
        *,
        model_id: str | None = None,
        budget_s: float | None = None,
        trials: int | None = None,
    ) -> dict[str, Any]:
        """Write the search and its model; return what was written to `search.json`.

        Args:
            workspace: The run folder.
            search_id: Name of the folder in `searches/`.
            prepared_id: The prepared data it was trained on.
            model_id: Name of the folder in `models/`; the search's own id by default. A model
                that is there already is left as it is.
            budget_s: The time it was given.
            trials: The number of candidates it was given.
        """
        model_id = model_id or search_id
        if self.fitted is not None and not workspace.has("models", model_id, "manifest.json"):
            self.fitted.save(workspace, model_id)
        arrays = {"ensemble": self.ensemble_oof}
        arrays |= {f"oof.{name}": values for name, values in self.oof.items()}
        workspace.write_bytes(to_npz(arrays, compressed=True), "searches", search_id, "oof.npz")
        data = {
            "id": search_id,
            "prepared": prepared_id,
            "model": model_id,
            **self.to_json(),
            "budget_s": budget_s,
            "trials": trials,
            "memory_mb": peak_memory_mb(),
        }
        workspace.write_json(data, "searches", search_id, "search.json")
        return data


def load_search(workspace: Workspace, search_id: str, *, with_model: bool = False) -> SearchResult:
    """Read a search back.

    Args:
        workspace: The run folder.
        search_id: Name of the folder in `searches/`.
        with_model: Whether to load the model, too.

    Raises:
        StoreError: If a file is missing or damaged.
    """
    data = workspace.read_json("searches", search_id, "search.json")
    oof = read_oof(workspace, search_id)
    candidates = []
    for entry in data["candidates"]:
        entry = {**entry, "score": _number(entry["score"]), "se": _number(entry["se"])}
        entry["fold_scores"] = [_number(s) for s in entry["fold_scores"]]
        candidates.append(Candidate(**entry))
    return SearchResult(
        candidates=candidates,
        weights=data["weights"],
        ensemble_oof=oof.pop("ensemble"),
        oof=oof,
        ensemble_score=_number(data["ensemble_score"]),
        naive_score=_number(data["naive_score"]),
        honest=HonestScore(**data["honest"]) if data.get("honest") else None,
        fitted=FittedModel.load(workspace, data["model"]) if with_model else None,
        **{name: data[name] for name in _PLAIN},
    )


def read_oof(workspace: Workspace, search_id: str) -> dict[str, np.ndarray]:
    """Read the out-of-fold predictions of a search: candidate id, or `ensemble`, to array.

    Raises:
        StoreError: If the file is missing or damaged.
    """
    try:
        arrays = from_npz(workspace.read_bytes("searches", search_id, "oof.npz"))
    except ValueError as error:
        raise StoreError(
            f"The predictions of the search {search_id} are damaged: {error}.", "Train again."
        ) from error
    return {name.removeprefix("oof."): values for name, values in arrays.items()}


_PLAIN = ("best", "seconds", "stopped", "metric", "threshold", "trained", "warnings")


def _number(value: float | None) -> float:
    return float("nan") if value is None else float(value)
