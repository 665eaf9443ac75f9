"""Texts classified by their words and letters: TF-IDF and logistic regression, kept as arrays."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy import sparse

from autoglm_agent.automl.raw.inputs import Values
from autoglm_agent.automl.run.arrays import array_json, from_npz, json_array, to_npz
from autoglm_agent.automl.run.clock import Deadline
from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.errors import StoreError

FILE = "words.npz"
MOST_TERMS = 60_000
LEAST_TEXTS = 2
"""Texts that a term must occur in."""
LETTERS = (3, 4, 5)


@dataclass(frozen=True, eq=False)
class WordModel:
    """A linear classifier of terms: words, pairs of words, and runs of letters within words.

    Attributes:
        terms: Term to column.
        rarity: Inverse document frequency of each column.
        weights: Shape (classes, terms).
        bias: Shape (classes,).
    """

    terms: dict[str, int]
    rarity: np.ndarray
    weights: np.ndarray
    bias: np.ndarray

    def predict(self, values: Values) -> np.ndarray:
        """Return probabilities, float64 (rows, classes)."""
        rows = _matrix([Counter(terms_of(str(v))) for v in values], self.terms, self.rarity)
        logits = rows @ self.weights.T + self.bias
        shares = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.asarray(shares / shares.sum(axis=1, keepdims=True))

    def save(self, workspace: Workspace, model_id: str) -> None:
        """Write it under `models/<model_id>/`."""
        arrays = {"rarity": self.rarity, "weights": self.weights, "bias": self.bias}
        data = to_npz({**arrays, "terms": json_array(list(self.terms))}, compressed=True)
        workspace.write_bytes(data, "models", model_id, FILE)

    @classmethod
    def load(cls, workspace: Workspace, model_id: str) -> WordModel:
        """Read back what `save` wrote."""
        try:
            arrays = from_npz(workspace.read_bytes("models", model_id, FILE))
            terms = {str(t): i for i, t in enumerate(array_json(arrays.pop("terms")))}
            return cls(terms, **arrays)
        except (KeyError, ValueError, TypeError) as error:
            raise StoreError(f"The saved model is damaged: {error}.", "Train it again.") from error


def terms_of(text: str) -> list[str]:
    """Return a text's words, pairs of neighbours, and runs of letters within its words."""
    words = re.findall(r"\w+|[!?]", text.casefold())
    pairs = [f"{a} {b}" for a, b in pairwise(words)]
    letters = []
    for word in words:
        edged = f"<{word}>"
        letters += ["#" + edged[i : i + n] for n in LETTERS for i in range(len(edged) - n + 1)]
    return words + pairs + letters


def fit_words(
    values: Values,
    codes: np.ndarray,
    classes: int,
    *,
    seed: int,  # noqa: ARG001 - nothing is drawn
    deadline: Deadline,  # noqa: ARG001 - a convex fit on bounded terms
) -> WordModel:
    """Fit on texts and class codes."""
    from sklearn.linear_model import LogisticRegression

    counted = [Counter(terms_of(str(value))) for value in values]
    spread: Counter[str] = Counter()
    for counts in counted:
        spread.update(counts.keys())
    least = LEAST_TEXTS if len(values) >= 50 else 1
    kept = sorted((t for t, n in spread.items() if n >= least), key=lambda t: (-spread[t], t))
    terms = {term: i for i, term in enumerate(kept[:MOST_TERMS] or ["?"])}
    rarity = np.log((1 + len(values)) / (1 + np.array([spread[t] for t in terms]))) + 1
    rows = _matrix(counted, terms, rarity)
    fitted = LogisticRegression(C=20.0, max_iter=300).fit(rows, codes)
    weights, bias = np.zeros((classes, len(terms))), np.full(classes, -1e3)
    if len(fitted.classes_) == 2:  # scikit-learn keeps one row for two classes
        weights[fitted.classes_] = np.concatenate([-fitted.coef_, fitted.coef_]) / 2
        bias[fitted.classes_] = np.concatenate([-fitted.intercept_, fitted.intercept_]) / 2
    else:
        weights[fitted.classes_], bias[fitted.classes_] = fitted.coef_, fitted.intercept_
    return WordModel(terms, rarity, weights, bias)


def _matrix(
    counted: Sequence[Counter[str]], terms: dict[str, int], rarity: np.ndarray
) -> sparse.csr_array:
    """Return rows of unit length: (1 + log count) times rarity."""
    starts, columns, values = [0], [], []
    for counts in counted:
        known = [(terms[t], n) for t, n in counts.items() if t in terms]
        row = np.array([(1 + np.log(n)) * rarity[i] for i, n in known])
        columns += [i for i, _ in known]
        values.append(row / max(1e-12, float(np.linalg.norm(row))))
        starts.append(len(columns))
    data = np.concatenate(values) if values else np.empty(0)
    shape = (len(counted), len(terms))
    return sparse.csr_array((data, np.array(columns, dtype=np.int32), np.array(starts)), shape)
