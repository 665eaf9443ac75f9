"""The usual comparison: one family's settings, grid against random against Bayes against semantic.

    python -m benchmarks.hpo.one_family --data DIR --trials 100 --seeds 2 --out one.jsonl
    python -m benchmarks.hpo.one_family --out one.jsonl --report

The four settings of gradient boosting in `samplers.space`, on the usual view of the table, for
the best balanced accuracy in three folds. The grid is the one that most people write: the same few
values of each setting, evenly spaced on the setting's own scale, walked through in the order in
which they are written, the last setting fastest. It has no seed. Trials are real fits.

The semantic sampler knows every table of its matrix but the one at hand and its variants. Regret
is 0 at the best score that any engine has seen on the table and 1 at the median of what random
search has seen there; 95 % intervals by a bootstrap over the tables.
"""

from __future__ import annotations

import argparse
import json
import time
import warnings
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from autoglm_agent.automl.samplers.bayes import GaussianProcessSampler
from autoglm_agent.automl.samplers.behaviour import SHIPPED, Behaviour
from autoglm_agent.automl.samplers.embedding import value_at
from autoglm_agent.automl.samplers.library import usual_view
from autoglm_agent.automl.samplers.semantic import SemanticSampler
from autoglm_agent.automl.samplers.space import SETTINGS, Params, ask, suggest
from benchmarks.hpo.behaviour import Judge
from benchmarks.hpo.tables import Table, tables

FAMILY = "boosting"
ENGINES = ("grid", "random", "tpe", "gp", "semantic")
TABLES = (
    "adult", "breast_cancer", "california", "diabetes", "german_credit", "telco_churn",
    "tic_tac_toe", "titanic",
)  # fmt: skip
AT = (10, 20, 50, 100)
"""Evaluations after which the regret is told."""


def full_factorial(trials: int, family: str = FAMILY) -> Iterator[Params]:
    """Yield the points of a family's grid of at least so many, in the order in which it is written.

    Every setting has the same number of values, and the first ones have one more until there are
    enough points.
    """
    settings = SETTINGS[family]
    counts = [1] * len(settings)
    while np.prod(counts) < trials:
        counts[int(np.argmin(counts))] += 1
    values = [
        [value_at(place, where) for where in np.linspace(0.1, 0.9, count)]
        for place, count in zip(settings.values(), counts, strict=True)
    ]
    for chosen in product(*values):
        named = zip(settings, chosen, strict=True)
        yield {"family": family, **usual_view(family), **{f"{family}.{n}": v for n, v in named}}


def study(
    table: Table, judge: Judge, engine: str, seed: int, trials: int, behaviour: Behaviour
) -> dict[str, Any]:
    """Return the scores of one study, in order, and what sampler and models took."""
    scores: list[float] = []
    fitting = 0.0

    def judged(point: Params) -> float:
        nonlocal fitting
        began = time.process_time()
        scores.append(judge(point)[0])
        fitting += time.process_time() - began
        return scores[-1]

    began = time.process_time()
    if engine == "grid":
        for point, _ in zip(full_factorial(trials), range(trials), strict=False):
            judged(point)
    else:
        _optimised(engine, judged, table, seed, trials, behaviour)
    return {
        "table": table.name, "engine": engine, "seed": seed, "trials": trials,
        "scores": [round(s, 4) for s in scores], "model_s": round(fitting, 2),
        "sampler_s": round(time.process_time() - began - fitting, 2),
    }  # fmt: skip


def _optimised(
    engine: str, judged: Any, table: Table, seed: int, trials: int, behaviour: Behaviour
) -> None:
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    views = {FAMILY: usual_view(FAMILY)}

    def of_settings(trial: optuna.Trial) -> float:
        asked = {f"{FAMILY}.{n}": ask(trial, n, place) for n, place in SETTINGS[FAMILY].items()}
        return float(judged({"family": FAMILY, **views[FAMILY], **asked}))

    def of_points(trial: optuna.Trial) -> float:
        return float(judged(suggest(trial)))

    known = behaviour.without({table.group})
    signature = behaviour.signatures[behaviour.tables.index(table.name)]
    samplers: dict[str, Any] = {
        "random": lambda: optuna.samplers.RandomSampler(seed=seed),
        "tpe": lambda: optuna.samplers.TPESampler(seed=seed),
        "gp": lambda: GaussianProcessSampler(seed, views=views),
        "semantic": lambda: SemanticSampler(signature, seed=seed, behaviour=known, views=views),
    }
    found = optuna.create_study(direction="maximize", sampler=samplers[engine]())
    objective = of_settings if engine in ("random", "tpe") else of_points
    found.optimize(objective, n_trials=trials)


def report(studies: Sequence[dict[str, Any]]) -> None:
    """Print regret by engine and number of evaluations, and the seconds."""
    best: dict[str, float] = defaultdict(float)
    random: dict[str, list[float]] = defaultdict(list)
    for s in studies:
        best[s["table"]] = max(best[s["table"]], *s["scores"])
        random[s["table"]] += s["scores"] if s["engine"] == "random" else []
    names = sorted(best)
    print(f"{len(names)} tables ({', '.join(names)}); regret, mean [95 % over tables]")
    print(f"{'engine':10}" + "".join(f"{f'@{k}':>22}" for k in AT) + "  model s  sampler s")
    for engine in ENGINES:
        own = [s for s in studies if s["engine"] == engine]
        grouped: dict[str, list[np.ndarray]] = defaultdict(list)
        for s in own:
            top, middle = best[s["table"]], float(np.median(random[s["table"]]))
            reached = np.maximum.accumulate(s["scores"])
            grouped[s["table"]].append((top - reached) / max(top - middle, 1e-9))
        if not grouped:
            continue
        curves = np.array([np.mean(grouped[n], axis=0) for n in names if n in grouped])
        cells = "".join(f"{_interval(curves[:, k - 1]):>22}" for k in AT)
        took = [float(np.mean([s[key] for s in own])) for key in ("model_s", "sampler_s")]
        print(f"{engine:10}{cells}  {took[0]:7.1f}  {took[1]:9.1f}")


def _interval(values: np.ndarray) -> str:
    rng = np.random.default_rng(0)
    low, high = np.quantile(rng.choice(values, (2000, len(values))).mean(axis=1), [0.025, 0.975])
    return f"{values.mean():.3f} [{low:.2f}, {high:.2f}]"


def main() -> None:
    """Run the studies that are not there yet, and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="folder of CSV files, see tables.py")
    parser.add_argument("--trials", type=int, default=100)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--tables", nargs="*", default=list(TABLES))
    parser.add_argument("--out", type=Path, default=Path("one_family.jsonl"))
    parser.add_argument("--report", action="store_true", help="only report what is there")
    given = parser.parse_args()
    warnings.filterwarnings("ignore")
    lines = given.out.read_text().splitlines() if given.out.is_file() else []
    studies = [json.loads(line) for line in lines]
    done = {(s["table"], s["engine"], s["seed"], s["trials"]) for s in studies}
    behaviour = Behaviour.load(SHIPPED)
    for table in () if given.report else tables(given.data):
        if table.name not in given.tables or table.name not in behaviour.tables:
            continue
        judge = Judge(table)
        for seed, engine in product(range(given.seeds), ENGINES):
            if (engine == "grid" and seed) or (table.name, engine, seed, given.trials) in done:
                continue
            studies.append(study(table, judge, engine, seed, given.trials, behaviour))
            with given.out.open("a") as file:
                file.write(json.dumps(studies[-1]) + "\n")
    report(studies)


if __name__ == "__main__":
    main()
