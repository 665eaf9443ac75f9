"""V03: held-out rows are sealed before the first fit, are no training rows, and are read once.

Row numbers and times are looked at, never a value: this is no reading of the vault.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np

from autoglm_agent.automl.checks.context import CheckContext
from autoglm_agent.automl.checks.registry import Check
from autoglm_agent.automl.checks.stored import stored_holdout
from autoglm_agent.automl.forecasting.laying import same_rows
from autoglm_agent.automl.preparation.vault import Vault
from autoglm_agent.automl.run.workspace import digest_of
from autoglm_agent.chain import Remedy, Verdict

CLOCK = 1.0
"""Seconds that the times of files may be coarse by."""


def check_seal(context: CheckContext) -> Verdict:
    """V03 after the preparation: sealed, disjoint, and older than the first fit."""
    prepared = context.need_prepared()
    vault = Vault(context.workspace, prepared.vault_id)
    again = Remedy(kind="recompute", step="prepare_data", reason="Seal the held-out rows again.")
    if not context.workspace.has("vault", prepared.vault_id, "sealed.json"):
        return _fail("The held-out rows were not sealed.", again, "prepare_data")
    seal = vault.seal_record()
    held = vault.row_numbers()
    evidence = {"sealed": seal["sealed"], "rows": seal["n"], "training_rows": len(prepared.rows)}
    if digest_of(held.tobytes()) != seal["rows_sha256"]:
        return _fail(
            "The row numbers of the vault were changed after sealing.", again, "prepare_data"
        )
    shared = np.intersect1d(held, prepared.rows)
    if len(shared):
        fact = f"{len(shared)} held-out rows are also training rows (row {int(shared[0])})."
        return _fail(fact, again, "prepare_data")
    early = seal["sealed"] - _first_fit(context)
    if early > CLOCK:
        fact = f"A search on these rows began {early:.0f} s before the vault was sealed."
        return _fail(fact, Remedy(kind="stop", step="prepare_data"), "prepare_data")
    fact = f"{seal['n']} rows were sealed before the first fit; none is a training row."
    return Verdict(check="V03", status="pass", fact=fact, n=int(seal["n"]), evidence=evidence)


def check_readings(context: CheckContext) -> Verdict:
    """V03 after the assessment: one reading, by this model, of rows that nobody trained on."""
    prepared, told = context.need_prepared(), context.need_assessment()
    readings = Vault.readings(context.workspace)
    evidence = {"readings": readings}
    mine = [r for r in readings if (r["vault"], r["model"]) == (told["vault"], told["model"])]
    ask = Remedy(
        kind="ask",
        step="evaluate_model",
        reason="Is a score from held-out rows that were read before good enough for you?",
    )
    if not mine:
        return _fail("The assessment has no reading on record.", ask, "evaluate_model", evidence)
    held = stored_holdout(context)
    shared = np.intersect1d(held.rows, prepared.rows)
    if len(shared):
        fact = f"{len(shared)} of the rows assessed are training rows (row {int(shared[0])})."
        again = Remedy(kind="recompute", step="prepare_data", reason="Divide the rows again.")
        return _fail(fact, again, "prepare_data", evidence)
    if set(held.rows) != set(Vault(context.workspace, told["vault"]).row_numbers()):
        fact = "The rows assessed are not those that were sealed."
        return _fail(fact, ask, "evaluate_model", evidence)
    before = _divisions_read_before(context)
    mine_by = _rule(prepared.vault_id, context)
    if any(vault is None or _rule(vault, context) == mine_by for vault in before):
        fact = "The rows assessed were dealt anew by the same rule after others had been read."
        return _fail(fact, ask, "evaluate_model", evidence)
    count = int(mine[0]["reading"])
    if count > 1 and not mine[0].get("consent"):
        fact = f"The held-out rows were read {count} times without consent."
        return _fail(fact, ask, "evaluate_model", evidence, count)
    if count > 1:
        fact = (
            f"This is reading number {count} of the run's held-out rows, with consent: the "
            "score is no longer the first one, and may flatter."
        )
        if before:
            fact = (
                f"This is reading number {count} of the run's held-out rows, with consent: the "
                "score is no longer the first one, and may flatter. The rows were divided by "
                "another rule than those read before."
            )
        return Verdict(
            check="V03", status="warn", fact=fact, statistic=count, threshold=1, evidence=evidence
        )
    fact = f"The {len(held.rows)} held-out rows were read once."
    return Verdict(
        check="V03",
        status="pass",
        fact=fact,
        statistic=count,
        threshold=1,
        n=len(held.rows),
        evidence=evidence,
    )


def _divisions_read_before(context: CheckContext) -> list[str | None]:
    """Return the vaults read before the rows assessed were sealed; None for one of no record.

    Another target, or forecasts of other periods or series, are another question: rows of it tell
    nothing that a division for this one could have been chosen by.
    """
    known = dict(_divisions(context))
    sealed = _sealed_first(context)
    return [
        reading["vault"] if reading["vault"] in known else None
        for reading in Vault.readings(context.workspace)
        if known.get(reading["vault"], True) and float(reading["time"]) < sealed
    ]


def _rule(vault: str, context: CheckContext) -> tuple[Any, ...]:
    """Return by what the rows of a vault were divided, the seed aside.

    Rows with equal features stay together only as far as the columns left make them equal.
    """
    for file in context.workspace.path.glob("prepared/*/meta.json"):
        made = context.workspace.read_json("prepared", file.parent.name, "meta.json")
        if made["vault_id"] == vault:
            plan = made["plan"]
            told = {name: value for name, value in plan.items() if name != "reason"}
            left = sorted(made["kinds"]) if plan.get("duplicates") else []
            return (*sorted((k, str(v)) for k, v in told.items()), *left)
    return (vault,)


def _sealed_first(context: CheckContext) -> float:
    """Return when the rows assessed were first sealed, be it with values told in another way."""
    rows = Vault(context.workspace, context.need_assessment()["vault"]).seal_record()
    seals = [
        Vault(context.workspace, vault).seal_record()
        for vault, same in _divisions(context)
        if same and context.workspace.has("vault", vault, "sealed.json")
    ]
    alike = [s for s in seals if s["rows_sha256"] == rows["rows_sha256"]]
    return min(float(s["sealed"]) for s in [rows, *alike])


def _divisions(context: CheckContext) -> Iterator[tuple[str, bool]]:
    """Yield the vaults of the run, and whether each was sealed for the question at hand."""
    prepared = context.need_prepared()
    for file in context.workspace.path.glob("prepared/*/meta.json"):
        made = context.workspace.read_json("prepared", file.parent.name, "meta.json")
        of_target = made["task"]["target"] == prepared.task.target
        same = of_target and same_rows(context.workspace, made["data_id"], prepared.data_id)
        yield made["vault_id"], same


def _first_fit(context: CheckContext) -> float:
    """Return when the first search on these rows began, in seconds since 1970; else infinity.

    Searches on other divisions of the table do not count: their models are never used again.
    """
    begun = float("inf")
    for file in context.workspace.path.glob("searches/*/search.json"):
        told = json.loads(file.read_text(encoding="utf-8"))
        if told.get("prepared") == context.need_prepared().id:
            begun = min(begun, file.stat().st_mtime - float(told.get("seconds") or 0.0))
    return begun


def _fail(
    fact: str,
    remedy: Remedy,
    blame: str,
    evidence: dict[str, Any] | None = None,
    statistic: float | None = None,
) -> Verdict:
    return Verdict(
        check="V03",
        status="fail",
        fact=fact,
        statistic=statistic,
        threshold=1,
        evidence=evidence or {},
        remedies=(remedy,),
        blame=blame,
    )


CHECKS = (
    Check("V03", "Held-out rows sealed", "data", check_seal, 0.01, optional=False),
    Check("V03", "Held-out rows read once", "assessment", check_readings, 0.01, optional=False),
)
