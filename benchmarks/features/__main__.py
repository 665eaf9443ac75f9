"""Semantic features by rules alone: what they reach, and what useless ones pass.

    python -m benchmarks.features [--seeds 20]

*Reached*: two tables that enumerate a rule, tic-tac-toe endgames (958 boards) and a balance scale
(625 states), with as few training rows as CAAFE was given (71 and 93; Hollmann, Mueller & Hutter
2023, https://arxiv.org/abs/2305.03403). ROC AUC (one against the rest) of a random forest on all
other rows, without and with the accepted features, over the seeds. CAAFE with GPT-4 and a random
forest reached .953 and .820 in its own recorded runs; protocols differ a little.

*Useless*: features that cannot help, because they are made of noise columns, or because the target
is shuffled. Of all proposed how many are accepted, and in how many runs is any? Unscreened, every
one comes to the test, so that the test alone is measured.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from itertools import combinations

import numpy as np
import pandas as pd

from autoglm_agent.automl.features.encoder import TableEncoder
from autoglm_agent.automl.features.kinds import feature_kinds
from autoglm_agent.automl.scoring.problem import Problem
from autoglm_agent.automl.semantic.expressions import Expression
from autoglm_agent.automl.semantic.gate import Selection, select_features
from autoglm_agent.automl.semantic.ideas import Idea
from autoglm_agent.automl.semantic.rules import propose_by_rules
from benchmarks.hpo.tables import balance_scale, tic_tac_toe

CAAFE = {"tic-tac-toe": (71, 0.806, 0.953), "balance-scale": (93, 0.698, 0.820)}
"""Training rows; ROC AUC of CAAFE's random forest without and with GPT-4's features."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    seeds = parser.parse_args().seeds
    print("reached: ROC AUC of a random forest, mean [95 % interval] over seeds")
    for name, (X, y) in {"tic-tac-toe": tic_tac_toe(), "balance-scale": balance_scale()}.items():
        rows, was, became = CAAFE[name]
        plain, with_features, seconds = zip(
            *(reach(X, np.asarray(y), rows, seed) for seed in range(seeds)), strict=True
        )
        print(f"  {name:14} {rows} rows  plain {told(plain)}  with features {told(with_features)}"
              f"  {np.mean(seconds):.2f} CPU-s  CAAFE {was} -> {became}")  # fmt: skip
    print("useless: accepted of all proposed; runs with any accepted")
    for kind in ("noise columns", "noise columns, unscreened", "shuffled target"):
        accepted = proposed = tested = runs = some = 0
        for selection in useless(kind, seeds):
            statuses = [d.status for d in selection.decisions]
            accepted += statuses.count("accepted")
            tested += statuses.count("accepted") + statuses.count("rejected")
            proposed += len(statuses)
            runs, some = runs + 1, some + ("accepted" in statuses)
        print(f"  {kind:25} {accepted} of {proposed} ({accepted / proposed:.2%}; {tested} came to "
              f"the test); {some} of {runs} runs ({some / runs:.1%})")  # fmt: skip


def reach(X: pd.DataFrame, y: np.ndarray, rows: int, seed: int) -> tuple[float, float, float]:
    """Return the AUC without and with features, and the CPU seconds of choosing them."""
    order = np.random.default_rng([seed, 5]).permutation(len(X))
    train, test = order[:rows], order[rows:]
    known, unseen = X.iloc[train].reset_index(drop=True), X.iloc[test].reset_index(drop=True)
    problem = Problem.of("binary" if len(np.unique(y)) == 2 else "multiclass", y)
    codes = problem.encode(y)
    began = time.process_time()
    kinds = feature_kinds(known)
    selection = select_features(
        known, codes[train], problem, propose_by_rules(known, kinds), seed=seed
    )
    took = time.process_time() - began
    scores = []
    for expressions in ((), selection.expressions):
        encoder = TableEncoder(expressions=expressions).fit(known)
        scores.append(_auc(encoder.transform(known), codes[train],
                           encoder.transform(unseen), codes[test], seed))  # fmt: skip
    return scores[0], scores[1], took


def _auc(X: np.ndarray, y: np.ndarray, X_test: np.ndarray, y_test: np.ndarray, seed: int) -> float:
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.metrics import roc_auc_score

    forest = RandomForestClassifier(200, random_state=seed, n_jobs=1)
    predicted = forest.fit(np.nan_to_num(X), y).predict_proba(np.nan_to_num(X_test))
    if predicted.shape[1] == 2:
        return float(roc_auc_score(y_test, predicted[:, 1]))
    return float(roc_auc_score(y_test, predicted, multi_class="ovr"))


def told(values: tuple[float, ...]) -> str:
    """Return the mean with its interval over the seeds."""
    half = 1.96 * np.std(values, ddof=1) / np.sqrt(len(values))
    return f"{np.mean(values):.3f} [{np.mean(values) - half:.3f}, {np.mean(values) + half:.3f}]"


def useless(kind: str, seeds: int) -> Iterator[Selection]:
    """Yield the outcomes of the gate where nothing that is proposed can help."""
    for name, X, y, problem in _tables():
        for seed in range(seeds):
            rng = np.random.default_rng([seed, 6, len(name)])
            if kind.startswith("noise columns"):
                frame, ideas, target = *_noise(X, rng), y
            else:
                frame, target = X, rng.permutation(y)
                ideas = propose_by_rules(frame, feature_kinds(frame))
            screening = not kind.endswith("unscreened")
            yield select_features(frame, target, problem, ideas, seed=seed, screening=screening)


def _tables() -> Iterator[tuple[str, pd.DataFrame, np.ndarray, Problem]]:
    from sklearn import datasets

    for name in ("wine", "breast_cancer", "diabetes"):
        data = getattr(datasets, f"load_{name}")(as_frame=True)
        kind = {"wine": "multiclass", "breast_cancer": "binary"}.get(name, "regression")
        problem = Problem.of(kind, data.target)  # type: ignore[arg-type]
        yield name, data.data.iloc[:, :10], problem.encode(data.target), problem


def _noise(X: pd.DataFrame, rng: np.random.Generator) -> tuple[pd.DataFrame, list[Idea]]:
    """Append noise columns, and propose what can be made of them alone."""
    noise = {f"noise{i}": rng.normal(size=len(X)) for i in range(5)}
    noise["noise group"] = rng.integers(0, 4, len(X)).astype(str).astype(object)
    frame = pd.concat([X.reset_index(drop=True), pd.DataFrame(noise)], axis=1)
    made = [Expression(op, pair) for pair in combinations([f"noise{i}" for i in range(5)], 2)
            for op in ("product", "difference", "ratio")]  # fmt: skip
    made += [Expression("group_gap", (f"noise{i}", "noise group")) for i in range(5)]
    return frame, [Idea(str(e), (e,)) for e in made]


if __name__ == "__main__":
    main()
