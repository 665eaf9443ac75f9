"""The faults: how each is planted, which check must catch it, and whom it must blame.

A fault plants itself in a table (then the checks of the data or of a search look at it), or in a
run that was clean, or in somebody's code. Seeds are fixed; nothing here knows a threshold.
"""

# ruff: noqa: ARG001 - all faults are planted with the same arguments

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from autoglm_agent.automl.checks.registry import Stage
from autoglm_agent.automl.run.arrays import from_npz
from autoglm_agent.automl.scoring.metrics import score
from benchmarks.leakbench.case import Case
from benchmarks.leakbench.tables import Clean, easy, generated


@dataclass(frozen=True)
class Planted:
    """A table with a fault.

    Attributes:
        columns: Columns at fault; a detection must name at least one and no others.
        rows: Rows at fault.
    """

    frame: pd.DataFrame
    columns: frozenset[str] = frozenset()
    rows: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Fault:
    """One kind of fault.

    Attributes:
        name: What it is.
        checks: Ids of the checks of which one must answer.
        step: The step that must be blamed.
        level: The least status that counts: `fail`, or `warn` where nothing can be refuted.
        stage: After which step it shows.
        plant: Table faults: from table and random numbers to the planted one.
        tamper: Run faults: changes a clean run.
        base: Which tables it is planted in.
        peer: What the two peer rules look at.
    """

    name: str
    checks: tuple[str, ...]
    step: str
    level: str = "fail"
    stage: Stage = "data"
    plant: Callable[[Clean, np.random.Generator], Planted] | None = None
    tamper: Callable[[Case, np.random.Generator], None] | None = None
    base: Callable[[int], Clean] = lambda seed: generated(seed, "binary")
    metric: str | None = None
    trials: int = 1


def regression(seed: int) -> Clean:
    """Return a numeric task."""
    return generated(seed, "regression")


def _code(table: Clean) -> np.ndarray:
    return np.unique(table.frame[table.target], return_inverse=True)[1].astype(float)


def _with(table: Clean, name: str, values: Any) -> Planted:
    return Planted(table.frame.assign(**{name: values}), frozenset([name]))


def copy_noise(table: Clean, rng: np.random.Generator) -> Planted:
    """The target with a little noise."""
    return _with(table, "signal", _code(table) + rng.normal(0, 0.1, len(table.frame)))


def renamed(table: Clean, rng: np.random.Generator) -> Planted:
    """The target under other names, two per cent wrong."""
    code = _code(table).astype(int)
    code = np.where(rng.random(len(code)) < 0.02, 1 - code, code)
    return _with(table, "status", np.array(["open", "shut"], object)[code])


def monotone(table: Clean, rng: np.random.Generator) -> Planted:
    """A monotone transform of a numeric target."""
    return _with(table, "index", np.exp(table.frame["answer"] / 10).round(4))


def buckets(table: Clean, rng: np.random.Generator) -> Planted:
    """Ranges of a numeric target as a category."""
    cut = pd.qcut(table.frame["answer"], 6, labels=list("ABCDEF")).astype(str).astype(object)
    return _with(table, "band", cut)


def text_twin(table: Clean, rng: np.random.Generator) -> Planted:
    """A free text with one word that tells the class."""
    words = np.array(["the", "customer", "called", "about", "prices", "again", "today"], object)
    last = np.array(["stays", "leaves"], object)[_code(table).astype(int)]
    text = [" ".join([*rng.choice(words, 5), w, str(rng.integers(1e4))]) for w in last]
    return _with(table, "note", np.array(text, object))


def parts(table: Clean, rng: np.random.Generator) -> Planted:
    """The target is the sum of three columns and a fee of a few values."""
    frame = table.frame.copy()
    n = len(frame)
    frame["base"] = (frame["answer"] * 2 + rng.normal(0, 2, n)).round(2)
    frame["extra"] = rng.gamma(2, 3, n).round(2)
    frame["duty"] = np.where(rng.random(n) < 0.3, rng.gamma(3, 2, n), 0).round(2)
    frame["answer"] = frame[["base", "extra", "duty"]].sum(axis=1) + rng.choice([0.5, 1, 3.3], n)
    frame["answer"] = frame["answer"].round(2)
    return Planted(frame, frozenset(["base", "extra", "duty"]))


def product(table: Clean, rng: np.random.Generator) -> Planted:
    """The target is a quantity times a price."""
    frame = table.frame.copy()
    n = len(frame)
    frame["price"] = np.exp(0.3 * frame["income"] + rng.normal(0, 0.4, n)).round(2) + 1
    frame["quantity"] = rng.integers(1, 30, n)
    return Planted(
        frame.assign(answer=(frame["price"] * frame["quantity"]).round(2)),
        frozenset(["price", "quantity"]),
    )


def grade(table: Clean, rng: np.random.Generator) -> Planted:
    """A grade of sixty levels that sets the price."""
    frame = table.frame.copy()
    level = rng.integers(0, 60, len(frame))
    frame["grade"] = np.array([f"g{v}" for v in level], object)
    sets = rng.permutation(60) * 5.0
    return Planted(frame.assign(answer=sets[level] + frame["answer"] * 0.8), frozenset(["grade"]))


def encoded(table: Clean, rng: np.random.Generator) -> Planted:
    """Means of the target per shop, taken over all rows before they were divided."""
    shop = rng.integers(0, len(table.frame) // 10, len(table.frame))
    code = _code(table)
    mean = (np.bincount(shop, code) + 2 * code.mean()) / (np.bincount(shop) + 2)
    return _with(table, "shop_rate", mean[shop])


def afterwards(table: Clean, rng: np.random.Generator) -> Planted:
    """A flag that is set after the outcome, with a name that says so."""
    code = _code(table).astype(bool)
    flag = np.where(rng.random(len(code)) < 0.04, ~code, code)
    return _with(table, "refund_issued", np.where(flag, "y", "n").astype(object))


def afterwards_amount(table: Clean, rng: np.random.Generator) -> Planted:
    """An amount known only after the outcome that carries the model."""
    code = _code(table)
    return _with(table, "final_charge", code * 2.6 + rng.normal(0, 1, len(code)))


def missing(table: Clean, rng: np.random.Generator) -> Planted:
    """A column that is filled only for one outcome."""
    code = _code(table).astype(bool)
    filled = np.where(code, rng.random(len(code)) < 0.95, rng.random(len(code)) < 0.03)
    return _with(table, "reason_days", np.where(filled, rng.normal(size=len(code)), np.nan))


def duplicated(table: Clean, rng: np.random.Generator) -> Planted:
    """A fifth of the rows again."""
    frame = pd.concat([table.frame, table.frame.sample(frac=0.2, random_state=1)])
    return Planted(frame.sample(frac=1, random_state=2).reset_index(drop=True))


def oversampled(table: Clean, rng: np.random.Generator) -> Planted:
    """The rarer class oversampled before the division."""
    rare = table.frame[table.target].value_counts().index[-1]
    extra = table.frame[table.frame[table.target] == rare].sample(frac=0.5, random_state=3)
    return Planted(pd.concat([table.frame, extra]).sample(frac=1, random_state=4))


def near(table: Clean, rng: np.random.Generator) -> Planted:
    """A sixth of the rows again with a little noise in every measure."""
    again = table.frame.sample(frac=0.17, random_state=1)
    for name in again.select_dtypes("float"):
        again[name] += rng.normal(0, 1e-4, len(again))
    frame = pd.concat([table.frame, again]).sample(frac=1, random_state=2)
    twins = frame.index.duplicated(keep=False)
    return Planted(frame.reset_index(drop=True), rows=frozenset(np.flatnonzero(twins).tolist()))


def wandering(table: Clean, rng: np.random.Generator) -> Planted:
    """A level that wanders in time; rows are shuffled, so a random split sees the future."""
    frame = table.frame.copy()
    n = len(frame)
    frame["date"] = pd.date_range("2023-01-01", periods=n, freq="6h")
    frame["answer"] = frame["answer"] + np.cumsum(rng.normal(0, 1.2, n))
    return Planted(frame.sample(frac=1, random_state=1), frozenset(["date"]))


def patients(table: Clean, rng: np.random.Generator) -> Planted:
    """Several rows a patient, who has a trait and a fate of his own."""
    frame = table.frame.copy()
    n = len(frame)
    patient = rng.integers(0, n // 6, n)
    frame["patient_id"] = patient
    frame["trait"] = rng.normal(size=n // 6)[patient]
    yes = frame["income"] + 2 * rng.normal(size=n // 6)[patient] + rng.logistic(0, 0.5, n) > 0
    frame["answer"] = np.where(yes, "yes", "no").astype(object)
    return Planted(frame, frozenset(["patient_id"]))


def sorted_file(table: Clean, rng: np.random.Generator) -> Planted:
    """The file sorted by the target."""
    return Planted(table.frame.sort_values(table.target, kind="stable"))


def flips(share: float) -> Callable[[Clean, np.random.Generator], Planted]:
    """Wrong labels."""

    def plant(table: Clean, rng: np.random.Generator) -> Planted:
        wrong = rng.random(len(table.frame)) < share
        y = table.frame[table.target]
        other = y.map({"yes": "no", "no": "yes"})
        return Planted(
            table.frame.assign(answer=y.where(~wrong, other)),
            rows=frozenset(np.flatnonzero(wrong).tolist()),
        )

    return plant


def units(table: Clean, rng: np.random.Generator) -> Planted:
    """A measure of which one row in twenty is in thousandths."""
    odd = rng.random(len(table.frame)) < 0.05
    mass = 70 + 9 * rng.normal(size=len(table.frame)) + 2 * table.frame["income"]
    return Planted(
        table.frame.assign(mass=np.where(odd, mass * 1000, mass)),
        frozenset(["mass"]),
        frozenset(np.flatnonzero(odd).tolist()),
    )


def inverted(table: Clean, rng: np.random.Generator) -> Planted:
    """Labels turned round in one group that the model cannot know by another column."""
    frame = table.frame.copy()
    coast = rng.random(len(frame)) < 0.14
    frame["office"] = np.where(coast, "harbour", rng.choice(["hill", "park"], len(frame)))
    frame["office"] = frame["office"].astype(object)
    y = frame["answer"]
    noise = pd.Series(rng.random(len(frame)) < 0.5, index=frame.index) & coast
    return Planted(
        frame.assign(answer=y.where(~noise, y.map({"yes": "no", "no": "yes"}))),
        frozenset(["office"]),
    )


def no_signal(table: Clean, rng: np.random.Generator) -> Planted:
    """The target shuffled."""
    return Planted(table.frame.assign(answer=rng.permutation(table.frame["answer"].to_numpy())))


def rare_class(table: Clean, rng: np.random.Generator) -> Planted:
    """A class of four per cent, judged by accuracy."""
    yes = table.frame["answer"] == "yes"
    kept = ~yes | (rng.random(len(yes)) < 0.05)
    return Planted(table.frame[kept])


def _oof(case: Case) -> dict[str, np.ndarray]:
    arrays = from_npz(case.context.workspace.read_bytes("searches", "m", "oof.npz"))
    return {name.removeprefix("oof."): value for name, value in arrays.items()}


def claimed(case: Case, rng: np.random.Generator) -> None:
    """The best candidate's score is told three hundredths too high."""
    search = case.context.need_search()
    told = [
        {**c, "score": c["score"] + 0.03} if c["id"] == search["best"] else c
        for c in search["candidates"]
    ]
    case.rewrite(candidates=told, naive_score=search["naive_score"] + 0.03)


def claimed_holdout(case: Case, rng: np.random.Generator) -> None:
    """The held-out score is told three hundredths too high."""
    found = dict(case.context.need_assessment())
    metric = found["metric"]
    value = found["score"]["value"] + 0.03
    found["score"] = {**found["score"], "value": value}
    found["metrics"] = {**found["metrics"], metric: {**found["metrics"][metric], "value": value}}
    case.context.assessment = found


def lost_fold(case: Case, rng: np.random.Generator) -> None:
    """A fold of the best candidate was never predicted."""
    oof = _oof(case)
    best = case.context.need_search()["best"]
    oof[best] = oof[best].copy()
    oof[best][case.context.need_prepared().folds == 1] = np.nan
    case.store(oof)


def _all_members(case: Case, change: Callable[[np.ndarray], np.ndarray]) -> None:
    search, oof = case.context.need_search(), _oof(case)
    for name in [*search["weights"], "ensemble"]:
        oof[name] = change(oof[name])
    case.store(oof)


def constant(case: Case, rng: np.random.Generator) -> None:
    """Every row has the same prediction."""
    _all_members(case, lambda p: np.tile([0.5, 0.5], (len(p), 1)))


def no_probabilities(case: Case, rng: np.random.Generator) -> None:
    """Probabilities that do not sum to one."""
    _all_members(case, lambda p: p * 1.2)


def undefined(case: Case, rng: np.random.Generator) -> None:
    """A few predictions are not finite."""

    def change(p: np.ndarray) -> np.ndarray:
        p = p.copy()
        p[:3] = np.nan
        return p

    _all_members(case, change)


def cherry_picked(case: Case, rng: np.random.Generator) -> None:
    """Two hundred seeds of a guess, of which the luckiest is reported."""
    prepared, search = case.context.need_prepared(), case.context.need_search()
    y, problem = prepared.y, prepared.problem
    base = search["candidates"][0]
    oof, told = {}, []
    for number in range(200):
        noise = rng.random(len(y))
        name = f"seed{number}"
        oof[name] = np.column_stack([1 - noise, noise])
        folds = [
            score(problem.metric, y[prepared.folds == f], oof[name][prepared.folds == f], problem)
            for f in range(int(prepared.folds.max()) + 1)
        ]
        whole = score(problem.metric, y, oof[name], problem)
        told.append({**base, "id": name, "name": name, "family": "network", "params": {},
                     "score": whole, "fold_scores": folds, "status": "done",
                     "threshold": 0.5})  # fmt: skip
    best = max(told, key=lambda c: c["score"])
    oof["ensemble"] = oof[best["id"]]
    case.rewrite(
        candidates=told, best=best["id"], weights={best["id"]: 1.0}, naive_score=best["score"],
        ensemble_score=best["score"], threshold=0.5,
    )  # fmt: skip
    case.store(oof)


def overconfident(case: Case, rng: np.random.Generator) -> None:
    """Probabilities pushed towards certainty."""

    def change(p: np.ndarray) -> np.ndarray:
        odds = np.clip(p, 1e-6, 1) ** 5
        return np.asarray(odds / odds.sum(axis=1, keepdims=True))

    _all_members(case, change)


def overtime(case: Case, rng: np.random.Generator) -> None:
    """The search took four times what it was given."""
    case.rewrite(seconds=240.0, budget_s=60.0)


def known_rows(case: Case, rng: np.random.Generator) -> None:
    """Some held-out rows are also trained on."""
    from autoglm_agent.automl.preparation.vault import Vault

    prepared = case.context.need_prepared()
    held = Vault(case.context.workspace, prepared.vault_id).row_numbers()
    rows = prepared.rows.copy()
    rows[: len(held) // 4] = held[: len(held) // 4]
    case.context.prepared = replace(prepared, rows=rows)


def read_again(case: Case, rng: np.random.Generator) -> None:
    """The holdout was read before, and nobody was asked."""
    path = case.context.workspace.file("vault", "readings.jsonl")
    text = path.read_text(encoding="utf-8").replace('"reading": 1', '"reading": 2')
    path.write_text(text.replace('"reading":1', '"reading":2'), encoding="utf-8")


def broken_promise(case: Case, rng: np.random.Generator) -> None:
    """The search promised far more than the held-out rows gave."""
    search = case.context.need_search()
    told = [{**c, "se": 0.002} for c in search["candidates"]]
    case.rewrite(ensemble_score=0.999, candidates=told)


def shifted(case: Case, rng: np.random.Generator) -> None:
    """A column of the held-out rows was measured otherwise."""
    from autoglm_agent.automl.checks.shift import held_frame

    frame = held_frame(case.context).copy()
    frame["usage"] = frame["usage"] * 4 + 2
    case.context.cache["held_frame"] = frame


def batchwise(case: Case, rng: np.random.Generator) -> None:
    """The model scales by the rows that it is handed, so single rows come out otherwise."""
    from autoglm_agent.automl.checks.serving import saved_model

    predict = saved_model(case.context)

    def scaled(frame: pd.DataFrame) -> np.ndarray:
        p = predict(frame)
        p = p[:, 1] - p[:, 1].mean() + 0.5
        return np.column_stack([1 - p, p])

    case.context.cache["model"] = scaled


FAULTS: tuple[Fault, ...] = (
    Fault("target copy with noise", ("V10",), "prepare_data", plant=copy_noise),
    Fault("target renamed, 2 % wrong", ("V10",), "prepare_data", plant=renamed),
    Fault("monotone transform", ("V10",), "prepare_data", plant=monotone, base=regression),
    Fault("buckets of the target", ("V10",), "prepare_data", plant=buckets, base=regression),
    Fault("text twin", ("V10",), "prepare_data", plant=text_twin),
    Fault("parts that sum", ("V10",), "prepare_data", plant=parts, base=regression),
    Fault("price times quantity", ("V10",), "prepare_data", plant=product, base=regression),
    Fault("grade that fixes the price", ("V10",), "prepare_data", plant=grade, base=regression),
    Fault("target means over all rows", ("V10",), "prepare_data", plant=encoded),
    Fault("post-outcome flag", ("V10", "V11"), "prepare_data", plant=afterwards),
    Fault("post-outcome amount", ("V10", "V11"), "prepare_data", plant=afterwards_amount),
    Fault("missing for one outcome", ("V13",), "prepare_data", plant=missing),
    Fault("rows duplicated", ("V15",), "prepare_data", plant=duplicated),
    Fault("oversampled before the split", ("V15",), "prepare_data", plant=oversampled),
    Fault("near copies", ("V16",), "prepare_data", plant=near),
    Fault("time shuffled", ("V17",), "prepare_data", plant=wandering, base=regression),
    Fault("patients across folds", ("V18",), "prepare_data", plant=patients),
    Fault("sorted file", ("V14",), "prepare_data", "warn", plant=sorted_file),
    Fault("mixed units", ("V38",), "prepare_data", "warn", plant=units),
    Fault("5 % labels flipped", ("V34",), "prepare_data", "warn", "search", flips(0.05), base=easy),
    Fault("15 % labels flipped", ("V34",), "prepare_data", "fail", "search", flips(0.15),
          base=easy),
    Fault("group of random labels", ("V37",), "train_models", "warn", "search", inverted,
          base=lambda s: replace(generated(s, "binary", 1600))),
    Fault("no signal", ("V30", "V05"), "train_models", "fail", "search", no_signal),
    Fault("accuracy of a rare class", ("V35",), "", "warn", "search", rare_class, base=easy,
          metric="accuracy"),
    Fault("score told +0.03", ("V01",), "train_models", stage="search", tamper=claimed),
    Fault("fold never predicted", ("V01",), "train_models", stage="search", tamper=lost_fold),
    Fault("constant prediction", ("V04",), "train_models", stage="search", tamper=constant),
    Fault("no probabilities", ("V04",), "train_models", stage="search", tamper=no_probabilities),
    Fault("undefined predictions", ("V04",), "train_models", stage="search", tamper=undefined),
    Fault("best of 200 seeds", ("V05",), "train_models", stage="search", tamper=cherry_picked),
    Fault("overconfident", ("V36",), "train_models", "warn", "search", tamper=overconfident),
    Fault("overtime", ("V08",), "train_models", stage="search", tamper=overtime),
    Fault("held-out rows trained on", ("V03",), "prepare_data", tamper=known_rows),
    Fault("held-out score told +0.03", ("V01",), "evaluate_model", stage="assessment",
          tamper=claimed_holdout),
    Fault("holdout read twice", ("V03",), "evaluate_model", stage="assessment",
          tamper=read_again),
    Fault("promise not kept", ("V32",), "train_models", stage="assessment",
          tamper=broken_promise),
    Fault("holdout measured otherwise", ("V19", "V20"), "prepare_data", stage="assessment",
          tamper=shifted),
    Fault("model depends on its batch", ("V07",), "train_models", stage="assessment",
          tamper=batchwise),
)  # fmt: skip
