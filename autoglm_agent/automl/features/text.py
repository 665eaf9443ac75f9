"""Text to a few dense columns: TF-IDF of words and of characters, reduced by SVD (LSA).

Deerwester et al. 1990; character n-grams within words make it robust to spelling and useful
for codes such as `PC 17599` or `C85`.
"""

from __future__ import annotations

from typing import Self

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer

from autoglm_agent.automl.features.values import as_text


class TextEncoder(TransformerMixin, BaseEstimator):
    """Make dense columns of one text column, plus its length and number of words.

    Args:
        components: Number of dense columns at most.
        most_rows: Distinct texts that vocabulary and SVD are learnt from, at most.
        seed: Seed of the randomised SVD.
    """

    def __init__(self, components: int = 24, most_rows: int = 6000, seed: int = 0) -> None:
        self.components = components
        self.most_rows = most_rows
        self.seed = seed

    def fit(self, X: pd.DataFrame, y: None = None) -> Self:  # noqa: ARG002  (scikit-learn's signature)
        """Learn vocabulary and SVD from the distinct texts of the one column."""
        self.names_ = [str(name) for name in X.columns]
        self.vectorizers_: list[TfidfVectorizer] = []
        self.svd_: TruncatedSVD | None = None
        distinct = sorted({t for t in as_text(X[self.names_[0]]) if t})
        if len(distinct) > self.most_rows:
            chosen = np.random.default_rng(self.seed).choice(
                len(distinct), self.most_rows, replace=False
            )
            distinct = [distinct[i] for i in np.sort(chosen)]
        for settings in (
            {"analyzer": "word", "ngram_range": (1, 2)},
            {"analyzer": "char_wb", "ngram_range": (2, 4)},
        ):
            vectorizer = TfidfVectorizer(
                min_df=2 if len(distinct) > 10 else 1,
                max_features=4000,
                sublinear_tf=True,
                dtype=np.float32,
                **settings,
            )
            try:
                vectorizer.fit(distinct)
            except ValueError:  # nothing occurs twice: no vocabulary
                continue
            # NumPy's integers would become a file each when the model is saved.
            vectorizer.vocabulary_ = {w: int(i) for w, i in vectorizer.vocabulary_.items()}
            self.vectorizers_.append(vectorizer)
        if self.vectorizers_:
            matrix = self._matrix(distinct)
            size = min(self.components, matrix.shape[1] - 1, matrix.shape[0] - 1)
            if size >= 1:
                self.svd_ = TruncatedSVD(size, n_iter=3, random_state=self.seed).fit(matrix)
        return self

    def transform(self, X: pd.DataFrame) -> np.ndarray:
        """Return float32 columns, shape (rows, components + 2); NaN where the text is missing."""
        codes, distinct = pd.factorize(np.asarray(as_text(X[self.names_[0]]), dtype=object))
        texts = [str(t) for t in distinct]
        columns = [
            np.array([[len(t), t.count(" ") + 1] for t in texts], dtype=np.float32).reshape(-1, 2)
        ]
        if self.svd_ is not None and texts:
            columns.append(self.svd_.transform(self._matrix(texts)).astype(np.float32))
        made = np.hstack(columns)
        made[[t == "" for t in texts]] = np.nan
        if not texts:
            return np.empty((0, len(self.get_feature_names_out())), dtype=np.float32)
        return np.asarray(made[codes])

    def get_feature_names_out(self, input_features: None = None) -> list[str]:  # noqa: ARG002
        """Return the names of the columns made."""
        name = self.names_[0]
        size = 0 if self.svd_ is None else self.svd_.n_components
        return [f"{name} (length)", f"{name} (words)"] + [
            f"{name} (topic {i + 1})" for i in range(size)
        ]

    def _matrix(self, texts: list[str]) -> sparse.csr_matrix:
        return sparse.hstack([v.transform(texts) for v in self.vectorizers_], format="csr")
