"""Makes run folders for the tests of the report; every figure in them is computed here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn import datasets, metrics
from sklearn.calibration import calibration_curve
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import cross_val_score, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from autoglm_agent.automl.run.ledger import Ledger
from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.chain import Evidence, Remedy, Task, Verdict

START = 1_700_000_000.0
SCORERS = {"roc_auc": "roc_auc", "log_loss": "neg_log_loss", "rmse": "neg_root_mean_squared_error"}
METRIC = {"binary": "roc_auc", "multiclass": "log_loss", "regression": "rmse"}


def table(kind: str) -> tuple[pd.DataFrame, pd.Series]:
    """Eight columns of a table that comes with scikit-learn, and a target."""
    load = {
        "binary": datasets.load_breast_cancer,
        "multiclass": datasets.load_wine,
        "regression": datasets.load_diabetes,
    }[kind]
    bunch = load(as_frame=True)
    X = bunch.data.iloc[:, :8].copy()
    X.iloc[::17, 1] = X.iloc[:, 1].median()
    y = bunch.target.rename("outcome")
    if kind != "regression":
        y = y.map(lambda code: str(bunch.target_names[code])).rename("outcome")
    return X, y


class Run:
    """Writes one run folder, step by step; later steps build on earlier ones."""

    def __init__(self, path: Path, kind: str = "binary", **words: Any) -> None:
        self.workspace = Workspace(path)
        self.kind = kind
        self.metric = METRIC.get(kind, "")
        self.instruction = words.get("instruction", "Predict the outcome, in under 2 minutes.")
        self.clock = START
        self.X, self.y = table(kind if kind in METRIC else "binary")
        self.y = self.y.rename(words.get("target", "outcome"))
        if rename := words.get("rename"):
            self.X = self.X.rename(columns={self.X.columns[0]: rename})
        if labels := words.get("labels"):
            self.y = self.y.map(dict(zip(sorted(self.y.unique()), labels, strict=True)))
        self.level = words.get("level", "usual")

    def log(self, event: str, seconds: float = 0.0, **rest: Any) -> None:
        self.clock += seconds
        record = {"time": round(self.clock, 3), "event": event, **rest}
        if seconds:
            record["seconds"] = seconds
        self.workspace.append(record, "events.jsonl")

    def start(self) -> None:
        self.workspace.write_json(
            {
                "id": self.workspace.path.name,
                "instruction": self.instruction,
                "data": "9f2c41d07be83a65",
                "data_name": "patients.csv",
                "seed": 0,
                "time_budget_s": 120,
                "trials": None,
                "created": "2023-11-14T22:13:20+00:00",
                "versions": {"numpy": np.__version__, "pandas": pd.__version__},
                "command": "autoglm run patients.csv",
            },
            "run.json",
        )
        self.log("run.started", text=self.instruction)

    def profile(self) -> None:
        rows = len(self.X)
        columns = [_number_profile(self.X[c]) for c in self.X]
        columns.append(
            {
                **_blank("site", "category"),
                "distinct": 2,
                "levels": [[self.level, rows - 9], ["other", 9]],
                "notes": ["a few levels"],
            }
        )
        target = (
            _number_profile(self.y)
            if self.kind == "regression"
            else {
                **_blank(str(self.y.name), "category"),
                "distinct": self.y.nunique(),
                "levels": [[str(k), int(n)] for k, n in self.y.value_counts().items()],
            }
        )
        profile = {
            "name": "patients.csv",
            "digest": "9f2c41d07be83a65",
            "rows": rows,
            "columns": [*columns, target],
            "duplicate_rows": int(self.X.duplicated().sum()),
            "repairs": ["Decoded from windows-1252."],
        }
        self.workspace.write_json(profile, "profile.json")
        self.log("step.accepted", 0.3, tool="profile_data", args={"data": "patients.csv"},
                 text=f"{rows} rows", verdicts=[], index=0)  # fmt: skip

    def task(self) -> None:
        supervised = self.kind in METRIC
        evidence = {"kind": Evidence(confidence=0.95, span="Predict")}
        if supervised:
            evidence["target"] = Evidence(confidence=0.9, span=str(self.y.name))
            evidence["metric"] = Evidence(confidence=1, source="default")
        task = Task(
            kind=self.kind,
            target=str(self.y.name) if supervised else None,
            metric=self.metric or None,
            time_budget_s=120,
            evidence=evidence,
        )
        self.workspace.write_json(task.to_json(), "task.json")
        self.log("step.accepted", 0.1, tool="plan_task", args={}, text=self.kind, index=1)

    def prepare(self, prepared_id: str, dropped: tuple[str, ...] = ()) -> None:
        plan = {"kind": "stratified", "column": None, "holdout_share": 0.25, "folds": 3,
                "reason": "Nothing in the table orders or groups its rows."}  # fmt: skip
        meta = {
            "id": prepared_id,
            "plan": plan,
            "dropped": dict.fromkeys(dropped, "dropped as asked"),
            "features": list(self.X),
        }
        self.workspace.write_json(meta, "prepared", prepared_id, "meta.json")
        self.log("step.accepted", 0.2, tool="prepare_data", args={"drop_columns": [*dropped]},
                 text=f"prepared {prepared_id}", index=2)  # fmt: skip

    def search(self, search_id: str, prepared_id: str, leak: bool = False) -> None:
        copy = self.y if self.kind == "regression" else pd.factorize(self.y)[0]
        X = self.X.assign(leak=copy) if leak else self.X
        split = train_test_split(
            X, self.y, test_size=0.25, random_state=0,
            stratify=None if self.kind == "regression" else self.y,
        )  # fmt: skip
        sign = 1 if self.metric == "roc_auc" else -1
        candidates = []
        for number, (name, model) in enumerate(_models(self.kind)):
            folds = sign * cross_val_score(
                model, split[0], split[2], cv=3, scoring=SCORERS[self.metric]
            )
            candidates.append(
                {
                    "id": f"c{number}", "name": name, "family": type(model).__name__,
                    "params": {"number": number}, "score": float(folds.mean()),
                    "se": float(folds.std() / np.sqrt(3)), "fold_scores": [float(f) for f in folds],
                    "seconds": 0.4 + 0.3 * number, "status": "done", "error": None,
                }
            )  # fmt: skip
        best = (max if sign == 1 else min)(candidates, key=lambda c: c["score"])
        broken = {**candidates[0], "id": "cx", "name": "Broken", "score": None, "se": None,
                  "fold_scores": [], "status": "failed", "error": "ValueError: no"}  # fmt: skip
        self.fitted = dict(_models(self.kind))[best["name"]].fit(split[0], split[2])
        self.split, self.best = split, best
        search = {
            "id": search_id, "prepared": prepared_id, "model": search_id, "metric": self.metric,
            "greater_is_better": sign == 1, "candidates": [*candidates, broken],
            "weights": {best["id"]: 0.7, candidates[0]["id"]: 0.3}, "ensemble_score": best["score"],
            "naive_score": best["score"], "best": best["id"], "seconds": 4.2, "budget_s": 90,
            "trials": None, "stopped": "time", "memory_mb": 412,
        }  # fmt: skip
        self.workspace.write_json(search, "searches", search_id, "search.json")
        event = "step.refuted" if leak else "step.accepted"
        self.log(event, 4.2, tool="train_models", args={"prepared_id": prepared_id},
                 text=f"model {search_id}",
                 verdicts=[{"check": "V10", "status": "fail" if leak else "pass", "fact": "told"}],
                 index=3)  # fmt: skip

    def leak(self, search_id: str) -> None:
        remedy = Remedy(kind="drop_columns", step="prepare_data", args={"drop_columns": ["leak"]},
                        reason="It copies the target.")  # fmt: skip
        verdict = Verdict(
            check="V10", title="Single-column leak", status="fail", statistic=1.0, threshold=0.95,
            fact="'leak' alone predicts the target.", columns=("leak",), remedies=(remedy,),
            blame="prepare_data", seconds=0.12,
        )  # fmt: skip
        self.workspace.write_json([verdict.to_json()], "checks", f"search-{search_id}.json")
        self.log("backtrack", check="V10", title=verdict.title, blame="prepare_data",
                 remedy=remedy.to_json(), fact=verdict.fact, cut_to=2, round=1)  # fmt: skip

    def checks(self, search_id: str, fail: bool = False) -> None:
        verdicts = [
            Verdict(check="V10", title="Single-column leak", status="pass", statistic=0.41,
                    threshold=0.95, fact="No column alone predicts the target.", seconds=0.1),
            Verdict(check="V01", title="Metric recomputed", status="fail" if fail else "pass",
                    statistic=0.0, threshold=1e-6, fact="The recomputed score agrees.",
                    remedies=(Remedy(kind="retrain", step="train_models"),) if fail else ()),
            Verdict(check="V14", title="Row order", status="warn", fact="Rows may be ordered.",
                    statistic=0.06, threshold=0.05, sound=False, seconds=0.4),
            Verdict(check="V18", title="Groups", status="na", fact="No group column."),
        ]  # fmt: skip
        name = f"assessment-{search_id}.json"
        self.workspace.write_json([v.to_json() for v in verdicts], "checks", name)

    def assess(self, search_id: str, prepared_id: str) -> dict[str, Any]:
        assessment = {
            "model": search_id, "prepared": prepared_id, "vault": "v1", "reading": 1,
            **self._figures(), "seconds": 0.5,
        }  # fmt: skip
        self.workspace.write_json(assessment, "assessments", f"{search_id}.json")
        ledger, score = Ledger(self.workspace), assessment["score"]
        ledger.record(f"holdout.{self.metric}", score["value"], unit="score", source=search_id,
                      low=score["low"], high=score["high"], n=assessment["n"])  # fmt: skip
        ledger.record("cv.naive", assessment["naive"], unit="score", source=search_id)
        ledger.record("baseline", assessment["baseline"]["value"], unit="score")
        for end, value in assessment["gain"].items():
            ledger.record(f"gain.{end}", value, unit="score")
        self.log("step.accepted", 0.6, tool="evaluate_model", args={"model_id": search_id},
                 text=f"assessed {search_id}", index=4)  # fmt: skip
        return assessment

    def _figures(self) -> dict[str, Any]:
        train, test, y_train, y_test = self.split
        regression = self.kind == "regression"
        dummy = (DummyRegressor() if regression else DummyClassifier()).fit(train, y_train)
        predict = "predict" if regression else "predict_proba"
        prediction = getattr(self.fitted, predict)(test)
        base = getattr(dummy, predict)(test)
        truth = y_test.to_numpy()
        value, floor = self._score(truth, prediction), self._score(truth, base)
        draws = np.random.default_rng(0).integers(0, len(truth), (100, len(truth)))
        scores = np.array([self._score(truth[d], prediction[d]) for d in draws])
        gains = np.array([self._score(truth[d], base[d]) for d in draws]) - scores
        gains *= -1 if self.metric == "roc_auc" else 1
        found: dict[str, Any] = {
            "n": len(truth),
            "metric": self.metric,
            "score": _interval(value, scores),
            "naive": self.best["score"],
            "cv": self.best["score"],
            "metrics": {self.metric: _interval(value, scores)},
            "baseline": {"name": "always the mean", "value": floor},
            "gain": _interval(float(gains.mean()), gains),
        }
        if regression:
            found["residuals"] = {"predicted": [float(p) for p in prediction],
                                  "actual": [float(a) for a in truth]}  # fmt: skip
            return found
        labels = list(self.fitted.classes_)
        confused = metrics.confusion_matrix(truth, np.array(labels)[prediction.argmax(1)])
        found |= {"classes": [str(c) for c in labels], "confusion": confused.tolist()}
        if self.kind == "binary":
            seen, told = calibration_curve(truth == labels[1], prediction[:, 1], n_bins=5)
            found |= {"positive": 1, "threshold": 0.5}
            found["calibration"] = [
                {"mean_predicted": float(t), "observed": float(o), "n": 20}
                for o, t in zip(seen, told, strict=True)
            ]
        return found

    def _score(self, truth: np.ndarray, prediction: np.ndarray) -> float:
        if self.kind == "regression":
            return float(metrics.root_mean_squared_error(truth, prediction))
        labels = sorted(self.y.unique())
        if self.kind == "binary":
            return float(metrics.roc_auc_score(truth == labels[1], prediction[:, 1]))
        return float(metrics.log_loss(truth, prediction, labels=labels))

    def explain(self, search_id: str) -> None:
        _, test, _, y_test = self.split
        found = permutation_importance(self.fitted, test, y_test, n_repeats=3, random_state=0)
        order = np.argsort(-found.importances_mean)
        grid = [float(v) for v in np.quantile(test.iloc[:, order[0]], [0, 0.25, 0.5, 0.75, 1])]
        explained = {
            "model": search_id, "method": "permutation", "metric": self.metric, "n": len(test),
            "importance": [
                {"column": test.columns[i], "mean": float(found.importances_mean[i]),
                 "sd": float(found.importances_std[i])} for i in order
            ],
            "effects": [
                {"column": test.columns[order[0]], "kind": "number", "grid": grid,
                 "response": [g / (grid[-1] or 1) for g in grid]},
                {"column": "site", "kind": "category", "grid": [self.level, "other"],
                 "response": [0.2, 0.7]},
            ],
            "seconds": 0.4,
        }  # fmt: skip
        self.workspace.write_json(explained, "explain.json")
        self.log("step.accepted", 0.5, tool="explain_model", args={}, text="explained", index=5)


def supervised_run(path: Path, kind: str = "binary", *, fail: bool = False, **words: Any) -> Run:
    """A whole run with one backtrack: a column leaked and was left out."""
    run = Run(path, kind, **words)
    run.start()
    run.profile()
    run.task()
    run.prepare("prep-a")
    run.search("search-a", "prep-a", leak=True)
    run.leak("search-a")
    run.prepare("prep-b", ("leak",))
    run.search("search-b", "prep-b")
    run.assess("search-b", "prep-b")
    run.checks("search-b", fail=fail)
    run.explain("search-b")
    run.log("run.concluded", text="concluded")
    return run


def profile_run(path: Path, **words: Any) -> Run:
    """A run that only describes the table."""
    run = Run(path, "profile", **words)
    run.start()
    run.profile()
    run.task()
    return run


def clustering_run(path: Path) -> Run:
    """A run that groups rows."""
    run = Run(path, "clustering")
    run.start()
    run.profile()
    run.task()
    run.prepare("prep-a")
    sizes = [int(n) for n in np.bincount(np.arange(len(run.X)) % 3)]
    run.workspace.write_json(
        {"id": "groups-a", "prepared": "prep-a", "model": "groups-a", "kind": "clustering",
         "text": f"{len(sizes)} groups of {sizes[0]} rows and fewer.", "silhouette": 0.31,
         "clusters": [{"cluster": i, "rows": n} for i, n in enumerate(sizes)]},
        "searches", "groups-a", "search.json",
    )  # fmt: skip
    return run


def _models(kind: str) -> list[tuple[str, Any]]:
    if kind == "regression":
        return [(f"Ridge {a:g}", make_pipeline(StandardScaler(), Ridge(a))) for a in (100, 1)] + [
            (f"Tree {d}", DecisionTreeRegressor(max_depth=d, random_state=0)) for d in (2, 3)
        ]
    return [
        (f"Logistic {c:g}", make_pipeline(StandardScaler(), LogisticRegression(C=c)))
        for c in (0.001, 1)
    ] + [(f"Tree {d}", DecisionTreeClassifier(max_depth=d, random_state=0)) for d in (2, 3)]


def _interval(value: float, draws: np.ndarray) -> dict[str, float]:
    low, high = np.quantile(draws, [0.025, 0.975])
    return {"value": value, "low": float(low), "high": float(high)}


def _blank(name: str, kind: str) -> dict[str, Any]:
    keys = ("minimum", "maximum", "mean", "median", "sd", "first", "last", "mean_length", "unit")
    return {"name": name, "kind": kind, "dtype": "str", "missing": 0, "distinct": 0, "levels": [],
            "notes": [], **dict.fromkeys(keys)}  # fmt: skip


def _number_profile(values: pd.Series) -> dict[str, Any]:
    return {
        **_blank(str(values.name), "number"),
        "dtype": "float64",
        "missing": int(values.isna().sum()),
        "distinct": int(values.nunique()),
        "minimum": float(values.min()),
        "maximum": float(values.max()),
        "mean": float(values.mean()),
        "median": float(values.median()),
        "sd": float(values.std()),
    }
